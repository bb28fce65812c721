/** The door held by a person, and what those who run a square can do for others: mute, and come when called. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { barriers } from '../support/looks';
import { SMALL } from '../support/maps';
import { Person, type Coming } from '../support/person';
import { Square } from '../support/square';
import { eventually } from '../support/waiting';

describe('a square with a lobby', () => {
  let square: Square;
  let join: string;
  let hege: Person;

  beforeAll(async () => {
    square = await Square.start();
    const links = await square.space('An open space', SMALL);
    ({ join } = links);
    hege = await Person.arrive(links.host, 'Hege');
    await hege.page.getByRole('button', { name: /^Door/ }).click();
    await door().getByText('Waits in the lobby').click();
    await hege.page.keyboard.press('Escape');
  }, 120_000);

  afterAll(async () => {
    await hege?.leave();
    await square?.stop();
  });

  const door = () => hege.page.getByRole('dialog', { name: 'Door' });

  /** Comes to the door, and waits there. */
  async function knock(name: string, coming: Coming = {}): Promise<Person> {
    const person = await Person.atTheDoor(join, name, coming);
    await person.page.getByRole('textbox', { name: 'Your name' }).fill(name);
    await person.page.getByRole('button', { name: 'Join', exact: true }).click();
    await person.page.getByText('You will be let in in a moment.').waitFor();
    return person;
  }

  it('lets nobody in by themselves, and somebody who is admitted', async () => {
    const ann = await knock('Ann');
    try {
      await ann.picture('lobby');
      expect(await barriers(ann)).toEqual([]);
      expect((await hege.people()).map(({ name }) => name)).toEqual(['Hege']);
      await hege.page.getByRole('button', { name: 'Door: 1 person waits' }).click();
      await hege.picture('door-waiting');
      expect(await barriers(hege)).toEqual([]);
      await door().getByRole('button', { name: 'Let in Ann' }).click();
      await ann.isIn();
      await hege.page.keyboard.press('Escape');
      await hege.hears('Ann');

      await ann.page.reload();
      await ann.goIn();
      expect(ann.faults).toEqual([]);
    } finally {
      await ann.leave();
    }
  });

  it('turns somebody away with words that they read', async () => {
    const bo = await knock('Bo');
    try {
      await hege.page.getByRole('button', { name: 'Door: 1 person waits' }).click();
      await door().getByRole('button', { name: 'Turn away Bo' }).click();
      await door().getByLabel('What they will read').fill('We begin at ten. Come back then.');
      await door().getByRole('button', { name: 'Turn away', exact: true }).click();
      await bo.page.getByText('“We begin at ten. Come back then.”').waitFor();
      await bo.picture('turned-away');
      expect(await barriers(bo)).toEqual([]);
      await door().getByText('Nobody waits.').waitFor();
      await hege.page.keyboard.press('Escape');
      expect(bo.faults).toEqual([]);
    } finally {
      await bo.leave();
    }
  });

  it('lets all in at once', async () => {
    const [cem, dag] = [await knock('Cem', { pitchHz: null }), await knock('Dag', { pitchHz: null })];
    try {
      await hege.page.getByRole('button', { name: 'Door: 2 people wait' }).click();
      await door().getByRole('button', { name: 'Let in all 2' }).click();
      await Promise.all([cem.isIn(), dag.isIn()]);
      await hege.page.keyboard.press('Escape');
    } finally {
      await Promise.all([cem.leave(), dag.leave()]);
    }
  });

  it('gives a link for each role to those who run it, and a helper who comes by one holds the door', async () => {
    await hege.page.getByRole('button', { name: /^Door/ }).click();
    await door().getByRole('button', { name: 'Links to hand out' }).click();
    const links = hege.page.getByRole('dialog', { name: 'Links to hand out' });
    await expect(links.getByLabel('Participant', { exact: true }).inputValue()).resolves.toBe(join);
    const byHelper = await links.getByLabel('Helper', { exact: true }).inputValue();
    await hege.picture('links');
    expect(await barriers(hege)).toEqual([]);
    await hege.page.keyboard.press('Escape');

    const hanna = await Person.arrive(byHelper, 'Hanna', { pitchHz: null });
    try {
      const eva = await knock('Eva', { pitchHz: null });
      await hanna.page.getByRole('button', { name: 'Door: 1 person waits' }).click();
      const herDoor = hanna.page.getByRole('dialog', { name: 'Door' });
      await expect(herDoor.getByRole('button', { name: 'Links to hand out' }).count()).resolves.toBe(0);
      await herDoor.getByRole('button', { name: 'Let in Eva' }).click();
      await eva.isIn();
      await eva.leave();
      expect(hanna.faults).toEqual([]);
    } finally {
      await hanna.leave();
    }
  });

  it('has a host who mutes, asks to unmute, and comes when somebody calls', async () => {
    await hege.page.getByRole('button', { name: /^Door/ }).click();
    await door().getByText('Comes straight in').click();
    await hege.page.keyboard.press('Escape');
    const ann = await Person.arrive(join, 'Ann');
    try {
      await hege.hears('Ann');
      await hege.page.getByRole('button', { name: 'More about Ann' }).click();
      const about = hege.page.getByRole('dialog', { name: 'Ann' });
      await about.getByRole('button', { name: 'Mute', exact: true }).click();
      await ann.page.getByText('Hege turned off your microphone. You can turn it on again.').first().waitFor();
      await eventually('Ann is muted', () => ann.badges(), ({ heard }) => heard === 'muted');
      await hege.fallsSilent('Ann');
      await about.getByRole('button', { name: 'Ask to unmute' }).click();
      await ann.page.getByText('Hege asks you to turn on your microphone.').first().waitFor();
      await ann.picture('asked-to-unmute');
      await ann.page.getByRole('button', { name: 'Unmute', exact: true }).first().click();
      await hege.page.keyboard.press('Escape');
      await hege.hears('Ann');

      await ann.page.keyboard.press('?');
      await ann.page.getByRole('textbox', { name: 'What is it about? You may leave this empty.' }).fill('I hear nobody.');
      await ann.page.getByRole('button', { name: 'Call for help' }).click();
      await ann.page.getByText('You have called.').waitFor();
      await hege.page.getByRole('button', { name: '1 person calls for help' }).click();
      await hege.page.getByText('I hear nobody.').waitFor();
      await hege.picture('calls');
      await hege.page.getByRole('button', { name: 'I take care Ann' }).click();
      await ann.page.getByText('Hege is coming to you.').waitFor();
      expect({ ann: ann.faults, hege: hege.faults }).toEqual({ ann: [], hege: [] });
    } finally {
      await ann.leave();
    }
  });
});

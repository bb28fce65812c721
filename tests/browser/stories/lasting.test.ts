/** What the server has acknowledged outlives it, and a person is the same person after a reload. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MARKET } from '../support/maps';
import { addSlot, agenda, closeBoard, myTable, openBoard, placeOf, postTopic, topic } from '../support/market';
import { Person } from '../support/person';
import { Square } from '../support/square';
import { eventually } from '../support/waiting';

const TITLE = 'How do we keep going after today?';
const BIRCH = 1;

describe('a board, and a server that is killed', () => {
  let square: Square;
  let hege: Person;
  let ann: Person;

  beforeAll(async () => {
    square = await Square.startToRestart();
    const { join, host } = await square.space('An open space', MARKET);
    [hege, ann] = [await Person.arrive(host, 'Hege'), await Person.arrive(join, 'Ann')];
    await addSlot(hege, { name: 'Round 1', in_s: -60, lasts_s: 3_600 });
    await addSlot(hege, { name: 'Round 2', in_s: 3_600, lasts_s: 1_800 });
    await postTopic(ann, { title: TITLE, at: 'Round 1: Birch' });
    await closeBoard(ann);
    await ann.page.getByRole('button', { name: 'Join table Birch' }).click();
    await eventually('Ann sits at Birch', () => myTable(ann), (table) => table === BIRCH, 25_000);
  }, 120_000);

  afterAll(async () => {
    await Promise.all([ann?.leave(), hege?.leave()]);
    await square?.stop();
  });

  const me = async (person: Person) => (await person.people()).find(({ me }) => me)?.id;

  it('loses nothing that was acknowledged, however suddenly the server goes', async () => {
    const ids = [await me(ann), await me(hege)];
    for (let kill = 1; kill <= 3; kill += 1) {
      // The look at it opens only after the server has acknowledged it.
      await postTopic(hege, { title: `Topic ${kill}` });
      const noticed = [ann, hege].map((person) => person.noticesBreak());
      await square.restart('SIGKILL');
      await Promise.all(noticed);
      for (const person of [ann, hege]) {
        await person.isIn();
        await eventually(`${person.name} is back`, () => person.people(), (people) => people.length === 2, 20_000);
        const { slots, topics, open } = await agenda(person);
        expect(slots.map(({ name }) => name)).toEqual(['Round 1', 'Round 2']);
        expect(open).toHaveLength(1);
        expect(topics.map(({ title }) => title).sort()).toEqual(
          [TITLE, ...Array.from({ length: kill }, (_, index) => `Topic ${index + 1}`)].sort());
      }
      expect(await placeOf(hege, TITLE)).toBe(`Round 1: ${BIRCH}`);
      expect([await me(ann), await me(hege)]).toEqual(ids);
      await eventually('Ann sits there again', () => myTable(ann), (table) => table === BIRCH);
    }
    await hege.picture('board-after-kill');
  });

  it('knows who somebody is after a reload: the topic is still theirs', async () => {
    const id = await me(ann);
    await ann.page.reload();
    await expect(ann.page.getByRole('textbox', { name: 'Your name' }).inputValue()).resolves.toBe('Ann');
    await ann.goIn();
    expect(await me(ann)).toBe(id);
    expect((await topic(ann, TITLE))?.convener.participant).toBe(id);
    await openBoard(ann);
    await ann.page.getByRole('gridcell', { name: TITLE }).click();
    await ann.page.getByRole('heading', { name: 'Your topic' }).waitFor();
    await ann.page.keyboard.press('Escape');
  });

  it('keeps what is being written while the line is down, and takes it when it is back', async () => {
    await ann.page.getByRole('button', { name: 'Post a topic', exact: true }).click();
    const form = ann.page.getByRole('dialog', { name: 'Post a topic' });
    await form.getByLabel('What do you want to talk about?').fill('Written while nobody listened');
    const back = square.restart('SIGKILL', 3_000);
    await eventually('the line is down', () => ann.page.evaluate(() => window.torg?.connection().state), (state) => state === 'reconnecting');
    await form.getByRole('button', { name: 'Post it' }).click();
    await form.getByText('What you wrote is kept: try again when you are back.').waitFor();
    await ann.picture('line-down');
    await back;
    await ann.isIn();
    await expect(form.getByLabel('What do you want to talk about?').inputValue()).resolves.toBe('Written while nobody listened');
    await form.getByRole('button', { name: 'Post it' }).click();
    await eventually('Hege sees it', () => topic(hege, 'Written while nobody listened'), Boolean, 20_000);
  });
});

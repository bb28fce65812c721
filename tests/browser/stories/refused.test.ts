/** Who can't come in is told why, in words, and what to do. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SMALL } from '../support/maps';
import { Person } from '../support/person';
import { Square } from '../support/square';
import { eventually } from '../support/waiting';

describe('the door', () => {
  let square: Square;
  let join: string;

  beforeAll(async () => {
    square = await Square.start();
    join = (await square.space('A small square', SMALL)).join;
  });

  afterAll(async () => {
    await square?.stop();
  });

  /** Goes to a link, tries to come in by keyboard where there is a name to give, and reads what the page says. */
  async function toldAt(link: string, name: string, words: RegExp): Promise<void> {
    const person = await Person.atTheDoor(link, name, { pitchHz: null });
    try {
      const box = person.page.getByRole('textbox', { name: 'Your name' });
      await eventually('the page stands', () => person.page.evaluate(() => document.body.innerText.length), (length) => length > 20);
      if (await box.isVisible()) {
        await box.fill(name);
        await person.page.getByRole('button', { name: 'Join', exact: true }).click();
      }
      await eventually(`the page says ${String(words)}`, () => person.page.evaluate(() => document.body.innerText), (text) => words.test(text));
      await expect(person.page.evaluate(() => window.torg?.connection().state)).resolves.not.toBe('in');
    } finally {
      await person.leave();
    }
  }

  it('says that a link is old or damaged', async () => {
    await toldAt(`${join.slice(0, -4)}AAAA`, 'Ann', /link is old/);
  });

  it('says that there is no such square', async () => {
    await toldAt(join.replace('/s/', '/s/no-'), 'Ann', /no such square/);
  });

  it('says what a name needs', async () => {
    await toldAt(join, '\u202EnnA', /That name does not work/);
  });
});

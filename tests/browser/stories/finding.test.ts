/** Finding somebody among many, by keyboard alone. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Person } from '../support/person';
import { end, Square, start } from '../support/square';
import { eventually } from '../support/waiting';

describe('among twenty people', () => {
  let square: Square;
  let crowd: ReturnType<typeof start> | undefined;
  let ann: Person;

  beforeAll(async () => {
    square = await Square.start();
    crowd = start('torg-guest', ['crowd', square.links.join, '--guests', '20', '--speaking', '2', '--for', '300']);
    ann = await Person.arrive(square.links.join, 'Ånn-Sofie Ødegård');
    await eventually('all are here', () => ann.people(), ({ length }) => length === 21);
  });

  afterAll(async () => {
    await ann?.leave();
    if (crowd) await end(crowd);
    await square?.stop();
  });

  const box = () => ann.page.getByRole('searchbox', { name: 'Find a person or table' });
  const said = () => ann.page.locator('[aria-live=polite]').allInnerTexts();
  const lines = () => ann.page.getByRole('listitem');

  it('F leads to the search, which knows no accents', async () => {
    await box().waitFor();
    await ann.page.keyboard.press('f');
    await ann.page.keyboard.type('odegard ann');
    await eventually('one is left', () => lines().count(), (count) => count === 1);
    await expect(lines().innerText()).resolves.toContain('Ånn-Sofie Ødegård');
    await eventually('the count is said', said, (texts) => texts.includes('1 match'));
    await ann.picture('find');
  });

  it('Esc clears it, and Esc again goes back to the list', async () => {
    await ann.page.keyboard.press('Escape');
    await expect(box().inputValue()).resolves.toBe('');
    await expect(box().evaluate((box) => box === document.activeElement)).resolves.toBe(true);
    await ann.page.keyboard.press('Escape');
    await expect(box().evaluate((box) => box === document.activeElement)).resolves.toBe(false);
    await expect(ann.page.getByRole('heading', { name: 'Places' }).isVisible()).resolves.toBe(true);
  });

  it('Enter goes on to the table that was found, and Enter there joins it', async () => {
    const { name, id } = await ann.page.evaluate(() => {
      const cards = [...document.querySelectorAll('.card')];
      const id = cards.findIndex((card) => card.querySelector('[data-way]') !== null);
      return { id, name: cards[id]?.querySelector('h4')?.textContent ?? '' };
    });
    await ann.page.keyboard.press('f');
    await ann.page.keyboard.type(name.toUpperCase());
    await ann.page.keyboard.press('Enter');
    await expect(ann.page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).resolves.toBe(`Join table ${name}`);
    await ann.page.keyboard.press('Enter');
    const mine = async (): Promise<number | null> => (await ann.people()).find(({ me }) => me)?.table ?? null;
    await eventually('Ann sits there', mine, (table) => table === id, 25_000);
    expect(ann.faults).toEqual([]);
  });
});

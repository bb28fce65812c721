/** A convener by keyboard alone: from posting a topic to opening its table when the bell rings. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { focused, tabTo } from '../support/keys';
import { MARKET } from '../support/maps';
import { addSlot, closeBoard, myTable, placeOf, said, topic } from '../support/market';
import { Person } from '../support/person';
import { Square } from '../support/square';
import { eventually } from '../support/waiting';

const TITLE = 'Who looks after the helpers?';
const [OAK, BIRCH] = [0, 1];

/** Long enough to do all that comes before the bell, on a machine that is busy. */
const BELL_S = 60;

describe('a convener at the keyboard', () => {
  let square: Square;
  let hege: Person;
  let ann: Person;

  beforeAll(async () => {
    square = await Square.start();
    const { join, host } = await square.space('An open space', MARKET);
    [hege, ann] = [await Person.arrive(host, 'Hege'), await Person.arrive(join, 'Ann')];
    await addSlot(hege, { name: 'Round 1', in_s: BELL_S, lasts_s: 600 });
    await closeBoard(hege);
  }, 120_000);

  afterAll(async () => {
    await Promise.all([ann?.leave(), hege?.leave()]);
    await square?.stop();
  });

  it('opens the board by its key, and posts a topic at a table', async () => {
    await ann.page.keyboard.press('b');
    await ann.page.getByRole('heading', { name: 'Board' }).waitFor();
    await tabTo(ann, 'button', 'Post a topic');
    await ann.page.keyboard.press('Enter');
    await tabTo(ann, 'textbox', 'What do you want to talk about?');
    await ann.page.keyboard.type(TITLE);
    await tabTo(ann, 'textbox', 'Why, and what should come of it?');
    await ann.page.keyboard.type('They listen all day. Who listens to them?');
    await tabTo(ann, 'combobox', 'Time and table');
    await ann.page.keyboard.type('Round 1: Oak');
    await ann.picture('convener-post');
    await tabTo(ann, 'button', 'Post it');
    await ann.page.keyboard.press('Enter');
    await ann.page.getByRole('dialog', { name: TITLE }).waitFor();
    await eventually('everybody sees where it is', () => placeOf(hege, TITLE), (place) => place === `Round 1: ${OAK}`);
    await eventually('it is said', () => said(ann), (texts) => texts.includes(`${TITLE} is on the board.`));
  });

  it('finds it on the board with the arrows, and moves it to another table', async () => {
    await ann.page.keyboard.press('Escape');
    await ann.page.getByRole('dialog').waitFor({ state: 'detached' });
    await tabToGrid(ann);
    await ann.page.keyboard.press('Control+Home');
    await ann.page.keyboard.press('ArrowDown');
    await ann.page.keyboard.press('ArrowRight');
    await expect(focused(ann)).resolves.toContain(TITLE);
    await ann.picture('convener-board');
    await ann.page.keyboard.press('Enter');
    await ann.page.getByRole('dialog', { name: TITLE }).waitFor();
    await tabTo(ann, 'button', 'Place …');
    await ann.page.keyboard.press('Enter');
    await ann.page.getByRole('dialog', { name: 'Where and when?' }).waitFor();
    await tabTo(ann, 'button', 'Birch Round 1 4 seats');
    await ann.page.keyboard.press('Enter');
    await eventually('everybody sees it there', () => placeOf(hege, TITLE), (place) => place === `Round 1: ${BIRCH}`);
    await eventually('it is said', () => said(ann), (texts) => texts.includes(`${TITLE} is at Birch in Round 1.`));
    await ann.page.keyboard.press('Escape');
    await ann.page.getByRole('dialog').waitFor({ state: 'detached' });
    await ann.page.keyboard.press('Escape');
    await ann.page.getByRole('heading', { name: 'Board' }).waitFor({ state: 'detached' });
  });

  it('hears the bell, and goes to open the table', async () => {
    await ann.page.getByRole('region', { name: 'Round 1 begins' }).waitFor({ timeout: BELL_S * 1_000 + 15_000 });
    await ann.picture('convener-bell');
    await tabTo(ann, 'button', 'Take me there');
    await ann.page.keyboard.press('Enter');
    await eventually('Ann sits at Birch', () => myTable(ann), (table) => table === BIRCH, 25_000);
    await eventually('the list calls the table by its topic', () =>
      hege.page.getByRole('heading', { level: 4, name: TITLE }).isVisible());
    await hege.picture('convener-opened');
    expect((await topic(hege, TITLE))?.convener.name).toBe('Ann');
    expect({ ann: ann.faults, hege: hege.faults }).toEqual({ ann: [], hege: [] });
  });
});

/** Into the grid, which takes one stop of Tab. */
async function tabToGrid(person: Person): Promise<void> {
  const isThere = () => person.page.evaluate(() => document.activeElement?.matches('[role=grid] [data-row]') ?? false);
  for (let press = 0; press < 30 && !await isThere(); press += 1) await person.page.keyboard.press('Tab');
  expect(await isThere()).toBe(true);
}

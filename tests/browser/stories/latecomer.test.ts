/** Who comes late is told what is on, looks before walking, and is taken there; what is kept about it they can read. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MARKET } from '../support/maps';
import { addSlot, closeBoard, myTable, openBoard, postTopic, topic } from '../support/market';
import { Person } from '../support/person';
import { Square } from '../support/square';
import { eventually } from '../support/waiting';

const TITLE = 'Loneliness: who notices first?';
const WHY = 'Bring one thing that somebody lonely told you.';
const ELM = 4;

describe('somebody who comes in the middle of a round', () => {
  let square: Square;
  let hege: Person;
  let ann: Person;
  let late: Person;

  beforeAll(async () => {
    square = await Square.start();
    const { join, host } = await square.space('An open space', MARKET);
    [hege, ann] = [await Person.arrive(host, 'Hege'), await Person.arrive(join, 'Ann')];
    await addSlot(hege, { name: 'Round 1', in_s: -300, lasts_s: 1_200 });
    await addSlot(hege, { name: 'Harvest', in_s: 900, lasts_s: 600, kind: 'Plenum' });
    await closeBoard(hege);
    await postTopic(ann, { title: TITLE, why: WHY, at: 'Round 1: Elm' });
    await closeBoard(ann);
    await ann.page.getByRole('button', { name: 'Join table Elm' }).click();
    await eventually('Ann sits at Elm', () => myTable(ann), (table) => table === ELM, 25_000);
    late = await Person.arrive(join, 'Liv');
  }, 120_000);

  afterAll(async () => {
    await Promise.all([late?.leave(), ann?.leave(), hege?.leave()]);
    await square?.stop();
  });

  const card = () => late.page.getByRole('region', { name: 'What is on' });
  const dialog = (name: string) => late.page.getByRole('dialog', { name });

  it('reads in three lines what is on, what comes next, and where to go', async () => {
    await card().waitFor();
    const lines = (await card().getByRole('definition').allInnerTexts()).map((line) => line.replace(/\d+/gu, '0'));
    expect(lines).toEqual(['Round 0, 0:0 left', 'Harvest, 0:0', `Elm: ${TITLE}`]);
    await late.picture('latecomer');
  });

  it('peeks without walking: what, why, who brings it, who sits there', async () => {
    const before = await late.position();
    await openBoard(late);
    await late.page.getByRole('gridcell', { name: TITLE }).click();
    const peek = dialog(TITLE);
    await peek.getByText(WHY).waitFor();
    await peek.getByText('By Ann').waitFor();
    await expect(peek.getByRole('listitem').filter({ hasText: 'Ann' }).count()).resolves.toBe(1);
    await peek.getByText('5 free seats').waitFor();
    await late.picture('peek');
    expect(await late.position()).toEqual(before);
  });

  it('says that they would like to come, and writes a comment, which everybody sees', async () => {
    const peek = dialog(TITLE);
    await peek.getByRole('button', { name: 'I would like to come' }).click();
    await eventually('Hege sees it', () => topic(hege, TITLE), (seen) => seen?.interested === 1);
    await expect(peek.getByRole('button', { name: 'I would like to come', pressed: true }).count()).resolves.toBe(1);
    await peek.getByRole('textbox', { name: 'Write a comment' }).fill('I have an example from school.');
    await peek.getByRole('button', { name: 'Send' }).click();
    await peek.getByText('I have an example from school.').waitFor();
    await eventually('Hege sees that too', () => topic(hege, TITLE), (seen) => seen?.comments === 1);
    await expect(peek.getByRole('textbox', { name: 'Write a comment' }).inputValue()).resolves.toBe('');
    await late.page.keyboard.press('Escape');
    await closeBoard(late);
  });

  it('is taken there by one press', async () => {
    await card().getByRole('button', { name: 'Take me there' }).click();
    await eventually('Liv sits at Elm', () => myTable(late), (table) => table === ELM, 25_000);
    await late.hears('Ann');
    await expect(card().count()).resolves.toBe(0);
  });

  it('sees what is recorded about them, and the convener who has been there', async () => {
    await late.page.getByRole('button', { name: 'Leave table Elm' }).click();
    await eventually('Liv has left', () => myTable(late), (table) => table === null);
    await late.page.getByRole('button', { name: 'Liv (you)' }).click();
    await late.page.getByRole('button', { name: 'What is recorded about me' }).click();
    const kept = dialog('What is recorded about me').getByRole('listitem');
    await eventually('the visit is there', () => kept.allInnerTexts(), (lines) => lines.length === 1 && (lines[0] ?? '').includes(TITLE));
    await late.picture('recorded');
    await late.page.keyboard.press('Escape');
    await openBoard(ann);
    await ann.page.getByRole('gridcell', { name: TITLE }).click();
    const been = ann.page.getByRole('dialog', { name: TITLE }).getByRole('listitem').filter({ hasText: 'Liv' }).filter({ hasText: 'min' });
    await been.waitFor();
    await ann.picture('peek-convener');
    await ann.page.keyboard.press('Escape');
  });

  it('is told at the end of the round, and taken to the plenum by one press', async () => {
    await openBoard(hege);
    await hege.page.getByRole('button', { name: 'Edit Round 1' }).click();
    const form = hege.page.getByRole('dialog', { name: 'Edit the time slot' });
    const soon = await hege.page.evaluate(() => new Date(Date.now() + 8_000 - new Date().getTimezoneOffset() * 60_000).toISOString().slice(0, 19));
    await form.getByLabel('Ends').fill(soon);
    await form.getByRole('button', { name: 'Save' }).click();
    const over = late.page.getByRole('region', { name: 'Round 1 is over' });
    await over.waitFor({ timeout: 30_000 });
    await late.picture('round-over');
    await over.getByRole('button', { name: 'To the plenum' }).click();
    await eventually('Liv is by the stage', () => late.position(), ({ x }) => x > 27, 25_000);
    await eventually('the table has its own name again', () => late.page.getByRole('heading', { level: 4, name: 'Elm' }).isVisible());
    expect({ late: late.faults, ann: ann.faults, hege: hege.faults }).toEqual({ late: [], ann: [], hege: [] });
  });
});

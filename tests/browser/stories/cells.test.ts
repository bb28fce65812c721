/** Topics on the board by mouse: dragged to where they shall be, and two people who want one cell. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MARKET } from '../support/maps';
import { addSlot, agenda, openBoard, placeOf, postTopic } from '../support/market';
import { Person } from '../support/person';
import { Square } from '../support/square';
import { eventually } from '../support/waiting';

const ANNS = 'What do young people say themselves?';
const BOS = 'Getting employers to say yes';
const [OAK, BIRCH, ROWAN] = [0, 1, 2];

describe('two people at the board', () => {
  let square: Square;
  let hege: Person;
  let ann: Person;
  let bo: Person;

  beforeAll(async () => {
    square = await Square.start();
    const { join, host } = await square.space('An open space', MARKET);
    hege = await Person.arrive(host, 'Hege');
    [ann, bo] = [await Person.arrive(join, 'Ann'), await Person.arrive(join, 'Bo')];
    await addSlot(hege, { name: 'Round 1', in_s: 3_600, lasts_s: 1_800 });
    await postTopic(ann, { title: ANNS });
    await postTopic(bo, { title: BOS });
  }, 120_000);

  afterAll(async () => {
    await Promise.all([ann?.leave(), bo?.leave(), hege?.leave()]);
    await square?.stop();
  });

  const free = ({ page }: Person, table: string) => page.getByRole('gridcell', { name: `${table}, Round 1: free` });

  it('drag a topic onto the board, and from table to table', async () => {
    await ann.page.getByRole('button', { name: new RegExp(ANNS.replace('?', '\\?')) }).dragTo(free(ann, 'Oak'));
    await eventually('Bo sees it', () => placeOf(bo, ANNS), (place) => place === `Round 1: ${OAK}`);
    await ann.page.getByRole('gridcell', { name: ANNS }).dragTo(free(ann, 'Rowan'));
    await eventually('Bo sees it moved', () => placeOf(bo, ANNS), (place) => place === `Round 1: ${ROWAN}`);
  });

  it('cannot drag what somebody else brings', async () => {
    await ann.page.getByRole('button', { name: new RegExp(BOS) }).dragTo(free(ann, 'Oak'));
    expect(await placeOf(bo, BOS)).toBeNull();
  });

  it('want the same cell: the first has it, the other is told by whom, and chooses another', async () => {
    for (const [person, title] of [[ann, ANNS], [bo, BOS]] as const) {
      await openBoard(person);
      await free(person, 'Birch').click();
      await person.page.getByRole('dialog', { name: 'Birch, Round 1' }).getByRole('button', { name: new RegExp(title.slice(0, 20)) }).waitFor();
    }
    // Both have the sheet open, so the second presses what is no longer free.
    const press = ({ page }: Person, title: string) => page.getByRole('dialog').getByRole('button', { name: new RegExp(title.slice(0, 20)) }).click();
    await Promise.all([press(ann, ANNS), press(bo, BOS)]);
    const places = await eventually('one of them has it', async () => [await placeOf(hege, ANNS), await placeOf(hege, BOS)],
      (places) => places.includes(`Round 1: ${BIRCH}`));
    const [loser, winner, winners] = places[0] === `Round 1: ${BIRCH}` ? [bo, 'Ann', ANNS] : [ann, 'Bo', BOS];
    await loser.page.getByRole('alert').filter({ hasText: `“${winners}” by ${winner} was placed there first. Choose another place.` }).waitFor();
    await loser.picture('cell-taken');
    expect(places.filter((place) => place === `Round 1: ${BIRCH}`)).toHaveLength(1);
    await loser.page.keyboard.press('Escape');
    await free(loser, 'Elm').click();
    await press(loser, loser === bo ? BOS : ANNS);
    await eventually('it has found another place', () => placeOf(hege, loser === bo ? BOS : ANNS), (place) => place === 'Round 1: 4');
  });

  it('are told when they would be in two places at once, and may insist', async () => {
    const second = 'A second one of mine';
    await postTopic(ann, { title: second });
    await ann.page.getByRole('button', { name: new RegExp(second) }).dragTo(free(ann, 'Oak'));
    const alert = ann.page.getByRole('alert').filter({ hasText: second });
    await alert.waitFor();
    await expect(alert.innerText()).resolves.toContain(`Ann already brings “${ANNS}” in Round 1, at the same time.`);
    await ann.picture('convener-busy');
    expect(await placeOf(hege, second)).toBeNull();
    await alert.getByRole('button', { name: 'Place it all the same' }).click();
    await eventually('it stands', () => placeOf(hege, second), (place) => place === `Round 1: ${OAK}`);
  });

  it('find nothing amiss', async () => {
    expect((await agenda(hege)).topics).toHaveLength(3);
    expect({ ann: ann.faults, bo: bo.faults, hege: hege.faults }).toEqual({ ann: [], bo: [], hege: [] });
  });
});

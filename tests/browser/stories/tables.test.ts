/** The whole meeting without the map: by keyboard, in the list. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tabTo } from '../support/keys';
import { SMALL } from '../support/maps';
import { Person } from '../support/person';
import { Square } from '../support/square';
import { eventually } from '../support/waiting';

describe('three people, by keyboard alone', () => {
  let square: Square;
  let ann: Person;
  let bo: Person;
  let cem: Person;

  beforeAll(async () => {
    square = await Square.start();
    const { join } = await square.space('A small square', SMALL);
    ann = await Person.atTheDoor(join, 'Ann');
    [bo, cem] = [await Person.arrive(join, 'Bo'), await Person.arrive(join, 'Cem')];
  });

  afterAll(async () => {
    await Promise.all([ann?.leave(), bo?.leave(), cem?.leave()]);
    await square?.stop();
  });

  it('come in', async () => {
    await tabTo(ann, 'textbox', 'Your name');
    await ann.page.keyboard.type('Ann');
    await tabTo(ann, 'button', 'Join');
    await ann.page.keyboard.press('Enter');
    await ann.isIn();
    await ann.hears('Bo');
  });

  it('sit down at the closed table, and nobody outside hears them', async () => {
    for (const person of [ann, bo]) {
      await tabTo(person, 'button', 'Join table Quiet talk');
      await person.page.keyboard.press('Enter');
    }
    await ann.hears('Bo', 25_000);
    await eventually('both sit', () => seated(ann), (count) => count === 2, 25_000);
    // On their way there they were part of the murmur of the square; from the table on, of nothing.
    await cem.fallsSilent();
    await cem.hearsNothing(3_000);
  });

  it('hear nothing from outside either, even from a step away', async () => {
    await cem.hold('ArrowRight', 6_300);
    await ann.hearsNothing(2_000, 'Cem');
    await cem.hearsNothing(2_000);
  });

  it('see in the list who sits there', async () => {
    await cem.picture('list');
    await expect(cem.page.getByText('2 of 3 seats').first().isVisible()).resolves.toBe(true);
  });

  it('stand up again and hear Cem outside', async () => {
    await tabTo(ann, 'button', 'Leave table Quiet talk');
    await ann.page.keyboard.press('Enter');
    await ann.hears('Cem', 20_000);
    expect(await ann.offers()).toBe(1);
    expect({ ann: ann.faults, bo: bo.faults, cem: cem.faults }).toEqual({ ann: [], bo: [], cem: [] });
  });
});

/** How many people sit at any table, as this person sees it. */
async function seated(person: Person): Promise<number> {
  return (await person.people()).filter(({ table }) => table !== null).length;
}

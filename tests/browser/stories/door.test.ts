/** What is seen from the door: whose square it is, and how many are there. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SMALL } from '../support/maps';
import { Person } from '../support/person';
import { Square } from '../support/square';
import { eventually } from '../support/waiting';

describe('before the door', () => {
  let square: Square;
  let join: string;

  beforeAll(async () => {
    square = await Square.start();
    join = (await square.space('A small square', SMALL)).join;
  });

  afterAll(async () => {
    await square?.stop();
  });

  const told = (person: Person) => person.page.getByRole('status').allInnerTexts();

  it('stands the name of the square, and how many are there at the moment', async () => {
    const ann = await Person.atTheDoor(join, 'Ann', { pitchHz: null });
    try {
      await ann.page.getByRole('heading', { name: 'A small square' }).waitFor();
      await eventually('nobody is there', () => told(ann), (texts) => texts.includes('Nobody is here yet.'));
      const bo = await Person.arrive(join, 'Bo', { pitchHz: null });
      try {
        await eventually('Bo is counted', () => told(ann), (texts) => texts.includes('1 person here'), 20_000);
        await ann.picture('door');
      } finally {
        await bo.leave();
      }
      expect(ann.faults).toEqual([]);
    } finally {
      await ann.leave();
    }
  });

  it('stands at least the way in when nothing can be seen', async () => {
    const blind = (page: Person['page']) => page.route('**/api/spaces/*', (route) => route.abort());
    const cem = await Person.atTheDoor(join, 'Cem', { pitchHz: null, before: blind });
    try {
      await cem.page.getByRole('heading', { name: 'Join the square' }).waitFor();
      await cem.goIn();
    } finally {
      await cem.leave();
    }
  });
});

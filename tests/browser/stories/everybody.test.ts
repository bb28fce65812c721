/** Pages that anybody can use: no serious findings by axe-core, on a desktop and on a phone, by day and by night. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ProbedPerson } from '../../../client/web/src/app/probe';
import { barriers, LOOKS, MOVED_MS } from '../support/looks';
import { SMALL } from '../support/maps';
import { Person } from '../support/person';
import { end, Square, start } from '../support/square';
import { eventually, pause } from '../support/waiting';

describe('a square with ten guests at tables', () => {
  let square: Square;
  let crowd: ReturnType<typeof start> | undefined;

  beforeAll(async () => {
    square = await Square.start();
    crowd = start('torg-guest', ['crowd', square.links.join, '--guests', '10', '--speaking', '3', '--for', '300']);
  });

  afterAll(async () => {
    if (crowd) await end(crowd);
    await square?.stop();
  });

  for (const [look, coming] of LOOKS) {
    it(`keeps nobody out: ${look}`, async () => {
      const ann = await Person.atTheDoor(square.links.join, 'Ann', coming);
      try {
        await ann.page.getByRole('button', { name: 'Join', exact: true }).waitFor();
        await ann.picture(`join-${look}`);
        expect(await barriers(ann)).toEqual([]);
        await ann.goIn();
        const seated = (people: ProbedPerson[]): number => people.filter(({ table }) => table !== null).length;
        await eventually('eleven are here, and most sit', () => ann.people(), (people) => people.length === 11 && seated(people) > 5);
        const settled = ['heard', 'nobody_near', 'not_received'];
        await eventually('Ann has her sound', () => ann.badges(), ({ heard }) => settled.includes(heard ?? ''));
        await pause(MOVED_MS);
        await ann.picture(`square-${look}`);
        expect(await barriers(ann)).toEqual([]);
        expect(ann.faults).toEqual([]);
        expect(ann.strayRequests).toEqual([]);
      } finally {
        await ann.leave();
      }
    });
  }
});

describe('somebody without a microphone', () => {
  it('comes in, hears, and is told that nobody can hear them', async () => {
    const square = await Square.start();
    const { join } = await square.space('A small square', SMALL);
    const bo = await Person.arrive(join, 'Bo');
    const ann = await Person.arrive(join, 'Ann', { pitchHz: null });
    try {
      await ann.hears('Bo');
      await eventually('Ann is told', () => ann.badges(), ({ heard }) => heard === 'no_microphone', 2_000);
    } finally {
      await Promise.all([ann.leave(), bo.leave()]);
      await square.stop();
    }
  });
});

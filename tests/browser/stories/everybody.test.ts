/** Pages that anybody can use: no serious findings by axe-core, on a desktop and on a phone, by day and by night. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AxeResults } from 'axe-core';
import type { ProbedPerson } from '../../../client/web/src/app/probe';
import { devices } from 'playwright-core';
import { SMALL } from '../support/maps';
import { Person, type Coming } from '../support/person';
import { end, Square, start } from '../support/square';
import { eventually, pause } from '../support/waiting';

const { defaultBrowserType: _, ...phone } = devices['Pixel 7'] as (typeof devices)[string];

const LOOKS: [string, Coming][] = [
  ['desktop', {}],
  ['desktop-dark', { context: { colorScheme: 'dark' } }],
  ['phone', { context: phone }],
];

/** How long panels move when they open. */
const MOVED_MS = 400;

/** What axe-core finds that keeps somebody out, in words. */
async function barriers({ page }: Person): Promise<string[]> {
  const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  await page.evaluate(axe);
  const results: AxeResults = await page.evaluate(() => (window as never as { axe: typeof import('axe-core') }).axe.run());
  return results.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, help, nodes }) => nodes.map((node) => `${id}: ${help}: ${node.html}`));
}

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

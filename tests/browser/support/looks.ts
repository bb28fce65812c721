/** How pages look and whom they keep out: on a desktop and on a phone, by day and by night. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import { devices, type Locator } from 'playwright-core';
import type { Coming, Person } from './person';

const { defaultBrowserType: _, ...phone } = devices['Pixel 7'] as (typeof devices)[string];

export const LOOKS: [string, Coming][] = [
  ['desktop', {}],
  ['desktop-dark', { context: { colorScheme: 'dark' } }],
  ['phone', { context: phone }],
];

/** How long panels move when they open. */
export const MOVED_MS = 400;

/** Whether somebody can see the middle of this: it is on the screen, and nothing lies over it. */
export async function isInSight(what: Locator): Promise<boolean> {
  return what.evaluate((element) => {
    const { left, top, width, height } = element.getBoundingClientRect();
    const seen = document.elementFromPoint(left + width / 2, top + height / 2);
    return seen !== null && element.contains(seen);
  });
}

/** What axe-core finds that keeps somebody out, in words. */
export async function barriers({ page }: Person): Promise<string[]> {
  const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  await page.evaluate(axe);
  const results: AxeResults = await page.evaluate(() => (window as never as { axe: typeof import('axe-core') }).axe.run());
  return results.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, help, nodes }) => nodes.map((node) => `${id}: ${help}: ${node.html}`));
}

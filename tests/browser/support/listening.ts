/** How sound comes to a page, and what of it is played. */
import type { ProbedSpeeches, ProbedStream } from '../../../client/web/src/app/probe';
import type { Person } from './person';
import { pause } from './waiting';

/** Levels are read so often, ms: half of what the page's own analysers look back. */
const READ_MS = 10;

/** The bed's section, or the one stream, as the page knows it. */
export async function stream({ page }: Person): Promise<ProbedStream> {
  const known = await page.evaluate(() => window.torg?.stream());
  if (known === undefined) throw new Error('the page has no probe');
  return known;
}

/** Who speaks over everything, as the page knows it. */
export async function speeches({ page }: Person): Promise<ProbedSpeeches> {
  const known = await page.evaluate(() => window.torg?.speeches());
  if (known === undefined) throw new Error('the page has no probe');
  return known;
}

/** The murmur's level over a second, RMS: what comes in, and what of it is played. */
export function murmur({ page }: Person): Promise<{ incoming: number; played: number }> {
  return page.evaluate(async () => {
    const sums = { incoming: 0, played: 0 };
    const looks = 20;
    for (let look = 0; look < looks; look += 1) {
      const { incoming, rms } = window.torg?.stream() ?? { incoming: 0, rms: 0 };
      sums.incoming += incoming ** 2 / looks;
      sums.played += rms ** 2 / looks;
      await new Promise((done) => setTimeout(done, 50));
    }
    return { incoming: Math.sqrt(sums.incoming), played: Math.sqrt(sums.played) };
  });
}

/** How loud somebody is who sounds without a break, RMS: the middle of many looks, so one hiccup of the machine is not it. */
export async function steady(listener: Person, name: string): Promise<number> {
  const levels: number[] = [];
  for (let look = 0; look < 15; look += 1) {
    levels.push(await listener.hearing(name));
    await pause(50);
  }
  return levels.sort((one, other) => one - other)[7] ?? 0;
}

/** Packets that came in the bed's section so far. */
export async function bedPackets({ page }: Person): Promise<number> {
  return await page.evaluate(() => window.torg?.statistics()?.bed.packetsReceived) ?? 0;
}

/** Sets the slider of the murmur, by keyboard: all the way down, or all the way up. Then arrows walk again. */
export async function setMurmur({ page }: Person, to: 'off' | 'full'): Promise<void> {
  const slider = page.getByRole('slider', { name: 'Murmur of the square' });
  await slider.press(to === 'off' ? 'Home' : 'End');
  await slider.blur();
}

/** Chooses in the panel of sound how it comes, and closes the panel. */
export async function chooseWay({ page }: Person, way: 'Automatic' | 'Voices one by one' | 'One stream'): Promise<void> {
  await page.getByRole('button', { name: 'Sound', exact: true }).click();
  const panel = page.getByRole('dialog', { name: 'Sound' });
  await panel.getByRole('radio', { name: way, exact: true }).check();
  await page.keyboard.press('Escape');
  await panel.waitFor({ state: 'detached' });
}

/** The loudness of one moment on its way to the loudspeaker, louder side, and the time, ms. */
export interface Reading { at_ms: number; rms: number }

/** Reads what goes to the loudspeaker as often as it can while something is done. */
export async function readWhile({ page }: Person, act: () => Promise<void>): Promise<Reading[]> {
  await page.evaluate((every_ms) => {
    const readings: Reading[] = [];
    const timer = setInterval(() => {
      const { left, right } = window.torg?.output() ?? { left: 0, right: 0 };
      readings.push({ at_ms: performance.now(), rms: Math.max(left, right) });
    }, every_ms);
    window.reading = () => {
      clearInterval(timer);
      return readings;
    };
  }, READ_MS);
  await act();
  return page.evaluate(() => window.reading?.() ?? []);
}

/** The longest time without a break in which readings were as asked for, ms. */
export function longest(readings: readonly Reading[], is: (rms: number) => boolean): number {
  let [longest_ms, since_ms] = [0, null as number | null];
  for (const { at_ms, rms } of readings) {
    since_ms = is(rms) ? since_ms ?? at_ms : null;
    if (since_ms !== null) longest_ms = Math.max(longest_ms, at_ms - since_ms);
  }
  return longest_ms;
}

/** The middle of all readings. */
export function median(readings: readonly Reading[]): number {
  return readings.map(({ rms }) => rms).sort((one, other) => one - other)[Math.floor(readings.length / 2)] ?? 0;
}

declare global {
  interface Window { reading?: () => Reading[] }
}

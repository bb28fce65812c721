/** Firefox comes in, hears a native guest, and is heard by it. Runs by `support/machine.sh`, which see. */
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import puppeteer, { type Browser, type Page } from 'puppeteer-core';
import { soundInWords } from '../support/hooks';
import { SMALL } from '../support/maps';
import { end, Square, start } from '../support/square';
import { eventually, pause } from '../support/waiting';

/** How long the guest listens to Firefox before it leaves and tells. */
const LISTEN_MS = 3_000;

/** Lets Firefox take a made-up microphone (a tone) and play without a click, as a person's own settings would. */
const PREFERENCES = {
  'media.navigator.streams.fake': true,
  'media.navigator.permission.disabled': true,
  'media.autoplay.default': 0,
};

interface Heard {
  name: string;
  seconds: number;
  rms_dbfs: number;
}

describe('Firefox', () => {
  let square: Square;
  let join: string;
  let firefox: Browser;

  beforeAll(async () => {
    square = await Square.start();
    join = (await square.space('A small square', SMALL)).join;
    firefox = await puppeteer.launch({
      browser: 'firefox',
      executablePath: process.env['TORG_FIREFOX'] ?? '/usr/bin/firefox-esr',
      extraPrefsFirefox: PREFERENCES,
      headless: true,
    });
  });

  afterAll(async () => {
    await firefox?.close();
    await square?.stop();
  });

  it('joins, hears and is heard', async () => {
    const guest = start('torg-guest', ['join', join, '--name', 'Gro', '--tone', '450', '--json']);
    const heard = summary(guest);
    try {
      const page = await firefox.newPage();
      await page.goto(join);
      await page.locator('::-p-aria([name="Your name"][role="textbox"])').fill('Fia');
      await page.locator('::-p-aria([name="Join"][role="button"])').click();
      await eventually('Fia is in', () => page.evaluate(() => window.torg?.connection().state), (state) => state === 'in');
      await eventually('Fia hears Gro', () => loudness(page), (level) => level > 0.01).catch(async (error: unknown) => {
        throw new Error(`${String(error)}\n${await page.evaluate(soundInWords)}`, { cause: error });
      });
      await eventually('Fia is told that she is heard', () => page.evaluate(() => window.torg?.badges().heard.kind), (kind) => kind === 'heard');
      await pause(LISTEN_MS);
      // Told to stop, a guest leaves and prints what it heard.
      guest.kill('SIGTERM');
      const fia = (await heard).find(({ name }) => name === 'Fia');
      expect(fia?.seconds).toBeGreaterThan(1);
      expect(fia?.rms_dbfs).toBeGreaterThan(-50);
    } finally {
      await end(guest);
    }
  });
});

/** The loudest slot. */
function loudness(page: Page): Promise<number> {
  return page.evaluate(() => Math.max(0, ...(window.torg?.slots() ?? []).map(({ rms }) => rms)));
}

/** Whom the guest heard, from its closing line. */
async function summary(guest: ReturnType<typeof start>): Promise<Heard[]> {
  if (guest.stdout === null) throw new Error('the guest has no output');
  for await (const line of createInterface({ input: guest.stdout })) {
    const event = JSON.parse(line) as { event: string; heard?: Heard[] };
    if (event.event === 'summary') return event.heard ?? [];
  }
  throw new Error('the guest gave no summary');
}

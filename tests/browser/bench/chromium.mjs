// The Chromium of a measurement, and somebody in it who has come in. TORG_LINK is a join link; TORG_CHROMIUM names the browser.
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium } from 'playwright-core';

const named = process.env['TORG_CHROMIUM'] ?? 'chromium';

function executable() {
  const folders = named.includes('/') ? [''] : (process.env['PATH'] ?? '').split(delimiter);
  const found = folders.map((folder) => join(folder, named)).find((path) => existsSync(path));
  if (found === undefined) throw new Error(`there is no ${named} on the PATH: name a Chromium in TORG_CHROMIUM`);
  return found;
}

export function variable(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: \`cargo xtask bench browser\` sets it`);
  return value;
}

/** Starts a browser for what `measure` does with it. */
export async function withBrowser(measure) {
  const browser = await chromium.launch({
    executablePath: executable(),
    args: [
      '--headless=new', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
      '--disable-background-networking', '--disable-component-update', '--disable-sync',
      '--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream',
      '--autoplay-policy=no-user-gesture-required',
    ],
  });
  try {
    await measure(browser);
  } finally {
    await browser.close();
  }
}

/** Comes in by the link, on a page of its own. */
export async function arrive(browser, name, options) {
  const page = await browser.newPage(options);
  await page.goto(variable('TORG_LINK'));
  await page.getByRole('textbox', { name: 'Your name' }).fill(name);
  await page.getByRole('button', { name: 'Join', exact: true }).click();
  await page.waitForFunction(() => window.torg?.connection().state === 'in', undefined, { timeout: 30_000 });
  await page.waitForTimeout(4_000);
  return page;
}

/** The value below which a part of the sorted values lies, as text. */
export function at(sorted, part) {
  return sorted[Math.floor(part * (sorted.length - 1))]?.toFixed(1) ?? '-';
}

// Frames a second of the square's map in headless Chromium, and what they cost in script.
// TORG_LINK is a join link of a square that is full already; TORG_CHROMIUM names the browser.
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium } from 'playwright-core';

const MEASURED_MS = 15_000;

const link = process.env['TORG_LINK'];
if (!link) throw new Error('TORG_LINK is not set: `cargo xtask bench browser` sets it');
const named = process.env['TORG_CHROMIUM'] ?? 'chromium';
const folders = named.includes('/') ? [''] : (process.env['PATH'] ?? '').split(delimiter);
const executablePath = folders.map((folder) => join(folder, named)).find((path) => existsSync(path));
if (executablePath === undefined) throw new Error(`there is no ${named} on the PATH: name a Chromium in TORG_CHROMIUM`);
const browser = await chromium.launch({
  executablePath,
  args: [
    '--headless=new', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
    '--disable-background-networking', '--disable-component-update', '--disable-sync',
    '--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream',
    '--autoplay-policy=no-user-gesture-required',
  ],
});
try {
  const page = await browser.newPage({ viewport: { width: 1_280, height: 800 } });
  await page.goto(link);
  await page.getByRole('textbox', { name: 'Your name' }).fill('Frame counter');
  await page.getByRole('button', { name: 'Join', exact: true }).click();
  await page.waitForFunction(() => window.torg?.connection().state === 'in', undefined, { timeout: 30_000 });
  await page.waitForTimeout(4_000);
  // Walking the whole time, so that every frame is drawn anew.
  await page.keyboard.down('ArrowLeft');
  const client = await page.context().newCDPSession(page);
  await client.send('Performance.enable');
  const figure = async (name) => {
    const { metrics } = await client.send('Performance.getMetrics');
    return metrics.find((metric) => metric.name === name)?.value ?? NaN;
  };
  const before = { script: await figure('ScriptDuration'), task: await figure('TaskDuration') };
  const gaps = await page.evaluate(
    (measuredMs) => new Promise((done) => {
      const gaps = [];
      const began = performance.now();
      let last = began;
      const frame = (now) => {
        gaps.push(now - last);
        last = now;
        if (now - began < measuredMs) requestAnimationFrame(frame);
        else done(gaps);
      };
      requestAnimationFrame(frame);
    }),
    MEASURED_MS,
  );
  const after = { script: await figure('ScriptDuration'), task: await figure('TaskDuration') };
  await page.keyboard.up('ArrowLeft');
  const people = await page.evaluate(() => window.torg?.people().length);
  const sorted = gaps.slice(1).sort((a, b) => a - b);
  const at = (part) => sorted[Math.floor(part * (sorted.length - 1))]?.toFixed(1);
  const perSecond = (sorted.length / sorted.reduce((sum, gap) => sum + gap, 0)) * 1_000;
  const perFrame = (name) => (((after[name] - before[name]) * 1_000) / sorted.length).toFixed(2);
  console.log(`${people} people: ${perSecond.toFixed(1)} frames a second, ${at(0.5)}/${at(0.99)} ms between frames p50/p99,`);
  console.log(`${perFrame('script')} ms of script and ${perFrame('task')} ms of main thread a frame`);
} finally {
  await browser.close();
}

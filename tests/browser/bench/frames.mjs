// Frames a second of the square's map in headless Chromium, and what they cost in script.
// The square of TORG_LINK is full already.
import { arrive, at, withBrowser } from './chromium.mjs';

const MEASURED_MS = 15_000;

await withBrowser(async (browser) => {
  const page = await arrive(browser, 'Frame counter', { viewport: { width: 1_280, height: 800 } });
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
  const perSecond = (sorted.length / sorted.reduce((sum, gap) => sum + gap, 0)) * 1_000;
  const perFrame = (name) => (((after[name] - before[name]) * 1_000) / sorted.length).toFixed(2);
  console.log(`${people} people: ${perSecond.toFixed(1)} frames a second, ${at(sorted, 0.5)}/${at(sorted, 0.99)} ms between frames p50/p99,`);
  console.log(`${perFrame('script')} ms of script and ${perFrame('task')} ms of main thread a frame`);
});

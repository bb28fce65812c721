/** What the board costs with 450 people and 100 topics at 20 tables in 6 slots: an update, a person who moves, a scroll. */

const UPDATES = 60;
const SCROLL_STEPS = 120;

/** Opens the board and gives the page with a session of Chromium's own counters. */
async function openBoard(browser, base) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  await page.goto(`${base}/dev.html?people=450&topics=100`);
  await page.getByRole('textbox', { name: 'Your name' }).fill('Marte Vik');
  await page.getByRole('button', { name: 'Join', exact: true }).click();
  await page.locator('canvas').first().waitFor();
  await page.getByRole('button', { name: 'Board', exact: true }).click();
  await page.getByRole('grid').waitFor();
  await page.waitForTimeout(1_500);
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  return { page, session };
}

async function counters(session) {
  const { metrics } = await session.send('Performance.getMetrics');
  const of = (name) => metrics.find((metric) => metric.name === name)?.value ?? 0;
  return { script_ms: of('ScriptDuration') * 1_000, layout_ms: (of('LayoutDuration') + of('RecalcStyleDuration')) * 1_000 };
}

/** Milliseconds of script and of layout that each run of something costs beyond what the page costs by itself. */
async function cost(page, session, idle, runs, act) {
  const before = await counters(session);
  const start = Date.now();
  await page.evaluate(act, runs);
  const elapsed_ms = Date.now() - start;
  const after = await counters(session);
  const each = (key) => (after[key] - before[key] - idle[key] * elapsed_ms) / runs;
  return `script ${each('script_ms').toFixed(2)} ms, style and layout ${each('layout_ms').toFixed(2)} ms`;
}

/** What the page costs by itself, per ms: people mill about, and speak. */
async function idleCost(page, session) {
  const before = await counters(session);
  await page.waitForTimeout(3_000);
  const after = await counters(session);
  return { script_ms: (after.script_ms - before.script_ms) / 3_000, layout_ms: (after.layout_ms - before.layout_ms) / 3_000 };
}

/** Runs in the page: moves a topic on the board, and shows it, once a frame. */
async function changeTopics(runs) {
  const { world } = window.core;
  for (let run = 0; run < runs; run += 1) {
    const topic = world.agenda.topics.get((run % 100) + 1);
    world.apply({ type: 'topic_changed', topic: { ...topic, interested: topic.interested + 1, title: `${topic.title} ${run}` } });
    await new Promise((resolve) => { requestAnimationFrame(() => setTimeout(resolve)); });
  }
}

/** Runs in the page: lets somebody sit down, once a frame. */
async function seatPeople(runs) {
  for (let run = 0; run < runs; run += 1) {
    window.core.seat(2 + run, run % 6, run % 6);
    await new Promise((resolve) => { requestAnimationFrame(() => setTimeout(resolve)); });
  }
}

/** Runs in the page: scrolls over all tables and slots and back; gives the time between frames. */
async function scroll(steps) {
  const grid = document.querySelector('[role=grid]');
  const frames_ms = [];
  let last = performance.now();
  for (let step = 0; step < steps; step += 1) {
    const share = 1 - Math.abs(1 - (2 * step) / steps);
    grid.scrollLeft = share * (grid.scrollWidth - grid.clientWidth);
    grid.scrollTop = share * (grid.scrollHeight - grid.clientHeight);
    await new Promise((resolve) => { requestAnimationFrame(resolve); });
    frames_ms.push(performance.now() - last);
    last = performance.now();
  }
  return frames_ms.sort((one, other) => one - other);
}

export async function measureBoard(browser, base) {
  const { page, session } = await openBoard(browser, base);
  const idle = await idleCost(page, session);
  const topics = await cost(page, session, idle, UPDATES, changeTopics);
  const people = await cost(page, session, idle, UPDATES, seatPeople);
  const before = await counters(session);
  const frames_ms = await page.evaluate(scroll, SCROLL_STEPS);
  const after = await counters(session);
  const nodes = await page.evaluate(() => document.querySelectorAll('[role=grid] *').length);
  await page.close();
  const at = (share) => frames_ms[Math.floor(frames_ms.length * share)]?.toFixed(1);
  return [
    `a topic changes: ${topics}`, `somebody sits down: ${people}`,
    `scrolling: script ${((after.script_ms - before.script_ms) / SCROLL_STEPS).toFixed(2)} ms a frame, frames ${at(0.5)} ms, p95 ${at(0.95)} ms; ${nodes} elements`,
  ].join('\n  ');
}

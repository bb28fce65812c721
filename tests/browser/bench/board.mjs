// How fast the board answers, on a desktop and on a phone, while topics change under it.
// The square of TORG_LINK has its people and topics already; TORG_HOST_LINK is its link for hosts.
import { arrive, at, variable, withBrowser } from './chromium.mjs';

const LETTERS = 'topic 42';
const PEEKS = 6;
const WHEELS = 40;
const CHANGES_A_SECOND = 5;

const LOOKS = [
  { name: 'desktop', slowdown: 1, options: { viewport: { width: 1_280, height: 800 } } },
  // A phone of the lower middle has about a quarter of this machine.
  { name: 'phone', slowdown: 4, options: { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true } },
];

/** Edits one topic after the other by the API until it is told to stop; gives how often it did. */
function change() {
  const [page, token] = variable('TORG_HOST_LINK').split('#');
  const { origin, pathname } = new URL(page);
  const api = `${origin}/api/spaces/${pathname.split('/').at(-1)}`;
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  let goesOn = true;
  const edits = (async () => {
    const topics = await (await fetch(`${api}/topics`, { headers })).json();
    let count = 0;
    while (goesOn) {
      const { id } = topics[count % topics.length];
      const body = JSON.stringify({ description: `Said in another way, ${count}.` });
      const answer = await fetch(`${api}/topics/${id}`, { method: 'PATCH', headers, body });
      if (!answer.ok) throw new Error(`a topic could not be changed: ${answer.status} ${await answer.text()}`);
      count += 1;
      await new Promise((done) => { setTimeout(done, 1_000 / CHANGES_A_SECOND); });
    }
    return count;
  })();
  return async () => {
    goesOn = false;
    return edits;
  };
}

/** Notes from now on, in the page, how long each press and key waits until what comes of it has been painted. */
async function watch(page) {
  await page.evaluate(() => {
    const seen = { waits: [], gaps: [], last: 0 };
    window.seen = seen;
    const note = (event) => {
      requestAnimationFrame(() => {
        const channel = new MessageChannel();
        // Comes after the frame is painted.
        channel.port1.onmessage = () => seen.waits.push(performance.now() - event.timeStamp);
        channel.port2.postMessage(null);
      });
    };
    for (const kind of ['click', 'keydown']) addEventListener(kind, note, { capture: true });
    const frame = (now) => {
      if (seen.last > 0) seen.gaps.push(now - seen.last);
      seen.last = now;
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  });
  return async (name) => {
    // The last of them is painted a moment later.
    await page.waitForTimeout(300);
    const { waits, gaps } = await page.evaluate(() => {
      const { waits, gaps } = window.seen;
      Object.assign(window.seen, { waits: [], gaps: [] });
      return { waits, gaps };
    });
    const sorted = (values) => values.sort((a, b) => a - b);
    const [slow, apart] = [sorted(waits), sorted(gaps)];
    const perSecond = (apart.length / apart.reduce((sum, gap) => sum + gap, 0)) * 1_000;
    const answers = slow.length > 0 ? `${at(slow, 0.5)}/${at(slow, 1)} ms` : '-';
    console.log(`  ${name.padEnd(18)} ${answers.padStart(16)} ${at(apart, 0.99).padStart(12)} ms ${perSecond.toFixed(1).padStart(8)}`);
  };
}

await withBrowser(async (browser) => {
  for (const { name, slowdown, options } of LOOKS) {
    const page = await arrive(browser, `At the ${name}`, options);
    const client = await page.context().newCDPSession(page);
    await client.send('Emulation.setCPUThrottlingRate', { rate: slowdown });
    const [people, topics] = await page.evaluate(() => [window.torg.people().length, window.torg.agenda().topics.length]);
    console.log(`${name}, ${slowdown} times slower: ${people} people, ${topics} topics, ${CHANGES_A_SECOND} changes a second`);
    console.log('                      answer p50/most   frames p99   a second');
    const tell = await watch(page);
    const stop = change();

    await page.getByRole('button', { name: 'Board', exact: true }).click();
    await page.getByRole('heading', { name: 'Board' }).waitFor();
    await tell('opening');
    const search = page.getByPlaceholder('Search topics and names');
    await search.click();
    await page.keyboard.type(LETTERS, { delay: 150 });
    for (let letter = 0; letter < LETTERS.length; letter += 1) await page.keyboard.press('Backspace', { delay: 20 });
    await tell('searching');
    for (let peek = 1; peek <= PEEKS; peek += 1) {
      await page.getByText(`Topic ${peek}`, { exact: true }).first().click();
      await page.getByRole('dialog').waitFor();
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
    }
    await tell('peeking');
    await page.mouse.move(options.viewport.width / 3, options.viewport.height / 2);
    for (let wheel = 0; wheel < WHEELS; wheel += 1) {
      await page.mouse.wheel(0, wheel < WHEELS / 2 ? 150 : -150);
      await page.waitForTimeout(50);
    }
    await tell('scrolling');
    const changes = await stop();
    console.log(`  ${changes} topics changed meanwhile`);
    await page.close();
  }
});

/** The marketplace, the bell, the door and people, as they are looked at. */
import { DESKTOP, everywhere, join, PHONE, says } from './coming.mjs';

async function board(page, words) {
  await join(page, words);
  await page.keyboard.press('Escape');
  await page.keyboard.press('b');
  await page.waitForTimeout(400);
}

/** On a phone there is no keyboard. */
async function boardByHand(page) {
  await join(page);
  await page.getByRole('button', { name: 'Board', exact: true }).click();
  await page.waitForTimeout(400);
}

/** Comes in, and presses a button in what the link led to. */
const press = (name) => async (page) => {
  await join(page);
  await page.getByRole('dialog').getByRole('button', { name }).click();
};
const happens = (page, what) => page.evaluate((happening) => window.core.happen(happening), what);
const door = (waiting) => ({ type: 'door', door: 'lobby', capacity: 120, waiting });
const waiting = [{ participant: 90, name: 'Torunn Eide', since: Date.now() - 240_000 }, { participant: 91, name: 'Søren Holm', since: Date.now() - 60_000 }];

export const marketPages = [
  ...everywhere('newcomer', '', join),
  ...everywhere('board', '', boardByHand),
  { name: 'board-host', query: '?host', context: DESKTOP, act: boardByHand },
  { name: 'board-filtered', query: '', context: DESKTOP, act: async (page) => {
    await boardByHand(page);
    await page.getByRole('button', { name: 'My agenda' }).click();
  } },
  { name: 'board-keys', query: '', context: DESKTOP, act: async (page) => {
    await board(page);
    await page.getByRole('gridcell').first().focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowRight');
  } },
  { name: 'board-nn', query: '?shift=900&host', context: { ...DESKTOP, locale: 'nn-NO' }, act: async (page) => {
    await board(page, { name: 'Namnet ditt', join: 'Bli med' });
  } },
  { name: 'board-large', query: '?people=450&topics=100', context: DESKTOP, act: boardByHand },
  { name: 'board-large-phone', query: '?people=450&topics=100', context: PHONE, act: boardByHand },
  { name: 'post-conflict', query: '', context: DESKTOP, act: async (page) => {
    await boardByHand(page);
    await page.getByRole('gridcell', { name: 'Mental health, Round 3: free' }).click();
    await page.getByRole('button', { name: 'Post a topic here' }).click();
    await page.getByLabel('What do you want to talk about?').fill('A second one of mine');
    await page.getByRole('button', { name: 'Post it' }).click();
    await page.getByRole('button', { name: 'Place it all the same' }).scrollIntoViewIfNeeded();
  } },
  { name: 'drag', query: '', context: DESKTOP, act: async (page) => {
    await boardByHand(page);
    await page.getByRole('gridcell', { name: /How do we keep going/ }).dragTo(page.getByRole('gridcell', { name: 'Mental health, Round 3: free' }));
    await page.getByRole('gridcell', { name: /How do we keep going.*Mental health, Round 3/ }).waitFor({ timeout: 3_000 });
  } },
  ...everywhere('peek', '?topic=2', join),
  { name: 'peek-live', query: '?topic=5', context: DESKTOP, act: join },
  { name: 'peek-mine', query: '?topic=8', context: { viewport: { width: 1280, height: 1200 } }, act: async (page) => {
    await join(page);
    await says(page, { type: 'topic_changed', topic: { id: 8, title: 'How do we keep going after today?', convener: { participant: 1, name: 'Marte Vik' }, co_conveners: [], wish: null, placed: { slot: 5, table: 1 }, needs: [], language: null, interested: 8, comments: 0, merge_proposed_by: 9 } });
  } },
  { name: 'peek-table', query: '?table=rowan', context: DESKTOP, act: join },
  ...everywhere('post', '', async (page) => {
    await boardByHand(page);
    await page.getByRole('button', { name: 'Post a topic', exact: true }).click();
    await page.getByLabel('What do you want to talk about?').fill('What would make Mondays worth it?');
    await page.getByRole('dialog').getByText('A quiet corner').click();
  }),
  { name: 'place', query: '?host&topic=10', context: DESKTOP, act: press('Place …') },
  { name: 'place-phone', query: '?host&topic=10', context: PHONE, act: press('Place …') },
  { name: 'cell', query: '', context: DESKTOP, act: async (page) => {
    await boardByHand(page);
    await page.getByRole('gridcell', { name: 'Mental health, Round 3: free' }).click();
  } },
  { name: 'merge', query: '?topic=8', context: DESKTOP, act: press('Merge') },
  { name: 'conveners', query: '?topic=8', context: DESKTOP, act: press('Bring it together') },
  { name: 'slot', query: '?host', context: DESKTOP, act: async (page) => {
    await boardByHand(page);
    await page.getByRole('button', { name: 'Edit Round 3' }).click();
    await page.getByRole('button', { name: 'Remove' }).click();
  } },
  ...everywhere('round-over', '?seat=4.2', async (page) => {
    await join(page);
    await says(page, { type: 'slot_closed', slot: 3 });
  }),
  { name: 'round-begins', query: '?shift=-31', context: DESKTOP, act: async (page) => {
    await join(page);
    await says(page, { type: 'slot_opened', slot: 5 });
  } },
  { name: 'two-minutes', query: '?shift=-16.5&seat=4.2', context: DESKTOP, act: async (page) => {
    await join(page);
    await page.waitForTimeout(1_500);
  } },
  { name: 'who-hosts', query: '?seat=4.2', context: DESKTOP, act: async (page) => {
    await join(page);
    await happens(page, { kind: 'who_hosts', topic: 3 });
    await happens(page, { kind: 'asked_to_unmute', by: 2 });
  } },
  { name: 'guide', context: DESKTOP, act: async (page) => {
    await join(page);
    await page.getByRole('button', { name: 'More about Per' }).click();
    await page.getByRole('button', { name: 'Show the way' }).click();
  } },
  { name: 'link', query: '?topic=2', context: DESKTOP, act: join },
  { name: 'empty-board', query: '?agenda=none&host', context: DESKTOP, act: boardByHand },
  { name: 'lobby', context: DESKTOP, act: (page) => page.evaluate(() => window.core.become({ state: 'lobby', name: 'Autumn gathering', lost: false })) },
  { name: 'lobby-lost-phone', context: PHONE, act: (page) => page.evaluate(() => window.core.become({ state: 'lobby', name: 'Autumn gathering', lost: true })) },
  { name: 'turned-away', context: DESKTOP, act: (page) => page.evaluate(() => window.core.become({ state: 'refused', code: 'turned_away', message: 'We begin at ten. Come back then.' })) },
  ...everywhere('door', '?host', async (page) => {
    await join(page);
    await says(page, door(waiting));
    await page.getByRole('button', { name: /^Door/ }).click();
    await page.getByRole('button', { name: /^Turn away\s*Søren Holm/ }).click();
  }),
  { name: 'person-host', query: '?host', context: DESKTOP, act: async (page) => {
    await join(page);
    await page.getByRole('button', { name: 'More about Kari Nordmann' }).click();
    await page.getByRole('button', { name: 'Show out for good' }).click();
  } },
  { name: 'person', context: DESKTOP, act: async (page) => {
    await join(page);
    await page.getByRole('button', { name: 'More about Kari Nordmann' }).click();
  } },
  { name: 'calls', query: '?host', context: DESKTOP, act: async (page) => {
    await join(page);
    await says(page, { type: 'help_calls', calls: [{ participant: 3, words: 'I hear nobody at this table.', since: Date.now() - 90_000, helper: null }] });
    await page.getByRole('button', { name: /calls for help/ }).click();
  } },
  { name: 'help-called', context: DESKTOP, act: async (page) => {
    await join(page);
    await page.keyboard.press('?');
    await page.getByRole('button', { name: 'Call for help' }).click();
  } },
  { name: 'visits', context: DESKTOP, act: async (page) => {
    await join(page);
    await page.getByRole('button', { name: 'Marte Vik (you)' }).click();
    await page.getByRole('button', { name: 'What is recorded about me' }).click();
  } },
  { name: 'visits-all-phone', query: '?host', context: PHONE, act: async (page) => {
    await join(page);
    await says(page, door([]));
    await page.getByRole('button', { name: /^Door/ }).click();
    await page.getByRole('button', { name: 'Who sat where' }).click();
  } },
  { name: 'map-topics', query: '?seat=4.2', context: { ...DESKTOP, deviceScaleFactor: 2 }, act: async (page) => {
    await join(page);
    await page.getByRole('button', { name: 'Put away' }).click();
    for (let step = 0; step < 2; step += 1) await page.getByRole('button', { name: 'Zoom in' }).click();
    await page.waitForTimeout(900);
  } },
  { name: 'large-map', query: '?people=450&topics=100', context: DESKTOP, act: join },
];

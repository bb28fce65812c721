/** Speaking to all, the murmur, and sound in one stream, as they are looked at. */
import { DESKTOP, everywhere, join, PHONE, says } from './coming.mjs';

const [KARI, INGRID, ME, SPRUCE] = [3, 2, 1, 5];

/** Comes in, and begins to speak to all. */
async function speak(page, to = 'Everybody') {
  await join(page);
  await page.getByRole('button', { name: 'Speak to all' }).click();
  await page.getByRole('radio', { name: to }).check();
  await page.getByRole('button', { name: 'Start speaking' }).click();
  await page.waitForTimeout(300);
}

/** Comes in, and somebody speaks to all. */
async function spokenTo(page, words) {
  await join(page, words);
  await says(page, { type: 'broadcasts_changed', broadcasts: [{ speaker: INGRID, to: { kind: 'everybody' }, background: false }] });
  await says(page, { type: 'spoken_to', speakers: [INGRID] });
  await page.waitForTimeout(300);
}

const sound = (page) => page.getByRole('button', { name: 'Sound', exact: true }).click();

export const speechPages = [
  ...everywhere('speak', '?host&seat=0.3', async (page) => {
    await join(page);
    await page.getByRole('button', { name: 'Speak to all' }).click();
  }),
  ...everywhere('speaking', '?host&agenda=none', speak),
  { name: 'speaking-unheard', query: '?host&agenda=none', context: DESKTOP, act: async (page) => {
    await speak(page, 'All in Stage');
    await page.evaluate(() => window.core.sound.show({ kind: 'no_packets' }, { kind: 'quiet' }));
  } },
  ...everywhere('speaking-muted', '?host&agenda=none', async (page) => {
    await speak(page);
    await page.evaluate(() => {
      window.core.microphone.setMuted(true);
      window.core.sound.show({ kind: 'muted' }, { kind: 'quiet' });
    });
  }),
  { name: 'speaking-nb', query: '?host&agenda=none', context: { ...PHONE, locale: 'nb-NO' }, act: async (page) => {
    await join(page, { name: 'Navnet ditt', join: 'Bli med' });
    await page.evaluate(() => window.core.speak({ kind: 'everybody' }));
  } },
  { name: 'speaking-board', query: '?host', context: DESKTOP, act: async (page) => {
    await speak(page);
    await page.getByRole('button', { name: 'Board', exact: true }).click();
  } },
  ...everywhere('spoken-to', '?seat=0.3&agenda=none', spokenTo),
  { name: 'spoken-to-list-phone', query: '?seat=0.3&agenda=none', context: PHONE, act: async (page) => {
    await spokenTo(page);
    await page.getByRole('button', { name: 'List', exact: true }).click();
  } },
  { name: 'spoken-to-sv', query: '?seat=0.3&agenda=none', context: { ...DESKTOP, locale: 'sv-SE' }, act: (page) => spokenTo(page, { name: 'Ditt namn', join: 'Gå in' }) },
  { name: 'kept-out', query: '?seat=5.0&agenda=none', context: DESKTOP, act: async (page) => {
    await join(page);
    await says(page, { type: 'kept_out', tables: [SPRUCE] });
    await says(page, { type: 'broadcasts_changed', broadcasts: [{ speaker: INGRID, to: { kind: 'everybody' }, background: false }] });
  } },
  { name: 'keep-out-host', query: '?host&seat=5.0&agenda=none', context: DESKTOP, act: async (page) => {
    await join(page);
    await page.getByRole('switch', { name: /Keep announcements out/ }).click();
    await page.getByRole('switch', { name: /Keep announcements out/ }).scrollIntoViewIfNeeded();
  } },
  { name: 'word-lend', query: '?host&agenda=none', context: DESKTOP, act: async (page) => {
    await join(page);
    await page.getByRole('button', { name: 'More about Kari Nordmann' }).click();
    await page.getByRole('button', { name: 'Lend the word' }).click();
  } },
  { name: 'word-lent', query: '?agenda=none', context: DESKTOP, act: async (page) => {
    await join(page);
    await says(page, { type: 'word_lent', participant: KARI, lent: true });
    await says(page, { type: 'word_lent', participant: ME, lent: true });
  } },
  ...everywhere('sound-ways', '?seat=0.3', async (page) => {
    await join(page);
    await page.evaluate(() => window.core.sound.stream('loss'));
    await sound(page);
    await page.getByRole('radio', { name: 'Automatic' }).scrollIntoViewIfNeeded();
  }),
  ...everywhere('stream-told', '?seat=0.3&agenda=none', async (page) => {
    await join(page);
    await page.evaluate(() => window.core.sound.stream('thin_line'));
  }),
];

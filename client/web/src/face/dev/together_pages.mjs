/** The talking piece, the plenum, listening in passing, and who is no person, as they are looked at. */
import { DESKTOP, everywhere, join, PHONE, says } from './coming.mjs';

const [ME, INGRID, KARI, BERIT] = [1, 2, 3, 12];
const [YOUTH, PINE, WORK] = [0, 3, 4];
const [STUDIO, MUSIC] = [42, 43];

const piece = (page, table, holder) => says(page, { type: 'pieces_changed', pieces: [{ table, holder }] });
const hushed = (page, holder, speaking = false) =>
  page.evaluate((badge) => window.core.sound.show(badge, { kind: 'quiet' }), { kind: 'piece', holder, speaking });
const list = (page) => page.getByRole('button', { name: 'List', exact: true }).click();
const all = { kind: 'everybody' };

/** A file of a second of silence, as WAV. */
const WAV = { name: 'Opening_talk.wav', mimeType: 'audio/wav', buffer: Buffer.alloc(3_460_000) };

/** Comes in, and opens one way of reaching all. */
async function reach(page, tab) {
  await join(page);
  await page.getByRole('button', { name: 'Speak to all' }).click();
  await page.getByRole('tab', { name: tab }).click();
}

/** The map from near. */
async function near(page) {
  for (let step = 0; step < 3; step += 1) await page.getByRole('button', { name: 'Zoom in' }).click();
  await page.waitForTimeout(900);
}

const pieces = [
  ...everywhere('piece-mine', '?seat=0.3&agenda=none', async (page) => {
    await join(page);
    await piece(page, YOUTH, ME);
  }),
  ...everywhere('piece-mine-muted', '?seat=0.3&agenda=none', async (page) => {
    await join(page);
    await piece(page, YOUTH, ME);
    await page.evaluate(() => {
      window.core.microphone.setMuted(true);
      window.core.sound.show({ kind: 'muted' }, { kind: 'quiet' });
    });
  }),
  { name: 'piece-mine-to-phone', query: '?seat=0.3&agenda=none', context: PHONE, act: async (page) => {
    await join(page);
    await piece(page, YOUTH, ME);
    await page.getByRole('button', { name: 'To …' }).click();
  } },
  ...everywhere('piece-held', '?seat=0.3&agenda=none', async (page) => {
    await join(page);
    await piece(page, YOUTH, KARI);
    await hushed(page, 'Kari Nordmann');
  }),
  { name: 'piece-held-speaking', query: '?seat=0.3&agenda=none', context: DESKTOP, act: async (page) => {
    await join(page);
    await piece(page, YOUTH, KARI);
    await hushed(page, 'Kari Nordmann', true);
  } },
  { name: 'piece-held-host-phone-list', query: '?host&seat=0.3&agenda=none', context: PHONE, act: async (page) => {
    await join(page);
    await piece(page, YOUTH, KARI);
    await hushed(page, 'Kari Nordmann');
    await list(page);
  } },
  // Passed on by keyboard: the sign goes, and the keyboard goes on from the middle of the page.
  { name: 'piece-passed', query: '?seat=0.3&agenda=none', context: DESKTOP, act: async (page) => {
    await join(page);
    await piece(page, YOUTH, ME);
    await page.getByRole('button', { name: 'Lay it down' }).focus();
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Enter');
    await page.locator('main:focus').waitFor({ timeout: 3_000 });
  } },
  { name: 'piece-bring', query: '?host&seat=0.3&agenda=none', context: DESKTOP, act: join },
  ...everywhere('piece-middle', '?seat=0.3&agenda=none', async (page) => {
    await join(page);
    await piece(page, YOUTH, null);
    await hushed(page, null);
  }),
  { name: 'piece-near', query: '?seat=0.3&agenda=none', context: { ...DESKTOP, deviceScaleFactor: 2 }, act: async (page) => {
    await join(page);
    await says(page, { type: 'pieces_changed', pieces: [{ table: YOUTH, holder: KARI }, { table: WORK, holder: null }] });
    await near(page);
  } },
  { name: 'piece-nb-phone', query: '?seat=0.3&agenda=none', context: { ...PHONE, locale: 'nb-NO' }, act: async (page) => {
    await join(page, { name: 'Navnet ditt', join: 'Bli med' });
    await piece(page, YOUTH, ME);
  } },
];

const plenum = [
  ...everywhere('plenum', '?seat=0.3&agenda=none', async (page) => {
    await join(page);
    await page.evaluate((who) => window.core.plenum(who, 9_000, 0, 0), INGRID);
  }),
  { name: 'plenum-host', query: '?host&agenda=none', context: DESKTOP, act: async (page) => {
    await join(page);
    await page.evaluate((who) => window.core.plenum(who, 9_000, 0, 3), ME);
  } },
  { name: 'plenum-declined-phone', query: '?seat=0.3&agenda=none', context: PHONE, act: async (page) => {
    await join(page);
    await page.evaluate((who) => window.core.plenum(who, 9_000, 0, 0), INGRID);
    await page.getByRole('button', { name: 'Stay here' }).click();
  } },
  ...everywhere('plenum-call', '?host&agenda=none', (page) => reach(page, 'Call together')),
];

const passing = [
  ...everywhere('passing-table', '?seat=0.3&agenda=none', async (page) => {
    await join(page);
    await says(page, { type: 'let_listen', tables: [YOUTH] });
    await page.evaluate((who) => window.core.stand(who, 10.6, 10.2), BERIT);
    await says(page, { type: 'bumblebee', participant: BERIT, table: YOUTH });
    await page.waitForTimeout(400);
  }),
  ...everywhere('passing-me', '?agenda=none', async (page) => {
    await join(page);
    await says(page, { type: 'let_listen', tables: [WORK, PINE] });
    await page.evaluate((who) => window.core.stand(who, 20, 20), ME);
    await says(page, { type: 'bumblebee', participant: ME, table: WORK });
    await page.waitForTimeout(400);
  }),
];

const kinds = [
  ...everywhere('kinds', '?host&things&agenda=none', async (page) => {
    await join(page);
    await says(page, { type: 'broadcasts_changed', broadcasts: [
      { speaker: MUSIC, to: all, background: true }, { speaker: STUDIO, to: all, background: false }] });
    await says(page, { type: 'spoken_to', speakers: [STUDIO, MUSIC] });
  }),
  { name: 'kinds-near', query: '?things&agenda=none', context: { ...DESKTOP, deviceScaleFactor: 2 }, act: async (page) => {
    await join(page);
    await says(page, { type: 'broadcasts_changed', broadcasts: [{ speaker: MUSIC, to: all, background: true }] });
    await page.evaluate(() => window.core.stand(1, 20, 5.5));
    await near(page);
  } },
  { name: 'kinds-list', query: '?host&things&agenda=none', context: { viewport: { width: 1100, height: 1400 } }, act: async (page) => {
    await join(page);
    await says(page, { type: 'broadcasts_changed', broadcasts: [{ speaker: MUSIC, to: all, background: true }] });
  } },
  { name: 'kinds-list-phone', query: '?host&things&agenda=none', context: PHONE, act: async (page) => {
    await join(page);
    await list(page);
    await page.getByRole('heading', { name: 'Also here' }).scrollIntoViewIfNeeded();
  } },
  { name: 'kinds-room', query: '?host&things&agenda=none', context: DESKTOP, act: async (page) => {
    await join(page);
    await page.getByRole('button', { name: 'More about Library, Hamar' }).click();
  } },
];

const doors = [
  ...everywhere('play', '?host&agenda=none', (page) => reach(page, 'Play a file')),
  { name: 'play-sending', query: '?host&agenda=none', context: DESKTOP, act: async (page) => {
    await reach(page, 'Play a file');
    await page.locator('input[type=file]').first().setInputFiles(WAV);
    await page.evaluate(() => { window.core.doors.stopsAt = 0.6; });
    await page.getByRole('button', { name: 'Play it' }).click();
    await page.waitForTimeout(1_800);
    await page.getByRole('progressbar').scrollIntoViewIfNeeded();
  } },
  { name: 'play-refused-phone', query: '?host&agenda=none', context: PHONE, act: async (page) => {
    await reach(page, 'Play a file');
    await page.locator('input[type=file]').first().setInputFiles({ ...WAV, name: 'Årsmøte.mp3', buffer: Buffer.alloc(20_000) });
    await page.evaluate(() => { window.core.doors.refusal = 'this is neither a WAV nor an Ogg Opus file'; });
    await page.getByRole('button', { name: 'Play it' }).click();
    await page.waitForTimeout(2_400);
  } },
  { name: 'playing', query: '?host&agenda=none', context: DESKTOP, act: async (page) => {
    await reach(page, 'Play a file');
    await page.locator('input[type=file]').first().setInputFiles(WAV);
    await page.getByText('In the background').click();
    await page.getByRole('button', { name: 'Play it' }).click();
    await page.waitForTimeout(2_600);
  } },
  { name: 'bell-own', query: '?host&agenda=none', context: DESKTOP, act: async (page) => {
    await reach(page, 'Play a file');
    await says(page, { type: 'bell_sound', set: true });
    await page.getByRole('heading', { name: 'The bell' }).scrollIntoViewIfNeeded();
  } },
  ...everywhere('studio', '?host&agenda=none', (page) => reach(page, 'Studio')),
  { name: 'studio-room', query: '?host&agenda=none', context: DESKTOP, act: async (page) => {
    await reach(page, 'Studio');
    await page.getByRole('combobox', { name: 'Where does it listen?' }).selectOption('Youth work');
    await page.getByRole('combobox', { name: 'Where does it listen?' }).scrollIntoViewIfNeeded();
  } },
];

export const togetherPages = [...pieces, ...plenum, ...passing, ...kinds, ...doors];

/** Every page and state of the face that is looked at, on the fake square of /dev.html. */
import { join, PHONE } from './coming.mjs';
import { marketPages } from './market_pages.mjs';
import { speechPages } from './speech_pages.mjs';
import { togetherPages } from './together_pages.mjs';

/** Comes in and looks for somebody. */
async function find(page, words) {
  await join(page);
  await page.keyboard.press('f');
  await page.keyboard.type(words);
  await page.waitForTimeout(700);
}

const badge = (page, heard, hearing) => page.evaluate((kinds) => window.core.sound.show(...kinds), [heard, hearing]);
const microphone = (page, state) => page.evaluate((to) => window.core.microphone.become(to), state);
const connection = (page, state) => page.evaluate((to) => window.core.become(to), state);

/** @type {{ name: string, query?: string, context?: object, act?: (page: import('playwright-core').Page) => Promise<void> }[]} */
export const pages = [
  { name: 'join' },
  { name: 'join-dark', context: { viewport: { width: 1280, height: 800 }, colorScheme: 'dark' } },
  { name: 'join-blind', query: '?blind' },
  { name: 'join-empty-nn', query: '?empty', context: { locale: 'nn-NO' } },
  { name: 'join-one-phone-sv', query: '?people=1', context: { ...PHONE, locale: 'sv-SE', colorScheme: 'dark' } },
  { name: 'join-microphone', act: async (page) => {
    await page.getByRole('textbox', { name: 'Your name' }).fill('Marte Vik');
    await page.getByRole('button', { name: 'Turn on the microphone' }).click();
    await page.getByRole('button', { name: 'Hear yourself' }).waitFor();
  } },
  { name: 'join-denied', act: async (page) => {
    await microphone(page, 'denied');
    await page.getByRole('button', { name: 'Join', exact: true }).click();
  } },
  { name: 'join-phone', context: PHONE },
  { name: 'join-insecure-phone', context: PHONE, act: (page) => microphone(page, 'insecure') },
  { name: 'square', query: '?seat=0.3', act: join },
  { name: 'square-foyer', act: join },
  { name: 'square-dark', query: '?seat=0.3', context: { colorScheme: 'dark' }, act: join },
  { name: 'square-host', query: '?host', act: join },
  { name: 'square-empty', query: '?empty', act: join },
  { name: 'square-closed-table', query: '?seat=5.0', act: join },
  { name: 'square-wide-map', query: '?seat=0.3', act: async (page) => {
    await join(page);
    await page.keyboard.press('l');
    await page.waitForTimeout(700);
  } },
  { name: 'square-near', query: '?seat=0.3', context: { deviceScaleFactor: 2 }, act: async (page) => {
    await join(page);
    for (let step = 0; step < 3; step += 1) await page.getByRole('button', { name: 'Zoom in' }).click();
    await page.waitForTimeout(900);
  } },
  { name: 'square-nb', query: '?host&seat=0.3', context: { locale: 'nb-NO' }, act: (page) => join(page, { name: 'Navnet ditt', join: 'Bli med' }) },
  { name: 'square-nn-trouble', query: '?seat=0.3', context: { locale: 'nn-NO' }, act: async (page) => {
    await join(page, { name: 'Namnet ditt', join: 'Bli med' });
    await badge(page, { kind: 'silent' }, { kind: 'suspended' });
  } },
  { name: 'square-muted-sv', query: '?seat=0.3', context: { locale: 'sv-SE' }, act: async (page) => {
    await join(page, { name: 'Ditt namn', join: 'Gå in' });
    await page.keyboard.press('m');
    await badge(page, { kind: 'muted' }, { kind: 'quiet' });
  } },
  { name: 'list', query: '?host&seat=4.2', context: { viewport: { width: 1100, height: 1300 } }, act: async (page) => {
    await join(page);
    await page.getByRole('button', { name: 'Volume of Ola Hansen' }).click();
  } },
  { name: 'phone', query: '?seat=0.3', context: PHONE, act: join },
  { name: 'phone-foyer', context: PHONE, act: join },
  { name: 'phone-list', query: '?seat=0.3', context: PHONE, act: async (page) => {
    await join(page);
    await page.getByRole('button', { name: 'List', exact: true }).click();
  } },
  { name: 'phone-trouble-da', query: '?seat=0.3', context: { ...PHONE, locale: 'da-DK' }, act: async (page) => {
    await join(page, { name: 'Dit navn', join: 'Gå ind' });
    await badge(page, { kind: 'system_muted' }, { kind: 'nothing_arrives' });
  } },
  { name: 'phone-sound-dark', query: '?seat=0.3', context: { ...PHONE, colorScheme: 'dark' }, act: async (page) => {
    await join(page);
    await page.getByRole('button', { name: 'Sound', exact: true }).click();
  } },
  { name: 'help', query: '?seat=0.3', act: async (page) => {
    await join(page);
    await page.keyboard.press('?');
  } },
  { name: 'sound', query: '?seat=0.3', act: async (page) => {
    await join(page);
    await page.getByRole('button', { name: 'Sound', exact: true }).click();
  } },
  { name: 'you', query: '?seat=0.3', act: async (page) => {
    await join(page);
    await page.getByRole('button', { name: 'Marte Vik (you)' }).click();
  } },
  { name: 'reconnecting', query: '?seat=0.3', act: async (page) => {
    await join(page);
    await badge(page, { kind: 'connection_lost' }, { kind: 'connection_lost' });
    await page.evaluate(() => window.core.become({ state: 'reconnecting', attempt: 2, since: performance.now() - 6000 }));
    await page.evaluate(() => window.core.refuse('table_full'));
  } },
  { name: 'left', act: async (page) => {
    await join(page);
    await page.getByRole('button', { name: 'Leave', exact: true }).click();
  } },
  { name: 'replaced-dark', context: { colorScheme: 'dark' }, act: (page) => connection(page, { state: 'over', reason: 'replaced' }) },
  { name: 'refused', act: (page) => connection(page, { state: 'refused', code: 'space_full', message: '' }) },
  { name: 'no-square', query: '?at=/' },
  { name: 'find', query: '?people=300', context: { viewport: { width: 1280, height: 800 } }, act: (page) => find(page, 'a an') },
  { name: 'find-dark', query: '?people=300', context: { viewport: { width: 1280, height: 800 }, colorScheme: 'dark' }, act: (page) => find(page, 'spr') },
  { name: 'find-nothing', query: '?people=300', act: (page) => find(page, 'xyz') },
  { name: 'find-phone', query: '?people=300', context: PHONE, act: (page) => find(page, 'hakon') },
  { name: 'find-phone-dark', query: '?people=300', context: { ...PHONE, colorScheme: 'dark' }, act: (page) => find(page, '') },
  ...marketPages,
  ...speechPages,
  ...togetherPages,
  { name: 'crowd', query: '?people=300', act: join },
];

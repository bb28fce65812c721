/** Speaking to all by hand: what hosts press, and what is then on the pages. */
import { tabTo } from './keys';
import type { Person } from './person';

/** Opens the choice, chooses to whom, and begins; by keyboard alone. */
export async function speakTo(host: Person, to: string): Promise<void> {
  const { page } = host;
  await tabTo(host, 'button', 'Speak to all');
  await page.keyboard.press('Enter');
  await page.getByRole('dialog', { name: 'Speak to all' }).waitFor();
  await tabToGroup(host);
  const wanted = page.getByRole('radio', { name: to, exact: true });
  for (let press = 0; press < 12 && !await wanted.isChecked(); press += 1) await page.keyboard.press('ArrowDown');
  await tabTo(host, 'button', 'Start speaking');
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
}

/** Ends it by the button on the sign. */
export async function stopSpeaking(host: Person): Promise<void> {
  await tabTo(host, 'button', 'Stop speaking to all');
  await host.page.keyboard.press('Enter');
  await sign(host).waitFor({ state: 'detached' });
}

/** The speaker's sign. */
export function sign({ page }: Person) {
  return page.getByRole('region', { name: 'Speak to all' });
}

/** Into the radios, which take one stop of Tab. */
async function tabToGroup({ page }: Person): Promise<void> {
  for (let press = 0; press < 10; press += 1) {
    if (await page.evaluate(() => document.activeElement?.matches('[type=radio]') ?? false)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error('no radio can be reached by Tab');
}

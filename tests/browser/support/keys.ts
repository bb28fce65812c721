/** Going about a page by keyboard alone. */
import type { Person } from './person';

/** More presses of Tab than any page here has stops. */
const TABS_MAX = 80;

/** Moves the focus by Tab alone to a control with this accessible name. */
export async function tabTo({ page }: Person, role: 'button' | 'combobox' | 'gridcell' | 'radio' | 'slider' | 'switch' | 'textbox', name: string): Promise<void> {
  const wanted = page.getByRole(role, { name, exact: true });
  for (let press = 0; press < TABS_MAX; press += 1) {
    if (await wanted.evaluateAll((found) => found.includes(document.activeElement as never))) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`no ${role} "${name}" can be reached by Tab`);
}

/** What has the focus, as a screen reader would call it. */
export function focused({ page }: Person): Promise<string> {
  return page.evaluate(() => {
    const element = document.activeElement;
    return element?.getAttribute('aria-label') ?? element?.textContent?.replace(/\s+/gu, ' ').trim() ?? '';
  });
}

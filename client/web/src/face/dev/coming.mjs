/** Coming in to the fake square, and on what. */

export const PHONE = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true };
export const DESKTOP = { viewport: { width: 1280, height: 800 } };
export const DARK = { colorScheme: 'dark' };

/** Comes in by the join page. */
export async function join(page, words = { name: 'Your name', join: 'Join' }) {
  await page.getByRole('textbox', { name: words.name }).fill('Marte Vik');
  await page.getByRole('button', { name: words.join, exact: true }).click();
  await page.locator('canvas').first().waitFor();
  await page.waitForTimeout(700);
}

/** Something that the server says. */
export const says = (page, message) => page.evaluate((what) => window.core.says(what), message);

/** Looks at something on a desktop and on a phone, by day and by night. */
export function everywhere(name, query, act) {
  return [
    { name, query, context: DESKTOP, act },
    { name: `${name}-dark`, query, context: { ...DESKTOP, ...DARK }, act },
    { name: `${name}-phone`, query, context: PHONE, act },
    { name: `${name}-phone-dark`, query, context: { ...PHONE, ...DARK }, act },
  ];
}

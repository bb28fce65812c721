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

/**
 * What the browser keeps between visits: choices, and by what a space knows me again. Never the token of a link. Private windows and strict policies may refuse
 * storage; then nothing is kept, and nothing breaks.
 */

const PREFIX = 'torg.';

/** What is kept. */
export type Setting = 'microphone' | 'volume' | 'murmur' | 'listening' | 'name' | 'locale' | 'list' | 'shortcuts' | 'cues'
  | `person.${string}`;

/** Under what the browser keeps by which a space knows me again. */
export function personOf(space: string): Setting {
  return `person.${space}`;
}

/** What was kept, or null. */
export function recall(setting: Setting): string | null {
  try {
    return localStorage.getItem(PREFIX + setting);
  } catch {
    return null;
  }
}

/** Keeps something; null forgets it. */
export function remember(setting: Setting, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(PREFIX + setting);
    else localStorage.setItem(PREFIX + setting, value);
  } catch {
    // Not kept: the next visit starts from the defaults.
  }
}

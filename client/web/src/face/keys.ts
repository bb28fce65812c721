/** What keys mean, apart from the page they are pressed on. */
import type { Walk } from '../wire/types';

export type Shortcut = 'mute' | 'list' | 'board' | 'find' | 'help' | 'zoom_in' | 'zoom_out' | 'zoom_fit';
type Direction = 'north' | 'east' | 'south' | 'west';

/** By place on the keyboard, so that WASD lies where the hand expects it on any layout. */
const LETTERS: Readonly<Record<string, Direction>> = { KeyW: 'north', KeyA: 'west', KeyS: 'south', KeyD: 'east' };
const ARROWS: Readonly<Record<string, Direction>> = {
  ArrowUp: 'north', ArrowLeft: 'west', ArrowDown: 'south', ArrowRight: 'east',
};
/** By the sign on the key, so that they match what the help shows. */
const SHORTCUTS: Readonly<Record<string, Shortcut>> = {
  m: 'mute', l: 'list', b: 'board', f: 'find', '?': 'help', '+': 'zoom_in', '=': 'zoom_in', '-': 'zoom_out',
  '0': 'zoom_fit',
};

export interface Key { readonly code: string; readonly key: string; readonly ctrlKey: boolean; readonly metaKey: boolean; readonly altKey: boolean }

/** Which keys are free at this moment. */
export interface Freedom {
  /** The focus is in something that takes text. */
  readonly typing: boolean;
  /** The focus is in something that takes arrows: a slider, a choice. */
  readonly arrowsTaken: boolean;
  /** The person lets single keys be shortcuts (WCAG 2.1.4). */
  readonly singleKeys: boolean;
}

function isChord(key: Key): boolean {
  return key.ctrlKey || key.metaKey || key.altKey;
}

export function shortcutOf(key: Key, free: Freedom): Shortcut | null {
  if (isChord(key) || free.typing || !free.singleKeys) return null;
  return SHORTCUTS[key.key.toLowerCase()] ?? null;
}

/** The walking keys that are held down. */
export class HeldKeys {
  readonly #held = new Map<string, Direction>();

  /** Takes a key down; gives the new walk, or null when the key is not for walking. */
  press(key: Key, free: Freedom): Walk | null {
    if (isChord(key) || free.typing || free.arrowsTaken) return null;
    const direction = ARROWS[key.code] ?? (free.singleKeys ? LETTERS[key.code] : undefined);
    if (direction === undefined) return null;
    this.#held.set(key.code, direction);
    return this.walk();
  }

  /** Takes a key up; gives the new walk, or null when the key was not held. */
  release(code: string): Walk | null {
    return this.#held.delete(code) ? this.walk() : null;
  }

  /** Lets all go, as when the window loses the focus; gives whether any was held. */
  releaseAll(): boolean {
    const any = this.#held.size > 0;
    this.#held.clear();
    return any;
  }

  walk(): Walk {
    const held = [...this.#held.values()];
    const has = (direction: Direction): number => Number(held.includes(direction));
    const down = has('south') - has('north');
    const right = has('east') - has('west');
    const vertical = down > 0 ? 'south' : down < 0 ? 'north' : '';
    const horizontal = right > 0 ? 'east' : right < 0 ? 'west' : '';
    if (vertical === '') return horizontal === '' ? 'stop' : horizontal;
    return horizontal === '' ? vertical : `${vertical}_${horizontal}`;
  }
}

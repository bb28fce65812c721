import { describe, expect, it } from 'vitest';
import { HeldKeys, shortcutOf, type Freedom, type Key } from './keys';

const free: Freedom = { typing: false, arrowsTaken: false, singleKeys: true };
const key = (code: string, sign: string = code, more: Partial<Key> = {}): Key =>
  ({ code, key: sign, ctrlKey: false, metaKey: false, altKey: false, ...more });

describe('keys', () => {
  it('walk in eight directions while they are held, and stop', () => {
    const keys = new HeldKeys();
    expect(keys.press(key('ArrowUp'), free)).toBe('north');
    expect(keys.press(key('KeyD', 'd'), free)).toBe('north_east');
    expect(keys.release('ArrowUp')).toBe('east');
    expect(keys.press(key('ArrowLeft'), free)).toBe('stop');
    expect(keys.release('KeyD')).toBe('west');
    expect(keys.release('ArrowLeft')).toBe('stop');
    expect(keys.release('ArrowLeft')).toBeNull();
  });

  it('two keys of one direction count once', () => {
    const keys = new HeldKeys();
    keys.press(key('ArrowUp'), free);
    expect(keys.press(key('KeyW', 'w'), free)).toBe('north');
    expect(keys.release('ArrowUp')).toBe('north');
    expect(keys.releaseAll()).toBe(true);
    expect(keys.releaseAll()).toBe(false);
  });

  it('never walk while typing, in a slider, or with a modifier', () => {
    const keys = new HeldKeys();
    expect(keys.press(key('KeyW', 'w'), { ...free, typing: true })).toBeNull();
    expect(keys.press(key('ArrowUp'), { ...free, arrowsTaken: true })).toBeNull();
    expect(keys.press(key('KeyS', 's', { ctrlKey: true }), free)).toBeNull();
  });

  it('leave single keys alone when they are switched off, but not the arrows', () => {
    const off = { ...free, singleKeys: false };
    const keys = new HeldKeys();
    expect(keys.press(key('KeyW', 'w'), off)).toBeNull();
    expect(keys.press(key('ArrowUp'), off)).toBe('north');
    expect(shortcutOf(key('KeyM', 'm'), off)).toBeNull();
  });

  it('are shortcuts by the sign on them', () => {
    expect(shortcutOf(key('KeyM', 'M'), free)).toBe('mute');
    expect(shortcutOf(key('Slash', '?'), free)).toBe('help');
    expect(shortcutOf(key('KeyF', 'f'), free)).toBe('find');
    expect(shortcutOf(key('KeyF', 'f', { ctrlKey: true }), free)).toBeNull();
    expect(shortcutOf(key('Minus', '-'), free)).toBe('zoom_out');
    expect(shortcutOf(key('KeyM', 'm', { metaKey: true }), free)).toBeNull();
    expect(shortcutOf(key('KeyM', 'm'), { ...free, typing: true })).toBeNull();
    expect(shortcutOf(key('KeyK', 'k'), free)).toBeNull();
  });
});

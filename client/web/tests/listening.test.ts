import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ListeningWish } from '../src/sound/listening';
import type { Device } from '../src/sound/stream_cause';
import type { ClientMessage, Listening } from '../src/wire/types';

const desktop: Device = { placesVoices: true, isPhone: false, cores: 8, memory_gb: 8, savesData: false, line: '4g' };

/** A wish with all that it told. */
function wish(given: Partial<Device> = {}) {
  const device = { ...desktop, ...given };
  const sent: ClientMessage[] = [];
  const turned: Listening[] = [];
  let changes = 0;
  const made = new ListeningWish({
    device: () => device,
    send: (message) => sent.push(message),
    turned: (to) => turned.push(to),
    changed: () => { changes += 1; },
  });
  return { made, sent, turned, device, changes: () => changes };
}

const asked = (listening: Listening, murmur: number) => ({ type: 'set_listening', listening, murmur });

beforeEach(() => {
  const kept = new Map<string, string>();
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
    removeItem: (key: string) => kept.delete(key),
  });
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('how I want sound to come', () => {
  it('is told after each welcome, since the server may have forgotten it', () => {
    const { made, sent } = wish();
    made.setMurmur(70);
    expect(sent).toEqual([]);
    made.enter();
    made.leave();
    made.enter();
    expect(sent).toEqual([asked('forwarded', 70), asked('forwarded', 70)]);
  });

  it('is kept in the browser', () => {
    const first = wish().made;
    expect([first.murmur, first.choice]).toEqual([50, 'automatic']);
    first.setMurmur(0);
    first.setChoice('mixed');
    const second = wish().made;
    expect([second.murmur, second.choice, second.listening]).toEqual([0, 'mixed', 'mixed']);
  });

  it('passes over what no browser of ours can have kept', () => {
    localStorage.setItem('torg.murmur', 'loud');
    localStorage.setItem('torg.listening', 'aside');
    expect([wish().made.murmur, wish().made.choice]).toEqual([50, 'automatic']);
    localStorage.setItem('torg.murmur', '700');
    expect(wish().made.murmur).toBe(100);
  });

  it('is told now and then while a slider is pulled, and last where it ends', () => {
    const { made, sent } = wish();
    made.enter();
    for (let percent = 49; percent >= 0; percent -= 1) {
      vi.advanceTimersByTime(10);
      made.setMurmur(percent);
    }
    vi.advanceTimersByTime(1_000);
    expect(sent.length).toBeLessThan(6);
    expect(sent.at(-1)).toEqual(asked('forwarded', 0));
  });

  it('is not told while the line is down, and told when it is back', () => {
    const { made, sent } = wish();
    made.enter();
    made.setMurmur(20);
    made.leave();
    vi.advanceTimersByTime(1_000);
    expect(sent).toHaveLength(1);
    made.enter();
    expect(sent.at(-1)).toEqual(asked('forwarded', 20));
  });

  it('is told at once when it is another way, and what is played goes along', () => {
    const { made, sent, turned, changes } = wish();
    made.enter();
    made.setChoice('mixed');
    made.setChoice('mixed');
    expect(sent.at(-1)).toEqual(asked('mixed', 50));
    expect([turned, changes()]).toEqual([['forwarded', 'mixed'], 1]);
    made.setChoice('automatic');
    expect(turned.at(-1)).toBe('forwarded');
  });
});

describe('by itself', () => {
  it('sound comes as one stream where the line is thin, and back when it is not', () => {
    const { made, turned, device, changes } = wish({ savesData: true });
    expect([made.listening, made.cause]).toEqual(['mixed', 'thin_line']);
    made.enter();
    device.savesData = false;
    made.judge();
    expect([made.listening, made.cause, changes()]).toEqual(['forwarded', null, 1]);
    expect(turned).toEqual(['mixed', 'forwarded']);
  });

  it('sound comes as one stream when too much gets lost', () => {
    const { made, turned } = wish();
    made.enter();
    for (let step = 0; step <= 30; step += 1) made.look(step * 400, { received: step * 18, lost: step * 2 });
    expect([made.cause, turned.at(-1)]).toEqual(['loss', 'mixed']);
  });

  it('nobody who chose is overruled', () => {
    const { made } = wish({ savesData: true, isPhone: true, cores: 1 });
    made.setChoice('forwarded');
    expect([made.listening, made.cause]).toEqual(['forwarded', null]);
  });

  it('but by a browser that places no voices', () => {
    const { made } = wish({ placesVoices: false });
    made.setChoice('forwarded');
    expect([made.listening, made.cause]).toEqual(['mixed', 'old_browser']);
  });
});

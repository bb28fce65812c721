import { describe, expect, it } from 'vitest';
import type { TimeMs } from '../src/wire/types';
import { ServerClock } from '../src/world/clock';

const AHEAD_MS = 1_790_000_000_000;
const at = (ours_ms: number): TimeMs => AHEAD_MS + ours_ms as TimeMs;

/** How wrong the clock is at a moment of ours. */
function wrong_ms(clock: ServerClock, ours_ms: number): number {
  return clock.now(ours_ms) - at(ours_ms);
}

describe('the server clock', () => {
  it('believes the shortest round trip', () => {
    const clock = new ServerClock(at(900), 1_000);
    clock.pong(at(2_390), 2_000, 2_400);
    clock.pong(at(3_005), 3_000, 3_010);
    clock.pong(at(4_350), 4_000, 4_400);
    wrong_ms(clock, 4_400);
    expect(Math.abs(wrong_ms(clock, 20_000))).toBeLessThan(1);
  });

  it('slides to a better estimate, never backwards', () => {
    const clock = new ServerClock(at(1_100), 1_000);
    let last_ms = clock.now(1_000);
    clock.pong(at(1_005), 1_000, 1_010);
    for (let ours_ms = 1_010; ours_ms < 4_000; ours_ms += 16) {
      const now_ms = clock.now(ours_ms);
      expect(now_ms).toBeGreaterThan(last_ms);
      last_ms = now_ms;
    }
    expect(Math.abs(wrong_ms(clock, 4_000))).toBeLessThan(1);
  });

  it('follows when one of the two clocks was set or slept', () => {
    const clock = new ServerClock(at(1_000), 1_000);
    for (let ours_ms = 1_000; ours_ms < 5_000; ours_ms += 500) clock.pong(at(ours_ms + 5), ours_ms, ours_ms + 10);
    expect(Math.abs(wrong_ms(clock, 5_000))).toBeLessThan(1);
    clock.pong(at(605_005), 5_000, 5_010);
    expect(clock.now(5_020)).toBeCloseTo(at(605_020), 0);
  });
});

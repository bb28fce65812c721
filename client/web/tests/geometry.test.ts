import { describe, expect, it } from 'vitest';
import { gainAt, HEARING_LAWS, placedGain, type Placed } from '../src/world/gain';
import { arrivalOf, positionOf } from '../src/world/motion';
import { gains, motion, type PlacedFixture } from './fixtures';

function placed({ at, table, listens_to }: PlacedFixture): Placed {
  return { at, table, listensTo: listens_to };
}

describe('the hearing law', () => {
  it.each(gains.gains)('$preset: $what', ({ preset, listener, speaker, gain }) => {
    const computed = placedGain(HEARING_LAWS[preset], placed(listener), placed(speaker));
    expect(Math.abs(computed - gain)).toBeLessThanOrEqual(gains.tolerance);
  });

  it('falls without a jump and is nothing for no number', () => {
    for (const law of Object.values(HEARING_LAWS)) {
      for (let distance_m = 0; distance_m < 30; distance_m += 0.01) {
        const step = gainAt(law, distance_m) - gainAt(law, distance_m + 0.01);
        expect(step).toBeGreaterThanOrEqual(0);
        expect(step).toBeLessThan(0.01);
      }
      expect(gainAt(law, Number.NaN)).toBe(0);
    }
  });
});

describe('motion', () => {
  it.each(motion.walks)('$what', ({ segment, arrival, positions }) => {
    expect(arrivalOf(segment)).toBe(arrival);
    for (const { at, x_m, y_m } of positions) {
      const place = positionOf(segment, at);
      expect(Math.hypot(place.x - x_m, place.y - y_m)).toBeLessThanOrEqual(motion.tolerance_m);
    }
  });
});

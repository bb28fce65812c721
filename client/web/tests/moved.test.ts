import { describe, expect, it } from 'vitest';
import { movesMe } from '../src/app/moved';
import type { Person } from '../src/app/ports';
import type { ParticipantId, Segment, TimeMs } from '../src/wire/types';

const ME = 1 as ParticipantId;
const OTHER = 2 as ParticipantId;
const NOW = 100_000 as TimeMs;

const way = (from: number, to: number, departed: number): Segment =>
  ({ from: { x: from, y: 0 }, to: { x: to, y: 0 }, departed: departed as TimeMs, speed_mm_s: 3_000 });

/** Somebody whose last walk of three metres began at a moment. */
function world(departed: number) {
  const me = { id: ME, motion: way(0, 3, departed) } as unknown as Person;
  return { me: ME, people: new Map([[ME, me]]), now: () => NOW };
}

const frame = (participant: ParticipantId, segment: Segment) => ({ kind: 'motion' as const, records: [{ participant, segment }] });

describe('being moved', () => {
  it('is told when I stood and had asked for nothing', () => {
    expect(movesMe(frame(ME, way(3, 9, NOW)), world(50_000), Infinity)).toBe(true);
  });

  it('is not what I asked for, nor the next stretch of my way, nor somebody else', () => {
    expect(movesMe(frame(ME, way(3, 9, NOW)), world(50_000), 500)).toBe(false);
    expect(movesMe(frame(ME, way(3, 9, NOW)), world(NOW - 1_010), Infinity)).toBe(false);
    expect(movesMe(frame(OTHER, way(3, 9, NOW)), world(50_000), Infinity)).toBe(false);
    expect(movesMe(frame(ME, { ...way(3, 3, NOW), speed_mm_s: 0 }), world(50_000), Infinity)).toBe(false);
  });
});

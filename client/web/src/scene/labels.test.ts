import { describe, expect, it } from 'vitest';
import { BELOW, layOut, offsetOf, sideOf, type Box, type LabelItem, type Side } from './labels';

const item = (id: number, x: number, y: number, more: Partial<LabelItem> = {}): LabelItem => ({
  id, x, y, radius: 18, width: 80, height: 20, prefers: BELOW, priority: 0, always: false, ...more,
});

const ANYWHERE: Box = { left: -Infinity, right: Infinity, top: -Infinity, bottom: Infinity };

/** A small generator of pseudo-random numbers (mulberry32), so that a failure can be replayed. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function overlapping(items: readonly LabelItem[], placed: ReadonlyMap<number, Side>): number {
  const boxes = items.flatMap((one) => {
    const side = placed.get(one.id);
    if (side === undefined) return [];
    const offset = offsetOf(side, one.radius, one.width, one.height);
    return [{ x: one.x + offset.x, y: one.y + offset.y, width: one.width, height: one.height }];
  });
  let count = 0;
  boxes.forEach((one, index) => {
    for (const other of boxes.slice(index + 1)) {
      const apart =
        Math.abs(one.x - other.x) >= (one.width + other.width) / 2 - 1e-9 ||
        Math.abs(one.y - other.y) >= (one.height + other.height) / 2 - 1e-9;
      if (!apart) count += 1;
    }
  });
  return count;
}

describe('the layout of names', () => {
  it('knows the sides of directions', () => {
    expect(sideOf(0, -1)).toBe(0);
    expect(sideOf(1, 0)).toBe(2);
    expect(sideOf(0, 1)).toBe(4);
    expect(sideOf(-1, 0)).toBe(6);
    expect(sideOf(-0.7, -0.7)).toBe(7);
  });

  it('puts a lone name on the side it prefers', () => {
    expect(layOut([item(1, 0, 0)], [], new Map(), ANYWHERE).get(1)).toBe(BELOW);
    expect(layOut([item(1, 0, 0, { prefers: 2 })], [], new Map(), ANYWHERE).get(1)).toBe(2);
  });

  it('never lays one name over another, however dense the crowd', () => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const next = random(seed);
      const crowd = Array.from({ length: 300 }, (_, id) => item(id, next() * 1200, next() * 800));
      const placed = layOut(crowd, [], new Map(), ANYWHERE);
      expect(overlapping(crowd, placed), `seed ${seed}`).toBe(0);
      expect(placed.size, `seed ${seed}`).toBeGreaterThan(60);
    }
  });

  it('names all six at a table', () => {
    const seats = Array.from({ length: 6 }, (_, seat) => {
      const angle = (seat / 6) * 2 * Math.PI;
      const x = Math.sin(angle);
      const y = -Math.cos(angle);
      return item(seat, 300 + 45 * x, 300 + 45 * y, { radius: 15, prefers: sideOf(x, y) });
    });
    expect(layOut(seats, [], new Map(), ANYWHERE).size).toBe(6);
  });

  it('keeps a side while it is free, though another is preferred', () => {
    const before = new Map<number, Side>([[1, 0]]);
    expect(layOut([item(1, 0, 0)], [], before, ANYWHERE).get(1)).toBe(0);
  });

  it('does not flicker when two walk past each other by small steps', () => {
    let before: ReadonlyMap<number, Side> = new Map();
    let changes = 0;
    for (let step = 0; step <= 200; step += 1) {
      const walkers = [item(1, step, 0), item(2, 200 - step, 30)];
      const placed = layOut(walkers, [], before, ANYWHERE);
      for (const { id } of walkers) {
        if (before.size > 0 && before.get(id) !== placed.get(id)) changes += 1;
      }
      before = placed;
    }
    expect(changes).toBeLessThanOrEqual(4);
  });

  it('stands where it is not cut off, if it can', () => {
    const view = { left: -20, right: 500, top: -500, bottom: 500 };
    expect(layOut([item(1, 0, 0)], [], new Map(), view).get(1)).toBe(3);
    expect(layOut([item(1, 0, 0)], [], new Map(), { ...view, right: 20 }).get(1)).toBe(BELOW);
  });

  it('covers no obstacle, and gives way to the more important', () => {
    const placed = layOut(
      [item(1, 0, 0), item(2, 6, 0, { priority: 5, always: true })],
      [{ left: -50, right: 50, top: 18, bottom: 44 }], new Map(), ANYWHERE);
    expect(placed.get(2)).toBeDefined();
    expect(placed.get(2)).not.toBe(BELOW);
  });
});

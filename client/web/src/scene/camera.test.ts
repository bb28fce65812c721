import { describe, expect, it } from 'vitest';
import { clamped, eased, fitted, following, scaleLimits, toScreen, toWorld, zoomed, type Camera } from './camera';

const map = { width: 40, height: 24 };
const view = { width: 1000, height: 700 };
const camera: Camera = { x: 12, y: 9, scale: 40 };

describe('camera', () => {
  it('goes to the screen and back', () => {
    const place = { x: 3.25, y: 20.5 };
    const back = toWorld(camera, view, toScreen(camera, view, place));
    expect(back.x).toBeCloseTo(place.x, 9);
    expect(back.y).toBeCloseTo(place.y, 9);
  });

  it('shows the whole map when fitted', () => {
    const fit = fitted(map, view);
    for (const corner of [{ x: 0, y: 0 }, { x: 40, y: 24 }]) {
      const { x, y } = toScreen(fit, view, corner);
      expect(x).toBeGreaterThan(0);
      expect(x).toBeLessThan(view.width);
      expect(y).toBeGreaterThan(0);
      expect(y).toBeLessThan(view.height);
    }
  });

  it('keeps what is under the pointer while zooming, and stops at the limits', () => {
    const anchor = { x: 800, y: 120 };
    const limits = scaleLimits(map, view);
    const before = toWorld(camera, view, anchor);
    const near = zoomed(camera, view, 1.7, anchor, limits);
    const after = toWorld(near, view, anchor);
    expect(after.x).toBeCloseTo(before.x, 9);
    expect(after.y).toBeCloseTo(before.y, 9);
    expect(zoomed(camera, view, 1e6, anchor, limits).scale).toBe(limits.most);
    expect(zoomed(camera, view, 1e-6, anchor, limits).scale).toBe(limits.least);
  });

  it('centres a map that fits and holds the edges of one that does not', () => {
    expect(clamped({ x: -50, y: 90, scale: 10 }, map, view)).toEqual({ x: 20, y: 12, scale: 10 });
    const held = clamped({ x: -50, y: 90, scale: 80 }, map, view);
    expect(toScreen(held, view, { x: 0, y: 0 }).x).toBeLessThan(view.width / 2);
    expect(toScreen(held, view, { x: 40, y: 24 }).y).toBeGreaterThan(view.height / 2);
  });

  it('stands still while I walk in the calm middle and moves no further than needed', () => {
    const still: Camera = { x: 20, y: 12, scale: 60 };
    expect(following(still, { x: 21, y: 12.5 }, map, view)).toEqual(still);
    const moved = following(still, { x: 26, y: 12 }, map, view);
    expect(moved.x).toBeGreaterThan(20);
    expect(moved.x).toBeLessThan(26);
    expect(moved.y).toBe(12);
  });

  it('lands on its target', () => {
    const target: Camera = { x: 30, y: 4, scale: 90 };
    let now = camera;
    for (let frame = 0; frame < 120 && now !== target; frame += 1) now = eased(now, target, 16);
    expect(now).toBe(target);
  });
});

/**
 * Where a segment has led at a moment. The same as `protocol/src/geometry/motion.rs`;
 * `protocol/fixtures/motion.json` holds both to it.
 */
import type { Point, Segment, TimeMs } from '../wire/types';

/** The place at a moment, metres: the start before the departure, the end after the arrival. */
export function positionOf(segment: Segment, at: TimeMs): Point {
  const { from, to } = segment;
  const length_m = Math.hypot(to.x - from.x, to.y - from.y);
  if (segment.speed_mm_s === 0 || length_m === 0) return { x: to.x, y: to.y };
  const walked_m = Math.max(0, at - segment.departed) * segment.speed_mm_s / 1e6;
  const share = Math.min(walked_m / length_m, 1);
  return { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share };
}

/** When the end is reached, to the millisecond above. */
export function arrivalOf(segment: Segment): TimeMs {
  if (segment.speed_mm_s === 0) return segment.departed;
  const length_m = Math.hypot(segment.to.x - segment.from.x, segment.to.y - segment.from.y);
  return segment.departed + Math.ceil(length_m * 1e6 / segment.speed_mm_s) as TimeMs;
}

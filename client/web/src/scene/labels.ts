/**
 * Where the names stand: each on one of eight sides of its avatar, none over another name or another's face. The
 * side is kept as long as it is free, so that names don't jitter while people walk by; a name that has no room is
 * left out (it is in the list, and comes up when its avatar is pointed at).
 */

/** Clockwise from the top. */
export type Side = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7;
export const BELOW: Side = 4;

const DIRECTIONS: readonly (readonly [number, number])[] = [
  [0, -1], [1, -1], [1, 0], [1, 1], [0, 1], [-1, 1], [-1, 0], [-1, -1],
];

/** Between an avatar and its name, CSS pixels. */
const GAP = 4;
/** A name that is not shown needs this much more room to come up than one that is shown needs to stay. */
const MARGIN_TO_APPEAR = 5;
/** How much of another's avatar a name may touch. */
const FACE_SHARE = 0.72;
const CELL = 96;

export interface Box { readonly left: number; readonly top: number; readonly right: number; readonly bottom: number }

export interface LabelItem {
  readonly id: number;
  /** Middle of the avatar, and its radius. */
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  /** Size of the name's plate. */
  readonly width: number;
  readonly height: number;
  readonly prefers: Side;
  /** Who is placed first; among equals who is shown already, then the lower id. */
  readonly priority: number;
  /** Shown even where it must lie over an avatar. */
  readonly always: boolean;
}

/** The side of a direction (y down). */
export function sideOf(x: number, y: number): Side {
  const eighth = Math.round((Math.atan2(x, -y) / Math.PI) * 4);
  return (((eighth % 8) + 8) % 8) as Side;
}

/** The middle of a plate at a side, relative to the middle of its avatar. */
export function offsetOf(side: Side, radius: number, width: number, height: number): { x: number; y: number } {
  const [x, y] = DIRECTIONS[side] as readonly [number, number];
  if (x === 0) return { x: 0, y: y * (radius + GAP + height / 2) };
  if (y === 0) return { x: x * (radius + GAP + width / 2), y: 0 };
  return { x: x * (radius * 0.72 + width / 2), y: y * (radius * 0.72 + height / 2) };
}

/** Boxes by cells of the plane, so that a box meets only its neighbours. */
class Plane {
  readonly #cells = new Map<number, { box: Box; owner: number }[]>();

  add(box: Box, owner: number): void {
    this.#eachCell(box, (key) => {
      const cell = this.#cells.get(key);
      if (cell) cell.push({ box, owner });
      else this.#cells.set(key, [{ box, owner }]);
    });
  }

  isFree(box: Box, except: number): boolean {
    return !this.#eachCell(box, (key) =>
      this.#cells.get(key)?.some((other) => other.owner !== except && overlaps(other.box, box)) ?? false);
  }

  #eachCell(box: Box, visit: (key: number) => boolean | void): boolean {
    for (let x = Math.floor(box.left / CELL); x <= Math.floor(box.right / CELL); x += 1) {
      for (let y = Math.floor(box.top / CELL); y <= Math.floor(box.bottom / CELL); y += 1) {
        if (visit(x * 65_536 + y) === true) return true;
      }
    }
    return false;
  }
}

function overlaps(one: Box, other: Box): boolean {
  return one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;
}

function boxAt(item: LabelItem, side: Side, margin: number): Box {
  const offset = offsetOf(side, item.radius, item.width, item.height);
  const x = item.x + offset.x;
  const y = item.y + offset.y;
  return {
    left: x - item.width / 2 - margin,
    right: x + item.width / 2 + margin,
    top: y - item.height / 2 - margin,
    bottom: y + item.height / 2 + margin,
  };
}

/** The sides to try: the one kept, the preferred one, its neighbours, then the rest. */
function sidesToTry(kept: Side | undefined, prefers: Side): Side[] {
  const turned = [0, 1, -1, 4, 2, -2, 3, -3].map((eighths) => ((prefers + eighths + 8) % 8) as Side);
  return kept === undefined ? turned : [kept, ...turned.filter((side) => side !== kept)];
}

/** Whether no part of a box is cut off. */
function isWithin(box: Box, view: Box): boolean {
  return box.left >= view.left && box.right <= view.right && box.top >= view.top && box.bottom <= view.bottom;
}

function isSeen(item: LabelItem, view: Box): boolean {
  return item.x > view.left && item.x < view.right && item.y > view.top && item.y < view.bottom;
}

/**
 * Finds a side for each name that has room. `before` are the sides of the last time, `obstacles` what no name may
 * cover, `view` what is seen: a name stands where it is not cut off, if it can.
 */
export function layOut(
  items: readonly LabelItem[], obstacles: readonly Box[], before: ReadonlyMap<number, Side>, view: Box,
): Map<number, Side> {
  const names = new Plane();
  const faces = new Plane();
  obstacles.forEach((box) => names.add(box, -1));
  for (const item of items) {
    const half = item.radius * FACE_SHARE;
    faces.add({ left: item.x - half, right: item.x + half, top: item.y - half, bottom: item.y + half }, item.id);
  }
  const order = [...items].sort((one, other) =>
    other.priority - one.priority || Number(before.has(other.id)) - Number(before.has(one.id)) || one.id - other.id);

  const placed = new Map<number, Side>();
  for (const item of order) {
    const kept = before.get(item.id);
    const margin = kept === undefined ? MARGIN_TO_APPEAR : 0;
    const sides = sidesToTry(kept, item.prefers);
    const free = sides.filter((candidate) => {
      const box = boxAt(item, candidate, margin);
      return names.isFree(box, item.id) && faces.isFree(box, item.id);
    });
    const whole = isSeen(item, view) ? free.find((candidate) => isWithin(boxAt(item, candidate, 0), view)) : undefined;
    const side = whole ?? free[0]
      ?? (item.always ? sides.find((candidate) => names.isFree(boxAt(item, candidate, 0), item.id)) : undefined);
    if (side === undefined) continue;
    placed.set(item.id, side);
    names.add(boxAt(item, side, 0), item.id);
  }
  return placed;
}

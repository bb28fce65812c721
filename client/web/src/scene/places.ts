/** Zones, walls and tables: what stands still on the square, with its name on it. */
import type { MapSpec, Point, SeatIndex, TableSpec, ZoneSpec } from '../wire/types';
import { at, disc, fontOf, isVisible, roundedBox, type Brush, type Context } from './brush';
import type { ColourName, Palette } from './colours';
import type { Box } from './labels';
import { brokenInto, cutInto, shortName } from './names';

/** Seats stand this far inside the rim, as the engine places them. */
const SEAT_INSIDE_RIM_M = 0.3;
/** The wooden disc ends where the seats begin. */
export const DISC_INSIDE_RIM_M = 0.84;
/** The line of the wall of sound is drawn around the people, so a little outside the rim. */
export const WALL_OUTSIDE_RIM_M = 0.34;
/** Sizes of a name on a disc, CSS pixels, the first that fits. */
const DISC_SIZES_PX = [15, 14, 13, 12, 11] as const;
/** On a small disc no name is larger than this share of its radius, so that all tables speak alike. */
const DISC_SIZE_SHARE = 0.46;
const WALL_WIDTH_M = 0.26;
/** A table's own name, above its topic. */
const SMALL_PX = 10;
/** How wide a topic's plate is at most, and its lines, CSS pixels. */
const PLATE_PX = 150;
const PLATE_LINE_PX = 15;

/** What tables carry now: a topic's title, by the table's index. */
export type Titles = ReadonlyMap<number, string>;

/** Where a seat is: counted from the top, clockwise. */
export function seatPoint(table: TableSpec, seat: SeatIndex | number): Point {
  const angle = (2 * Math.PI * seat) / table.seats;
  const ring = table.radius_m - SEAT_INSIDE_RIM_M;
  return { x: table.x + Math.sin(angle) * ring, y: table.y - Math.cos(angle) * ring };
}

/** Paints all places; gives the boxes of their names, CSS pixels from the map's origin, which no other name may cover. */
export function paintPlaces(brush: Brush, map: MapSpec, titles: Titles = new Map()): Box[] {
  const names: Box[] = [];
  for (const zone of map.zones) paintZone(brush, zone, names);
  for (const wall of map.walls) paintWall(brush, wall);
  map.tables.forEach((table, index) => {
    if (isVisible(brush, table.x, table.y, table.radius_m + 2)) paintTable(brush, table, titles.get(index), names);
  });
  return names;
}

function boxAround(x: number, y: number, width: number, height: number): Box {
  return { left: x - width / 2, right: x + width / 2, top: y - height / 2, bottom: y + height / 2 };
}

function paintZone(brush: Brush, zone: ZoneSpec, names: Box[]): void {
  const { palette, scale } = brush;
  const fill: ColourName = `zone-${zone.kind}`;
  const line: ColourName = `zone-${zone.kind}-line`;
  const width = zone.width_m * scale;
  const height = zone.height_m * scale;
  const corner = Math.min(0.5 * scale, 12);
  at(brush, zone.x, zone.y, (context) => {
    if (zone.kind === 'stage') {
      context.fillStyle = palette.map.shadow;
      roundedBox(context, 1, 0.22 * scale, width - 2, height, corner);
      context.fill();
    }
    context.fillStyle = palette.map[fill];
    roundedBox(context, 0, 0, width, height, corner);
    context.fill();
    context.strokeStyle = palette.map[line];
    context.lineWidth = 1.5;
    context.stroke();
    context.save();
    context.clip();
    paintFloor(context, zone, palette.map[line], scale, width, height);
    context.restore();
    nameZone(context, zone, palette, width, height, names, scale);
  });
}

/** Planks on the stage, a woven border on a carpet, tufts where it is quiet. */
function paintFloor(context: Context, zone: ZoneSpec, line: string, scale: number, width: number, height: number): void {
  context.strokeStyle = line;
  context.fillStyle = line;
  context.lineWidth = 1;
  context.globalAlpha = 0.7;
  if (zone.kind === 'stage') {
    const plank = Math.max(0.5 * scale, 7);
    context.beginPath();
    for (let y = plank; y < height; y += plank) {
      context.moveTo(0, Math.round(y) + 0.5);
      context.lineTo(width, Math.round(y) + 0.5);
    }
    context.stroke();
  } else if (zone.kind === 'quiet') {
    const step = Math.max(0.9 * scale, 12);
    for (let y = step / 2, row = 0; y < height; y += step, row += 1) {
      for (let x = step / 2 + ((row % 2) * step) / 2; x < width; x += step) {
        disc(context, x, y, Math.max(step * 0.07, 1));
        context.fill();
      }
    }
  } else {
    const inset = Math.max(0.22 * scale, 4);
    roundedBox(context, inset, inset, width - 2 * inset, height - 2 * inset, 6);
    context.stroke();
  }
}

function nameZone(
  context: Context, zone: ZoneSpec, palette: Palette, width: number, height: number, names: Box[], scale: number,
): void {
  context.font = fontOf(13, 650);
  const inset = Math.max(0.4 * scale, 9);
  const room = width - 2 * inset;
  const name = [40, 24, 16, 10].map((most) => shortName(zone.name, most)).find((text) => context.measureText(text).width <= room);
  if (name === undefined || height < 26) return;
  context.fillStyle = palette.map['zone-ink'];
  context.textAlign = 'left';
  context.textBaseline = 'middle';
  const y = inset + 7;
  context.fillText(name, inset, y);
  const left = zone.x * scale + inset;
  const top = zone.y * scale + y;
  const wide = context.measureText(name).width;
  names.push(boxAround(left + wide / 2, top, wide + 6, 18));
}

function paintWall(brush: Brush, [x1, y1, x2, y2]: readonly [number, number, number, number]): void {
  const { palette, scale } = brush;
  at(brush, x1, y1, (context) => {
    const x = (x2 - x1) * scale;
    const y = (y2 - y1) * scale;
    const width = Math.max(WALL_WIDTH_M * scale, 4);
    const stroke = (colour: string, wide: number, down: number): void => {
      context.strokeStyle = colour;
      context.lineWidth = wide;
      context.lineCap = 'round';
      context.beginPath();
      context.moveTo(0, down);
      context.lineTo(x, y + down);
      context.stroke();
    };
    stroke(palette.map.shadow, width, width * 0.45);
    stroke(palette.map.wall, width, 0);
    stroke(palette.map['wall-top'], width * 0.5, -width * 0.12);
  });
}

function paintTable(brush: Brush, table: TableSpec, title: string | undefined, names: Box[]): void {
  const { palette, scale } = brush;
  const wall = (table.radius_m + WALL_OUTSIDE_RIM_M) * scale;
  const wood = Math.max(table.radius_m - DISC_INSIDE_RIM_M, table.radius_m * 0.4) * scale;
  at(brush, table.x, table.y, (context) => {
    paintLamp(context, palette, wall);
    context.fillStyle = palette.map.rug;
    disc(context, 0, 0, wall);
    context.fill();
    paintSoundWall(context, palette, table, wall);
    paintDisc(context, palette, wood);
    writeTable({ context, palette, table, wood, wall, names, scale }, title);
    if (table.wall !== 'closed') return;
    const lock = lockPoint(table, wall);
    names.push(boxAround(table.x * scale + lock.x, table.y * scale + lock.y, 2 * LOCK_PX, 2 * LOCK_PX));
  });
}

/** Light falls on every table. */
function paintLamp(context: Context, palette: Palette, wall: number): void {
  const reach = wall * 1.5;
  const light = context.createRadialGradient(0, 0, wall * 0.5, 0, 0, reach);
  light.addColorStop(0, `rgb(${palette.map.lamp} / 24%)`);
  light.addColorStop(1, `rgb(${palette.map.lamp} / 0%)`);
  context.fillStyle = light;
  disc(context, 0, 0, reach);
  context.fill();
}

/** Open: a dashed line. Closed: two solid ones and a lock. */
export function paintSoundWall(context: Context, palette: Palette, table: TableSpec, radius: number): void {
  if (table.wall === 'closed') {
    context.strokeStyle = palette.map['rim-closed'];
    context.lineWidth = 1.75;
    disc(context, 0, 0, radius);
    context.stroke();
    disc(context, 0, 0, radius - 4);
    context.stroke();
    paintLock(context, palette, table, radius);
    return;
  }
  // A whole number of dashes, so that the circle closes.
  const dashes = Math.max(Math.round((2 * Math.PI * radius) / 14), 8);
  const period = (2 * Math.PI * radius) / dashes;
  context.strokeStyle = palette.map.rim;
  context.lineWidth = 1.75;
  context.setLineDash([period * 0.55, period * 0.45]);
  disc(context, 0, 0, radius);
  context.stroke();
  context.setLineDash([]);
}

function paintDisc(context: Context, palette: Palette, radius: number): void {
  context.fillStyle = palette.map.shadow;
  disc(context, radius * 0.03, radius * 0.09, radius * 1.02);
  context.fill();
  context.fillStyle = palette.map.wood;
  disc(context, 0, 0, radius);
  context.fill();
  context.save();
  context.clip();
  context.strokeStyle = palette.map['wood-grain'];
  context.lineWidth = Math.max(radius * 0.02, 0.75);
  context.globalAlpha = 0.55;
  // Grain: flat arcs as on a board sawn along the trunk.
  for (let line = -4; line <= 4; line += 1) {
    const y = line * radius * 0.24;
    context.beginPath();
    context.moveTo(-radius, y);
    context.quadraticCurveTo(radius * 0.1 * line, y + radius * 0.1 * (line % 2 === 0 ? 1 : -1), radius, y + radius * 0.04);
    context.stroke();
  }
  context.restore();
  context.strokeStyle = palette.map['wood-light'];
  context.lineWidth = Math.max(radius * 0.05, 1.5);
  disc(context, 0, 0, radius * 0.95);
  context.stroke();
  context.strokeStyle = palette.map['wood-edge'];
  context.lineWidth = 1.25;
  disc(context, 0, 0, radius);
  context.stroke();
}

/** A table's disc, to write on: pixels from its middle. */
interface Disc {
  readonly context: Context;
  readonly palette: Palette;
  readonly table: TableSpec;
  readonly wood: number;
  readonly wall: number;
  readonly names: Box[];
  readonly scale: number;
}

/**
 * The name on the disc in two lines; where they don't fit, on a plate above the table. A topic takes the disc, with
 * the table's name small above it; one that is too long for the disc stands on the plate, and the name stays.
 */
function writeTable(on: Disc, title: string | undefined): void {
  on.context.textAlign = 'center';
  on.context.textBaseline = 'middle';
  if (title === undefined) {
    if (!writeOnDisc(on, on.table.name, null)) writePlate(on, [shortName(on.table.name, 26)]);
    return;
  }
  if (writeOnDisc(on, title, on.table.name)) return;
  on.context.font = fontOf(12, 650);
  const lines = cutInto(title, 2, PLATE_PX, (text) => on.context.measureText(text).width);
  const isNamed = writeOnDisc(on, on.table.name, null);
  if (!isNamed) lines.unshift(shortName(on.table.name, 26));
  writePlate(on, lines, !isNamed);
}

/** Gives whether it fits in two lines, below a small line where there is one. */
function writeOnDisc({ context, palette, table, wood, names, scale }: Disc, label: string, above: string | null): boolean {
  for (const size of DISC_SIZES_PX) {
    if (size > Math.max(wood * DISC_SIZE_SHARE, 11)) continue;
    const small = above === null ? 0 : SMALL_PX;
    context.font = fontOf(size, 650);
    const lines = brokenInto(label, 2, wood * 1.72, (text) => context.measureText(text).width);
    if (!lines || size * 1.2 * lines.length + small * 1.6 > wood * 1.4) continue;
    context.fillStyle = palette.map['wood-ink'];
    lines.forEach((line, index) => {
      context.fillText(line, 0, (index - (lines.length - 1) / 2) * size * 1.18 + 0.5 + small * 0.6);
    });
    names.push(boxAround(table.x * scale, table.y * scale, wood * 1.8, size * lines.length * 1.4 + small * 2));
    if (above === null) return true;
    context.font = fontOf(SMALL_PX, 500);
    context.fillText(shortName(above, 14), 0, -(lines.length / 2) * size * 1.18 - small * 0.3);
    return true;
  }
  return false;
}

/** Lines on a plate of the table's wood, above it; the first one lighter where it is the table's name above a topic. */
function writePlate({ context, palette, table, wall, names, scale }: Disc, lines: readonly string[], headed = false): void {
  context.font = fontOf(12, 650);
  const width = Math.max(...lines.map((line) => context.measureText(line).width)) + 18;
  const height = PLATE_LINE_PX * lines.length + 5;
  const top = -wall - 5 - height;
  context.fillStyle = palette.map.shadow;
  roundedBox(context, -width / 2, top + 1.5, width, height, 10);
  context.fill();
  context.fillStyle = palette.map.wood;
  roundedBox(context, -width / 2, top, width, height, 10);
  context.fill();
  context.fillStyle = palette.map['wood-ink'];
  lines.forEach((line, index) => {
    context.font = headed && index === 0 ? fontOf(11, 400) : fontOf(12, 650);
    context.fillText(line, 0, top + 3 + PLATE_LINE_PX * (index + 0.5));
  });
  names.push(boxAround(table.x * scale, table.y * scale + top + height / 2, width, height));
}

const LOCK_PX = 10;

/** Where a closed table's lock is, CSS pixels from its middle: on the rim, between the first seat and the second. */
function lockPoint(table: TableSpec, wall: number): Point {
  const angle = Math.PI / table.seats;
  return { x: wall * Math.sin(angle), y: -wall * Math.cos(angle) };
}

function paintLock(context: Context, palette: Palette, table: TableSpec, wall: number): void {
  const { x, y } = lockPoint(table, wall);
  context.fillStyle = palette.map['rim-closed'];
  disc(context, x, y, LOCK_PX);
  context.fill();
  context.strokeStyle = palette.map['wood-light'];
  context.fillStyle = palette.map['wood-light'];
  context.lineWidth = 1.6;
  context.beginPath();
  context.arc(x, y - 1.4, 2.7, Math.PI, 0);
  context.stroke();
  roundedBox(context, x - 4.2, y - 1.2, 8.4, 6.2, 1.4);
  context.fill();
}

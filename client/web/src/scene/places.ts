/** Zones, walls and tables: what stands still on the square, with its name on it. */
import type { MapSpec, Point, SeatIndex, TableSpec, ZoneSpec } from '../wire/types';
import { at, disc, fontOf, isVisible, roundedBox, type Brush, type Context } from './brush';
import type { ColourName, Palette } from './colours';
import type { Box } from './labels';
import { brokenInto, shortName } from './names';

/** Seats stand this far inside the rim, as the engine places them. */
const SEAT_INSIDE_RIM_M = 0.3;
/** The wooden disc ends where the seats begin. */
const DISC_INSIDE_RIM_M = 0.84;
/** The line of the wall of sound is drawn around the people, so a little outside the rim. */
export const WALL_OUTSIDE_RIM_M = 0.34;
/** Sizes of a name on a disc, CSS pixels, the first that fits. */
const DISC_SIZES_PX = [15, 14, 13, 12, 11] as const;
/** On a small disc no name is larger than this share of its radius, so that all tables speak alike. */
const DISC_SIZE_SHARE = 0.46;
const WALL_WIDTH_M = 0.26;

/** Where a seat is: counted from the top, clockwise. */
export function seatPoint(table: TableSpec, seat: SeatIndex | number): Point {
  const angle = (2 * Math.PI * seat) / table.seats;
  const ring = table.radius_m - SEAT_INSIDE_RIM_M;
  return { x: table.x + Math.sin(angle) * ring, y: table.y - Math.cos(angle) * ring };
}

/** Paints all places; gives the boxes of their names, CSS pixels from the map's origin, which no other name may cover. */
export function paintPlaces(brush: Brush, map: MapSpec): Box[] {
  const names: Box[] = [];
  for (const zone of map.zones) paintZone(brush, zone, names);
  for (const wall of map.walls) paintWall(brush, wall);
  for (const table of map.tables) {
    if (isVisible(brush, table.x, table.y, table.radius_m + 2)) paintTable(brush, table, names);
  }
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

function paintTable(brush: Brush, table: TableSpec, names: Box[]): void {
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
    nameTable(context, palette, table, wood, wall, names, scale);
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

/** The name on the disc in two lines; where they don't fit, on a plate above the table. */
function nameTable(
  context: Context, palette: Palette, table: TableSpec, wood: number, wall: number, names: Box[], scale: number,
): void {
  const x = table.x * scale;
  const y = table.y * scale;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  for (const size of DISC_SIZES_PX) {
    if (size > Math.max(wood * DISC_SIZE_SHARE, 11)) continue;
    context.font = fontOf(size, 650);
    const lines = brokenInto(table.name, 2, wood * 1.72, (text) => context.measureText(text).width);
    if (!lines || size * 1.2 * lines.length > wood * 1.4) continue;
    context.fillStyle = palette.map['wood-ink'];
    lines.forEach((line, index) => {
      context.fillText(line, 0, (index - (lines.length - 1) / 2) * size * 1.18 + 0.5);
    });
    names.push(boxAround(x, y, wood * 1.8, size * lines.length * 1.4));
    return;
  }
  context.font = fontOf(12, 650);
  const name = shortName(table.name, 26);
  const width = context.measureText(name).width + 14;
  const top = -wall - 15;
  context.fillStyle = palette.map.wood;
  roundedBox(context, -width / 2, top - 10, width, 20, 10);
  context.fill();
  context.fillStyle = palette.map['wood-ink'];
  context.fillText(name, 0, top + 0.5);
  names.push(boxAround(x, y + top, width, 20));
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

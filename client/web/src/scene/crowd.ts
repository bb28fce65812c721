/** Paints the people: chairs and free seats, avatars with their rings and marks, and the names. */
import type { ParticipantId } from '../wire/types';
import { disc, type Context } from './brush';
import type { Palette } from './colours';
import { toScreen, type Camera, type Size } from './camera';
import type { Figure, Stage } from './figures';
import { BELOW, layOut, offsetOf, sideOf, type Box, type LabelItem, type Side } from './labels';
import { shortName } from './names';
import { seatPoint } from './places';
import { PLATE_HEIGHT, type AvatarLook, type Sprites } from './sprites';

/** What lies round an avatar, outside of which the name stands. */
interface Stance { seated: boolean; speaksToAll: boolean }

/** How somebody's name stands now, and where it goes. */
interface Plate extends Stance { text: string; x: number; y: number; alpha: number; side: Side | null }

/** Seats that somebody sits on, as "table seat". */
type Taken = ReadonlySet<string>;

export interface View {
  readonly context: Context;
  readonly camera: Camera;
  /** What is free to be seen: the camera's middle is its middle. */
  readonly size: Size;
  /** All of the canvas, with what a panel covers. */
  readonly full: Size;
  readonly sprites: Sprites;
  /** Whether the scale is at rest. */
  readonly settled: boolean;
}

/** While the scale changes avatars are stretched from one of these sizes, so that none is painted for a frame only. */
const SPRITE_RADII = [6, 9, 13, 18, 26] as const;
const PLATE_EASE_MS = 55;
/** Names of people this far outside the view are laid out too, so that panning brings no surprise. */
const BEYOND_PX = 90;

/** Radius of an avatar, CSS pixels: half a metre on the map, 18 at rest, growing slowly when near. */
export function avatarRadius(scale: number): number {
  const radius = scale < 34.6 ? Math.max(scale * 0.52, 4.5) : Math.max(18, 18 * (scale / 48) ** 0.6);
  return Math.round(radius * 4) / 4;
}

/** How far outside the rim the ring of who speaks over everything lies: outside the ring of their voice. */
const WORD_AWAY = 10;

/** How far from the middle a name begins: outside the rings, and outside the chair's back of who sits. */
function clearOf(radius: number, { seated, speaksToAll }: Stance): number {
  const clear = seated ? radius * 1.28 + 3 : radius + 3;
  return speaksToAll ? Math.max(clear, radius + WORD_AWAY + 3) : clear;
}

export class Crowd {
  readonly #plates = new Map<ParticipantId, Plate>();
  #sides: ReadonlyMap<number, Side> = new Map();
  #taken: Taken = new Set();
  /** The people of whom `#taken` was made: a new map comes with each change. */
  #seatedOf: Stage['people'] | null = null;

  /** Finds room for the names. `obstacles` are in CSS pixels from the map's origin. */
  layOutNames(view: View, figures: ReadonlyMap<ParticipantId, Figure>, stage: Stage, obstacles: readonly Box[], pointed: ParticipantId | null): void {
    const { camera, size, full, sprites } = view;
    const radius = avatarRadius(camera.scale);
    const most = camera.scale < 20 ? 10 : camera.scale < 30 ? 15 : 22;
    const items: LabelItem[] = [];
    const kept = new Map(this.#sides);
    for (const figure of figures.values()) {
      const { x, y } = toScreen(camera, size, figure);
      if (x < -BEYOND_PX || y < -BEYOND_PX || x > full.width + BEYOND_PX || y > full.height + BEYOND_PX) continue;
      const isPointed = figure.id === pointed;
      const text = isPointed ? figure.name : shortName(figure.name, most);
      const plate = this.#plates.get(figure.id) ?? { text, x: 0, y: 0, alpha: 0, side: null, seated: false, speaksToAll: false };
      this.#plates.set(figure.id, plate);
      const seated = figure.seatedAt !== null;
      if (plate.seated !== seated) kept.delete(figure.id);
      plate.text = text;
      plate.seated = seated;
      plate.speaksToAll = figure.speaksToAll;
      const isMe = figure.id === stage.me;
      items.push({
        id: figure.id, x: figure.x * camera.scale, y: figure.y * camera.scale, radius: clearOf(radius, plate),
        width: sprites.plateWidth(text), height: PLATE_HEIGHT, prefers: preferredSide(figure, stage),
        priority: isPointed ? 3 : isMe ? 2 : seated ? 1 : 0, always: isPointed || isMe,
      });
    }
    const left = camera.x * camera.scale - size.width / 2;
    const top = camera.y * camera.scale - size.height / 2;
    const seen = { left, right: left + size.width, top, bottom: top + size.height };
    const sides = layOut(items, obstacles, kept, seen);
    this.#sides = sides;
    for (const [id, plate] of this.#plates) {
      if (!figures.has(id)) this.#plates.delete(id);
      else plate.side = sides.get(id) ?? null;
    }
  }

  /** Paints everybody; gives whether names are still on their way. */
  paint(view: View, figures: ReadonlyMap<ParticipantId, Figure>, stage: Stage, elapsed_ms: number, calm: boolean): boolean {
    const radius = avatarRadius(view.camera.scale);
    if (this.#seatedOf !== stage.people) {
      this.#seatedOf = stage.people;
      this.#taken = takenSeats(stage);
    }
    paintSeats(view, stage, radius, this.#taken);
    const me = figures.get(stage.me);
    const visible: { figure: Figure; x: number; y: number }[] = [];
    for (const figure of figures.values()) {
      const { x, y } = toScreen(view.camera, view.size, figure);
      const isOut = x < -60 || y < -60 || x > view.full.width + 60 || y > view.full.height + 60;
      if (!isOut && figure !== me) visible.push({ figure, x, y });
    }
    if (me) visible.push({ figure: me, ...toScreen(view.camera, view.size, me) });
    for (const { figure, x, y } of visible) paintFigure(view, figure, x, y, radius, figure === me);
    let moving = false;
    for (const { figure, x, y } of visible) {
      moving = this.#paintPlate(view, figure, x, y, radius, figure === me, calm ? Infinity : elapsed_ms) || moving;
    }
    return moving;
  }

  #paintPlate(view: View, figure: Figure, x: number, y: number, radius: number, isMe: boolean, elapsed_ms: number): boolean {
    const plate = this.#plates.get(figure.id);
    if (!plate) return false;
    const sprite = view.sprites.plate(plate.text, isMe ? 'mine' : figure.away ? 'away' : 'other');
    const share = 1 - Math.exp(-elapsed_ms / PLATE_EASE_MS);
    const fades = (plate.side === null ? 0 : 1) - plate.alpha;
    plate.alpha = Math.abs(fades) < 0.02 ? plate.alpha + fades : plate.alpha + fades * share;
    let moving = Math.abs(fades) >= 0.02;
    if (plate.side !== null) {
      const goal = offsetOf(plate.side, clearOf(radius, plate), sprite.width, sprite.height);
      const away = Math.hypot(goal.x - plate.x, goal.y - plate.y);
      // A name that comes up stands where it belongs; one that changes sides glides there.
      const glide = plate.alpha < 0.3 || away < 0.5 ? 1 : share;
      plate.x += (goal.x - plate.x) * glide;
      plate.y += (goal.y - plate.y) * glide;
      moving = moving || (away >= 0.5 && glide < 1);
    }
    if (plate.alpha < 0.02) return moving;
    view.context.globalAlpha = plate.alpha;
    const left = snapped(x + plate.x - sprite.width / 2, view.sprites.density);
    const top = snapped(y + plate.y - sprite.height / 2, view.sprites.density);
    view.context.drawImage(sprite.image, left, top, sprite.width, sprite.height);
    view.context.globalAlpha = 1;
    return moving;
  }
}

/** To whole device pixels, so that text stays sharp. */
function snapped(at: number, density: number): number {
  return Math.round(at * density) / density;
}

/** Names of people at a table stand on its outside, others below. */
function preferredSide(figure: Figure, stage: Stage): Side {
  const table = figure.seatedAt === null ? undefined : stage.space.map.tables[figure.seatedAt];
  return table ? sideOf(figure.x - table.x, figure.y - table.y) : BELOW;
}

function takenSeats(stage: Stage): Taken {
  const taken = new Set<string>();
  for (const { place } of stage.people.values()) if (place.on === 'seat') taken.add(`${place.table} ${place.seat}`);
  return taken;
}

function paintSeats(view: View, stage: Stage, radius: number, taken: Taken): void {
  const { context, camera, size, full, sprites } = view;
  const { map } = sprites.palette;
  const seat = Math.max(radius * 0.62, 3);
  stage.space.map.tables.forEach((table, index) => {
    const middle = toScreen(camera, size, table);
    const reach = (table.radius_m + 1) * camera.scale;
    if (middle.x < -reach || middle.y < -reach || middle.x > full.width + reach || middle.y > full.height + reach) return;
    for (let at = 0; at < table.seats; at += 1) {
      const place = toScreen(camera, size, seatPoint(table, at));
      const angle = (2 * Math.PI * at) / table.seats - Math.PI / 2;
      if (taken.has(`${index} ${at}`)) {
        // A chair's back behind who sits there.
        context.strokeStyle = map.chair;
        context.lineWidth = Math.max(radius * 0.24, 2);
        context.lineCap = 'round';
        context.beginPath();
        context.arc(place.x, place.y, radius + Math.max(radius * 0.26, 3.2), angle - 0.95, angle + 0.95);
        context.stroke();
        continue;
      }
      context.fillStyle = map.seat;
      context.strokeStyle = map['seat-edge'];
      context.lineWidth = 1.5;
      disc(context, place.x, place.y, seat);
      context.fill();
      context.stroke();
    }
  });
}

function paintFigure(view: View, figure: Figure, x: number, y: number, radius: number, isMe: boolean): void {
  const { context, sprites } = view;
  const { palette } = sprites;
  if (figure.holdsPiece) paintPieceRing(context, palette, x, y, radius);
  if (figure.speaksToAll) paintWord(context, palette, x, y, radius);
  if (figure.loudness > 0.02) paintRing(context, palette, x, y, radius, figure.loudness);
  if (isMe) {
    context.strokeStyle = palette.accent;
    context.lineWidth = 2.5;
    disc(context, x, y, radius + 3.2);
    context.stroke();
  }
  if (figure.facing !== null && !figure.away && figure.kind === 'person') paintNose(context, palette, figure, x, y, radius);
  const drawn = view.settled ? radius : (SPRITE_RADII.find((size) => size >= radius) ?? 26);
  const sprite = sprites.avatar(figure.letters, figure.pair, drawn, lookOf(figure));
  const size = (sprite.width * radius) / drawn;
  // Who stands is copied to whole pixels, which is sharper and cheaper; who walks glides between them.
  const at = (middle: number): number => (figure.moving ? middle - size / 2 : snapped(middle - size / 2, sprites.density));
  context.drawImage(sprite.image, at(x), at(y), size, size);
}

function lookOf({ kind, away, microphone, speaksToAll, holdsPiece, passing }: Figure): AvatarLook {
  const mark = kind !== 'person' || microphone === 'on' ? null : microphone === 'muted' ? 'muted' : 'listens';
  return { kind, away, mark, speaksToAll, beside: holdsPiece ? 'piece' : passing === null ? null : 'passing' };
}

/** The ring of who speaks: it grows and thickens with the level. */
function paintRing(context: Context, palette: Palette, x: number, y: number, radius: number, loudness: number): void {
  context.strokeStyle = palette.map['ring-glow'];
  context.lineWidth = 3 + 6 * loudness;
  disc(context, x, y, radius + 5 + 3 * loudness);
  context.stroke();
  context.strokeStyle = palette.map.ring;
  context.lineWidth = 2 + loudness;
  disc(context, x, y, radius + 4.2 + 1.6 * loudness);
  context.stroke();
}

/** The ring of who speaks over everything: outside the ring of their voice, and still. */
function paintWord(context: Context, palette: Palette, x: number, y: number, radius: number): void {
  context.strokeStyle = palette.map['mark-ink'];
  context.lineWidth = 2;
  disc(context, x, y, radius + WORD_AWAY);
  context.stroke();
}

/** Who holds the talking piece sits in its light. */
function paintPieceRing(context: Context, palette: Palette, x: number, y: number, radius: number): void {
  context.fillStyle = palette.map['piece-glow'];
  disc(context, x, y, radius * 1.55 + 3);
  context.fill();
}

/** A small point on the rim that shows where somebody looks. */
function paintNose(context: Context, palette: Palette, figure: Figure, x: number, y: number, radius: number): void {
  const angle = (figure.facing ?? 0) - Math.PI / 2;
  const tip = radius + Math.max(radius * 0.34, 3.5);
  const half = 0.42;
  context.fillStyle = palette.avatars[figure.pair - 1]?.ground ?? palette.accent;
  context.strokeStyle = palette.map['avatar-rim'];
  context.lineWidth = 1.5;
  context.lineJoin = 'round';
  context.beginPath();
  context.moveTo(x + Math.cos(angle - half) * radius, y + Math.sin(angle - half) * radius);
  context.lineTo(x + Math.cos(angle) * tip, y + Math.sin(angle) * tip);
  context.lineTo(x + Math.cos(angle + half) * radius, y + Math.sin(angle + half) * radius);
  context.fill();
  context.stroke();
}

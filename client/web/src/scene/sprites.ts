/** Avatars, marks and name plates, painted once each and then only copied. */
import type { ParticipantKind } from '../wire/types';
import { disc, fontOf, roundedBox, type Context } from './brush';
import type { AvatarColours, Palette } from './colours';
import { MARK_SIDE, paintMark, paintThing, type Mark, type SpriteContext } from './marks';

export interface Sprite {
  readonly image: CanvasImageSource;
  /** Size in CSS pixels. */
  readonly width: number;
  readonly height: number;
}

/** What an avatar shows besides who it is. */
export interface AvatarLook {
  /** Who is no person wears no initials but a drawing. */
  readonly kind: ParticipantKind;
  /** The connection dropped. */
  readonly away: boolean;
  /** At the lower right: muted, or without a microphone. */
  readonly mark: 'muted' | 'listens' | null;
  /** At the upper right: speaks over everything. */
  readonly speaksToAll: boolean;
  /** At the upper left: holds the talking piece, or listens to a table in passing. */
  readonly beside: 'piece' | 'passing' | null;
}

/** On smaller discs nothing can be read. */
const LETTERS_FROM_RADIUS = 8;
/** How much larger than other marks the talking piece is. */
const PIECE_GROWN = 1.3;
/** How far a mark sits from the middle, in radii, on each axis. */
const MARK_AWAY = 0.8;

/** How a name plate looks: mine, somebody's, or of somebody whose connection dropped. */
export type PlateKind = 'mine' | 'other' | 'away';

export const PLATE_HEIGHT = 20;
const PLATE_PADDING = 7;
const PLATE_FONT = fontOf(12.5, 550);

/** A full house of names in one theme and scale; beyond it we start afresh rather than grow. */
const SPRITES_MAX = 3_000;

export class Sprites {
  readonly #kept = new Map<string, Sprite>();
  readonly #ruler: Context | null;
  readonly #widths = new Map<string, number>();
  readonly palette: Palette;
  readonly density: number;

  constructor(palette: Palette, density: number) {
    this.palette = palette;
    this.density = density;
    this.#ruler = document.createElement('canvas').getContext('2d');
    if (this.#ruler) this.#ruler.font = PLATE_FONT;
  }

  /** An avatar's disc with its initials and its mark; `radius` without the rim. The disc is in the middle. */
  avatar(letters: string, pair: number, radius: number, look: AvatarLook): Sprite {
    const side = Math.ceil(2 * Math.max(radius + 3, MARK_AWAY * radius + (look.beside === 'piece' ? PIECE_GROWN : 1) * markSide(radius) / 2 + 1));
    const key = `a ${look.kind} ${pair} ${radius} ${look.away} ${look.mark} ${look.speaksToAll} ${look.beside} ${letters}`;
    return this.#once(key, side, side, (context) => {
      const colours = this.palette.avatars[pair - 1] ?? { ground: '#444', ink: '#fff' };
      context.translate(side / 2, side / 2);
      if (look.kind === 'person') paintAvatar(context, this.palette, colours, letters, radius, look.away);
      else paintThing(context, this.palette, look.kind, radius);
      if (radius < LETTERS_FROM_RADIUS) return;
      const away = MARK_AWAY * radius;
      if (look.mark !== null) paintMarkAt(context, this.palette, look.mark, radius, away, away);
      // Who holds the piece is to be found at a glance.
      if (look.beside !== null) paintMarkAt(context, this.palette, look.beside, radius, -away, -away, look.beside === 'piece' ? PIECE_GROWN : 1);
      if (look.speaksToAll) paintMarkAt(context, this.palette, 'speaks_to_all', radius, away, -away);
    });
  }

  plateWidth(text: string): number {
    const known = this.#widths.get(text);
    if (known !== undefined) return known;
    const width = Math.ceil((this.#ruler?.measureText(text).width ?? text.length * 7) + 2 * PLATE_PADDING);
    this.#widths.set(text, width);
    return width;
  }

  plate(text: string, kind: PlateKind): Sprite {
    return this.#once(`p ${kind} ${text}`, this.plateWidth(text), PLATE_HEIGHT, (context, width) => {
      const { map } = this.palette;
      context.fillStyle = kind === 'mine' ? map['plate-mine'] : map.plate;
      roundedBox(context, 0, 0, width, PLATE_HEIGHT, PLATE_HEIGHT / 2);
      context.fill();
      const inks = { mine: map['plate-mine-ink'], other: map['plate-ink'], away: map['plate-away-ink'] };
      context.fillStyle = inks[kind];
      context.font = PLATE_FONT;
      context.textAlign = 'center';
      context.textBaseline = 'middle';
      context.fillText(text, width / 2, PLATE_HEIGHT / 2 + 0.5);
    });
  }

  #once(key: string, width: number, height: number, paint: (context: SpriteContext, width: number) => void): Sprite {
    const kept = this.#kept.get(key);
    if (kept) return kept;
    if (this.#kept.size >= SPRITES_MAX) this.#kept.clear();
    const pixelsAcross = Math.ceil(width * this.density);
    const pixelsDown = Math.ceil(height * this.density);
    const image = painted(pixelsAcross, pixelsDown, (context) => {
      context.scale(this.density, this.density);
      paint(context, width);
    });
    const sprite = { image, width: pixelsAcross / this.density, height: pixelsDown / this.density };
    this.#kept.set(key, sprite);
    return sprite;
  }
}

/** A small picture; as a bitmap where the browser has them apart from the page, since copying is cheaper from those. */
function painted(width: number, height: number, paint: (context: SpriteContext) => void): CanvasImageSource {
  if (typeof OffscreenCanvas === 'undefined') {
    const canvas = document.createElement('canvas');
    canvas.width = width;
    canvas.height = height;
    const context = canvas.getContext('2d');
    if (context) paint(context);
    return canvas;
  }
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d');
  if (context) paint(context);
  return canvas.transferToImageBitmap();
}

/** The mark grows with the avatar, and stays large enough to be told. */
function markSide(radius: number): number {
  return Math.min(Math.max(radius * 0.95, 14), 20);
}

function paintAvatar(
  context: SpriteContext, palette: Palette, colours: AvatarColours, letters: string, radius: number, away: boolean,
): void {
  if (away) {
    // Who is away is an outline: the shape says it, not only a paler colour.
    context.fillStyle = palette.map.plate;
    disc(context, 0, 0, radius);
    context.fill();
    context.strokeStyle = colours.ground;
    context.lineWidth = 1.75;
    context.setLineDash([3, 3]);
    disc(context, 0, 0, radius - 1);
    context.stroke();
    context.setLineDash([]);
  } else {
    context.fillStyle = palette.map['avatar-rim'];
    disc(context, 0, 0, radius + 2);
    context.fill();
    context.fillStyle = colours.ground;
    disc(context, 0, 0, radius);
    context.fill();
  }
  if (radius < LETTERS_FROM_RADIUS) return;
  context.fillStyle = away ? palette.map['plate-away-ink'] : colours.ink;
  context.font = fontOf(Math.round(radius * 0.78), 650);
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.fillText(letters, 0, radius * 0.05);
}

/** A mark on an avatar of this radius, so far from its middle. */
function paintMarkAt(context: SpriteContext, palette: Palette, mark: Mark, radius: number, x: number, y: number, grown = 1): void {
  context.save();
  context.translate(x, y);
  const scale = (grown * markSide(radius)) / MARK_SIDE;
  context.scale(scale, scale);
  paintMark(context, palette, mark);
  context.restore();
}

/** The small drawings on the map: marks on avatars and tables, and what stands where no person does. */
import type { ParticipantKind } from '../wire/types';
import { disc, roundedBox, type Context } from './brush';
import type { ColourName, Palette } from './colours';

export type SpriteContext = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;

export type Mark = 'muted' | 'listens' | 'speaks_to_all' | 'piece' | 'passing';

/** The side that a mark is drawn with. */
export const MARK_SIDE = 18;

/** What a mark stands on, and what it is drawn with. */
const COLOURS: Readonly<Record<Mark, readonly [ground: ColourName, ink: ColourName]>> = {
  muted: ['mark-ink', 'mark'], listens: ['mark-ink', 'mark'], speaks_to_all: ['mark-ink', 'mark'],
  piece: ['piece', 'piece-ink'], passing: ['passing', 'passing-ink'],
};

const DRAWINGS: Readonly<Record<Mark, (context: SpriteContext) => void>> = {
  muted: paintMuted, listens: paintHeadphones, speaks_to_all: paintMegaphone, piece: paintFeather, passing: paintEar,
};

/** A mark in the middle of the context, {@link MARK_SIDE} wide. */
export function paintMark(context: SpriteContext | Context, palette: Palette, mark: Mark): void {
  const [ground, ink] = COLOURS[mark];
  context.fillStyle = palette.map[ground];
  disc(context, 0, 0, 8);
  context.fill();
  pen(context, palette.map[ink]);
  DRAWINGS[mark](context);
}

/** Who is no person: a square with a loudspeaker, an antenna or a note. `radius` as an avatar's. */
export function paintThing(context: SpriteContext, palette: Palette, kind: Exclude<ParticipantKind, 'person'>, radius: number): void {
  const half = radius * 0.94;
  context.fillStyle = palette.map['avatar-rim'];
  roundedBox(context, -half - 2, -half - 2, 2 * half + 4, 2 * half + 4, radius * 0.5 + 2);
  context.fill();
  context.fillStyle = palette.map.thing;
  roundedBox(context, -half, -half, 2 * half, 2 * half, radius * 0.5);
  context.fill();
  context.save();
  context.scale(radius / 9, radius / 9);
  pen(context, palette.map['thing-ink']);
  if (kind === 'listener') paintLoudspeaker(context);
  else if (kind === 'stream') paintAntenna(context);
  else paintNote(context);
  context.restore();
}

function pen(context: SpriteContext, colour: string): void {
  context.fillStyle = colour;
  context.strokeStyle = colour;
  context.lineWidth = 1.5;
  context.lineCap = 'round';
  context.lineJoin = 'round';
  context.beginPath();
}

/** A microphone, struck out. */
function paintMuted(context: SpriteContext): void {
  context.roundRect(-1.6, -4.8, 3.2, 6, 1.6);
  context.fill();
  context.beginPath();
  context.arc(0, -0.4, 3.4, 0.15 * Math.PI, 0.85 * Math.PI);
  context.moveTo(0, 3);
  context.lineTo(0, 4.6);
  context.moveTo(-4.4, -4.4);
  context.lineTo(4.4, 4.4);
  context.stroke();
}

function paintHeadphones(context: SpriteContext): void {
  context.arc(0, 0.4, 3.8, Math.PI, 0);
  context.stroke();
  context.beginPath();
  context.roundRect(-4.8, 0.2, 2.6, 4, 1.2);
  context.roundRect(2.2, 0.2, 2.6, 4, 1.2);
  context.fill();
}

/** A horn to the right with a handle below it, and one wave of sound. */
function paintMegaphone(context: SpriteContext): void {
  context.moveTo(-4.6, -1.5);
  context.lineTo(-2.4, -1.5);
  context.lineTo(2, -4);
  context.lineTo(2, 3.4);
  context.lineTo(-2.4, 1.1);
  context.lineTo(-4.6, 1.1);
  context.closePath();
  context.fill();
  context.beginPath();
  context.moveTo(-2.8, 1.2);
  context.lineTo(-2, 4.2);
  context.moveTo(4.2, -2);
  context.quadraticCurveTo(5.3, -0.3, 4.2, 1.4);
  context.stroke();
}

/** The talking piece: a feather, with its quill from the upper right to the lower left. */
function paintFeather(context: SpriteContext): void {
  context.moveTo(4.6, -4.6);
  context.bezierCurveTo(1.2, -5.6, -3.4, -2.6, -3, 2.6);
  context.bezierCurveTo(2, 3.2, 5.4, -0.6, 4.6, -4.6);
  context.fill();
  context.beginPath();
  context.moveTo(-4.8, 4.8);
  context.lineTo(-1.6, 1.4);
  context.stroke();
}

/** An ear: the shell, and the fold in it. */
function paintEar(context: SpriteContext): void {
  context.moveTo(-3.2, -1);
  context.bezierCurveTo(-3.2, -6.4, 3.8, -6.2, 3.6, -1.2);
  context.bezierCurveTo(3.5, 1.4, 1.4, 1.6, 1.2, 3.2);
  context.bezierCurveTo(1, 5.6, -1.8, 5.6, -2.2, 3.2);
  context.moveTo(-0.8, -0.8);
  context.bezierCurveTo(-0.8, -2.8, 1.6, -2.6, 1.4, -0.8);
  context.stroke();
}

/** A box with two cones. */
function paintLoudspeaker(context: SpriteContext): void {
  context.roundRect(-3.2, -5, 6.4, 10, 1.2);
  context.stroke();
  disc(context, 0, -2.4, 0.9);
  context.fill();
  disc(context, 0, 1.8, 1.7);
  context.stroke();
}

/** A mast with two waves on either side. */
function paintAntenna(context: SpriteContext): void {
  context.moveTo(-2.4, 5);
  context.lineTo(0, -1);
  context.lineTo(2.4, 5);
  context.moveTo(-1.4, 2.8);
  context.lineTo(1.4, 2.8);
  for (const radius of [2.8, 5]) {
    for (const side of [0, Math.PI]) {
      context.moveTo(radius * Math.cos(side - 0.75), -1.8 + radius * Math.sin(side - 0.75));
      context.arc(0, -1.8, radius, side - 0.75, side + 0.75);
    }
  }
  context.stroke();
  disc(context, 0, -1.8, 1.1);
  context.fill();
}

/** Two quavers under one beam. */
function paintNote(context: SpriteContext): void {
  context.moveTo(-2.4, 3.2);
  context.lineTo(-2.4, -3.6);
  context.lineTo(3.8, -4.8);
  context.lineTo(3.8, 2);
  context.stroke();
  disc(context, -3.8, 3.4, 1.5);
  context.fill();
  disc(context, 2.4, 2.2, 1.5);
  context.fill();
}

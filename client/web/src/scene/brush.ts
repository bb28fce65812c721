/** What all painters of the map share: the brush with its scale, and small drawing helpers. */
import type { Palette } from './colours';
import type { Box } from './labels';

export type Context = CanvasRenderingContext2D;

/** A context whose unit is the CSS pixel, with the way from metres to it. */
export interface Brush {
  readonly context: Context;
  readonly palette: Palette;
  /** CSS pixels a metre. */
  readonly scale: number;
  /** Device pixels a CSS pixel. */
  readonly density: number;
  /** Where the map's origin lies, CSS pixels. */
  readonly originX: number;
  readonly originY: number;
  /** What is to be painted, metres. */
  readonly visible: Box;
}

export const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Helvetica Neue', Arial, sans-serif";

export function fontOf(size_px: number, weight = 400): string {
  return `${weight} ${size_px}px ${FONT}`;
}

/** What begins a path; on the page's canvas and off it. */
type Begins = Pick<CanvasDrawPath, 'beginPath'>;

/** A number from 0 to 1 for a place on a grid: the same tree stands at the same place on every screen. */
export function chance(x: number, y: number, salt: number): number {
  let mixed = Math.imul(x, 0x27d4eb2d) ^ Math.imul(y, 0x165667b1) ^ Math.imul(salt + 1, 0x9e3779b1);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return ((mixed ^ (mixed >>> 16)) >>> 0) / 4_294_967_296;
}

export function isVisible(brush: Brush, x: number, y: number, reach_m: number): boolean {
  const { left, right, top, bottom } = brush.visible;
  return x + reach_m > left && x - reach_m < right && y + reach_m > top && y - reach_m < bottom;
}

export function disc(context: CanvasPath & Begins, x: number, y: number, radius: number): void {
  context.beginPath();
  context.arc(x, y, Math.max(radius, 0), 0, 2 * Math.PI);
}

export function roundedBox(context: CanvasPath & Begins, x: number, y: number, width: number, height: number, radius: number): void {
  context.beginPath();
  context.roundRect(x, y, width, height, Math.min(radius, width / 2, height / 2));
}

/** Calls `draw` with metres turned to CSS pixels from a place on: (0, 0) is that place. */
export function at(brush: Brush, x: number, y: number, draw: (context: Context) => void): void {
  const { context, scale, originX, originY } = brush;
  context.save();
  context.translate(originX + x * scale, originY + y * scale);
  draw(context);
  context.restore();
}

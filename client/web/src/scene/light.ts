/** Light on the square: how far I hear, my table, and where I asked to walk. */
import type { Point, TableId } from '../wire/types';
import { HEARING_LAWS } from '../world/gain';
import { disc, type Context } from './brush';
import { toScreen, type Camera, type Size } from './camera';
import type { Palette } from './colours';
import type { Stage } from './figures';
import { paintSoundWall, WALL_OUTSIDE_RIM_M } from './places';

export interface LightView {
  readonly context: Context;
  readonly camera: Camera;
  readonly size: Size;
  /** All of the canvas. */
  readonly full: Size;
  readonly palette: Palette;
}

export interface Ripple { readonly at: Point; readonly since: number }

const RIPPLE_MS = 520;

/**
 * A soft circle round me: what lies beyond it is out of earshot and a shade darker. At a closed table the table is
 * the earshot; at an open one I hear the rest only faintly, so the circle is faint as well.
 */
export function paintEarshot(view: LightView, stage: Stage, me: Point, table: TableId | null): void {
  const spec = table === null ? undefined : stage.space.map.tables[table];
  const isClosed = spec?.wall === 'closed';
  const { context, palette, camera } = view;
  const { x, y } = toScreen(camera, view.size, isClosed ? spec : me);
  const radius = camera.scale * (isClosed ? spec.radius_m + WALL_OUTSIDE_RIM_M : HEARING_LAWS[stage.hearing].edge_m);
  const strength = Number(palette.map['shade-strength']) * (spec && !isClosed ? 0.5 : 1);
  context.fillStyle = `rgb(${palette.map.shade} / ${strength})`;
  context.beginPath();
  context.rect(0, 0, view.full.width, view.full.height);
  context.arc(x, y, radius, 0, 2 * Math.PI, true);
  context.fill();
  if (isClosed) return;
  // The law fades voices out over the last fifth, and so does the light. Only that ring is a gradient: it is the
  // dearest thing to paint where there is no GPU.
  const inner = radius * 0.8;
  const fade = context.createRadialGradient(x, y, inner, x, y, radius);
  fade.addColorStop(0, `rgb(${palette.map.shade} / 0)`);
  fade.addColorStop(1, `rgb(${palette.map.shade} / ${strength})`);
  context.fillStyle = fade;
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.arc(x, y, inner, 0, 2 * Math.PI, true);
  context.fill();
  context.strokeStyle = `rgb(${palette.map.earshot} / ${spec ? 0.4 : 0.75})`;
  context.lineWidth = 1.5;
  disc(context, x, y, radius);
  context.stroke();
}

/** My table, or the one pointed at: its wall of sound lights up. */
export function paintTableGlow(view: LightView, stage: Stage, table: TableId, isMine: boolean): void {
  const spec = stage.space.map.tables[table];
  if (!spec) return;
  const { context, palette, camera } = view;
  const { x, y } = toScreen(camera, view.size, spec);
  const radius = (spec.radius_m + WALL_OUTSIDE_RIM_M) * camera.scale;
  const disc_m = Math.max(spec.radius_m - 0.84, 0);
  context.fillStyle = `rgb(${palette.map.earshot} / ${isMine ? 0.16 : 0.1})`;
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.arc(x, y, disc_m * camera.scale, 0, 2 * Math.PI, true);
  context.fill();
  context.save();
  context.translate(x, y);
  const accented = { ...palette, map: { ...palette.map, rim: palette.accent, 'rim-closed': palette.accent } };
  paintSoundWall(context, accented, spec, radius);
  context.restore();
}

/** A line from me to somebody I look for, up to the rim of their avatar. */
export function paintGuide(view: LightView, me: Point, them: Point): void {
  const { context, palette, camera } = view;
  const from = toScreen(camera, view.size, me);
  const to = toScreen(camera, view.size, them);
  const away = Math.hypot(to.x - from.x, to.y - from.y);
  const rim = 0.62 * camera.scale;
  if (away < 2 * rim) return;
  const x = (to.x - from.x) / away;
  const y = (to.y - from.y) / away;
  const stroke = (colour: string, width: number): void => {
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.beginPath();
    context.moveTo(from.x + x * rim, from.y + y * rim);
    context.lineTo(to.x - x * rim, to.y - y * rim);
    context.stroke();
  };
  context.save();
  context.lineCap = 'round';
  context.setLineDash([2, 10]);
  stroke(palette.map.plate, 8);
  stroke(palette.accent, 5);
  context.setLineDash([]);
  context.lineWidth = 3;
  context.strokeStyle = palette.accent;
  disc(context, to.x, to.y, rim * 1.1);
  context.stroke();
  context.restore();
}

/** Gives whether it still runs. */
export function paintRipple(view: LightView, ripple: Ripple, time: number): boolean {
  const share = (time - ripple.since) / RIPPLE_MS;
  if (share >= 1) return false;
  const { context, palette } = view;
  const { x, y } = toScreen(view.camera, view.size, ripple.at);
  const grown = 1 - (1 - Math.max(share, 0)) ** 3;
  context.globalAlpha = 1 - share;
  context.strokeStyle = palette.accent;
  context.lineWidth = 2.5;
  disc(context, x, y, 4 + 16 * grown);
  context.stroke();
  context.fillStyle = palette.accent;
  disc(context, x, y, 3.5);
  context.fill();
  context.globalAlpha = 1;
  return true;
}

/** Signs at tables that come and go: an ear where who passes may listen, and the talking piece in the middle. */
import type { Point, TableId, TableSpec } from '../wire/types';
import { paintMark, MARK_SIDE, type Mark } from './marks';
import type { Figures, Stage } from './figures';
import { toScreen } from './camera';
import type { LightView } from './light';
import type { Box } from './labels';
import { DISC_INSIDE_RIM_M, WALL_OUTSIDE_RIM_M } from './places';

/** How wide an ear is, CSS pixels. */
const EAR_PX = 20;
/** The piece is as wide as this share of the wood's radius, within bounds in CSS pixels. */
const PIECE_SHARE = 0.62;
const [PIECE_PX_MIN, PIECE_PX_MAX] = [17, 28];

/** Paints the signs of all tables, and a line from each one who listens in passing to the table that they hear. */
export function paintSigns(view: LightView, stage: Stage, figures: Figures['all']): void {
  for (const figure of figures.values()) {
    const table = figure.passing === null ? undefined : stage.space.map.tables[figure.passing];
    if (table) paintListening(view, figure, table);
  }
  for (const { table, mark } of signsOf(stage)) {
    const spec = stage.space.map.tables[table];
    if (!spec) continue;
    const { scale } = view.camera;
    const { x, y } = offsetOf(mark, spec, scale);
    const middle = toScreen(view.camera, view.size, spec);
    paintAt(view, mark, middle.x + x, middle.y + y, sideOf(mark, spec, scale));
  }
}

/** Where no name may stand, CSS pixels from the map's origin. */
export function boxesOfSigns(stage: Stage, scale: number): Box[] {
  return signsOf(stage).flatMap(({ table, mark }) => {
    const spec = stage.space.map.tables[table];
    if (!spec) return [];
    const offset = offsetOf(mark, spec, scale);
    const x = spec.x * scale + offset.x;
    const y = spec.y * scale + offset.y;
    const half = sideOf(mark, spec, scale) / 2;
    return [{ left: x - half, right: x + half, top: y - half, bottom: y + half }];
  });
}

function signsOf({ letListen, pieces }: Stage): { table: TableId; mark: Mark }[] {
  const ears = [...letListen].map((table) => ({ table, mark: 'passing' as const }));
  const lying = [...pieces].filter(([, holder]) => holder === null).map(([table]) => ({ table, mark: 'piece' as const }));
  return [...ears, ...lying];
}

function sideOf(mark: Mark, table: TableSpec, scale: number): number {
  if (mark !== 'piece') return EAR_PX;
  return Math.min(Math.max(woodOf(table) * scale * PIECE_SHARE, PIECE_PX_MIN), PIECE_PX_MAX);
}

/** The radius of a table's disc, metres. */
function woodOf({ radius_m }: TableSpec): number {
  return Math.max(radius_m - DISC_INSIDE_RIM_M, radius_m * 0.4);
}

/**
 * An ear is on the rim, between the first seat and the second; the piece lies on the edge of the wood, between two seats below
 * what is written there.
 */
function offsetOf(mark: Mark, table: TableSpec, scale: number): Point {
  const between = Math.PI / table.seats;
  if (mark === 'piece') {
    const wood = woodOf(table) * scale * 0.86;
    const angle = (2 * Math.floor(table.seats * 0.62) + 1) * between;
    return { x: wood * Math.sin(angle), y: -wood * Math.cos(angle) };
  }
  const angle = between;
  const wall = (table.radius_m + WALL_OUTSIDE_RIM_M) * scale;
  return { x: wall * Math.sin(angle), y: -wall * Math.cos(angle) };
}

function paintAt({ context, palette }: LightView, mark: Mark, x: number, y: number, side_px: number): void {
  context.save();
  context.translate(x, y);
  context.scale(side_px / MARK_SIDE, side_px / MARK_SIDE);
  paintMark(context, palette, mark);
  context.restore();
}

/** A dotted line from who listens to the rim. */
function paintListening(view: LightView, from: Point, table: TableSpec): void {
  const { context, palette, camera } = view;
  const away_m = Math.hypot(from.x - table.x, from.y - table.y);
  const rim_m = table.radius_m + WALL_OUTSIDE_RIM_M;
  if (away_m <= rim_m) return;
  const share = rim_m / away_m;
  const start = toScreen(camera, view.size, from);
  const end = toScreen(camera, view.size, { x: table.x + (from.x - table.x) * share, y: table.y + (from.y - table.y) * share });
  context.save();
  context.strokeStyle = palette.map.passing;
  context.lineWidth = 2;
  context.lineCap = 'round';
  context.setLineDash([1, 6]);
  context.globalAlpha = 0.75;
  context.beginPath();
  context.moveTo(start.x, start.y);
  context.lineTo(end.x, end.y);
  context.stroke();
  context.restore();
}

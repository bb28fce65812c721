/** A square without names or people, for behind the pages before and after the real one. */
import type { MapSpec, TableSpec, ZoneSpec } from '../wire/types';
import { disc, type Brush } from './brush';
import type { Size } from './camera';
import { readPalette } from './colours';
import { paintGround } from './ground';
import { paintPlaces, seatPoint } from './places';

const table = (x: number, y: number, seats = 6): TableSpec => ({ name: '', x, y, radius_m: 2, seats, wall: 'open' });
const zone = (kind: ZoneSpec['kind'], x: number, y: number, width_m: number, height_m: number): ZoneSpec =>
  ({ name: '', kind, x, y, width_m, height_m });

const MAP: MapSpec = {
  width_m: 34, height_m: 20, hearing: 'room', walls: [],
  tables: [table(6, 6), table(6, 14.5), table(28, 6), table(28, 14.5), table(12.6, 10.4), table(21.4, 10.4)],
  zones: [zone('stage', 12, 0.6, 10, 3.4), zone('foyer', 11.5, 16, 11, 3.4)],
};

/** Paints the square so that it covers the canvas. */
export function paintBackdrop(canvas: HTMLCanvasElement, size: Size, density: number): void {
  const context = canvas.getContext('2d', { alpha: false });
  if (!context || size.width < 1 || size.height < 1) return;
  canvas.width = Math.round(size.width * density);
  canvas.height = Math.round(size.height * density);
  context.setTransform(density, 0, 0, density, 0, 0);
  const scale = Math.max(size.width / (MAP.width_m + 8), size.height / (MAP.height_m + 5));
  const left = MAP.width_m / 2 - size.width / scale / 2;
  const top = MAP.height_m / 2 - size.height / scale / 2;
  const style = getComputedStyle(canvas);
  const brush: Brush = {
    context, scale, density, palette: readPalette((name) => style.getPropertyValue(name)),
    originX: -left * scale, originY: -top * scale,
    visible: { left, top, right: left + size.width / scale, bottom: top + size.height / scale },
  };
  paintGround(brush, { width: MAP.width_m, height: MAP.height_m });
  paintPlaces(brush, MAP);
  paintSeats(brush);
}

function paintSeats({ context, palette, scale, originX, originY }: Brush): void {
  context.fillStyle = palette.map.seat;
  context.strokeStyle = palette.map['seat-edge'];
  context.lineWidth = 1.5;
  for (const spec of MAP.tables) {
    for (let seat = 0; seat < spec.seats; seat += 1) {
      const at = seatPoint(spec, seat);
      disc(context, originX + at.x * scale, originY + at.y * scale, 0.33 * scale);
      context.fill();
      context.stroke();
    }
  }
}

/** The ground of the square: meadow with trees around it, and its paving of granite flags. */
import { at, chance, disc, roundedBox, type Brush } from './brush';
import type { ColourName } from './colours';
import type { Size } from './camera';

/** A flag of the paving, metres. */
const FLAG_WIDTH_M = 1;
const FLAG_HEIGHT_M = 0.62;
/** Flags a side of the pattern's tile, so that the eye finds no repetition. */
const TILE_FLAGS = 8;
/** Below this scale flags are finer than a few pixels, and only shimmer. */
const FLAGS_FROM_SCALE = 13;
const CURB_M = 0.28;
const TREE_CELL_M = 2.3;
const TUFT_CELL_M = 1.1;

const TREES: readonly ColourName[] = ['tree-1', 'tree-2', 'tree-3'];

export function paintGround(brush: Brush, map: Size): void {
  paintMeadow(brush);
  paintTrees(brush, map);
  paintPaving(brush, map);
}

function paintMeadow(brush: Brush): void {
  const { context, palette, scale, originX, originY, visible } = brush;
  context.fillStyle = palette.map.meadow;
  context.fillRect(
    originX + visible.left * scale, originY + visible.top * scale,
    (visible.right - visible.left) * scale, (visible.bottom - visible.top) * scale);
  context.fillStyle = palette.map['meadow-tuft'];
  for (let x = Math.floor(visible.left / TUFT_CELL_M); x <= visible.right / TUFT_CELL_M; x += 1) {
    for (let y = Math.floor(visible.top / TUFT_CELL_M); y <= visible.bottom / TUFT_CELL_M; y += 1) {
      if (chance(x, y, 1) > 0.5) continue;
      const left = originX + (x + chance(x, y, 2)) * TUFT_CELL_M * scale;
      const top = originY + (y + chance(x, y, 3)) * TUFT_CELL_M * scale;
      const size = (0.06 + 0.1 * chance(x, y, 4)) * scale;
      context.beginPath();
      context.ellipse(left, top, size * 1.8, size, 0, 0, 2 * Math.PI);
      context.fill();
    }
  }
}

/** Distance outside the square, metres; negative inside. */
function outside(map: Size, x: number, y: number): number {
  return Math.max(-x, x - map.width, -y, y - map.height);
}

function paintTrees(brush: Brush, map: Size): void {
  const { visible, palette, scale } = brush;
  for (let x = Math.floor(visible.left / TREE_CELL_M) - 1; x <= visible.right / TREE_CELL_M + 1; x += 1) {
    for (let y = Math.floor(visible.top / TREE_CELL_M) - 1; y <= visible.bottom / TREE_CELL_M + 1; y += 1) {
      const treeX = (x + 0.2 + 0.6 * chance(x, y, 5)) * TREE_CELL_M;
      const treeY = (y + 0.2 + 0.6 * chance(x, y, 6)) * TREE_CELL_M;
      const away = outside(map, treeX, treeY);
      if (away < 1.15 || chance(x, y, 7) > 0.6) continue;
      const radius = (0.5 + 0.5 * chance(x, y, 8)) * scale;
      const leaves = TREES[Math.floor(chance(x, y, 9) * TREES.length)] ?? 'tree-1';
      at(brush, treeX, treeY, (context) => {
        context.fillStyle = palette.map.shadow;
        disc(context, radius * 0.16, radius * 0.2, radius);
        context.fill();
        context.fillStyle = palette.map[leaves];
        disc(context, 0, 0, radius);
        context.fill();
        context.fillStyle = palette.map['tree-light'];
        disc(context, -radius * 0.14, -radius * 0.16, radius * 0.66);
        context.fill();
      });
    }
  }
}

function paintPaving(brush: Brush, map: Size): void {
  const { palette, scale } = brush;
  at(brush, 0, 0, (context) => {
    const width = map.width * scale;
    const height = map.height * scale;
    const curb = CURB_M * scale;
    context.fillStyle = palette.map.shadow;
    roundedBox(context, -curb + 1, -curb + curb * 0.6, width + 2 * curb, height + 2 * curb, curb * 2.4);
    context.fill();
    context.fillStyle = palette.map.curb;
    roundedBox(context, -curb, -curb, width + 2 * curb, height + 2 * curb, curb * 2.4);
    context.fill();
    context.fillStyle = palette.map.paving;
    roundedBox(context, 0, 0, width, height, curb * 1.6);
    context.fill();
    const flags = scale >= FLAGS_FROM_SCALE ? pavingPattern(brush) : null;
    if (!flags) return;
    context.fillStyle = flags;
    context.fill();
  });
}

/** A tile of flags in running bond, each a shade of its own, as a pattern that repeats without a seam. */
function pavingPattern({ context, palette, scale, density }: Brush): CanvasPattern | null {
  const tile = document.createElement('canvas');
  tile.width = Math.round(TILE_FLAGS * FLAG_WIDTH_M * scale * density);
  tile.height = Math.round(TILE_FLAGS * FLAG_HEIGHT_M * scale * density);
  const stones = tile.getContext('2d');
  if (!stones) return null;
  const width = tile.width / TILE_FLAGS;
  const height = tile.height / TILE_FLAGS;
  const joint = Math.max(density, 0.03 * scale * density);
  stones.fillStyle = palette.map.joint;
  stones.fillRect(0, 0, tile.width, tile.height);
  const shades = [palette.map.paving, palette.map['paving-light'], palette.map.paving, palette.map['paving-dark']];
  for (let row = 0; row < TILE_FLAGS; row += 1) {
    // Half a flag more on the left, so that shifted rows close at the seam.
    for (let column = -1; column < TILE_FLAGS; column += 1) {
      const wrapped = (column + TILE_FLAGS) % TILE_FLAGS;
      stones.fillStyle = shades[Math.floor(chance(wrapped, row, 10) * shades.length)] ?? palette.map.paving;
      const left = (column + (row % 2) / 2) * width;
      stones.beginPath();
      stones.roundRect(left + joint / 2, row * height + joint / 2, width - joint, height - joint, joint);
      stones.fill();
    }
  }
  const pattern = context.createPattern(tile, 'repeat');
  pattern?.setTransform(new DOMMatrix().scale(
    (TILE_FLAGS * FLAG_WIDTH_M * scale) / tile.width, (TILE_FLAGS * FLAG_HEIGHT_M * scale) / tile.height));
  return pattern;
}

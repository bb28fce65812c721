/**
 * The ground and its places painted once on a canvas larger than the view, and copied from there. While the scale
 * changes the old picture is stretched; a moment after, it is painted anew.
 */
import type { MapSpec } from '../wire/types';
import type { Camera, Size } from './camera';
import type { Palette } from './colours';
import { paintGround } from './ground';
import type { Context } from './brush';
import type { Box } from './labels';
import { paintPlaces, type Titles } from './places';

interface GroundView {
  readonly context: Context;
  readonly camera: Camera;
  readonly size: Size;
  readonly full: Size;
}

interface Painted {
  readonly scale: number;
  readonly density: number;
  /** What is painted, metres. */
  readonly area: Box;
  readonly names: readonly Box[];
}

/** Painted beyond each side of the view, as a share of it. */
const BEYOND = 0.3;
const SETTLE_MS = 90;
/** Stretched further than this it looks blurred, or shows its edge. */
const STRETCH_MOST = 1.35;

export class GroundCache {
  readonly #canvas = document.createElement('canvas');
  readonly #context = this.#canvas.getContext('2d', { alpha: false });
  #palette: Palette;
  #painted: Painted | null = null;
  #titles: Titles = new Map();
  #scaleSeen = 0;
  #scaleSince = 0;

  constructor(palette: Palette) {
    this.#palette = palette;
  }

  repalette(palette: Palette): void {
    this.#palette = palette;
    this.forget();
  }

  /** What the tables carry now. */
  setTitles(titles: Titles): void {
    const isSame = titles.size === this.#titles.size && [...titles].every(([table, title]) => this.#titles.get(table) === title);
    this.#titles = titles;
    if (!isSame) this.forget();
  }

  forget(): void {
    this.#painted = null;
  }

  /** The boxes of names that stand on the ground, CSS pixels from the map's origin at a scale. */
  names(scale: number): readonly Box[] {
    const painted = this.#painted;
    if (!painted || painted.scale === scale) return painted?.names ?? [];
    const ratio = scale / painted.scale;
    return painted.names.map(({ left, top, right, bottom }) =>
      ({ left: left * ratio, top: top * ratio, right: right * ratio, bottom: bottom * ratio }));
  }

  /** Copies the ground to the view; gives whether it must be painted anew when the scale has come to rest. */
  paint(view: GroundView, map: MapSpec, density: number, time: number): boolean {
    const { camera, full } = view;
    if (camera.scale !== this.#scaleSeen) {
      this.#scaleSeen = camera.scale;
      this.#scaleSince = time;
    }
    const area = areaOf(view, 0);
    if (!this.#isUsable(area, camera.scale, density, time)) this.#renew(view, map, density);
    const painted = this.#painted;
    if (!painted) return false;
    const across = area.right - area.left;
    const down = area.bottom - area.top;
    const pixels = painted.scale * painted.density;
    // At rest by whole device pixels, so that what is written on the ground stays sharp.
    const isStretched = painted.scale !== camera.scale;
    const grid = (metres: number): number => (isStretched ? metres * pixels : Math.round(metres * pixels));
    view.context.imageSmoothingEnabled = isStretched;
    view.context.drawImage(
      this.#canvas,
      grid(area.left - painted.area.left), grid(area.top - painted.area.top), grid(across), grid(down),
      0, 0, full.width, full.height);
    view.context.imageSmoothingEnabled = true;
    return isStretched;
  }

  #isUsable(area: Box, scale: number, density: number, time: number): boolean {
    const painted = this.#painted;
    if (!painted || painted.density !== density) return false;
    const has = painted.area;
    const isInside = area.left >= has.left && area.right <= has.right && area.top >= has.top && area.bottom <= has.bottom;
    if (!isInside) return false;
    if (painted.scale === scale) return true;
    const stretch = Math.max(scale / painted.scale, painted.scale / scale);
    return stretch < STRETCH_MOST && time - this.#scaleSince < SETTLE_MS;
  }

  #renew(view: GroundView, map: MapSpec, density: number): void {
    const { camera } = view;
    const context = this.#context;
    if (!context) return;
    const area = areaOf(view, BEYOND);
    const pixels = camera.scale * density;
    this.#canvas.width = Math.ceil((area.right - area.left) * pixels);
    this.#canvas.height = Math.ceil((area.bottom - area.top) * pixels);
    context.setTransform(density, 0, 0, density, 0, 0);
    const brush = {
      context, palette: this.#palette, scale: camera.scale, density,
      originX: -area.left * camera.scale, originY: -area.top * camera.scale, visible: area,
    };
    paintGround(brush, { width: map.width_m, height: map.height_m });
    const names = paintPlaces(brush, map, this.#titles);
    this.#painted = { scale: camera.scale, density, area, names };
  }
}

/** What the whole canvas shows, and a share of it more on each side. The camera's middle is that of its free part. */
function areaOf({ camera, size, full }: GroundView, beyond: number): Box {
  const across = full.width / camera.scale;
  const down = full.height / camera.scale;
  const left = camera.x - size.width / 2 / camera.scale;
  const top = camera.y - size.height / 2 / camera.scale;
  return {
    left: left - across * beyond, right: left + across * (1 + beyond),
    top: top - down * beyond, bottom: top + down * (1 + beyond),
  };
}

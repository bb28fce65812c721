/**
 * The camera over the map: what is in the middle, and how many CSS pixels a metre has. Pure functions; the scene
 * keeps the one camera there is.
 */
import type { Point } from '../wire/types';

export interface Camera { readonly x: number; readonly y: number; readonly scale: number }
export interface Size { readonly width: number; readonly height: number }
/** Limits of the scale, CSS pixels a metre. */
export interface ScaleLimits { readonly least: number; readonly most: number }

/** Metres of meadow to be seen around the square when all of it is shown. */
const SURROUND_M = 1.6;
/** Nearer than this a table fills the screen and nothing more is gained. */
const SCALE_MAX = 110;
/** The share of the view, around its middle, in which I walk without the map moving. */
const CALM_SHARE = 0.36;

export function toScreen(camera: Camera, view: Size, at: Point): Point {
  return {
    x: (at.x - camera.x) * camera.scale + view.width / 2,
    y: (at.y - camera.y) * camera.scale + view.height / 2,
  };
}

export function toWorld(camera: Camera, view: Size, at: Point): Point {
  return {
    x: (at.x - view.width / 2) / camera.scale + camera.x,
    y: (at.y - view.height / 2) / camera.scale + camera.y,
  };
}

/** The camera that shows all of a map. */
export function fitted(map: Size, view: Size): Camera {
  const scale = Math.min(view.width / (map.width + 2 * SURROUND_M), view.height / (map.height + 2 * SURROUND_M));
  return { x: map.width / 2, y: map.height / 2, scale: Math.min(Math.max(scale, 0.5), SCALE_MAX) };
}

/** From the whole map (and a little more) to one table. */
export function scaleLimits(map: Size, view: Size): ScaleLimits {
  return { least: Math.min(fitted(map, view).scale * 0.8, SCALE_MAX), most: SCALE_MAX };
}

/** Zooms by a factor so that what lies under `anchor` (CSS pixels) stays there. */
export function zoomed(camera: Camera, view: Size, factor: number, anchor: Point, limits: ScaleLimits): Camera {
  const scale = Math.min(Math.max(camera.scale * factor, limits.least), limits.most);
  const under = toWorld(camera, view, anchor);
  return {
    x: under.x - (anchor.x - view.width / 2) / scale,
    y: under.y - (anchor.y - view.height / 2) / scale,
    scale,
  };
}

/** Keeps the map in view: an axis on which all of it fits is centred, on the other its edge stays near the view's. */
export function clamped(camera: Camera, map: Size, view: Size): Camera {
  const axis = (at: number, side: number, viewed: number): number => {
    const half = viewed / camera.scale / 2;
    const low = half - SURROUND_M;
    const high = side - half + SURROUND_M;
    return low >= high ? side / 2 : Math.min(Math.max(at, low), high);
  };
  return {
    x: axis(camera.x, map.width, view.width),
    y: axis(camera.y, map.height, view.height),
    scale: camera.scale,
  };
}

/** The camera moved just as far as needed for `me` to be in the calm middle of the view. */
export function following(camera: Camera, me: Point, map: Size, view: Size): Camera {
  const axis = (at: number, mine: number, viewed: number): number => {
    const calm = (viewed / camera.scale) * (CALM_SHARE / 2);
    return Math.min(Math.max(at, mine - calm), mine + calm);
  };
  const moved = { x: axis(camera.x, me.x, view.width), y: axis(camera.y, me.y, view.height), scale: camera.scale };
  return clamped(moved, map, view);
}

/** A step of the eased way from one camera to another; lands exactly when near. */
export function eased(camera: Camera, target: Camera, elapsed_ms: number): Camera {
  const share = 1 - Math.exp(-elapsed_ms / 90);
  const next = {
    x: camera.x + (target.x - camera.x) * share,
    y: camera.y + (target.y - camera.y) * share,
    scale: camera.scale * (target.scale / camera.scale) ** share,
  };
  return isNear(next, target) ? target : next;
}

/** Whether two cameras show the same to within half a pixel. */
export function isNear(one: Camera, other: Camera): boolean {
  const pixels = Math.hypot(one.x - other.x, one.y - other.y) * other.scale;
  return pixels < 0.5 && Math.abs(one.scale / other.scale - 1) < 0.002;
}

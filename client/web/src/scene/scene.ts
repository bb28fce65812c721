/**
 * The map of the square on one canvas. It paints only when something moves, speaks or changes: whoever changes
 * something calls `wake()`.
 */
import type { ParticipantId, Point, TableId } from '../wire/types';
import type { Context } from './brush';
import { clamped, eased, fitted, following, isNear, scaleLimits, toScreen, toWorld, zoomed, type Camera, type Size } from './camera';
import { readPalette, type Palette } from './colours';
import { avatarRadius, Crowd } from './crowd';
import { Figures, isWalking, type Stage } from './figures';
import { GroundCache } from './ground_cache';
import type { Box } from './labels';
import { paintEarshot, paintGuide, paintRipple, paintTableGlow, type Ripple } from './light';
import { WALL_OUTSIDE_RIM_M, type Titles } from './places';
import { boxesOfSigns, paintSigns } from './signs';
import { Sprites } from './sprites';

/** What lies under a point of the screen. */
export type Target =
  | { kind: 'person'; id: ParticipantId }
  | { kind: 'table'; id: TableId }
  | { kind: 'ground'; at: Point }
  | { kind: 'outside' };

export interface SceneOptions {
  /** How loud I am now, 0 to 1; 0 while muted. */
  readonly myLoudness: () => number;
  /** No easing, no pulsing. */
  readonly calm: () => boolean;
}

/** Names are laid out again at most this often while people move. */
const NAMES_EVERY_MS = 120;
/** A touch may miss an avatar by this much. */
const SLACK_PX = 5;
/** At the start all of the square is shown if people can be told apart then; else I am followed at this scale. */
const START_SCALE_LEAST = 19;
const START_SCALE = 30;

export class Scene {
  readonly #canvas: HTMLCanvasElement;
  readonly #context: Context;
  readonly #options: SceneOptions;
  readonly #figures = new Figures();
  readonly #crowd = new Crowd();
  readonly #ground: GroundCache;
  #stage: Stage | null = null;
  /** What of the canvas is free to be seen; a panel may cover the rest at its right. */
  #size: Size = { width: 0, height: 0 };
  #full: Size = { width: 0, height: 0 };
  #density = 1;
  #palette: Palette;
  #sprites: Sprites;
  #camera: Camera = { x: 0, y: 0, scale: 1 };
  #target: Camera = this.#camera;
  #follows = true;
  #fits = true;
  #pointed: Target = { kind: 'outside' };
  #ripple: Ripple | null = null;
  #guide: ParticipantId | null = null;
  #covered = false;
  #namesAt = -Infinity;
  #namesDirty = true;
  #lastFrame: number | null = null;
  #request = 0;

  constructor(canvas: HTMLCanvasElement, options: SceneOptions) {
    const context = canvas.getContext('2d', { alpha: false });
    if (!context) throw new Error('this browser draws no canvas');
    this.#canvas = canvas;
    this.#context = context;
    this.#options = options;
    this.#palette = readPagePalette(canvas);
    this.#sprites = new Sprites(this.#palette, this.#density);
    this.#ground = new GroundCache(this.#palette);
  }

  setStage(stage: Stage): void {
    const before = this.#stage?.space.map;
    const isSameMap = before?.tables === stage.space.map.tables && before.zones === stage.space.map.zones;
    this.#stage = stage;
    this.#namesDirty = true;
    if (!isSameMap) {
      this.#ground.forget();
      this.#start();
    }
    this.wake();
  }

  /** The canvas got another size (CSS pixels) or density, or a panel covers another part at its right. */
  resize(full: Size, density: number, covered: number): void {
    if (full.width < 1 || full.height < 1) return;
    const before = this.#size;
    const isResized = full.width !== this.#full.width || full.height !== this.#full.height || density !== this.#density;
    this.#full = full;
    this.#size = { width: Math.max(full.width - covered, full.width / 3), height: full.height };
    if (density !== this.#density) this.#repaletted(density);
    if (before.width === 0) this.#start();
    else this.#keepInPlace(before);
    if (!isResized) return;
    this.#canvas.width = Math.round(full.width * density);
    this.#canvas.height = Math.round(full.height * density);
    this.#paintNow();
  }

  /** The middle of the free part has moved: what is seen stays where it is, then glides if all is to be shown. */
  #keepInPlace(before: Size): void {
    const still = (camera: Camera): Camera =>
      ({ ...camera, x: camera.x + (this.#size.width - before.width) / 2 / camera.scale,
        y: camera.y + (this.#size.height - before.height) / 2 / camera.scale });
    this.#camera = still(this.#camera);
    this.#target = still(this.#target);
    if (this.#fits) this.fit();
    else this.#aim(this.#target, false);
  }

  /** The page's colours changed. */
  retheme(): void {
    this.#palette = readPagePalette(this.#canvas);
    this.#repaletted(this.#density);
    this.wake();
  }

  /** Something lies over the whole map: nothing is painted that nobody sees. */
  cover(covered: boolean): void {
    this.#covered = covered;
    if (!covered) this.wake();
  }

  /** Somebody moved, spoke, came or left. */
  wake(): void {
    if (this.#covered) return;
    if (this.#request === 0) this.#request = requestAnimationFrame((time) => this.#frame(time));
  }

  /** What the tables carry now. */
  setTitles(titles: Titles): void {
    this.#ground.setTitles(titles);
    this.#namesDirty = true;
    this.wake();
  }

  /** A line from me to somebody; null takes it away. */
  guideTo(who: ParticipantId | null): void {
    this.#guide = who;
    this.wake();
  }

  /** What of the square is seen, metres. */
  get seen(): Box {
    const { x, y, scale } = this.#camera;
    const across = this.#size.width / scale / 2;
    const down = this.#size.height / scale / 2;
    return { left: x - across, right: x + across, top: y - down, bottom: y + down };
  }

  /** Brings a place into the middle; I am not followed until I walk again. */
  lookAt(at: Point): void {
    this.#follows = false;
    this.#fits = false;
    this.#aim({ ...this.#target, x: at.x, y: at.y }, false);
  }

  /** Names may have changed, not only places. */
  peopleChanged(): void {
    this.#namesDirty = true;
    this.wake();
  }

  destroy(): void {
    cancelAnimationFrame(this.#request);
    this.#request = -1;
  }

  /** Shows all of the square. */
  fit(): void {
    const map = this.#map();
    if (!map) return;
    this.#fits = true;
    this.#follows = true;
    this.#aim(fitted(map, this.#size), false);
  }

  /** Zooms round a point of the screen, or round me. `isLive` follows fingers and wheel at once. */
  zoomBy(factor: number, anchor: Point | null, isLive: boolean): void {
    const map = this.#map();
    if (!map) return;
    this.#fits = false;
    const from = isLive ? this.#camera : this.#target;
    const around = anchor ?? this.#mePoint(from) ?? { x: this.#size.width / 2, y: this.#size.height / 2 };
    this.#aim(zoomed(from, this.#size, factor, around, scaleLimits(map, this.#size)), isLive);
  }

  /** Moves the map under the finger, CSS pixels; I am not followed until I walk again. */
  panBy(x: number, y: number): void {
    this.#follows = false;
    this.#fits = false;
    const camera = this.#camera;
    this.#aim({ x: camera.x - x / camera.scale, y: camera.y - y / camera.scale, scale: camera.scale }, true);
  }

  /** I walk: the map comes along again. */
  followMe(): void {
    this.#follows = true;
    this.wake();
  }

  /** What lies under a point of the screen. */
  targetAt(screen: Point): Target {
    const stage = this.#stage;
    const map = this.#map();
    if (!stage || !map) return { kind: 'outside' };
    const reach = avatarRadius(this.#camera.scale) + SLACK_PX;
    let nearest: { id: ParticipantId; away: number } | null = null;
    for (const figure of this.#figures.all.values()) {
      if (figure.id === stage.me) continue;
      const place = toScreen(this.#camera, this.#size, figure);
      const away = Math.hypot(place.x - screen.x, place.y - screen.y);
      if (away <= reach && (!nearest || away < nearest.away)) nearest = { id: figure.id, away };
    }
    if (nearest) return { kind: 'person', id: nearest.id };
    const at = toWorld(this.#camera, this.#size, screen);
    const table = stage.space.map.tables.findIndex(({ x, y, radius_m }) =>
      Math.hypot(at.x - x, at.y - y) <= radius_m + WALL_OUTSIDE_RIM_M);
    if (table >= 0) return { kind: 'table', id: table as TableId };
    const isInside = at.x >= 0 && at.y >= 0 && at.x <= map.width && at.y <= map.height;
    return isInside ? { kind: 'ground', at } : { kind: 'outside' };
  }

  /** The pointer rests on something (or on nothing): names it in full, lights the table up. */
  point(target: Target): void {
    const isSame = 'id' in target && 'id' in this.#pointed
      ? target.kind === this.#pointed.kind && target.id === this.#pointed.id
      : !('id' in target) && !('id' in this.#pointed);
    if (isSame) return;
    this.#pointed = target;
    this.#namesDirty = true;
    this.#namesAt = -Infinity;
    this.wake();
  }

  /** A small ring where I asked to walk. */
  ripple(at: Point): void {
    if (this.#options.calm()) return;
    this.#ripple = { at, since: performance.now() };
    this.wake();
  }

  #map(): Size | null {
    const map = this.#stage?.space.map;
    return map ? { width: map.width_m, height: map.height_m } : null;
  }

  #mePoint(camera: Camera): Point | null {
    const at = this.#stage?.position(this.#stage.me);
    if (!at) return null;
    const place = toScreen(camera, this.#size, at);
    const isIn = place.x > 0 && place.y > 0 && place.x < this.#size.width && place.y < this.#size.height;
    return isIn ? place : null;
  }

  #start(): void {
    const map = this.#map();
    if (!map || this.#size.width === 0) return;
    const all = fitted(map, this.#size);
    this.#fits = all.scale >= START_SCALE_LEAST;
    this.#follows = true;
    const me = this.#stage?.position(this.#stage.me) ?? { x: map.width / 2, y: map.height / 2 };
    this.#aim(this.#fits ? all : clamped({ ...me, scale: START_SCALE }, map, this.#size), true);
  }

  #aim(camera: Camera, isLive: boolean): void {
    const map = this.#map();
    this.#target = map ? clamped(camera, map, this.#size) : camera;
    if (isLive || this.#options.calm()) this.#camera = this.#target;
    this.#namesDirty = true;
    this.wake();
  }

  #repaletted(density: number): void {
    this.#density = density;
    this.#sprites = new Sprites(this.#palette, density);
    this.#ground.repalette(this.#palette);
    this.#namesDirty = true;
  }

  /** Resizing clears a canvas: painting at once keeps it from flashing. */
  #paintNow(): void {
    cancelAnimationFrame(this.#request);
    this.#request = 0;
    this.#frame(performance.now());
  }

  #frame(time: number): void {
    this.#request = 0;
    const stage = this.#stage;
    if (!stage || this.#size.width === 0) return;
    const elapsed_ms = this.#lastFrame === null ? 16 : Math.min(Math.max(time - this.#lastFrame, 1), 60);
    this.#lastFrame = time;
    const calm = this.#options.calm();
    const peopleMove = this.#figures.update(stage, elapsed_ms, this.#options.myLoudness(), calm);
    const cameraMoves = this.#moveCamera(stage, elapsed_ms, calm);
    const shown = { context: this.#context, camera: this.#camera, size: this.#size, full: this.#full };
    this.#context.setTransform(this.#density, 0, 0, this.#density, 0, 0);
    const groundMoves = this.#ground.paint(shown, stage.space.map, this.#density, time);
    const view = { ...shown, sprites: this.#sprites, settled: !groundMoves };
    this.#namesDirty = this.#namesDirty || peopleMove;
    if (this.#namesDirty && time - this.#namesAt >= NAMES_EVERY_MS) {
      const pointed = this.#pointed.kind === 'person' ? this.#pointed.id : null;
      const taken = [...this.#ground.names(this.#camera.scale), ...boxesOfSigns(stage, this.#camera.scale)];
      this.#crowd.layOutNames(view, this.#figures.all, stage, taken, pointed);
      this.#namesAt = time;
      this.#namesDirty = false;
    }
    this.#paintLight(stage, time);
    const namesMove = this.#crowd.paint(view, this.#figures.all, stage, elapsed_ms, calm);
    if (peopleMove || cameraMoves || groundMoves || namesMove || this.#namesDirty || this.#ripple) this.wake();
    else this.#lastFrame = null;
  }

  #moveCamera(stage: Stage, elapsed_ms: number, calm: boolean): boolean {
    const me = this.#figures.all.get(stage.me);
    const motion = stage.people.get(stage.me)?.motion;
    if (me && motion && isWalking(motion, stage.now())) this.#follows = true;
    const map = this.#map();
    if (me && map && this.#follows) this.#target = following(this.#target, me, map, this.#size);
    if (isNear(this.#camera, this.#target) || calm) {
      this.#camera = this.#target;
      return false;
    }
    this.#camera = eased(this.#camera, this.#target, elapsed_ms);
    this.#namesDirty = true;
    return true;
  }

  #paintLight(stage: Stage, time: number): void {
    const view = {
      context: this.#context, camera: this.#camera, size: this.#size, full: this.#full, palette: this.#palette,
    };
    const me = this.#figures.all.get(stage.me);
    const mine = stage.tableOf(stage.me);
    if (me) paintEarshot(view, stage, me, mine);
    if (mine !== null) paintTableGlow(view, stage, mine, true);
    paintSigns(view, stage, this.#figures.all);
    const them = this.#guide === null ? undefined : this.#figures.all.get(this.#guide);
    if (me && them) paintGuide(view, me, them);
    if (this.#pointed.kind === 'table' && this.#pointed.id !== mine) paintTableGlow(view, stage, this.#pointed.id, false);
    if (this.#ripple && !paintRipple(view, this.#ripple, time)) this.#ripple = null;
  }
}

function readPagePalette(element: Element): Palette {
  const style = getComputedStyle(element);
  return readPalette((name) => style.getPropertyValue(name));
}

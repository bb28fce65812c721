/** Fingers, mouse and wheel on the map: tap, drag, pinch, zoom, and what the mouse rests on. */
import type { Point } from '../wire/types';

export interface Gestures {
  tap(at: Point): void;
  /** Moved by so many CSS pixels. */
  drag(x: number, y: number): void;
  zoom(factor: number, at: Point): void;
  /** The mouse rests here; null when it has left. */
  hover(at: Point | null): void;
}

/** A finger trembles; less than this is still a tap. */
const TAP_SLACK_PX = 8;
/** A notch of a wheel is about 100: a fifth nearer or farther. */
const WHEEL_RATE = 0.0018;
/** Pinching on a touchpad comes as small wheel steps with Ctrl. */
const PINCH_WHEEL_RATE = 0.01;
const LINE_PX = 16;

/** Listens on an element; gives how to stop. */
export function listenForGestures(element: HTMLElement, gestures: Gestures): () => void {
  const touching = new Map<number, Point>();
  let start: Point | null = null;
  let isTap = false;

  const place = (event: MouseEvent): Point => {
    const box = element.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };

  const down = (event: PointerEvent): void => {
    if (event.pointerType === 'mouse' && event.button !== 0) return;
    element.setPointerCapture(event.pointerId);
    touching.set(event.pointerId, place(event));
    isTap = touching.size === 1;
    start = place(event);
  };

  const move = (event: PointerEvent): void => {
    const at = place(event);
    const before = touching.get(event.pointerId);
    if (!before) {
      if (event.pointerType === 'mouse') gestures.hover(at);
      return;
    }
    if (isTap && start && Math.hypot(at.x - start.x, at.y - start.y) < TAP_SLACK_PX) return;
    isTap = false;
    touching.set(event.pointerId, at);
    if (touching.size === 1) return gestures.drag(at.x - before.x, at.y - before.y);
    const other = [...touching].find(([id]) => id !== event.pointerId)?.[1];
    if (!other) return;
    const apart = Math.hypot(at.x - other.x, at.y - other.y);
    const apartBefore = Math.hypot(before.x - other.x, before.y - other.y);
    gestures.drag((at.x - before.x) / 2, (at.y - before.y) / 2);
    if (apart > 1 && apartBefore > 1) gestures.zoom(apart / apartBefore, { x: (at.x + other.x) / 2, y: (at.y + other.y) / 2 });
  };

  const up = (event: PointerEvent): void => {
    if (!touching.delete(event.pointerId)) return;
    if (isTap && event.type === 'pointerup') gestures.tap(place(event));
    isTap = false;
  };

  const leave = (): void => gestures.hover(null);

  const wheel = (event: WheelEvent): void => {
    event.preventDefault();
    const pixels = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? event.deltaY * LINE_PX : event.deltaY;
    const rate = event.ctrlKey ? PINCH_WHEEL_RATE : WHEEL_RATE;
    gestures.zoom(Math.exp(-Math.max(Math.min(pixels, 300), -300) * rate), place(event));
  };

  element.addEventListener('pointerdown', down);
  element.addEventListener('pointermove', move);
  element.addEventListener('pointerup', up);
  element.addEventListener('pointercancel', up);
  element.addEventListener('pointerleave', leave);
  element.addEventListener('wheel', wheel, { passive: false });
  return () => {
    element.removeEventListener('pointerdown', down);
    element.removeEventListener('pointermove', move);
    element.removeEventListener('pointerup', up);
    element.removeEventListener('pointercancel', up);
    element.removeEventListener('pointerleave', leave);
    element.removeEventListener('wheel', wheel);
  };
}

/** Moments, as far as they are the same in every language. */
import type { TimeMs } from '../wire/types';

/** The days that bokmål and nynorsk name differently; the months are the same. */
const NYNORSK_DAYS: Readonly<Record<string, string>> = {
  mandag: 'måndag', tirsdag: 'tysdag', lørdag: 'laurdag', søndag: 'sundag',
};

const HOUR_MS = 3_600_000;

/** Bokmål's days as nynorsk names them. */
export function inNynorsk(date: string): string {
  return date.replace(/\p{L}+/gu, (word) => NYNORSK_DAYS[word] ?? word);
}

/** Whether the clock on the wall shows this time twice that night: clocks are set back by an hour. */
export function isTwice(at: number): boolean {
  return [-HOUR_MS, HOUR_MS].some((away) => toLocalInput(at + away) === toLocalInput(at));
}

/** Whether two moments fall on one day on the wall's calendar here. */
export function isSameDay(one: number, other: number): boolean {
  return toLocalInput(one).slice(0, 10) === toLocalInput(other).slice(0, 10);
}

/** `14:10`, or `1:04:10` from an hour on. Never below zero. */
export function countdown(left_ms: number): string {
  const seconds = Math.max(0, Math.ceil(left_ms / 1000));
  const two = (number: number): string => String(number).padStart(2, '0');
  const hours = Math.floor(seconds / 3600);
  const rest = `${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return hours > 0 ? `${hours}:${rest}` : rest.replace(/^0(\d)/, '$1');
}

/** A moment as `<input type="datetime-local">` holds it, to the minute. */
export function toLocalInput(at: number): string {
  const date = new Date(at);
  const two = (number: number): string => String(number).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}T${two(date.getHours())}:${two(date.getMinutes())}`;
}

/**
 * The moment that somebody typed, or null. What was not changed stays the moment it was: an hour that comes twice, or
 * the seconds, would be lost on the way through the field.
 */
export function fromLocalInput(text: string, before: TimeMs): TimeMs | null {
  if (text === toLocalInput(before)) return before;
  const at = new Date(text).getTime();
  return Number.isFinite(at) && at >= 0 ? at as TimeMs : null;
}

/**
 * Times as people here write them. A time of the server is a moment; the browser's own time zone says what the
 * clock on the wall shows then, daylight saving included, even where the browser's clock itself is wrong.
 */
import type { TimeMs } from '../wire/types';
import { language, type Locale } from './language.svelte';

/** Chromium knows no nynorsk dates. */
const DATES_OF: Readonly<Record<Locale, string>> = { en: 'en-GB', nb: 'nb', nn: 'nb', da: 'da', sv: 'sv' };

/** The days that bokmål and nynorsk name differently; the months are the same. */
const NYNORSK_DAYS: Readonly<Record<string, string>> = {
  mandag: 'måndag', tirsdag: 'tysdag', lørdag: 'laurdag', søndag: 'sundag',
};

const HOUR_MS = 3_600_000;

const formats = new Map<string, Intl.DateTimeFormat>();

/** Making a format is dear, using it is cheap. */
function format(kind: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${language.locale} ${kind}`;
  const made = formats.get(key) ?? new Intl.DateTimeFormat(DATES_OF[language.locale], options);
  formats.set(key, made);
  return made;
}

/** `10:15`; where clocks are set back and an hour comes twice, with the name of the zone. */
export function clockTime(at: number): string {
  const isTwice = [-HOUR_MS, HOUR_MS].some((away) => toLocalInput(at + away) === toLocalInput(at));
  return isTwice
    ? format('twice', { hour: '2-digit', minute: '2-digit', timeZoneName: 'short' }).format(at)
    : format('clock', { hour: '2-digit', minute: '2-digit' }).format(at);
}

/** `10:15–10:45`. */
export function timeRange({ starts_at, ends_at }: { starts_at: TimeMs; ends_at: TimeMs }): string {
  return isSameDay(starts_at, ends_at)
    ? `${clockTime(starts_at)}–${clockTime(ends_at)}`
    : `${clockTime(starts_at)} – ${shortDay(ends_at)} ${clockTime(ends_at)}`;
}

/** `10:15`, or with its day where that is another than now's. */
export function momentNear(at: number, now: number): string {
  return isSameDay(at, now) ? clockTime(at) : `${shortDay(at)} ${clockTime(at)}`;
}

/** `Tuesday 24 November`. */
export function dayName(at: number): string {
  return inNynorsk(format('day', { weekday: 'long', day: 'numeric', month: 'long' }).format(at));
}

function shortDay(at: number): string {
  return format('short', { day: 'numeric', month: 'short' }).format(at);
}

/** Bokmål's days as nynorsk names them; other languages stay as they are. */
export function inNynorsk(date: string, locale: Locale = language.locale): string {
  return locale === 'nn' ? date.replace(/\p{L}+/gu, (word) => NYNORSK_DAYS[word] ?? word) : date;
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

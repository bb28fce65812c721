/**
 * Times as people here write them. A time of the server is a moment; the browser's own time zone says what the
 * clock on the wall shows then, daylight saving included, even where the browser's clock itself is wrong.
 */
import type { TimeMs } from '../wire/types';
import { language, type Locale } from './language.svelte';
import { inNynorsk, isSameDay, isTwice } from './moments';

export { countdown, fromLocalInput, isSameDay, toLocalInput } from './moments';

/** Chromium knows no nynorsk dates. */
const DATES_OF: Readonly<Record<Locale, string>> = { en: 'en-GB', nb: 'nb', nn: 'nb', da: 'da', sv: 'sv' };

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
  return isTwice(at)
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
  return inLanguage(format('day', { weekday: 'long', day: 'numeric', month: 'long' }).format(at));
}

function shortDay(at: number): string {
  return format('short', { day: 'numeric', month: 'short' }).format(at);
}

function inLanguage(date: string): string {
  return language.locale === 'nn' ? inNynorsk(date) : date;
}

/**
 * Who sat where, as guests saw it themselves, and which visits should be recorded of that. Moments are spans, from the
 * earliest to the latest that is right: a second each way, and more where a killed server may have written an edge of a
 * stay or not.
 */
import type { Visit } from '../../../client/web/src/wire/types';

/** What somebody saw of themselves; `at` is the server's time. */
export type Seen = { guest: string; at: number } & (
  | { what: 'in'; table: string | null }
  | { what: 'sat'; table: string }
  | { what: 'lost' | 'rose' | 'left' | 'leaves' });

/** When the server was killed, and when it was up again. */
export interface Kill { at: number; up: number }

/** From the earliest to the latest that is right. */
export type Span = readonly [earliest: number, latest: number];

/** A stay at one table; `sure`: its beginning was written, so however little is known of its end, there is a visit. */
export interface Stay { guest: string; table: string; from: Span; to: Span; sure: boolean }

/** A slot that has been, and the topics that tables had in it. */
export interface Bells { slot: number; opens: number; closes: number; topics: ReadonlyMap<string, number> }

/** A visit as it should be recorded. */
export interface Due {
  guest: string;
  table: string;
  topic: number | null;
  slot: number | null;
  from: Span;
  to: Span;
  /** So near a bell or a kill it may have been no visit at all. */
  mayBeNone: boolean;
}

/** How far a time may be from what a guest saw, ms. */
const RIGHT_MS = 1_000;

/** Where the machine stood still guests saw late what the server had long recorded: by how much at a moment, ms. */
export type LateBy = (at: number) => number;

/** So long after a seat was given it is written for sure, ms. */
const WRITTEN_MS = 300;

/** Without other news a killed server knows to this time until when somebody sat, ms. */
const HOLD_MS = 31_000;

/** Within this after a start of the server people are back, and that is written, ms. */
const BACK_MS = 3_000;

function around(at: number, late_ms = 0): Span {
  return [at - RIGHT_MS - late_ms, at + RIGHT_MS];
}

/**
 * Whether what a guest saw may never have been written: their server, to which they had come at `since`, was killed
 * right after it, or before they read of it.
 */
function mayBeUnwritten(at: number, since: number, kills: readonly Kill[]): boolean {
  const ended = kills.find((kill) => kill.up > since);
  return ended !== undefined && ended.at < at + WRITTEN_MS;
}

/** The span of an end that was not written: the server knows of it when they are back and not at the table. */
function unwritten(at: number, since: number, kills: readonly Kill[]): Span {
  let [latest, up] = [at, since];
  for (const kill of kills.filter((kill) => kill.up > since)) {
    const isNext = up === since ? kill.at < at + BACK_MS : kill.at < up + BACK_MS;
    if (!isNext) break;
    [latest, up] = [Math.max(latest, kill.at), kill.up];
  }
  return [at - HOLD_MS, latest + RIGHT_MS];
}

/** The stays of one guest, from all that they saw in its order; and what was not as it should be. */
export function staysOf(
  guest: string, seen: readonly Seen[], kills: readonly Kill[], lateBy: LateBy = () => 0,
): { stays: Stay[]; faults: string[] } {
  const stays: Stay[] = [];
  const faults: string[] = [];
  let sitting: { table: string; from: Span; open: boolean; rising: boolean } | null = null;
  let [lost, since] = [0, 0];
  const sit = (table: string, from: Span, at: number): void => {
    sitting = { table, from, open: mayBeUnwritten(at, since, kills), rising: false };
  };
  const close = (to: Span): void => {
    if (sitting !== null) stays.push({ guest, table: sitting.table, from: sitting.from, to, sure: !sitting.open });
    sitting = null;
  };
  const end = (at: number): Span => (mayBeUnwritten(at, since, kills) ? unwritten(at, since, kills) : around(at, lateBy(at)));
  for (const event of seen) {
    const was = sitting as { table: string; from: Span; open: boolean; rising: boolean } | null;
    switch (event.what) {
      case 'sat':
        if (was?.table === event.table) break;
        close(end(event.at));
        sit(event.table, around(event.at, lateBy(event.at)), event.at);
        break;
      case 'in':
        if (was !== null && was.table === event.table) {
          since = event.at;
          // What was not written began when they were back.
          if (was.open) sit(was.table, [was.from[0], event.at + RIGHT_MS], event.at);
          was.rising = false;
          break;
        }
        if (was !== null && !was.rising) faults.push(`${guest} sat at ${was.table} and came back to ${event.table ?? 'none'}`);
        close(unwritten(lost, since, kills));
        since = event.at;
        if (event.table !== null) sit(event.table, [(lost || event.at) - RIGHT_MS, event.at + RIGHT_MS], event.at);
        break;
      case 'lost': lost = event.at; break;
      case 'rose': if (was !== null) was.rising = true; break;
      case 'left': close(end(event.at)); break;
      // Saying goodbye takes a moment.
      case 'leaves': close([event.at - RIGHT_MS, event.at + 3 * RIGHT_MS + lateBy(event.at)]); break;
    }
  }
  if (sitting !== null) faults.push(`${guest} never left`);
  return { stays, faults };
}

/** The visits that a stay makes: at each bell one ends and the next begins. */
export function dueOf({ guest, table, from, to, sure }: Stay, bells: readonly Bells[]): Due[] {
  const rings = bells.flatMap(({ opens, closes }) => [opens, closes]).filter((bell) => bell > from[0] && bell < to[1]).sort((a, b) => a - b);
  // A bell that may have rung before they came, or after they went, is an edge only as far as they were there.
  const begins = [from, ...rings.map((bell): Span => [bell - RIGHT_MS, Math.max(bell + RIGHT_MS, from[1])])];
  const ends = [...rings.map((bell): Span => [Math.min(bell - RIGHT_MS, to[0]), bell + RIGHT_MS]), to];
  return begins.map((since, index) => {
    const until = ends[index] as Span;
    // Any moment between the two, to see what the table carried.
    const moment = index === 0 ? Math.min(since[1], until[1] - RIGHT_MS - 1) : since[0] + RIGHT_MS + 1;
    const running = bells.find(({ opens, closes }) => opens <= moment && moment < closes);
    const isThere = index === 0 && sure && (rings[0] ?? Number.POSITIVE_INFINITY) - RIGHT_MS > from[1];
    return {
      guest, table, topic: running?.topics.get(table) ?? null, slot: running?.slot ?? null, from: since, to: until,
      mayBeNone: since[1] >= until[0] && !isThere,
    };
  });
}

function within(moment: number, [earliest, latest]: Span): boolean {
  return moment >= earliest && moment <= latest;
}

/**
 * Compares what is due of one guest with what is recorded of them, both by beginning. Gives what is missing or wrong, and
 * what is recorded and was not.
 */
export function compare(due: readonly Due[], visits: readonly Visit[], tables: readonly string[]): { missing: string[]; surplus: string[] } {
  const missing: string[] = [];
  let next = 0;
  for (const one of due) {
    const visit = visits[next];
    const isIt = visit !== undefined && tables[visit.table] === one.table && visit.topic === one.topic && visit.slot === one.slot
      && visit.from < one.to[1] && (visit.to === null || visit.to > one.from[0]);
    const inTime = isIt && within(visit.from, one.from) && visit.to !== null && within(visit.to, one.to);
    if (inTime || (isIt && !one.mayBeNone)) next += 1;
    if (!inTime && !one.mayBeNone) missing.push(`${JSON.stringify(one)}, but ${JSON.stringify(visit)}`);
  }
  return { missing, surplus: visits.slice(next).map((visit) => JSON.stringify(visit)) };
}

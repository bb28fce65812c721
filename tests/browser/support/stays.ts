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

/** A stay at one table. */
export interface Stay { guest: string; table: string; from: Span; to: Span }

/** A slot that has been, and the topics that tables had in it. */
export interface Bells { slot: number; opens: number; closes: number; topics: ReadonlyMap<string, number> }

/** A visit as it should be recorded. */
export interface Due { guest: string; table: string; topic: number | null; slot: number | null; from: Span; to: Span }

/** How far a time may be from what a guest saw, ms. */
const RIGHT_MS = 1_000;

/** Where the machine stood still guests saw late what the server had long recorded: by how much at a moment, ms. */
export type LateBy = (at: number) => number;

/** A guest may hear of a seat this long after the server has given it, and read it after the server was killed, ms. */
const HEARD_LATE_MS = 500;

/** So long after a seat was given it is written for sure, ms. */
const WRITTEN_MS = 300;

/** A killed server knows to this time until when somebody sat who is not there any more, and waits for them as long, ms. */
const HOLD_MS = 31_000;

function around(at: number, late_ms = 0): Span {
  return [at - RIGHT_MS - late_ms, at + RIGHT_MS];
}

/** The kill that may have kept an edge of a stay from being written. */
function killIn(at: number, kills: readonly Kill[], late_ms: number): Kill | undefined {
  return kills.find((kill) => kill.at > at - HEARD_LATE_MS - late_ms && kill.at < at + WRITTEN_MS + late_ms);
}

/** The span of an end. One that may not have been written: each kill while the server waits lets it know of a later moment. */
function endIn(at: number, kills: readonly Kill[], late_ms: number): Span {
  return killIn(at, kills, late_ms) === undefined ? around(at, late_ms) : unwritten(at, kills);
}

function unwritten(at: number, kills: readonly Kill[]): Span {
  let latest = at;
  for (const kill of kills) {
    if (kill.at > latest && kill.at < latest + HOLD_MS) latest = kill.at;
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
  let lost = 0;
  const sit = (table: string, from: Span, at: number): void => {
    sitting = { table, from, open: killIn(at, kills, lateBy(at)) !== undefined, rising: false };
  };
  const close = (to: Span): void => {
    if (sitting !== null) {
      // However little is known of its end: who sat has a visit.
      const earliest = Math.max(to[0], Math.min(sitting.from[1] + 1, to[1] - 2 * RIGHT_MS));
      stays.push({ guest, table: sitting.table, from: sitting.from, to: [earliest, to[1]] });
    }
    sitting = null;
  };
  for (const event of seen) {
    const was = sitting as { table: string; from: Span; open: boolean; rising: boolean } | null;
    switch (event.what) {
      case 'sat':
        if (was?.table === event.table) break;
        close(endIn(event.at, kills, lateBy(event.at)));
        sit(event.table, around(event.at, lateBy(event.at)), event.at);
        break;
      case 'in':
        if (was !== null && was.table === event.table) {
          // What was not written began when they were back.
          if (was.open) sit(was.table, [was.from[0], event.at + RIGHT_MS], event.at);
          was.rising = false;
          break;
        }
        if (was !== null && !was.rising) faults.push(`${guest} sat at ${was.table} and came back to ${event.table ?? 'none'}`);
        close(unwritten(lost, kills));
        if (event.table !== null) sit(event.table, [(lost || event.at) - RIGHT_MS, event.at + RIGHT_MS], event.at);
        break;
      case 'lost': lost = event.at; break;
      case 'rose': if (was !== null) was.rising = true; break;
      case 'left': close(endIn(event.at, kills, lateBy(event.at))); break;
      // Saying goodbye takes a moment.
      case 'leaves': close([event.at - RIGHT_MS, event.at + 3 * RIGHT_MS + lateBy(event.at)]); break;
    }
  }
  if (sitting !== null) faults.push(`${guest} never left`);
  return { stays, faults };
}

/** The visits that a stay makes: at each bell one ends and the next begins. */
export function dueOf({ guest, table, from, to }: Stay, bells: readonly Bells[]): Due[] {
  const rings = bells.flatMap(({ opens, closes }) => [opens, closes]).filter((bell) => bell > from[0] && bell < to[1]).sort((a, b) => a - b);
  // A bell that may have rung before they came, or after they went, is an edge only as far as they were there.
  const begins = [from, ...rings.map((bell): Span => [bell - RIGHT_MS, Math.max(bell + RIGHT_MS, from[1])])];
  const ends = [...rings.map((bell): Span => [Math.min(bell - RIGHT_MS, to[0]), bell + RIGHT_MS]), to];
  return begins.map((since, index) => {
    const until = ends[index] as Span;
    // Any moment between the two, to see what the table carried.
    const moment = index === 0 ? Math.min(since[1], until[1] - RIGHT_MS - 1) : since[0] + RIGHT_MS + 1;
    const running = bells.find(({ opens, closes }) => opens <= moment && moment < closes);
    return { guest, table, topic: running?.topics.get(table) ?? null, slot: running?.slot ?? null, from: since, to: until };
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
    if (isIt) next += 1;
    // So near a bell it may have been no visit at all.
    const mayBeNone = one.from[1] >= one.to[0];
    if (!inTime && (isIt || !mayBeNone)) missing.push(`${JSON.stringify(one)}, but ${JSON.stringify(visit)}`);
  }
  return { missing, surplus: visits.slice(next).map((visit) => JSON.stringify(visit)) };
}

/** The call to the plenum: how long until people are walked there. */
import type { Plenum, TimeMs, ZoneId, ZoneSpec } from '../wire/types';

/** Whole seconds until people are walked, rounded up so that nobody is walked while a second still stands; never below 0. */
export function secondsUntil({ at }: Pick<Plenum, 'at'>, now: TimeMs): number {
  return Math.max(0, Math.ceil((at - now) / 1000));
}

/** Whether two calls are the same one: how many declined may differ. Who calls again calls anew, for another moment. */
export function isSameCall(one: Plenum | null, other: Plenum | null): boolean {
  return one?.at === other?.at && one?.by === other?.by;
}

/** Where a call leads that names no zone: to the stage, else to the foyer; null means the middle of the square. */
export function plenumZone(zones: readonly Pick<ZoneSpec, 'kind'>[]): ZoneId | null {
  for (const wanted of ['stage', 'foyer']) {
    const zone = zones.findIndex(({ kind }) => kind === wanted);
    if (zone >= 0) return zone as ZoneId;
  }
  return null;
}

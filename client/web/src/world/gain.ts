/**
 * The hearing law: how loud a voice is, by distance and by the walls of tables. The same as
 * `protocol/src/geometry/hearing.rs`; `protocol/fixtures/gain.json` holds both to it.
 */
import type { HearingPreset, Point, TableId, TableWall } from '../wire/types';

/** What an open table's wall takes away, in either direction, dB. */
export const OPEN_WALL_GAIN_DB = -15;

/** How much quieter all else is while somebody speaks over everything, dB. The same as in `hearing.rs`. */
export const BROADCAST_DUCK_DB = -12;

/** How much better than its wall allows a table is heard by who listens to it in passing, dB. */
export const BUMBLEBEE_GAIN_DB = 6;

const OPEN_WALL_GAIN = 10 ** (OPEN_WALL_GAIN_DB / 20);

const BUMBLEBEE_GAIN = 10 ** (BUMBLEBEE_GAIN_DB / 20);

/** Gain by distance: 1 up to `reference_m`, inverse distance from there, faded out over the last fifth to `edge_m`. */
export interface HearingLaw {
  /** Up to here a voice is full, metres. */
  readonly reference_m: number;
  /** From here on there is nothing, metres. */
  readonly edge_m: number;
}

/** The laws of the presets. */
export const HEARING_LAWS: Readonly<Record<HearingPreset, HearingLaw>> = {
  close: { reference_m: 1.5, edge_m: 6 },
  room: { reference_m: 2, edge_m: 12 },
  hall: { reference_m: 4, edge_m: 24 },
};

/** Where an ear or a mouth is: a place, and the table whose wall is around it. */
export interface Placed {
  readonly at: Point;
  readonly table: { readonly id: TableId; readonly wall: TableWall } | null;
  /** The table that an ear listens to in passing, as its people allowed. */
  readonly listensTo: TableId | null;
}

/** The factor on the amplitude, 0 to 1, for a distance in metres. */
export function gainAt(law: HearingLaw, distance_m: number): number {
  if (Number.isNaN(distance_m) || distance_m >= law.edge_m) return 0;
  const inverse = law.reference_m / Math.max(distance_m, law.reference_m);
  const intoFade = Math.min(Math.max((distance_m - 0.8 * law.edge_m) / (0.2 * law.edge_m), 0), 1);
  return inverse * Math.cos((Math.PI / 2) * intoFade) ** 2;
}

/**
 * How loud a voice is for an ear, 0 to 1, by place alone: full at one table, minus 15 dB through each open wall,
 * nothing through a closed one, and the law by distance elsewhere. An open wall takes 6 dB less from who listens to its
 * table in passing.
 */
export function placedGain(law: HearingLaw, listener: Placed, speaker: Placed): number {
  if (listener.table !== null && speaker.table !== null && listener.table.id === speaker.table.id) return 1;
  const distance_m = Math.hypot(listener.at.x - speaker.at.x, listener.at.y - speaker.at.y);
  const gain = gainAt(law, distance_m) * throughWall(listener) * throughWall(speaker);
  const hums = listener.table === null && speaker.table !== null && listener.listensTo === speaker.table.id;
  return hums ? gain * BUMBLEBEE_GAIN : gain;
}

function throughWall({ table }: Placed): number {
  if (table === null) return 1;
  return table.wall === 'open' ? OPEN_WALL_GAIN : 0;
}

/** The square as lines of a list: pure, from the world to what the list shows. */
import type { Person, World } from '../app/ports';
import { avatarPair } from '../scene/colours';
import { initials } from '../scene/names';
import type { Microphone, ParticipantId, ParticipantKind, Point, Presence, Role, TableId, TableWall, ZoneKind, ZoneSpec } from '../wire/types';
import { fold } from './finding';

export interface PersonLine {
  readonly id: ParticipantId;
  readonly name: string;
  /** The name as it is searched. */
  readonly folded: string;
  readonly letters: string;
  readonly pair: number;
  readonly isMe: boolean;
  readonly kind: ParticipantKind;
  readonly role: Role;
  readonly microphone: Microphone;
  readonly presence: Presence;
}

export interface TableLine {
  readonly id: TableId;
  readonly name: string;
  readonly wall: TableWall;
  readonly seats: number;
  /** By seat. */
  readonly people: readonly PersonLine[];
  readonly isMine: boolean;
  readonly isFull: boolean;
}

export interface ZoneLine { readonly index: number; readonly name: string; readonly kind: ZoneKind }

export interface SquareLines {
  readonly me: PersonLine | null;
  readonly myTable: TableLine | null;
  readonly tables: readonly TableLine[];
  readonly zones: readonly ZoneLine[];
  /** The people at no table, me first, then by name. */
  readonly walkers: readonly PersonLine[];
  /** Who is no person and at no table: listening rooms, streams and sounds, by name. */
  readonly things: readonly PersonLine[];
  /** How many people are here. */
  readonly count: number;
}

const collator = new Intl.Collator();

export function linesOf(world: Pick<World, 'me' | 'space' | 'people'>): SquareLines {
  const seated = new Map<TableId, { seat: number; line: PersonLine }[]>();
  const walkers: PersonLine[] = [];
  const things: PersonLine[] = [];
  let me: PersonLine | null = null;
  let count = 0;
  for (const person of world.people.values()) {
    const line = lineOf(person, world.me);
    if (line.isMe) me = line;
    if (line.kind === 'person') count += 1;
    if (person.place.on !== 'seat') {
      (line.kind === 'person' ? walkers : things).push(line);
      continue;
    }
    const { table, seat } = person.place;
    const others = seated.get(table);
    if (others) others.push({ seat, line });
    else seated.set(table, [{ seat, line }]);
  }
  const tables = world.space.map.tables.map((spec, index): TableLine => {
    const id = index as TableId;
    const people = (seated.get(id) ?? []).sort((one, other) => one.seat - other.seat).map(({ line }) => line);
    return {
      id, name: spec.name, wall: spec.wall, seats: spec.seats, people,
      isMine: people.some((line) => line.isMe), isFull: people.length >= spec.seats,
    };
  });
  const byName = (one: PersonLine, other: PersonLine): number =>
    Number(other.isMe) - Number(one.isMe) || collator.compare(one.name, other.name) || one.id - other.id;
  walkers.sort(byName);
  things.sort(byName);
  return {
    me, tables, walkers, things, count, myTable: tables.find((table) => table.isMine) ?? null,
    zones: world.space.map.zones.map(({ name, kind }, index) => ({ index, name, kind })),
  };
}

/** The line made of somebody before. The world hands out a new object for who changed, so the rows of all others stay. */
const made = new WeakMap<Person, PersonLine>();

function lineOf(person: Person, me: ParticipantId): PersonLine {
  const before = made.get(person);
  if (before !== undefined && before.isMe === (person.id === me)) return before;
  const { id, name, kind, role, microphone, presence } = person;
  const line: PersonLine = {
    id, name, folded: fold(name), letters: initials(name), pair: avatarPair(id), isMe: id === me, kind, role, microphone, presence,
  };
  made.set(person, line);
  return line;
}

/** The zone somebody stands in; the smallest where they overlap. */
export function zoneAt(zones: readonly ZoneSpec[], at: Point): ZoneSpec | null {
  const around = zones.filter(({ x, y, width_m, height_m }) =>
    at.x >= x && at.y >= y && at.x <= x + width_m && at.y <= y + height_m);
  return around.reduce<ZoneSpec | null>((least, zone) =>
    least && least.width_m * least.height_m <= zone.width_m * zone.height_m ? least : zone, null);
}

/** Where to stand in a zone: not all on one spot, but each near the middle at a place of their own. */
export function spotIn(zone: ZoneSpec, who: ParticipantId): Point {
  const turn = who * 2.399_963;
  const reach = 0.36 * Math.sqrt((((who * 7) % 11) + 1) / 11);
  return {
    x: zone.x + zone.width_m * (0.5 + reach * Math.cos(turn)),
    y: zone.y + zone.height_m * (0.5 + reach * Math.sin(turn)),
  };
}

/** A place near somebody or something, at talking distance unless told, on my side of it, on the map. */
export function besideOf(
  them: Point, me: Point, map: { width_m: number; height_m: number }, distance_m = TALKING_DISTANCE_M,
): Point {
  const away = Math.hypot(me.x - them.x, me.y - them.y);
  const x = away > 0.01 ? (me.x - them.x) / away : 1;
  const y = away > 0.01 ? (me.y - them.y) / away : 0;
  const reach = Math.min(distance_m, Math.max(away, 0.6));
  const margin = 0.4;
  return {
    x: Math.min(Math.max(them.x + x * reach, margin), map.width_m - margin),
    y: Math.min(Math.max(them.y + y * reach, margin), map.height_m - margin),
  };
}

/** Near enough to be heard in full in every preset, far enough for both avatars and names. */
const TALKING_DISTANCE_M = 1.3;

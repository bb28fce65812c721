/** The default square with people on it, for looking at the face without a server. */
import type { Microphone, ParticipantId, ParticipantKind, ParticipantView, Place, Point, SeatIndex, SpaceId, SpaceView, TableId, TimeMs } from '../../wire/types';
import { seatPoint } from '../../scene/places';

const table = (name: string, x: number, y: number, wall: 'open' | 'closed' = 'open'): SpaceView['map']['tables'][number] =>
  ({ name, x, y, radius_m: 2, seats: 6, wall });

export const SPACE: SpaceView = {
  id: 'torg' as SpaceId,
  name: 'Autumn gathering',
  map: {
    width_m: 40, height_m: 24, hearing: 'room', walls: [],
    tables: [
      table('Youth work', 7, 8.5), table('Rowan', 20, 8.5), table('Mental health', 33, 8.5),
      table('Pine', 7, 16.5), table('Arbeidsinkludering', 20, 16.5), table('Spruce', 33, 16.5, 'closed'),
    ],
    zones: [
      { name: 'Stage', kind: 'stage', x: 14, y: 0.5, width_m: 12, height_m: 4.5 },
      { name: 'Foyer', kind: 'foyer', x: 13, y: 19.5, width_m: 14, height_m: 4 },
      { name: 'Help desk', kind: 'help', x: 1, y: 20, width_m: 7, height_m: 3.5 },
    ],
  },
};

/** Twenty tables, for a large meeting. */
export function largeSpace(): SpaceView {
  const names = ['Oak', 'Ash', 'Elm', 'Birch', 'Rowan', 'Pine', 'Spruce', 'Larch', 'Alder', 'Aspen', 'Hazel', 'Maple',
    'Lime', 'Beech', 'Holly', 'Yew', 'Juniper', 'Willow', 'Cherry', 'Plum'];
  const tables = names.map((name, index) => table(name, 5 + (index % 5) * 7.5, 7.5 + Math.floor(index / 5) * 7, index % 7 === 6 ? 'closed' : 'open'));
  return { ...SPACE, map: { ...SPACE.map, height_m: 36, tables, zones: SPACE.map.zones.map((zone) => (zone.y > 10 ? { ...zone, y: zone.y + 12 } : zone)) } };
}

interface Guest { name: string; at: Point | [table: number, seat: number]; microphone?: Microphone; away?: boolean; host?: boolean }

const GUESTS: readonly Guest[] = [
  { name: 'Ingrid Solheim', at: [0, 0], host: true },
  { name: 'Kari Nordmann', at: [0, 1] },
  { name: 'Åse-Marie Ødegård-Haugen', at: [0, 2], microphone: 'muted' },
  { name: 'Mikkel Sørensen', at: [0, 4] },
  { name: 'Linnéa Bergström', at: [4, 0] },
  { name: 'Ola Hansen', at: [4, 3], microphone: 'muted' },
  { name: 'Fatima Ali', at: [4, 5] },
  { name: 'Jens Peter', at: [5, 1] },
  { name: 'Sunniva Lie', at: [5, 4], microphone: 'absent' },
  { name: 'Per', at: { x: 25, y: 21.4 }, away: true, microphone: 'muted' },
  { name: 'Berit Aas', at: { x: 16.6, y: 20.7 } },
];

function view(id: number, name: string, at: Point, place: Place, more: Partial<ParticipantView> = {}): ParticipantView {
  return {
    id: id as ParticipantId, name, kind: 'person', role: 'participant', place, microphone: 'on', presence: 'here',
    motion: { from: at, to: at, departed: 0 as TimeMs, speed_mm_s: 0 }, ...more,
  };
}

export function placeOn(tableIndex: number, seat: number): { at: Point; place: Place } {
  const spec = SPACE.map.tables[tableIndex];
  if (!spec) throw new Error(`no table ${tableIndex}`);
  return { at: seatPoint(spec, seat), place: { on: 'seat', table: tableIndex as TableId, seat: seat as SeatIndex } };
}

/** Ten at tables and about. */
export function tenGuests(): ParticipantView[] {
  return GUESTS.map((guest, index) => {
    const { at, place } = Array.isArray(guest.at)
      ? placeOn(guest.at[0], guest.at[1]) : { at: guest.at, place: { on: 'square' } as const };
    return view(index + 2, guest.name, at, place, {
      role: guest.host ? 'host' : 'participant', microphone: guest.microphone ?? 'on', presence: guest.away ? 'away' : 'here',
    });
  });
}

/** A listening room, a studio and music in the break, on the stage. */
export function things(): ParticipantView[] {
  const kinds: readonly [number, string, ParticipantKind][] = [[41, 'Library, Hamar', 'listener'], [42, 'Studio 2', 'stream'], [43, 'Pausemusikk', 'sound']];
  return kinds.map(([id, name, kind], index) =>
    view(id, name, { x: 17 + 3 * index, y: 3 }, { on: 'square' }, { kind, microphone: kind === 'listener' ? 'absent' : 'on' }));
}

/** As many as one likes, all over the square. */
export function crowd(count: number): ParticipantView[] {
  const first = ['Anna', 'Bjørn', 'Cecilie', 'David', 'Eva', 'Frode', 'Grete', 'Håkon', 'Ida', 'Jonas', 'Kaja', 'Lars'];
  const last = ['Berg', 'Dahl', 'Eide', 'Foss', 'Gran', 'Holm', 'Iversen', 'Juul', 'Krogh', 'Lund', 'Moe'];
  return Array.from({ length: count }, (_, index) => {
    const at = { x: 0.6 + (38.8 * ((index * 7919) % 997)) / 997, y: 0.6 + (22.8 * ((index * 104_729) % 991)) / 991 };
    return view(index + 2, `${first[index % 12] ?? ''} ${last[index % 11] ?? ''}`, at, { on: 'square' }, {
      microphone: index % 3 === 0 ? 'muted' : 'on',
    });
  });
}

export function myself(name: string, place: { at: Point; place: Place }, isHost: boolean): ParticipantView {
  return view(1, name, place.at, place.place, { role: isHost ? 'host' : 'participant' });
}

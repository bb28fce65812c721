import { describe, expect, it } from 'vitest';
import type { Person } from '../app/ports';
import type { ParticipantId, Place, SpaceView, ZoneSpec } from '../wire/types';
import { besideOf, linesOf, spotIn, zoneAt } from './lines';

const zone = (name: string, x: number, y: number, width_m: number, height_m: number): ZoneSpec =>
  ({ name, kind: 'plain', x, y, width_m, height_m });

const space = {
  id: 'torg', name: 'Torg',
  map: {
    width_m: 40, height_m: 24, hearing: 'room', walls: [],
    tables: [
      { name: 'Birch', x: 7, y: 8, radius_m: 2, seats: 2, wall: 'open' },
      { name: 'Spruce', x: 30, y: 8, radius_m: 2, seats: 6, wall: 'closed' },
    ],
    zones: [zone('Foyer', 10, 18, 10, 4)],
  },
} as unknown as SpaceView;

function person(id: number, name: string, place: Place): [ParticipantId, Person] {
  return [id as ParticipantId, { id, name, place, kind: 'person', role: 'participant', microphone: 'on', presence: 'here', level: 127 } as unknown as Person];
}

const sits = (table: number, seat: number): Place => ({ on: 'seat', table, seat }) as unknown as Place;

describe('the square as lines', () => {
  const people = new Map([
    person(1, 'Ann', { on: 'square' }),
    person(2, 'Bo', sits(0, 1)),
    person(3, 'Cecilie', sits(0, 0)),
    person(4, 'Åse', { on: 'square' }),
    person(5, 'Dag', { on: 'rising', table: 1 } as unknown as Place),
  ]);
  const lines = linesOf({ me: 1 as ParticipantId, space, people });

  it('lists who sits where, by seat, and says when a table is full', () => {
    expect(lines.tables.map((table) => table.people.map(({ name }) => name))).toEqual([['Cecilie', 'Bo'], []]);
    expect(lines.tables.map((table) => table.isFull)).toEqual([true, false]);
    expect(lines.myTable).toBeNull();
  });

  it('lists who is at no table, me first, and who is leaving one', () => {
    expect(lines.walkers[0]?.name).toBe('Ann');
    expect(new Set(lines.walkers.map(({ name }) => name))).toEqual(new Set(['Ann', 'Åse', 'Dag']));
    expect(lines.me?.isMe).toBe(true);
    expect(lines.count).toBe(5);
  });

  it('keeps the lines of who did not change, so that their rows stay as they are', () => {
    const changed = new Map([...people, person(4, 'Åse Å', { on: 'square' })]);
    const next = linesOf({ me: 1 as ParticipantId, space, people: changed });
    const [before, after] = [lines, next].map(({ walkers }) => new Map(walkers.map((line) => [line.id as number, line])));
    expect(after?.get(5)).toBe(before?.get(5));
    expect(after?.get(4)?.name).toBe('Åse Å');
    expect(next.tables[0]?.people[0]).toBe(lines.tables[0]?.people[0]);
  });

  it('counts no listening room, stream or sound as somebody to talk to, and lists them apart', () => {
    const [id, sound] = person(9, 'Pausemusikk', { on: 'square' });
    const [other, room] = person(8, 'Biblioteket', { on: 'square' });
    const next = linesOf({ me: 1 as ParticipantId, space, people: new Map([...people,
      [id, { ...sound, kind: 'sound' }], [other, { ...room, kind: 'listener' }]]) });
    expect(next.things.map(({ name }) => name)).toEqual(['Biblioteket', 'Pausemusikk']);
    expect([next.count, next.walkers.length]).toEqual([lines.count, lines.walkers.length]);
  });

  it('knows my table', () => {
    expect(linesOf({ me: 2 as ParticipantId, space, people }).myTable?.name).toBe('Birch');
  });
});

describe('places', () => {
  it('are named by the smallest zone around', () => {
    const zones = [zone('Square', 0, 0, 40, 24), zone('Foyer', 10, 18, 10, 4)];
    expect(zoneAt(zones, { x: 12, y: 19 })?.name).toBe('Foyer');
    expect(zoneAt(zones, { x: 2, y: 2 })?.name).toBe('Square');
    expect(zoneAt([], { x: 2, y: 2 })).toBeNull();
  });

  it('give each a spot of their own inside the zone', () => {
    const foyer = zone('Foyer', 10, 18, 10, 4);
    const spots = Array.from({ length: 40 }, (_, id) => spotIn(foyer, id as ParticipantId));
    for (const spot of spots) expect(zoneAt([foyer], spot)).toBe(foyer);
    expect(new Set(spots.map(({ x, y }) => `${x.toFixed(2)} ${y.toFixed(2)}`)).size).toBe(spots.length);
  });

  it('beside somebody are at talking distance, on my side, on the map', () => {
    const map = { width_m: 40, height_m: 24 };
    const beside = besideOf({ x: 10, y: 10 }, { x: 20, y: 10 }, map);
    expect(beside).toEqual({ x: 11.3, y: 10 });
    const corner = besideOf({ x: 39.9, y: 23.9 }, { x: 39.9, y: 23.9 }, map);
    expect(corner.x).toBeLessThan(40);
    expect(corner.y).toBeLessThan(24);
  });
});

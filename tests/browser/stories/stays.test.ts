/** What the stories of the record are measured by: what guests saw, against what is recorded. */
import { describe, expect, it } from 'vitest';
import type { Visit } from '../../../client/web/src/wire/types';
import { compare, dueOf, staysOf, type Bells, type Due, type Kill, type Seen } from '../support/stays';

const TABLES = ['Oak', 'Birch'];
const ROUND: Bells = { slot: 1, opens: 20_000, closes: 40_000, topics: new Map([['Oak', 7]]) };

function saw(...seen: ([number, 'in' | 'sat', string | null] | [number, 'lost' | 'rose' | 'left' | 'leaves'])[]): Seen[] {
  return seen.map(([at, what, table]) => ({ guest: 'Ann', at, what, table }) as Seen);
}

function due(seen: Seen[], kills: Kill[] = []): Due[] {
  const { stays, faults } = staysOf('Ann', seen, kills);
  expect(faults).toEqual([]);
  return stays.flatMap((stay) => dueOf(stay, [ROUND]));
}

function visit(table: number, topic: number | null, slot: number | null, from: number, to: number | null): Visit {
  return { id: from, who: { participant: 1, name: 'Ann' }, table, topic, slot, from, to } as never;
}

const SEEN = saw([0, 'in', null], [10_000, 'sat', 'Oak'], [50_000, 'rose'], [50_700, 'left'], [60_000, 'sat', 'Birch'], [70_000, 'leaves']);
const RECORDED = [
  visit(0, null, null, 9_950, 20_000), visit(0, 7, 1, 20_000, 40_000), visit(0, null, null, 40_000, 50_650), visit(1, null, null, 59_900, 70_200),
];

describe('what is due of a stay', () => {
  it('is one visit for each topic', () => {
    expect(compare(due(SEEN), RECORDED, TABLES)).toEqual({ missing: [], surplus: [] });
  });

  it('is missed when it is lost, doubled, of another topic, or two seconds off', () => {
    const without = (index: number): Visit[] => RECORDED.filter((_, other) => other !== index);
    for (let index = 0; index < RECORDED.length; index += 1) {
      expect(compare(due(SEEN), without(index), TABLES).missing).not.toEqual([]);
    }
    const doubled = [...RECORDED, visit(1, null, null, 59_900, 70_200)];
    expect(compare(due(SEEN), doubled, TABLES).surplus).toHaveLength(1);
    const changed = (changes: Partial<Visit>): Visit[] => RECORDED.map((visit, index) => (index === 1 ? { ...visit, ...changes } : visit));
    for (const changes of [{ topic: 8 as never }, { topic: null }, { table: 1 as never }, { from: 22_100 as never }, { to: null }]) {
      expect(compare(due(SEEN), changed(changes), TABLES).missing).not.toEqual([]);
    }
  });

  it('goes on for who is back at the table, and is a fault for who is not', () => {
    const kill = { at: 30_000, up: 31_000 };
    const back = saw([0, 'in', null], [10_000, 'sat', 'Oak'], [30_000, 'lost'], [31_500, 'in', 'Oak'], [50_700, 'left']);
    expect(compare(due(back, [kill]), RECORDED.slice(0, 3), TABLES)).toEqual({ missing: [], surplus: [] });
    const lost = saw([10_000, 'sat', 'Oak'], [30_000, 'lost'], [31_500, 'in', null]);
    expect(staysOf('Ann', lost, [kill]).faults).toHaveLength(1);
  });

  it('may begin later where the server was killed in that very moment, and only there', () => {
    const kill = { at: 60_100, up: 61_000 };
    const seen = saw([60_000, 'sat', 'Birch'], [60_110, 'lost'], [62_000, 'in', 'Birch'], [70_000, 'left']);
    for (const from of [59_950, 61_990]) {
      expect(compare(due(seen, [kill]), [visit(1, null, null, from, 70_000)], TABLES)).toEqual({ missing: [], surplus: [] });
    }
    expect(compare(due(seen), [visit(1, null, null, 61_990, 70_000)], TABLES).missing).toHaveLength(1);
  });

  it('may end earlier where the server was killed while they stood up, and not when it was killed again', () => {
    const kills = [{ at: 50_600, up: 51_000 }, { at: 62_000, up: 63_000 }];
    const seen = saw([0, 'in', null], [45_000, 'sat', 'Oak'], [50_500, 'rose'], [50_610, 'lost'], [51_500, 'in', null], [62_010, 'lost'], [63_500, 'in', null]);
    for (const [to, missing] of [[46_000, 0], [50_590, 0], [61_900, 1]] as const) {
      expect(compare(due(seen, kills), [visit(0, null, null, 45_000, to)], TABLES).missing).toHaveLength(missing);
    }
    expect(compare(due(seen, kills), [], TABLES).missing).toHaveLength(1);
  });

  it('has room for a machine that stood still', () => {
    const { stays } = staysOf('Ann', SEEN, [], (at) => (at === 60_000 ? 500 : 0));
    const late = [...RECORDED.slice(0, 3), visit(1, null, null, 58_600, 70_000)];
    expect(compare(stays.flatMap((stay) => dueOf(stay, [ROUND])), late, TABLES).missing).toEqual([]);
    expect(compare(due(SEEN), late, TABLES).missing).toHaveLength(1);
  });
});

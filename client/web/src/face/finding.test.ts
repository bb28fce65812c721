import { describe, expect, it } from 'vitest';
import type { ParticipantId, TableId } from '../wire/types';
import { findIn, fold } from './finding';
import type { PersonLine, TableLine } from './lines';

const person = (id: number, name: string): PersonLine => ({
  id: id as ParticipantId, name, folded: fold(name), letters: 'AB', pair: 0, isMe: false, kind: 'person', role: 'participant',
  microphone: 'on', presence: 'here',
});
const table = (id: number, name: string, people: readonly PersonLine[]): TableLine => ({
  id: id as TableId, name, wall: 'open', seats: 6, people, isMine: false, isFull: false,
});
const lines = {
  tables: [table(0, 'Ungdom på Østlandet', [person(1, 'Åse-Marie Ødegård')]), table(1, 'Kaffe', [person(2, 'José Æsop')])],
  walkers: [person(3, 'Łukasz Weiß'), person(4, 'Marie Østby')],
  things: [{ ...person(5, 'Pausemusikk'), kind: 'sound' as const }],
};

describe('finding', () => {
  it.each([
    ['åse', [1], []],
    ['ASE odegard', [1], []],
    ['marie', [1, 4], []],
    ['ost', [4], [0]],
    ['østb', [4], []],
    ['jose aes', [2], []],
    ['lukasz weiss', [3], []],
    ['  kaffe ', [], [1]],
    ['kaffe jose', [], []],
    ['musikk', [5], []],
  ])('takes "%s" for what it means', (typed, people, tables) => {
    const found = findIn(lines, typed);
    expect([[...found?.people ?? []].sort(), [...found?.tables ?? []]]).toEqual([people, tables]);
    expect(found?.count).toBe(people.length + tables.length);
  });

  it('looks for nothing until something is typed', () => {
    expect(findIn(lines, '  ')).toBeNull();
  });
});

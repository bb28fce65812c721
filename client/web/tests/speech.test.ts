import { describe, expect, it } from 'vitest';
import { callsPlenum, keepsOut, lendsWord, movesPiece, speaksToAll } from '../src/face/rights';
import { mySpeechWords, playsWords, speaksWords } from '../src/i18n/speech';
import type { Broadcast, ParticipantId, ParticipantView, SeatIndex, TableId, TimeMs, Welcome, ZoneId } from '../src/wire/types';
import { addressedBy, addressedParameter, isKeptOut } from '../src/world/speech';
import { SquareWorld } from '../src/world/world';
import { serverMessages } from './fixtures';

const welcome = serverMessages.messages.find(({ type }) => type === 'welcome') as unknown as Welcome;
const [ANN, DAG] = [101, 104] as ParticipantId[] as [ParticipantId, ParticipantId];
const [CLOSED, OPEN] = (['closed', 'open'] as const).map((kind) =>
  welcome.space.map.tables.findIndex(({ wall }) => wall === kind)) as [TableId, TableId];

function person(id: ParticipantId, x: number, more: Partial<ParticipantView> = {}): ParticipantView {
  const place = { x, y: 1 };
  return {
    id, name: `P${id}`, kind: 'person', role: 'participant', microphone: 'on', presence: 'here', place: { on: 'square' },
    motion: { from: place, to: place, departed: 0 as TimeMs, speed_mm_s: 0 }, ...more,
  };
}

/** Ann, who speaks to all or doesn't, and Dag at a closed table. */
function hall(broadcasts: Broadcast[]): SquareWorld {
  const dag = person(DAG, 30, { place: { on: 'seat', table: CLOSED, seat: 0 as SeatIndex } });
  const participants = [person(ANN, 1, { role: 'host' }), dag];
  return new SquareWorld({ ...welcome, you: ANN, participants, broadcasts, kept_out: [] }, () => 0);
}

describe('a speech', () => {
  it('has whom it is to', () => {
    expect(addressedBy(hall([]), ANN)).toBeNull();
    const square = hall([{ speaker: ANN, to: { kind: 'conveners' }, background: false }]);
    expect([addressedBy(square, ANN), addressedBy(square, DAG)]).toEqual([{ kind: 'conveners' }, null]);
  });

  it('is kept out for who sits at a closed table that does so', () => {
    const square = hall([]);
    expect(isKeptOut(square, DAG)).toBe(false);
    square.apply({ type: 'kept_out', tables: [CLOSED, OPEN] });
    expect([isKeptOut(square, DAG), isKeptOut(square, ANN)]).toEqual([true, false]);
    square.apply({ type: 'place_changed', participant: DAG, place: { on: 'seat', table: OPEN, seat: 0 as SeatIndex } });
    expect(isKeptOut(square, DAG)).toBe(false);
  });
});

describe('the words', () => {
  const zones = [{ name: 'Stage' }];
  it('say that one is heard by all, and never when one is not', () => {
    expect(mySpeechWords({ kind: 'everybody' }, zones, null)).toBe('You are heard by everybody.');
    expect(mySpeechWords({ kind: 'zone', zone: 0 as ZoneId }, zones, null)).toBe('You are heard by all in Stage.');
    expect(mySpeechWords({ kind: 'everybody' }, zones, 'muted')).toBe('You speak to everybody, but your microphone is muted.');
    expect(mySpeechWords({ kind: 'conveners' }, zones, 'trouble')).toBe('You speak to all who bring topics, but you are not heard.');
  });

  it('say to the others who speaks', () => {
    expect(speaksWords('Hege', { kind: 'everybody' }, zones)).toBe('Hege speaks to all');
    expect(speaksWords('Hege', { kind: 'zone', zone: 0 as ZoneId }, zones)).toBe('Hege speaks to all in Stage');
  });
});

describe('what plays', () => {
  const zones = [{ name: 'Stage' }];
  it('is named for what it is', () => {
    expect(playsWords('sound', true, 'Pausemusikk', { kind: 'everybody' }, zones)).toBe('Playing now: Pausemusikk');
    expect(playsWords('sound', false, 'Opening', { kind: 'zone', zone: 0 as ZoneId }, zones)).toBe('Playing to all in Stage: Opening');
    expect(playsWords('stream', false, 'Studio 2', { kind: 'everybody' }, zones)).toBe('Live to all: Studio 2');
    expect(playsWords('person', false, 'Hege', { kind: 'everybody' }, zones)).toBe('Hege speaks to all');
  });

  it('is addressed as the API names it', () => {
    expect(addressedParameter({ kind: 'everybody' }, zones)).toBe('everybody');
    expect(addressedParameter({ kind: 'zone', zone: 0 as ZoneId }, zones)).toBe('zone:Stage');
  });
});

describe('the right', () => {
  it('to steer the talking piece is the hosts\', and at their own table who facilitates it or brings its topic', () => {
    expect([movesPiece('co_host', false, false), movesPiece('facilitator', true, false), movesPiece('participant', true, true)])
      .toEqual([true, true, true]);
    expect([movesPiece('facilitator', false, false), movesPiece('participant', true, false)]).toEqual([false, false]);
    expect([callsPlenum('co_host'), callsPlenum('facilitator')]).toEqual([true, false]);
  });

  it('to speak to all and to lend the word is the hosts\'', () => {
    expect((['host', 'co_host', 'facilitator', 'helper', 'participant'] as const).map((role) => [speaksToAll(role), lendsWord(role)]))
      .toEqual([[true, true], [true, true], [false, false], [false, false], [false, false]]);
  });

  it('to keep it out of a closed table is the hosts\', and at their own table who facilitates it or brings its topic', () => {
    expect(keepsOut('host', false, false)).toBe(true);
    expect([keepsOut('facilitator', true, false), keepsOut('facilitator', false, false)]).toEqual([true, false]);
    expect([keepsOut('participant', true, true), keepsOut('participant', false, true), keepsOut('participant', true, false)])
      .toEqual([true, false, false]);
  });
});

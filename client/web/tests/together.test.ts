/** The talking piece passed on, and the countdown to the plenum. */
import { describe, expect, it } from 'vitest';
import type {
  ParticipantId, ParticipantKind, ParticipantView, SeatIndex, TableId, TimeMs, Welcome, ZoneId,
} from '../src/wire/types';
import { loudness } from '../src/sound/loudness';
import { circleOf, isHushed, nextInCircle } from '../src/world/piece';
import { isSameCall, plenumZone, secondsUntil } from '../src/world/plenum';
import { SquareWorld } from '../src/world/world';
import { serverMessages } from './fixtures';

const welcome = serverMessages.messages.find(({ type }) => type === 'welcome') as unknown as Welcome;
const [ANN, BO, DAG, EVA] = [1, 2, 3, 4] as ParticipantId[] as [ParticipantId, ParticipantId, ParticipantId, ParticipantId];
const OAK = 0 as TableId;

function seated(id: ParticipantId, seat: number, more: Partial<ParticipantView> = {}): ParticipantView {
  const at = { x: 7, y: 8 };
  return {
    id, name: `P${id}`, kind: 'person', role: 'participant', microphone: 'on', presence: 'here',
    place: { on: 'seat', table: OAK, seat: seat as SeatIndex }, motion: { from: at, to: at, departed: 0 as TimeMs, speed_mm_s: 0 }, ...more,
  };
}

/** Ann on seat 0, Bo on 2, Dag on 3, Eva on 5. */
function circle(holder: ParticipantId | null, more: ParticipantView[] = [], kinds: Partial<Record<number, ParticipantKind>> = {}): SquareWorld {
  const people = ([[ANN, 0], [BO, 2], [DAG, 3], [EVA, 5]] as const).map(([id, seat]) => seated(id, seat, { kind: kinds[id] ?? 'person' }));
  const participants = [...people.filter(({ id }) => !more.some((other) => other.id === id)), ...more];
  return new SquareWorld({ ...welcome, you: ANN, participants, broadcasts: [], pieces: [{ table: OAK, holder }] }, () => 0);
}

describe('the talking piece', () => {
  it('goes on by seat, clockwise, and round', () => {
    const square = circle(ANN);
    const order = [ANN, BO, DAG, EVA].map((who) => nextInCircle(square, OAK, who));
    expect(order).toEqual([BO, DAG, EVA, ANN]);
  });

  it('passes over who can\'t speak, and whose line is broken', () => {
    expect(nextInCircle(circle(ANN, [], { [BO]: 'listener' }), OAK, ANN)).toBe(DAG);
    const square = circle(ANN, [seated(BO, 2, { presence: 'away' })]);
    expect(nextInCircle(square, OAK, ANN)).toBe(DAG);
    expect(circleOf(square, OAK)).toEqual([ANN, DAG, EVA]);
  });

  it('goes nowhere where nobody else sits, and from nobody who is not there', () => {
    const alone = circle(ANN, [BO, DAG, EVA].map((id) => seated(id, 0, { place: { on: 'square' } })));
    expect(nextInCircle(alone, OAK, ANN)).toBeNull();
    expect(nextInCircle(circle(ANN), OAK, 99 as ParticipantId)).toBeNull();
  });

  it('hushes all at the table but its holder', () => {
    expect([ANN, BO, DAG].map((who) => isHushed(circle(ANN), who))).toEqual([false, true, true]);
    expect([ANN, BO].map((who) => isHushed(circle(null), who))).toEqual([true, true]);
  });

  it('hushes who is rising, and nobody elsewhere', () => {
    const square = circle(ANN, [seated(BO, 0, { place: { on: 'rising', table: OAK } }), seated(DAG, 0, { place: { on: 'square' } })]);
    expect([isHushed(square, BO), isHushed(square, DAG)]).toEqual([true, false]);
  });

  it('hushes nobody who speaks over everything', () => {
    const square = circle(ANN);
    square.apply({ type: 'broadcasts_changed', broadcasts: [{ speaker: BO, to: { kind: 'everybody' }, background: false }] });
    expect([isHushed(square, BO), isHushed(square, DAG)]).toEqual([false, true]);
  });

  it('makes who is hushed silent for who sits with them, and the holder loud', () => {
    const square = circle(DAG);
    expect([loudness(square, BO), loudness(square, DAG)]).toEqual([0, 1]);
    square.apply({ type: 'pieces_changed', pieces: [{ table: OAK, holder: BO }] });
    expect([loudness(square, BO), loudness(square, DAG)]).toEqual([1, 0]);
  });

  it('hushes nobody any more when it is put away', () => {
    const square = circle(ANN);
    square.apply({ type: 'pieces_changed', pieces: [] });
    expect(isHushed(square, BO)).toBe(false);
  });
});

describe('the call to the plenum', () => {
  const call = { by: ANN, zone: 0 as ZoneId, at: 10_000 as TimeMs, declined: 0 };

  it('counts whole seconds down, and never below nothing', () => {
    const at = [0, 1, 1_000, 9_001, 9_999, 10_000, 10_700].map((now) => secondsUntil(call, now as TimeMs));
    expect(at).toEqual([10, 10, 9, 1, 1, 0, 0]);
  });

  it('is the same one while people decline, and another when somebody calls anew', () => {
    expect(isSameCall(call, { ...call, declined: 4 })).toBe(true);
    expect(isSameCall(call, { ...call, at: 12_000 as TimeMs })).toBe(false);
    expect([isSameCall(call, null), isSameCall(null, null)]).toEqual([false, true]);
  });

  it('leads to the stage, else to the foyer, else to the middle', () => {
    const [stage, foyer, quiet] = [{ kind: 'stage' }, { kind: 'foyer' }, { kind: 'quiet' }] as const;
    expect([plenumZone([quiet, foyer, stage]), plenumZone([quiet, foyer]), plenumZone([quiet])]).toEqual([2, 1, null]);
  });
});

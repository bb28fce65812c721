import { describe, expect, it } from 'vitest';
import type {
  ParticipantId, ParticipantView, SeatIndex, TableId, TimeMs, VoiceLevel, Welcome,
} from '../src/wire/types';
import { isSpokenOver, loudness } from '../src/sound/loudness';
import { SILENT, SquareWorld } from '../src/world/world';
import { serverMessages } from './fixtures';

const welcome = serverMessages.messages.find(({ type }) => type === 'welcome') as unknown as Welcome;
const ANN = 101 as ParticipantId;
const BO = 102 as ParticipantId;
const START = 1_000_000 as TimeMs;

function standing(id: ParticipantId, x: number, y: number): ParticipantView {
  const place = { x, y };
  return {
    id, name: `P${id}`, role: 'participant', microphone: 'on', presence: 'here', place: { on: 'square' },
    motion: { from: place, to: place, departed: START, speed_mm_s: 0 },
  };
}

function world(now = { ms: 0 }): SquareWorld {
  const participants = [standing(ANN, 5, 5), standing(BO, 9, 5)];
  const audio_slots = new Array<ParticipantId | null>(8).fill(null);
  return new SquareWorld({ ...welcome, you: ANN, server_time: START, participants, audio_slots }, () => now.ms);
}

describe('the world', () => {
  it('knows how loud somebody is while they walk', () => {
    const now = { ms: 0 };
    const square = world(now);
    expect(square.gain(BO)).toBeCloseTo(0.5, 3);
    const segment = { from: { x: 9, y: 5 }, to: { x: 13, y: 5 }, departed: START, speed_mm_s: 2_000 };
    square.applyFrame({ kind: 'motion', records: [{ participant: BO, segment }] });
    now.ms = 1_000;
    expect(square.position(BO)?.x).toBeCloseTo(11, 3);
    now.ms = 9_000;
    expect(square.gain(BO)).toBeCloseTo(0.25, 3);
    expect(square.gain(ANN)).toBe(0);
    expect(square.gain(999 as ParticipantId)).toBe(0);
  });

  it('puts people on seats and behind walls', () => {
    const square = world();
    const closed = welcome.space.map.tables.findIndex(({ wall }) => wall === 'closed') as TableId;
    const place = { on: 'seat', table: closed, seat: 1 as SeatIndex } as const;
    square.apply({ type: 'place_changed', participant: BO, place });
    expect(square.tableOf(BO)).toBe(closed);
    expect(square.seats(closed).slice(0, 3)).toEqual([null, BO, null]);
    expect(square.gain(BO)).toBe(0);
    square.apply({ type: 'place_changed', participant: BO, place: { on: 'rising', table: closed } });
    expect(square.seats(closed)).not.toContain(BO);
    expect(square.gain(BO)).toBe(0);
  });

  it('hands out a new map of people at each change, and tells so', () => {
    const square = world();
    const told: string[] = [];
    const stop = square.on((part) => told.push(part));
    const before = square.people;
    square.apply({ type: 'renamed', participant: BO, name: 'Bodil' });
    expect(square.people).not.toBe(before);
    expect(square.people.get(BO)?.name).toBe('Bodil');
    expect(before.get(BO)?.name).toBe('P102');
    square.apply({ type: 'left', participant: BO });
    square.apply({ type: 'left', participant: BO });
    expect(square.position(BO)).toBeNull();
    stop();
    square.apply({ type: 'entered', participant: standing(BO, 1, 1) });
    expect(told).toEqual(['people', 'people']);
  });

  it('labels audio slots and ignores one it does not have', () => {
    const square = world();
    square.apply({ type: 'audio_slot', slot: 2 as never, speaker: BO });
    square.apply({ type: 'audio_slot', slot: 200 as never, speaker: BO });
    expect(square.audioSlots).toEqual([null, null, BO, null, null, null, null, null]);
  });

  it('keeps a level until the next, in place', () => {
    const square = world();
    const bo = square.people.get(BO);
    expect(bo?.level).toBe(SILENT);
    square.applyFrame({ kind: 'levels', records: [{ participant: BO, level: 30 as VoiceLevel }] });
    expect(bo?.level).toBe(30);
    square.applyFrame({ kind: 'levels', records: [{ participant: BO, level: SILENT }] });
    expect(bo?.level).toBe(SILENT);
  });

  it('knows who speaks over everything, to whom it comes, and who may', () => {
    const square = world();
    const told: string[] = [];
    square.on((part) => told.push(part));
    const broadcasts = [{ speaker: BO, to: { kind: 'everybody' } }] as const;
    square.apply({ type: 'broadcasts_changed', broadcasts: [...broadcasts] });
    square.apply({ type: 'spoken_to', speakers: [BO] });
    square.apply({ type: 'word_lent', participant: BO, lent: true });
    square.apply({ type: 'kept_out', tables: [1 as TableId] });
    expect(square.broadcasts).toEqual(broadcasts);
    expect([[...square.spokenTo], [...square.wordLent], [...square.keptOut]]).toEqual([[BO], [BO], [1]]);
    expect(told).toEqual(['speeches', 'speeches', 'speeches', 'kept_out']);
    square.apply({ type: 'word_lent', participant: BO, lent: false });
    square.apply({ type: 'spoken_to', speakers: [] });
    expect([square.wordLent.size, square.spokenTo.size]).toEqual([0, 0]);
    square.apply({ type: 'word_lent', participant: BO, lent: true });
    square.apply({ type: 'left', participant: BO });
    expect(square.wordLent.size).toBe(0);
  });

  it('begins with what the welcome tells of speeches and of listening', () => {
    const busy = serverMessages.messages.filter(({ type }) => type === 'welcome')
      .map((message) => message as unknown as Welcome).find(({ broadcasts }) => broadcasts.length > 0);
    if (busy === undefined) throw new Error('no golden welcome has broadcasts');
    const square = new SquareWorld(busy, () => 0);
    expect(square.broadcasts).toHaveLength(busy.broadcasts.length);
    expect([[...square.spokenTo], [...square.wordLent], [...square.keptOut]]).toEqual([busy.spoken_to, busy.word_lent, busy.kept_out]);
    expect(square.listening).toBe(busy.listening);
  });

  it('hears in full who speaks over everything, and ducks all else as long as they are not muted', () => {
    const square = world();
    const far = { from: { x: 60, y: 5 }, to: { x: 60, y: 5 }, departed: START, speed_mm_s: 0 };
    square.applyFrame({ kind: 'motion', records: [{ participant: BO, segment: far }] });
    expect([loudness(square, BO), isSpokenOver(square)]).toEqual([0, false]);
    square.apply({ type: 'spoken_to', speakers: [BO] });
    expect([loudness(square, BO), isSpokenOver(square)]).toEqual([1, true]);
    square.apply({ type: 'microphone_changed', participant: BO, microphone: 'muted' });
    expect(isSpokenOver(square)).toBe(false);
  });

  it('keeps the preset in force in the map', () => {
    const square = world();
    square.apply({ type: 'hearing_changed', preset: 'close' });
    expect([square.hearing, square.space.map.hearing]).toEqual(['close', 'close']);
  });
});

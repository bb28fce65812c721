import { describe, expect, it } from 'vitest';
import type {
  Broadcast, ParticipantId, ParticipantView, SeatIndex, TableId, TimeMs, VoiceLevel, Welcome,
} from '../src/wire/types';
import { isDucked, isSpokenOver, loudness } from '../src/sound/loudness';
import { SILENT, SquareWorld, type WorldMessage } from '../src/world/world';
import { serverMessages } from './fixtures';

const welcomes = serverMessages.messages.filter(({ type }) => type === 'welcome') as unknown as Welcome[];
const [welcome] = welcomes as [Welcome];
const ANN = 101 as ParticipantId;
const BO = 102 as ParticipantId;
const HEGE = 103 as ParticipantId;
const START = 1_000_000 as TimeMs;

function standing(id: ParticipantId, x: number, y: number): ParticipantView {
  const place = { x, y };
  return {
    id, name: `P${id}`, kind: 'person', role: 'participant', microphone: 'on', presence: 'here', place: { on: 'square' },
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
    const broadcasts = [{ speaker: BO, to: { kind: 'everybody' }, background: false }] as const;
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

  it('begins with what the welcome tells of pieces, plenum, passers-by and the bell, and follows what is told of them', () => {
    const busy = welcomes.find(({ pieces }) => pieces.length > 0);
    if (busy === undefined) throw new Error('no golden welcome has a talking piece');
    const square = new SquareWorld(busy, () => 0);
    expect([...square.pieces]).toEqual(busy.pieces.map(({ table, holder }) => [table, holder]));
    expect([square.plenum, square.bellSound]).toEqual([busy.plenum, busy.bell_sound]);
    expect([...square.letListen]).toEqual(busy.let_listen);
    expect([...square.bumblebees]).toEqual(busy.bumblebees.map(({ participant, table }) => [participant, table]));
    expect([...square.people.values()].map(({ kind }) => kind)).toEqual(busy.participants.map(({ kind }) => kind));
    const told: string[] = [];
    square.on((part) => told.push(part));
    for (const message of serverMessages.messages) {
      if (['pieces_changed', 'plenum_changed', 'let_listen', 'bumblebee', 'bell_sound'].includes(message.type)) square.apply(message as WorldMessage);
    }
    expect([square.pieces.size, square.plenum, square.letListen.size, square.bumblebees.size]).toEqual([0, null, 0, 0]);
    expect(new Set(told)).toEqual(new Set(['pieces', 'plenum', 'passing', 'bell']));
  });

  it('hears a table 6 dB better through its wall for who listens in passing, until they leave', () => {
    const square = world();
    const open = welcome.space.map.tables.findIndex(({ wall }) => wall === 'open') as TableId;
    square.apply({ type: 'place_changed', participant: BO, place: { on: 'seat', table: open, seat: 0 as SeatIndex } });
    const before = square.gain(BO);
    square.apply({ type: 'bumblebee', participant: ANN, table: open });
    expect(20 * Math.log10(square.gain(BO) / before)).toBeCloseTo(6);
    square.apply({ type: 'bumblebee', participant: ANN, table: null });
    expect(square.gain(BO)).toBe(before);
    square.apply({ type: 'bumblebee', participant: BO, table: open });
    square.apply({ type: 'left', participant: BO });
    expect(square.bumblebees.size).toBe(0);
  });

  it('hears in full what plays in the background, ducks nothing for it, and ducks it under who speaks to all', () => {
    const square = world();
    const broadcasts = [{ speaker: BO, to: { kind: 'everybody' }, background: true }] as Broadcast[];
    square.apply({ type: 'broadcasts_changed', broadcasts });
    square.apply({ type: 'spoken_to', speakers: [BO] });
    expect([loudness(square, BO), isSpokenOver(square), isDucked(square, BO)]).toEqual([1, false, false]);
    square.apply({ type: 'entered', participant: standing(HEGE, 60, 5) });
    square.apply({ type: 'broadcasts_changed', broadcasts: [...broadcasts, { speaker: HEGE, to: { kind: 'everybody' }, background: false }] });
    square.apply({ type: 'spoken_to', speakers: [BO, HEGE] });
    expect([isSpokenOver(square), isDucked(square, BO), isDucked(square, HEGE)]).toEqual([true, true, false]);
    square.apply({ type: 'microphone_changed', participant: HEGE, microphone: 'muted' });
    expect(isDucked(square, BO)).toBe(false);
  });

  it('keeps the preset in force in the map', () => {
    const square = world();
    square.apply({ type: 'hearing_changed', preset: 'close' });
    expect([square.hearing, square.space.map.hearing]).toEqual(['close', 'close']);
  });
});

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { AudioOutput } from '../src/sound/context';
import { Ear } from '../src/sound/ear';
import type { Arriving } from '../src/sound/peer';
import type { AudioSlotIndex, ParticipantId, ParticipantView, TimeMs, Welcome } from '../src/wire/types';
import { SquareWorld } from '../src/world/world';
import { FakeNode, gainFrom, stubAudio } from './fake_audio';
import { serverMessages } from './fixtures';

const welcome = serverMessages.messages.find(({ type }) => type === 'welcome') as unknown as Welcome;
const [ANN, BO, HEGE] = [101, 102, 103] as ParticipantId[] as [ParticipantId, ParticipantId, ParticipantId];
const [DUCKED, BED] = [10 ** (-12 / 20), 8];
/** What the limiter is evened out by, on the way of all sound. */
const EVENED = 10 ** (-0.6 * 3 * (1 - 1 / 20) / 20);

function standing(id: ParticipantId, x: number): ParticipantView {
  const place = { x, y: 5 };
  return {
    id, name: `P${id}`, kind: 'person', role: 'participant', microphone: 'on', presence: 'here', place: { on: 'square' },
    motion: { from: place, to: place, departed: 0 as TimeMs, speed_mm_s: 0 },
  };
}

/** Ann's ear: Bo is four metres away in slot 0, Hege far off in slot 1. Each slot plays whom its label names. */
function listen() {
  const context = stubAudio();
  const audio_slots = [BO, HEGE, ...new Array<null>(6).fill(null)];
  const participants = [standing(ANN, 5), standing(BO, 9), standing(HEGE, 60)];
  const world = new SquareWorld({ ...welcome, you: ANN, participants, audio_slots }, () => performance.now());
  const ear = new Ear({ context } as unknown as AudioOutput, () => 1);
  const arriving = {
    slots: audio_slots.map((_, slot) => ({
      track: {}, played: () => ({ speaker: world.audioSlots[slot], timestamp_ms: performance.now() }),
    })),
    bed: {},
  } as unknown as Arriving;
  ear.start();
  ear.attach(arriving);
  ear.setMurmur(50);
  ear.enter(world);
  vi.advanceTimersByTime(200);
  const gain = (source: number): number => gainFrom(context.sources[source] as FakeNode) / EVENED;
  return { ear, world, gain, context };
}

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('the ear', () => {
  it('plays near voices by the law, and the murmur by the slider', () => {
    const { ear, gain } = listen();
    expect([gain(0), gain(1), gain(BED)].map((one) => Number(one.toFixed(3)))).toEqual([0.5, 0, 0.25]);
    ear.setMurmur(0);
    expect(gain(BED)).toBe(0);
  });

  it('plays in full and from straight ahead who speaks over everything, and all else 12 dB quieter', () => {
    const { world, gain } = listen();
    world.apply({ type: 'spoken_to', speakers: [HEGE] });
    expect(gain(1)).toBeCloseTo(1);
    expect(gain(0)).toBeCloseTo(0.5 * DUCKED);
    expect(gain(BED)).toBeCloseTo(0.25 * DUCKED);
    world.apply({ type: 'microphone_changed', participant: HEGE, microphone: 'muted' });
    expect([gain(0), gain(BED)].map((one) => Number(one.toFixed(3)))).toEqual([0.5, 0.25]);
    world.apply({ type: 'microphone_changed', participant: HEGE, microphone: 'on' });
    world.apply({ type: 'spoken_to', speakers: [] });
    expect([gain(0), gain(1), gain(BED)].map((one) => Number(one.toFixed(3)))).toEqual([0.5, 0, 0.25]);
  });

  it('plays what is in the background in full and from ahead, quieter only while somebody speaks to all', () => {
    const { world, gain, context } = listen();
    const broadcast = (speaker: ParticipantId, background: boolean) => ({ speaker, to: { kind: 'everybody' as const }, background });
    world.apply({ type: 'broadcasts_changed', broadcasts: [broadcast(HEGE, true)] });
    world.apply({ type: 'spoken_to', speakers: [HEGE] });
    expect([gain(0), gain(1), gain(BED)].map((one) => Number(one.toFixed(3)))).toEqual([0.5, 1, 0.25]);
    const panner = context.sources[1]?.outputs[0]?.outputs[0]?.outputs[0];
    expect([panner?.positionX.value, panner?.positionZ.value]).toEqual([0, -1]);
    world.apply({ type: 'broadcasts_changed', broadcasts: [broadcast(HEGE, true), broadcast(BO, false)] });
    world.apply({ type: 'spoken_to', speakers: [BO, HEGE] });
    expect(gain(0)).toBeCloseTo(1);
    expect(gain(1)).toBeCloseTo(DUCKED);
    expect(gain(BED)).toBeCloseTo(0.25 * DUCKED);
  });

  it('turns who speaks over everything to the front, and back to where they stand', () => {
    const { world, context } = listen();
    const panner = context.sources[0]?.outputs[0]?.outputs[0]?.outputs[0];
    expect(panner?.positionX.value).toBeCloseTo(0.99, 2);
    world.apply({ type: 'spoken_to', speakers: [BO] });
    expect([panner?.positionX.value, panner?.positionZ.value]).toEqual([0, -1]);
    world.apply({ type: 'spoken_to', speakers: [] });
    expect(panner?.positionX.value).toBeCloseTo(0.99, 2);
  });

  it('goes down for a speech fast, comes back slowly, and jumps never', () => {
    const { world, context } = listen();
    const duck = context.sources[0]?.outputs[0]?.outputs[0];
    world.apply({ type: 'spoken_to', speakers: [HEGE] });
    const down_s = duck?.gain.constant_s ?? 0;
    world.apply({ type: 'spoken_to', speakers: [] });
    expect(down_s).toBeGreaterThan(0.02);
    expect(duck?.gain.constant_s).toBeGreaterThan(2 * down_s);
  });

  it('plays one stream as it comes, once the slots are empty, and no slot beside it', () => {
    const { ear, world, gain } = listen();
    ear.turn('mixed', 40);
    vi.advanceTimersByTime(250);
    expect([gain(0), gain(BED), ear.played]).toEqual([expect.closeTo(0.5, 3), 0.25, 'forwarded']);
    for (const slot of [0, 1]) world.apply({ type: 'audio_slot', slot: slot as AudioSlotIndex, speaker: null });
    expect([gain(0), gain(BED), ear.played]).toEqual([0, 1, 'mixed']);
    world.apply({ type: 'spoken_to', speakers: [HEGE] });
    expect(gain(BED)).toBe(1);
  });

  it('goes on with the stream until the slots play their speakers', () => {
    const { ear, world, gain } = listen();
    ear.turn('mixed', 40);
    for (const slot of [0, 1]) world.apply({ type: 'audio_slot', slot: slot as AudioSlotIndex, speaker: null });
    vi.advanceTimersByTime(500);
    ear.turn('forwarded', 40);
    vi.advanceTimersByTime(50);
    expect(gain(BED)).toBe(1);
    world.apply({ type: 'audio_slot', slot: 0 as AudioSlotIndex, speaker: BO });
    vi.advanceTimersByTime(60);
    expect([gain(0), gain(BED)]).toEqual([expect.closeTo(0.5, 3), 0.25]);
  });

  it('plays nothing when the session is over', () => {
    const { ear, context } = listen();
    ear.leave();
    expect(context.sources.every(({ outputs }) => outputs.length === 0)).toBe(true);
  });
});

import { describe, expect, it } from 'vitest';
import {
  heardBadge, hearingBadge, Lasting, Stillness, type HeardFacts, type HearingFacts, type SlotFacts,
} from '../src/sound/badge';

const allIsWell: HeardFacts = {
  line: 'up', microphone: 'on', muted: false, systemMuted: false, open_ms: 60_000, unsent_ms: 20, silent_ms: 0,
  speaking_ms: 0, piece: null, server: { listeners: 3, inEarshot: 4, uplink: 'flowing' },
};

const nobodyReceives = { listeners: 0, inEarshot: 4, uplink: 'flowing' } as const;

describe('whether I am heard', () => {
  it.each<[string, Partial<HeardFacts>, ReturnType<typeof heardBadge>]>([
    ['by those the server sends me to', {}, { kind: 'heard', by: 3 }],
    ['by who is near, while I pause', { server: nobodyReceives }, { kind: 'heard', by: 4 }],
    ['not yet', { line: 'connecting' }, { kind: 'connecting' }],
    ['not without a line', { line: 'lost', muted: true }, { kind: 'connection_lost' }],
    ['not without a microphone', { microphone: 'denied', muted: true }, { kind: 'no_microphone' }],
    ['not before the browser was asked', { microphone: 'asking' }, { kind: 'no_microphone' }],
    ['not while muted', { muted: true, systemMuted: true }, { kind: 'muted' }],
    ['not while the headset mutes', { systemMuted: true, unsent_ms: 9_000 }, { kind: 'system_muted' }],
    ['not once unplugged', { microphone: 'ended', systemMuted: true }, { kind: 'system_muted' }],
    ['not when nothing leaves', { unsent_ms: 1_600 }, { kind: 'no_packets' }],
    ['perhaps, right after unmuting', { open_ms: 300, unsent_ms: 9_000 }, { kind: 'heard', by: 3 }],
    ['not when nothing arrives', { server: { ...nobodyReceives, uplink: 'no_packets' } }, { kind: 'no_packets' }],
    ['perhaps, before the server can have noticed',
      { open_ms: 1_000, server: { ...nobodyReceives, uplink: 'no_packets' } }, { kind: 'heard', by: 4 }],
    ['not by a dead microphone', { silent_ms: 5_500 }, { kind: 'silent' }],
    ['by nobody far from all', { server: { listeners: 0, inEarshot: 0, uplink: 'flowing' } }, { kind: 'nobody_near' }],
    ['by nobody as far as I know', { server: null }, { kind: 'nobody_near' }],
    ['not before the talking piece comes to me', { piece: { holder: 'Ann' } }, { kind: 'piece', holder: 'Ann', speaking: false }],
    ['not while the piece lies in the middle', { piece: { holder: null }, server: nobodyReceives },
      { kind: 'piece', holder: null, speaking: false }],
    ['not though I speak, without the piece', { piece: { holder: 'Ann' }, speaking_ms: 1_500 },
      { kind: 'piece', holder: 'Ann', speaking: true }],
    ['not for a cough, without the piece', { piece: { holder: 'Ann' }, speaking_ms: 400 },
      { kind: 'piece', holder: 'Ann', speaking: false }],
    ['not by unmuting, without the piece', { piece: { holder: 'Ann' }, muted: true, speaking_ms: 1_500 },
      { kind: 'piece', holder: 'Ann', speaking: false }],
    ['not when it is my turn either, by a dead microphone', { piece: { holder: 'Ann' }, silent_ms: 5_500 }, { kind: 'silent' }],
    ['not without a microphone, whoever holds the piece', { piece: { holder: 'Ann' }, microphone: 'denied' }, { kind: 'no_microphone' }],
    ['by none of those near', { speaking_ms: 3_000, server: nobodyReceives }, { kind: 'not_received' }],
  ])('%s', (_, changed, badge) => {
    expect(heardBadge({ ...allIsWell, ...changed })).toEqual(badge);
  });
});

const voice: SlotFacts = { gain: 0.5, speaking_ms: 0, unreceived_ms: 0 };
const hearing: HearingFacts = { line: 'up', running: true, slots: [voice, { ...voice, gain: 0 }] };

describe('whether I hear', () => {
  it.each<[string, Partial<HearingFacts>, ReturnType<typeof hearingBadge>]>([
    ['those near me', {}, { kind: 'hearing', people: 1 }],
    ['not yet', { line: 'connecting' }, { kind: 'connecting' }],
    ['not without a line', { line: 'lost', running: false }, { kind: 'connection_lost' }],
    ['not until a click', { running: false }, { kind: 'suspended' }],
    ['nobody where nobody is', { slots: [] }, { kind: 'quiet' }],
    ['not who speaks and does not arrive', { slots: [{ ...voice, speaking_ms: 2_000, unreceived_ms: 2_000 }] },
      { kind: 'nothing_arrives' }],
    ['who pauses, as soon as they go on', { slots: [{ ...voice, unreceived_ms: 9_000 }] },
      { kind: 'hearing', people: 1 }],
    ['who is too far to be missed', { slots: [{ gain: 0.001, speaking_ms: 2_000, unreceived_ms: 2_000 }] },
      { kind: 'hearing', people: 1 }],
  ])('%s', (_, changed, badge) => {
    expect(hearingBadge({ ...hearing, ...changed })).toEqual(badge);
  });
});

describe('since when', () => {
  it('something lasts, short gaps forgiven', () => {
    const speaking = new Lasting(1_000);
    expect(speaking.look(0, true)).toBe(0);
    expect(speaking.look(500, false)).toBe(500);
    expect(speaking.look(900, true)).toBe(900);
    expect(speaking.look(2_000, false)).toBe(0);
    expect(speaking.look(2_100, true)).toBe(0);
  });

  it('a counter stands still', () => {
    const sent = new Stillness();
    expect(sent.look(100, 7)).toBe(0);
    expect(sent.look(1_100, 7)).toBe(1_000);
    expect(sent.look(1_200, 8)).toBe(0);
    expect(sent.look(1_300, 0)).toBe(0);
  });
});

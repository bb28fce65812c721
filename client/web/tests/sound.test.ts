import { describe, expect, it } from 'vitest';
import { meterScale } from '../src/sound/meter';
import { retryAfter_ms } from '../src/sound/media';
import { failureOf } from '../src/sound/microphone';
import { wishForStereo } from '../src/sound/sdp';
import { volumesIn } from '../src/sound/sound';
import type { Person } from '../src/app/ports';
import type { ParticipantId } from '../src/wire/types';

const OFFER = [
  'v=0', 'm=audio 9 UDP/TLS/RTP/SAVPF 111 63', 'a=rtpmap:111 opus/48000/2', 'a=fmtp:111 minptime=10;useinbandfec=1',
  'a=rtpmap:63 red/48000/2', 'a=fmtp:63 111/111', 'm=audio 9 UDP/TLS/RTP/SAVPF 111', 'a=rtpmap:111 opus/48000/2',
  'a=fmtp:111 minptime=10; stereo=0', '',
].join('\r\n');

describe('our offer', () => {
  it('asks for stereo, correction and silence on every line of Opus and on no other', () => {
    const lines = wishForStereo(OFFER).split('\r\n').filter((line) => line.startsWith('a=fmtp'));
    expect(lines).toEqual([
      'a=fmtp:111 minptime=10;useinbandfec=1;stereo=1;usedtx=1',
      'a=fmtp:63 111/111',
      'a=fmtp:111 minptime=10;stereo=1;useinbandfec=1;usedtx=1',
    ]);
    expect(wishForStereo(wishForStereo(OFFER))).toBe(wishForStereo(OFFER));
  });
});

describe('a microphone that cannot be had', () => {
  it.each([
    ['NotAllowedError', 'denied'], ['SecurityError', 'denied'], ['NotFoundError', 'missing'],
    ['NotReadableError', 'busy'], ['AbortError', 'busy'], ['OverconstrainedError', 'missing'],
  ] as const)('%s means %s', (name, state) => {
    expect(failureOf(new DOMException('', name))).toBe(state);
    expect(failureOf({ name })).toBe(state);
  });

  it('is missing when the browser says nothing we know', () => {
    expect(failureOf(undefined)).toBe('missing');
  });
});

describe('a meter', () => {
  it('is straight in decibels over 60 dB', () => {
    expect([0, 0.0001, 0.001, 1, 2].map(meterScale)).toEqual([0, 0, 0, 1, 1]);
    expect(meterScale(10 ** (-30 / 20))).toBeCloseTo(0.5);
  });
});

describe('a peer connection that fails', () => {
  it('is made again, ever more slowly', () => {
    expect([0, 1, 2, 3, 4, 5, 50].map(retryAfter_ms)).toEqual([0, 1_000, 2_000, 4_000, 8_000, 8_000, 8_000]);
  });
});

describe('the volume of a person', () => {
  const people = (...names: string[]) =>
    ({ people: new Map(names.map((name, id) => [id as ParticipantId, { id, name } as Person])) });

  it('stays with the person when ids begin anew', () => {
    const before = people('Ann', 'Bo', 'Cem', 'Bo');
    const volumes = new Map([[0, 0.5], [1, 0.2], [2, 2]] as [ParticipantId, number][]);
    expect([...volumesIn(before, volumes, before)]).toEqual([...volumes]);
    expect([...volumesIn(people('Cem', 'Ann', 'Bo', 'Bo'), volumes, before)]).toEqual([[1, 0.5], [0, 2]]);
  });
});

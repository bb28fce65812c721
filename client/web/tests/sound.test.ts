import { describe, expect, it } from 'vitest';
import { meterScale } from '../src/sound/meter';
import { retryAfter_ms } from '../src/sound/media';
import { failureOf } from '../src/sound/microphone';
import { wishForStereo } from '../src/sound/sdp';
import { Volumes } from '../src/sound/volumes';
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
  const heard = (volumes: Volumes, count: number) =>
    Array.from({ length: count }, (_, id) => volumes.of(id as ParticipantId));

  it('stays with the person when ids begin anew and people come back one by one', () => {
    const volumes = new Volumes();
    volumes.enter(people('Ann', 'Bo', 'Cem'));
    volumes.set(1 as ParticipantId, 0.2);
    volumes.set(2 as ParticipantId, 2);
    volumes.enter(people('Ann', 'Bo', 'Cem'));
    expect(heard(volumes, 3)).toEqual([1, 0.2, 2]);
    volumes.enter(people('Cem'));
    expect(heard(volumes, 2)).toEqual([2, 1]);
    volumes.enter(people('Cem', 'Dag', 'Ann', 'Bo'));
    expect(heard(volumes, 4)).toEqual([2, 1, 1, 0.2]);
    volumes.set(3 as ParticipantId, 1.5);
    expect(heard(volumes, 4)).toEqual([2, 1, 1, 1.5]);
  });
});

/**
 * The honest badges: from what is known to what is said. Pure, so that every reason can be tried; the trackers
 * beside them turn counters into "since when".
 */
import type { HeardBadge, HearingBadge, MicrophoneState } from '../app/ports';
import type { Uplink } from '../wire/types';

/**
 * Sound counts as stopped after this long without a packet, ms. Opus with DTX sends one every 400 ms; with the
 * time between two looks, the badge turns within 2 s.
 */
export const STOPPED_MS = 1_100;

/** What the server tells of our uplink may be this old, ms: it looks back 1.5 s and tells twice a second. */
export const SERVER_LAG_MS = 2_000;

/** How long a peer connection may take before it counts as not coming, ms. */
export const CONNECTING_MS_MAX = 4_000;

/** How long a microphone may give nothing at all before we say so, ms. */
export const SILENT_MS = 5_000;

/** How long somebody speaks before we tell them that another one holds the talking piece, ms: a cough is no speech. */
export const HUSHED_SPEAKING_MS = 700;

/** How long somebody speaks before we wonder that nothing comes of it, ms. */
export const SPEAKING_MS = 2_500;

/** How the line to the server stands: the control channel and the peer connection together. */
export type Line = 'connecting' | 'up' | 'lost';

/** What is known of being heard. */
export interface HeardFacts {
  readonly line: Line;
  readonly microphone: MicrophoneState;
  readonly muted: boolean;
  readonly systemMuted: boolean;
  /** How long sound should have been leaving, ms: since unmuting, or since the connection came up. */
  readonly open_ms: number;
  /** How long no packet has left, ms. */
  readonly unsent_ms: number;
  /** How long the microphone has given nothing at all, ms. */
  readonly silent_ms: number;
  /** How long I have been speaking, ms. */
  readonly speaking_ms: number;
  /** A talking piece that another one at my table holds, or nobody; null when I may speak. */
  readonly piece: { readonly holder: string | null } | null;
  /** What the server told. */
  readonly server: { readonly listeners: number; readonly inEarshot: number; readonly uplink: Uplink } | null;
}

/** Whether I am heard. */
export function heardBadge(facts: HeardFacts): HeardBadge {
  if (facts.line === 'connecting') return { kind: 'connecting' };
  if (facts.line === 'lost') return { kind: 'connection_lost' };
  if (facts.microphone !== 'on' && facts.microphone !== 'ended') return { kind: 'no_microphone' };
  // To unmute would not help who waits for the talking piece.
  if (facts.muted) return facts.piece === null ? { kind: 'muted' } : { kind: 'piece', ...facts.piece, speaking: false };
  if (facts.systemMuted) return { kind: 'system_muted' };
  if (facts.open_ms > STOPPED_MS && facts.unsent_ms > STOPPED_MS) return { kind: 'no_packets' };
  if (facts.open_ms > SERVER_LAG_MS && facts.server !== null && facts.server.uplink !== 'flowing') {
    return { kind: 'no_packets' };
  }
  if (facts.silent_ms > SILENT_MS) return { kind: 'silent' };
  // A microphone that is broken is told first: it can be mended before it is their turn.
  if (facts.piece !== null) return { kind: 'piece', ...facts.piece, speaking: facts.speaking_ms > HUSHED_SPEAKING_MS };
  if (facts.server === null || facts.server.inEarshot === 0) return { kind: 'nobody_near' };
  // Who pauses is sent to nobody, and would be heard all the same.
  if (facts.server.listeners > 0) return { kind: 'heard', by: facts.server.listeners };
  if (facts.speaking_ms > SPEAKING_MS) return { kind: 'not_received' };
  return { kind: 'heard', by: facts.server.inEarshot };
}

/** What is known of one audio slot that has a speaker. */
export interface SlotFacts {
  /** How loud the speaker is for me, all gains. */
  readonly gain: number;
  /** How long the speaker has been speaking, ms. */
  readonly speaking_ms: number;
  /** How long no packet has come, ms. */
  readonly unreceived_ms: number;
}

/** What is known of hearing. */
export interface HearingFacts {
  readonly line: Line;
  /** Whether the browser lets sound out. */
  readonly running: boolean;
  readonly slots: readonly SlotFacts[];
}

/** A gain below which nobody would notice that a voice is missing: 34 dB down. */
export const NOTICED_GAIN = 0.02;

/** Whether I hear. */
export function hearingBadge(facts: HearingFacts): HearingBadge {
  if (facts.line === 'connecting') return { kind: 'connecting' };
  if (facts.line === 'lost') return { kind: 'connection_lost' };
  if (!facts.running) return { kind: 'suspended' };
  const missing = facts.slots.some(({ gain, speaking_ms, unreceived_ms }) =>
    gain > NOTICED_GAIN && speaking_ms > STOPPED_MS && unreceived_ms > STOPPED_MS);
  if (missing) return { kind: 'nothing_arrives' };
  const people = facts.slots.filter(({ gain }) => gain > 0).length;
  return people === 0 ? { kind: 'quiet' } : { kind: 'hearing', people };
}

/** How long something has gone on, with short gaps forgiven. */
export class Lasting {
  #since_ms: number | null = null;
  #last_ms = 0;
  readonly #gap_ms: number;

  /** Gaps up to `gap_ms` don't end it. */
  constructor(gap_ms: number) {
    this.#gap_ms = gap_ms;
  }

  /** Says whether it goes on now; returns for how long it has, ms. */
  look(now_ms: number, on: boolean): number {
    if (on) {
      this.#since_ms ??= now_ms;
      this.#last_ms = now_ms;
    } else if (now_ms - this.#last_ms > this.#gap_ms) {
      this.#since_ms = null;
    }
    return this.#since_ms === null ? 0 : now_ms - this.#since_ms;
  }
}

/** How long a counter has stood still. */
export class Stillness {
  #count = -1;
  #grew_ms = 0;

  /** Takes the counter; returns how long it has not grown, ms. A counter that falls has begun anew. */
  look(now_ms: number, count: number): number {
    if (count !== this.#count) this.#grew_ms = now_ms;
    this.#count = count;
    return now_ms - this.#grew_ms;
  }
}

/** Whether two badges say the same. */
export function sameBadge(one: HeardBadge | HearingBadge, other: HeardBadge | HearingBadge): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

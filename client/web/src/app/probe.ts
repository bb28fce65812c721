/**
 * `window.torg`: what stories in a real browser assert on, and what somebody who helps with sound may read in
 * the console. It only reads, and only what the page shows or plays anyway: no token, no sending, no switches.
 *
 * ```js
 * torg.connection()   // as in ports.ts: { state: 'in' }, …
 * torg.people()       // [{ id, name, kind, x, y, table, microphone, presence, level, me }], metres, RFC 6464 levels
 * torg.slots()        // [{ slot, speaker, gain, rms }], one for each audio slot
 * torg.stream()       // { listening, choice, cause, played, murmur, gain, incoming, rms }: the bed, or the one stream
 * torg.speeches()     // { broadcasts, spokenTo, wordLent, keptOut, ducked }: who speaks over everything
 * torg.together()     // { pieces, plenum, letListen, bumblebees, bellSound }: what people do together
 * torg.agenda()       // { slots, topics, open, interests }, as the server told them
 * torg.output()       // { left, right }, linear RMS of what goes to the loudspeaker now
 * torg.badges()       // { heard: { kind, … }, hearing: { kind, … } }
 * torg.microphone()   // { state, muted, level }
 * torg.statistics()   // what flowed in the peer connection, see peer.ts; null without one
 * torg.media()        // 'connecting', 'up' or 'lost'
 * ```
 */
import type { PeerStatistics } from '../sound/peer';
import { isSpokenOver, loudness } from '../sound/loudness';
import type { AudioSlotIndex, Broadcast, Listening, Plenum, Slot, TopicCard } from '../wire/types';
import type { PageCore } from './core';
import type { Connection, HeardBadge, HearingBadge, ListeningChoice, MicrophoneState, StreamCause } from './ports';

/** Somebody, as the probe tells. */
export interface ProbedPerson {
  id: number;
  name: string;
  kind: string;
  x: number;
  y: number;
  table: number | null;
  microphone: string;
  presence: string;
  level: number;
  me: boolean;
}

/** An audio slot, as the probe tells. `gain` is before volumes and ducking, `rms` what is played after all gains. */
export interface ProbedSlot { slot: number; speaker: number | null; gain: number; rms: number }

/**
 * How sound comes. `listening` is what the server was asked for, `played` what is played by now; `gain` is the gain of the
 * bed's section without ducking, `incoming` and `rms` its level before and after all gains.
 */
export interface ProbedStream {
  listening: Listening;
  choice: ListeningChoice;
  cause: StreamCause | null;
  played: Listening;
  murmur: number;
  gain: number;
  incoming: number;
  rms: number;
}

/** Who speaks over everything, as the probe tells. */
export interface ProbedSpeeches {
  broadcasts: readonly Broadcast[];
  spokenTo: number[];
  wordLent: number[];
  keptOut: number[];
  /** Whether all else is quieter for me now. */
  ducked: boolean;
}

/** What people do together, as the probe tells: `pieces` as [table, holder], `bumblebees` as [participant, table]. */
export interface ProbedTogether {
  pieces: [number, number | null][];
  plenum: Plenum | null;
  letListen: number[];
  bumblebees: [number, number][];
  bellSound: boolean;
}

/** The marketplace, as the probe tells. `open` holds slots, `interests` the topics that I marked. */
export interface ProbedAgenda {
  slots: readonly Slot[];
  topics: TopicCard[];
  open: number[];
  interests: number[];
}

/** What `window.torg` offers. */
export interface Probe {
  connection(): Connection;
  people(): ProbedPerson[];
  slots(): ProbedSlot[];
  stream(): ProbedStream;
  speeches(): ProbedSpeeches;
  together(): ProbedTogether;
  agenda(): ProbedAgenda;
  output(): { left: number; right: number };
  badges(): { heard: HeardBadge; hearing: HearingBadge };
  microphone(): { state: MicrophoneState; muted: boolean; level: number };
  statistics(): PeerStatistics | null;
  media(): string;
}

declare global {
  interface Window { readonly torg?: Probe }
}

/** Puts the probe on the window. */
export function exposeProbe(core: PageCore): void {
  const probe: Probe = {
    connection: () => core.connection,
    people: () => people(core),
    slots: () => slots(core),
    stream: () => stream(core),
    speeches: () => speeches(core),
    together: () => together(core),
    agenda: () => agenda(core),
    output: () => {
      const [left, right] = core.insides.sides();
      return { left, right };
    },
    badges: () => ({ heard: core.sound.heard, hearing: core.sound.hearing }),
    microphone: () => {
      const { state, muted } = core.microphone;
      return { state, muted, level: core.microphone.level() };
    },
    statistics: () => core.insides.statistics,
    media: () => core.insides.media,
  };
  Object.defineProperty(window, 'torg', { value: Object.freeze(probe) });
}

function agenda({ world }: PageCore): ProbedAgenda {
  const { slots = [], topics = new Map<never, never>(), openSlots = [], interests = [] } = world?.agenda ?? {};
  return { slots, topics: [...topics.values()], open: [...openSlots], interests: [...interests] };
}

function stream({ sound, insides }: PageCore): ProbedStream {
  const { listening, listeningChoice: choice, streamCause: cause, murmur } = sound;
  return { listening, choice, cause, murmur, ...insides.bed() };
}

function speeches({ world }: PageCore): ProbedSpeeches {
  const { broadcasts = [], spokenTo = [], wordLent = [], keptOut = [] } = world ?? {};
  return {
    broadcasts, spokenTo: [...spokenTo], wordLent: [...wordLent], keptOut: [...keptOut],
    ducked: world !== null && isSpokenOver(world),
  };
}

function together({ world }: PageCore): ProbedTogether {
  return {
    pieces: [...world?.pieces ?? []], plenum: world?.plenum ?? null, letListen: [...world?.letListen ?? []],
    bumblebees: [...world?.bumblebees ?? []], bellSound: world?.bellSound ?? false,
  };
}

function people({ world }: PageCore): ProbedPerson[] {
  if (world === null) return [];
  return [...world.people.values()].map(({ id, name, kind, microphone, presence, level }) => {
    const { x, y } = world.position(id) ?? { x: Number.NaN, y: Number.NaN };
    return { id, name, kind, x, y, table: world.tableOf(id), microphone, presence, level, me: id === world.me };
  });
}

function slots({ world, sound }: PageCore): ProbedSlot[] {
  return (world?.audioSlots ?? []).map((speaker, slot) => ({
    slot,
    speaker,
    gain: speaker === null || world === null ? 0 : loudness(world, speaker),
    rms: sound.slotLevel(slot as AudioSlotIndex),
  }));
}

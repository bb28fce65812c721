/**
 * `window.torg`: what stories in a real browser assert on, and what somebody who helps with sound may read in
 * the console. It only reads, and only what the page shows or plays anyway: no token, no sending, no switches.
 *
 * ```js
 * torg.connection()   // as in ports.ts: { state: 'in' }, …
 * torg.people()       // [{ id, name, x, y, table, microphone, presence, level, me }], metres, RFC 6464 levels
 * torg.slots()        // [{ slot, speaker, gain, rms }], one for each audio slot
 * torg.agenda()       // { slots, topics, open, interests }, as the server told them
 * torg.output()       // { left, right }, linear RMS of what goes to the loudspeaker now
 * torg.badges()       // { heard: { kind, … }, hearing: { kind, … } }
 * torg.microphone()   // { state, muted, level }
 * torg.statistics()   // what flowed in the peer connection, see peer.ts; null without one
 * torg.media()        // 'connecting', 'up' or 'lost'
 * ```
 */
import type { PeerStatistics } from '../sound/peer';
import type { AudioSlotIndex, Slot, TopicCard } from '../wire/types';
import type { PageCore } from './core';
import type { Connection, HeardBadge, HearingBadge, MicrophoneState } from './ports';

/** Somebody, as the probe tells. */
export interface ProbedPerson {
  id: number;
  name: string;
  x: number;
  y: number;
  table: number | null;
  microphone: string;
  presence: string;
  level: number;
  me: boolean;
}

/** An audio slot, as the probe tells. `gain` is the hearing law's, `rms` what is played after all gains. */
export interface ProbedSlot { slot: number; speaker: number | null; gain: number; rms: number }

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

function people({ world }: PageCore): ProbedPerson[] {
  if (world === null) return [];
  return [...world.people.values()].map(({ id, name, microphone, presence, level }) => {
    const { x, y } = world.position(id) ?? { x: Number.NaN, y: Number.NaN };
    return { id, name, x, y, table: world.tableOf(id), microphone, presence, level, me: id === world.me };
  });
}

function slots({ world, sound }: PageCore): ProbedSlot[] {
  return (world?.audioSlots ?? []).map((speaker, slot) => ({
    slot,
    speaker,
    gain: speaker === null ? 0 : world?.gain(speaker) ?? 0,
    rms: sound.slotLevel(slot as AudioSlotIndex),
  }));
}

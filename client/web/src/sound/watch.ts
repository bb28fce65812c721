/** Gathers the facts for the badges, twice a second. */
import type { HeardBadge, HearingBadge, World } from '../app/ports';
import { AUDIO_SLOTS, type Listening, type ParticipantId } from '../wire/types';
import { heardBadge, hearingBadge, Lasting, NOTICED_GAIN, Stillness, type Line, type SlotFacts } from './badge';
import { isHushed } from '../world/piece';
import { loudness } from './loudness';
import type { PageMicrophone } from './microphone';
import type { PeerStatistics } from './peer';

/** A peak below this is no sound: less than one step of 16-bit samples. */
const NO_SOUND_PEAK = 1 / 32_768;

/** A peak of the own microphone from which it is speech, about -34 dB. */
const SPEECH_PEAK = 0.02;

/** A level of others from which it is speech: -50 dBov and louder. */
const SPEECH_LEVEL_MAX = 50;

/** Pauses between words and sentences don't end speaking, ms. */
const SPEECH_GAP_MS = 1_200;

/** What is looked at. */
export interface Sight {
  readonly now_ms: number;
  readonly line: Line;
  readonly world: World | null;
  readonly statistics: PeerStatistics | null;
  /** Whether the browser lets sound out. */
  readonly running: boolean;
  readonly volume: number;
  /** As what sound is played. */
  readonly played: Listening;
}

/** Looks again and again, and knows since when things are as they are. */
export class Watch {
  readonly #microphone: PageMicrophone;
  readonly #volumeOf: (who: ParticipantId) => number;
  readonly #open = new Lasting(0);
  readonly #sent = new Stillness();
  readonly #silent = new Lasting(0);
  readonly #speaking = new Lasting(SPEECH_GAP_MS);
  /** How long no talking piece has kept me silent. */
  readonly #unhushed = new Lasting(0);
  readonly #slots = Array.from({ length: AUDIO_SLOTS }, () => new Watched());
  readonly #stream = new Watched();

  constructor(microphone: PageMicrophone, volumeOf: (who: ParticipantId) => number) {
    this.#microphone = microphone;
    this.#volumeOf = volumeOf;
  }

  look(sight: Sight): { heard: HeardBadge; hearing: HearingBadge } {
    return {
      heard: this.#heard(sight),
      hearing: hearingBadge({ line: sight.line, running: sight.running, slots: this.#arrival(sight) }),
    };
  }

  #heard({ now_ms, line, world, statistics }: Sight): HeardBadge {
    const microphone = this.#microphone;
    const open = line === 'up' && microphone.sent !== null;
    const peak = open ? microphone.peak() : null;
    const speaking_ms = this.#speaking.look(now_ms, peak !== null && peak > SPEECH_PEAK);
    const isMeHushed = world !== null && isHushed(world, world.me);
    const unhushed_ms = this.#unhushed.look(now_ms, !isMeHushed);
    return heardBadge({
      line,
      microphone: microphone.state,
      muted: microphone.muted,
      systemMuted: microphone.systemMuted,
      open_ms: this.#open.look(now_ms, open),
      unsent_ms: this.#sent.look(now_ms, statistics?.packetsSent ?? 0),
      silent_ms: this.#silent.look(now_ms, peak !== null && peak < NO_SOUND_PEAK),
      // What was said while nobody was to hear it does not count as not received.
      speaking_ms: isMeHushed ? speaking_ms : Math.min(speaking_ms, unhushed_ms),
      piece: isMeHushed ? { holder: holderAt(world) } : null,
      server: world?.heard ?? null,
    });
  }

  #arrival(sight: Sight): SlotFacts[] {
    const slots = this.#slotFacts(sight);
    const stream = this.#streamFacts(sight);
    return sight.played === 'mixed' ? stream : slots;
  }

  /** One stream carries everybody near: when none of it comes while one of them speaks, all are missed. */
  #streamFacts({ now_ms, world, statistics, volume }: Sight): SlotFacts[] {
    const near = world === null ? [] : [...world.people.values()]
      .filter(({ id, microphone }) => id !== world.me && microphone === 'on' && !isHushed(world, id))
      .map(({ id, level }) => ({ gain: loudness(world, id) * volume, level }))
      .filter(({ gain }) => gain > 0);
    const speaks = near.some(({ gain, level }) => gain > NOTICED_GAIN && level <= SPEECH_LEVEL_MAX);
    const speaking_ms = this.#stream.speaking.look(now_ms, speaks);
    const unreceived_ms = this.#stream.received.look(now_ms, statistics?.bed.packetsReceived ?? 0);
    return near.map(({ gain }) => ({ gain, speaking_ms, unreceived_ms }));
  }

  #slotFacts({ now_ms, world, statistics, volume }: Sight): SlotFacts[] {
    return this.#slots.flatMap((slot, index) => {
      const speaker = world?.audioSlots[index] ?? null;
      const person = speaker === null ? undefined : world?.people.get(speaker);
      const speaks = person !== undefined && person.level <= SPEECH_LEVEL_MAX;
      const received = statistics?.slots[index]?.packetsReceived ?? 0;
      const speaking_ms = slot.speaking.look(now_ms, speaks);
      const unreceived_ms = slot.received.look(now_ms, received);
      // Who has muted, or waits for the talking piece, keeps the audio slot for a while and is not missed.
      if (world === null || speaker === null || person?.microphone !== 'on' || isHushed(world, speaker)) return [];
      const gain = loudness(world, speaker) * this.#volumeOf(speaker) * volume;
      return [{ gain, speaking_ms, unreceived_ms }];
    });
  }
}

/** The name of who holds the talking piece at my table; null while it lies in the middle. */
function holderAt(world: World): string | null {
  const table = world.tableOf(world.me);
  const holder = table === null ? null : world.pieces.get(table) ?? null;
  return holder === null ? null : world.people.get(holder)?.name ?? null;
}

/** One section in which sound comes. */
class Watched {
  readonly speaking = new Lasting(SPEECH_GAP_MS);
  readonly received = new Stillness();
}

/** The ear: eight audio slots and the bed, mixed, kept from overloading, and played. */
import type { World } from '../app/ports';
import { AUDIO_SLOTS, type AudioSlotIndex, type Listening, type ParticipantId } from '../wire/types';
import { Bed, murmurGain } from './bed';
import type { AudioOutput } from './context';
import { Handover } from './handover';
import { NOTHING_ARRIVES } from './media';
import { Meter } from './meter';
import type { Arriving } from './peer';
import { isDucked, isSpokenOver, loudness } from './loudness';
import { Slot, type Heard } from './slot';

/** How often gains follow, ms. */
const FOLLOW_MS = 50;

/** How often while a slot waits for its speaker's first sound, ms: what this misses is cut off the first word. */
const FOLLOW_WAITING_MS = 10;

/** Time constant of the overall volume, seconds. */
const VOLUME_RAMP_S = 0.02;

/** The head's transfer functions cost twice as much as plain panning: left to computers with cores to spare. */
const CORES_FOR_HRTF = 4;

/** Where the limiter begins, dB below full scale, and how hard it holds. */
const LIMITER = { threshold: -3, knee: 0, ratio: 20, attack: 0.002, release: 0.1 } as const;

/**
 * What the compressor of Web Audio adds by itself: it raises everything by the 0.6th power of what it takes from
 * a full-scale signal (Web Audio 1.1, "computing the makeup gain"). Taken back, so that a voice keeps its level.
 */
const LIMITER_MAKEUP_DB = 0.6 * (-LIMITER.threshold) * (1 - 1 / LIMITER.ratio);

/**
 * Whether this browser can place voices, and tell whose voice a slot plays: without it, only one stream that the server
 * has placed can be played.
 */
export function canPlaceVoices(): boolean {
  return typeof PannerNode === 'function' && 'positionX' in PannerNode.prototype
    && typeof RTCRtpReceiver === 'function' && 'getContributingSources' in RTCRtpReceiver.prototype;
}

/** Everything between the peer connection's tracks and the loudspeaker. */
export class Ear {
  readonly #output: AudioOutput;
  readonly #volumeOf: (who: ParticipantId) => number;
  #slots: readonly Slot[] = [];
  #bed: Bed | null = null;
  #arriving: Arriving = NOTHING_ARRIVES;
  #master: GainNode | null = null;
  #sides: readonly [Meter, Meter] | null = null;
  #volume = 1;
  #murmur = 0;
  #handover = new Handover('forwarded');
  #world: World | null = null;
  #unlisten: (() => void) | null = null;
  #timer: ReturnType<typeof setInterval> | null = null;
  #soon: ReturnType<typeof setTimeout> | null = null;

  constructor(output: AudioOutput, volumeOf: (who: ParticipantId) => number) {
    this.#output = output;
    this.#volumeOf = volumeOf;
  }

  /** Builds the graph. Call from a click, when the AudioContext may run. */
  start(): void {
    if (this.#master !== null) return;
    const { context } = this.#output;
    const master = new GainNode(context, { gain: this.#volume });
    const limiter = new DynamicsCompressorNode(context, LIMITER);
    const level = new GainNode(context, { gain: 10 ** (-LIMITER_MAKEUP_DB / 20) });
    master.connect(limiter).connect(level).connect(context.destination);
    const splitter = new ChannelSplitterNode(context, { numberOfOutputs: 2 });
    const sides = [new Meter(context), new Meter(context)] as const;
    level.connect(splitter);
    sides.forEach((meter, side) => splitter.connect(meter.node, side));
    const panningModel = navigator.hardwareConcurrency >= CORES_FOR_HRTF ? 'HRTF' : 'equalpower';
    if (canPlaceVoices()) this.#slots = Array.from({ length: AUDIO_SLOTS }, () => new Slot(context, master, panningModel));
    this.#bed = new Bed(context, master);
    this.#master = master;
    this.#sides = sides;
    this.attach(this.#arriving);
  }

  /** Plays what comes in another peer connection, by section; nothing plays nothing. */
  attach(arriving: Arriving): void {
    this.#arriving = arriving;
    this.#slots.forEach((slot, index) => slot.attach(arriving.slots[index] ?? null));
    this.#bed?.attach(arriving.bed);
  }

  /** Listens in another world. */
  enter(world: World): void {
    this.#unlisten?.();
    this.#timer ??= setInterval(() => this.follow(), FOLLOW_MS);
    this.#world = world;
    this.#handover = new Handover(world.listening);
    this.#unlisten = world.on((part) => {
      // A new label has to fade the old voice before the new one's first packet comes.
      if (part !== 'levels' && part !== 'heard') this.follow();
    });
    this.follow();
  }

  /** Nothing more to hear; what was built stays for the next time. */
  leave(): void {
    this.#unlisten?.();
    this.#unlisten = null;
    this.#world = null;
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    this.attach(NOTHING_ARRIVES);
    this.follow();
  }

  setVolume(volume: number): void {
    this.#volume = volume;
    const { context } = this.#output;
    this.#master?.gain.setTargetAtTime(volume, context.currentTime, VOLUME_RAMP_S);
  }

  /** How loud the murmur is, 0 to 100. In one stream, the server sees to it. */
  setMurmur(percent: number): void {
    this.#murmur = murmurGain(percent);
    this.follow();
  }

  /** The server was asked to send sound this way: what is played goes over when it comes. */
  turn(to: Listening, roundTrip_ms: number | null): void {
    this.#handover.turn(to, performance.now(), roundTrip_ms);
    this.follow();
  }

  /** Sets every slot and the bed as loud and where it should be now. */
  follow(): void {
    const world = this.#world;
    this.#slots.forEach((slot, index) => {
      slot.label(world?.audioSlots[index] ?? null);
      const hears = world !== null && slot.speaker !== null && this.#handover.slotsSound;
      slot.follow(hears ? this.#hear(world, slot.speaker) : null);
    });
    const played = this.#goOver();
    // What is in one stream is ducked in it already.
    if (world === null) this.#bed?.follow(0, false);
    else if (played === 'mixed') this.#bed?.follow(1, false);
    else this.#bed?.follow(this.#murmur, isSpokenOver(world));
    if (this.#soon === null && (this.#handover.underWay || this.#slots.some(({ waiting }) => waiting))) {
      this.#soon = setTimeout(() => {
        this.#soon = null;
        this.follow();
      }, FOLLOW_WAITING_MS);
    }
  }

  /** How sound is played at this moment. */
  get played(): Listening { return this.#handover.played; }

  /** Level of a slot after all gains, linear RMS. */
  slotLevel(slot: AudioSlotIndex): number {
    return (this.#slots[slot]?.rms() ?? 0) * this.#volume;
  }

  /** The bed, or the one stream: the gain that it has or goes to, and its level before and after all gains, linear RMS. */
  bed(): { gain: number; incoming: number; rms: number } {
    const bed = this.#bed;
    return bed === null ? { gain: 0, incoming: 0, rms: 0 }
      : { gain: bed.gain, incoming: bed.incoming(), rms: bed.rms() * this.#volume };
  }

  /** Level of what goes to the loudspeaker, linear RMS, left and right. */
  sides(): readonly [left: number, right: number] {
    return this.#sides === null ? [0, 0] : [this.#sides[0].rms(), this.#sides[1].rms()];
  }

  /** Looks how far the handover is, if one is under way; gives what is played. */
  #goOver(): Listening {
    if (!this.#handover.underWay) return this.#handover.played;
    const labelled = this.#slots.filter(({ speaker }) => speaker !== null);
    const waiting = labelled.filter((slot) => !slot.sounds()).length;
    return this.#handover.look(performance.now(), { labelled: labelled.length, waiting });
  }

  #hear(world: World, speaker: ParticipantId): Heard | null {
    const here = world.position(world.me);
    const there = world.position(speaker);
    if (here === null || there === null) return null;
    const gain = loudness(world, speaker) * this.#volumeOf(speaker);
    const ducked = isDucked(world, speaker);
    // Who speaks over everything is heard from straight ahead, wherever they stand, and so is what plays in the background.
    if (world.spokenTo.has(speaker)) return { gain, offset: { x: 0, y: 0 }, ducked };
    return { gain, offset: { x: there.x - here.x, y: there.y - here.y }, ducked };
  }
}

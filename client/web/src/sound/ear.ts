/** The ear: eight audio slots, mixed, kept from overloading, and played. */
import type { World } from '../app/ports';
import { AUDIO_SLOTS, type AudioSlotIndex, type ParticipantId } from '../wire/types';
import type { AudioOutput } from './context';
import { Meter } from './meter';
import type { Incoming } from './peer';
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

/** Everything between the peer connection's tracks and the loudspeaker. */
export class Ear {
  readonly #output: AudioOutput;
  readonly #volumeOf: (who: ParticipantId) => number;
  #slots: readonly Slot[] = [];
  #incoming: readonly Incoming[] = [];
  #master: GainNode | null = null;
  #sides: readonly [Meter, Meter] | null = null;
  #volume = 1;
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
    this.#slots = Array.from({ length: AUDIO_SLOTS }, () => new Slot(context, master, panningModel));
    this.#master = master;
    this.#sides = sides;
    this.attach(this.#incoming);
  }

  /** Plays what comes in another peer connection, by slot; nothing plays nothing. */
  attach(incoming: readonly Incoming[]): void {
    this.#incoming = incoming;
    this.#slots.forEach((slot, index) => slot.attach(incoming[index] ?? null));
  }

  /** Listens in another world. */
  enter(world: World): void {
    this.#unlisten?.();
    this.#timer ??= setInterval(() => this.follow(), FOLLOW_MS);
    this.#world = world;
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
    this.attach([]);
    this.follow();
  }

  setVolume(volume: number): void {
    this.#volume = volume;
    const { context } = this.#output;
    this.#master?.gain.setTargetAtTime(volume, context.currentTime, VOLUME_RAMP_S);
  }

  /** Sets every slot as loud and where it should be now. */
  follow(): void {
    const world = this.#world;
    this.#slots.forEach((slot, index) => {
      slot.label(world?.audioSlots[index] ?? null);
      slot.follow(world === null || slot.speaker === null ? null : this.#hear(world, slot.speaker));
    });
    if (this.#soon === null && this.#slots.some(({ waiting }) => waiting)) {
      this.#soon = setTimeout(() => {
        this.#soon = null;
        this.follow();
      }, FOLLOW_WAITING_MS);
    }
  }

  /** Level of a slot after all gains, linear RMS. */
  slotLevel(slot: AudioSlotIndex): number {
    return (this.#slots[slot]?.rms() ?? 0) * this.#volume;
  }

  /** Level of what goes to the loudspeaker, linear RMS, left and right. */
  sides(): readonly [left: number, right: number] {
    return this.#sides === null ? [0, 0] : [this.#sides[0].rms(), this.#sides[1].rms()];
  }

  #hear(world: World, speaker: ParticipantId): Heard | null {
    const here = world.position(world.me);
    const there = world.position(speaker);
    if (here === null || there === null) return null;
    const gain = world.gain(speaker) * this.#volumeOf(speaker);
    return { gain, offset: { x: there.x - here.x, y: there.y - here.y } };
  }
}

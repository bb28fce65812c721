/** One audio slot: what comes in it, made as loud as the speaker is near and placed where the speaker stands. */
import type { ParticipantId, Point } from '../wire/types';
import { Gate, type Played, type Sounding } from './gate';
import { Meter } from './meter';
import type { Incoming } from './peer';
import { Duck, FADE_S, FOLLOW_S } from './ramps';
import { TrackSource } from './source';

/** A change of gain smaller than this is not worth an event for the audio thread. */
const GAIN_STEP = 0.0005;

/** A change of direction smaller than this is not heard. */
const DIRECTION_STEP = 0.01;

/**
 * Pulls near voices to the front, metres: two people at one spot would otherwise jump from ear to ear with each
 * centimetre.
 */
const FRONT_M = 0.5;

/** What comes in below this is silence, linear RMS: -60 dB. */
const SILENT_RMS = 0.001;

/** Where a voice is, seen from the listener, metres, how loud, and whether another one speaks over it. */
export interface Heard { readonly gain: number; readonly offset: Point; readonly ducked: boolean }

/** The playing side of an audio slot. */
export class Slot implements Sounding {
  readonly #context: AudioContext;
  readonly #gain: GainNode;
  readonly #duck: Duck;
  readonly #panner: PannerNode;
  readonly #meter: Meter;
  readonly #input: Meter;
  #source: TrackSource | null = null;
  readonly #gate = new Gate();
  #incoming: Incoming | null = null;
  #speaker: ParticipantId | null = null;
  #target = 0;
  /** What was played last when the label came: of the same speaker, perhaps, but from before. */
  #stale_ms: number | null = null;

  constructor(context: AudioContext, destination: AudioNode, panningModel: PanningModelType) {
    this.#context = context;
    // A voice comes from one point: two equal channels would be panned 3 to 6 dB louder than one.
    this.#gain = new GainNode(context, { gain: 0, channelCount: 1, channelCountMode: 'explicit' });
    // Only the direction: our own law says how loud.
    this.#panner = new PannerNode(context, { panningModel, distanceModel: 'linear', rolloffFactor: 0, positionZ: -1 });
    this.#duck = new Duck(context);
    this.#meter = new Meter(context);
    this.#input = new Meter(context);
    this.#gain.connect(this.#duck.node).connect(this.#panner).connect(destination);
    this.#duck.node.connect(this.#meter.node);
  }

  /** Whose voice this is, as far as the server told. */
  get speaker(): ParticipantId | null { return this.#speaker; }

  /** Whether it waits for the first sound of its speaker: then it should follow every few milliseconds. */
  get waiting(): boolean { return this.#gate.waiting; }

  /** Whether something of its speaker has been played since its label came. Not cheap. */
  sounds(): boolean {
    const played = this.played();
    return !this.waiting && played !== null && played.timestamp_ms !== this.#stale_ms;
  }

  /** What the browser played last here. */
  played(): Played | null { return this.#incoming?.played() ?? null; }

  /** Whether what comes in is silence. */
  silent(): boolean { return this.#input.rms() < SILENT_RMS; }

  /** Root mean square of the sound after its gains, 0 to 1. */
  rms(): number { return this.#meter.rms(); }

  /** Plays what comes in another peer connection; null plays nothing. */
  attach(incoming: Incoming | null): void {
    this.#source?.close();
    this.#incoming = incoming;
    this.#source = incoming === null ? null : new TrackSource(this.#context, incoming.track);
    this.#source?.node.connect(this.#gain);
    this.#source?.node.connect(this.#input.node);
  }

  /** The server has given the slot to another speaker, or to nobody: fade out what was. */
  label(speaker: ParticipantId | null): void {
    if (speaker === this.#speaker) return;
    this.#speaker = speaker;
    this.#gate.label(speaker, performance.now());
    this.#stale_ms = this.played()?.timestamp_ms ?? null;
    this.#gain.gain.setTargetAtTime(0, this.#context.currentTime, FADE_S);
    this.#target = 0;
  }

  /** Follows the speaker. Call about twenty times a second; null is silence. */
  follow(heard: Heard | null): void {
    const now_s = this.#context.currentTime;
    const open = this.#gate.isOpen(this, performance.now());
    if (heard !== null) this.#duck.set(heard.ducked, this.#target === 0);
    const target = heard === null || !open ? 0 : heard.gain;
    const step = Math.abs(target - this.#target);
    if (step > GAIN_STEP || (target === 0 && step > 0)) {
      this.#gain.gain.setTargetAtTime(target, now_s, FOLLOW_S);
      this.#target = target;
    }
    if (heard !== null && target > 0) this.#turn(heard.offset, now_s);
  }

  /** Listeners face up the map: x to the right is right, y down is behind. */
  #turn(offset: Point, now_s: number): void {
    const ahead = offset.y - FRONT_M;
    const length = Math.max(Math.hypot(offset.x, ahead), 1e-6);
    turnParameter(this.#panner.positionX, offset.x / length, now_s);
    turnParameter(this.#panner.positionZ, ahead / length, now_s);
  }
}

function turnParameter(parameter: AudioParam, value: number, now_s: number): void {
  if (Math.abs(parameter.value - value) > DIRECTION_STEP) parameter.setTargetAtTime(value, now_s, FOLLOW_S);
}

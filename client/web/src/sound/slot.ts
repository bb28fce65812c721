/** One audio slot: what comes in it, made as loud as the speaker is near and placed where the speaker stands. */
import type { ParticipantId, Point } from '../wire/types';
import { Gate, type Played, type Sounding } from './gate';
import { Meter } from './meter';
import type { Incoming } from './peer';

/** Time constant of gain ramps, seconds: 95 % after 90 ms, too slow to click and too fast to notice. */
const RAMP_S = 0.03;

/** Time constant of the fade when a slot gets another speaker, seconds. */
const FADE_S = 0.008;

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

/** Where a voice is, seen from the listener, metres, and how loud. */
export interface Heard { readonly gain: number; readonly offset: Point }

/** The playing side of an audio slot. */
export class Slot implements Sounding {
  readonly #context: AudioContext;
  readonly #gain: GainNode;
  readonly #panner: PannerNode;
  readonly #meter: Meter;
  readonly #input: Meter;
  #source: MediaStreamAudioSourceNode | null = null;
  #element: HTMLAudioElement | null = null;
  readonly #gate = new Gate();
  #incoming: Incoming | null = null;
  #speaker: ParticipantId | null = null;
  #target = 0;

  constructor(context: AudioContext, destination: AudioNode, panningModel: PanningModelType) {
    this.#context = context;
    // A voice comes from one point: two equal channels would be panned 3 to 6 dB louder than one.
    this.#gain = new GainNode(context, { gain: 0, channelCount: 1, channelCountMode: 'explicit' });
    // Only the direction: our own law says how loud.
    this.#panner = new PannerNode(context, { panningModel, distanceModel: 'linear', rolloffFactor: 0, positionZ: -1 });
    this.#meter = new Meter(context);
    this.#input = new Meter(context);
    this.#gain.connect(this.#panner).connect(destination);
    this.#gain.connect(this.#meter.node);
  }

  /** Whose voice this is, as far as the server told. */
  get speaker(): ParticipantId | null { return this.#speaker; }

  /** Whether it waits for the first sound of its speaker: then it should follow every few milliseconds. */
  get waiting(): boolean { return this.#gate.waiting; }

  /** What the browser played last here. */
  played(): Played | null { return this.#incoming?.played() ?? null; }

  /** Whether what comes in is silence. */
  silent(): boolean { return this.#input.rms() < SILENT_RMS; }

  /** Root mean square of the sound after its gain, 0 to 1. */
  rms(): number { return this.#meter.rms(); }

  /** Plays what comes in another peer connection; null plays nothing. */
  attach(incoming: Incoming | null): void {
    this.#source?.disconnect();
    this.#element?.pause();
    if (this.#element !== null) this.#element.srcObject = null;
    this.#source = null;
    this.#element = null;
    this.#incoming = incoming;
    if (incoming === null) return;
    const stream = new MediaStream([incoming.track]);
    // A track from afar stays silent in Web Audio unless an element pulls it as well (crbug.com/121673);
    // muted, so that nothing is heard twice and no policy on playing applies.
    const element = new Audio();
    element.muted = true;
    element.srcObject = stream;
    // Refused only when the element is paused again at once, by the next attach().
    element.play().catch(() => undefined);
    this.#element = element;
    this.#source = this.#context.createMediaStreamSource(stream);
    this.#source.connect(this.#gain);
    this.#source.connect(this.#input.node);
  }

  /** The server has given the slot to another speaker, or to nobody: fade out what was. */
  label(speaker: ParticipantId | null): void {
    if (speaker === this.#speaker) return;
    this.#speaker = speaker;
    this.#gate.label(speaker, performance.now());
    this.#gain.gain.setTargetAtTime(0, this.#context.currentTime, FADE_S);
    this.#target = 0;
  }

  /** Follows the speaker. Call about twenty times a second; null is silence. */
  follow(heard: Heard | null): void {
    const now_s = this.#context.currentTime;
    const open = this.#gate.isOpen(this, performance.now());
    const target = heard === null || !open ? 0 : heard.gain;
    const step = Math.abs(target - this.#target);
    if (step > GAIN_STEP || (target === 0 && step > 0)) {
      this.#gain.gain.setTargetAtTime(target, now_s, RAMP_S);
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
  if (Math.abs(parameter.value - value) > DIRECTION_STEP) parameter.setTargetAtTime(value, now_s, RAMP_S);
}

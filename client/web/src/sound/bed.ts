/**
 * The playing side of the bed's section: one stereo track, as the server placed it, so it goes through no panner. It
 * carries the murmur, or everything when sound comes as one stream.
 */
import { Meter } from './meter';
import { Duck, FOLLOW_S } from './ramps';
import { TrackSource } from './source';

/** A change of gain smaller than this is not worth an event for the audio thread. */
const GAIN_STEP = 0.0005;

/** The factor on the amplitude for a murmur of 0 to 100. The same as `MurmurPercent::gain` in `protocol/src/units.rs`. */
export function murmurGain(percent: number): number {
  return (percent / 100) ** 2;
}

/** The bed, or the one stream. */
export class Bed {
  readonly #context: AudioContext;
  readonly #gain: GainNode;
  readonly #duck: Duck;
  readonly #input: Meter;
  readonly #meter: Meter;
  #source: TrackSource | null = null;
  #target = 0;

  constructor(context: AudioContext, destination: AudioNode) {
    this.#context = context;
    this.#gain = new GainNode(context, { gain: 0 });
    this.#duck = new Duck(context);
    this.#input = new Meter(context);
    this.#meter = new Meter(context);
    this.#gain.connect(this.#duck.node).connect(destination);
    this.#duck.node.connect(this.#meter.node);
  }

  /** The gain that it has or goes to, without ducking. */
  get gain(): number { return this.#target; }

  /** Root mean square of what comes in, both sides together, 0 to 1. */
  incoming(): number { return this.#input.rms(); }

  /** The same after all gains. */
  rms(): number { return this.#meter.rms(); }

  /** Plays what comes in another peer connection; null plays nothing. */
  attach(track: MediaStreamTrack | null): void {
    this.#source?.close();
    this.#source = track === null ? null : new TrackSource(this.#context, track);
    this.#source?.node.connect(this.#gain);
    this.#source?.node.connect(this.#input.node);
  }

  /** How loud it is from now on. */
  follow(gain: number, ducked: boolean): void {
    this.#duck.set(ducked, this.#target === 0);
    if (Math.abs(gain - this.#target) <= GAIN_STEP && (gain !== 0 || this.#target === 0)) return;
    this.#gain.gain.setTargetAtTime(gain, this.#context.currentTime, FOLLOW_S);
    this.#target = gain;
  }
}

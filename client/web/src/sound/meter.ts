/** Levels read from an AnalyserNode. */

/** The quietest that a meter shows, dB below full scale: the noise of a quiet room. */
const METER_FLOOR_DB = -60;

/** Reads the level of what flows into it. Sampling is cheap: no events, no worklet. */
export class Meter {
  readonly node: AnalyserNode;
  readonly #samples: Float32Array<ArrayBuffer>;

  /** `window` is how many samples a reading looks back: 1,024 are 21 ms, 32,768 are 0.7 s at 48 kHz. */
  constructor(context: AudioContext, window = 1_024) {
    this.node = context.createAnalyser();
    this.node.fftSize = window;
    this.node.smoothingTimeConstant = 0;
    this.#samples = new Float32Array(window);
  }

  /** Root mean square of the last window, 0 to 1 for full scale. */
  rms(): number {
    this.node.getFloatTimeDomainData(this.#samples);
    let sum = 0;
    for (const sample of this.#samples) sum += sample * sample;
    return Math.sqrt(sum / this.#samples.length);
  }

  /** Largest magnitude in the last window. */
  peak(): number {
    this.node.getFloatTimeDomainData(this.#samples);
    let peak = 0;
    for (const sample of this.#samples) peak = Math.max(peak, Math.abs(sample));
    return peak;
  }
}

/** An amplitude on a scale made for a meter: 0 at -60 dB and below, 1 at full scale, straight in dB between. */
export function meterScale(amplitude: number): number {
  if (amplitude <= 0) return 0;
  const db = 20 * Math.log10(amplitude);
  return Math.min(Math.max(1 - db / METER_FLOOR_DB, 0), 1);
}

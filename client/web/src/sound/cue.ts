/** Soft signs of the page itself: two or three short tones, quieter than any voice, made here and loaded from nowhere. */
import type { Cue } from '../app/ports';
import type { AudioOutput } from './context';

/** Peak of a tone, linear: voices speak at a tenth to a third. */
const PEAK = 0.05;
const RISE_S = 0.015;
const FALL_S = 0.5;

/** Pitch and start of each tone. Fourths and fifths: nothing that sounds like an alarm. */
const TONES: Readonly<Record<Cue, readonly (readonly [pitch_hz: number, after_s: number])[]>> = {
  reminder: [[659.3, 0], [880, 0.16]],
  bell: [[523.3, 0], [784, 0.2], [1046.5, 0.4]],
  called: [[784, 0], [587.3, 0.18]],
};

/** Plays a cue, if sound may come out at all. */
export function playCue(output: AudioOutput, cue: Cue, volume: number): void {
  if (!output.running || volume <= 0) return;
  const { context } = output;
  for (const [frequency, after_s] of TONES[cue]) {
    const start = context.currentTime + 0.02 + after_s;
    const tone = new OscillatorNode(context, { frequency });
    const gain = new GainNode(context, { gain: 0 });
    gain.gain.setValueAtTime(0, start);
    gain.gain.linearRampToValueAtTime(PEAK * volume, start + RISE_S);
    gain.gain.exponentialRampToValueAtTime(0.0001, start + RISE_S + FALL_S);
    tone.connect(gain).connect(context.destination);
    tone.start(start);
    tone.stop(start + RISE_S + FALL_S + 0.05);
  }
}

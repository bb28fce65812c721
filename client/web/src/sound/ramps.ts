/** How fast what sounds may change: time constants for `setTargetAtTime` (95 % after three of them), seconds. */
import { BROADCAST_DUCK_DB } from '../world/gain';

/** Gains that follow somebody who walks: too slow to click and too fast to notice. */
export const FOLLOW_S = 0.03;

/** Silencing what is not to be heard any more: a slot that gets another speaker. */
export const FADE_S = 0.008;

/** Going down for somebody who speaks over everything: done before their first word is. */
const DUCK_S = 0.08;

/** And up again when they have ended: slower, so that the square comes back and does not jump out. */
const UNDUCK_S = 0.25;

/** The factor on the amplitude while somebody speaks over everything. */
const DUCKED_GAIN = 10 ** (BROADCAST_DUCK_DB / 20);

/** A gain that goes down while somebody speaks over everything. */
export class Duck {
  readonly node: GainNode;
  #down = false;

  constructor(context: AudioContext) {
    this.node = new GainNode(context);
  }

  /** `atOnce` where nothing is heard through it at this moment. */
  set(down: boolean, atOnce: boolean): void {
    if (down === this.#down) return;
    this.#down = down;
    const { gain, context } = this.node;
    gain.setTargetAtTime(down ? DUCKED_GAIN : 1, context.currentTime, atOnce ? FADE_S : down ? DUCK_S : UNDUCK_S);
  }
}

/** Whether the machine keeps pace: on one that others use too, all of a story may stand still for a second. */

/** How often it is looked, ms. */
const LOOK_MS = 50;

/** Others were as late as we, or a little later: by so many times. */
const OTHERS = 3;

/** What a guest tells of a moment may have been held up so long before and after it, ms. */
const NEAR_MS = 3_000;

/** Notes when this process was woken late, as a yardstick for all others. */
export class Pace {
  readonly #late: { at: number; by: number }[] = [];
  readonly #timer: ReturnType<typeof setInterval>;
  #looked = Date.now();

  constructor() {
    this.#timer = setInterval(() => {
      const now = Date.now();
      const by = now - this.#looked - LOOK_MS;
      if (by > LOOK_MS) this.#late.push({ at: now, by });
      this.#looked = now;
    }, LOOK_MS);
  }

  /** How late somebody may have heard of what they told at a moment, ms; nothing on a machine that keeps pace. */
  lateBy(at: number): number {
    return OTHERS * Math.max(0, ...this.#late.filter((late) => Math.abs(late.at - at) < NEAR_MS).map(({ by }) => by));
  }

  /** The longest that it stood still, ms. */
  get worst(): number {
    return Math.max(0, ...this.#late.map(({ by }) => by));
  }

  end(): void {
    clearInterval(this.#timer);
  }
}

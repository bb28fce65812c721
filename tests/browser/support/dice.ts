/** Chance that a seed repeats. */

/** Chance from a seed (the generator "mulberry32": 32 bits of state, enough to choose what a story does next). */
export class Dice {
  #state: number;
  readonly seed: number;

  constructor(seed: number) {
    this.seed = seed;
    this.#state = seed >>> 0;
  }

  /** The seed that `TORG_SEED` names, or any. */
  static cast(): Dice {
    const named = Number.parseInt(process.env['TORG_SEED'] ?? '', 10);
    return new Dice(Number.isNaN(named) ? Math.floor(Math.random() * 2 ** 32) : named);
  }

  /** From 0 up to and without `below`, any number. */
  below(below: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below;
  }

  /** One of them. */
  one<T>(of: readonly T[]): T {
    if (of.length === 0) throw new Error('there is nothing to choose from');
    return of[Math.floor(this.below(of.length))] as T;
  }

  /** All of them, in any order. */
  shuffled<T>(all: readonly T[]): T[] {
    const shuffled = [...all];
    for (let last = shuffled.length - 1; last > 0; last -= 1) {
      const other = Math.floor(this.below(last + 1));
      [shuffled[last], shuffled[other]] = [shuffled[other] as T, shuffled[last] as T];
    }
    return shuffled;
  }
}

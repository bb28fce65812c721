/**
 * The server's clock, seen from here. A ping tells the server's time somewhere between its sending and its
 * answer; the shorter the round trip, the less that leaves open, so the shortest of the last minute counts
 * (the clock filter of RFC 5905, section 10, in its simplest form).
 */
import type { TimeMs } from '../wire/types';

interface Sample {
  /** The server's clock minus ours, ms. */
  offset_ms: number;
  /** How wrong that may be, ms in either direction. */
  error_ms: number;
  /** When it was taken, our clock. */
  at_ms: number;
}

/** Samples older than this no longer count, ms: two clocks drift apart by up to 0.1 ms a second. */
const SAMPLE_AGE_MS_MAX = 60_000;

/** Samples kept. */
const SAMPLES_MAX = 32;

/** How fast the shown clock follows a better estimate: 5 % of the time passed, so nobody is seen to jump. */
const SLEW = 0.05;

/** A shown clock that is off by more than this jumps, ms: sliding there would take too long. */
const JUMP_MS = 250;

/** How wrong the time in a welcome may be, ms: nothing tells how long it was under way. */
const WELCOME_ERROR_MS = 500;

/** Estimates the server's clock. All times of ours are milliseconds of `performance.now()`. */
export class ServerClock {
  #samples: Sample[];
  #shown_ms: number;
  #read_at_ms: number;

  /** Starts from the time in a welcome that has just come. */
  constructor(server_time: TimeMs, received_at_ms: number) {
    const offset_ms = server_time - received_at_ms;
    this.#samples = [{ offset_ms, error_ms: WELCOME_ERROR_MS, at_ms: received_at_ms }];
    this.#shown_ms = offset_ms;
    this.#read_at_ms = received_at_ms;
  }

  /** Takes in a pong. */
  pong(server_time: TimeMs, sent_at_ms: number, received_at_ms: number): void {
    const error_ms = Math.max(0, received_at_ms - sent_at_ms) / 2;
    const sample = { offset_ms: server_time - sent_at_ms - error_ms, error_ms, at_ms: received_at_ms };
    // Our clock may stop while the computer sleeps, and the server's may be set: samples that cannot both be true
    // leave only the newest.
    const fits = (other: Sample): boolean =>
      Math.abs(other.offset_ms - sample.offset_ms) <= other.error_ms + sample.error_ms + 10
      && received_at_ms - other.at_ms <= SAMPLE_AGE_MS_MAX;
    this.#samples = [...this.#samples.filter(fits), sample].slice(-SAMPLES_MAX);
  }

  /** The server's clock at a moment of ours. Moments must not go backwards. */
  now(at_ms: number): TimeMs {
    const best = this.#samples.reduce((one, other) => (other.error_ms <= one.error_ms ? other : one));
    const behind_ms = best.offset_ms - this.#shown_ms;
    const passed_ms = Math.max(0, at_ms - this.#read_at_ms);
    this.#read_at_ms = Math.max(at_ms, this.#read_at_ms);
    this.#shown_ms += Math.abs(behind_ms) > JUMP_MS
      ? behind_ms
      : Math.sign(behind_ms) * Math.min(Math.abs(behind_ms), passed_ms * SLEW);
    return at_ms + this.#shown_ms as TimeMs;
  }
}

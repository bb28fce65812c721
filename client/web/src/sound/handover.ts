/**
 * From voices each in a slot to one stream, and back: both are there for a moment, and what is played goes over when
 * the other has come, so that nothing is lost and nobody sounds twice for long.
 *
 * The section of the bed has no mark for what it carries, so the slots tell. On the way to one stream the server goes
 * on with the slots until the stream flows, and then empties their labels. On the way back it labels slots, and goes
 * on with the stream for 300 ms until they carry voices.
 */
import type { Listening } from '../wire/types';

/** What the slots tell: how many have a speaker, and how many of those have not played anything of theirs yet. */
export interface SlotsNow { readonly labelled: number; readonly waiting: number }

/** From the server's first packet until it is heard, ms: jitter buffer, decoder and one frame of Web Audio. */
const BUFFERED_MS = 120;

/** How long the server goes on with what was, ms (`SLOTS_LINGER`). */
const LINGER_MS = 300;

/** After this long the slots are passed over though they never emptied, ms: far more than any linger. */
const SLOTS_MS_MAX = 2_000;

/** Taken for the way to the server and back while it was not measured, ms. */
const ROUND_TRIP_MS = 100;

/** Which of the two is played. */
export class Handover {
  #played: Listening;
  #to: Listening;
  #since_ms = 0;
  #roundTrip_ms = ROUND_TRIP_MS;

  constructor(played: Listening) {
    this.#played = played;
    this.#to = played;
  }

  /** What is played. */
  get played(): Listening { return this.#played; }

  /** Whether it is under way: then look often. */
  get underWay(): boolean { return this.#to !== this.#played; }

  /** Whether slots may be heard: also while one stream is on its way, or the slots are. */
  get slotsSound(): boolean { return this.#played === 'forwarded' || this.#to === 'forwarded'; }

  /** The server was asked for the other. Asking for what is there already is nothing. */
  turn(to: Listening, now_ms: number, roundTrip_ms: number | null): void {
    if (to === this.#to) return;
    this.#to = to;
    this.#since_ms = now_ms;
    this.#roundTrip_ms = roundTrip_ms ?? ROUND_TRIP_MS;
  }

  /** What is played at this moment. */
  look(now_ms: number, slots: SlotsNow): Listening {
    if (this.underWay && this.#isThere(now_ms - this.#since_ms, slots)) this.#played = this.#to;
    return this.#played;
  }

  #isThere(waited_ms: number, { labelled, waiting }: SlotsNow): boolean {
    const first_ms = this.#roundTrip_ms + BUFFERED_MS;
    if (this.#to === 'mixed') return waited_ms >= first_ms && (labelled === 0 || waited_ms >= SLOTS_MS_MAX);
    if (waited_ms < this.#roundTrip_ms) return false;
    return (labelled > 0 && waiting === 0) || waited_ms >= this.#roundTrip_ms + LINGER_MS;
  }
}

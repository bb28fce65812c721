/**
 * Keeps an audio slot silent from its new label until the new speaker is what it plays: the label comes by
 * websocket, the sound through a jitter buffer that on a bad line holds half a second of the speaker before.
 *
 * The server writes the speaker into each packet as its contributing source (CSRC, RFC 3550 section 5.1), and
 * browsers tell whose packet they played last. That settles it, however long the buffer.
 */
import type { ParticipantId } from '../wire/types';

/** What a slot played last. */
export interface Played {
  readonly speaker: ParticipantId;
  /** Moves on with every packet; on whose clock does not matter. */
  readonly timestamp_ms: number;
}

/** What a slot gives of itself. */
export interface Sounding {
  /** What it played last; null when the browser knows of nothing in the last seconds. */
  played(): Played | null;
  /** Whether it is silent now, before all gains. */
  silent(): boolean;
}

/** What is on its way from the decoder to Web Audio when a source first shows, ms. */
const SETTLE_MS = 30;

/**
 * A slot that played no packet for this long, and is silent, holds nothing of the speaker before, ms: longer than
 * Opus DTX pauses. Silent as well, since a decoder that waits for packets goes on in the voice it had.
 */
const IDLE_MS = 500;

/** The same for a slot whose browser knows of nothing at all played in the last seconds, ms. */
const EMPTY_MS = 150;

/** Open when the sound in the slot is the labelled speaker's. */
export class Gate {
  #speaker: ParticipantId | null = null;
  #open = false;
  #labelled_ms = 0;
  /** Since when the speaker is what plays. */
  #arrived_ms: number | null = null;
  #timestamp_ms = Number.NaN;
  #moved_ms = 0;

  /** Whether it waits for a speaker's sound: then ask it often. */
  get waiting(): boolean {
    return this.#speaker !== null && !this.#open;
  }

  /** The slot has another speaker, or nobody. */
  label(speaker: ParticipantId | null, now_ms: number): void {
    this.#speaker = speaker;
    this.#open = false;
    this.#labelled_ms = now_ms;
    this.#moved_ms = now_ms;
    this.#arrived_ms = null;
    this.#timestamp_ms = Number.NaN;
  }

  /** Whether the sound may pass. Once open it stays so until the next label; `slot` is asked only before. */
  isOpen(slot: Sounding, now_ms: number): boolean {
    if (this.waiting) this.#open = this.#settles(slot, now_ms);
    return this.#open;
  }

  #settles(slot: Sounding, now_ms: number): boolean {
    const played = slot.played();
    if (played === null) return now_ms - this.#labelled_ms >= EMPTY_MS && slot.silent();
    if (played.speaker === this.#speaker) {
      this.#arrived_ms ??= now_ms;
      return now_ms - this.#arrived_ms >= SETTLE_MS;
    }
    // The first look tells nothing of whether it moves.
    if (played.timestamp_ms !== this.#timestamp_ms && !Number.isNaN(this.#timestamp_ms)) this.#moved_ms = now_ms;
    this.#timestamp_ms = played.timestamp_ms;
    return now_ms - this.#moved_ms >= IDLE_MS && slot.silent();
  }
}

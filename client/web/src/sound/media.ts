/**
 * Keeps a peer connection up as long as the line to the server stands: makes it, offers it, and replaces it when
 * the server or the network has lost it.
 */
import type { ClientMessage, MediaState, RefusalCode } from '../wire/types';
import { CONNECTING_MS_MAX, type Line } from './badge';
import { Peer, type Arriving, type PeerState, type PeerStatistics } from './peer';

/** What media needs of whoever holds the line. */
export interface MediaEvents {
  send(message: ClientMessage): void;
  /** What to play: of another peer connection, or nothing. */
  arriving(arriving: Arriving): void;
  /** How the peer connection stands may have changed. */
  changed(): void;
}

/** An unanswered peer connection, and one whose checks go unanswered, get this long before a new one is made, ms. */
const PATIENCE_MS: Readonly<Record<PeerState, number>> = {
  connecting: 8_000,
  up: Number.POSITIVE_INFINITY,
  // Browsers come back by themselves after a short break of the network, without a gap in the keys.
  wavering: 5_000,
  down: 0,
};

/**
 * A connection that counts as up while nothing of what should flow does is replaced after this long, ms: a path
 * may die in one direction alone, and ICE does not see that.
 */
const DOUBT_MS_MAX = 5_000;

/** But not more often than this, ms: a new one costs a moment of sound and may not help. */
const DOUBT_EVERY_MS = 30_000;

/** How long to wait before the next try after `failures` in a row, ms: 0, 1, 2, 4, 8, 8, … s. */
export function retryAfter_ms(failures: number): number {
  return failures === 0 ? 0 : Math.min(1_000 * 2 ** (failures - 1), 8_000);
}

/** Refusals of an offer. `media_full` may pass; the others won't by asking again. */
const OFFER_REFUSALS: Partial<Record<RefusalCode, 'for_now' | 'for_good'>> = {
  media_full: 'for_now',
  offer_unreadable: 'for_good',
  offer_lacks: 'for_good',
  codec: 'for_good',
};

/** What arrives without a peer connection. */
export const NOTHING_ARRIVES: Arriving = { slots: [], bed: null };

/** The peer connection, and the next one when it is lost. */
export class Media {
  readonly #events: MediaEvents;
  #peer: Peer | null = null;
  /** The peer connection whose offer the server has not answered yet. There is never a second one. */
  #awaiting: Peer | null = null;
  #track: MediaStreamTrack | null = null;
  /** Whether the server would hear an offer. */
  #lineUp = false;
  /** Whether trying again is no use until the next welcome. */
  #gaveUp = false;
  #failures = 0;
  #state: PeerState = 'down';
  /** Since when the state is what it is, ms of `performance.now()`. */
  #since_ms = 0;
  /** Since when it is doubted that anything flows; null while it is not. */
  #doubted_ms: number | null = null;
  #doubtSettled_ms = Number.NEGATIVE_INFINITY;

  constructor(events: MediaEvents) {
    this.#events = events;
  }

  /** How sound can flow, as far as the peer connection goes. */
  get line(): Line {
    if (this.#state === 'up') return 'up';
    const young = performance.now() - this.#since_ms < CONNECTING_MS_MAX;
    return this.#state === 'connecting' && young && this.#failures === 0 ? 'connecting' : 'lost';
  }

  /** The line to the server stands; `media` says whether the server still holds a peer connection of ours. */
  welcome(media: MediaState): void {
    this.#lineUp = true;
    this.#gaveUp = false;
    this.#failures = 0;
    const usable = this.#peer !== null && this.#peer.answered && this.#peer.state !== 'down';
    if (media === 'offer' || !usable) this.#renew();
  }

  /** The line broke. What flows may go on flowing. */
  lineLost(): void {
    this.#lineUp = false;
    this.#awaiting = null;
  }

  /** The server lost our peer connection. It doesn't mean one that it has yet to answer. */
  lost(): void {
    if (this.#awaiting === null) this.#renew();
  }

  /** The server's answer to our offer. */
  answer(sdp: string): void {
    const peer = this.#awaiting;
    this.#awaiting = null;
    if (peer === null) return;
    peer.accept(sdp).catch((error: unknown) => {
      console.warn('torg: the answer to our offer could not be used', error);
      this.#fail(peer);
    });
  }

  /** Whether a refusal was of an offer; takes it in if so. */
  refused(code: RefusalCode): boolean {
    const lasting = OFFER_REFUSALS[code];
    if (lasting === undefined) return false;
    const peer = this.#awaiting;
    this.#awaiting = null;
    this.#gaveUp ||= lasting === 'for_good';
    if (peer !== null) this.#fail(peer);
    return true;
  }

  /** What to send from now on. */
  setTrack(track: MediaStreamTrack | null): void {
    this.#track = track;
    this.#peer?.send(track).catch((error: unknown) => console.warn('torg: the microphone could not be sent', error));
  }

  /** Looks whether it is time for another peer connection. Call a few times a second. */
  tick(): void {
    if (!this.#lineUp || this.#gaveUp || this.#peer === null) return;
    const waited_ms = performance.now() - this.#since_ms;
    if (waited_ms > PATIENCE_MS[this.#state] + retryAfter_ms(this.#failures)) {
      this.#failures += 1;
      this.#renew();
    }
  }

  /** Whether sound that should flow does not. Call a few times a second. */
  doubt(doubted: boolean): void {
    const now_ms = performance.now();
    if (!doubted || this.#state !== 'up' || !this.#lineUp) {
      this.#doubted_ms = null;
      return;
    }
    this.#doubted_ms ??= now_ms;
    if (now_ms - this.#doubted_ms < DOUBT_MS_MAX || now_ms - this.#doubtSettled_ms < DOUBT_EVERY_MS) return;
    this.#doubtSettled_ms = now_ms;
    this.#doubted_ms = null;
    this.#renew();
  }

  async statistics(): Promise<PeerStatistics | null> {
    return await this.#peer?.statistics() ?? null;
  }

  /** Ends it: nothing flows any more. */
  close(): void {
    this.lineLost();
    this.#peer?.close();
    this.#peer = null;
    this.#events.arriving(NOTHING_ARRIVES);
    this.#become('down');
  }

  #renew(): void {
    this.#peer?.close();
    this.#awaiting = null;
    const peer = new Peer(() => this.#look(peer));
    this.#peer = peer;
    this.#become('connecting');
    this.#events.arriving(peer.arriving);
    this.#offer(peer).catch((error: unknown) => {
      console.warn('torg: no offer could be made', error);
      this.#fail(peer);
    });
  }

  async #offer(peer: Peer): Promise<void> {
    await peer.send(this.#track);
    const { sdp, tracks } = await peer.offer();
    if (peer !== this.#peer || !this.#lineUp) return;
    this.#awaiting = peer;
    this.#events.send({ type: 'offer', sdp, tracks });
  }

  #look(peer: Peer): void {
    if (peer !== this.#peer || peer.state === this.#state) return;
    if (peer.state === 'up') this.#failures = 0;
    this.#become(peer.state);
  }

  /** A try that came to nothing; the next comes with {@link tick}. */
  #fail(peer: Peer): void {
    if (peer !== this.#peer) return;
    peer.close();
    this.#become('down');
  }

  #become(state: PeerState): void {
    this.#state = state;
    this.#since_ms = performance.now();
    this.#events.changed();
  }
}

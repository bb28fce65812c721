/** How I want sound to come: the murmur, and voices each or one stream. Remembers it, and tells the server. */
import type { ListeningChoice, StreamCause } from '../app/ports';
import { recall, remember } from '../app/settings';
import type { ClientMessage, Listening, MurmurPercent } from '../wire/types';
import { causeIn, LossWatch, type Counted, type Device } from './stream_cause';

/** A slider that is pulled tells no more often than this, ms. */
const TELL_EVERY_MS = 200;

const MURMUR_DEFAULT = 50;
const MURMUR_MAX = 100;
const CHOICES: readonly (string | null)[] = ['automatic', 'forwarded', 'mixed'] satisfies ListeningChoice[];

/** What the choice needs of whoever holds it. */
export interface ListeningEvents {
  /** What the browser tells of itself at this moment. */
  device(): Device;
  send(message: ClientMessage): void;
  /** Sound shall come the other way: the server has just been asked. */
  turned(to: Listening): void;
  /** {@link ListeningWish.listening}, the choice, or why, changed. */
  changed(): void;
}

/** The wish, and what came of it. */
export class ListeningWish {
  readonly #events: ListeningEvents;
  #choice: ListeningChoice = choiceFrom(recall('listening'));
  #murmur = murmurFrom(recall('murmur'));
  readonly #loss = new LossWatch();
  #loses = false;
  #cause: StreamCause | null;
  #isIn = false;
  #told: { listening: Listening; murmur: number } | null = null;
  #told_ms = Number.NEGATIVE_INFINITY;
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(events: ListeningEvents) {
    this.#events = events;
    this.#cause = this.#findCause();
  }

  get choice(): ListeningChoice { return this.#choice; }
  get murmur(): number { return this.#murmur; }
  get cause(): StreamCause | null { return this.#cause; }

  get listening(): Listening {
    return this.#choice === 'mixed' || this.#cause !== null ? 'mixed' : 'forwarded';
  }

  setMurmur(percent: number): void {
    this.#murmur = clampMurmur(percent);
    remember('murmur', String(this.#murmur));
    this.#tell();
  }

  setChoice(choice: ListeningChoice): void {
    if (choice === this.#choice) return;
    this.#choice = choice;
    remember('listening', choice === 'automatic' ? null : choice);
    this.judge();
    this.#events.changed();
  }

  /** A session begins, or begins again; the server may have forgotten all. */
  enter(): void {
    this.#isIn = true;
    this.#told = null;
    this.judge();
    this.#tell(true);
  }

  /** The session is over, or the line broke. */
  leave(): void {
    this.#isIn = false;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  /** Takes what was received and lost. Call a few times a second. */
  look(now_ms: number, counted: Counted): void {
    const loses = this.#loss.look(now_ms, counted);
    if (loses === this.#loses) return;
    this.#loses = loses;
    this.judge();
  }

  /** Something that counts may have changed: the browser feels another line. */
  judge(): void {
    const before = this.#cause;
    this.#cause = this.#findCause();
    if (this.#cause !== before) this.#events.changed();
    if (this.#isIn && this.#told !== null && this.#told.listening !== this.listening) this.#tell(true);
  }

  #findCause(): StreamCause | null {
    const cause = causeIn(this.#events.device());
    // Who chose is not overruled, but by what the browser can't do at all.
    if (this.#choice !== 'automatic') return this.#choice === 'forwarded' && cause === 'old_browser' ? cause : null;
    return cause ?? (this.#loses ? 'loss' : null);
  }

  /** Tells at once, or when the last time is long enough ago. */
  #tell(atOnce = false): void {
    if (!this.#isIn) return;
    const wait_ms = this.#told_ms + TELL_EVERY_MS - performance.now();
    if (!atOnce && wait_ms > 0) {
      this.#timer ??= setTimeout(() => {
        this.#timer = null;
        this.#tell(true);
      }, wait_ms);
      return;
    }
    const { listening, murmur } = this;
    if (this.#told?.listening === listening && this.#told.murmur === murmur) return;
    this.#told = { listening, murmur };
    this.#told_ms = performance.now();
    this.#events.send({ type: 'set_listening', listening, murmur: murmur as MurmurPercent });
    this.#events.turned(listening);
  }
}

function clampMurmur(percent: number): number {
  return Number.isFinite(percent) ? Math.round(Math.min(Math.max(percent, 0), MURMUR_MAX)) : MURMUR_DEFAULT;
}

function murmurFrom(kept: string | null): number {
  return kept === null ? MURMUR_DEFAULT : clampMurmur(Number.parseFloat(kept));
}

function choiceFrom(kept: string | null): ListeningChoice {
  return CHOICES.includes(kept) ? kept as ListeningChoice : 'automatic';
}

/**
 * Lasting changes that were asked for and not answered yet. Each has a number; the answer names it. A line that
 * breaks takes the answers with it, so whoever waits is told at once, in words, and keeps what was typed.
 */
import type { Change, ClientMessage, Made, RefusalCode, RequestId } from '../wire/types';

/**
 * Why a change was not made: the server's reason, that the line was not there to ask or to be answered on, or that a file
 * can't be taken.
 */
export type ChangeRefusal = RefusalCode | 'line_down' | 'line_lost' | 'file' | 'file_too_large';

/** A change that was refused. `message` is the server's own sentence, in English. */
export class ChangeRefused extends Error {
  override readonly name = 'ChangeRefused';
  readonly code: ChangeRefusal;

  constructor(code: ChangeRefusal, message: string) {
    super(message);
    this.code = code;
  }
}

/** What is under way at most. More than a person can press; the server's own bound is on messages a second. */
const UNDER_WAY_MAX = 64;

interface Waiting { resolve(made: Made | null): void; reject(refused: ChangeRefused): void }

/** Numbers requests and brings their answers back to who asked. */
export class Requests {
  readonly #waiting = new Map<RequestId, Waiting>();
  #next = 1;

  /** Asks by `send`, which is null while the line is down. */
  ask(change: Change, send: ((message: ClientMessage) => void) | null): Promise<Made | null> {
    if (send === null) return refuse('line_down', 'The line is down: nothing was sent.');
    if (this.#waiting.size >= UNDER_WAY_MAX) return refuse('too_frequent', 'Too many changes are under way.');
    const request = this.#next as RequestId;
    this.#next += 1;
    return new Promise((resolve, reject) => {
      this.#waiting.set(request, { resolve, reject });
      send({ type: 'change', request, change });
    });
  }

  done(request: RequestId, made: Made | null): void {
    this.#take(request)?.resolve(made);
  }

  /** Gives whether somebody waited for this. */
  refused(request: RequestId, code: RefusalCode, message: string): boolean {
    const waiting = this.#take(request);
    waiting?.reject(new ChangeRefused(code, message));
    return waiting !== undefined;
  }

  /** The line broke: what was not answered may have been done or not. */
  lineBroke(): void {
    const lost = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of lost) reject(new ChangeRefused('line_lost', 'The line broke before the answer came.'));
  }

  #take(request: RequestId): Waiting | undefined {
    const waiting = this.#waiting.get(request);
    this.#waiting.delete(request);
    return waiting;
  }
}

function refuse(code: ChangeRefusal, message: string): Promise<never> {
  return Promise.reject(new ChangeRefused(code, message));
}

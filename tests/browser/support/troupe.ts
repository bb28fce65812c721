/** Native guests who are led through a meeting by lines, and tell what they see; see `torg-guest meet --help`. */
import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Slot, TopicCard, Visit } from '../../../client/web/src/wire/types';
import { end, program, startAny, type Links } from './square';

/** What a guest told. `at` is the server's time. */
export type Fact = { at: number; guest: string } & (
  | { fact: 'in'; id: number; role: string; table: string | null; resumed: boolean }
  | { fact: 'lost'; why: string }
  | { fact: 'sat'; table: string }
  | { fact: 'rose' | 'left' | 'leaves' }
  | { fact: 'heard'; after_ms: number }
  | Acknowledged
  | { fact: 'done'; line: string }
  | { fact: 'failed'; line: string; why: string });

/** What the server has answered, so that it must last. */
export type Acknowledged =
  | { fact: 'posted'; topic: number; title: string }
  | { fact: 'placed'; topic: number; title: string; slot: number; table: string }
  | { fact: 'slot'; slot: number; name: string; starts_at: number; ends_at: number }
  | { fact: 'granted'; to: string; role: string }
  | { fact: 'board'; slots: Slot[]; topics: TopicCard[]; people: There[] }
  | { fact: 'visits'; visits: Visit[] };

/** Somebody who is there, as a guest sees them. */
export interface There { id: number; name: string; role: string; table: string | null }

/** How long a guest may be about one line; the program gives up before. */
const LINE_MS = 100_000;

interface Waiting { done(answer: Acknowledged | undefined): void; failed(why: Error): void }

/** The guests of one process. */
export class Troupe {
  readonly #child: ChildProcess;
  /** By line: each guest has one name, and does one thing after the other. */
  readonly #waiting = new Map<string, Waiting>();
  /** What a guest's server answered last, until the line that asked for it is done. */
  readonly #answers = new Map<string, Acknowledged>();
  readonly #tell: (fact: Fact) => void;

  /** Starts a process in which nobody is yet. `tell` is called with all that guests tell of themselves. */
  constructor({ join, host }: Links, tell: (fact: Fact) => void) {
    this.#tell = tell;
    this.#child = startAny([program('torg-guest'), 'meet', join, '--host', host, '--json'], { led: true });
    if (this.#child.stdout !== null) createInterface({ input: this.#child.stdout }).on('line', (line) => this.#hear(JSON.parse(line) as Fact));
    this.#child.stderr?.on('data', (words: Buffer) => console.warn(String(words).trimEnd()));
    this.#child.once('exit', () => {
      for (const waiting of this.#waiting.values()) waiting.failed(new Error('the guests have ended'));
    });
  }

  /** Tells a guest to do something; gives what the server answered once it is done. */
  do(line: string): Promise<Acknowledged | undefined> {
    return new Promise((done, failed) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(line);
        failed(new Error(`${line}: not within ${LINE_MS} ms`));
      }, LINE_MS);
      const over = <T>(then: (value: T) => void) => (value: T): void => {
        clearTimeout(timer);
        this.#waiting.delete(line);
        then(value);
      };
      this.#waiting.set(line, { done: over(done), failed: over(failed) });
      this.#child.stdin?.write(`${line}\n`);
    });
  }

  /** Lets the process hang, as a laptop does that is closed for a while. */
  freeze(): void {
    this.#child.kill('SIGSTOP');
  }

  thaw(): void {
    this.#child.kill('SIGCONT');
  }

  async stop(): Promise<void> {
    this.thaw();
    await end(this.#child);
  }

  #hear(fact: Fact): void {
    switch (fact.fact) {
      case 'done':
        this.#waiting.get(fact.line)?.done(this.#answers.get(fact.guest));
        this.#answers.delete(fact.guest);
        return;
      case 'failed':
        this.#waiting.get(fact.line)?.failed(new Error(`${fact.line}: ${fact.why}`));
        return;
      case 'posted':
      case 'placed':
      case 'slot':
      case 'granted':
      case 'board':
      case 'visits':
        this.#answers.set(fact.guest, fact);
        return;
      default:
        this.#tell(fact);
    }
  }
}

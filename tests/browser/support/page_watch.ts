/** What somebody at a browser sees of their own seat, and when they hear again after a broken line. */
import { myTable } from './market';
import type { Person } from './person';
import type { Seen } from './stays';
import { pause } from './waiting';

/** How often the page is asked what it saw, ms. */
const ASK_MS = 500;

/** Between two presses of the button, ms: longer than any walk here. */
const PRESS_AGAIN_MS = 8_000;

/** So long somebody tries to get to a table, ms. */
const JOIN_MS = 90_000;

/** Louder than this out of a slot is a voice, RMS. */
const VOICE = 0.002;

interface SeenByPage { at: number; what: 'in' | 'lost' | 'sat' | 'left' | 'heard'; table: number | null }

declare global {
  interface Window { seen?: SeenByPage[] }
}

/** Watches one page. */
export class PageWatch {
  readonly #person: Person;
  readonly #tables: readonly string[];
  readonly #tell: (seen: Seen) => void;
  #asking: Promise<void> = Promise.resolve();
  #over = false;
  /** When a voice was heard, the first since the page was in. */
  heard_at = 0;

  private constructor(person: Person, tables: readonly string[], tell: (seen: Seen) => void) {
    this.#person = person;
    this.#tables = tables;
    this.#tell = tell;
  }

  static async begin(person: Person, tables: readonly string[], tell: (seen: Seen) => void): Promise<PageWatch> {
    const watch = new PageWatch(person, tables, tell);
    await person.page.evaluate(watchFromWithin, VOICE);
    watch.#asking = watch.#ask();
    return watch;
  }

  /** Presses "Join table …" until the seat is taken, again when the server went away meanwhile. */
  async join(table: string): Promise<void> {
    const { page } = this.#person;
    const index = this.#tables.indexOf(table);
    const deadline = performance.now() + JOIN_MS;
    for (let pressed = Number.NEGATIVE_INFINITY; await myTable(this.#person) !== index; await pause(100)) {
      if (performance.now() > deadline) throw new Error(`${this.#person.name} does not get to ${table}`);
      if (performance.now() - pressed < PRESS_AGAIN_MS) continue;
      pressed = performance.now();
      // From here on they may have stood up.
      this.#tell({ guest: this.#person.name, at: Date.now(), what: 'rose' });
      await page.getByRole('button', { name: `Join table ${table}`, exact: true }).click({ timeout: PRESS_AGAIN_MS }).catch(() => {});
    }
  }

  /** Stops watching; the last that is seen is that they leave. */
  async end(): Promise<void> {
    this.#over = true;
    await this.#asking;
    this.#tell({ guest: this.#person.name, at: Date.now(), what: 'leaves' });
  }

  async #ask(): Promise<void> {
    for (let last = false; !last;) {
      if (!this.#over) await pause(ASK_MS);
      last = this.#over || this.#person.page.isClosed();
      // A page that is closed in this moment has been seen enough of.
      const seen = await this.#person.page.evaluate(() => window.seen?.splice(0) ?? []).catch(() => []);
      for (const { at, what, table } of seen) {
        if (what === 'heard') this.heard_at = at;
        else this.#tell({ guest: this.#person.name, at, what, table: table === null ? null : this.#tables[table] } as Seen);
      }
    }
  }
}

/** Runs inside the page: notes each change of seat and line, with the time of the machine, which is the server's too. */
function watchFromWithin(voice: number): void {
  const seen: SeenByPage[] = [];
  window.seen = seen;
  let [isIn, table, hears] = [false, null as number | null, false];
  setInterval(() => {
    const torg = window.torg;
    if (torg === undefined) return;
    const [at, now] = [Date.now(), torg.connection().state === 'in'];
    if (now !== isIn) {
      isIn = now;
      hears = false;
      table = now ? torg.people().find(({ me }) => me)?.table ?? null : table;
      seen.push({ at, what: now ? 'in' : 'lost', table: now ? table : null });
    }
    if (!isIn) return;
    const sits = torg.people().find(({ me }) => me)?.table ?? null;
    if (sits !== table) {
      table = sits;
      seen.push({ at, what: sits === null ? 'left' : 'sat', table: sits });
    }
    if (!hears && torg.slots().some(({ speaker, rms }) => speaker !== null && rms > voice)) {
      hears = true;
      seen.push({ at, what: 'heard', table: null });
    }
  }, 50);
}

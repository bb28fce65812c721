/** One lasting change that somebody asks for, from the press of a button to its answer. */
import { m } from '$paraglide/messages';
import { ChangeRefused, type ChangeRefusal } from '../app/requests';
import type { Core } from '../app/ports';
import { changeRefusalWords } from '../i18n/words';
import type { Change, Made } from '../wire/types';

/** A refusal, in words, where it arose. */
export interface Refused { readonly code: ChangeRefusal; readonly words: string }

export class Asking {
  readonly #core: Core;
  #busy = $state(false);
  #refused = $state.raw<Refused | null>(null);

  constructor(core: Core) {
    this.#core = core;
  }

  /** Waiting for the answer. */
  get busy(): boolean { return this.#busy; }
  get refused(): Refused | null { return this.#refused; }

  forget(): void {
    this.#refused = null;
  }

  /** Asks; gives what was made, or 'refused'. Words for the refusal stand in `refused` then. */
  async ask(change: Change): Promise<Made | null | 'refused'> {
    if (this.#busy) return 'refused';
    this.#busy = true;
    this.#refused = null;
    try {
      return await this.#core.change(change);
    } catch (error) {
      if (!(error instanceof ChangeRefused)) throw error;
      this.#refused = { code: error.code, words: changeRefusalWords(error.code) };
      return 'refused';
    } finally {
      this.#busy = false;
    }
  }

  /** Asks, and gives whether it was done. */
  async does(change: Change): Promise<boolean> {
    return await this.ask(change) !== 'refused';
  }

  /** What a button says while it waits. */
  label(words: string): string {
    return this.#busy ? m.saving() : words;
  }
}

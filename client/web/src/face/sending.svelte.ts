/** One file on its way to the server, from the press of a button to the answer. */
import { m } from '$paraglide/messages';
import { ChangeRefused } from '../app/requests';
import { changeRefusalWords } from '../i18n/words';
import { announcer } from './announcer.svelte';

type Send = (sent: (share: number) => void, signal: AbortSignal) => Promise<void>;

/** Progress is said aloud in steps of this many percent. */
const SAID_STEP = 25;

export class FileSending {
  #abort = $state.raw<AbortController | null>(null);
  #share = $state(0);
  #refused = $state<string | null>(null);

  get busy(): boolean { return this.#abort !== null; }
  /** How much of it is there, whole percent. */
  get percent(): number { return Math.round(this.#share * 100); }
  get refused(): string | null { return this.#refused; }

  refuse(words: string | null): void {
    this.#refused = words;
  }

  stop(): void {
    this.#abort?.abort(new DOMException('given up', 'AbortError'));
  }

  /** Sends; gives whether it was taken. */
  async send(send: Send): Promise<boolean> {
    if (this.busy) return false;
    const abort = new AbortController();
    this.#abort = abort;
    this.#share = 0;
    this.#refused = null;
    let said = 0;
    try {
      await send((share) => {
        this.#share = share;
        if (this.percent < said + SAID_STEP || share >= 1) return;
        said = this.percent;
        announcer.say(m.file_sent({ percent: said }));
      }, abort.signal);
      return true;
    } catch (error) {
      if (!abort.signal.aborted) this.#refused = fileRefusalWords(error);
      return false;
    } finally {
      this.#abort = null;
    }
  }
}

/** What a file lacks only the server knows, and it says so in English; everything else has our own words. */
export function fileRefusalWords(error: unknown): string {
  if (!(error instanceof ChangeRefused)) throw error;
  const words = changeRefusalWords(error.code);
  return error.code === 'file' && error.message !== '' ? `${words} (${error.message})` : words;
}

/** Copying a link, or showing it where that can't be done. */
import { m } from '$paraglide/messages';
import { announcer } from '../face/announcer.svelte';

const SHOWN_MS = 4_000;

export class Copying {
  #said = $state<string | null>(null);
  #address = $state<string | null>(null);

  /** What came of it, in words, for a moment. */
  get said(): string | null { return this.#said; }
  /** The link, to be copied by hand. */
  get address(): string | null { return this.#address; }
  get isCopied(): boolean { return this.#said !== null && this.#address === null; }

  /** Copies; `words` say that it is done. */
  async copy(link: string, words: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(link);
      [this.#said, this.#address] = [words, null];
      setTimeout(() => { if (this.#address === null) this.#said = null; }, SHOWN_MS);
    } catch {
      // No clipboard on insecure pages, or not allowed: the link is shown to be copied by hand.
      [this.#said, this.#address] = [m.link_by_hand(), link];
    }
    announcer.say(this.#said ?? '');
  }
}

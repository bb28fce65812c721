/** Short words that matter to me and pass by themselves: said politely, shown over the map, never over the controls. */
import { announcer } from './announcer.svelte';

export interface Toast {
  readonly id: number;
  readonly text: string;
  readonly action: { readonly text: string; readonly act: () => void } | null;
}

/** Long enough to be read twice; longer where there is something to decide. */
const SHOWN_MS = 9_000;
const SHOWN_WITH_ACTION_MS = 30_000;
/** More at once are a list, and nobody reads it. */
const SHOWN_MAX = 3;

class Toasts {
  list = $state.raw<readonly Toast[]>([]);
  #next = 1;

  say(text: string, action: Toast['action'] = null): void {
    const toast = { id: this.#next, text, action };
    this.#next += 1;
    this.list = [...this.list, toast].slice(-SHOWN_MAX);
    announcer.say(text);
    setTimeout(() => this.dismiss(toast.id), action ? SHOWN_WITH_ACTION_MS : SHOWN_MS);
  }

  dismiss(id: number): void {
    this.list = this.list.filter((toast) => toast.id !== id);
  }
}

export const toasts = new Toasts();

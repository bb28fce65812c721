/** The one way in which the core tells that something changed. */
import type { Changes } from './ports';

/** Keeps listeners and tells them which part changed. */
export class Teller<Part extends string> implements Changes<Part> {
  readonly #listeners = new Set<(part: Part) => void>();

  on(listener: (part: Part) => void): () => void {
    // Wrapped, so that one function given twice is told twice and each can stop for itself.
    const entry = (part: Part): void => listener(part);
    this.#listeners.add(entry);
    return () => this.#listeners.delete(entry);
  }

  /** Tells everybody. One who throws does not keep the others from being told. */
  protected tell(part: Part): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener(part);
      } catch (error) {
        queueMicrotask(() => { throw error; });
      }
    }
  }
}

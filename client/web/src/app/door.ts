/** Who stands before the door looks in now and again: what the square is called, and how many are there. */
import type { Glance } from './ports';

/** How often, ms: often enough to see a meeting fill, seldom enough to be nothing to the server. */
const LOOK_EVERY_MS = 10_000;

/** What the door needs of the world around it. */
export interface AtTheDoor {
  /** Looks once; null when nothing can be seen. */
  look(): Promise<Glance | null>;
  /** Whether anybody looks at the page. */
  isSeen(): boolean;
  /** Told only when it is another than before. */
  seen(glance: Glance): void;
}

/** Looks now and again; gives how to stop. What was seen stays when a later look fails. */
export function watchDoor({ look, isSeen, seen }: AtTheDoor): () => void {
  let over = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let last: Glance | null = null;

  async function once(): Promise<void> {
    const glance = isSeen() ? await look() : null;
    if (over) return;
    if (glance !== null && (glance.name !== last?.name || glance.people !== last.people)) {
      last = glance;
      seen(glance);
    }
    timer = setTimeout(() => void once(), LOOK_EVERY_MS);
  }

  void once();
  return () => {
    over = true;
    clearTimeout(timer);
  };
}

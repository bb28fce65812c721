/** Waiting for things to become true, never for ever. */

/** How long a story waits for something that should happen, unless told otherwise. */
export const PATIENCE_MS = 15_000;

/** Waits. */
export function pause(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}

/** Waits until `look` gives a value that `enough` accepts, and gives it. Fails with the last one that it saw. */
export async function eventually<T>(
  what: string, look: () => Promise<T>, enough: (seen: T) => boolean = Boolean, withinMs = PATIENCE_MS,
): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const seen = await look();
    if (enough(seen)) return seen;
    if (performance.now() > deadline) throw new Error(`${what}: not within ${withinMs} ms, last seen ${JSON.stringify(seen)}`);
    await pause(100);
  }
}

/** Looks for a while and fails as soon as `look` gives a value that `allowed` refuses. */
export async function always<T>(
  what: string, look: () => Promise<T>, allowed: (seen: T) => boolean, forMs: number,
): Promise<void> {
  const end = performance.now() + forMs;
  while (performance.now() < end) {
    const seen = await look();
    if (!allowed(seen)) throw new Error(`${what}: broken by ${JSON.stringify(seen)}`);
    await pause(100);
  }
}

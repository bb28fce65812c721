/** How long to wait before trying again. */

const FIRST_MS = 300;
const LONGEST_MS = 5_000;

/** How far a wait strays from its middle: after a restart of the server, five hundred pages should not come at once. */
const JITTER = 0.3;

/** The wait before try number `attempt`, counted from 1, ms: 0.3 s, 0.6 s, … 5 s, each give or take 30 %. */
export function backoff_ms(attempt: number, random: number): number {
  const middle_ms = Math.min(FIRST_MS * 2 ** (attempt - 1), LONGEST_MS);
  return middle_ms * (1 - JITTER + 2 * JITTER * random);
}

/** How long to wait before trying again. */

const FIRST_MS = 300;

/** While a server is most likely just starting again, it is missed for no longer than this: a talk waits. */
const LONGEST_MS = 1_000;

/** After so many tries it is away for longer, and pages wait for as long between two. */
const AWAY_AFTER = 60;
const AWAY_MS = 5_000;

/** How far a wait strays from its middle: after a restart of the server, five hundred pages should not come at once. */
const JITTER = 0.3;

/** The wait before try number `attempt`, counted from 1, ms: 0.3 s, 0.6 s, 1 s, 1 s, … each give or take 30 %. */
export function backoff_ms(attempt: number, random: number): number {
  const longest_ms = attempt > AWAY_AFTER ? AWAY_MS : LONGEST_MS;
  const middle_ms = Math.min(FIRST_MS * 2 ** (attempt - 1), longest_ms);
  return middle_ms * (1 - JITTER + 2 * JITTER * random);
}

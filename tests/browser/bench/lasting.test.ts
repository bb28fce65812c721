/**
 * The open space of the stories, and a server that is killed a hundred times while it goes on: `cargo xtask bench
 * lasting`. `TORG_KILLS` and `TORG_SEED` choose how often and which moments.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Dice } from '../support/dice';
import { inWords, percentile, playWhileKilled } from '../support/killing';
import { Stage } from '../support/stage';

const KILLS = Number.parseInt(process.env['TORG_KILLS'] ?? '100', 10);

/** A kill, what follows it, and the way to the next moment take half of this on a quiet machine, ms. */
const KILL_MS = 30_000;

/** Sound is to be back within this for 95 of 100, ms. */
const SOUND_P95_MS = 3_000;

describe.each(['SQLite', 'PostgreSQL'] as const)('an open space on %s', (database) => {
  const dice = Dice.cast();
  let stage: Stage | undefined;

  beforeAll(async () => {
    stage = await Stage.set(database, dice);
  }, 120_000);

  afterAll(() => stage?.strike());

  it(`forgets nothing when it is killed ${KILLS} times`, async () => {
    const { square, space: open } = stage as Stage;
    const figures = await playWhileKilled(square, open, dice, KILLS);
    await open.goHome();
    const visits = await open.compareVisits();
    console.log(`${database}: ${visits} visits compared with what guests saw\n${inWords(figures, open)}`);
    expect(open.faults).toEqual([]);
    expect(percentile(figures.sound, 0.95)).toBeLessThan(SOUND_P95_MS);
  }, KILL_MS * KILLS + 120_000);
});

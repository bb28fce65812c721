/**
 * The open space of the stories, and a server that is killed a hundred times while it goes on: `cargo xtask bench
 * lasting`. `TORG_KILLS` and `TORG_SEED` choose how often and which moments.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Dice } from '../support/dice';
import { inWords, percentile, playWhileKilled } from '../support/killing';
import { OpenSpace } from '../support/openspace';
import { Postgres } from '../support/postgres';
import { Square } from '../support/square';

const KILLS = Number.parseInt(process.env['TORG_KILLS'] ?? '100', 10);

/** A kill, what follows it, and the way to the next moment take half of this on a quiet machine, ms. */
const KILL_MS = 30_000;

/** Sound is to be back within this for 95 of 100, ms. */
const SOUND_P95_MS = 3_000;

describe.each(['SQLite', 'PostgreSQL'])('an open space on %s', (database) => {
  const dice = Dice.cast();
  let server: Postgres | undefined;
  let square: Square;
  let space: OpenSpace | undefined;

  beforeAll(async () => {
    console.log(`${database}: TORG_SEED=${dice.seed}`);
    server = database === 'PostgreSQL' ? await Postgres.start() : undefined;
    square = await Square.startToRestart(server === undefined ? [] : ['--record-url', server.url]);
    space = await OpenSpace.gather(square, dice);
  }, 120_000);

  afterAll(async () => {
    await space?.end();
    await square?.stop();
    await server?.stop();
  });

  it(`forgets nothing when it is killed ${KILLS} times`, async () => {
    const open = space as OpenSpace;
    const figures = await playWhileKilled(square, open, dice, KILLS);
    await open.goHome();
    const visits = await open.compareVisits();
    console.log(`${database}: ${visits} visits compared with what guests saw\n${inWords(figures, open)}`);
    expect(open.faults).toEqual([]);
    expect(percentile(figures.sound, 0.95)).toBeLessThan(SOUND_P95_MS);
  }, KILL_MS * KILLS + 120_000);
});

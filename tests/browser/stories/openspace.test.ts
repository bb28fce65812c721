/**
 * A whole Open Space with real processes: forty guests, two of them in Chromium, post, place, join, move on and go home.
 * The visits say who sat where with which topic, to the person and the second; and nothing that was acknowledged is lost
 * or doubled when the server is killed. On SQLite and on PostgreSQL.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Dice } from '../support/dice';
import { inWords, playWhileKilled } from '../support/killing';
import { Stage } from '../support/stage';

/** The longest that a part of the story may take. */
const WHOLE_MS = 240_000;

const DATABASES = [
  { database: 'SQLite', kills: 6 },
  { database: 'PostgreSQL', kills: 3 },
] as const;

describe.each(DATABASES)('an open space on $database', ({ database, kills }) => {
  const dice = Dice.cast();
  let stage: Stage | undefined;

  beforeAll(async () => {
    stage = await Stage.set(database, dice);
  }, 120_000);

  afterAll(() => stage?.strike());

  it('records who sat where with which topic, and forgets nothing when it is killed', async () => {
    const { square, space: open } = stage as Stage;
    await open.round({ hangs: true, byHand: true });
    const figures = await playWhileKilled(square, open, dice, kills);
    await open.goHome();
    const visits = await open.compareVisits();
    console.log(`${database}: ${visits} visits are right\n${inWords(figures, open)}`);
    expect(open.faults).toEqual([]);
    expect(visits).toBeGreaterThan(100);
  }, WHOLE_MS);
});

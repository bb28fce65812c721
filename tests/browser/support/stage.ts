/** A server with its database, and the people of an open space on it. */
import type { Dice } from './dice';
import { OpenSpace } from './openspace';
import { Postgres } from './postgres';
import { Square } from './square';

export type Database = 'SQLite' | 'PostgreSQL';

export class Stage {
  readonly square: Square;
  readonly space: OpenSpace;
  readonly #postgres: Postgres | undefined;

  private constructor(square: Square, space: OpenSpace, postgres: Postgres | undefined) {
    [this.square, this.space, this.#postgres] = [square, space, postgres];
  }

  /** Starts all of it, and gathers everybody. What has been started ends with this process in any case. */
  static async set(database: Database, dice: Dice): Promise<Stage> {
    console.log(`seed of ${database}: TORG_SEED=${dice.seed}`);
    const postgres = database === 'PostgreSQL' ? await Postgres.start() : undefined;
    const square = await Square.startToRestart(postgres === undefined ? [] : ['--record-url', postgres.url]);
    return new Stage(square, await OpenSpace.gather(square, dice), postgres);
  }

  /** Sends everybody away and stops it. */
  async strike(): Promise<void> {
    await this.space.end();
    await this.square.stop();
    await this.#postgres?.stop();
  }
}

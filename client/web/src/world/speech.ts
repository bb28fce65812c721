/** Who speaks over everything to whom, and where that is kept out. */
import type { World } from '../app/ports';
import type { Addressed, ParticipantId } from '../wire/types';

/** To whom somebody speaks over everything; null while they don't. */
export function addressedBy({ broadcasts }: Pick<World, 'broadcasts'>, who: ParticipantId): Addressed | null {
  return broadcasts.find(({ speaker }) => speaker === who)?.to ?? null;
}

/** Whether the table of somebody keeps broadcasts out. Only a closed one can, and a table may have been closed once. */
export function isKeptOut(world: Pick<World, 'tableOf' | 'keptOut' | 'space'>, who: ParticipantId): boolean {
  const table = world.tableOf(who);
  return table !== null && world.keptOut.has(table) && world.space.map.tables[table]?.wall === 'closed';
}

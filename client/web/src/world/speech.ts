/** Who speaks over everything to whom, and where that is kept out. */
import type { World } from '../app/ports';
import type { Addressed, ParticipantId, ZoneSpec } from '../wire/types';

/** To whom somebody speaks over everything; null while they don't. */
export function addressedBy({ broadcasts }: Pick<World, 'broadcasts'>, who: ParticipantId): Addressed | null {
  return broadcasts.find(({ speaker }) => speaker === who)?.to ?? null;
}

/** `everybody`, `conveners` or `zone:NAME`, as the API names whom a sound or a stream is to. */
export function addressedParameter(to: Addressed, zones: readonly Pick<ZoneSpec, 'name'>[]): string {
  return to.kind === 'zone' ? `zone:${zones[to.zone]?.name ?? ''}` : to.kind;
}

/** Whether somebody's broadcast is there to be talked over. */
export function playsInBackground({ broadcasts }: Pick<World, 'broadcasts'>, who: ParticipantId): boolean {
  return broadcasts.some(({ speaker, background }) => speaker === who && background);
}

/** Whether the table of somebody keeps broadcasts out. Only a closed one can, and a table may have been closed once. */
export function isKeptOut(world: Pick<World, 'tableOf' | 'keptOut' | 'space'>, who: ParticipantId): boolean {
  const table = world.tableOf(who);
  return table !== null && world.keptOut.has(table) && world.space.map.tables[table]?.wall === 'closed';
}

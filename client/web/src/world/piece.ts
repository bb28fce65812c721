/** The talking piece: who is heard at a table where it goes round, and who gets it next. */
import type { World } from '../app/ports';
import type { ParticipantId, TableId } from '../wire/types';

/**
 * Whether somebody's voice goes to nobody because another one at their table holds the talking piece, or nobody does. Who
 * speaks over everything is heard all the same.
 */
export function isHushed(world: Pick<World, 'pieces' | 'tableOf' | 'broadcasts'>, who: ParticipantId): boolean {
  const table = world.tableOf(who);
  return table !== null && world.pieces.has(table) && world.pieces.get(table) !== who
    && !world.broadcasts.some(({ speaker }) => speaker === who);
}

/** Who sits at a table and can hold the piece, by seat. Who is no person says nothing, and a broken line can pass nothing on. */
export function circleOf(world: Pick<World, 'seats' | 'people'>, table: TableId): ParticipantId[] {
  return world.seats(table).filter((who): who is ParticipantId => {
    const person = who === null ? undefined : world.people.get(who);
    return person?.kind === 'person' && person.presence === 'here';
  });
}

/** Who gets the piece from somebody when it goes on: the next by seat, clockwise. Null where nobody else can hold it. */
export function nextInCircle(world: Pick<World, 'seats' | 'people'>, table: TableId, from: ParticipantId): ParticipantId | null {
  const seats = world.seats(table);
  const circle = new Set(circleOf(world, table));
  const at = seats.indexOf(from);
  if (at < 0) return null;
  const turned = [...seats.slice(at + 1), ...seats.slice(0, at)];
  return turned.find((who) => who !== null && circle.has(who)) ?? null;
}

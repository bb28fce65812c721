/** How loud somebody is for me: by the hearing law, or in full for who speaks over everything. */
import type { World } from '../app/ports';
import type { ParticipantId } from '../wire/types';
import { isHushed } from '../world/piece';
import { playsInBackground } from '../world/speech';

type Speaks = Pick<World, 'spokenTo' | 'people' | 'broadcasts'>;

/**
 * The factor on the amplitude before volumes and ducking, 0 to 1. What plays in the background is quieter already when it
 * comes. Who has to wait for the talking piece is not heard.
 */
export function loudness(
  world: Pick<World, 'gain' | 'spokenTo' | 'pieces' | 'tableOf' | 'broadcasts'>, who: ParticipantId,
): number {
  if (world.spokenTo.has(who)) return 1;
  return isHushed(world, who) ? 0 : world.gain(who);
}

/** Whether somebody speaks over everything to me and is not muted. What plays in the background speaks over nothing. */
export function isSpokenOver(world: Speaks): boolean {
  for (const who of world.spokenTo) {
    if (world.people.get(who)?.microphone === 'on' && !playsInBackground(world, who)) return true;
  }
  return false;
}

/** Whether somebody is quieter for me because another one speaks over them. Who speaks over everything is not. */
export function isDucked(world: Speaks, who: ParticipantId): boolean {
  const isOver = world.spokenTo.has(who) && !playsInBackground(world, who);
  return !isOver && isSpokenOver(world);
}

/** How loud somebody is for me: by the hearing law, or in full for who speaks over everything. */
import type { World } from '../app/ports';
import type { ParticipantId } from '../wire/types';

/** The factor on the amplitude before volumes and ducking, 0 to 1. */
export function loudness(world: Pick<World, 'gain' | 'spokenTo'>, who: ParticipantId): number {
  return world.spokenTo.has(who) ? 1 : world.gain(who);
}

/** Whether all else is ducked: somebody speaks over it to me, and is not muted. */
export function isSpokenOver({ spokenTo, people }: Pick<World, 'spokenTo' | 'people'>): boolean {
  for (const who of spokenTo) if (people.get(who)?.microphone === 'on') return true;
  return false;
}

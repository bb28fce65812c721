/**
 * How loud I want single people. By id; when the server begins anew, so do its ids, and then by name, as people come
 * back one by one. A namesake gets the volume too then: better than a stranger who got the id.
 */
import type { World } from '../app/ports';
import type { ParticipantId } from '../wire/types';

type People = Pick<World, 'people'>;

/** The volumes set for people. */
export class Volumes {
  #world: People | null = null;
  #byId = new Map<ParticipantId, number>();
  /** Of those who were somebody else by id in the world before, or nobody. */
  readonly #byName = new Map<string, number>();

  /** The volume of somebody; 1 unless set. */
  of(who: ParticipantId): number {
    return this.#byId.get(who) ?? this.#byName.get(this.#world?.people.get(who)?.name ?? '') ?? 1;
  }

  set(who: ParticipantId, volume: number): void {
    this.#byId.set(who, volume);
  }

  /** Another world, perhaps with other ids. */
  enter(world: People): void {
    const before = this.#world;
    const byId = new Map<ParticipantId, number>();
    for (const [who, volume] of this.#byId) {
      const name = before?.people.get(who)?.name;
      if (name === undefined) continue;
      if (world.people.get(who)?.name === name) byId.set(who, volume);
      else this.#byName.set(name, volume);
    }
    this.#byId = byId;
    this.#world = world;
  }
}

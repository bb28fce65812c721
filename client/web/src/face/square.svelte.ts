/**
 * What the square's page shows, derived from the world: lines of the list, who speaks, where I am. One object a
 * page; the world in it is replaced when the session comes back.
 */
import { untrack } from 'svelte';
import type { Core, World } from '../app/ports';
import { loudnessOf } from '../scene/figures';
import { HEARING_LAWS } from '../world/gain';
import { isHushed } from '../world/piece';
import type { HearingPreset, ParticipantId, TableId } from '../wire/types';
import { besideOf, linesOf, spotIn, zoneAt, type SquareLines } from './lines';
import { watch } from './watch';

/** Louder than this is speech to be shown in the list. */
const SPEAKING_LOUDNESS = 0.1;
/** Words have gaps; who spoke this short a time ago still speaks. */
const SPEAKING_HOLD_MS = 700;
/** How often we look who is near: people walk without telling. */
const NEARBY_EVERY_MS = 500;

/** I have arrived when I stood still for this many looks: the first may come before the walk has begun. */
const ARRIVED_AFTER_LOOKS = 3;

/** Somebody a line on the map leads to is found when they are this near, metres. */
const FOUND_M = 2;

/** Where I am on my way to, as long as I have not arrived or turned. */
export interface Heading { readonly name: string; readonly table: TableId | null }

export class SquareState {
  readonly core: Core;
  readonly #world: () => World;
  readonly #told = $derived.by(() => watch(this.#world(), 'people', 'space'));
  readonly #toldHearing = $derived.by(() => watch(this.#world(), 'hearing'));
  readonly lines: SquareLines = $derived.by(() => {
    this.#told();
    return linesOf(this.#world());
  });
  readonly hearing: HearingPreset = $derived.by(() => {
    this.#toldHearing();
    return this.#world().hearing;
  });
  #speaking = $state.raw<ReadonlySet<ParticipantId>>(new Set());
  #near = $state(0);
  #zone = $state<string | null>(null);
  #heading = $state.raw<Heading | null>(null);
  #stillFor = 0;
  #guide = $state<ParticipantId | null>(null);

  constructor(core: Core, world: () => World) {
    this.core = core;
    this.#world = world;
    // Only another world starts them anew, not what they read of this object.
    const follow = (start: (to: World) => () => void): (() => void) => {
      const to = world();
      return untrack(() => start(to));
    };
    $effect(() => follow((to) => this.#followVoices(to)));
    $effect(() => follow((to) => this.#followNearby(to)));
    $effect(() => {
      if (this.lines.myTable && this.lines.myTable.id === this.#heading?.table) this.#heading = null;
    });
  }

  get world(): World { return this.#world(); }
  /** Who speaks now. */
  get speaking(): ReadonlySet<ParticipantId> { return this.#speaking; }
  /** How many I can hear from where I stand. */
  get near(): number { return this.#near; }
  /** The name of the zone I stand in. */
  get zone(): string | null { return this.#zone; }
  get heading(): Heading | null { return this.#heading; }
  /** To whom a line on the map leads, until I am there. */
  get guide(): ParticipantId | null { return this.#guide; }
  get earshot_m(): number { return HEARING_LAWS[this.hearing].edge_m; }

  joinTable(table: TableId): void {
    const name = this.world.space.map.tables[table]?.name;
    if (name === undefined) return;
    this.#head({ name, table });
    this.core.joinTable(table);
  }

  leaveTable(): void {
    this.#heading = null;
    this.core.leaveTable();
  }

  goToZone(index: number): void {
    const zone = this.world.space.map.zones[index];
    if (!zone) return;
    this.#head({ name: zone.name, table: null });
    this.core.walkTo(spotIn(zone, this.world.me));
  }

  /** Walks up to somebody; to who sits at a table means to sit down with them. */
  walkUpTo(who: ParticipantId): void {
    const { world } = this;
    const person = world.people.get(who);
    const them = world.position(who);
    const me = world.position(world.me);
    if (!person || !them || !me) return;
    if (person.place.on === 'seat') return this.joinTable(person.place.table);
    this.#head({ name: person.name, table: null });
    this.core.walkTo(besideOf(them, me, world.space.map));
  }

  /** Walks to the rim of a table, to stand beside those who sit there. */
  walkUpToTable(table: TableId): void {
    const { world } = this;
    const spec = world.space.map.tables[table];
    const me = world.position(world.me);
    if (!spec || !me) return;
    this.#head({ name: spec.name, table: null });
    this.core.walkTo(besideOf(spec, me, world.space.map, spec.radius_m + 0.7));
  }

  /** Walks to where all meet: the stage, else the middle of the square. */
  goToPlenum(): void {
    const { map } = this.world.space;
    const stage = map.zones.findIndex(({ kind }) => kind === 'stage');
    if (stage >= 0) return this.goToZone(stage);
    this.#heading = null;
    const middle = { name: '', kind: 'plain', x: map.width_m / 2 - 3, y: map.height_m / 2 - 3, width_m: 6, height_m: 6 } as const;
    this.core.walkTo(spotIn(middle, this.world.me));
  }

  /** Shows the way to somebody by a line on the map; null takes it away. */
  showWayTo(who: ParticipantId | null): void {
    this.#guide = who;
  }

  /** I walk by hand, or was refused: not on the way any more. */
  forgetHeading(): void {
    this.#heading = null;
  }

  #head(heading: Heading): void {
    this.#heading = heading;
    this.#stillFor = 0;
  }

  #followVoices(world: World): () => void {
    const lastSpoke = new Map<ParticipantId, number>();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = (): void => {
      clearTimeout(timer);
      const now = performance.now();
      for (const person of world.people.values()) {
        const speaks = person.microphone === 'on' && loudnessOf(person.level) > SPEAKING_LOUDNESS && !isHushed(world, person.id);
        if (speaks) lastSpoke.set(person.id, now);
      }
      for (const [who, at] of lastSpoke) if (now - at >= SPEAKING_HOLD_MS) lastSpoke.delete(who);
      if (!isSame(this.#speaking, lastSpoke)) this.#speaking = new Set(lastSpoke.keys());
      if (lastSpoke.size > 0) timer = setTimeout(look, SPEAKING_HOLD_MS);
    };
    const stop = world.on((part) => {
      if (part === 'levels' || part === 'people' || part === 'pieces') look();
    });
    look();
    return () => {
      stop();
      clearTimeout(timer);
    };
  }

  /** Whether I stand by somebody, sit with them, or they are gone. */
  #hasFound(world: World, who: ParticipantId): boolean {
    const me = world.position(world.me);
    const them = world.position(who);
    if (!me || !them) return true;
    const table = world.tableOf(who);
    return Math.hypot(me.x - them.x, me.y - them.y) < FOUND_M || (table !== null && table === world.tableOf(world.me));
  }

  #followNearby(world: World): () => void {
    let last = { x: NaN, y: NaN };
    const look = (): void => {
      const at = world.position(world.me);
      if (!at) return;
      this.#zone = zoneAt(world.space.map.zones, at)?.name ?? null;
      let near = 0;
      for (const { id, kind } of world.people.values()) if (id !== world.me && kind === 'person' && world.gain(id) > 0) near += 1;
      this.#near = near;
      if (this.#guide !== null && this.#hasFound(world, this.#guide)) this.#guide = null;
      this.#stillFor = at.x === last.x && at.y === last.y ? this.#stillFor + 1 : 0;
      last = at;
      if (this.#stillFor >= ARRIVED_AFTER_LOOKS && this.#heading) this.#heading = null;
    };
    look();
    const timer = setInterval(look, NEARBY_EVERY_MS);
    return () => clearInterval(timer);
  }
}

function isSame(one: ReadonlySet<ParticipantId>, other: ReadonlyMap<ParticipantId, number>): boolean {
  return one.size === other.size && [...one].every((who) => other.has(who));
}

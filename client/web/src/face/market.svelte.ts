/** The marketplace as the page shows it: what is on now and next, what is mine, and which sheet is open. */
import { createSubscriber } from 'svelte/reactivity';
import type { Core, World } from '../app/ports';
import type { Cell, ParticipantId, Role, Slot, SlotId, TableId, TableSpec, TimeMs, TopicCard, TopicId } from '../wire/types';
import { runsSpace } from './rights';
import type { SquareState } from './square.svelte';
import { watch } from './watch';

/** What lies over the page, one at a time. */
export type MarketSheet =
  | { kind: 'peek'; topic: TopicId }
  | { kind: 'table'; table: TableId }
  | { kind: 'post'; at: Cell | null }
  | { kind: 'edit' | 'place' | 'merge' | 'co_conveners'; topic: TopicId }
  /** A cell that nobody has taken. */
  | { kind: 'cell'; at: Cell }
  | { kind: 'slot'; slot: SlotId | null };

const TICK_MS = 1_000;

export class MarketState {
  readonly square: SquareState;
  readonly #told = $derived.by(() => watch(this.square.world, 'agenda', 'space'));
  readonly #toldDetails = $derived.by(() => watch(this.square.world, 'details'));
  readonly #toldPeople = $derived.by(() => watch(this.square.world, 'people'));
  /** Every second, as long as anybody reads it. */
  readonly #ticks = createSubscriber((update) => {
    const timer = setInterval(update, TICK_MS);
    return () => clearInterval(timer);
  });
  readonly slots: readonly Slot[] = $derived.by(() => (this.#told(), this.square.world.agenda.slots));
  readonly topics: ReadonlyMap<TopicId, TopicCard> = $derived.by(() => (this.#told(), this.square.world.agenda.topics));
  readonly interests: ReadonlySet<TopicId> = $derived.by(() => (this.#told(), this.square.world.agenda.interests));
  readonly open: ReadonlySet<SlotId> = $derived.by(() => (this.#told(), this.square.world.agenda.openSlots));
  /** What no cell holds, the newest last. */
  readonly tray: readonly TopicCard[] = $derived([...this.topics.values()].filter(({ placed }) => placed === null));
  /** What runs now: of several, what began last. */
  readonly current: Slot | null = $derived(this.slots.findLast(({ id }) => this.open.has(id)) ?? null);
  /** Whether I run this space. */
  readonly runs: boolean = $derived.by(() => (this.#toldPeople(), runsSpace(this.square.world.role)));
  sheet = $state.raw<MarketSheet | null>(null);
  board = $state(false);

  /** The role that my link gave me. */
  readonly cameAs: Role;

  constructor(square: SquareState) {
    this.square = square;
    this.cameAs = square.world.role;
  }

  get core(): Core { return this.square.core; }
  get world(): World { return this.square.world; }
  get tables(): readonly TableSpec[] { return (this.#told(), this.world.space.map.tables); }

  /** The server's time, to the second. */
  get now(): TimeMs {
    this.#ticks();
    return this.world.now();
  }

  /** What begins next, after now. */
  get next(): Slot | null {
    const { now } = this;
    return this.slots.find((slot) => slot.starts_at > now && !this.open.has(slot.id)) ?? null;
  }

  /** What a table carries now. */
  topicNow(table: TableId): TopicCard | null {
    this.#told();
    return this.world.agenda.topicNow(table);
  }

  topicAt(at: Cell): TopicCard | null {
    this.#told();
    return this.world.agenda.topicAt(at);
  }

  slot(id: SlotId): Slot | null {
    return this.slots.find((slot) => slot.id === id) ?? null;
  }

  /** What was read of a topic; null until it came. */
  detail(topic: TopicId): ReturnType<World['agenda']['detail']> {
    this.#toldDetails();
    return this.world.agenda.detail(topic);
  }

  get visits(): World['agenda']['visits'] {
    this.#toldDetails();
    return this.world.agenda.visits;
  }

  tableName(table: TableId): string {
    return this.tables[table]?.name ?? '';
  }

  /** Whether I bring this topic. */
  isMine(topic: TopicCard): boolean {
    const mine = (who: ParticipantId | null): boolean => who === this.world.me;
    return mine(topic.convener.participant) || topic.co_conveners.some(({ participant }) => mine(participant));
  }

  mayEdit(topic: TopicCard): boolean {
    return this.runs || this.isMine(topic);
  }

  /** Whether it is in my agenda: I bring it, or marked it. */
  concernsMe(topic: TopicCard): boolean {
    return this.isMine(topic) || this.interests.has(topic.id);
  }

  /** Whether a topic can still be placed in a slot. */
  takesTopics(slot: Slot): boolean {
    return slot.kind === 'topics' && slot.ends_at > this.world.now();
  }

  show(sheet: MarketSheet | null): void {
    this.sheet = sheet;
  }

  /** Shows what a table carries now, else the table itself. */
  peekTable(table: TableId): void {
    const topic = this.topicNow(table);
    this.show(topic ? { kind: 'peek', topic: topic.id } : { kind: 'table', table });
  }

  /** Closes what lies over the map, and walks to a table. */
  takeMeTo(table: TableId): void {
    this.sheet = null;
    this.board = false;
    const line = this.square.lines.tables[table];
    if (!line || line.isMine) return;
    if (line.isFull) this.square.walkUpToTable(table);
    else this.square.joinTable(table);
  }

  /** Closes what lies over the map, and walks to where all meet: the stage, else the middle. */
  goToPlenum(): void {
    this.sheet = null;
    this.board = false;
    this.square.goToPlenum();
  }
}

/** The agenda and the marketplace, built from the server's messages alone. */
import type {
  AgendaView, Cell, ServerMessage, Slot, SlotId, TableId, TimeMs, TopicCard, TopicDetail, TopicId, Visit,
} from '../wire/types';

/** What of the server's messages changes the agenda. */
export type AgendaMessage = Extract<ServerMessage, {
  type: 'slot_changed' | 'slot_removed' | 'topic_changed' | 'topic_removed' | 'my_interests' | 'topic_detail'
    | 'visits' | 'slot_opened' | 'slot_closed';
}>;

const AGENDA_TAGS: Record<AgendaMessage['type'], true> = {
  slot_changed: true, slot_removed: true, topic_changed: true, topic_removed: true, my_interests: true,
  topic_detail: true, visits: true, slot_opened: true, slot_closed: true,
};

/** Whether a message is for the agenda. */
export function isAgendaMessage(message: { type: string }): message is AgendaMessage {
  return Object.hasOwn(AGENDA_TAGS, message.type);
}

/** Details that are kept: the last ones that somebody opened. More would only grow for as long as the page is open. */
const DETAILS_MAX = 20;

/**
 * Slots, topics and my marks. Each change makes new collections, so that whoever holds one may compare and derive;
 * nothing in a collection changes once it is handed out.
 */
export class Agenda {
  #slots: readonly Slot[];
  #topics: ReadonlyMap<TopicId, TopicCard>;
  #interests: ReadonlySet<TopicId>;
  /** By slot, then by table. */
  #cells: ReadonlyMap<SlotId, ReadonlyMap<TableId, TopicCard>>;
  /** The slots whose bell has rung, and whose end has not. */
  #open: ReadonlySet<SlotId>;
  #details: ReadonlyMap<TopicId, TopicDetail> = new Map();
  #visits: readonly Visit[] | null = null;

  /** `now` tells which slots are open already: their bells rang before we came. */
  constructor(view: AgendaView, now: TimeMs) {
    this.#slots = sorted(view.slots);
    this.#topics = new Map(view.topics.map((topic) => [topic.id, topic]));
    this.#interests = new Set(view.my_interests);
    this.#open = new Set(view.slots.filter((slot) => slot.starts_at <= now && now < slot.ends_at).map(({ id }) => id));
    this.#cells = cellsOf(this.#topics);
  }

  /** By start, then by id. */
  get slots(): readonly Slot[] { return this.#slots; }
  get topics(): ReadonlyMap<TopicId, TopicCard> { return this.#topics; }
  /** The topics that I marked. */
  get interests(): ReadonlySet<TopicId> { return this.#interests; }
  get openSlots(): ReadonlySet<SlotId> { return this.#open; }
  /** What was asked for of who has been where; null until it came. */
  get visits(): readonly Visit[] | null { return this.#visits; }

  slot(id: SlotId): Slot | null {
    return this.#slots.find((slot) => slot.id === id) ?? null;
  }

  /** The topic on a cell of the board. */
  topicAt({ slot, table }: Cell): TopicCard | null {
    return this.#cells.get(slot)?.get(table) ?? null;
  }

  /** The topic that a table carries now: of the slot that opened last, where slots overlap. */
  topicNow(table: TableId): TopicCard | null {
    for (const { id } of [...this.#slots].reverse()) {
      const topic = this.#open.has(id) ? this.topicAt({ slot: id, table }) : null;
      if (topic !== null) return topic;
    }
    return null;
  }

  /** What a topic says at length, if it was asked for lately. */
  detail(topic: TopicId): TopicDetail | null {
    return this.#details.get(topic) ?? null;
  }

  /** Takes in a message. */
  apply(message: AgendaMessage): void {
    switch (message.type) {
      case 'slot_changed': return this.#changeSlot(message.slot);
      case 'slot_removed':
        this.#slots = this.#slots.filter(({ id }) => id !== message.slot);
        return this.#ring(message.slot, false);
      case 'topic_changed':
        this.#topics = new Map(this.#topics).set(message.topic.id, message.topic);
        this.#cells = cellsOf(this.#topics);
        return;
      case 'topic_removed': return this.#removeTopic(message.topic);
      case 'my_interests':
        this.#interests = new Set(message.topics);
        return;
      case 'topic_detail': {
        const { type: _, ...detail } = message;
        const kept = [...this.#details].filter(([topic]) => topic !== detail.topic).slice(1 - DETAILS_MAX);
        this.#details = new Map([...kept, [detail.topic, detail]]);
        return;
      }
      case 'visits':
        this.#visits = message.visits;
        return;
      case 'slot_opened': return this.#ring(message.slot, true);
      case 'slot_closed': return this.#ring(message.slot, false);
    }
  }

  #changeSlot(slot: Slot): void {
    this.#slots = sorted([...this.#slots.filter(({ id }) => id !== slot.id), slot]);
  }

  #removeTopic(topic: TopicId): void {
    const topics = new Map(this.#topics);
    if (!topics.delete(topic)) return;
    this.#topics = topics;
    this.#cells = cellsOf(topics);
    const interests = new Set(this.#interests);
    if (interests.delete(topic)) this.#interests = interests;
  }

  #ring(slot: SlotId, opens: boolean): void {
    if (this.#open.has(slot) === opens) return;
    const open = new Set(this.#open);
    if (opens) open.add(slot);
    else open.delete(slot);
    this.#open = open;
  }
}

function sorted(slots: readonly Slot[]): readonly Slot[] {
  return [...slots].sort((one, other) => one.starts_at - other.starts_at || one.id - other.id);
}

function cellsOf(topics: ReadonlyMap<TopicId, TopicCard>): ReadonlyMap<SlotId, ReadonlyMap<TableId, TopicCard>> {
  const cells = new Map<SlotId, Map<TableId, TopicCard>>();
  for (const topic of topics.values()) {
    if (topic.placed === null) continue;
    const { slot, table } = topic.placed;
    const row = cells.get(slot);
    if (row) row.set(table, topic);
    else cells.set(slot, new Map([[table, topic]]));
  }
  return cells;
}

/** A marketplace to look at, and what a server would do with the changes that are asked for. */
import { ChangeRefused } from '../../app/requests';
import type {
  AgendaView, Cell, Change, Comment, CommentId, LanguageTag, Made, NamedPerson, Need, ParticipantId, Slot, SlotId, SlotKind,
  TableId, TimeMs, TopicCard, TopicId, TopicText, Visit, VisitId,
} from '../../wire/types';
import type { SquareWorld } from '../../world/world';

const MINUTE_MS = 60_000;
const ME = 1 as ParticipantId;

/** Minutes from now, a name, a kind. */
const SLOTS: readonly (readonly [from: number, to: number, name: string, kind: SlotKind])[] = [
  [-62, -42, 'Welcome', 'plenum'], [-42, -12, 'Round 1', 'topics'], [-12, 18, 'Round 2', 'topics'],
  [18, 28, 'Coffee', 'break'], [28, 58, 'Round 3', 'topics'], [58, 78, 'Harvest', 'plenum'],
];

type Sketch = readonly [title: string, who: [number | null, string], cell: [number, number] | null, interested: number, more?: Partial<TopicCard>];

const TOPICS: readonly Sketch[] = [
  ['What do young people say themselves?', [2, 'Ingrid Solheim'], [2, 0], 9],
  ['Loneliness: who notices first?', [3, 'Kari Nordmann'], [2, 2], 14, { needs: ['quiet'], comments: 3 }],
  ['Meningsfull aktivitet på dagtid', [6, 'Linnéa Bergström'], [3, 4], 6, { language: 'nb' as LanguageTag }],
  ['Getting employers to say yes the first time', [7, 'Ola Hansen'], [3, 1], 11, { language: 'en' as LanguageTag }],
  ['A shared calendar between clinic and municipality', [8, 'Fatima Ali'], [3, 5], 4, { needs: ['closed', 'screen'] }],
  ['Coffee without an agenda', [12, 'Berit Aas'], [3, 3], 21],
  ['When the hospital PC blocks everything', [5, 'Mikkel Sørensen'], [5, 0], 7, { language: 'da' as LanguageTag, needs: ['screen'] }],
  ['How do we keep going after today?', [1, 'Marte Vik'], [5, 1], 8, { co_conveners: [{ participant: 3 as ParticipantId, name: 'Kari Nordmann' }] }],
  ['Peer support in small places', [9, 'Jens Peter'], null, 5, { language: 'da' as LanguageTag }],
  ['Who speaks for the next of kin?', [10, 'Sunniva Lie'], null, 12, { wish: 5 as SlotId, language: 'nb' as LanguageTag, needs: ['quiet', 'facilitator'] }],
  ['Measuring what matters, not what is easy to count', [null, 'Torunn (by post)'], null, 3],
];

export const DESCRIPTION = 'We plan for young people, and rarely with them. Bring one thing a young person told you that changed what you do. I would like us to leave with three things we can try before Christmas.';

const WORDS = ['work', 'youth', 'trust', 'time', 'health', 'school', 'home', 'hope', 'rules', 'money', 'data', 'care'];

export function smallMarket(now: TimeMs, shift_min: number): AgendaView {
  const slots = SLOTS.map(([from, to, name, kind], index): Slot => ({
    id: index + 1 as SlotId, name, kind,
    starts_at: now + (from + shift_min) * MINUTE_MS as TimeMs, ends_at: now + (to + shift_min) * MINUTE_MS as TimeMs,
  }));
  const topics = TOPICS.map(([title, who, cell, interested, more], index) => card(index + 1, title, who, cell, interested, more));
  return { slots, topics, my_interests: [2 as TopicId, 10 as TopicId] };
}

/** As many topics as one likes, on so many tables. */
export function largeMarket(now: TimeMs, count: number, tables: number): AgendaView {
  const rows = [1, 2, 3, 4, 5, 6];
  const slots = rows.map((row): Slot => ({
    id: row as SlotId, name: `Round ${row}`, kind: 'topics',
    starts_at: now + (row - 3) * 30 * MINUTE_MS as TimeMs, ends_at: now + (row - 2) * 30 * MINUTE_MS - 12_000 as TimeMs,
  }));
  const word = (index: number): string => WORDS[index % WORDS.length] ?? '';
  const needs: Need[][] = [[], ['quiet'], ['screen', 'facilitator'], [], ['closed']];
  const languages = [null, 'nb', 'da', 'sv', 'en'] as (LanguageTag | null)[];
  const topics = Array.from({ length: count }, (_, index) => {
    const cell = index % 9 === 8 ? null : [1 + (index % 6), Math.floor(index / 6) % tables] as [number, number];
    const title = `Between ${word(index)} and ${word(index * 5 + 3)}: what ${word(index * 7 + 1)} asks of us`;
    return card(index + 1, title, [(index % 40) + 2, `Person ${index % 40}`], cell, (index * 7) % 23, {
      needs: needs[index % 5] ?? [], language: languages[index % 5] ?? null, comments: index % 4,
    });
  });
  return { slots, topics, my_interests: [1, 20, 41, 62].map((id) => id as TopicId) };
}

function card(
  id: number, title: string, [participant, name]: [number | null, string], cell: [number, number] | null, interested: number,
  more: Partial<TopicCard> = {},
): TopicCard {
  return {
    id: id as TopicId, title, convener: { participant: participant as ParticipantId | null, name }, co_conveners: [], wish: null,
    placed: cell && { slot: cell[0] as SlotId, table: cell[1] as TableId }, needs: [], language: null, interested, comments: 0,
    merge_proposed_by: null, ...more,
  };
}

/** Answers changes as the server would, as far as one person can see. */
export class FakeMarket {
  readonly #world: SquareWorld;
  #next = 1_000;
  readonly #comments = new Map<TopicId, Comment[]>();
  readonly #texts = new Map<TopicId, string>();

  constructor(world: SquareWorld) {
    this.#world = world;
    this.#comments.set(2 as TopicId, [
      this.#comment('Åse-Marie Ødegård-Haugen', 'The caretaker at the school. Always the caretaker.', -26),
      this.#comment('Berit Aas', 'Could we ask the library to join?', -9),
    ]);
  }

  async change(change: Change): Promise<Made | null> {
    await new Promise((resolve) => { setTimeout(resolve, 120); });
    return this.#do(change);
  }

  #do(change: Change): Made | null {
    switch (change.type) {
      case 'post_topic': return this.#post(change.topic, change.at ?? null, change.anyway ?? false);
      case 'edit_topic':
        this.#texts.set(change.topic, change.text.description);
        this.#update(change.topic, { title: change.text.title, needs: change.text.needs, language: change.text.language, wish: change.text.wish });
        return null;
      case 'place_topic':
        this.#free(change.at, change.topic, change.anyway ?? false);
        this.#update(change.topic, { placed: change.at });
        return null;
      case 'unplace_topic':
        this.#update(change.topic, { placed: null });
        return null;
      case 'withdraw_topic':
        this.#world.apply({ type: 'topic_removed', topic: change.topic, into: null });
        return null;
      case 'set_interest': return this.#mark(change.topic, change.interested);
      case 'add_comment': return this.#addComment(change.topic, change.text);
      case 'add_slot': {
        const id = this.#next++ as SlotId;
        this.#world.apply({ type: 'slot_changed', slot: { id, ...change.slot } });
        return { slot: id };
      }
      case 'edit_slot':
        this.#world.apply({ type: 'slot_changed', slot: { id: change.slot, ...change.text } });
        return null;
      case 'remove_slot':
        this.#world.apply({ type: 'slot_removed', slot: change.slot });
        return null;
      default: return this.#about(change);
    }
  }

  /** What concerns people and the door. */
  #about(change: Change): null {
    const world = this.#world;
    const door = world.door;
    if (change.type === 'admit' && door) {
      world.apply({ type: 'door', ...door, waiting: door.waiting.filter(({ participant }) => participant !== change.participant) });
    } else if (change.type === 'set_door' && door) {
      world.apply({ type: 'door', ...door, door: change.door, waiting: [...door.waiting] });
    } else if (change.type === 'grant_role') {
      world.apply({ type: 'role_changed', participant: change.participant, role: change.role });
    } else if (change.type === 'lend_word') {
      world.apply({ type: 'word_lent', participant: change.participant, lent: change.lent });
    } else if (change.type === 'keep_out') {
      const tables = [...world.keptOut].filter((table) => table !== change.table);
      world.apply({ type: 'kept_out', tables: change.kept_out ? [...tables, change.table] : tables });
    } else if (change.type === 'call_for_help') {
      world.apply({ type: 'help_calls', calls: [{ participant: ME, words: change.words, since: world.now(), helper: null }] });
    } else if (change.type === 'end_help') {
      world.apply({ type: 'help_calls', calls: world.helpCalls.filter(({ participant }) => participant !== change.participant) });
    }
    return null;
  }

  /** What was asked to be read. */
  readTopic(topic: TopicId): void {
    const description = this.#texts.get(topic) ?? DESCRIPTION;
    const card = this.#world.agenda.topics.get(topic);
    const isMine = card?.convener.participant === ME || this.#world.role === 'host';
    setTimeout(() => this.#world.apply({
      type: 'topic_detail', topic, description, comments: this.#comments.get(topic) ?? [], visits: isMine ? this.visits() : null,
    }), 40);
  }

  visits(): Visit[] {
    const now = this.#world.now();
    const visit = (id: number, name: string, from: number, to: number | null, topic: number): Visit => ({
      id: id as VisitId, who: { participant: id === 3 || id === 4 ? ME : null, name }, table: (id % 4) as TableId, topic: topic as TopicId, slot: 2 as SlotId,
      from: now + from * MINUTE_MS as TimeMs, to: to === null ? null : now + to * MINUTE_MS as TimeMs,
    });
    return [
      visit(1, 'Kari Nordmann', -41, -12, 1), visit(2, 'Mikkel Sørensen', -38, -15, 1), visit(3, 'Marte Vik', -36, -12, 2),
      visit(4, 'Marte Vik', -10, null, 3),
    ];
  }

  #post(text: TopicText, at: Cell | null, anyway: boolean): Made {
    const id = this.#next++ as TopicId;
    if (at) this.#free(at, id, anyway);
    const me: NamedPerson = { participant: ME, name: this.#world.people.get(ME)?.name ?? '' };
    this.#texts.set(id, text.description);
    this.#world.apply({
      type: 'topic_changed',
      topic: { ...card(id, text.title, [1, me.name], null, 0), wish: text.wish, needs: text.needs, language: text.language, placed: at },
    });
    return { topic: id };
  }

  #free(at: Cell, topic: TopicId, anyway: boolean): void {
    const there = this.#world.agenda.topicAt(at);
    if (there && there.id !== topic) throw new ChangeRefused('cell_taken', `“${there.title}” is there.`);
    const busy = [...this.#world.agenda.topics.values()].find((other) =>
      other.id !== topic && other.placed?.slot === at.slot && other.convener.participant === ME);
    const mine = this.#world.agenda.topics.get(topic)?.convener.participant ?? ME;
    if (busy && mine === ME && !anyway) throw new ChangeRefused('convener_busy', `You have “${busy.title}” at that time.`);
  }

  #mark(topic: TopicId, interested: boolean): null {
    const marks = new Set(this.#world.agenda.interests);
    if (interested) marks.add(topic);
    else marks.delete(topic);
    this.#world.apply({ type: 'my_interests', topics: [...marks] });
    const count = this.#world.agenda.topics.get(topic)?.interested ?? 0;
    this.#update(topic, { interested: count + (interested ? 1 : -1) });
    return null;
  }

  #addComment(topic: TopicId, text: string): Made {
    const comment = this.#comment(this.#world.people.get(ME)?.name ?? '', text, 0);
    this.#comments.set(topic, [...this.#comments.get(topic) ?? [], { ...comment, by: { ...comment.by, participant: ME } }]);
    this.#update(topic, { comments: this.#comments.get(topic)?.length ?? 0 });
    return { comment: comment.id };
  }

  #comment(name: string, text: string, at_min: number): Comment {
    const at = this.#world.now() + at_min * MINUTE_MS as TimeMs;
    return { id: this.#next++ as CommentId, by: { participant: null, name }, at, text };
  }

  #update(topic: TopicId, changed: Partial<TopicCard>): void {
    const before = this.#world.agenda.topics.get(topic);
    if (!before) throw new ChangeRefused('unknown', 'It is gone.');
    this.#world.apply({ type: 'topic_changed', topic: { ...before, ...changed } });
  }
}

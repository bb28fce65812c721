import { describe, expect, it } from 'vitest';
import type {
  AgendaView, Slot, SlotId, SlotKind, TableId, TimeMs, TopicCard, TopicDetail, TopicId, Welcome,
} from '../src/wire/types';
import { Agenda, isAgendaMessage } from '../src/world/agenda';
import { serverMessages } from './fixtures';

const OAK = 0 as TableId;
const ASH = 1 as TableId;
const FIRST = 1 as SlotId;
const SECOND = 2 as SlotId;
const NOON = 1_000_000 as TimeMs;

const slot = (id: number, starts_min: number, ends_min: number, kind: SlotKind = 'topics'): Slot => ({
  id: id as SlotId, name: `Round ${id}`, kind,
  starts_at: NOON + starts_min * 60_000 as TimeMs, ends_at: NOON + ends_min * 60_000 as TimeMs,
});

const topic = (id: number, placed: [SlotId, TableId] | null): TopicCard => ({
  id: id as TopicId, title: `Topic ${id}`, convener: { participant: null, name: 'Kari' }, co_conveners: [], wish: null,
  placed: placed && { slot: placed[0], table: placed[1] }, needs: [], language: null, interested: 0, comments: 0,
  merge_proposed_by: null,
});

function agenda(view: Partial<AgendaView> = {}, at_min = -1): Agenda {
  return new Agenda({
    slots: [slot(2, 30, 60), slot(1, 0, 30)], topics: [topic(1, [FIRST, OAK]), topic(2, null)], my_interests: [2 as TopicId],
    ...view,
  }, NOON + at_min * 60_000 as TimeMs);
}

describe('the agenda', () => {
  it('orders slots by time and finds topics by cell', () => {
    const wall = agenda();
    expect(wall.slots.map(({ id }) => id)).toEqual([1, 2]);
    expect(wall.topicAt({ slot: FIRST, table: OAK })?.id).toBe(1);
    expect(wall.topicAt({ slot: FIRST, table: ASH })).toBeNull();
    expect(wall.interests.has(2 as TopicId)).toBe(true);
    expect(wall.slot(SECOND)?.name).toBe('Round 2');
  });

  it('moves a topic, and frees the cell it leaves', () => {
    const wall = agenda();
    const before = wall.topics;
    wall.apply({ type: 'topic_changed', topic: topic(1, [SECOND, ASH]) });
    expect(wall.topicAt({ slot: FIRST, table: OAK })).toBeNull();
    expect(wall.topicAt({ slot: SECOND, table: ASH })?.id).toBe(1);
    expect(before.get(1 as TopicId)?.placed).toEqual({ slot: FIRST, table: OAK });
    wall.apply({ type: 'topic_removed', topic: 1 as TopicId, into: null });
    wall.apply({ type: 'topic_removed', topic: 1 as TopicId, into: null });
    expect(wall.topicAt({ slot: SECOND, table: ASH })).toBeNull();
    expect(wall.topics.size).toBe(1);
  });

  it('gives tables their topics from bell to bell', () => {
    const wall = agenda();
    expect(wall.topicNow(OAK)).toBeNull();
    wall.apply({ type: 'slot_opened', slot: FIRST });
    expect(wall.topicNow(OAK)?.id).toBe(1);
    expect(wall.topicNow(ASH)).toBeNull();
    wall.apply({ type: 'slot_closed', slot: FIRST });
    expect(wall.topicNow(OAK)).toBeNull();
  });

  it('knows on coming in what is open already', () => {
    expect(agenda({}, 10).topicNow(OAK)?.id).toBe(1);
    expect([...agenda({}, 30).openSlots]).toEqual([SECOND]);
  });

  it('lets the slot that opened last win where slots overlap', () => {
    const topics = [topic(1, [FIRST, OAK]), topic(2, [SECOND, OAK])];
    expect(agenda({ slots: [slot(1, 0, 60), slot(2, 20, 40)], topics }, 30).topicNow(OAK)?.id).toBe(2);
  });

  it('follows a slot that moves or goes', () => {
    const wall = agenda({}, 10);
    wall.apply({ type: 'slot_changed', slot: { ...slot(1, 70, 90), name: 'Late' } });
    expect(wall.slots.map(({ name }) => name)).toEqual(['Round 2', 'Late']);
    wall.apply({ type: 'slot_removed', slot: FIRST });
    expect(wall.slots.map(({ id }) => id)).toEqual([2]);
    expect(wall.openSlots.size).toBe(0);
  });

  it('keeps what was read of the last twenty topics', () => {
    const wall = agenda();
    for (let id = 1; id <= 21; id += 1) {
      const detail: TopicDetail = { topic: id as TopicId, description: `About ${id}`, comments: [], visits: null };
      wall.apply({ type: 'topic_detail', ...detail });
    }
    expect(wall.detail(1 as TopicId)).toBeNull();
    expect(wall.detail(21 as TopicId)).toEqual({ topic: 21, description: 'About 21', comments: [], visits: null });
  });

  it('forgets my mark with the topic', () => {
    const wall = agenda();
    wall.apply({ type: 'my_interests', topics: [1 as TopicId, 2 as TopicId] });
    wall.apply({ type: 'topic_removed', topic: 2 as TopicId, into: 1 as TopicId });
    expect([...wall.interests]).toEqual([1]);
  });

  it('knows its own messages', () => {
    expect(isAgendaMessage({ type: 'topic_changed' })).toBe(true);
    expect(isAgendaMessage({ type: 'toString' })).toBe(false);
    expect(isAgendaMessage({ type: 'left' })).toBe(false);
  });

  it('takes in every golden message of the marketplace', () => {
    const welcome = serverMessages.messages.find(({ type }) => type === 'welcome') as unknown as Welcome;
    const wall = new Agenda(welcome.agenda, welcome.server_time);
    for (const { id } of welcome.agenda.topics) expect(wall.topics.get(id)?.id).toBe(id);
    const ours = serverMessages.messages.filter(isAgendaMessage);
    expect(new Set(ours.map(({ type }) => type)).size).toBe(9);
    for (const message of ours) {
      wall.apply(message);
      if (message.type === 'topic_changed') expect(wall.topics.get(message.topic.id)).toBe(message.topic);
      if (message.type === 'topic_removed') expect(wall.topics.has(message.topic)).toBe(false);
      if (message.type === 'slot_changed') expect(wall.slot(message.slot.id)).toBe(message.slot);
      if (message.type === 'slot_removed') expect(wall.slot(message.slot)).toBeNull();
      if (message.type === 'my_interests') expect([...wall.interests]).toEqual(message.topics);
      if (message.type === 'topic_detail') expect(wall.detail(message.topic)?.description).toBe(message.description);
      if (message.type === 'visits') expect(wall.visits).toBe(message.visits);
    }
  });
});

//! Slots and their bells.

use crate::ledger::book::{Phase, SlotEntry};
use crate::ledger::{Ledger, News};
use torg_protocol::agenda::Slot;
use torg_protocol::ids::{SlotId, TopicId};
use torg_protocol::units::TimeMs;

impl Ledger {
    pub(super) fn put_slot(&mut self, at: TimeMs, slot: &Slot) -> Vec<News> {
        let before = self.book.slots.get(&slot.id);
        if let Some(before) = before {
            self.index.remove_slot(before);
        }
        let running = before.map(|before| before.phase).filter(|phase| matches!(phase, Phase::Running { .. }));
        let phase = match running {
            // The bell at its end still rings, also when the end was moved to the past.
            Some(running) if slot.starts_at <= at => running,
            _ if slot.ends_at <= at => Phase::Over,
            _ => Phase::Ahead,
        };
        let entry = SlotEntry { slot: slot.clone(), phase, changed_at: at };
        self.index.add_slot(&entry);
        self.book.slots.insert(slot.id, entry);
        self.book.newest.slot = self.book.newest.slot.max(slot.id.0);
        vec![News::Slot(slot.id)]
    }

    pub(super) fn take_slot(&mut self, id: SlotId) -> Vec<News> {
        let Some(entry) = self.book.slots.remove(&id) else { return vec![] };
        self.index.remove_slot(&entry);
        let wished = |topic: &TopicId| self.index.cards.get(topic).is_some_and(|card| card.wish == Some(id));
        let wishes: Vec<TopicId> = self.index.cards.keys().copied().filter(wished).collect();
        let mut news = vec![News::SlotGone(id)];
        for topic in wishes {
            self.change_topic(topic, |topic| topic.text.wish = None);
            news.push(News::Topic(topic));
        }
        news
    }

    pub(super) fn open_slot(&mut self, id: SlotId, bell: TimeMs) -> Vec<News> {
        self.set_phase(id, bell, Phase::Running { since: bell }, News::Opened(id))
    }

    pub(super) fn close_slot(&mut self, id: SlotId, bell: TimeMs) -> Vec<News> {
        self.set_phase(id, bell, Phase::Over, News::Closed(id))
    }

    fn set_phase(&mut self, id: SlotId, bell: TimeMs, phase: Phase, news: News) -> Vec<News> {
        let Some(entry) = self.book.slots.get_mut(&id) else { return vec![] };
        self.index.remove_slot(entry);
        entry.phase = phase;
        self.index.add_slot(entry);
        self.book.last_bell = self.book.last_bell.max(bell);
        vec![news]
    }
}

//! What helps to find things in the book: built from it, kept up with every change, never written.

use super::book::{Book, Fate, Phase, SlotEntry, TopicEntry, VisitEntry};
use super::view::card;
use std::collections::{BTreeMap, BTreeSet};
use torg_protocol::agenda::TopicCard;
use torg_protocol::ids::{ParticipantId, SlotId, TableId, TopicId, VisitId};
use torg_protocol::units::TimeMs;

#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Index {
    /// Live topics as everybody sees them.
    pub(super) cards: BTreeMap<TopicId, TopicCard>,
    /// What stands on the board.
    pub(super) cells: BTreeMap<(TableId, SlotId), TopicId>,
    /// The live topics that somebody brings.
    pub(super) convening: BTreeMap<ParticipantId, BTreeSet<TopicId>>,
    /// The live topics that somebody marked.
    pub(super) interests: BTreeMap<ParticipantId, BTreeSet<TopicId>>,
    /// Which topics were asked to go into a topic.
    pub(super) proposals: BTreeMap<TopicId, BTreeSet<TopicId>>,
    pub(super) running: BTreeSet<SlotId>,
    /// The next bell of each slot that has one.
    pub(super) bells: BTreeSet<(TimeMs, SlotId)>,
    pub(super) open_visits: BTreeMap<ParticipantId, VisitId>,
    pub(super) visits_of: BTreeMap<ParticipantId, BTreeSet<VisitId>>,
    pub(super) visits_on: BTreeMap<TopicId, BTreeSet<VisitId>>,
}

impl Index {
    pub(super) fn build(book: &Book) -> Self {
        let mut index = Self::default();
        for entry in book.slots.values() {
            index.add_slot(entry);
        }
        for (&id, entry) in &book.topics {
            index.add_topic(book, id);
            if entry.fate == Fate::Live {
                index.add_interests(id, entry);
            }
        }
        for (&id, entry) in &book.visits {
            index.add_visit(id, entry);
        }
        index
    }

    pub(super) fn add_slot(&mut self, entry: &SlotEntry) {
        let slot = &entry.slot;
        match entry.phase {
            Phase::Ahead => {
                self.bells.insert((slot.starts_at, slot.id));
            }
            Phase::Running { .. } => {
                self.running.insert(slot.id);
                self.bells.insert((slot.ends_at, slot.id));
            }
            Phase::Over => {}
        }
    }

    pub(super) fn remove_slot(&mut self, entry: &SlotEntry) {
        let slot = &entry.slot;
        self.running.remove(&slot.id);
        self.bells.remove(&(slot.starts_at, slot.id));
        self.bells.remove(&(slot.ends_at, slot.id));
    }

    /// Takes in a topic as the book has it; one that is not live leaves no trace.
    pub(super) fn add_topic(&mut self, book: &Book, id: TopicId) {
        let Some(entry) = book.live(id) else { return };
        self.cards.insert(id, card(book, id, entry));
        if let Some(cell) = entry.placed {
            self.cells.insert((cell.table, cell.slot), id);
        }
        for convener in entry.conveners() {
            self.convening.entry(convener).or_default().insert(id);
        }
        if let Some(proposer) = entry.merge_proposed_by {
            self.proposals.entry(proposer).or_default().insert(id);
        }
    }

    /// The other way round, before the topic changes.
    pub(super) fn remove_topic(&mut self, id: TopicId, entry: &TopicEntry) {
        self.cards.remove(&id);
        if let Some(cell) = entry.placed {
            self.cells.remove(&(cell.table, cell.slot));
        }
        for convener in entry.conveners() {
            remove_from(&mut self.convening, &convener, &id);
        }
        if let Some(proposer) = entry.merge_proposed_by {
            remove_from(&mut self.proposals, &proposer, &id);
        }
    }

    pub(super) fn add_interests(&mut self, id: TopicId, entry: &TopicEntry) {
        for &person in &entry.interested {
            self.interests.entry(person).or_default().insert(id);
        }
    }

    pub(super) fn remove_interests(&mut self, id: TopicId, entry: &TopicEntry) {
        for &person in &entry.interested {
            remove_from(&mut self.interests, &person, &id);
        }
    }

    pub(super) fn set_interest(&mut self, id: TopicId, person: ParticipantId, interested: bool) {
        if interested {
            self.interests.entry(person).or_default().insert(id);
        } else {
            remove_from(&mut self.interests, &person, &id);
        }
    }

    pub(super) fn add_visit(&mut self, id: VisitId, entry: &VisitEntry) {
        if entry.to.is_none() {
            self.open_visits.insert(entry.who, id);
        }
        self.visits_of.entry(entry.who).or_default().insert(id);
        if let Some(topic) = entry.topic {
            self.visits_on.entry(topic).or_default().insert(id);
        }
    }

    pub(super) fn remove_visit(&mut self, id: VisitId, entry: &VisitEntry) {
        if self.open_visits.get(&entry.who) == Some(&id) {
            self.open_visits.remove(&entry.who);
        }
        remove_from(&mut self.visits_of, &entry.who, &id);
        if let Some(topic) = entry.topic {
            remove_from(&mut self.visits_on, &topic, &id);
        }
    }
}

/// Takes one out of a set, and the set out of the map when it was the last: an index that was kept up equals one that
/// was built.
fn remove_from<K: Ord, V: Ord>(map: &mut BTreeMap<K, BTreeSet<V>>, key: &K, value: &V) {
    if let Some(set) = map.get_mut(key) {
        set.remove(value);
        if set.is_empty() {
            map.remove(key);
        }
    }
}

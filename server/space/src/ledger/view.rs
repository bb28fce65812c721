//! What people see of a ledger.

use super::Ledger;
use super::book::{Book, Fate, Phase, TopicEntry, VisitEntry};
use super::change::{Actor, TopicText};
use super::rights::{Deed, Right, right};
use std::ops::Bound;
use torg_protocol::agenda::{AgendaView, Comment, Slot, TopicCard, TopicDetail, Visit};
use torg_protocol::ids::{ParticipantId, SlotId, TableId, TopicId, VisitId};
use torg_protocol::limits::VISITS_READ_MAX;
use torg_protocol::people::{Door, Role};
use torg_protocol::text::{PersonName, Prose, Title};
use torg_protocol::units::TimeMs;

/// A call for help.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Who calls.
    pub person: ParticipantId,
    /// What about.
    pub words: Prose,
    /// Since when.
    pub since: TimeMs,
    /// Who takes care.
    pub helper: Option<ParticipantId>,
}

impl Ledger {
    /// The whole agenda and marketplace as somebody sees it.
    #[must_use]
    pub fn agenda(&self, of: ParticipantId) -> AgendaView {
        let mut slots: Vec<Slot> = self.book.slots.values().map(|entry| entry.slot.clone()).collect();
        slots.sort_by_key(|slot| (slot.starts_at, slot.id));
        let topics = self.index.cards.values().cloned().collect();
        AgendaView { slots, topics, my_interests: self.interests(of) }
    }

    /// The live topics that somebody marked, by id.
    #[must_use]
    pub fn interests(&self, of: ParticipantId) -> Vec<TopicId> {
        self.index.interests.get(&of).into_iter().flatten().copied().collect()
    }

    /// A slot.
    #[must_use]
    pub fn slot(&self, id: SlotId) -> Option<&Slot> {
        self.book.slots.get(&id).map(|entry| &entry.slot)
    }

    /// All slots, by id.
    pub fn slots(&self) -> impl Iterator<Item = &Slot> {
        self.book.slots.values().map(|entry| &entry.slot)
    }

    /// The card of a live topic.
    #[must_use]
    pub fn card(&self, id: TopicId) -> Option<&TopicCard> {
        self.index.cards.get(&id)
    }

    /// The cards of all live topics, by id.
    pub fn cards(&self) -> impl Iterator<Item = &TopicCard> {
        self.index.cards.values()
    }

    /// What a live topic says, as it could be asked for.
    #[must_use]
    pub fn topic_text(&self, id: TopicId) -> Option<TopicText> {
        let text = &self.book.live(id)?.text;
        let (title, description) = (text.title.title(), text.description.prose());
        Some(TopicText {
            title,
            description,
            wish: text.wish,
            needs: text.needs.clone(),
            language: text.language.clone(),
        })
    }

    /// What a topic is called, also one that was withdrawn or merged.
    #[must_use]
    pub fn title(&self, id: TopicId) -> Option<Title> {
        self.book.topics.get(&id).map(|entry| entry.text.title.title())
    }

    /// Whether the space was closed for good.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.book.closed
    }

    /// The topic into which another one went.
    #[must_use]
    pub fn merged_into(&self, id: TopicId) -> Option<TopicId> {
        match self.book.topics.get(&id)?.fate {
            Fate::MergedInto(other) => Some(other),
            Fate::Live | Fate::Withdrawn => None,
        }
    }

    /// What a live topic says at length, to whoever asks: who has been at its table is for its conveners and for those
    /// who may see all.
    #[must_use]
    pub fn topic_detail(&self, id: TopicId, asks: Actor) -> Option<TopicDetail> {
        let entry = self.book.live(id)?;
        let comment = |comment: &super::book::CommentEntry| Comment {
            id: comment.id,
            by: self.book.show(&comment.by),
            at: comment.at,
            text: comment.text.prose(),
        };
        let sees_visits = match right(self.role_of(asks)?, Deed::ReadTopicVisits) {
            Right::Yes => true,
            Right::Own => asks.person().is_some_and(|person| entry.is_convened_by(person)),
            Right::No => false,
        };
        Some(TopicDetail {
            topic: id,
            description: entry.text.description.prose(),
            comments: entry.comments.iter().map(comment).collect(),
            visits: sees_visits.then(|| self.visits_on(id)),
        })
    }

    /// Who has been at a topic's table: the newest [`VISITS_READ_MAX`] visits, by beginning.
    #[must_use]
    pub fn visits_on(&self, topic: TopicId) -> Vec<Visit> {
        self.newest(self.index.visits_on.get(&topic).into_iter().flatten().rev().copied())
    }

    /// Where somebody has been: the newest [`VISITS_READ_MAX`] visits, by beginning.
    #[must_use]
    pub fn visits_of(&self, person: ParticipantId) -> Vec<Visit> {
        self.newest(self.index.visits_of.get(&person).into_iter().flatten().rev().copied())
    }

    /// The newest [`VISITS_READ_MAX`] visits of everybody, by beginning.
    #[must_use]
    pub fn newest_visits(&self) -> Vec<Visit> {
        self.newest(self.book.visits.keys().rev().copied())
    }

    /// Every visit, by id.
    pub fn visits(&self) -> impl Iterator<Item = Visit> + '_ {
        self.book.visits.iter().map(|(&id, entry)| self.visit(id, entry))
    }

    /// Visits with higher ids than `after`, by id.
    pub fn visits_after(&self, after: VisitId) -> impl Iterator<Item = Visit> + '_ {
        let later = self.book.visits.range((Bound::Excluded(after), Bound::Unbounded));
        later.map(|(&id, entry)| self.visit(id, entry))
    }

    fn newest(&self, newest_first: impl Iterator<Item = VisitId>) -> Vec<Visit> {
        let entries = newest_first.take(VISITS_READ_MAX).filter_map(|id| Some((id, self.book.visits.get(&id)?)));
        let mut visits: Vec<Visit> = entries.map(|(id, entry)| self.visit(id, entry)).collect();
        visits.sort_by_key(|visit| (visit.from, visit.id));
        visits
    }

    fn visit(&self, id: VisitId, entry: &VisitEntry) -> Visit {
        Visit {
            id,
            who: self.book.show_person(entry.who, entry.name),
            table: entry.table,
            topic: entry.topic,
            slot: entry.slot,
            from: entry.from,
            to: entry.to,
        }
    }

    /// What a table carries at the moment: the topic of a running slot, and the slot; without a topic, the running slot
    /// that began last.
    #[must_use]
    pub fn carries(&self, table: TableId) -> (Option<TopicId>, Option<SlotId>) {
        let running = || self.index.running.iter();
        if let Some((slot, topic)) = running().find_map(|slot| Some((*slot, *self.index.cells.get(&(table, *slot))?))) {
            return (Some(topic), Some(slot));
        }
        let began = |slot: &&SlotId| match self.book.slots.get(slot).map(|entry| entry.phase) {
            Some(Phase::Running { since }) => since,
            _ => TimeMs(0),
        };
        (None, running().max_by_key(began).copied())
    }

    /// Whether a slot has opened and not closed.
    #[must_use]
    pub fn is_running(&self, slot: SlotId) -> bool {
        self.index.running.contains(&slot)
    }

    /// What somebody is called.
    #[must_use]
    pub fn name(&self, person: ParticipantId) -> Option<PersonName> {
        self.book.people.get(&person)?.names.last().map(super::Personal::name)
    }

    /// What somebody may do.
    #[must_use]
    pub fn role(&self, person: ParticipantId) -> Option<Role> {
        self.book.people.get(&person).map(|member| member.role)
    }

    /// What whoever asks may do.
    #[must_use]
    pub fn role_of(&self, asks: Actor) -> Option<Role> {
        match asks {
            Actor::Person(person) => self.role(person),
            Actor::Link(role) => Some(role),
        }
    }

    /// How the door stands.
    #[must_use]
    pub fn door(&self) -> Door {
        self.book.door
    }

    /// How many may be in at once.
    #[must_use]
    pub fn capacity(&self) -> u16 {
        self.book.capacity
    }

    /// The calls for help, longest waiting first.
    #[must_use]
    pub fn calls(&self) -> Vec<Call> {
        let call = |(&person, entry): (&ParticipantId, &super::book::HelpEntry)| Call {
            person,
            words: entry.words.prose(),
            since: entry.since,
            helper: entry.helper,
        };
        let mut calls: Vec<Call> = self.book.help.iter().map(call).collect();
        calls.sort_by_key(|call| (call.since, call.person));
        calls
    }

    /// Whether somebody calls for help.
    #[must_use]
    pub fn calls_for_help(&self, person: ParticipantId) -> bool {
        self.book.help.contains_key(&person)
    }

    /// The last moment of which anything is known.
    #[must_use]
    pub fn last(&self) -> TimeMs {
        self.book.last
    }

    /// Whether anybody sits at a table, as far as is known.
    #[must_use]
    pub fn has_open_visits(&self) -> bool {
        !self.index.open_visits.is_empty()
    }
}

/// A live topic as everybody sees it.
pub(super) fn card(book: &Book, id: TopicId, entry: &TopicEntry) -> TopicCard {
    let count = |length: usize| u16::try_from(length).unwrap_or(u16::MAX);
    TopicCard {
        id,
        title: entry.text.title.title(),
        convener: book.show(&entry.convener),
        co_conveners: entry.co_conveners.iter().map(|named| book.show(named)).collect(),
        wish: entry.text.wish,
        placed: entry.placed,
        needs: entry.text.needs.clone(),
        language: entry.text.language.clone(),
        interested: count(entry.interested.len()),
        comments: count(entry.comments.len()),
        merge_proposed_by: entry.merge_proposed_by,
    }
}

//! Topics.

use crate::ledger::book::{CommentEntry, Fate, Named, TopicEntry};
use crate::ledger::{Bringer, Fact, Ledger, News, TopicWords};
use std::collections::BTreeSet;
use torg_protocol::ids::TopicId;
use torg_protocol::limits::{CO_CONVENERS_MAX, COMMENTS_MAX};
use torg_protocol::units::TimeMs;

impl Ledger {
    pub(super) fn apply_topic(&mut self, at: TimeMs, fact: &Fact) -> Vec<News> {
        match fact {
            Fact::TopicPosted { topic, text, convener, .. } => self.add_topic(*topic, text, convener),
            Fact::TopicEdited { topic, text, .. } => self.change_topic(*topic, |entry| entry.text = text.clone()),
            Fact::TopicPlaced { topic, at: cell, .. } => self.change_topic(*topic, |entry| {
                entry.placed = Some(*cell);
                entry.placed_at = at;
            }),
            Fact::TopicUnplaced { topic, .. } => self.change_topic(*topic, |entry| entry.placed = None),
            Fact::TopicWithdrawn { topic, .. } => self.end_topic(*topic, Fate::Withdrawn),
            Fact::CoConvenersSet { topic, participants, .. } => {
                let named = participants.iter().map(|&person| self.named(person)).collect();
                self.change_topic(*topic, |entry| entry.co_conveners = named)
            }
            Fact::ConvenerSet { topic, convener, .. } => {
                let convener = self.brought_by(convener);
                self.change_topic(*topic, |entry| {
                    let person = convener.person();
                    entry
                        .co_conveners
                        .retain(|named| *named != convener && (person.is_none() || named.person() != person));
                    entry.convener = convener;
                })
            }
            Fact::MergeProposed { topic, with, .. } => {
                self.change_topic(*with, |entry| entry.merge_proposed_by = Some(*topic))
            }
            Fact::MergeDeclined { topic, .. } => self.change_topic(*topic, |entry| entry.merge_proposed_by = None),
            Fact::TopicMerged { topic, into, .. } => self.merge(*topic, *into),
            Fact::TopicTakenOver { topic, person } => {
                let host = self.named(*person);
                self.change_topic(*topic, |entry| entry.hand_over(host))
            }
            Fact::InterestSet { topic, person, interested } => {
                if self.book.live(*topic).is_some() {
                    self.index.set_interest(*topic, *person, *interested);
                }
                let mut news = self.change_topic(*topic, |entry| {
                    if *interested {
                        entry.interested.insert(*person);
                    } else {
                        entry.interested.remove(person);
                    }
                });
                news.push(News::Interests(*person));
                news
            }
            Fact::CommentAdded { comment, topic, person, text } => {
                self.book.newest.comment = self.book.newest.comment.max(comment.0);
                let by = self.named(*person);
                let comment = CommentEntry { id: *comment, by, at, text: text.clone() };
                self.change_topic(*topic, |entry| entry.comments.push(comment))
            }
            Fact::CommentRemoved { comment, topic, .. } => {
                self.change_topic(*topic, |entry| entry.comments.retain(|other| other.id != *comment))
            }
            _ => vec![],
        }
    }

    fn add_topic(&mut self, id: TopicId, text: &TopicWords, convener: &Bringer) -> Vec<News> {
        let convener = self.brought_by(convener);
        let entry = TopicEntry {
            text: text.clone(),
            convener,
            co_conveners: vec![],
            placed: None,
            placed_at: TimeMs(0),
            interested: BTreeSet::new(),
            comments: vec![],
            merge_proposed_by: None,
            fate: Fate::Live,
        };
        self.book.topics.insert(id, entry);
        self.book.newest.topic = self.book.newest.topic.max(id.0);
        self.index.add_topic(&self.book, id);
        vec![News::Topic(id)]
    }

    fn brought_by(&self, bringer: &Bringer) -> Named {
        match bringer {
            Bringer::Person(person) => self.named(*person),
            Bringer::Outside(name) => Named::Outside(name.clone()),
        }
    }

    /// Changes a live topic, its card with it.
    pub(super) fn change_topic(&mut self, id: TopicId, change: impl FnOnce(&mut TopicEntry)) -> Vec<News> {
        let Some(entry) = self.book.topics.get_mut(&id).filter(|entry| entry.fate == Fate::Live) else { return vec![] };
        self.index.remove_topic(id, entry);
        change(entry);
        self.index.add_topic(&self.book, id);
        vec![News::Topic(id)]
    }

    /// Takes a topic off the board for good. It stays in the book, for its visits.
    fn end_topic(&mut self, id: TopicId, fate: Fate) -> Vec<News> {
        let Some(entry) = self.book.topics.get_mut(&id).filter(|entry| entry.fate == Fate::Live) else { return vec![] };
        self.index.remove_topic(id, entry);
        self.index.remove_interests(id, entry);
        entry.fate = fate;
        entry.placed = None;
        entry.merge_proposed_by = None;
        let mut news = vec![News::TopicGone(id)];
        news.extend(entry.interested.iter().map(|&person| News::Interests(person)));
        // What it asked others for is void.
        for asked in self.index.proposals.get(&id).cloned().unwrap_or_default() {
            news.extend(self.change_topic(asked, |entry| entry.merge_proposed_by = None));
        }
        news
    }

    /// What people said to the topic that goes is said to the one that stays: marks, comments as far as there is room,
    /// and its conveners bring it along.
    fn merge(&mut self, gone: TopicId, into: TopicId) -> Vec<News> {
        if self.book.live(into).is_none() || self.book.live(gone).is_none() || gone == into {
            return vec![];
        }
        let mut news = self.end_topic(gone, Fate::MergedInto(into));
        let Some(from) = self.book.topics.get(&gone).cloned() else { return news };
        self.index.add_interests(into, &from);
        news.extend(self.change_topic(into, |entry| {
            entry.interested.extend(&from.interested);
            let room = COMMENTS_MAX.saturating_sub(entry.comments.len());
            entry.comments.extend(from.comments.into_iter().take(room));
            entry.comments.sort_by_key(|comment| comment.id);
            for named in std::iter::once(from.convener).chain(from.co_conveners) {
                entry.bring_along(named);
            }
        }));
        news
    }
}

impl TopicEntry {
    fn bring_along(&mut self, named: Named) {
        let is_there = named == self.convener
            || self.co_conveners.contains(&named)
            || named.person().is_some_and(|person| self.is_convened_by(person));
        if !is_there && self.co_conveners.len() < CO_CONVENERS_MAX {
            self.co_conveners.push(named);
        }
    }

    /// Another convener; the one before brings it along.
    fn hand_over(&mut self, host: Named) {
        let before = std::mem::replace(&mut self.convener, host);
        let host = self.convener.person();
        self.co_conveners.retain(|named| named.person() != host || host.is_none());
        // Whoever brought it first is never the one for whom there is no room.
        self.co_conveners.truncate(CO_CONVENERS_MAX - 1);
        self.bring_along(before);
    }
}

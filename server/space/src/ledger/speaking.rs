//! Speaking to all: who may beside the hosts, which tables it stays out of, and who does.

use super::{Fact, Ledger};
use crate::map::Map;
use std::collections::BTreeMap;
use torg_protocol::ids::{ParticipantId, TableId};
use torg_protocol::map::TableWall;
use torg_protocol::people::{Addressed, Role};
use torg_protocol::units::TimeMs;

impl Ledger {
    /// Whether somebody was lent the word.
    #[must_use]
    pub fn has_word(&self, person: ParticipantId) -> bool {
        self.book.word_lent.contains(&person)
    }

    /// Who was lent the word, by id; those who are not here too.
    pub fn words_lent(&self) -> impl Iterator<Item = ParticipantId> + '_ {
        self.book.word_lent.iter().copied()
    }

    /// The closed tables that broadcasts stay out of, by id. Those that a map lacks, or has open, are for
    /// [`Ledger::outdated`].
    pub fn kept_out(&self) -> impl Iterator<Item = TableId> + '_ {
        self.book.kept_out.iter().copied()
    }

    /// Who speaks over everything as far as is written, and to whom.
    #[must_use]
    pub fn speeches(&self) -> &BTreeMap<ParticipantId, Addressed> {
        &self.book.speeches
    }

    /// Whether somebody counts as a convener: has the role, or brings a live topic.
    #[must_use]
    pub fn convenes(&self, person: ParticipantId) -> bool {
        self.role(person) == Some(Role::Convener) || self.index.convening.contains_key(&person)
    }

    /// Takes in who speaks over everything at this moment, and says which facts come of it: an end for each that was
    /// begun, whatever ended it. Telling twice is harmless.
    pub fn speak(&mut self, now: TimeMs, speeches: &BTreeMap<ParticipantId, Addressed>) -> Vec<Fact> {
        let facts = self.speech_facts(speeches);
        self.apply_all(now, &facts);
        facts
    }

    /// Which facts [`Ledger::speak`] would make.
    #[must_use]
    pub fn speech_facts(&self, speeches: &BTreeMap<ParticipantId, Addressed>) -> Vec<Fact> {
        if self.book.closed {
            // All that was said ended with the space.
            return vec![];
        }
        let written = &self.book.speeches;
        let ended = written.iter().filter(|(person, to)| speeches.get(person) != Some(to));
        let began = speeches.iter().filter(|(person, to)| {
            let is_known = self.book.people.contains_key(person);
            is_known && written.get(person) != Some(to)
        });
        let ended = ended.map(|(&person, _)| Fact::SpeechEnded { person });
        ended.chain(began.map(|(&person, &to)| Fact::SpeechBegan { person, to })).collect()
    }

    /// What a new map makes untrue: tables that are gone, or open now, keep nothing out.
    #[must_use]
    pub fn outdated(&self, map: &Map) -> Vec<Fact> {
        let is_closed = |table: &TableId| map.table(*table).is_some_and(|table| table.wall == TableWall::Closed);
        let gone = self.kept_out().filter(|table| !is_closed(table));
        gone.map(|table| Fact::KeptOut { table, kept_out: false, by: None }).collect()
    }
}

impl Fact {
    /// Whether somebody who is in may count as a convener after it who did not before, or the other way round.
    #[must_use]
    pub fn moves_conveners(&self) -> bool {
        matches!(
            self,
            Self::RoleGranted { .. }
                | Self::TopicPosted { .. }
                | Self::TopicWithdrawn { .. }
                | Self::TopicMerged { .. }
                | Self::TopicTakenOver { .. }
                | Self::CoConvenersSet { .. }
                | Self::ConvenerSet { .. }
        )
    }
}

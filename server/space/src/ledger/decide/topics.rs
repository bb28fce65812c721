//! Topics: bringing, placing, merging, and what people say to them.

use super::{Case, Decided};
use crate::ledger::book::{Fate, SlotEntry, TopicEntry};
use crate::ledger::personal::somebody_outside;
use crate::ledger::rights::Deed;
use crate::ledger::{Actor, Bringer, Fact, LedgerRefusal, Personal, TopicText, TopicWords};
use crate::limits::TOPICS_KEPT_MAX;
use torg_protocol::agenda::{Cell, SlotKind};
use torg_protocol::ids::{CommentId, ParticipantId, TableId, TopicId};
use torg_protocol::limits::{CO_CONVENERS_MAX, COMMENTS_MAX, TOPICS_MAX};
use torg_protocol::text::{PersonName, Prose};

impl Case<'_> {
    pub(super) fn post(
        &self,
        text: &TopicText,
        convener: Option<&PersonName>,
        at: Option<Cell>,
        anyway: bool,
    ) -> Decided {
        self.right(Deed::PostTopic)?;
        if self.ledger.index.cards.len() >= TOPICS_MAX {
            return Err(LedgerRefusal::TooMany { what: "topics", max: TOPICS_MAX });
        }
        if self.ledger.book.topics.len() >= TOPICS_KEPT_MAX {
            return Err(LedgerRefusal::TooMany { what: "topics, withdrawn ones among them,", max: TOPICS_KEPT_MAX });
        }
        let topic = TopicId(self.ledger.book.newest.topic + 1);
        let convener = match (self.by, convener) {
            (Actor::Person(person), _) => Bringer::Person(self.known(person)?),
            (Actor::Link(_), Some(name)) => self.bringer(topic, name),
            (Actor::Link(_), None) => return Err(LedgerRefusal::NotNow("a topic needs the name of who brings it")),
        };
        let text = self.words(text, self.writer(topic, convener.person()))?;
        if self.by.person().is_some_and(|person| self.ledger.brought(person, &text, at).is_some()) {
            return Ok(vec![]);
        }
        let mut facts = Vec::with_capacity(2);
        if let Some(at) = at {
            self.check_cell(at, None)?;
            if !anyway {
                self.check_free(convener.person(), at, None)?;
            }
            facts.push(Fact::TopicPlaced { topic, at, by: self.by });
        }
        facts.insert(0, Fact::TopicPosted { topic, text, convener, by: self.by });
        Ok(facts)
    }

    pub(super) fn edit(&self, topic: TopicId, text: &TopicText) -> Decided {
        let entry = self.arranged(topic)?;
        self.reworded(topic, entry, text, entry.convener.person())
    }

    fn reworded(
        &self,
        topic: TopicId,
        entry: &TopicEntry,
        text: &TopicText,
        convener: Option<ParticipantId>,
    ) -> Decided {
        let text = self.words(text, self.writer(topic, convener))?;
        if text.says_as(&entry.text) {
            return Ok(vec![]);
        }
        Ok(vec![Fact::TopicEdited { topic, text, by: self.by }])
    }

    /// Each part is decided by what is so now, so either all of them can be or the first that can't is the reason.
    pub(super) fn revise(
        &self,
        topic: TopicId,
        text: Option<&TopicText>,
        convener: Option<&PersonName>,
        at: Option<Option<Cell>>,
        anyway: bool,
    ) -> Decided {
        let entry = self.arranged(topic)?;
        let convener = convener.map(|name| self.bringer(topic, name)).filter(|bringer| !entry.convener.is(bringer));
        let first = convener.as_ref().map_or(entry.convener.person(), Bringer::person);
        let mut facts = text.map_or(Ok(vec![]), |text| self.reworded(topic, entry, text, first))?;
        let cell = at.unwrap_or(entry.placed);
        if let Some(cell) = cell.filter(|cell| entry.placed != Some(*cell)) {
            self.check_cell(cell, Some(topic))?;
        }
        if let Some(cell) = cell.filter(|cell| !anyway && (convener.is_some() || entry.placed != Some(*cell))) {
            let conveners = first.into_iter().chain(entry.co_conveners.iter().filter_map(|named| named.person()));
            self.check_free(conveners, cell, Some(topic))?;
        }
        facts.extend(convener.map(|convener| Fact::ConvenerSet { topic, convener, by: self.by }));
        if cell != entry.placed {
            facts.push(match cell {
                Some(at) => Fact::TopicPlaced { topic, at, by: self.by },
                None => Fact::TopicUnplaced { topic, by: self.by },
            });
        }
        Ok(facts)
    }

    /// Who is meant by a name: the one person of the space who is called so, else just the name.
    fn bringer(&self, topic: TopicId, name: &PersonName) -> Bringer {
        let mut called = self.ledger.book.people.iter().filter(|(_, member)| member.is_called(name));
        match (called.next(), called.next()) {
            (Some((person, _)), None) => Bringer::Person(*person),
            _ => Bringer::Outside(Personal::new(somebody_outside(topic), name)),
        }
    }

    pub(super) fn place(&self, topic: TopicId, at: Cell, anyway: bool) -> Decided {
        let entry = self.arranged(topic)?;
        if entry.placed == Some(at) {
            return Ok(vec![]);
        }
        self.check_cell(at, Some(topic))?;
        if !anyway {
            self.check_free(entry.conveners(), at, Some(topic))?;
        }
        Ok(vec![Fact::TopicPlaced { topic, at, by: self.by }])
    }

    pub(super) fn unplace(&self, topic: TopicId) -> Decided {
        let entry = self.arranged(topic)?;
        Ok(entry.placed.map(|_| Fact::TopicUnplaced { topic, by: self.by }).into_iter().collect())
    }

    pub(super) fn withdraw(&self, topic: TopicId) -> Decided {
        if self.ledger.book.topics.get(&topic).is_some_and(|entry| entry.fate == Fate::Withdrawn) {
            return Ok(vec![]);
        }
        self.arranged(topic)?;
        Ok(vec![Fact::TopicWithdrawn { topic, by: self.by }])
    }

    pub(super) fn set_co_conveners(&self, topic: TopicId, participants: &[ParticipantId]) -> Decided {
        let entry = self.arranged(topic)?;
        if participants.len() > CO_CONVENERS_MAX {
            return Err(LedgerRefusal::TooMany { what: "conveners beside the first", max: CO_CONVENERS_MAX });
        }
        let mut wanted: Vec<ParticipantId> = Vec::with_capacity(participants.len());
        for &person in participants {
            self.known(person)?;
            if !wanted.contains(&person) && entry.convener.person() != Some(person) {
                wanted.push(person);
            }
        }
        if entry.co_conveners.iter().map(|named| named.person()).eq(wanted.iter().copied().map(Some)) {
            return Ok(vec![]);
        }
        Ok(vec![Fact::CoConvenersSet { topic, participants: wanted, by: self.by }])
    }

    pub(super) fn propose_merge(&self, topic: TopicId, with: TopicId) -> Decided {
        self.convened(topic, Deed::MergeTopic)?;
        let other = self.topic(with)?;
        if topic == with {
            return Err(LedgerRefusal::NotNow("a topic can't be merged with itself"));
        }
        let proposed = Fact::MergeProposed { topic, with, by: self.by };
        if self.convenes(other) {
            // Who brings both has agreed on both sides.
            return Ok(vec![proposed, Fact::TopicMerged { topic: with, into: topic, by: self.by }]);
        }
        Ok(if other.merge_proposed_by == Some(topic) { vec![] } else { vec![proposed] })
    }

    pub(super) fn answer_merge(&self, topic: TopicId, agree: bool) -> Decided {
        let entry = self.convened(topic, Deed::MergeTopic)?;
        let nothing = LedgerRefusal::NotNow("nobody asked this topic to merge, or the other one is gone");
        let into = entry.merge_proposed_by.ok_or(nothing.clone())?;
        self.ledger.book.live(into).ok_or(nothing)?;
        Ok(vec![if agree {
            Fact::TopicMerged { topic, into, by: self.by }
        } else {
            Fact::MergeDeclined { topic, by: self.by }
        }])
    }

    pub(super) fn host_topic(&self, topic: TopicId) -> Decided {
        let person = self.person()?;
        let entry = self.topic(topic)?;
        if entry.convener.person() == Some(person) {
            return Ok(vec![]);
        }
        let sits_there = entry.placed.is_some_and(|cell| self.moment.seating.table_of(person) == Some(cell.table));
        self.may(Deed::HostTopic, sits_there, "who hosts a topic sits at its table")?;
        if !self.ledger.lacks_convener(self.moment.now, topic, self.moment.seating) {
            return Err(LedgerRefusal::NotNow(
                "its convener is there, or may still come: this is possible two minutes into the slot",
            ));
        }
        Ok(vec![Fact::TopicTakenOver { topic, person }])
    }

    pub(super) fn set_interest(&self, topic: TopicId, interested: bool) -> Decided {
        self.right(Deed::TakePart)?;
        let person = self.person()?;
        let is_so = self.topic(topic)?.interested.contains(&person) == interested;
        Ok(if is_so { vec![] } else { vec![Fact::InterestSet { topic, person, interested }] })
    }

    pub(super) fn add_comment(&self, topic: TopicId, text: &Prose) -> Decided {
        self.right(Deed::TakePart)?;
        let person = self.person()?;
        if text.as_str().is_empty() {
            return Err(LedgerRefusal::NoWords);
        }
        let entry = self.topic(topic)?;
        if entry.just_said(person, text).is_some() {
            return Ok(vec![]);
        }
        if entry.comments.len() >= COMMENTS_MAX {
            return Err(LedgerRefusal::TooMany { what: "comments", max: COMMENTS_MAX });
        }
        let comment = CommentId(self.ledger.book.newest.comment + 1);
        Ok(vec![Fact::CommentAdded { comment, topic, person, text: Personal::new(person, text) }])
    }

    pub(super) fn remove_comment(&self, topic: TopicId, comment: CommentId) -> Decided {
        let entry = self.topic(topic)?;
        let found = entry.comments.iter().find(|other| other.id == comment).ok_or(LedgerRefusal::UnknownComment)?;
        let wrote = self.by.person().is_some_and(|person| found.by.person() == Some(person));
        let otherwise = "only who wrote it, who brings the topic, or a host may take a comment away";
        self.may(Deed::RemoveComment, wrote || self.convenes(entry), otherwise)?;
        Ok(vec![Fact::CommentRemoved { comment, topic, by: self.by }])
    }

    /// Whose what a topic says is: whoever's who writes it, and what comes through the API is theirs who bring it.
    fn writer(&self, topic: TopicId, convener: Option<ParticipantId>) -> ParticipantId {
        self.by.person().or(convener).unwrap_or_else(|| somebody_outside(topic))
    }

    /// What a topic says, as it is written.
    fn words(&self, text: &TopicText, writer: ParticipantId) -> Result<TopicWords, LedgerRefusal> {
        if let Some(wish) = text.wish {
            self.slot(wish)?;
        }
        Ok(TopicWords::of(writer, text))
    }

    /// First come, first placed: the cell must be one for topics, not over, and free, and so must every other at its
    /// table whose slot overlaps.
    fn check_cell(&self, at: Cell, topic: Option<TopicId>) -> Result<(), LedgerRefusal> {
        let slot = self.slot(at.slot)?;
        let name = || slot.slot.name.to_string();
        self.check_table(at.table)?;
        if slot.slot.kind != SlotKind::Topics {
            return Err(LedgerRefusal::NoTopics(name()));
        }
        if slot.slot.ends_at <= self.moment.now {
            return Err(LedgerRefusal::SlotOver(name()));
        }
        match self.taken(at.table, slot, topic) {
            Some((holder, held)) => Err(LedgerRefusal::CellTaken {
                title: holder.text.title.title().to_string(),
                table: self.table_name(at.table),
                slot: held.slot.name.to_string(),
            }),
            None => Ok(()),
        }
    }

    /// Who brings a topic can't be in two places at once without being told.
    fn check_free(
        &self,
        conveners: impl IntoIterator<Item = ParticipantId>,
        at: Cell,
        topic: Option<TopicId>,
    ) -> Result<(), LedgerRefusal> {
        let slot = self.slot(at.slot)?;
        for person in conveners {
            for &other in self.ledger.index.convening.get(&person).into_iter().flatten() {
                let Some(entry) = self.ledger.book.live(other).filter(|_| Some(other) != topic) else { continue };
                let there = entry.placed.and_then(|cell| self.ledger.book.slots.get(&cell.slot));
                if let Some(there) = there.filter(|there| there.overlaps(slot)) {
                    return Err(LedgerRefusal::ConvenerBusy {
                        name: self.ledger.name(person).map_or_else(String::new, |name| name.to_string()),
                        title: entry.text.title.title().to_string(),
                        slot: there.slot.name.to_string(),
                    });
                }
            }
        }
        Ok(())
    }

    /// The topic, other than one, that has a table at some time of a slot, and that topic's slot.
    pub(super) fn taken(
        &self,
        table: TableId,
        slot: &SlotEntry,
        but: Option<TopicId>,
    ) -> Option<(&TopicEntry, &SlotEntry)> {
        let book = &self.ledger.book;
        let at_table = self.ledger.index.cells.range((table, torg_protocol::ids::SlotId(0))..);
        let others = at_table.take_while(|((other, _), _)| *other == table).filter(|(_, topic)| Some(**topic) != but);
        let found = others.filter_map(|((_, id), topic)| Some((book.live(*topic)?, book.slots.get(id)?)));
        found.into_iter().find(|(_, other)| other.overlaps(slot))
    }

    pub(super) fn table_name(&self, table: TableId) -> String {
        self.moment.map.table(table).map_or_else(String::new, |table| table.name.clone())
    }
}

impl SlotEntry {
    /// Whether two slots have some time in common.
    pub(in crate::ledger) fn overlaps(&self, other: &Self) -> bool {
        self.slot.starts_at < other.slot.ends_at && other.slot.starts_at < self.slot.ends_at
    }
}

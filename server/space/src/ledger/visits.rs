//! Visits: from who sits where, and from the bell.

use super::{Fact, Ledger, Seating, Stay};
use torg_protocol::ids::{ParticipantId, TableId, VisitId};
use torg_protocol::units::TimeMs;

impl Ledger {
    /// Takes in that somebody is at a table, or at none, and says which facts come of it. Telling twice is harmless.
    pub fn stay(&mut self, now: TimeMs, stay: &Stay) -> Vec<Fact> {
        let facts = self.stay_facts(stay);
        self.apply_all(now, &facts);
        facts
    }

    fn stay_facts(&self, stay: &Stay) -> Vec<Fact> {
        let open = self.index.open_visits.get(&stay.person).copied();
        let entry = open.and_then(|visit| self.book.visits.get(&visit));
        if let (Some(visit), Some(entry)) = (open, entry)
            && Some(entry.table) == stay.table
        {
            // Back at the table, perhaps after a bell.
            let bell = Some(self.book.last_bell).filter(|bell| *bell > entry.from).unwrap_or(stay.at);
            return self.turn(visit, bell, self.book.newest.visit).into_iter().collect();
        }
        let mut facts: Vec<Fact> = open.map(|visit| Fact::VisitEnded { visit, to: stay.at }).into_iter().collect();
        if let Some(table) = stay.table {
            let (topic, slot) = self.carries(table);
            let visit = VisitId(self.book.newest.visit + 1);
            facts.push(Fact::VisitBegan { visit, person: stay.person, table, topic, slot, from: stay.at });
        }
        facts
    }

    /// The turns of visits at tables that carry something else than when the visit began. Who is not certainly there
    /// (the line is down, or the server has just started) is left out; their visit turns when they are back.
    #[must_use]
    pub fn turns(&self, bell: TimeMs, seating: &Seating) -> Vec<Fact> {
        let mut turns = Vec::new();
        let mut newest = self.book.newest.visit;
        for (person, visit) in &self.index.open_visits {
            if seating.is_present(*person)
                && let Some(turn) = self.turn(*visit, bell, newest)
            {
                newest += 1;
                turns.push(turn);
            }
        }
        turns
    }

    fn turn(&self, visit: VisitId, bell: TimeMs, newest: u32) -> Option<Fact> {
        let entry = self.book.visits.get(&visit)?;
        let (topic, slot) = self.carries(entry.table);
        let stays = (topic, slot) == (entry.topic, entry.slot);
        (!stays).then(|| Fact::VisitTurned { visit, next: VisitId(newest + 1), topic, slot, bell })
    }

    /// Who is known to sit where by the visits alone.
    pub(super) fn open_visits(&self) -> impl Iterator<Item = (ParticipantId, TableId)> + '_ {
        let table = |visit: &VisitId| self.book.visits.get(visit).map(|entry| entry.table);
        self.index.open_visits.iter().filter_map(move |(person, visit)| Some((*person, table(visit)?)))
    }
}

impl Fact {
    /// Whether what a table carries may be another after it.
    pub(super) fn moves_topics(&self) -> bool {
        matches!(
            self,
            Self::SlotOpened { .. }
                | Self::SlotClosed { .. }
                | Self::SlotEdited { .. }
                | Self::SlotRemoved { .. }
                | Self::TopicPlaced { .. }
                | Self::TopicUnplaced { .. }
                | Self::TopicWithdrawn { .. }
                | Self::TopicMerged { .. }
        )
    }
}

//! Visits.

use crate::ledger::book::{Named, VisitEntry};
use crate::ledger::{Ledger, News};
use crate::limits::VISITS_KEPT_MAX;
use torg_protocol::ids::{ParticipantId, SlotId, TableId, TopicId, VisitId};
use torg_protocol::units::TimeMs;

/// What a table carries.
type Carried = (Option<TopicId>, Option<SlotId>);

impl Ledger {
    pub(super) fn begin_visit(
        &mut self,
        id: VisitId,
        who: ParticipantId,
        table: TableId,
        (topic, slot): Carried,
        from: TimeMs,
    ) -> Vec<News> {
        let name = match self.named(who) {
            Named::Person { name, .. } => name,
            Named::Outside(_) => 0,
        };
        self.put_visit(id, VisitEntry { who, name, table, topic, slot, from, to: None });
        vec![]
    }

    pub(super) fn turn_visit(&mut self, id: VisitId, next: VisitId, (topic, slot): Carried, bell: TimeMs) -> Vec<News> {
        let Some(entry) = self.take_visit(id) else { return vec![] };
        let turned = VisitEntry { topic, slot, ..entry };
        if bell <= entry.from {
            // It had not begun before: there is one visit, with what the table carries now.
            self.put_visit(id, turned);
        } else {
            self.put_visit(id, VisitEntry { to: Some(bell), ..entry });
            self.put_visit(next, VisitEntry { from: bell, to: None, ..turned });
        }
        vec![]
    }

    pub(super) fn end_visit(&mut self, id: VisitId, to: TimeMs) -> Vec<News> {
        let Some(entry) = self.take_visit(id) else { return vec![] };
        if to > entry.from {
            self.put_visit(id, VisitEntry { to: Some(to), ..entry });
        }
        vec![]
    }

    fn put_visit(&mut self, id: VisitId, entry: VisitEntry) {
        self.book.newest.visit = self.book.newest.visit.max(id.0);
        self.index.add_visit(id, &entry);
        self.book.visits.insert(id, entry);
        if self.book.visits.len() > VISITS_KEPT_MAX {
            // Some of the oldest may still go on, at most one a person.
            let oldest = self.book.visits.iter().find(|(_, entry)| entry.to.is_some()).map(|(id, _)| *id);
            oldest.and_then(|oldest| self.take_visit(oldest));
        }
    }

    fn take_visit(&mut self, id: VisitId) -> Option<VisitEntry> {
        let entry = self.book.visits.remove(&id)?;
        self.index.remove_visit(id, &entry);
        Some(entry)
    }
}

//! Who is in, and who sits where, as the space tells it, and what that means for visits: a dropped line keeps the seat,
//! and after a new start of the server people are given the same time to come back to their table.

use super::Ledger;
use crate::limits::HOLD;
use std::collections::{BTreeMap, BTreeSet};
use torg_protocol::ids::{ParticipantId, TableId};
use torg_protocol::units::TimeMs;

/// Who is in and who sits where.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seating {
    people: BTreeMap<ParticipantId, Seat>,
    tables: BTreeMap<TableId, BTreeSet<ParticipantId>>,
    /// Who sat at a table when the server stopped, and when they were last known to sit there.
    expected: BTreeMap<ParticipantId, (TableId, TimeMs)>,
    /// When those who are expected are waited for no longer.
    expected_until: TimeMs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Seat {
    table: Option<TableId>,
    /// Since when the line has been down.
    away_since: Option<TimeMs>,
}

/// Something that matters for visits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stay {
    /// Who.
    pub person: ParticipantId,
    /// When.
    pub at: TimeMs,
    /// At which table they are from then on.
    pub table: Option<TableId>,
}

impl Seating {
    /// The seating at the start of a space: nobody is in yet, and who has an open visit is expected at their table for
    /// [`HOLD`].
    #[must_use]
    pub fn resume(ledger: &Ledger, now: TimeMs) -> Self {
        let expected = ledger.open_visits().map(|(person, table)| (person, (table, ledger.last())));
        Self { expected: expected.collect(), expected_until: now + HOLD, ..Self::default() }
    }

    /// Somebody came in, perhaps right onto a seat. Who was expected at a table and is at none left it with the server,
    /// and that is told at once: after another new start nobody would know when it was.
    pub fn enter(&mut self, at: TimeMs, person: ParticipantId, table: Option<TableId>) -> Vec<Stay> {
        self.people.insert(person, Seat { table: None, away_since: None });
        match (table, self.expected.remove(&person)) {
            (None, Some((_, last))) => vec![Stay { person, at: last, table: None }],
            (_, expected) => {
                self.expected.extend(expected.map(|expected| (person, expected)));
                self.place(at, person, table)
            }
        }
    }

    /// Somebody is at a table, or at none, from now on.
    pub fn place(&mut self, at: TimeMs, person: ParticipantId, table: Option<TableId>) -> Vec<Stay> {
        let Some(seat) = self.people.get_mut(&person) else { return Vec::new() };
        let before = std::mem::replace(&mut seat.table, table);
        if before == table {
            return Vec::new();
        }
        if let Some(before) = before {
            self.remove(before, person);
        }
        let mut stays = Vec::new();
        if let Some(table) = table {
            self.tables.entry(table).or_default().insert(person);
            // At another table than before the server stopped: that visit ended when they were last seen.
            if let Some((expected, last)) = self.expected.remove(&person)
                && expected != table
            {
                stays.push(Stay { person, at: last, table: None });
            }
        }
        stays.push(Stay { person, at, table });
        stays
    }

    /// Somebody's line dropped.
    pub fn drop_line(&mut self, at: TimeMs, person: ParticipantId) {
        if let Some(seat) = self.people.get_mut(&person) {
            seat.away_since = seat.away_since.or(Some(at));
        }
    }

    /// Somebody's line is back: what their table carries may have changed meanwhile.
    pub fn come_back(&mut self, at: TimeMs, person: ParticipantId) -> Option<Stay> {
        let seat = self.people.get_mut(&person)?;
        seat.away_since.take()?;
        seat.table.map(|table| Stay { person, at, table: Some(table) })
    }

    /// Somebody is gone for good: since their line dropped, if it did.
    pub fn leave(&mut self, at: TimeMs, person: ParticipantId) -> Option<Stay> {
        let seat = self.people.remove(&person)?;
        let table = seat.table?;
        self.remove(table, person);
        Some(Stay { person, at: seat.away_since.unwrap_or(at), table: None })
    }

    /// Those who were expected and did not come back in time.
    pub fn expire(&mut self, now: TimeMs) -> Vec<Stay> {
        if now < self.expected_until {
            return Vec::new();
        }
        let expected = std::mem::take(&mut self.expected);
        expected.into_iter().map(|(person, (_, last))| Stay { person, at: last, table: None }).collect()
    }

    /// Whether somebody is in; those whose line is down are.
    #[must_use]
    pub fn is_in(&self, person: ParticipantId) -> bool {
        self.people.contains_key(&person)
    }

    /// How many are in.
    #[must_use]
    pub fn population(&self) -> usize {
        self.people.len()
    }

    /// Who sits at a table, by id; those whose line is down too.
    pub fn at(&self, table: TableId) -> impl Iterator<Item = ParticipantId> + '_ {
        self.tables.get(&table).into_iter().flatten().copied()
    }

    /// At which table somebody sits.
    #[must_use]
    pub fn table_of(&self, person: ParticipantId) -> Option<TableId> {
        self.people.get(&person)?.table
    }

    /// Whether somebody's visit is known to go on at this moment: they are in, and their line stands.
    pub(super) fn is_present(&self, person: ParticipantId) -> bool {
        !self.expected.contains_key(&person) && self.people.get(&person).is_some_and(|seat| seat.away_since.is_none())
    }

    fn remove(&mut self, table: TableId, person: ParticipantId) {
        if let Some(sitting) = self.tables.get_mut(&table) {
            sitting.remove(&person);
            if sitting.is_empty() {
                self.tables.remove(&table);
            }
        }
    }
}

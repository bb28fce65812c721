//! Speaking to all: who else may, and which tables it stays out of. That somebody speaks is not decided here: sound waits
//! for no disk, so the space decides it, and the ledger takes down that it was so.

use super::{Case, Decided};
use crate::ledger::rights::{Deed, Right};
use crate::ledger::{Actor, Fact, Ledger, LedgerRefusal, Moment};
use crate::limits::WORDS_LENT_MAX;
use torg_protocol::ids::{ParticipantId, TableId};
use torg_protocol::map::TableWall;
use torg_protocol::people::Role;

impl Ledger {
    /// Whether somebody may bring the talking piece to a table, put it away and give it, whoever holds it. What is done
    /// with it is not decided here: like all that is about sound, that waits for no disk.
    #[must_use]
    pub fn may_move_piece(&self, moment: &Moment<'_>, by: Actor, table: TableId) -> bool {
        let case = Case { ledger: self, moment, by };
        match case.right(Deed::MovePiece) {
            Ok(Right::Yes) => moment.map.table(table).is_some(),
            Ok(Right::Own) => case.leads_at(table),
            Ok(Right::No) | Err(_) => false,
        }
    }
}

impl Case<'_> {
    /// The word is lent to who is here, and may be taken back from who has gone: they would come again with it.
    pub(super) fn lend_word(&self, person: ParticipantId, lent: bool) -> Decided {
        self.right(Deed::LendWord)?;
        self.known(person)?;
        let has_it = self.ledger.has_word(person);
        if has_it == lent {
            return Ok(vec![]);
        }
        if lent {
            self.present(person)?;
            if self.ledger.book.word_lent.len() >= WORDS_LENT_MAX {
                return Err(LedgerRefusal::TooMany { what: "people with the word", max: WORDS_LENT_MAX });
            }
        }
        Ok(vec![Fact::WordLent { person, lent, by: self.by }])
    }

    /// That somebody has the word no more, if they have it.
    pub(super) fn taken_back(&self, person: ParticipantId) -> Option<Fact> {
        self.ledger.has_word(person).then_some(Fact::WordLent { person, lent: false, by: self.by })
    }

    pub(super) fn keep_out(&self, table: TableId, kept_out: bool) -> Decided {
        let wall = self.moment.map.table(table).ok_or(LedgerRefusal::UnknownTable)?.wall;
        let otherwise = "who leads the talk or brings the topic, and sits at the table, or a host may do this";
        self.may(Deed::KeepOut, self.leads_at(table), otherwise)?;
        if self.ledger.book.kept_out.contains(&table) == kept_out {
            return Ok(vec![]);
        }
        if kept_out && wall == TableWall::Open {
            return Err(LedgerRefusal::NotNow("this table is open to all sound: there is nothing to keep out"));
        }
        Ok(vec![Fact::KeptOut { table, kept_out, by: Some(self.by) }])
    }

    /// Whether whoever asks sits at a table, and leads the talk there or brings the topic that runs there.
    fn leads_at(&self, table: TableId) -> bool {
        let Some(person) = self.by.person() else { return false };
        let brings = || {
            let topic = self.ledger.carries(table).0.and_then(|topic| self.ledger.book.live(topic));
            topic.is_some_and(|topic| topic.is_convened_by(person))
        };
        let sits_there = self.moment.seating.table_of(person) == Some(table);
        sits_there && (self.ledger.role(person) == Some(Role::Facilitator) || brings())
    }
}

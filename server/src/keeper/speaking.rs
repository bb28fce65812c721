//! Speaking to all, between the space and the ledger. The space decides who speaks and who hears it, at once; the ledger
//! keeps who was lent the word and which tables keep broadcasts out, and takes down who spoke.

use super::Keeper;
use crate::mailbox::Outgoing;
use std::collections::BTreeSet;
use torg_protocol::ServerMessage;
use torg_protocol::ids::{ParticipantId, TableId};
use torg_protocol::map::TableWall;
use torg_protocol::people::Broadcast;
use torg_protocol::units::TimeMs;
use torg_space::ledger::{Change, Deed, Ledger, Right, right};
use torg_space::{Ask, Audience, Command, Map, Space};

/// The space starts: what its record says is kept out is kept out from the first word.
pub(super) fn keep_out_all(space: &mut Space, ledger: &Ledger) {
    let tables: Vec<TableId> = ledger.kept_out().filter(|table| is_closed(space.map(), *table)).collect();
    for table in tables {
        space.keep_out(table, true);
    }
}

fn is_closed(map: &Map, table: TableId) -> bool {
    map.table(table).is_some_and(|table| table.wall == TableWall::Closed)
}

impl Keeper {
    /// The space learns of somebody who came in what the ledger knows of them, and all others that they have the word.
    pub(super) fn brief(&mut self, now: TimeMs, participant: ParticipantId) {
        let ledger = self.books.settled();
        let (lent, convenes) = (ledger.has_word(participant), ledger.convenes(participant));
        self.apply(now, participant, Ask::SetConvenes(convenes));
        if lent {
            self.apply(now, participant, Ask::SetWord { lent });
            self.tell_word(participant, Audience::EverybodyBut(participant));
        }
    }

    /// Who brings a topic or has the role of a convener may be somebody else from now on.
    pub(super) fn set_conveners(&mut self, now: TimeMs) {
        for participant in [self.people.ids(), self.doors.ids()].concat() {
            let convenes = self.books.settled().convenes(participant);
            // Whoever has left in this very moment convenes nothing.
            let _ = self.space.apply(now, Command { participant, what: Ask::SetConvenes(convenes) });
        }
        self.tell(now);
    }

    /// Broadcasts stay out of a table from now on, or do no more.
    pub(super) fn set_kept_out(&mut self, now: TimeMs, table: TableId, kept_out: bool) {
        if is_closed(self.space.map(), table) {
            self.space.keep_out(table, kept_out);
            self.tell(now);
        }
    }

    /// Does what can't wait for a slow disk: who shouts into a talk is muted, who has the word no more ends, and a table that
    /// wants calm has it. That it was done is written like all else.
    pub(super) fn do_at_once(&mut self, now: TimeMs, by: ParticipantId, change: &Change) {
        match *change {
            Change::Mute { participant } => self.mute(now, participant, by),
            Change::LendWord { participant, lent: false } => {
                let role = self.space.person(participant).map(|person| person.role);
                if role.is_some_and(|role| right(role, Deed::Broadcast) != Right::Yes) {
                    // If it can't be written they have the word still, and may begin anew.
                    self.apply(now, participant, Ask::EndSpeech);
                }
            }
            Change::KeepOut { table, kept_out: true } => self.set_kept_out(now, table, true),
            _ => {}
        }
    }

    /// Something could not be written: broadcasts stay out of the tables that the record names, and of no others.
    pub(super) fn keep_out_as_written(&mut self, now: TimeMs) {
        let written: BTreeSet<TableId> = self.books.settled().kept_out().collect();
        let closed = self.space.map().tables().iter().filter(|table| table.wall == TableWall::Closed);
        let closed: Vec<TableId> = closed.map(|table| table.id).collect();
        for table in closed {
            self.space.keep_out(table, written.contains(&table));
        }
        self.tell(now);
    }

    /// Who of those in here was lent the word, ascending.
    pub(super) fn word_lent(&self) -> Vec<ParticipantId> {
        let ledger = self.books.settled();
        // Who is on the way in is in the space, and not among those with a websocket yet.
        let is_in = |person: &ParticipantId| self.space.person(*person).is_some();
        ledger.words_lent().filter(is_in).collect()
    }

    /// The closed tables that broadcasts stay out of, ascending.
    pub(super) fn kept_out(&self) -> Vec<TableId> {
        let map = self.space.map();
        self.books.settled().kept_out().filter(|table| is_closed(map, *table)).collect()
    }

    /// Tells whether somebody has the word; of who isn't here nobody needs to know.
    pub(super) fn tell_word(&self, participant: ParticipantId, to: Audience) {
        if self.space.person(participant).is_some() {
            let lent = self.books.settled().has_word(participant);
            self.people.push_to(to, Outgoing::message(&ServerMessage::WordLent { participant, lent }));
        }
    }

    pub(super) fn tell_kept_out(&self) {
        let tables = self.kept_out();
        self.people.push_to(Audience::Everybody, Outgoing::message(&ServerMessage::KeptOut { tables }));
    }

    /// Keeps in mind who speaks over everything, for the record. Sounds are nobody that it knows, so nothing is written of
    /// them.
    pub(super) fn note_broadcasts(&mut self, now: TimeMs, broadcasts: &[Broadcast]) {
        self.broadcasts = broadcasts.to_vec();
        self.books.note_speeches(broadcasts);
        self.books.write_by_itself(now, &self.seating);
    }
}

//! The talking piece: the space passes it round, the ledger knows who may do so whoever holds it.

use super::{Keeper, translate};
use crate::mailbox::Outgoing;
use torg_protocol::ids::{ParticipantId, TableId};
use torg_protocol::people::PieceMove;
use torg_protocol::units::TimeMs;
use torg_space::ledger::{Actor, Moment};
use torg_space::{Ask, Command};

impl Keeper {
    /// Somebody does something with the talking piece of a table.
    pub(super) fn move_piece(&mut self, now: TimeMs, participant: ParticipantId, table: TableId, piece: PieceMove) {
        let waiting = self.lobby.ids();
        let moment = Moment { now, map: self.space.map(), seating: &self.seating, waiting: &waiting };
        let by_right = self.books.ahead().may_move_piece(&moment, Actor::Person(participant), table);
        let what = Ask::MovePiece { table, piece, by_right };
        if let Err(refusal) = self.space.apply(now, Command { participant, what }) {
            self.people.push(participant, Outgoing::refused(translate::refusal(&refusal), false));
        }
        self.tell(now);
    }
}

//! What those who sit at a table settle among themselves: the talking piece, and whether who passes by may listen. Every
//! function that is asked for refuses first and changes after.

use super::Space;
use crate::event::{Happening, Person};
use crate::refusal::Refusal;
use torg_protocol::ids::{ParticipantId, TableId};
use torg_protocol::people::{Broadcast, ParticipantKind, PieceMove, Place, Presence, TalkingPiece};

/// What all tables settled. Both lists have at most one entry a table.
#[derive(Debug, Default)]
pub(super) struct Circles {
    /// Ascending by table.
    pieces: Vec<TalkingPiece>,
    /// The tables that let themselves be listened to, ascending.
    let_listen: Vec<TableId>,
}

impl Circles {
    pub(super) fn pieces(&self) -> &[TalkingPiece] {
        &self.pieces
    }

    pub(super) fn let_listen(&self) -> &[TableId] {
        &self.let_listen
    }

    /// Whether somebody is heard by nobody because a piece goes round at their table and they don't hold it. Who speaks
    /// over everything is heard all the same.
    pub(super) fn hush(&self, person: &Person, broadcasts: &[Broadcast]) -> bool {
        let piece = person.place.table().and_then(|table| self.piece(table));
        let lacks_it = piece.is_some_and(|piece| piece.holder != Some(person.id));
        lacks_it && !broadcasts.iter().any(|broadcast| broadcast.speaker == person.id)
    }

    fn piece(&self, table: TableId) -> Option<TalkingPiece> {
        self.find(table).ok().map(|index| self.pieces[index])
    }

    fn find(&self, table: TableId) -> Result<usize, usize> {
        self.pieces.binary_search_by_key(&table, |piece| piece.table)
    }

    /// Says whether that changed anything.
    fn set_piece(&mut self, table: TableId, piece: Option<TalkingPiece>) -> bool {
        let before = self.piece(table);
        match (self.find(table), piece) {
            (Ok(index), Some(piece)) => self.pieces[index] = piece,
            (Ok(index), None) => drop(self.pieces.remove(index)),
            (Err(index), Some(piece)) => self.pieces.insert(index, piece),
            (Err(_), None) => {}
        }
        before != piece
    }

    /// Says whether that changed anything.
    fn set_let_listen(&mut self, table: TableId, allowed: bool) -> bool {
        match (self.let_listen.binary_search(&table), allowed) {
            (Err(index), true) => self.let_listen.insert(index, table),
            (Ok(index), false) => drop(self.let_listen.remove(index)),
            (Ok(_), true) | (Err(_), false) => return false,
        }
        true
    }
}

impl Space {
    /// Something is done with the talking piece of a table.
    pub(super) fn move_piece(
        &mut self,
        index: usize,
        table: TableId,
        piece: PieceMove,
        by_right: bool,
    ) -> Result<(), Refusal> {
        self.map.table(table).ok_or(Refusal::UnknownTable)?;
        let mover = self.crowd[index].person.id;
        let present = self.circles.piece(table);
        let held_by = |holder: Option<ParticipantId>| Some(TalkingPiece { table, holder });
        let moved = match piece {
            PieceMove::Bring {} | PieceMove::PutAway {} if !by_right => return Err(Refusal::NoPieceRight),
            // With nobody there it would lie about until somebody came.
            PieceMove::Bring {} if !self.is_anybody_seated(table) => return Err(Refusal::EmptyTable),
            PieceMove::Bring {} => present.or(held_by(None)),
            PieceMove::PutAway {} => None,
            PieceMove::Give { to } => {
                let present = present.ok_or(Refusal::NoPiece)?;
                if !by_right && present.holder != Some(mover) {
                    return Err(Refusal::NoPieceRight);
                }
                let taker = self.crowd.find(to).ok_or(Refusal::UnknownParticipant)?;
                self.check_in_circle(taker, table)?;
                held_by(Some(to))
            }
            PieceMove::Take {} => {
                let present = present.ok_or(Refusal::NoPiece)?;
                self.check_in_circle(index, table)?;
                if present.holder.is_some_and(|holder| holder != mover) {
                    return Err(Refusal::PieceHeld);
                }
                held_by(Some(mover))
            }
            PieceMove::LayDown {} => {
                let present = present.ok_or(Refusal::NoPiece)?;
                if present.holder.is_some_and(|holder| holder != mover) {
                    return Err(Refusal::PieceHeld);
                }
                held_by(None)
            }
        };
        self.set_piece(table, moved);
        Ok(())
    }

    /// Those who sit at a table let others listen who pass, or do so no more.
    pub(super) fn let_listen(&mut self, index: usize, table: TableId, allowed: bool) -> Result<(), Refusal> {
        self.map.table(table).ok_or(Refusal::UnknownTable)?;
        if self.is_closed(table) {
            return Err(Refusal::ClosedTable);
        }
        if !sits_at(&self.crowd[index].person, table) {
            return Err(Refusal::NotAtTable);
        }
        self.set_let_listen(table, allowed);
        Ok(())
    }

    /// Somebody doesn't sit at a table any more: what they held lies in the middle, and with the last of them ends all
    /// that was settled there.
    pub(super) fn leave_circle(&mut self, id: ParticipantId, table: TableId) {
        let present = self.circles.piece(table);
        if !self.is_anybody_seated(table) {
            self.set_piece(table, None);
            self.set_let_listen(table, false);
        } else if present.is_some_and(|piece| piece.holder == Some(id)) {
            self.set_piece(table, Some(TalkingPiece { table, holder: None }));
        }
    }

    /// The piece that somebody holds lies in the middle: nobody waits for a line that broke.
    pub(super) fn lay_down(&mut self, index: usize) {
        let Person { id, place, .. } = self.crowd[index].person;
        let Some(table) = place.table() else { return };
        if self.circles.piece(table).is_some_and(|piece| piece.holder == Some(id)) {
            self.set_piece(table, Some(TalkingPiece { table, holder: None }));
        }
    }

    fn set_piece(&mut self, table: TableId, piece: Option<TalkingPiece>) {
        if self.circles.set_piece(table, piece) {
            self.tell_all(Happening::PiecesChanged(self.circles.pieces.clone()));
        }
    }

    fn set_let_listen(&mut self, table: TableId, allowed: bool) {
        if self.circles.set_let_listen(table, allowed) {
            self.hearing.set_let_listen(&self.circles.let_listen);
            self.tell_all(Happening::LetListen(self.circles.let_listen.clone()));
        }
    }

    /// Refuses who can't hold the piece of a table: it takes a person who sits there and is connected.
    fn check_in_circle(&self, index: usize, table: TableId) -> Result<(), Refusal> {
        let person = &self.crowd[index].person;
        let can_hold = sits_at(person, table) && person.presence == Presence::Here;
        if can_hold { Ok(()) } else { Err(Refusal::NotAtTable) }
    }

    /// Whether a person has a seat at a table. Who only listens settles nothing there.
    fn is_anybody_seated(&self, table: TableId) -> bool {
        let seats = self.seats.get(usize::from(table.0));
        let mut seated = seats.into_iter().flatten().flatten().filter_map(|&id| self.crowd.get(id));
        seated.any(|avatar| sits_at(&avatar.person, table))
    }
}

/// Whether a person, and no listener, sits at a table.
fn sits_at(person: &Person, table: TableId) -> bool {
    let is_there = matches!(person.place, Place::Seat { table: theirs, .. } if theirs == table);
    is_there && person.kind == ParticipantKind::Person
}

//! Talking pieces, the plenum, who may listen in passing, and what is played: what a guest can ask about who is heard where.

use crate::error::GuestError;
use crate::guest::{ASKED_WAIT, Guest};
use crate::view::View;
use crate::world::World;
use std::time::Duration;
use torg_protocol::ids::{ParticipantId, TableId};
use torg_protocol::message::ClientMessage;
use torg_protocol::people::{PieceMove, Place, Plenum, TalkingPiece};

impl World {
    /// The talking piece of a table, by the table's name; nothing where none goes round.
    #[must_use]
    pub fn piece(&self, table: &str) -> Option<TalkingPiece> {
        self.air().piece_at(self.table(table)?.0)
    }

    /// Who holds the talking piece of a table, by their names; nobody while it lies in the middle, or where there is none.
    #[must_use]
    pub fn holder(&self, table: &str) -> Option<&str> {
        self.name_of(self.piece(table)?.holder?)
    }

    /// The table at which somebody sits.
    #[must_use]
    pub fn seated_at(&self, who: ParticipantId) -> Option<TableId> {
        match self.people().get(&who)?.view.place {
            Place::Seat { table, .. } => Some(table),
            Place::Square | Place::Rising { .. } => None,
        }
    }
}

impl Guest {
    /// Brings a talking piece to a table: from now on only who holds it is heard of those who sit there.
    ///
    /// # Errors
    /// [`GuestError::Unknown`] without such a table, [`GuestError::Refused`] when the guest may not.
    pub async fn bring_piece(&mut self, table: &str) -> Result<(), GuestError> {
        let table = self.table_named(table)?;
        let there = move |world: &World| world.air().piece_at(table).is_some();
        self.move_piece(table, PieceMove::Bring {}, there).await
    }

    /// Puts the talking piece of a table away.
    ///
    /// # Errors
    /// [`GuestError::Unknown`] without such a table, [`GuestError::Refused`] when the guest may not.
    pub async fn put_piece_away(&mut self, table: &str) -> Result<(), GuestError> {
        let table = self.table_named(table)?;
        self.move_piece(table, PieceMove::PutAway {}, move |world| world.air().piece_at(table).is_none()).await
    }

    /// Gives the talking piece to somebody, at the table where they sit.
    ///
    /// # Errors
    /// [`GuestError::Unknown`] when nobody of that name sits anywhere, [`GuestError::Refused`] when the guest may not.
    pub async fn give_piece(&mut self, name: &str) -> Result<(), GuestError> {
        let to = self.id_of(name)?;
        let table = self.view().world.seated_at(to);
        let table = table.ok_or_else(|| GuestError::Unknown(format!("table at which {name} sits")))?;
        self.move_piece(table, PieceMove::Give { to }, held_by(table, Some(to))).await
    }

    /// Takes the talking piece of the table where the guest sits.
    ///
    /// # Errors
    /// [`GuestError::Unknown`] for who sits nowhere, [`GuestError::Refused`] while somebody holds it.
    pub async fn take_piece(&mut self) -> Result<(), GuestError> {
        let table = self.own_table()?;
        let me = self.id();
        self.move_piece(table, PieceMove::Take {}, held_by(table, Some(me))).await
    }

    /// Lays the talking piece down in the middle of the table where the guest sits.
    ///
    /// # Errors
    /// [`GuestError::Unknown`] for who sits nowhere, [`GuestError::Refused`] for who does not hold it.
    pub async fn lay_piece_down(&mut self) -> Result<(), GuestError> {
        let table = self.own_table()?;
        self.move_piece(table, PieceMove::LayDown {}, held_by(table, None)).await
    }

    /// Calls everybody to a zone, or where the server thinks best, and waits until all are told.
    ///
    /// # Errors
    /// [`GuestError::Unknown`] without such a zone, [`GuestError::Refused`] when the guest may not.
    pub async fn call_plenum(&mut self, zone: Option<&str>) -> Result<(), GuestError> {
        let zone = match zone {
            Some(name) => {
                let found = self.view().world.zone(name).map(|(zone, _)| zone);
                Some(found.ok_or_else(|| GuestError::Unknown(format!("zone named \"{name}\"")))?)
            }
            None => None,
        };
        let (me, before) = (self.id(), self.plenum());
        let called = move |view: &View| {
            let called = view.world.air().plenum;
            called.is_some_and(|plenum| plenum.by == me && before.is_none_or(|before| before.at < plenum.at))
        };
        self.ask(ClientMessage::CallPlenum { zone }, "the plenum", ASKED_WAIT, called).await
    }

    /// Takes the call to the plenum back.
    ///
    /// # Errors
    /// [`GuestError::Refused`] when nobody calls, or the guest may not.
    pub async fn end_plenum(&mut self) -> Result<(), GuestError> {
        // Without a call there is only the refusal to wait for.
        let called = self.plenum().is_some();
        let over = move |view: &View| called && view.world.air().plenum.is_none();
        self.ask(ClientMessage::EndPlenum {}, "the end of the call", ASKED_WAIT, over).await
    }

    /// Stays where the guest is, whatever the plenum, and waits until one more is counted who does.
    ///
    /// # Errors
    /// [`GuestError::Refused`] when nobody calls, [`GuestError::TimedOut`] for who declined already.
    pub async fn decline_plenum(&mut self) -> Result<(), GuestError> {
        let before = self.plenum();
        let counted = move |view: &View| match (before, view.world.air().plenum) {
            (Some(before), Some(now)) => before.at == now.at && before.declined < now.declined,
            _ => false,
        };
        self.ask(ClientMessage::DeclinePlenum {}, "being counted as who stays", ASKED_WAIT, counted).await
    }

    /// Lets who passes listen to the open table at which the guest sits, or lets nobody any more.
    ///
    /// # Errors
    /// [`GuestError::Unknown`] without such a table, [`GuestError::Refused`] for who does not sit there, and at a closed one.
    pub async fn let_listen(&mut self, table: &str, allowed: bool) -> Result<(), GuestError> {
        let table = self.table_named(table)?;
        let said = move |world: &World| world.air().let_listen.contains(&table) == allowed;
        self.ask_of_circle(ClientMessage::LetListen { table, allowed }, "word of who may listen", said).await
    }

    /// Ends a stream, or a sound that is played: hosts may.
    ///
    /// # Errors
    /// [`GuestError::Unknown`] when nothing of that name is there, [`GuestError::Refused`] when the guest may not.
    pub async fn end_sound(&mut self, name: &str) -> Result<(), GuestError> {
        let sound = self.id_of(name)?;
        let over = move |view: &View| !view.world.people().contains_key(&sound);
        self.ask(ClientMessage::EndSound { sound }, "the end of a sound", ASKED_WAIT, over).await
    }

    /// Waits until it is told that the talking piece of a table is held by somebody of this name, or lies in the middle.
    ///
    /// # Errors
    /// [`GuestError::TimedOut`] when that does not happen.
    pub async fn wait_until_holds(
        &mut self,
        table: &str,
        name: Option<&str>,
        wait: Duration,
    ) -> Result<(), GuestError> {
        let so = |view: &View| view.world.piece(table).is_some() && view.world.holder(table) == name;
        self.wait_until("the talking piece to go on", wait, so).await
    }

    /// Waits until it is told that somebody hears a table in passing, or none.
    ///
    /// # Errors
    /// [`GuestError::TimedOut`] when that does not happen.
    pub async fn wait_until_passes(
        &mut self,
        name: &str,
        table: Option<&str>,
        wait: Duration,
    ) -> Result<(), GuestError> {
        let so = |view: &View| {
            let table = table.and_then(|table| view.world.table(table)).map(|(table, _)| table);
            let who = view.world.person(name).map(|person| person.view.id);
            who.is_some_and(|who| view.world.air().bumblebees.get(&who).copied() == table)
        };
        self.wait_until(&format!("{name} to pass"), wait, so).await
    }

    async fn move_piece(
        &mut self,
        table: TableId,
        piece: PieceMove,
        is_so: impl Fn(&World) -> bool,
    ) -> Result<(), GuestError> {
        self.ask_of_circle(ClientMessage::MovePiece { table, piece }, "the talking piece", is_so).await
    }

    /// Asks something and waits until it is so. What is so already is asked all the same, and nothing is waited for.
    async fn ask_of_circle(
        &mut self,
        message: ClientMessage,
        what: &str,
        is_so: impl Fn(&World) -> bool,
    ) -> Result<(), GuestError> {
        if is_so(&self.view().world) {
            return self.say(message).await;
        }
        self.ask(message, what, ASKED_WAIT, |view| is_so(&view.world)).await
    }

    pub(crate) fn table_named(&self, name: &str) -> Result<TableId, GuestError> {
        let found = self.view().world.table(name).map(|(table, _)| table);
        found.ok_or_else(|| GuestError::Unknown(format!("table named \"{name}\"")))
    }

    fn plenum(&self) -> Option<Plenum> {
        self.view().world.air().plenum
    }

    fn own_table(&self) -> Result<TableId, GuestError> {
        let view = self.view();
        let table = view.world.seated_at(view.world.me());
        table.ok_or_else(|| GuestError::Unknown("table at which this guest sits".to_owned()))
    }
}

fn held_by(table: TableId, holder: Option<ParticipantId>) -> impl Fn(&World) -> bool {
    move |world| world.air().piece_at(table).is_some_and(|piece| piece.holder == holder)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::golden;
    use std::time::Instant;
    use torg_protocol::message::ServerMessage;

    #[test]
    fn a_piece_is_found_by_its_table_and_its_holder_by_name() {
        let mut world = World::golden(Instant::now());
        assert_eq!((world.piece("Youth work"), world.holder("Youth work")), (None, None));
        let pieces = golden().into_iter().find(|message| matches!(message, ServerMessage::PiecesChanged { .. }));
        world.apply(&pieces.expect("golden pieces"));
        assert_eq!(world.holder("Youth work"), Some("Bo"));
        assert!(world.piece("Stille prat").is_some() && world.holder("Stille prat").is_none(), "in the middle");
        assert_eq!(world.piece("Nowhere"), None);
    }

    #[test]
    fn who_is_rising_sits_nowhere_any_more() {
        let world = World::golden(Instant::now());
        let seated = |id| world.seated_at(ParticipantId(id));
        assert_eq!((seated(1), seated(2), seated(4_000_000_000)), (None, Some(TableId(0)), None));
    }
}

//! What stands behind a participant, and so what they may ask and where they may be.

use super::Space;
use crate::command::Ask;
use crate::refusal::Refusal;
use torg_protocol::ids::TableId;
use torg_protocol::map::TableWall;
use torg_protocol::people::{Listening, ParticipantKind};

/// Whether a participant of a kind hears nothing, goes nowhere, and is heard only while it speaks over everything.
pub(super) fn is_apart(kind: ParticipantKind) -> bool {
    matches!(kind, ParticipantKind::Stream | ParticipantKind::Sound)
}

/// Whether something can be asked on behalf of a participant of a kind. What is allowed to persons is decided elsewhere.
pub(super) fn may_ask(kind: ParticipantKind, what: &Ask) -> bool {
    match kind {
        ParticipantKind::Person => true,
        // Whoever only listens gets one stream and says nothing; a host may walk them.
        ParticipantKind::Listener => !matches!(
            what,
            Ask::SetMicrophone(_)
                | Ask::SetListening { listening: Listening::Forwarded, .. }
                | Ask::MovePiece { .. }
                | Ask::CallPlenum { .. }
                | Ask::EndPlenum
                | Ask::LetListen { .. }
                | Ask::SetHearing(_)
        ),
        ParticipantKind::Stream | ParticipantKind::Sound => matches!(
            what,
            Ask::Leave
                | Ask::Drop
                | Ask::Return
                | Ask::SetMicrophone(_)
                | Ask::Speak { .. }
                | Ask::EndSpeech
                | Ask::SetWord { .. }
                | Ask::SetConvenes(_)
                | Ask::Rename(_)
                | Ask::SetRole(_)
                | Ask::Voice(_)
        ),
    }
}

impl Space {
    /// Refuses a table to who may not be inside of its wall: streams and sounds sit nowhere, and nobody only listens
    /// behind a closed wall.
    pub(super) fn check_wall(&self, kind: ParticipantKind, table: TableId) -> Result<(), Refusal> {
        match kind {
            ParticipantKind::Stream | ParticipantKind::Sound => Err(Refusal::NotAllowed),
            ParticipantKind::Listener if self.is_closed(table) => Err(Refusal::ClosedTable),
            ParticipantKind::Listener | ParticipantKind::Person => Ok(()),
        }
    }

    /// Whether nothing leaves a table, or enters it.
    pub(super) fn is_closed(&self, table: TableId) -> bool {
        self.map.table(table).is_some_and(|table| table.wall == TableWall::Closed)
    }
}

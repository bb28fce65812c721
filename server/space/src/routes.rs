//! Routes: the table that the media plane obeys. A level, not an edge: only the newest counts.

use torg_protocol::ids::ParticipantId;
use torg_protocol::limits::AUDIO_SLOTS;

/// Whose voice each audio slot of each listener carries at this moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Routes {
    /// Grows with every change.
    pub version: u64,
    /// By listener, ascending. Who is not in here hears nobody.
    pub listeners: Vec<ListenerRoutes>,
}

/// The audio slots of one listener.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListenerRoutes {
    /// Who listens.
    pub listener: ParticipantId,
    /// Who is heard, by slot.
    pub slots: [Option<ParticipantId>; AUDIO_SLOTS],
}

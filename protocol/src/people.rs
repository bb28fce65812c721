//! What the square knows of its people: roles, microphones, presence, and what holds them.

use crate::ids::{SeatIndex, TableId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What somebody may do in a space.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Runs the whole space.
    Host,
    /// Runs it with the host: may all that a host may, but close the space or make hosts.
    CoHost,
    /// Sees at a table that every voice is heard.
    Facilitator,
    /// Brings topics.
    Convener,
    /// Writes at a table.
    Reporter,
    /// Helps with sound and the rest; may hold the door.
    Helper,
    /// Came by the join link.
    Participant,
}

/// What a participant's microphone does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Microphone {
    /// There is none: this person listens.
    Absent,
    /// Muted by the person.
    Muted,
    /// Open.
    On,
}

/// Whether a participant's control channel stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Presence {
    /// Connected.
    Here,
    /// The connection dropped less than 30 s ago; the place is held.
    Away,
}

/// What holds a participant: the open square, a seat, or a table they are just leaving.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(tag = "on", rename_all = "snake_case")]
pub enum Place {
    /// On the square, outside every table.
    Square,
    /// On a seat (or on the last step from the rim to it), inside the table's wall of sound.
    Seat {
        /// The table.
        table: TableId,
        /// The seat.
        seat: SeatIndex,
    },
    /// Stood up and walking out; the seat is free, but the wall of sound is still around them.
    Rising {
        /// The table.
        table: TableId,
    },
}

impl Place {
    /// The table whose wall of sound is around the participant.
    #[must_use]
    pub fn table(self) -> Option<TableId> {
        match self {
            Self::Square => None,
            Self::Seat { table, .. } | Self::Rising { table } => Some(table),
        }
    }
}

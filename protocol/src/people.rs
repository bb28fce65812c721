//! What the square knows of its people: roles, microphones, presence, what holds them, and how the door stands.

use crate::geometry::Point;
use crate::ids::{ParticipantId, SeatIndex, TableId, ZoneId};
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

impl Role {
    /// Every role, from who may most to who came by the join link.
    pub const ALL: [Self; 7] =
        [Self::Host, Self::CoHost, Self::Facilitator, Self::Convener, Self::Reporter, Self::Helper, Self::Participant];

    /// The role as it stands on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Host => "host",
            Self::CoHost => "co_host",
            Self::Facilitator => "facilitator",
            Self::Convener => "convener",
            Self::Reporter => "reporter",
            Self::Helper => "helper",
            Self::Participant => "participant",
        }
    }
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

/// How sound comes to somebody.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Listening {
    /// The nearest voices each in an audio slot of its own, placed by the client; the murmur beside them.
    #[default]
    Forwarded,
    /// One stereo stream with everything in it, placed by the server: for phones, weak machines and thin lines.
    Mixed,
}

/// To whom somebody speaks who speaks over everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Addressed {
    /// The whole space.
    Everybody {},
    /// Whoever is in a zone at that moment.
    Zone {
        /// Which.
        zone: ZoneId,
    },
    /// All who have the role of a convener or bring a topic.
    Conveners {},
}

/// Somebody who speaks over everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
pub struct Broadcast {
    /// Who.
    pub speaker: ParticipantId,
    /// To whom.
    pub to: Addressed,
}

/// How the door stands for who comes by the join link.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Door {
    /// Come in.
    #[default]
    Open,
    /// Wait in the lobby until somebody lets you in.
    Lobby,
    /// Nobody new comes in.
    Locked,
}

/// Where somebody is walked to.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Destination {
    /// A place.
    At(Point),
    /// A free seat of a table.
    Table(TableId),
}

//! What the square knows of its people: roles, microphones, presence, what holds them, and how the door stands.

use crate::geometry::Point;
use crate::ids::{ParticipantId, SeatIndex, TableId, ZoneId};
use crate::units::TimeMs;
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

/// What stands behind a participant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ParticipantKind {
    /// Somebody who walks and talks, by the app or a guest.
    #[default]
    Person,
    /// Somebody who only listens, by WHEP: in a room with a loudspeaker, or with a player.
    Listener,
    /// A voice from elsewhere, by WHIP (RFC 9725): a studio, a stage.
    Stream,
    /// A file that is played.
    Sound,
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
    /// Whether it is there to be talked over: music in a break, a chime. Nothing else is quieter meanwhile.
    pub background: bool,
}

/// A table at which a talking piece goes round: of those who sit there only its holder is heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
pub struct TalkingPiece {
    /// Which table.
    pub table: TableId,
    /// Who holds the piece; nobody when it lies in the middle, for whoever takes it.
    pub holder: Option<ParticipantId>,
}

/// What is done with the talking piece of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum PieceMove {
    /// Hosts, and at their own table facilitators and who brings its topic: a piece goes round from now on, and lies in
    /// the middle.
    Bring {},
    /// The same people: everybody is heard again.
    PutAway {},
    /// The same people, and whoever holds it: from now on somebody else holds it, who sits at the table.
    Give {
        /// Who.
        to: ParticipantId,
    },
    /// Who sits at the table, while it lies in the middle.
    Take {},
    /// Who holds it: it lies in the middle.
    LayDown {},
}

/// A call to the plenum: everybody is walked there in a moment, unless they decline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
pub struct Plenum {
    /// Who called.
    pub by: ParticipantId,
    /// To which zone; nothing means the middle of the square.
    pub zone: Option<ZoneId>,
    /// When people are walked, by the server's clock.
    pub at: TimeMs,
    /// How many declined.
    pub declined: u16,
}

/// A bumblebee: somebody who passes a table that lets itself be listened to, and hears it better than its wall allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
pub struct Bumblebee {
    /// Who.
    pub participant: ParticipantId,
    /// Which table.
    pub table: TableId,
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

//! What a client says.

use super::Change;
use crate::geometry::{HearingPreset, Point, Walk};
use crate::ids::{AudioSlotIndex, ParticipantId, RequestId, TableId, TopicId, ZoneId};
use crate::people::{Addressed, Listening, Microphone, PieceMove};
use crate::text::Label;
use crate::units::MurmurPercent;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A message from a client to the server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum ClientMessage {
    /// The first message: who I am and by which link I came.
    Hello {
        /// [`crate::PROTOCOL_VERSION`] of the client.
        protocol: u16,
        /// The token of the link, behind its `#`.
        token: String,
        /// The name as typed. Refused with [`super::RefusalCode::Name`] when it cannot be one.
        name: String,
        /// What the microphone does at the start.
        microphone: Microphone,
        /// The resume token of an earlier session that broke off.
        #[serde(default)]
        #[ts(optional = nullable)]
        resume: Option<String>,
        /// Where to stand at the start; nothing means the foyer, else the middle. Ignored when `resume` works.
        #[serde(default)]
        #[ts(optional = nullable)]
        start: Option<Start>,
        /// The token of who came before, perhaps days ago, from [`super::Welcome::person`]: the same person again, with
        /// their topics, roles and visits. An unknown one, or one of somebody who is in already, is passed over.
        #[serde(default)]
        #[ts(optional = nullable)]
        person: Option<String>,
    },
    /// Something that lasts. Answered once it is committed.
    Change {
        /// The number of the request, chosen by the client.
        request: RequestId,
        /// What.
        change: Change,
    },
    /// What does this topic say at length? Answered by [`super::ServerMessage::TopicDetail`].
    ReadTopic {
        /// Which.
        topic: TopicId,
    },
    /// What is recorded about me? Hosts may ask for everybody. Answered by [`super::ServerMessage::Visits`].
    ReadVisits {
        /// Of everybody: hosts.
        everybody: bool,
    },
    /// Media: one offer for the life of a peer connection. Answered by [`super::ServerMessage::Answer`].
    Offer {
        /// The session description (RFC 8866), complete with candidates if any: there is no trickle.
        sdp: String,
        /// What each section is for. An offer with a section not named here is refused.
        tracks: Vec<OfferedTrack>,
    },
    /// Walk in a direction until told otherwise, or stop.
    Walk {
        /// The direction of the arrow keys.
        walk: Walk,
    },
    /// Walk to a place, round walls and tables.
    WalkTo {
        /// The place.
        to: Point,
    },
    /// Walk to a table and sit down on a free seat.
    JoinTable {
        /// The table.
        table: TableId,
    },
    /// Stand up and step out of the table.
    LeaveTable {},
    /// The microphone changed.
    SetMicrophone {
        /// What it does now.
        microphone: Microphone,
    },
    /// Whether sound can come out here: closed when the page's audio is suspended or its peer connection is
    /// down. Who has closed ears is not counted as hearing anybody.
    SetEars {
        /// Whether what arrives is played.
        open: bool,
    },
    /// How sound shall come, from now on. Who never says it gets voices forwarded, and no murmur.
    SetListening {
        /// As voices each, or as one stream.
        listening: Listening,
        /// How loud the murmur is. The server mixes none for who has it off; with [`Listening::Forwarded`] the bed comes
        /// at the level of its law, and the client turns it down.
        murmur: MurmurPercent,
    },
    /// Hosts, and who was lent the word: from now on my voice goes over everything. Ends with
    /// [`ClientMessage::EndSpeech`], with the role or the word, and when the speaker leaves.
    Speak {
        /// To whom.
        to: Addressed,
    },
    /// My voice is one among others again.
    EndSpeech {},
    /// Hosts, and who was lent the word: a stream or a file that is played ends.
    EndSound {
        /// Which: its participant.
        sound: ParticipantId,
    },
    /// Something is done with the talking piece of a table.
    MovePiece {
        /// Which table.
        table: TableId,
        /// What.
        piece: PieceMove,
    },
    /// Hosts: everybody is walked together in a moment. Who calls again calls anew.
    CallPlenum {
        /// To which zone; nothing means the stage, or the foyer, or the middle of the square.
        #[serde(default)]
        #[ts(optional = nullable)]
        zone: Option<ZoneId>,
    },
    /// Hosts: nobody is walked after all.
    EndPlenum {},
    /// I stay where I am, whatever the plenum.
    DeclinePlenum {},
    /// Who sits at an open table: whether who passes by may listen. Holds until somebody there says otherwise, or all have
    /// left.
    LetListen {
        /// The table.
        table: TableId,
        /// Whether they may.
        allowed: bool,
    },
    /// Another name.
    SetName {
        /// The name as typed.
        name: String,
    },
    /// Hosts: how far voices carry, for everybody, at once.
    SetHearing {
        /// The preset.
        preset: HearingPreset,
    },
    /// Asks for a [`super::ServerMessage::Pong`]; sets the clock and shows that the line stands.
    Ping {
        /// Comes back in the answer.
        nonce: u32,
    },
    /// Goodbye: the place is not held.
    Leave {},
}

/// Where to stand at the start.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Start {
    /// At a place, checked like the end of a walk.
    At(Point),
    /// On a free seat of the table with this name.
    Table(Label),
}

/// What one media section of an offer is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct OfferedTrack {
    /// The section's identification (`a=mid`, RFC 8843).
    pub mid: String,
    /// Its purpose.
    pub purpose: TrackPurpose,
}

/// The purpose of a media section.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum TrackPurpose {
    /// The client's microphone, upstream. Opus.
    Microphone {},
    /// A downstream voice.
    AudioSlot {
        /// Which of the listener's audio slots.
        slot: AudioSlotIndex,
    },
    /// Downstream, stereo: the murmur, or with [`Listening::Mixed`] everything in one. A client may leave it out and
    /// then has neither.
    Bed {},
}

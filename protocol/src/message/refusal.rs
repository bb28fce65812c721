//! Refusals: every one has a name that the app shows in words, and a reason for who reads the wire.

use crate::text::NameError;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A named refusal with its reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, thiserror::Error)]
#[error("{message}")]
pub struct Refusal {
    /// Which refusal it is; the app has words for each, in every language.
    pub code: RefusalCode,
    /// One English sentence that says what is wrong and what to do.
    pub message: String,
}

impl Refusal {
    /// A refusal with its sentence.
    #[must_use]
    pub fn new(code: RefusalCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}

impl From<NameError> for Refusal {
    fn from(error: NameError) -> Self {
        Self::new(RefusalCode::Name, error.to_string())
    }
}

/// Every refusal there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum RefusalCode {
    /// The client speaks another version of the protocol: reload the page or update the guest.
    ProtocolVersion,
    /// The message is not JSON, or not a message we know, or came before the hello.
    Malformed,
    /// The message is longer than the limit.
    TooLarge,
    /// The message is nested too deep.
    TooDeep,
    /// Too many messages in too short a time.
    TooFrequent,
    /// No space has this id.
    UnknownSpace,
    /// The link's token is wrong or was replaced by a newer one.
    Link,
    /// The name cannot be one; the message says why.
    Name,
    /// A text cannot be taken; the message says why.
    Text,
    /// There is no such topic, slot or comment (any more).
    Unknown,
    /// The cell of the board is taken: the message says by which topic.
    CellTaken,
    /// A convener has another topic at that time: the message says which. Ask again with `anyway` to place it all the
    /// same.
    ConvenerBusy,
    /// The slot takes no topics, or is over.
    SlotClosed,
    /// A time that can't be: a slot that ends before it starts, or lasts for months.
    Time,
    /// As many as there may be are there already: topics, slots, comments.
    TooMany,
    /// It is not the moment for this: nothing was proposed, the convener is there, nobody waits.
    NotNow,
    /// The server can't write at the moment (its disk is full, its database is away). Nothing of what was asked is
    /// kept; sound and walking go on. Ask again later.
    NotSaved,
    /// The space takes nobody new at the moment.
    DoorLocked,
    /// Whoever holds the door did not let you in, or showed you out; the message is theirs.
    TurnedAway,
    /// The space is full.
    SpaceFull,
    /// The place is outside the map, in a wall, or no place at all.
    Place,
    /// There is no such table.
    UnknownTable,
    /// Every seat at the table is taken.
    TableFull,
    /// No way leads there.
    NoWay,
    /// The role may not do this.
    NotAllowed,
    /// Nothing leaves a closed table, a broadcast neither: leave it first.
    BehindClosedWall,
    /// Who has no microphone speaks to nobody.
    NoMicrophone,
    /// The offer is no session description we can read.
    OfferUnreadable,
    /// The offer lacks something we need (ICE, DTLS, bundling, a named section); the message says what.
    OfferLacks,
    /// The offer has no codec that we speak for a section.
    Codec,
    /// The media plane takes no more peers.
    MediaFull,
}

/// Why the server ends the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum GoodbyeReason {
    /// The server stops; it may be back in a moment. Come back by yourself.
    ServerStops,
    /// The space hit a fault and starts again. Come back by yourself.
    SpaceRestarts,
    /// The client reads too slowly and has fallen behind. Come back to a full view.
    FellBehind,
    /// The same participant came back on another connection. Stay away.
    Replaced,
    /// The link was replaced by a newer one. Ask for the new link.
    LinkRevoked,
    /// A host showed you out.
    Removed,
    /// The space was closed for good.
    SpaceClosed,
}

impl GoodbyeReason {
    /// Whether the client is to come back by itself.
    #[must_use]
    pub fn passes(self) -> bool {
        match self {
            Self::ServerStops | Self::SpaceRestarts | Self::FellBehind => true,
            Self::Replaced | Self::LinkRevoked | Self::Removed | Self::SpaceClosed => false,
        }
    }
}

//! Every message that http, session, keeper, media, store, record and webhooks send each other. They know this file, not each
//! other.
//!
//! Commands and media events are edges and go through bounded channels. Routes are a level: the keeper puts the
//! newest into a [`RoutesCell`], the media plane reads it when it likes; so it is with the [`Mix`] and the [`Population`].

pub mod call;
pub mod door;
pub mod occasion;
mod registry;

use arc_swap::ArcSwap;
use bytes::Bytes;
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot};
use torg_protocol::geometry::HearingPreset;
use torg_protocol::ids::ParticipantId;
use torg_protocol::message::{ClientMessage, OfferedTrack, Refusal, Start};
use torg_protocol::people::{Microphone, Role};
use torg_protocol::text::{Label, PersonName};
use torg_protocol::units::{TimeMs, VoiceLevel};
use torg_sound::Sound;
use torg_space::ledger::{Fact, Ledger};
use torg_space::{Mix, Routes};

pub use call::{Call, Denied};
pub use registry::{CreateRefusal, Described, Glance, Opened, Population, SpaceLinks, ToRegistry};

pub use crate::outbox::{Outbox, Outgoing};

/// A running space, as the media plane knows it. Given once per start of a space, never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SpaceKey(pub u32);

/// One participant's peer connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PeerId {
    /// The space.
    pub space: SpaceKey,
    /// Who.
    pub participant: ParticipantId,
}

/// One websocket. Never reused within a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SessionId(pub u64);

/// The newest routes of a space.
pub type RoutesCell = Arc<ArcSwap<Routes>>;

/// What is to be mixed in a space at this moment.
pub type MixCell = Arc<ArcSwap<Mix>>;

/// What the media plane is told.
#[derive(Debug)]
pub enum ToMedia {
    /// A space begins: here are its routes and its mix, and whom to tell.
    OpenSpace {
        /// The space.
        space: SpaceKey,
        /// Where its newest routes stand.
        routes: RoutesCell,
        /// Where its newest mix stands.
        mix: MixCell,
        /// Its keeper.
        keeper: mpsc::Sender<ToKeeper>,
    },
    /// A space ends, and all its peers.
    CloseSpace {
        /// The space.
        space: SpaceKey,
    },
    /// Could an offer be answered? Nothing is made yet.
    CheckOffer {
        /// The session description.
        sdp: String,
        /// What its sections are for.
        offered: Offered,
        /// Why not, if not.
        reply: oneshot::Sender<Result<(), Refusal>>,
    },
    /// A client offers. A peer connection that the participant had before is closed.
    Offer {
        /// Whose.
        peer: PeerId,
        /// The session description.
        sdp: String,
        /// What its sections are for.
        offered: Offered,
        /// The answer's session description, or why not.
        reply: oneshot::Sender<Result<String, Refusal>>,
    },
    /// From now on a participant's voice is a sound that is played, until it ends ([`MediaEvent::PlayedOut`]) or the
    /// participant is gone.
    Play {
        /// Whose voice it is.
        peer: PeerId,
        /// What is played.
        sound: Box<Sound>,
    },
    /// A participant is gone: so is their peer connection, or what is played.
    ClosePeer {
        /// Whose.
        peer: PeerId,
    },
    /// The server stops: close every peer connection.
    Stop,
}

/// What the sections of an offer are for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Offered {
    /// As the client says.
    Tracks(Vec<OfferedTrack>),
    /// By WHIP (RFC 9725): the first section that sends sound is the microphone, others are turned down.
    Publisher,
    /// By WHEP: the first section that receives sound gets everything in one stream, others are turned down.
    Listener,
}

/// What a keeper is told.
#[derive(Debug)]
pub enum ToKeeper {
    /// Somebody wants in. Refused or admitted by `reply`; the welcome goes through the outbox.
    Join(Box<Join>),
    /// A client said something after its hello.
    Client {
        /// On which websocket.
        session: SessionId,
        /// What.
        message: ClientMessage,
    },
    /// A websocket ended without a goodbye.
    Gone {
        /// Which.
        session: SessionId,
    },
    /// Somebody with a link's token asks through the API.
    Call(Call),
    /// The space's file says something else from now on.
    Changed {
        /// Its new name.
        name: Option<Label>,
        /// How far voices carry.
        hearing: Option<HearingPreset>,
    },
    /// The space has another bell, or none of its own any more.
    BellChanged(Option<Bytes>),
    /// The bell is ready to be rung.
    Bell(Box<Sound>),
    /// The space's file has another map: start again from that. People come back by themselves.
    StartAgain,
    /// The media plane measured or lost something.
    Media(MediaEvent),
    /// The links were renewed: show out all who came by the old ones.
    LinksRenewed,
    /// The server stops: say goodbye to all, then end.
    Stop,
}

/// A request to come in.
#[derive(Debug)]
pub struct Join {
    /// The websocket.
    pub session: SessionId,
    /// By which link.
    pub role: Role,
    /// The name, checked.
    pub name: PersonName,
    /// What the microphone does.
    pub microphone: Microphone,
    /// The token of an earlier session.
    pub resume: Option<String>,
    /// The token of who came before.
    pub person: Option<String>,
    /// Where to stand.
    pub start: Option<Start>,
    /// Where to send.
    pub outbox: Outbox,
    /// Who they are here, or why not.
    pub reply: oneshot::Sender<Result<PeerId, Refusal>>,
}

/// What the record of a space is told. Its answers come in the order of what it was told.
#[derive(Debug)]
pub enum ToRecord {
    /// Write facts, all of them or none.
    Append(Append),
    /// How the space stands after everything that was appended before, so that a start need not read all of it.
    Snapshot(Box<Ledger>),
}

/// Facts to be written.
#[derive(Debug)]
pub struct Append {
    /// Grows when the keeper has learnt of a failure. Facts build on those before them: when some could not be written,
    /// the record refuses all that follow in the same epoch.
    pub epoch: u32,
    /// When they happened.
    pub at: TimeMs,
    /// Which; may be none, for who wants to know that what came before is written.
    pub facts: Vec<Fact>,
    /// Comes when they are committed, or are not.
    pub reply: oneshot::Sender<Result<(), NotWritten>>,
}

/// Why facts were not written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotWritten {
    /// They are not in the record, and more may be tried later.
    #[error("{0}")]
    Refused(String),
    /// Whether they are in the record has to be read from it: the space starts again.
    #[error("{0}")]
    Doubtful(String),
}

/// What the media plane tells a keeper.
#[derive(Clone, Debug, PartialEq)]
pub enum MediaEvent {
    /// A peer connection came up: sound can flow.
    Connected(ParticipantId),
    /// A peer connection failed or fell silent for 15 s.
    Lost(ParticipantId),
    /// A sound that was played has come to its end.
    PlayedOut(ParticipantId),
    /// Voice levels, ten times a second, of those whose level changed.
    Levels(Vec<(ParticipantId, VoiceLevel)>),
    /// Twice a second: everything that flowed in the last 1.2 s.
    Flow(Flow),
}

/// What flowed through one media worker in the last 1.2 s. A space's peers live on several workers, so the
/// keeper joins the newest flow of each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Flow {
    /// Which worker tells.
    pub worker: usize,
    /// Whose peer connection is up on this worker, and whether packets of their microphone came.
    pub peers: Vec<(ParticipantId, bool)>,
    /// Which (speaker, listener) pairs had at least one packet sent.
    pub forwarded: Vec<(ParticipantId, ParticipantId)>,
}

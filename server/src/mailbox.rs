//! Every message that http, session, keeper, media and store send each other. They know this file, not each
//! other.
//!
//! Commands and media events are edges and go through bounded channels. Routes are a level: the keeper puts the
//! newest into a [`RoutesCell`], the media plane reads it when it likes.

use arc_swap::ArcSwap;
use bytes::Bytes;
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot};
use torg_protocol::ids::ParticipantId;
use torg_protocol::message::{ClientMessage, GoodbyeReason, OfferedTrack, Refusal, Start};
use torg_protocol::people::{Microphone, Role};
use torg_protocol::text::PersonName;
use torg_protocol::units::VoiceLevel;
use torg_space::Routes;

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

/// What the media plane is told.
#[derive(Debug)]
pub enum ToMedia {
    /// A space begins: here are its routes, and whom to tell.
    OpenSpace {
        /// The space.
        space: SpaceKey,
        /// Where its newest routes stand.
        routes: RoutesCell,
        /// Its keeper.
        keeper: mpsc::Sender<ToKeeper>,
    },
    /// A space ends, and all its peers.
    CloseSpace {
        /// The space.
        space: SpaceKey,
    },
    /// A client offers. A peer connection that the participant had before is closed.
    Offer {
        /// Whose.
        peer: PeerId,
        /// The session description.
        sdp: String,
        /// What its sections are for.
        tracks: Vec<OfferedTrack>,
        /// The answer's session description, or why not.
        reply: oneshot::Sender<Result<String, Refusal>>,
    },
    /// A participant is gone: so is their peer connection.
    ClosePeer {
        /// Whose.
        peer: PeerId,
    },
    /// The server stops: close every peer connection.
    Stop,
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
    /// The media plane measured or lost something.
    Media(MediaEvent),
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
    /// Where to stand.
    pub start: Option<Start>,
    /// Where to send.
    pub outbox: Outbox,
    /// Who they are here, or why not.
    pub reply: oneshot::Sender<Result<PeerId, Refusal>>,
}

/// What the media plane tells a keeper.
#[derive(Clone, Debug, PartialEq)]
pub enum MediaEvent {
    /// A peer connection came up: sound can flow.
    Connected(ParticipantId),
    /// A peer connection failed or fell silent for 15 s.
    Lost(ParticipantId),
    /// Voice levels, ten times a second, of those whose level changed.
    Levels(Vec<(ParticipantId, VoiceLevel)>),
    /// Twice a second: everything that flowed in the last 1.5 s.
    Flow(Flow),
}

/// What flowed through one media worker in the last 1.5 s. A space's peers live on several workers, so the
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

/// A message on its way to a client, encoded.
#[derive(Clone, Debug)]
pub enum Outgoing {
    /// A JSON message, shared by all who get it.
    Text(axum::extract::ws::Utf8Bytes),
    /// A binary frame.
    Binary(Bytes),
    /// The last thing: say why, and close.
    Close(GoodbyeReason),
}

/// The bounded outbox of one websocket. Whoever cannot push is cut off and comes back to a full view.
pub type Outbox = mpsc::Sender<Outgoing>;

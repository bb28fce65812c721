//! What the server says.

use super::{Door, GoodbyeReason, RefusalCode};
use crate::agenda::{AgendaView, Slot, TopicCard, TopicDetail, Visit};
use crate::geometry::{HearingPreset, Segment};
use crate::ids::{AudioSlotIndex, CommentId, ParticipantId, RequestId, SlotId, SpaceId, TableId, TopicId};
use crate::map::MapSpec;
use crate::people::{
    Broadcast, Bumblebee, Listening, Microphone, ParticipantKind, Place, Plenum, Presence, Role, TalkingPiece,
};
use crate::text::{Label, PersonName, Prose};
use crate::units::{MurmurPercent, TimeMs};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A message from the server to one client. Motion and voice levels come in binary frames, see [`crate::frame`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ServerMessage {
    /// You are in; here is the whole view.
    Welcome(Box<Welcome>),
    /// A refusal. The session goes on unless `closes`.
    Refused {
        /// Which refusal.
        code: RefusalCode,
        /// One English sentence.
        message: String,
        /// Whether the server closes the connection after this.
        closes: bool,
        /// Which request, if it was one.
        request: Option<RequestId>,
    },
    /// A request is done, and committed: it survives anything but the loss of the disk.
    Done {
        /// Which.
        request: RequestId,
        /// What it made.
        made: Option<Made>,
    },
    /// A slot is new or changed.
    SlotChanged {
        /// As it is now.
        slot: Slot,
    },
    /// A slot is gone.
    SlotRemoved {
        /// Which.
        slot: SlotId,
    },
    /// A topic is new or changed.
    TopicChanged {
        /// As it is now.
        topic: TopicCard,
    },
    /// A topic is gone: withdrawn, or merged into another.
    TopicRemoved {
        /// Which.
        topic: TopicId,
        /// Where it went.
        into: Option<TopicId>,
    },
    /// The marks of interest of you, when they change by another session of yours or by a merge.
    MyInterests {
        /// All topics that you marked.
        topics: Vec<TopicId>,
    },
    /// What a topic says at length.
    TopicDetail(Box<TopicDetail>),
    /// Visits as asked for.
    Visits {
        /// By start.
        visits: Vec<Visit>,
    },
    /// The bell: a slot opened. Clients could tell by their clocks; the server's bell is what counts.
    SlotOpened {
        /// Which.
        slot: SlotId,
    },
    /// The bell: a slot closed.
    SlotClosed {
        /// Which.
        slot: SlotId,
    },
    /// The convener of your table's topic is not there, two minutes into the slot: who will host it?
    /// [`super::Change::HostTopic`] answers.
    WhoHosts {
        /// Which topic.
        topic: TopicId,
    },
    /// Somebody's role changed.
    RoleChanged {
        /// Whose.
        participant: ParticipantId,
        /// To which.
        role: Role,
    },
    /// To those at the door: how it stands and who waits.
    Door {
        /// How it stands.
        door: Door,
        /// How many may be in.
        capacity: u16,
        /// Who waits, longest first.
        waiting: Vec<Waiting>,
    },
    /// You wait in the lobby. The welcome comes when somebody lets you in.
    InLobby {
        /// What the space is called.
        name: Label,
    },
    /// To helpers, and to whoever called: the calls for help.
    HelpCalls {
        /// Longest waiting first.
        calls: Vec<HelpCall>,
    },
    /// Somebody with the right to do so asks you to open your microphone.
    AskedToUnmute {
        /// Who.
        by: ParticipantId,
    },
    /// Somebody with the right to do so muted your microphone.
    MutedBy {
        /// Who.
        by: ParticipantId,
    },
    /// The answer to the offer.
    Answer {
        /// The session description, with all candidates.
        sdp: String,
    },
    /// Somebody came in.
    Entered {
        /// Who, and where.
        participant: ParticipantView,
    },
    /// Somebody left.
    Left {
        /// Who.
        participant: ParticipantId,
    },
    /// Somebody has another name.
    Renamed {
        /// Who.
        participant: ParticipantId,
        /// The new name.
        name: PersonName,
    },
    /// Somebody's microphone changed.
    MicrophoneChanged {
        /// Who.
        participant: ParticipantId,
        /// What it does now.
        microphone: Microphone,
    },
    /// Somebody's connection dropped or came back.
    PresenceChanged {
        /// Who.
        participant: ParticipantId,
        /// Whether they are here.
        presence: Presence,
    },
    /// Somebody sat down, stood up, or stepped out of a table.
    PlaceChanged {
        /// Who.
        participant: ParticipantId,
        /// What holds them now.
        place: Place,
    },
    /// From now on one of your audio slots carries this speaker, or nobody. Comes before the first sound of the
    /// new speaker.
    AudioSlot {
        /// The slot.
        slot: AudioSlotIndex,
        /// Who, or nobody.
        speaker: Option<ParticipantId>,
    },
    /// Who speaks over everything, and to whom: all of them, as it is from now on.
    BroadcastsChanged {
        /// In the order in which they began.
        broadcasts: Vec<Broadcast>,
    },
    /// Whose broadcasts reach you from now on. They come in audio slots like all voices, in full and from everywhere;
    /// all other sound is quieter by [`crate::geometry::BROADCAST_DUCK_DB`] while there is one. Comes before the first
    /// sound.
    SpokenTo {
        /// Ascending.
        speakers: Vec<ParticipantId>,
    },
    /// Somebody was lent the word, or has it no more.
    WordLent {
        /// Who.
        participant: ParticipantId,
        /// Whether they have it.
        lent: bool,
    },
    /// The closed tables that broadcasts stay out of: all of them.
    KeptOut {
        /// Ascending.
        tables: Vec<TableId>,
    },
    /// The tables at which a talking piece goes round: all of them, as it is from now on.
    PiecesChanged {
        /// By table.
        pieces: Vec<TalkingPiece>,
    },
    /// The call to the plenum that stands, or that none does any more: people were walked, or a host took it back.
    PlenumChanged {
        /// Which.
        plenum: Option<Plenum>,
    },
    /// The tables that let themselves be listened to: all of them.
    LetListen {
        /// Ascending.
        tables: Vec<TableId>,
    },
    /// Somebody hears a table better from now on whose wall they pass, or none any more.
    Bumblebee {
        /// Who.
        participant: ParticipantId,
        /// Which table.
        table: Option<TableId>,
    },
    /// Whether the space has a bell of its own: a sound that the server plays when a slot opens or closes.
    BellSound {
        /// Whether.
        set: bool,
    },
    /// How far voices carry changed.
    HearingChanged {
        /// The preset.
        preset: HearingPreset,
    },
    /// Who hears you: counted by the server from packets it forwarded to open ears.
    Heard {
        /// How many people were sent your voice in the last 1.2 s.
        listeners: u16,
        /// How many people with open ears stand where they may hear you.
        in_earshot: u16,
        /// What arrives from you.
        uplink: Uplink,
    },
    /// The server lost your peer connection: make a new one and offer again.
    MediaLost {},
    /// The answer to a ping.
    Pong {
        /// As asked.
        nonce: u32,
        /// The server's clock.
        server_time: TimeMs,
    },
    /// The server ends the session.
    Goodbye {
        /// Why.
        reason: GoodbyeReason,
    },
}

/// Everything a client needs to draw the square.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Welcome {
    /// [`crate::PROTOCOL_VERSION`] of the server.
    pub protocol: u16,
    /// Who you are here.
    pub you: ParticipantId,
    /// What you may do.
    pub role: Role,
    /// Whether this is the place of your earlier session.
    pub resumed: bool,
    /// Whether the peer connection of the earlier session still stands.
    pub media: MediaState,
    /// By this you come back when the line breaks. Opaque; single use. The one before stays valid until this one is
    /// used, so a welcome that is lost with the line locks nobody out.
    pub resume_token: String,
    /// The server's clock at sending.
    pub server_time: TimeMs,
    /// The space.
    pub space: SpaceView,
    /// Everybody, you too.
    pub participants: Vec<ParticipantView>,
    /// What your audio slots carry, by index.
    pub audio_slots: Vec<Option<ParticipantId>>,
    /// How sound comes to you.
    pub listening: Listening,
    /// How loud your murmur is.
    pub murmur: MurmurPercent,
    /// Who speaks over everything, in the order in which they began.
    pub broadcasts: Vec<Broadcast>,
    /// Whose broadcasts reach you, ascending.
    pub spoken_to: Vec<ParticipantId>,
    /// Who of those here was lent the word, ascending.
    pub word_lent: Vec<ParticipantId>,
    /// The closed tables that broadcasts stay out of, ascending.
    pub kept_out: Vec<TableId>,
    /// The tables at which a talking piece goes round, by table.
    pub pieces: Vec<TalkingPiece>,
    /// The call to the plenum that stands.
    pub plenum: Option<Plenum>,
    /// The tables that let themselves be listened to, ascending.
    pub let_listen: Vec<TableId>,
    /// Who hears a table better whose wall they pass, by participant.
    pub bumblebees: Vec<Bumblebee>,
    /// Whether the space has a bell of its own.
    pub bell_sound: bool,
    /// The agenda and the marketplace.
    pub agenda: AgendaView,
    /// By this you are the same person when you come again: kept by the client, said in its hello.
    pub person: String,
}

/// What a request made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Made {
    /// A topic.
    Topic(TopicId),
    /// A slot.
    Slot(SlotId),
    /// A comment.
    Comment(CommentId),
}

/// Somebody in the lobby.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Waiting {
    /// Who they will be.
    pub participant: ParticipantId,
    /// Their name.
    pub name: PersonName,
    /// Since when.
    pub since: TimeMs,
}

/// Somebody who calls for help.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct HelpCall {
    /// Who.
    pub participant: ParticipantId,
    /// What about.
    pub words: Prose,
    /// Since when.
    pub since: TimeMs,
    /// Who takes care.
    pub helper: Option<ParticipantId>,
}

/// Whether the server still holds a peer connection of this participant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum MediaState {
    /// It stands: keep it, don't offer.
    Kept,
    /// There is none: offer.
    Offer,
}

/// A space as its people see it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct SpaceView {
    /// Its id.
    pub id: SpaceId,
    /// Its name.
    pub name: Label,
    /// Its map. `hearing` in it is the preset in force.
    pub map: MapSpec,
}

/// A participant as all others see them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct ParticipantView {
    /// Who.
    pub id: ParticipantId,
    /// Their name.
    pub name: PersonName,
    /// What stands behind them.
    pub kind: ParticipantKind,
    /// What they may do.
    pub role: Role,
    /// Where they walk or stand.
    pub motion: Segment,
    /// What holds them.
    pub place: Place,
    /// What their microphone does.
    pub microphone: Microphone,
    /// Whether they are connected.
    pub presence: Presence,
}

/// What arrives from a participant's microphone at the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Uplink {
    /// There is no peer connection, or it is not up.
    Down,
    /// The connection stands but no packet came for 1.2 s.
    NoPackets,
    /// Packets come.
    Flowing,
}

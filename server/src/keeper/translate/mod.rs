//! The one place where the wire's words become the engine's and back.

mod change;

pub(super) use change::{change, ledger_refusal, words_or};

use torg_protocol::PROTOCOL_VERSION;
use torg_protocol::agenda::AgendaView;
use torg_protocol::geometry::Segment;
use torg_protocol::ids::{ParticipantId, SpaceId, TableId};
use torg_protocol::map::MapSpec;
use torg_protocol::message::{
    self as wire, ClientMessage, MediaState, ParticipantView, RefusalCode, ServerMessage, SpaceView, Welcome,
};
use torg_protocol::people::Bumblebee;
use torg_protocol::text::{Label, PersonName};
use torg_protocol::units::{TimeMs, VoiceLevel};
use torg_space::ledger::Change;
use torg_space::{Ask, Happening, Map, Person, Refusal, Start, View};

/// What a client asks for beside requests with a number.
#[derive(Debug)]
pub(super) enum Asked {
    /// Of the space, at once.
    Now(Ask),
    /// Of the ledger.
    Lasting(Change),
}

/// What a client asks.
pub(super) fn ask(message: ClientMessage) -> Result<Asked, wire::Refusal> {
    Ok(Asked::Now(match message {
        ClientMessage::Walk { walk } => Ask::Walk(walk),
        ClientMessage::WalkTo { to } => Ask::WalkTo(to),
        ClientMessage::JoinTable { table } => Ask::JoinTable(table),
        ClientMessage::LeaveTable {} => Ask::LeaveTable,
        ClientMessage::SetMicrophone { microphone } => Ask::SetMicrophone(microphone),
        ClientMessage::SetEars { open } => Ask::SetEars { open },
        ClientMessage::SetListening { listening, murmur } => Ask::SetListening { listening, murmur },
        ClientMessage::Speak { to } => Ask::Speak { to, background: false },
        ClientMessage::EndSpeech {} => Ask::EndSpeech,
        ClientMessage::CallPlenum { zone } => Ask::CallPlenum { zone },
        ClientMessage::EndPlenum {} => Ask::EndPlenum,
        ClientMessage::DeclinePlenum {} => Ask::DeclinePlenum,
        ClientMessage::LetListen { table, allowed } => Ask::LetListen { table, allowed },
        ClientMessage::SetName { name } => {
            return Ok(Asked::Lasting(Change::Rename { name: PersonName::parse(&name)? }));
        }
        ClientMessage::SetHearing { preset } => Ask::SetHearing(preset),
        ClientMessage::Leave {} => Ask::Leave,
        ClientMessage::Hello { .. } => {
            return Err(wire::Refusal::new(RefusalCode::Malformed, "a hello comes once, as the first message"));
        }
        // The session answers the first two by itself, the keeper the others before it comes to here.
        ClientMessage::Offer { .. }
        | ClientMessage::Ping { .. }
        | ClientMessage::Change { .. }
        | ClientMessage::MovePiece { .. }
        | ClientMessage::EndSound { .. }
        | ClientMessage::ReadTopic { .. }
        | ClientMessage::ReadVisits { .. } => {
            return Err(wire::Refusal::new(RefusalCode::Malformed, "the space has no answer to this message"));
        }
    }))
}

/// Where to stand at the start.
pub(super) fn start(map: &Map, start: wire::Start) -> Result<Start, wire::Refusal> {
    match start {
        wire::Start::At(point) => Ok(Start::At(point)),
        wire::Start::Table(name) => match map.table_named(name.as_str()) {
            Some(table) => Ok(Start::Table(table.id)),
            None => {
                let words = format!("there is no table named \"{name}\" on this square");
                Err(wire::Refusal::new(RefusalCode::UnknownTable, words))
            }
        },
    }
}

/// The engine's refusal as the wire names it.
pub(super) fn refusal(refusal: &Refusal) -> wire::Refusal {
    let code = match refusal {
        Refusal::UnknownParticipant | Refusal::NotAllowed | Refusal::NoWord => RefusalCode::NotAllowed,
        Refusal::SpaceFull { .. } => RefusalCode::SpaceFull,
        Refusal::Place => RefusalCode::Place,
        Refusal::UnknownTable | Refusal::TableGoes { .. } => RefusalCode::UnknownTable,
        Refusal::TableFull { .. } => RefusalCode::TableFull,
        Refusal::NoWay => RefusalCode::NoWay,
        Refusal::BehindClosedWall => RefusalCode::BehindClosedWall,
        Refusal::NoMicrophone => RefusalCode::NoMicrophone,
        Refusal::TooManySpeak { .. } => RefusalCode::TooMany,
        Refusal::NotAtTable | Refusal::ClosedTable | Refusal::NoPieceRight => RefusalCode::NotAllowed,
        Refusal::EmptyTable | Refusal::NoPiece | Refusal::PieceHeld | Refusal::NoPlenum => RefusalCode::NotNow,
        Refusal::UnknownZone => RefusalCode::Unknown,
    };
    wire::Refusal::new(code, refusal.to_string())
}

/// How an event reaches clients.
#[derive(Debug)]
pub(super) enum Told {
    /// As a message of its own.
    Message(ServerMessage),
    /// In the next frame of motion.
    Motion(ParticipantId, Segment),
    /// In the next frame of voice levels.
    Level(ParticipantId, VoiceLevel),
    /// As a refusal; the session goes on.
    Refused(wire::Refusal),
    /// Not at all: whoever it is about asked for it.
    Known,
}

/// What clients are told of an event.
pub(super) fn happening(what: Happening) -> Told {
    Told::Message(match what {
        Happening::Moved(participant, segment) => return Told::Motion(participant, segment),
        Happening::Spoke(participant, level) => return Told::Level(participant, level),
        Happening::Entered(person) => ServerMessage::Entered { participant: participant_view(&person) },
        Happening::Left(participant) => ServerMessage::Left { participant },
        Happening::PlaceChanged(participant, place) => ServerMessage::PlaceChanged { participant, place },
        Happening::MicrophoneChanged(participant, microphone) => {
            ServerMessage::MicrophoneChanged { participant, microphone }
        }
        Happening::PresenceChanged(participant, presence) => ServerMessage::PresenceChanged { participant, presence },
        Happening::Renamed(participant, name) => ServerMessage::Renamed { participant, name },
        Happening::RoleChanged(participant, role) => ServerMessage::RoleChanged { participant, role },
        Happening::HearingChanged(preset) => ServerMessage::HearingChanged { preset },
        Happening::SlotLabelled(slot, speaker) => ServerMessage::AudioSlot { slot, speaker },
        Happening::BroadcastsChanged(broadcasts) => ServerMessage::BroadcastsChanged { broadcasts },
        Happening::SpokenTo(speakers) => ServerMessage::SpokenTo { speakers },
        Happening::PiecesChanged(pieces) => ServerMessage::PiecesChanged { pieces },
        Happening::PlenumChanged(plenum) => ServerMessage::PlenumChanged { plenum },
        Happening::LetListen(tables) => ServerMessage::LetListen { tables },
        Happening::Bumblebee(participant, table) => ServerMessage::Bumblebee { participant, table },
        Happening::ListeningChanged(..) => return Told::Known,
        Happening::Refused(why) => return Told::Refused(refusal(&why)),
    })
}

/// What the welcome says beside the view.
#[derive(Debug)]
pub(super) struct Arriving<'a> {
    pub(super) you: ParticipantId,
    pub(super) resumed: bool,
    pub(super) media: MediaState,
    pub(super) resume_token: String,
    pub(super) now: TimeMs,
    pub(super) id: &'a SpaceId,
    pub(super) name: &'a Label,
    pub(super) word_lent: Vec<ParticipantId>,
    pub(super) kept_out: Vec<TableId>,
    pub(super) bell_sound: bool,
    pub(super) agenda: AgendaView,
    pub(super) person: String,
}

/// The whole view of who comes in, but for voice levels: these come in frames.
pub(super) fn welcome(map: &Map, view: &View, arriving: Arriving<'_>) -> Option<ServerMessage> {
    let role = view.people.get(&arriving.you)?.role;
    let map = MapSpec { hearing: view.hearing, ..map.spec().clone() };
    Some(ServerMessage::Welcome(Box::new(Welcome {
        protocol: PROTOCOL_VERSION,
        you: arriving.you,
        role,
        resumed: arriving.resumed,
        media: arriving.media,
        resume_token: arriving.resume_token,
        server_time: arriving.now,
        space: SpaceView { id: arriving.id.clone(), name: arriving.name.clone(), map },
        participants: view.people.values().map(participant_view).collect(),
        audio_slots: view.audio_slots.to_vec(),
        listening: view.listening,
        murmur: view.murmur,
        broadcasts: view.broadcasts.clone(),
        spoken_to: view.spoken_to.clone(),
        pieces: view.pieces.clone(),
        plenum: view.plenum,
        let_listen: view.let_listen.clone(),
        bumblebees: view.bumblebees.iter().map(|(&participant, &table)| Bumblebee { participant, table }).collect(),
        bell_sound: arriving.bell_sound,
        word_lent: arriving.word_lent,
        kept_out: arriving.kept_out,
        agenda: arriving.agenda,
        person: arriving.person,
    })))
}

fn participant_view(person: &Person) -> ParticipantView {
    ParticipantView {
        id: person.id,
        name: person.name.clone(),
        kind: person.kind,
        role: person.role,
        motion: person.motion,
        place: person.place,
        microphone: person.microphone,
        presence: person.presence,
    }
}

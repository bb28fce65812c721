//! `server_messages.json`: every message of the server, with every refusal and every goodbye.

use crate::{STALE, fixture, market, tags};
use serde::{Deserialize, Serialize};
use torg_protocol::PROTOCOL_VERSION;
use torg_protocol::agenda::AgendaView;
use torg_protocol::geometry::{HearingPreset, Point, Segment};
use torg_protocol::ids::{AudioSlotIndex, ParticipantId, RequestId, SeatIndex, SpaceId, TableId, ZoneId};
use torg_protocol::map::{MapSpec, TableSpec, TableWall, ZoneKind, ZoneSpec};
use torg_protocol::message::{
    GoodbyeReason, MediaState, ParticipantView, RefusalCode, ServerMessage, SpaceView, Uplink, Welcome,
};
use torg_protocol::people::{
    Addressed, Broadcast, Bumblebee, Listening, Microphone, ParticipantKind, Place, Plenum, Presence, Role,
    TalkingPiece,
};
use torg_protocol::text::{Label, PersonName};
use torg_protocol::units::{MurmurPercent, TimeMs};
use ts_rs::{Config, TS};

/// When the golden messages are said.
pub(crate) const NOW: TimeMs = TimeMs(1_790_000_000_000);
pub(crate) const ANN: ParticipantId = ParticipantId(1);
pub(crate) const BO: ParticipantId = ParticipantId(2);
pub(crate) const CEM: ParticipantId = ParticipantId(4_000_000_000);
const DEI: ParticipantId = ParticipantId(4);
const EVA: ParticipantId = ParticipantId(5);
const FIA: ParticipantId = ParticipantId(6);

#[derive(Serialize, Deserialize)]
struct Golden {
    /// Each is read, and comes back the same when it is written.
    messages: Vec<ServerMessage>,
}

pub(crate) fn label(text: &str) -> Label {
    Label::parse(text).expect("a label")
}

pub(crate) fn name(text: &str) -> PersonName {
    PersonName::parse(text).expect("a name")
}

fn point(x: f64, y: f64) -> Point {
    Point::from_metres(x, y).expect("on the map")
}

fn map() -> MapSpec {
    let zone = |name, kind, x, y, width_m, height_m| ZoneSpec { name: label(name), kind, x, y, width_m, height_m };
    let table = |name, x, y, radius_m, seats, wall| TableSpec { name: label(name), x, y, radius_m, seats, wall };
    MapSpec {
        width_m: 40.0,
        height_m: 24.5,
        hearing: HearingPreset::Room,
        walls: vec![[10.0, 0.0, 10.0, 6.25]],
        tables: vec![
            table("Youth work", 8.0, 8.0, 1.6, 6, TableWall::Open),
            table("Stille prat", 30.0, 8.0, 1.2, 4, TableWall::Closed),
        ],
        zones: vec![
            zone("Stage", ZoneKind::Stage, 16.0, 1.0, 8.0, 3.0),
            zone("Foyer", ZoneKind::Foyer, 16.0, 20.0, 8.0, 3.5),
            zone("Quiet corner", ZoneKind::Quiet, 1.0, 20.0, 4.0, 3.0),
            zone("Help desk", ZoneKind::Help, 35.0, 20.0, 4.0, 3.0),
            zone("Window", ZoneKind::Plain, 0.0, 0.0, 3.0, 3.0),
        ],
    }
}

fn people() -> Vec<ParticipantView> {
    let seat = Place::Seat { table: TableId(0), seat: SeatIndex(5) };
    let standing = |x, y| Segment::standing(point(x, y), NOW);
    vec![
        ParticipantView {
            id: ANN,
            name: name("Åse-Marie Ødegård"),
            kind: ParticipantKind::Person,
            role: Role::Host,
            motion: Segment::walking(point(20.0, 21.0), point(8.05, 12.34), TimeMs(NOW.0 - 250)),
            place: Place::Square,
            microphone: Microphone::On,
            presence: Presence::Here,
        },
        ParticipantView {
            id: BO,
            name: name("Bo"),
            kind: ParticipantKind::Person,
            role: Role::Participant,
            motion: standing(7.0, 8.0),
            place: seat,
            microphone: Microphone::Absent,
            presence: Presence::Here,
        },
        ParticipantView {
            id: CEM,
            name: name("李雷"),
            kind: ParticipantKind::Person,
            role: Role::Participant,
            motion: standing(31.0, 8.0),
            place: Place::Rising { table: TableId(1) },
            microphone: Microphone::Muted,
            presence: Presence::Away,
        },
        elsewhere(DEI, "Resepsjonen", ParticipantKind::Listener, Microphone::Absent),
        elsewhere(EVA, "Studio 2", ParticipantKind::Stream, Microphone::On),
        elsewhere(FIA, "Pausemusikk", ParticipantKind::Sound, Microphone::On),
    ]
}

/// Somebody without a face on the square.
fn elsewhere(id: ParticipantId, called: &str, kind: ParticipantKind, microphone: Microphone) -> ParticipantView {
    ParticipantView {
        id,
        name: name(called),
        kind,
        role: Role::Participant,
        motion: Segment::standing(point(20.0, 2.5), NOW),
        place: Place::Square,
        microphone,
        presence: Presence::Here,
    }
}

fn welcome(role: Role, resumed: bool, media: MediaState) -> ServerMessage {
    let mut audio_slots = vec![None; torg_protocol::limits::AUDIO_SLOTS];
    if resumed {
        audio_slots[2] = Some(CEM);
    }
    ServerMessage::Welcome(Box::new(Welcome {
        protocol: PROTOCOL_VERSION,
        you: ANN,
        role,
        resumed,
        media,
        resume_token: "resume-token".into(),
        server_time: NOW,
        space: SpaceView { id: SpaceId::parse("torget-2026").expect("an id"), name: label("Torget i Bø"), map: map() },
        participants: people(),
        audio_slots,
        listening: if resumed { Listening::Mixed } else { Listening::Forwarded },
        murmur: if resumed { MurmurPercent::new(50).expect("a share") } else { MurmurPercent::OFF },
        broadcasts: if resumed { broadcasts() } else { Vec::new() },
        spoken_to: if resumed { vec![BO, CEM] } else { Vec::new() },
        word_lent: if resumed { vec![BO] } else { Vec::new() },
        kept_out: if resumed { vec![TableId(1)] } else { Vec::new() },
        pieces: if resumed { pieces() } else { Vec::new() },
        plenum: resumed.then_some(PLENUM),
        let_listen: if resumed { vec![TableId(0)] } else { Vec::new() },
        bumblebees: if resumed { vec![Bumblebee { participant: ANN, table: TableId(0) }] } else { Vec::new() },
        bell_sound: resumed,
        agenda: if resumed { AgendaView::default() } else { market::agenda() },
        person: "1.c2lnbmF0dXJlIG9mIHRoZSBwZXJzb24sIDMyIGJ5dGVz".into(),
    }))
}

fn broadcasts() -> Vec<Broadcast> {
    vec![
        Broadcast { speaker: BO, to: Addressed::Everybody {}, background: false },
        Broadcast { speaker: CEM, to: Addressed::Zone { zone: ZoneId(1) }, background: true },
        Broadcast { speaker: ANN, to: Addressed::Conveners {}, background: false },
    ]
}

const PLENUM: Plenum = Plenum { by: ANN, zone: Some(ZoneId(0)), at: TimeMs(NOW.0 + 10_000), declined: 3 };

fn pieces() -> Vec<TalkingPiece> {
    vec![TalkingPiece { table: TableId(0), holder: Some(BO) }, TalkingPiece { table: TableId(1), holder: None }]
}

fn messages() -> Vec<ServerMessage> {
    let place_changed = |place| ServerMessage::PlaceChanged { participant: BO, place };
    let seat = Place::Seat { table: TableId(0), seat: SeatIndex(5) };
    let slot = |speaker| ServerMessage::AudioSlot { slot: AudioSlotIndex(2), speaker };
    let heard = |listeners, in_earshot, uplink| ServerMessage::Heard { listeners, in_earshot, uplink };
    let mut messages = vec![
        welcome(Role::Host, false, MediaState::Offer),
        welcome(Role::Participant, true, MediaState::Kept),
        ServerMessage::Answer { sdp: "v=0\r\no=- 2 2 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=ice-lite\r\n".into() },
        ServerMessage::Left { participant: BO },
        ServerMessage::Renamed { participant: BO, name: name("Bo (NAV)") },
        place_changed(seat),
        place_changed(Place::Rising { table: TableId(0) }),
        place_changed(Place::Square),
        slot(Some(CEM)),
        slot(None),
        heard(3, 4, Uplink::Flowing),
        heard(0, 4, Uplink::NoPackets),
        heard(0, 0, Uplink::Down),
        ServerMessage::BroadcastsChanged { broadcasts: broadcasts() },
        ServerMessage::BroadcastsChanged { broadcasts: vec![] },
        ServerMessage::SpokenTo { speakers: vec![BO, CEM] },
        ServerMessage::SpokenTo { speakers: vec![] },
        ServerMessage::WordLent { participant: BO, lent: true },
        ServerMessage::WordLent { participant: BO, lent: false },
        ServerMessage::KeptOut { tables: vec![TableId(1)] },
        ServerMessage::KeptOut { tables: vec![] },
        ServerMessage::PiecesChanged { pieces: pieces() },
        ServerMessage::PiecesChanged { pieces: vec![] },
        ServerMessage::PlenumChanged { plenum: Some(PLENUM) },
        ServerMessage::PlenumChanged { plenum: Some(Plenum { zone: None, declined: 0, ..PLENUM }) },
        ServerMessage::PlenumChanged { plenum: None },
        ServerMessage::LetListen { tables: vec![TableId(0)] },
        ServerMessage::LetListen { tables: vec![] },
        ServerMessage::Bumblebee { participant: ANN, table: Some(TableId(0)) },
        ServerMessage::Bumblebee { participant: ANN, table: None },
        ServerMessage::BellSound { set: true },
        ServerMessage::MediaLost {},
        ServerMessage::Pong { nonce: u32::MAX, server_time: NOW },
    ];
    messages.extend(people().into_iter().map(|participant| ServerMessage::Entered { participant }));
    let microphones = [Microphone::Absent, Microphone::Muted, Microphone::On];
    messages.extend(microphones.map(|microphone| ServerMessage::MicrophoneChanged { participant: BO, microphone }));
    let presences = [Presence::Here, Presence::Away];
    messages.extend(presences.map(|presence| ServerMessage::PresenceChanged { participant: BO, presence }));
    let presets = [HearingPreset::Close, HearingPreset::Room, HearingPreset::Hall];
    messages.extend(presets.map(|preset| ServerMessage::HearingChanged { preset }));
    messages.extend(all::<RefusalCode>().into_iter().map(|code| ServerMessage::Refused {
        closes: matches!(code, RefusalCode::ProtocolVersion | RefusalCode::Link | RefusalCode::UnknownSpace),
        code,
        message: "One English sentence that says what is wrong and what to do.".into(),
        request: (code == RefusalCode::CellTaken).then_some(RequestId(1)),
    }));
    messages.extend(market::messages());
    messages.extend(all::<GoodbyeReason>().into_iter().map(|reason| ServerMessage::Goodbye { reason }));
    messages
}

/// Every variant of an enum of plain words, by its TypeScript declaration: `type Name = "a" | "b";`.
fn all<T: TS + serde::de::DeserializeOwned>() -> Vec<T> {
    let declaration = T::decl(&Config::new());
    let words = declaration.split('"').skip(1).step_by(2);
    words.map(|word| serde_json::from_value(word.into()).expect("a variant of the enum")).collect()
}

#[test]
fn server_messages_are_golden() {
    let golden = fixture("server_messages.json", &Golden { messages: messages() });
    assert_eq!(golden.messages, messages(), "{STALE}");
}

#[test]
fn every_variant_of_a_server_message_is_golden() {
    let written = messages().iter().map(|message| serde_json::to_value(message).expect("json")).collect::<Vec<_>>();
    for tag in tags(&ServerMessage::decl(&Config::new()), "type") {
        assert!(written.iter().any(|message| message["type"] == *tag), "no golden message of type {tag}");
    }
    assert!(all::<RefusalCode>().len() >= 18 && all::<GoodbyeReason>().len() >= 5, "words were read");
}

//! `client_messages.json`: every message of a client, and messages that must be refused.

use crate::{STALE, changes, fixture, tags};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use torg_protocol::PROTOCOL_VERSION;
use torg_protocol::geometry::{HearingPreset, Point, Walk};
use torg_protocol::ids::{AudioSlotIndex, ParticipantId, TableId, TopicId, ZoneId};
use torg_protocol::message::{Change, ClientMessage, OfferedTrack, Start, TrackPurpose};
use torg_protocol::people::{Addressed, Listening, Microphone, PieceMove};
use torg_protocol::text::Label;
use torg_protocol::units::MurmurPercent;
use ts_rs::{Config, TS};

#[derive(Serialize, Deserialize)]
struct Golden {
    /// Each is read, and comes back the same when it is written.
    messages: Vec<ClientMessage>,
    /// None of these is a message.
    refused: Vec<Refused>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Refused {
    why: String,
    message: Value,
}

fn murmur(percent: u8) -> MurmurPercent {
    MurmurPercent::new(percent).expect("a share")
}

fn messages() -> Vec<ClientMessage> {
    let place = Point::from_metres(4.5, 12.0).expect("on the map");
    let hello = |name: &str, microphone, resume: Option<&str>, start| ClientMessage::Hello {
        protocol: PROTOCOL_VERSION,
        token: "c2lnbmF0dXJlIG9mIHRoZSBsaW5rLCAzMiBieXRlcy4".into(),
        name: name.into(),
        microphone,
        resume: resume.map(Into::into),
        start,
        person: resume.map(|_| "2.c2lnbmF0dXJlIG9mIHRoZSBwZXJzb24sIDMyIGJ5dGVz".into()),
    };
    let mut messages = vec![
        hello("Åse-Marie Ødegård", Microphone::On, None, None),
        hello("Bo", Microphone::Absent, Some("resume-token"), Some(Start::At(place))),
        hello("Cem", Microphone::Muted, None, Some(Start::Table(Label::parse("Youth work").expect("a label")))),
        ClientMessage::Offer {
            sdp: "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n".into(),
            tracks: vec![
                OfferedTrack { mid: "0".into(), purpose: TrackPurpose::Microphone {} },
                OfferedTrack { mid: "1".into(), purpose: TrackPurpose::AudioSlot { slot: AudioSlotIndex(0) } },
                OfferedTrack { mid: "2".into(), purpose: TrackPurpose::AudioSlot { slot: AudioSlotIndex(7) } },
                OfferedTrack { mid: "3".into(), purpose: TrackPurpose::Bed {} },
            ],
        },
        ClientMessage::WalkTo { to: place },
        ClientMessage::JoinTable { table: TableId(3) },
        ClientMessage::LeaveTable {},
        ClientMessage::SetEars { open: false },
        ClientMessage::SetListening { listening: Listening::Forwarded, murmur: MurmurPercent::OFF },
        ClientMessage::SetListening { listening: Listening::Mixed, murmur: murmur(100) },
        ClientMessage::Speak { to: Addressed::Everybody {} },
        ClientMessage::Speak { to: Addressed::Zone { zone: ZoneId(2) } },
        ClientMessage::Speak { to: Addressed::Conveners {} },
        ClientMessage::EndSpeech {},
        ClientMessage::EndSound { sound: ParticipantId(6) },
        ClientMessage::SetName { name: "Åse".into() },
        ClientMessage::ReadTopic { topic: TopicId(7) },
        ClientMessage::ReadVisits { everybody: true },
        ClientMessage::ReadVisits { everybody: false },
        ClientMessage::Ping { nonce: u32::MAX },
        ClientMessage::Leave {},
    ];
    let walks = [
        Walk::Stop,
        Walk::North,
        Walk::NorthEast,
        Walk::East,
        Walk::SouthEast,
        Walk::South,
        Walk::SouthWest,
        Walk::West,
        Walk::NorthWest,
    ];
    messages.extend(walks.map(|walk| ClientMessage::Walk { walk }));
    let microphones = [Microphone::Absent, Microphone::Muted, Microphone::On];
    messages.extend(microphones.map(|microphone| ClientMessage::SetMicrophone { microphone }));
    let presets = [HearingPreset::Close, HearingPreset::Room, HearingPreset::Hall];
    messages.extend(presets.map(|preset| ClientMessage::SetHearing { preset }));
    messages.extend(together());
    messages.extend(changes::requests());
    messages
}

/// What people do with all who sit with them, or with everybody.
fn together() -> Vec<ClientMessage> {
    let move_piece = |piece| ClientMessage::MovePiece { table: TableId(1), piece };
    vec![
        move_piece(PieceMove::Bring {}),
        move_piece(PieceMove::PutAway {}),
        move_piece(PieceMove::Give { to: ParticipantId(2) }),
        move_piece(PieceMove::Take {}),
        move_piece(PieceMove::LayDown {}),
        ClientMessage::CallPlenum { zone: None },
        ClientMessage::CallPlenum { zone: Some(ZoneId(0)) },
        ClientMessage::EndPlenum {},
        ClientMessage::DeclinePlenum {},
        ClientMessage::LetListen { table: TableId(2), allowed: true },
        ClientMessage::LetListen { table: TableId(2), allowed: false },
    ]
}

fn refused() -> Vec<Refused> {
    let refused = |why: &str, message| Refused { why: why.into(), message };
    let mut all = vec![
        refused("no type", json!({"to": {"x": 1, "y": 1}})),
        refused("a type nobody knows", json!({"type": "fly"})),
        refused("a field nobody knows", json!({"type": "walk", "walk": "north", "speed": 9000})),
        refused("no direction", json!({"type": "walk"})),
        refused("a direction nobody knows", json!({"type": "walk", "walk": "up"})),
        refused("a place west of the map", json!({"type": "walk_to", "to": {"x": -0.5, "y": 1}})),
        refused("a place beyond the largest map", json!({"type": "walk_to", "to": {"x": 600.01, "y": 1}})),
        refused("a place without a number", json!({"type": "walk_to", "to": {"x": null, "y": 1}})),
        refused("a table that no map can hold", json!({"type": "join_table", "table": 65536})),
        refused("a table below the first", json!({"type": "join_table", "table": -1})),
        refused("a nonce beyond 32 bits", json!({"type": "ping", "nonce": 4_294_967_296_u64})),
        refused("a word instead of a message", json!("leave")),
        refused("more murmur than there is", json!({"type": "set_listening", "listening": "forwarded", "murmur": 101})),
        refused(
            "a way to listen that nobody knows",
            json!({"type": "set_listening", "listening": "aside", "murmur": 50}),
        ),
        refused("a talking piece without a table", json!({"type": "move_piece", "piece": {"kind": "take"}})),
        refused("a talking piece thrown", json!({"type": "move_piece", "table": 0, "piece": {"kind": "throw"}})),
        refused("a talking piece for nobody", json!({"type": "move_piece", "table": 0, "piece": {"kind": "give"}})),
        refused("a speech to nobody", json!({"type": "speak"})),
        refused("a speech to a zone without a number", json!({"type": "speak", "to": {"kind": "zone"}})),
        refused(
            "two starts at once",
            json!({"type": "hello", "protocol": 1, "token": "t", "name": "n", "microphone": "on",
                   "start": {"at": {"x": 1, "y": 1}, "table": "Youth work"}}),
        ),
        refused(
            "a start at a table whose name would write backwards",
            json!({"type": "hello", "protocol": 1, "token": "t", "name": "n", "microphone": "on",
                   "start": {"table": "\u{202E}krow"}}),
        ),
        refused("an offer with no list of tracks", json!({"type": "offer", "sdp": "v=0"})),
        refused(
            "a purpose nobody knows",
            json!({"type": "offer", "sdp": "v=0", "tracks": [{"mid": "0", "purpose": {"kind": "smell"}}]}),
        ),
    ];
    all.extend(changes::refused().into_iter().map(|(why, message)| refused(why, message)));
    all
}

#[test]
fn client_messages_are_golden() {
    let golden = fixture("client_messages.json", &Golden { messages: messages(), refused: refused() });
    assert_eq!(golden.messages, messages(), "{STALE}");
    assert_eq!(golden.refused, refused(), "{STALE}");
}

#[test]
fn every_variant_of_a_client_message_is_golden() {
    let written = messages().iter().map(|message| serde_json::to_value(message).expect("json")).collect::<Vec<_>>();
    for tag in tags(&ClientMessage::decl(&Config::new()), "type") {
        assert!(written.iter().any(|message| message["type"] == *tag), "no golden message of type {tag}");
    }
    for tag in tags(&Change::decl(&Config::new()), "type") {
        assert!(written.iter().any(|message| message["change"]["type"] == *tag), "no golden change of type {tag}");
    }
}

#[test]
fn what_is_no_client_message_is_refused() {
    for Refused { why, message } in refused() {
        assert!(serde_json::from_value::<ClientMessage>(message.clone()).is_err(), "{why}: {message}");
    }
}

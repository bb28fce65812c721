//! Those who are no persons: listeners, streams and sounds.

use crate::stage::{ANN, BOB, CEM, ROWAN, SPRUCE, Square, at};
use torg_protocol::geometry::Walk;
use torg_protocol::ids::{ParticipantId, ZoneId};
use torg_protocol::map::ZoneKind;
use torg_protocol::people::ParticipantKind::{Listener, Person, Sound, Stream};
use torg_protocol::people::{Addressed, Listening, Microphone, PieceMove, Place};
use torg_protocol::units::MurmurPercent;
use torg_space::{Ask, Refusal, Start};

const EAR: u32 = 20;
const STREAM: u32 = 30;

fn speak(to: Addressed) -> Ask {
    Ask::Speak { to, background: false }
}

/// Ann, a host, and Bob at one end; Cem at the closed table.
fn square() -> Square {
    let mut square = Square::new();
    square.enter_at(ANN, 2.0, 12.5);
    square.enter_at(BOB, 4.0, 12.5);
    square.enter(CEM, Some(Start::Table(SPRUCE))).expect("a free seat");
    square.pass(500);
    square
}

#[test]
fn a_listener_gets_everything_in_one_stream_from_the_start_and_says_nothing() {
    let mut square = square();
    square.talk(BOB);
    square.enter_as(EAR, Listener, Some(Start::At(at(3.0, 12.5)))).expect("there is room");
    let ear = square.space.person(ParticipantId(EAR)).expect("is in");
    assert_eq!((ear.kind, ear.microphone), (Listener, Microphone::Absent));
    assert!(square.space.ears_open(ParticipantId(EAR)));
    let view = square.view(EAR);
    assert_eq!((view.listening, view.murmur.percent()), (Listening::Mixed, 100));
    square.pass(500);
    assert!(square.own(EAR, BOB).is_some() && square.own(EAR, ANN).is_some());
    assert!(square.bed(EAR).is_some() && !square.hears(EAR, BOB));
    assert_eq!(square.space.in_earshot(ParticipantId(ANN)), 1, "counted as hearing");
    let forwarded = Ask::SetListening { listening: Listening::Forwarded, murmur: MurmurPercent::OFF };
    let piece = Ask::MovePiece { table: ROWAN, piece: PieceMove::Take {}, by_right: false };
    for ask in [Ask::SetMicrophone(Microphone::On), forwarded, piece, Ask::CallPlenum { zone: None }] {
        assert_eq!(square.ask(EAR, ask), Err(Refusal::NotAllowed));
    }
    assert_eq!(square.ask(EAR, speak(Addressed::Everybody {})), Err(Refusal::NoWord));
    square.ask(EAR, Ask::SetWord { lent: true }).expect("is in");
    assert_eq!(square.ask(EAR, speak(Addressed::Everybody {})), Err(Refusal::NoMicrophone));
}

#[test]
fn nobody_only_listens_behind_a_closed_wall() {
    let mut square = Square::with(|spec| spec.tables[5].x = 30.0);
    for start in [Start::Table(SPRUCE), Start::At(at(30.0, 16.0))] {
        assert_eq!(square.enter_as(EAR, Listener, Some(start)), Err(Refusal::ClosedTable));
        assert_eq!(square.space.check_start_of(Listener, Some(start)), Err(Refusal::ClosedTable));
        assert_eq!(square.space.check_start_of(Person, Some(start)), Ok(()));
    }
    assert_eq!(square.space.population(), 0, "a refusal changes nothing");
    square.enter_as(EAR, Listener, Some(Start::Table(ROWAN))).expect("an open one");
    assert!(matches!(square.place(EAR), Place::Seat { .. }));
    for ask in [Ask::JoinTable(SPRUCE), Ask::WalkTo(at(30.0, 16.0))] {
        assert_eq!(square.ask(EAR, ask), Err(Refusal::ClosedTable));
    }
    square.ask(EAR, Ask::WalkTo(at(27.0, 16.5))).expect("beside it");
    square.pass(20_000);
    for _ in 0..2 {
        // Once while walking to the rim, once in front of it.
        let answer = square.ask(EAR, Ask::Walk(Walk::East));
        assert!(matches!(answer, Ok(()) | Err(Refusal::ClosedTable)), "{answer:?}");
        square.pass(2_000);
        assert_eq!(square.place(EAR), Place::Square);
    }
    assert!(square.is_at(EAR).0 > 27.5, "it came to the rim");
}

#[test]
fn a_stream_is_heard_as_a_broadcast_alone() {
    for kind in [Stream, Sound] {
        let mut square = square();
        square.enter_as(STREAM, kind, Some(Start::At(at(3.0, 12.5)))).expect("there is room");
        square.enter_at(10, 38.0, 2.0);
        square.listen(BOB, Listening::Mixed, 100);
        square.listen(10, Listening::Forwarded, 100);
        square.talk(STREAM);
        square.pass(1_000);
        let hears = |square: &Square| [ANN, BOB, CEM, 10].map(|who| square.hears(who, STREAM));
        assert_eq!(hears(&square), [false; 4], "it speaks to nobody yet, however near");
        assert!(square.own(BOB, STREAM).is_none() && square.murmurs(10, STREAM).is_none());
        assert_eq!(square.space.in_earshot(ParticipantId(STREAM)), 0);

        square.ask(STREAM, speak(Addressed::Zone { zone: ZoneId(0) })).expect("no right is needed");
        square.pass(1_000);
        assert_eq!(hears(&square), [false; 4], "and nobody is in that zone");
        square.enter_at(11, 20.0, 3.0);
        square.pass(200);
        assert!(square.hears(11, STREAM) && !square.hears(ANN, STREAM));
        assert!(square.murmurs(10, STREAM).is_none(), "in no bed");

        square.ask(STREAM, speak(Addressed::Everybody {})).expect("to all");
        square.pass(200);
        assert_eq!(hears(&square), [true, false, true, true]);
        assert_eq!(square.own(BOB, STREAM).map(|source| source.gain), Some(1.0));
        square.ask(STREAM, Ask::SetRole(torg_protocol::people::Role::Participant)).expect("is in");
        square.ask(STREAM, Ask::SetWord { lent: false }).expect("is in");
        square.pass(50);
        assert!(square.hears(ANN, STREAM), "it needs neither role nor word");
        square.ask(STREAM, Ask::EndSpeech).expect("is in");
        square.pass(50);
        assert_eq!(hears(&square), [false; 4]);
    }
}

#[test]
fn a_stream_hears_nothing_and_counts_as_nobodys_listener() {
    let mut square = square();
    square.enter_as(STREAM, Stream, Some(Start::At(at(3.0, 12.5)))).expect("there is room");
    square.ask(ANN, speak(Addressed::Everybody {})).expect("a host");
    square.talk(BOB);
    square.pass(1_000);
    let view = square.view(STREAM);
    assert_eq!((view.audio_slots, view.spoken_to), ([None; 8], vec![]));
    assert!(square.mixed(STREAM).is_none() && !square.hears(STREAM, BOB));
    assert_eq!(square.space.in_earshot(ParticipantId(BOB)), 0);
    assert!(!square.space.ears_open(ParticipantId(STREAM)));
    let listening = Ask::SetListening { listening: Listening::Mixed, murmur: MurmurPercent::OFF };
    for ask in [
        Ask::Walk(Walk::East),
        Ask::WalkTo(at(10.0, 12.5)),
        Ask::JoinTable(ROWAN),
        Ask::SetEars { open: true },
        listening,
        Ask::CallPlenum { zone: None },
        Ask::DeclinePlenum,
        Ask::LetListen { table: ROWAN, allowed: true },
    ] {
        assert_eq!(square.ask(STREAM, ask), Err(Refusal::NotAllowed));
    }
    for start in [Start::Table(ROWAN), Start::At(at(20.0, 8.5))] {
        assert_eq!(square.enter_as(31, Sound, Some(start)), Err(Refusal::NotAllowed));
    }
}

#[test]
fn a_stream_stands_on_the_stage_else_in_the_foyer_else_in_the_middle() {
    let mut square = Square::new();
    square.enter_as(STREAM, Stream, None).expect("there is room");
    assert_eq!(square.is_at(STREAM), (20.0, 2.75), "the middle of the stage");
    let next = square.space.place_of_stage().metres();
    square.enter_as(31, Sound, None).expect("there is room");
    assert_eq!(square.is_at(31), next.into());
    let away_m = next.distance(glam::Vec2::new(20.0, 2.75));
    assert!((0.899..1.0).contains(&away_m), "beside the first, {away_m} m away");
    let mut square = Square::with(|spec| spec.zones.retain(|zone| zone.kind != ZoneKind::Stage));
    square.enter_as(STREAM, Stream, None).expect("there is room");
    assert_eq!(square.is_at(STREAM), (20.0, 21.5));
    let mut square = Square::with(|spec| spec.zones.clear());
    square.enter_as(STREAM, Stream, None).expect("there is room");
    assert_eq!(square.is_at(STREAM), (20.0, 12.0));
    // All of the stage is a table: no room is there at all.
    let mut square = Square::with(|spec| {
        spec.zones[0].x = 19.0;
        spec.zones[0].y = 7.5;
        spec.zones[0].width_m = 2.0;
        spec.zones[0].height_m = 2.0;
    });
    square.enter_as(STREAM, Stream, None).expect("there is room");
    assert_eq!(square.is_at(STREAM), (20.0, 12.0));
}

//! Who hears whom, and when.

use crate::stage::{ANN, BOB, CEM, ROWAN, SPRUCE, Square};
use std::sync::Arc;
use torg_protocol::geometry::HearingPreset;
use torg_protocol::ids::ParticipantId;
use torg_protocol::map::TableWall;
use torg_protocol::people::{Microphone, Place};
use torg_protocol::units::VoiceLevel;
use torg_space::{Ask, Event, Happening, Refusal, Start};

#[test]
fn a_place_is_held_for_half_a_minute() {
    let mut square = Square::new();
    square.enter(ANN, Some(Start::Table(ROWAN))).expect("a free seat");
    square.enter(BOB, Some(Start::Table(ROWAN))).expect("a free seat");
    for who in [ANN, BOB] {
        square.ask(who, Ask::SetEars { open: true }).expect("is in");
    }
    square.pass(200);
    assert_eq!(square.space.in_earshot(ParticipantId(BOB)), 1);
    let seat = square.place(ANN);
    square.ask(ANN, Ask::Drop).expect("is in");
    square.pass(29_900);
    assert_eq!((square.place(ANN), square.hears(BOB, ANN), square.hears(ANN, BOB)), (seat, true, true));
    assert_eq!(square.space.in_earshot(ParticipantId(BOB)), 0, "who is away is not counted");
    square.ask(ANN, Ask::Return).expect("is in");
    assert_eq!(square.space.in_earshot(ParticipantId(BOB)), 1);
    square.pass(60_000);
    square.ask(ANN, Ask::Drop).expect("is in");
    let events = square.pass(30_000);
    assert!(events.iter().any(|event| event.what == Happening::Left(ParticipantId(ANN))));
    assert_eq!((square.space.population(), square.space.free_seats(ROWAN)), (1, 5));
    assert!(!square.hears(BOB, ANN));
    assert_eq!(square.ask(ANN, Ask::Return), Err(Refusal::UnknownParticipant));
}

#[test]
fn who_comes_in_sees_who_speaks_already() {
    let mut square = Square::new();
    square.enter_at(ANN, 10.0, 12.5);
    let loud = VoiceLevel::from_minus_dbov(12);
    square.ask(ANN, Ask::Voice(loud)).expect("is in");
    // Told once, and never again as long as it stays the same.
    square.pass(5_000);
    square.enter_at(BOB, 20.0, 12.5);
    let view = |square: &Square| square.space.view(ParticipantId(BOB)).expect("is in");
    assert_eq!(view(&square).voices.into_iter().collect::<Vec<_>>(), [(ParticipantId(ANN), loud)]);
    square.ask(ANN, Ask::SetMicrophone(Microphone::Muted)).expect("is in");
    assert!(view(&square).voices.is_empty(), "who is muted is silent at once");
}

#[test]
fn hosts_alone_set_how_far_voices_carry() {
    let mut square = Square::new();
    square.enter_at(ANN, 10.0, 12.5);
    square.enter_at(BOB, 20.0, 12.5);
    square.pass(200);
    assert!(square.hears(ANN, BOB));
    assert_eq!(square.ask(BOB, Ask::SetHearing(HearingPreset::Close)), Err(Refusal::NotAllowed));
    square.ask(ANN, Ask::SetHearing(HearingPreset::Close)).expect("a host");
    square.pass(50);
    assert!(!square.hears(ANN, BOB) && !square.hears(BOB, ANN), "in the next tick");
    assert_eq!(square.space.view(ParticipantId(BOB)).map(|view| view.hearing), Some(HearingPreset::Close));
}

#[test]
fn a_closed_table_shuts_in_the_same_advance() {
    let mut square = Square::new();
    assert_eq!(square.space.map().table(SPRUCE).map(|table| table.wall), Some(TableWall::Closed));
    square.enter_at(ANN, 33.0, 13.5);
    square.enter_at(BOB, 36.0, 13.5);
    square.pass(200);
    assert!(square.hears(ANN, BOB) && square.hears(BOB, ANN));
    square.ask(ANN, Ask::JoinTable(SPRUCE)).expect("free seats");
    while square.place(ANN) == Place::Square {
        assert!(square.hears(BOB, ANN));
        square.pass(10);
    }
    assert!(!square.hears(ANN, BOB) && !square.hears(BOB, ANN));
    square.enter(CEM, Some(Start::Table(SPRUCE))).expect("a free seat");
    square.pass(200);
    assert!(square.hears(ANN, CEM) && !square.hears(BOB, CEM));
}

#[test]
fn muting_is_at_once_and_unmuting_too() {
    let mut square = Square::new();
    square.enter_at(ANN, 10.0, 12.5);
    square.enter_at(BOB, 12.0, 12.5);
    square.pass(200);
    square.ask(BOB, Ask::Voice(VoiceLevel::from_minus_dbov(30))).expect("is in");
    let loud = Happening::Spoke(ParticipantId(BOB), VoiceLevel::from_minus_dbov(30));
    assert!(square.pass(50).iter().any(|event| event.what == loud));
    square.ask(BOB, Ask::SetMicrophone(Microphone::Muted)).expect("is in");
    let events: Vec<Event> = square.space.drain().collect();
    let silent = Happening::Spoke(ParticipantId(BOB), VoiceLevel::SILENT);
    assert_eq!(events.last().map(|event| &event.what), Some(&silent));
    square.pass(50);
    assert!(!square.hears(ANN, BOB));
    square.ask(BOB, Ask::Voice(VoiceLevel::from_minus_dbov(30))).expect("measured before");
    assert_eq!(square.pass(500), [], "a late level of a muted microphone is nothing");
    square.ask(BOB, Ask::SetMicrophone(Microphone::On)).expect("is in");
    square.pass(50);
    assert!(square.hears(ANN, BOB), "the slot kept the label");
}

#[test]
fn nothing_happens_where_nothing_happens() {
    let mut square = Square::new();
    for who in 0..30 {
        square.enter(who, None).expect("there is room");
    }
    square.pass(1_000);
    let before = Arc::clone(square.space.routes());
    assert_eq!(square.pass(60_000), []);
    assert!(Arc::ptr_eq(&before, square.space.routes()), "the same routes, not equal ones");
}

#[test]
fn who_leaves_hears_nothing_more() {
    let mut square = Square::new();
    square.enter_at(ANN, 10.0, 12.5);
    square.enter_at(BOB, 12.0, 12.5);
    square.ask(BOB, Ask::SetMicrophone(Microphone::Absent)).expect("is in");
    square.pass(200);
    assert!(square.hears(BOB, ANN) && !square.hears(ANN, BOB));
    square.ask(BOB, Ask::Leave).expect("is in");
    square.pass(50);
    assert_eq!(square.space.routes().listeners, []);
}

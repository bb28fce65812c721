//! Everything in one stream.

use crate::stage::{ANN, BOB, CEM, ROWAN, SPRUCE, Square, at};
use std::collections::BTreeSet;
use std::f32::consts::FRAC_PI_2;
use std::sync::Arc;
use torg_protocol::geometry::WALKING_SPEED_M_S;
use torg_protocol::ids::ParticipantId;
use torg_protocol::people::{Listening, Microphone};
use torg_protocol::units::{MurmurPercent, VoiceLevel};
use torg_space::{Ask, Happening, Start, limits};

/// A square with a crowd, in which Bob listens in one of both ways, and what he heard in each tick.
fn heard_by_bob(listening: Listening) -> Vec<BTreeSet<ParticipantId>> {
    let mut square = Square::new();
    for who in (1..60).filter(|who| *who != BOB) {
        square.enter(who, None).expect("there is room");
    }
    square.enter_at(BOB, 20.0, 21.0);
    square.listen(BOB, listening, 0);
    square.pass(1_000);
    let mut heard = Vec::new();
    for step in 0..1_200u32 {
        let who = 1 + step * 37 % 59;
        let to = at(f64::from(step * 13 % 380) / 10.0 + 1.0, f64::from(step * 29 % 40) / 10.0 + 12.0);
        let level = if step % 3 == 0 { 20 } else { 127 };
        match step % 11 {
            0 if who != BOB => drop(square.ask(who, Ask::WalkTo(to))),
            1 => drop(square.ask(who, Ask::SetMicrophone(Microphone::Muted))),
            2 | 3 => drop(square.ask(who, Ask::SetMicrophone(Microphone::On))),
            4 if who != BOB => drop(square.ask(who, Ask::JoinTable(ROWAN))),
            5 if step % 33 == 5 => drop(square.ask(BOB, Ask::WalkTo(to))),
            _ => drop(square.ask(who, Ask::Voice(VoiceLevel::from_minus_dbov(level)))),
        }
        square.pass(50);
        let slots = square.space.routes().listeners.iter().filter(|routes| routes.listener.0 == BOB);
        let slots: Vec<ParticipantId> = slots.flat_map(|routes| routes.slots).flatten().collect();
        let own = square.mixed(BOB).and_then(|mix| mix.own.as_ref());
        let own: Vec<ParticipantId> =
            own.into_iter().flat_map(|own| &own.sources).map(|source| source.speaker).collect();
        assert!(if listening == Listening::Mixed { &slots } else { &own }.is_empty(), "one way, not both");
        heard.push(slots.into_iter().chain(own).collect());
    }
    heard
}

#[test]
fn one_stream_holds_exactly_what_slots_would_carry() {
    let (forwarded, mixed) = (heard_by_bob(Listening::Forwarded), heard_by_bob(Listening::Mixed));
    assert_eq!(forwarded, mixed);
    assert!(forwarded.iter().filter(|heard| heard.len() == 8).count() > 200, "slots were scarce");
}

#[test]
fn near_voices_are_placed_and_murmur_is_as_loud_as_chosen() {
    let mut square = Square::new();
    square.enter_at(ANN, 10.0, 12.5);
    square.enter_at(BOB, 14.0, 12.5);
    square.enter_at(CEM, 38.0, 12.5);
    square.listen(ANN, Listening::Mixed, 50);
    for who in [ANN, BOB, CEM] {
        square.talk(who);
    }
    square.pass(1_000);
    let bob = square.own(ANN, BOB).expect("near");
    assert!((bob.gain - 0.5).abs() < 0.002 && (bob.azimuth_rad - FRAC_PI_2).abs() < 0.01, "{bob:?}");
    assert_eq!(bob.low_pass_hz, f32::INFINITY);
    assert!(square.own(ANN, ANN).is_none() && square.own(ANN, CEM).is_none());
    assert!(square.murmurs(ANN, CEM).is_some() && square.murmurs(ANN, BOB).is_none());
    let own = square.mixed(ANN).and_then(|mix| mix.own.as_ref()).expect("mixed");
    assert!((own.bed_gain - 0.25).abs() < 0.001);
    square.listen(ANN, Listening::Mixed, 0);
    square.pass(50);
    let mixed = square.mixed(ANN).expect("mixed");
    assert_eq!((mixed.bed, mixed.own.as_ref().map(|own| own.bed_gain)), (None, Some(0.0)));
}

#[test]
fn at_a_table_voices_come_from_their_seats_and_through_its_wall_dull() {
    let mut square = Square::new();
    for who in [ANN, CEM] {
        square.enter(who, Some(Start::Table(ROWAN))).expect("a free seat");
    }
    square.enter_at(BOB, 20.0, 11.0);
    for who in [ANN, BOB] {
        square.listen(who, Listening::Mixed, 0);
    }
    square.pass(1_000);
    let [ann, cem] = [ANN, CEM].map(|who| square.is_at(who));
    let source = square.own(ANN, CEM).expect("at one table");
    assert_eq!((source.gain, source.low_pass_hz), (1.0, f32::INFINITY));
    let expected = (cem.0 - ann.0).atan2(-(cem.1 - ann.1));
    assert!((source.azimuth_rad - expected).abs() < 0.01);
    let source = square.own(BOB, CEM).expect("near");
    assert!(source.gain < 0.18 && source.low_pass_hz == limits::WALL_LOW_PASS_HZ, "{source:?}");
}

#[test]
fn who_changes_the_way_of_listening_misses_nothing() {
    let mut square = Square::new();
    square.enter_at(ANN, 10.0, 12.5);
    square.enter_at(BOB, 12.0, 12.5);
    square.pass(500);
    for _ in 0..3 {
        square.listen(ANN, Listening::Mixed, 20);
        let told = Happening::ListeningChanged(Listening::Mixed, MurmurPercent::new(20).expect("a share"));
        let events = square.pass(50);
        assert!(events.iter().any(|event| event.what == told && event.to.reaches(ParticipantId(ANN))));
        assert!(square.hears(ANN, BOB) && square.own(ANN, BOB).is_some(), "both for a moment");
        square.pass(limits::SLOTS_LINGER.0);
        assert!(!square.hears(ANN, BOB) && square.own(ANN, BOB).is_some());
        assert_eq!(square.view(ANN).audio_slots, [None; 8], "no label of what does not come");
        assert_eq!(square.view(ANN).listening, Listening::Mixed);
        square.listen(ANN, Listening::Forwarded, 20);
        for _ in 0..40 {
            square.pass(10);
            assert!(square.hears(ANN, BOB) || square.own(ANN, BOB).is_some());
            assert!(!square.hears(ANN, BOB) || square.view(ANN).audio_slots.contains(&Some(ParticipantId(BOB))));
        }
        assert!(square.hears(ANN, BOB) && square.own(ANN, BOB).is_none());
    }
}

#[test]
fn who_leaves_is_mixed_for_no_more() {
    let mut square = Square::new();
    square.enter_at(ANN, 10.0, 12.5);
    square.enter_at(BOB, 30.0, 12.5);
    square.listen(ANN, Listening::Mixed, 0);
    square.listen(BOB, Listening::Forwarded, 30);
    square.pass(1_000);
    assert!(square.mixed(ANN).is_some() && square.mixed(BOB).is_some());
    for who in [ANN, BOB] {
        square.ask(who, Ask::Leave).expect("is in");
    }
    square.pass(50);
    assert!(square.space.mix().listeners.is_empty() && square.space.mix().beds.is_empty());
}

#[test]
fn who_walks_is_mixed_where_they_will_be_when_that_is_heard() {
    let mut square = Square::new();
    square.enter_at(ANN, 10.0, 12.5);
    square.enter_at(BOB, 14.0, 12.5);
    square.listen(ANN, Listening::Mixed, 0);
    square.pass(1_000);
    let law = square.space.hearing().law();
    let expected = |x: f32| law.gain(x - 10.0);
    square.ask(BOB, Ask::WalkTo(at(24.0, 12.5))).expect("free way");
    let ahead_m = limits::MIX_AHEAD.0 as f32 / 1_000.0 * WALKING_SPEED_M_S;
    let mut last = square.own(ANN, BOB).expect("near");
    for _ in 0..70 {
        square.pass(50);
        let at_m = square.is_at(BOB).0;
        let Some(source) = square.own(ANN, BOB) else {
            assert!(at_m >= 10.0 + law.edge_m, "heard to the edge of where they are");
            break;
        };
        assert!(at_m < 10.0 + law.edge_m);
        let soon_m = (at_m + ahead_m).min(24.0);
        let expected = expected(soon_m).max(limits::OWN_GAIN_MIN);
        assert!((source.gain - expected).abs() <= 0.005 * expected + 0.001, "{source:?} at {at_m}, not {expected}");
        assert!(source.gain <= last.gain, "nothing jumps back");
        last = source;
    }
    assert!(square.is_at(BOB).0 >= 10.0 + law.edge_m);

    // Who comes to the end of a walk stands there, and the mix stays what it was.
    square.ask(BOB, Ask::WalkTo(at(14.0, 12.5))).expect("free way");
    let mut gains = Vec::new();
    while square.is_at(BOB).0 > 14.0 {
        square.pass(50);
        gains.extend(square.own(ANN, BOB).map(|source| source.gain));
    }
    assert!(gains.len() > 20 && gains.is_sorted(), "always nearer");
    let before = Arc::clone(square.space.mix());
    square.pass(1_000);
    assert!(Arc::ptr_eq(&before, square.space.mix()), "nothing is put right at the end");
    assert!((gains[gains.len() - 1] - 0.5).abs() < 0.002);
}

#[test]
fn who_goes_through_a_closed_wall_is_mixed_by_where_they_are() {
    let mut square = Square::new();
    square.enter_at(ANN, 33.0, 11.0);
    square.enter_at(BOB, 35.0, 11.0);
    square.listen(ANN, Listening::Mixed, 0);
    square.pass(1_000);
    square.ask(BOB, Ask::JoinTable(SPRUCE)).expect("a free seat");
    while square.place(BOB).table().is_none() {
        assert!(square.own(ANN, BOB).is_some());
        square.pass(50);
    }
    assert!(square.own(ANN, BOB).is_none(), "in the same tick, not before and not after");
}

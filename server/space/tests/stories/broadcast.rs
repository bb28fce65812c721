//! Speaking to all.

use crate::stage::{ANN, BOB, CEM, ROWAN, SPRUCE, Square, at};
use torg_protocol::geometry::BROADCAST_DUCK_DB;
use torg_protocol::ids::{ParticipantId, TableId, ZoneId};
use torg_protocol::limits::BROADCASTS_MAX;
use torg_protocol::map::TableWall;
use torg_protocol::people::{Addressed, Broadcast, Listening, Microphone, Role};
use torg_protocol::units::amplitude_from_db;
use torg_space::{Ask, Happening, Refusal, Start};

const TO_ALL: Addressed = Addressed::Everybody {};

/// Ann, a host, at one end; Bob at the other; Cem at the closed table.
fn square() -> Square {
    let mut square = Square::new();
    square.enter_at(ANN, 2.0, 12.5);
    square.enter_at(BOB, 38.0, 2.0);
    square.enter(CEM, Some(Start::Table(SPRUCE))).expect("a free seat");
    square.pass(500);
    square
}

fn spoken_to(square: &Square, who: u32) -> Vec<u32> {
    square.view(who).spoken_to.into_iter().map(|id| id.0).collect()
}

fn broadcasts(square: &Square) -> Vec<u32> {
    square.view(BOB).broadcasts.into_iter().map(|broadcast| broadcast.speaker.0).collect()
}

#[test]
fn a_host_is_heard_by_all_and_at_closed_tables_too() {
    let mut square = square();
    assert!(![BOB, CEM].iter().any(|&who| square.hears(who, ANN)));
    square.ask(ANN, Ask::Speak { to: TO_ALL, background: false }).expect("a host");
    let events: Vec<_> = square.space.drain().collect();
    let to_all =
        Happening::BroadcastsChanged(vec![Broadcast { speaker: ParticipantId(ANN), to: TO_ALL, background: false }]);
    assert!(events.iter().all(|event| event.what == to_all) && events.len() == 1, "{events:?}");
    let events = square.pass(50);
    let told = |who: u32| {
        let told = Happening::SpokenTo(vec![ParticipantId(ANN)]);
        events.iter().any(|event| event.what == told && event.to.reaches(ParticipantId(who)))
    };
    assert!(told(BOB) && told(CEM) && !told(ANN), "before the first sound");
    assert!(!square.hears(BOB, ANN));
    square.pass(100);
    assert!(square.hears(BOB, ANN) && square.hears(CEM, ANN) && !square.hears(ANN, ANN));
    assert!(!square.hears(ANN, CEM) && !square.hears(BOB, CEM), "nothing comes back out");
    square.ask(ANN, Ask::SetEars { open: true }).expect("is in");
    for who in [BOB, CEM] {
        square.ask(who, Ask::SetEars { open: true }).expect("is in");
    }
    assert_eq!(square.space.in_earshot(ParticipantId(ANN)), 2);
    square.ask(ANN, Ask::EndSpeech).expect("is in");
    square.pass(50);
    assert!(!square.hears(BOB, ANN) && !square.hears(CEM, ANN), "in the next tick");
    assert_eq!((spoken_to(&square, BOB), broadcasts(&square)), (vec![], vec![]));
    square.ask(ANN, Ask::EndSpeech).expect("nothing to end");
    assert!(square.pass(500).is_empty());
}

#[test]
fn a_broadcast_comes_first_of_all_voices() {
    let mut square = square();
    for who in 10..30 {
        square.enter_at(who, 37.0, 2.0 + 0.1 * f64::from(who - 10));
        square.talk(who);
    }
    square.pass(500);
    assert_eq!(square.view(BOB).audio_slots.iter().flatten().count(), 8);
    square.ask(ANN, Ask::Speak { to: TO_ALL, background: false }).expect("a host");
    square.pass(150);
    assert!(square.hears(BOB, ANN), "without waiting for a challenge, and before the first word");
    let before = square.view(BOB).audio_slots;
    square.pass(5_000);
    assert_eq!(square.view(BOB).audio_slots, before, "and nobody takes that slot");
}

#[test]
fn a_closed_table_may_keep_broadcasts_out() {
    let mut square = square();
    square.space.keep_out(SPRUCE, true);
    square.space.keep_out(ROWAN, true);
    square.space.keep_out(TableId(99), true);
    square.enter(10, Some(Start::Table(ROWAN))).expect("a free seat");
    square.ask(ANN, Ask::Speak { to: TO_ALL, background: false }).expect("a host");
    square.pass(200);
    assert!(square.hears(BOB, ANN) && !square.hears(CEM, ANN));
    assert!(square.hears(10, ANN), "an open wall keeps nothing out");
    assert!(spoken_to(&square, CEM).is_empty());
    square.space.keep_out(SPRUCE, false);
    square.pass(200);
    assert!(square.hears(CEM, ANN));
    square.space.keep_out(SPRUCE, true);
    square.pass(50);
    assert!(!square.hears(CEM, ANN));
    square.ask(CEM, Ask::LeaveTable).expect("up");
    square.pass(2_000);
    assert!(square.hears(CEM, ANN), "outside like all others");
}

#[test]
fn nothing_leaves_a_closed_table_a_broadcast_neither() {
    let mut square = square();
    square.ask(CEM, Ask::SetRole(Role::CoHost)).expect("is in");
    assert_eq!(square.ask(CEM, Ask::Speak { to: TO_ALL, background: false }), Err(Refusal::BehindClosedWall));
    square.ask(CEM, Ask::LeaveTable).expect("up");
    square.pass(10);
    assert_eq!(
        square.ask(CEM, Ask::Speak { to: TO_ALL, background: false }),
        Err(Refusal::BehindClosedWall),
        "not outside of the rim yet"
    );
    square.pass(2_000);
    square.ask(CEM, Ask::Speak { to: TO_ALL, background: false }).expect("outside");
    square.pass(200);
    assert!(square.hears(BOB, CEM));
    square.ask(CEM, Ask::JoinTable(ROWAN)).expect("free seats");
    square.pass(10_000);
    assert!(square.hears(BOB, CEM), "an open wall holds nothing in");
    square.ask(CEM, Ask::JoinTable(SPRUCE)).expect("free seats");
    while square.place(CEM).table() != Some(SPRUCE) {
        assert_eq!(broadcasts(&square), [CEM]);
        square.pass(10);
    }
    assert_eq!(broadcasts(&square), []);
    assert!(!square.hears(BOB, CEM) && !square.hears(ANN, CEM), "in the same advance");
}

#[test]
fn only_hosts_and_who_has_the_word_speak_to_all() {
    let mut square = square();
    assert_eq!(square.ask(BOB, Ask::Speak { to: TO_ALL, background: false }), Err(Refusal::NoWord));
    square.ask(BOB, Ask::SetWord { lent: true }).expect("is in");
    square.ask(BOB, Ask::Speak { to: TO_ALL, background: false }).expect("has the word");
    square.pass(200);
    assert!(square.hears(ANN, BOB));
    square.ask(BOB, Ask::SetWord { lent: false }).expect("is in");
    assert_eq!(broadcasts(&square), []);
    square.pass(50);
    assert!(!square.hears(ANN, BOB));
    square.ask(ANN, Ask::Speak { to: TO_ALL, background: false }).expect("a host");
    square.ask(ANN, Ask::SetRole(Role::CoHost)).expect("is in");
    assert_eq!(broadcasts(&square), [ANN]);
    square.ask(ANN, Ask::SetRole(Role::Facilitator)).expect("is in");
    assert_eq!(broadcasts(&square), []);
    assert_eq!(
        square.ask(ANN, Ask::Speak { to: Addressed::Zone { zone: ZoneId(99) }, background: false }),
        Err(Refusal::NoWord)
    );
    square.ask(ANN, Ask::SetRole(Role::Host)).expect("is in");
    assert_eq!(
        square.ask(ANN, Ask::Speak { to: Addressed::Zone { zone: ZoneId(3) }, background: false }),
        Err(Refusal::UnknownZone)
    );
    square.ask(ANN, Ask::SetMicrophone(Microphone::Absent)).expect("is in");
    assert_eq!(square.ask(ANN, Ask::Speak { to: TO_ALL, background: false }), Err(Refusal::NoMicrophone));
}

#[test]
fn four_at_most_speak_to_all() {
    let mut square = square();
    for who in 10..15 {
        square.enter_at(who, 20.0, 12.5);
        square.ask(who, Ask::SetWord { lent: true }).expect("is in");
        let answer = square.ask(who, Ask::Speak { to: TO_ALL, background: false });
        let expected = if who < 14 { Ok(()) } else { Err(Refusal::TooManySpeak { max: BROADCASTS_MAX }) };
        assert_eq!(answer, expected);
    }
    square.pass(200);
    assert_eq!((broadcasts(&square), spoken_to(&square, BOB)), (vec![10, 11, 12, 13], vec![10, 11, 12, 13]));
    assert!((10..14).all(|who| square.hears(BOB, who)));
    assert_eq!(spoken_to(&square, 12), [10, 11, 13]);
    square
        .ask(11, Ask::Speak { to: Addressed::Conveners {}, background: false })
        .expect("speaks already, to others from now on");
    assert_eq!(broadcasts(&square), [10, 11, 12, 13], "in the order in which they began");
    square.ask(10, Ask::Leave).expect("is in");
    square.ask(14, Ask::Speak { to: TO_ALL, background: false }).expect("one has gone");
    square.pass(200);
    assert_eq!((broadcasts(&square), spoken_to(&square, BOB)), (vec![11, 12, 13, 14], vec![12, 13, 14]));
}

#[test]
fn a_zone_is_spoken_to_whoever_is_in_it() {
    let mut square = Square::with(|spec| spec.tables[5].x = 30.0);
    let stage = Addressed::Zone { zone: ZoneId(0) };
    square.enter_at(ANN, 2.0, 12.5);
    // The stage is 12 x 4.5 m from (14, 0.5) on.
    for (who, x, y) in
        [(10, 14.0, 5.0), (11, 13.99, 5.0), (12, 26.0, 5.0), (13, 26.0, 5.01), (14, 20.0, 2.0), (15, 26.01, 3.0)]
    {
        square.enter_at(who, x, y);
    }
    square.ask(ANN, Ask::Speak { to: stage, background: false }).expect("a host");
    square.pass(200);
    for (who, is_in) in [(10, true), (11, false), (12, true), (13, false), (14, true), (15, false)] {
        assert_eq!(square.hears(who, ANN), is_in, "{who}");
        assert_eq!(spoken_to(&square, who), if is_in { vec![ANN] } else { vec![] });
    }
    square.ask(14, Ask::WalkTo(at(20.0, 6.0))).expect("free way");
    while square.is_at(14).1 <= 5.0 {
        assert!(square.hears(14, ANN));
        square.pass(50);
    }
    assert!(!square.hears(14, ANN), "who leaves the zone hears it no more");
}

#[test]
fn a_zone_round_a_closed_table_speaks_into_it_unless_kept_out() {
    let mut square = Square::with(|spec| {
        spec.zones[0].x = 20.0;
        spec.zones[0].y = 12.0;
        spec.zones[0].width_m = 20.0;
        spec.zones[0].height_m = 8.0;
    });
    square.enter_at(ANN, 2.0, 12.5);
    square.enter(CEM, Some(Start::Table(SPRUCE))).expect("a free seat");
    square.ask(ANN, Ask::Speak { to: Addressed::Zone { zone: ZoneId(0) }, background: false }).expect("a host");
    square.pass(200);
    assert!(square.hears(CEM, ANN));
    square.space.keep_out(SPRUCE, true);
    square.pass(50);
    assert!(!square.hears(CEM, ANN));
}

#[test]
fn conveners_are_who_has_the_role_and_who_brings_a_topic() {
    let mut square = square();
    square.ask(ANN, Ask::Speak { to: Addressed::Conveners {}, background: false }).expect("a host");
    square.pass(200);
    assert!(spoken_to(&square, BOB).is_empty() && spoken_to(&square, CEM).is_empty());
    square.ask(BOB, Ask::SetConvenes(true)).expect("is in");
    square.ask(CEM, Ask::SetRole(Role::Convener)).expect("is in");
    square.pass(200);
    assert!(square.hears(BOB, ANN) && square.hears(CEM, ANN));
    square.ask(BOB, Ask::SetConvenes(false)).expect("is in");
    square.pass(50);
    assert!(!square.hears(BOB, ANN) && square.hears(CEM, ANN));
}

#[test]
fn who_is_muted_keeps_speaking_to_all_and_is_not_heard() {
    let mut square = square();
    square.ask(ANN, Ask::Speak { to: TO_ALL, background: false }).expect("a host");
    square.pass(200);
    square.ask(ANN, Ask::SetMicrophone(Microphone::Muted)).expect("is in");
    square.pass(50);
    assert!(!square.hears(BOB, ANN));
    assert_eq!(
        (broadcasts(&square), spoken_to(&square, BOB)),
        (vec![ANN], vec![]),
        "nothing is turned down for nobody"
    );
    square.ask(ANN, Ask::SetMicrophone(Microphone::On)).expect("is in");
    square.pass(50);
    assert!(square.hears(BOB, ANN), "the slot kept the label");
    assert_eq!(spoken_to(&square, BOB), [ANN]);
}

#[test]
fn a_dropped_line_keeps_the_word_while_the_place_is_held() {
    let mut square = square();
    square.ask(ANN, Ask::Speak { to: TO_ALL, background: false }).expect("a host");
    square.ask(ANN, Ask::Drop).expect("is in");
    square.pass(29_000);
    assert!(square.hears(BOB, ANN));
    let events = square.pass(2_000);
    let ended = events.iter().position(|event| event.what == Happening::BroadcastsChanged(vec![]));
    let left = events.iter().position(|event| event.what == Happening::Left(ParticipantId(ANN)));
    assert!(ended.is_some() && ended < left, "a view never holds a broadcast of somebody who is gone");
    assert!(!square.hears(BOB, ANN));
}

#[test]
fn all_else_is_quieter_meanwhile_in_a_mix() {
    let mut square = Square::with(|spec| spec.tables[1].wall = TableWall::Open);
    square.enter_at(ANN, 2.0, 12.5);
    square.enter_at(BOB, 36.0, 12.5);
    square.enter_at(CEM, 38.0, 12.5);
    square.enter_at(10, 10.0, 12.5);
    square.listen(BOB, Listening::Mixed, 100);
    for who in [ANN, CEM, 10] {
        square.talk(who);
    }
    square.pass(1_000);
    let duck = amplitude_from_db(BROADCAST_DUCK_DB);
    let bed_gain = |square: &Square| square.mixed(BOB).and_then(|mix| mix.own.as_ref()).map_or(0.0, |own| own.bed_gain);
    let (near, murmur) = (square.own(BOB, CEM).expect("near"), square.murmurs(BOB, ANN).expect("far"));
    assert_eq!((near.gain, bed_gain(&square)), (1.0, 1.0));
    square.ask(ANN, Ask::Speak { to: TO_ALL, background: false }).expect("a host");
    square.pass(200);
    let over = square.own(BOB, ANN).expect("over everything");
    assert_eq!((over.gain, over.azimuth_rad, over.low_pass_hz), (1.0, 0.0, f32::INFINITY));
    let ducked = square.own(BOB, CEM).expect("near");
    assert!((ducked.gain - near.gain * duck).abs() < 0.002 && ducked.azimuth_rad == near.azimuth_rad);
    assert!((bed_gain(&square) - duck).abs() < 0.002);
    assert!(square.murmurs(BOB, ANN).is_none(), "who speaks to all does not murmur as well");
    assert!(square.murmurs(BOB, 10).is_some(), "the others do, at the level of the bed");
    square.ask(ANN, Ask::EndSpeech).expect("is in");
    square.pass(50);
    assert_eq!((square.own(BOB, ANN), square.murmurs(BOB, ANN)), (None, Some(murmur)));
    assert_eq!((square.own(BOB, CEM), bed_gain(&square)), (Some(near), 1.0));
}

#[test]
fn a_sound_in_the_background_turns_nothing_down() {
    let mut square = Square::new();
    square.enter_at(ANN, 2.0, 12.5);
    square.enter_at(BOB, 36.0, 12.5);
    square.enter_at(CEM, 38.0, 12.5);
    square.enter_at(10, 10.0, 12.5);
    square.listen(BOB, Listening::Mixed, 100);
    for who in [ANN, CEM, 10] {
        square.talk(who);
    }
    square.pass(1_000);
    let bed_gain = |square: &Square| square.mixed(BOB).and_then(|mix| mix.own.as_ref()).map_or(0.0, |own| own.bed_gain);
    let near = square.own(BOB, CEM).expect("near");
    square.ask(10, Ask::SetWord { lent: true }).expect("is in");
    square.ask(10, Ask::Speak { to: TO_ALL, background: true }).expect("has the word");
    let told = Happening::SpokenTo(vec![ParticipantId(10)]);
    assert!(square.pass(50).iter().any(|event| event.what == told && event.to.reaches(ParticipantId(BOB))));
    square.pass(150);
    let over = |square: &Square| square.own(BOB, 10).expect("over everything");
    assert_eq!((over(&square).gain, over(&square).azimuth_rad, over(&square).low_pass_hz), (1.0, 0.0, f32::INFINITY));
    assert_eq!((square.own(BOB, CEM), bed_gain(&square)), (Some(near), 1.0));
    assert!(square.murmurs(BOB, 10).is_none(), "nor is it a murmur as well");

    square.ask(ANN, Ask::Speak { to: TO_ALL, background: false }).expect("a host");
    square.pass(200);
    let duck = amplitude_from_db(BROADCAST_DUCK_DB);
    assert!((over(&square).gain - duck).abs() < 0.002, "under a talk it is quieter itself");
    assert_eq!(square.own(BOB, ANN).map(|source| source.gain), Some(1.0));
    assert!((bed_gain(&square) - duck).abs() < 0.002);
    assert_eq!(spoken_to(&square, BOB), [ANN, 10]);
    square.ask(ANN, Ask::SetMicrophone(Microphone::Muted)).expect("is in");
    square.pass(50);
    assert_eq!((over(&square).gain, square.own(BOB, CEM)), (1.0, Some(near)), "nobody talks over it any more");
    square.ask(10, Ask::EndSpeech).expect("is in");
    square.pass(50);
    assert!(square.own(BOB, 10).is_none());
}

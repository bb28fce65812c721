//! The murmur: the whole square in one bed for each place.

use crate::stage::{ANN, BOB, CEM, ROWAN, SPRUCE, Square, at};
use std::sync::Arc;
use torg_protocol::geometry::HearingPreset;
use torg_protocol::ids::{ParticipantId, TableId};
use torg_protocol::map::TableWall;
use torg_protocol::people::{Listening, Microphone};
use torg_protocol::units::VoiceLevel;
use torg_space::{Ask, Start, limits};

const PRESETS: [HearingPreset; 3] = [HearingPreset::Close, HearingPreset::Room, HearingPreset::Hall];

fn decibels(factor: f32) -> f32 {
    20.0 * factor.max(1e-9).log10()
}

/// A wide square without anything, where Ann talks and Bob has the murmur in full.
fn field(preset: HearingPreset, ann: (f64, f64), bob: (f64, f64)) -> Square {
    let mut square = Square::with(|spec| {
        (spec.width_m, spec.height_m, spec.hearing) = (120.0, 120.0, preset);
        spec.tables.clear();
        spec.zones.clear();
    });
    square.enter_at(ANN, ann.0, ann.1);
    square.enter_at(BOB, bob.0, bob.1);
    square.listen(BOB, Listening::Forwarded, 100);
    square.talk(ANN);
    square.pass(500);
    square
}

/// How loud Ann is for Bob against what the distance alone would make of her: the louder of voice and bed, and both
/// together as power.
fn against_trend(square: &Square, preset: HearingPreset) -> (f32, f32) {
    let [(ax, ay), (bx, by)] = [ANN, BOB].map(|who| square.is_at(who));
    let away_m = (ax - bx).hypot(ay - by);
    let trend = (preset.law().reference_m / away_m).min(1.0);
    let voice = if square.hears(BOB, ANN) { preset.law().gain(away_m) } else { 0.0 };
    let bed = square.murmurs(BOB, ANN).map_or(0.0, |source| source.gain);
    (voice.max(bed) / trend, voice.hypot(bed) / trend)
}

#[test]
fn nowhere_between_murmur_and_voice_is_a_hole() {
    // In a place without width each would be 6 dB down where they are equally loud, and both together 3.
    const LOUDER_DB_MIN: f32 = -6.0;
    const TOGETHER_DB_MIN: f32 = -4.5;
    let (mut lowest_db, mut lowest_together_db) = (0f32, 0f32);
    for (preset, turn) in PRESETS.into_iter().flat_map(|preset| (0..48).map(move |turn| (preset, turn))) {
        let angle = f64::from(turn) / 16.0 * std::f64::consts::TAU + 0.1;
        // Each turn somewhere else in her cell.
        let ann = (60.0 + f64::from(turn * 7 % 40) / 10.0, 60.0 + f64::from(turn * 13 % 40) / 10.0);
        let place = |away_m: f64| (ann.0 + away_m * angle.cos(), ann.1 + away_m * angle.sin());
        let mut square = field(preset, ann, place(40.0));
        // There and back: who walks away keeps the bed of the last cell for half a metre.
        for (x, y) in [place(1.0), place(40.0)] {
            square.ask(BOB, Ask::WalkTo(at(x, y))).expect("free way");
            for _ in 0..280 {
                square.pass(50);
                let (louder, together) = against_trend(&square, preset);
                let (louder_db, together_db) = (decibels(louder), decibels(together));
                let away = square.is_at(BOB);
                assert!(louder_db > LOUDER_DB_MIN, "{louder_db} dB, {preset:?}, turn {turn}, at {away:?}");
                assert!(together_db > TOGETHER_DB_MIN, "{together_db} dB, {preset:?}, turn {turn}, at {away:?}");
                (lowest_db, lowest_together_db) = (lowest_db.min(louder_db), lowest_together_db.min(together_db));
            }
            let is_near = (x - ann.0).hypot(y - ann.1) < 2.0;
            assert_eq!((square.hears(BOB, ANN), square.murmurs(BOB, ANN).is_some()), (is_near, !is_near));
        }
    }
    println!("the louder of both is at most {lowest_db} dB below the trend, both together {lowest_together_db}");
}

#[test]
fn murmur_swells_and_voices_step_out_of_it() {
    let mut square = Square::new();
    let pine = TableId(3);
    for who in 10..13 {
        square.enter(who, Some(Start::Table(pine))).expect("a free seat");
        square.talk(who);
    }
    square.enter_at(ANN, 38.0, 12.5);
    square.listen(ANN, Listening::Forwarded, 60);
    square.pass(100);
    let heard =
        |square: &Square| square.bed(ANN).map_or(0.0, |bed| bed.sources.iter().map(|source| source.gain).sum::<f32>());
    let far = heard(&square);
    assert!(square.bed(ANN).is_some_and(|bed| bed.sources.len() == 3));
    let source = square.murmurs(ANN, 10).expect("in the bed");
    assert!(source.azimuth_rad < -1.4, "from the left: {source:?}");
    assert!(source.low_pass_hz <= limits::WALL_LOW_PASS_HZ, "through the wall of the table");
    square.ask(ANN, Ask::WalkTo(at(17.0, 12.5))).expect("free way");
    square.pass(9_000);
    let near = heard(&square);
    assert!(near > 2.0 * far, "{far} swells to {near}");
    square.ask(ANN, Ask::WalkTo(at(7.0, 12.5))).expect("free way");
    square.pass(9_000);
    assert_eq!(heard(&square), 0.0);
    assert!((10..13).all(|who| square.hears(ANN, who)), "each a voice of their own");
    square.ask(ANN, Ask::JoinTable(pine)).expect("free seats");
    square.pass(9_000);
    assert!(square.bed(ANN).is_some_and(|bed| bed.id.0 == u32::from(pine.0) && bed.sources.is_empty()));
}

#[test]
fn nothing_behind_a_closed_wall_is_in_a_bed() {
    let mut square = Square::new();
    assert_eq!(square.space.map().table(SPRUCE).map(|table| table.wall), Some(TableWall::Closed));
    square.enter(ANN, Some(Start::Table(SPRUCE))).expect("a free seat");
    square.enter_at(BOB, 2.0, 2.0);
    square.enter(CEM, Some(Start::Table(ROWAN))).expect("a free seat");
    for who in [ANN, BOB, CEM] {
        square.talk(who);
        square.listen(who, Listening::Forwarded, 100);
    }
    square.pass(500);
    assert!(square.mixed(ANN).is_none(), "a closed table has no bed");
    assert!(square.murmurs(BOB, CEM).is_some() && square.murmurs(CEM, BOB).is_some());
    assert!(square.murmurs(BOB, ANN).is_none() && square.murmurs(CEM, ANN).is_none());
    square.ask(ANN, Ask::LeaveTable).expect("up");
    square.pass(2_000);
    assert!(square.murmurs(BOB, ANN).is_some() && square.murmurs(ANN, BOB).is_some());
    square.ask(ANN, Ask::JoinTable(SPRUCE)).expect("free seats");
    square.pass(2_000);
    assert!(square.murmurs(BOB, ANN).is_none() && square.mixed(ANN).is_none());
}

#[test]
fn who_stands_together_shares_a_bed_and_nobody_hears_themself() {
    let mut square = Square::new();
    for (who, x) in [(ANN, 8.5), (BOB, 10.0), (CEM, 37.0)] {
        square.enter_at(who, x, 13.0);
        square.listen(who, Listening::Forwarded, 30);
        square.talk(who);
    }
    square.pass(500);
    assert_eq!(square.mixed(ANN).and_then(|mix| mix.bed), square.mixed(BOB).and_then(|mix| mix.bed));
    assert_eq!(square.space.mix().beds.len(), 2, "no bed where nobody listens");
    let speakers =
        |who| square.bed(who).map(|bed| bed.sources.iter().map(|source| source.speaker.0).collect::<Vec<_>>());
    assert_eq!(speakers(ANN), Some(vec![CEM]));
    assert_eq!(speakers(CEM), Some(vec![ANN, BOB]));
    assert_eq!(square.mixed(ANN).and_then(|mix| mix.own.clone()), None, "the bed itself goes to who has slots");
}

#[test]
fn who_is_silent_or_muted_is_in_no_bed_and_who_wants_calm_has_none() {
    let mut square = Square::new();
    square.enter_at(ANN, 2.0, 12.5);
    square.enter_at(BOB, 38.0, 12.5);
    square.listen(ANN, Listening::Forwarded, 1);
    square.pass(500);
    assert!(square.bed(ANN).is_some_and(|bed| bed.sources.is_empty()), "who might speak is not a murmur");
    square.talk(BOB);
    square.pass(50);
    assert!(square.murmurs(ANN, BOB).is_some());
    square.ask(BOB, Ask::Voice(VoiceLevel::SILENT)).expect("is in");
    square.pass(1_000);
    assert!(square.murmurs(ANN, BOB).is_some(), "a pause for breath is not the end");
    square.pass(6_000);
    assert!(square.murmurs(ANN, BOB).is_none());
    square.talk(BOB);
    square.pass(50);
    square.ask(BOB, Ask::SetMicrophone(Microphone::Muted)).expect("is in");
    square.pass(50);
    assert!(square.murmurs(ANN, BOB).is_none(), "in the next tick");
    square.listen(ANN, Listening::Forwarded, 0);
    square.pass(50);
    assert_eq!((square.mixed(ANN), square.space.mix().beds.len()), (None, 0));
}

#[test]
fn the_mix_stays_the_same_where_nobody_moves() {
    let mut square = Square::new();
    for who in 0..30 {
        square.enter(who, None).expect("there is room");
        square.listen(who, if who % 2 == 0 { Listening::Mixed } else { Listening::Forwarded }, 50);
    }
    square.enter(100, Some(Start::Table(ROWAN))).expect("a free seat");
    for who in [3, 8, 100] {
        square.talk(who);
    }
    square.pass(2_000);
    let before = Arc::clone(square.space.mix());
    assert!(before.beds.len() > 1 && before.listeners.len() == 30);
    square.pass(10_000);
    assert!(Arc::ptr_eq(&before, square.space.mix()), "the same mix, not an equal one");
}

#[test]
fn the_bed_pauses_when_voices_carry_another_distance() {
    let mut square = Square::new();
    square.enter_at(ANN, 2.0, 12.5);
    square.enter_at(BOB, 38.0, 12.5);
    square.listen(BOB, Listening::Forwarded, 50);
    square.talk(ANN);
    square.pass(500);
    let hall = square.mixed(BOB).and_then(|mix| mix.bed).expect("a bed");
    square.ask(ANN, Ask::SetHearing(HearingPreset::Close)).expect("a host");
    for _ in 0..limits::BED_PAUSE.0 / 50 - 1 {
        square.pass(50);
        assert!(square.mixed(BOB).is_none());
    }
    square.pass(100);
    let close = square.mixed(BOB).and_then(|mix| mix.bed).expect("a bed again");
    assert_ne!(hall, close, "cells are smaller where voices carry less far");
    assert!(square.murmurs(BOB, ANN).is_some());
}

#[test]
fn a_line_between_cells_is_crossed_once() {
    let mut square = Square::new();
    square.enter_at(ANN, 15.0, 13.5);
    square.listen(ANN, Listening::Forwarded, 50);
    square.pass(500);
    let mut beds = Vec::new();
    for (x, ms) in [(16.4, 1_000), (15.7, 1_000), (16.4, 1_000), (18.0, 1_000), (15.6, 1_000)] {
        square.ask(ANN, Ask::WalkTo(at(x, 13.5))).expect("free way");
        square.pass(ms);
        beds.push(square.mixed(ANN).and_then(|mix| mix.bed).expect("a bed"));
    }
    assert!(beds[0] == beds[1] && beds[1] == beds[2], "half a metre beyond the line is no other place");
    assert!(beds[3] != beds[2] && beds[4] == beds[3]);
}

#[test]
fn a_bed_holds_the_loudest_of_many() {
    let mut square = Square::with(|spec| spec.width_m = 200.0);
    square.enter_at(ANN, 1.0, 12.5);
    square.listen(ANN, Listening::Forwarded, 50);
    for who in 0..60 {
        square.enter_at(100 + who, 40.0 + 2.5 * f64::from(who), 12.5);
        square.talk(100 + who);
    }
    square.pass(500);
    let sources = &square.bed(ANN).expect("a bed").sources;
    assert_eq!(sources.len(), limits::BED_SOURCES_MAX);
    let nearest = (100u32..).map(ParticipantId);
    assert!(sources.iter().map(|source| source.speaker).eq(nearest.take(limits::BED_SOURCES_MAX)));
}

//! End-to-end stories: a real server, real guests, real sound over real sockets.
//!
//! Levels are measured in what the guests recorded, by frequency: each speaker has a tone of their own.

mod api;
mod bad_input;
mod bad_networks;
mod bad_sound;
mod broadcast;
mod delay;
mod doors;
mod hearing;
mod loss;
mod market;
mod mixed;
mod murmur;
mod passing;
mod piece;
mod plenum;
mod returning;
mod server;
mod sounds;
mod tables;
mod walls;

use std::time::Duration;
use torg_client::{Guest, GuestError, Options};
use torg_protocol::message::RefusalCode;
use torg_tests::Square;

/// How long a story waits for what should happen.
const SOON: Duration = Duration::from_secs(10);

/// The level that a guest's tone has, dB below full scale RMS.
const TONE_DB: f64 = -12.0;

/// How far a level may lie from what the law says, dB.
const TOLERANCE_DB: f64 = 1.0;

/// How far below its source's level a tone lies that is not there, dB.
const ABSENT_DB: f64 = -60.0;

/// A level with a gain, dB.
fn expected_db(gain: f32) -> f64 {
    TONE_DB + 20.0 * f64::from(gain).log10()
}

#[track_caller]
fn assert_level(what: &str, heard_db: f64, expected_db: f64) {
    let off_db = (heard_db - expected_db).abs();
    assert!(off_db <= TOLERANCE_DB, "{what}: {heard_db:.2} dB where the law says {expected_db:.2}");
}

/// The level of the bed at a distance by its law (`reference / d`, full at the edge of earshot and beyond), dB.
fn murmur_db(distance_m: f32) -> f64 {
    let law = torg_protocol::geometry::HearingPreset::Room.law();
    expected_db((law.reference_m / distance_m).min(1.0))
}

/// A tone is nowhere to be found: so far below the level at which it was sent that only the codec's noise is left.
#[track_caller]
fn assert_absent(what: &str, recording: &torg_tests::Recording, hertz: f64, seconds: std::ops::Range<f64>) {
    let level_db = recording.level_db(hertz, seconds);
    assert!(level_db < TONE_DB + ABSENT_DB, "{what}: {hertz} Hz at {level_db:.1} dB");
}

#[test]
fn the_instrument_measures_a_tone_over_both_ears() {
    let sine = |amplitude: f64| -> Vec<f64> {
        let turns = |index| std::f64::consts::TAU * 450.0 * f64::from(index) / 48_000.0;
        (0..48_000).map(|index| amplitude * turns(index).sin()).collect()
    };
    let recording = torg_tests::Recording::of(48_000, sine(0.3), sine(0.4));
    // Amplitudes 0.3 and 0.4 are 0.5 together, whose RMS is 9.03 dB below full scale.
    assert!((recording.level_db(450.0, 0.0..1.0) + 9.03).abs() < 0.01);
    assert!(recording.level_db(700.0, 0.0..1.0) < -60.0, "another tone is not there");
    assert!((recording.peak_db(0.0..1.0) + 7.96).abs() < 0.01);
}

/// Why something was refused.
#[track_caller]
fn code(error: &GuestError) -> RefusalCode {
    match error {
        GuestError::Refused(refusal) => refusal.code,
        other => panic!("{other}"),
    }
}

/// A guest who comes by the host link.
async fn host(square: &Square, options: Options) -> Guest {
    square.guest_by(&square.links().host, options).await
}

/// Lets time pass in which sound flows.
async fn listen(seconds: f64) {
    tokio::time::sleep(Duration::from_secs_f64(seconds)).await;
}

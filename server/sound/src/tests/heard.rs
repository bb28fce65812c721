//! What comes out of a sound, decoded.

use crate::{Loudness, Sound};
use bytes::Bytes;
use ebur128::{EbuR128, Mode};
use opus_rs::OpusDecoder;
use torg_mix::STEREO_SAMPLES;

/// The encoder's delay, which is not part of the sound.
const DELAY: usize = 312;

/// All of a sound, left and right in turn.
pub(super) fn heard(file: Bytes, loudness: Loudness) -> Vec<f32> {
    let mut sound = Sound::open(file, loudness).expect("a file that can be played");
    let mut decoder = OpusDecoder::new(48_000, 2).expect("a rate that Opus knows");
    let mut stereo = Vec::new();
    let mut frame = [0.0; STEREO_SAMPLES];
    while let Some(packet) = sound.next_packet() {
        assert!(packet.len() < 1_000, "a packet fits a datagram");
        assert_eq!(decoder.decode(packet, STEREO_SAMPLES / 2, &mut frame), Ok(STEREO_SAMPLES / 2), "frames of 20 ms");
        stereo.extend_from_slice(&frame);
    }
    assert!(sound.next_packet().is_none(), "the end is the end");
    stereo.split_off((2 * DELAY).min(stereo.len()))
}

/// One of its channels.
pub(super) fn channel(stereo: &[f32], number: usize) -> Vec<f32> {
    stereo.iter().skip(number).step_by(2).copied().collect()
}

pub(super) fn lufs(stereo: &[f32]) -> f64 {
    let mut meter = EbuR128::new(2, 48_000, Mode::I).expect("a meter");
    meter.add_frames_f32(stereo).expect("frames");
    meter.loudness_global().expect("a loudness")
}

/// How much of one frequency is in the sound, as an amplitude.
pub(super) fn amplitude_at(sound: &[f32], hz: f64) -> f64 {
    let turn = |number: usize| std::f64::consts::TAU * hz * number as f64 / 48_000.0;
    let part = |wave: fn(f64) -> f64| {
        let sum: f64 = sound.iter().enumerate().map(|(at, sample)| f64::from(*sample) * wave(turn(at))).sum();
        2.0 * sum / sound.len() as f64
    };
    part(f64::sin).hypot(part(f64::cos))
}

pub(super) fn root_mean_square(sound: &[f32]) -> f64 {
    (sound.iter().map(|sample| f64::from(*sample).powi(2)).sum::<f64>() / sound.len().max(1) as f64).sqrt()
}

/// Asserts that a sound is a tone of 440 Hz and nothing else.
pub(super) fn assert_tone(sound: &[f32]) {
    // Whole periods in the middle: ends are faded.
    let middle = &sound[4_800..sound.len() - 4_800];
    let middle = &middle[..middle.len() / 1_200 * 1_200];
    let (tone, all) = (amplitude_at(middle, 440.0), root_mean_square(middle) * std::f64::consts::SQRT_2);
    assert!(tone > 0.99 * all, "{tone} of {all} is the tone");
    assert!(amplitude_at(middle, 480.0) < 0.02 * all);
}

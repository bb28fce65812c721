//! A limiter for both ears together, which looks a millisecond ahead: nothing leaves above the ceiling, and what stays
//! below it is not touched.
//!
//! A frame is cut into pieces of a millisecond. Each has a factor that it needs, 1 unless its peak is too high; at the
//! border of two pieces stands the lesser of both, and between borders the factor goes evenly. So within a piece it is
//! never above what the piece needs, and never jumps. Where there is time it falls slowly, and always it rises slowly.

use crate::FRAME_SAMPLES;
use crate::kernel;
use crate::limits::{CEILING, LIMITER_FALL, LIMITER_RISE, LOOK_AHEAD_SAMPLES};

/// What a limiter works on: the piece that it looked at last time, then a frame. The last piece is looked at and stays.
pub(crate) type Ahead = [f32; LOOK_AHEAD_SAMPLES + FRAME_SAMPLES];

/// The pieces of a frame.
const PIECES: usize = FRAME_SAMPLES / LOOK_AHEAD_SAMPLES;
const _: () = assert!(PIECES * LOOK_AHEAD_SAMPLES == FRAME_SAMPLES);

/// One output's limiter.
#[derive(Debug)]
pub(crate) struct Limiter {
    /// The factor where the last frame ended.
    factor: f32,
}

impl Limiter {
    pub(crate) fn new() -> Self {
        Self { factor: 1.0 }
    }

    /// Limits the first [`FRAME_SAMPLES`] of both channels. True when it had something to do.
    pub(crate) fn run(&mut self, channels: &mut [Ahead; 2]) -> bool {
        let peak = channels.iter().map(|channel| kernel::peak(channel)).fold(0.0, f32::max);
        if self.factor == 1.0 && peak <= CEILING {
            return false;
        }
        let borders = self.borders(&needed(channels));
        for channel in channels {
            for (piece, border) in channel.as_chunks_mut::<LOOK_AHEAD_SAMPLES>().0.iter_mut().zip(borders.windows(2)) {
                let step = (border[1] - border[0]) / LOOK_AHEAD_SAMPLES as f32;
                for (index, sample) in piece.iter_mut().enumerate() {
                    *sample *= border[0] + step * (index + 1) as f32;
                }
            }
        }
        self.factor = borders[PIECES];
        true
    }

    /// The factors at the borders of the pieces.
    fn borders(&self, needed: &[f32; PIECES + 1]) -> [f32; PIECES + 1] {
        let mut borders = [self.factor; PIECES + 1];
        for border in 1..=PIECES {
            let most = needed[border - 1].min(needed[border]);
            borders[border] = most.min(borders[border - 1] + LIMITER_RISE);
        }
        for border in (1..PIECES).rev() {
            borders[border] = borders[border].min(borders[border + 1] + LIMITER_FALL);
        }
        borders
    }
}

/// The factor that each piece needs, of both ears the lesser.
fn needed(channels: &[Ahead; 2]) -> [f32; PIECES + 1] {
    let [left, right] = channels;
    let pieces = left.as_chunks::<LOOK_AHEAD_SAMPLES>().0.iter().zip(right.as_chunks::<LOOK_AHEAD_SAMPLES>().0);
    let mut needed = [1.0; PIECES + 1];
    for (needed, (left, right)) in needed.iter_mut().zip(pieces) {
        let peak = kernel::peak(left).max(kernel::peak(right));
        if peak > CEILING {
            *needed = CEILING / peak;
        }
    }
    needed
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f32::consts::TAU;

    /// What comes out of a sound, both ears alike.
    fn limited(sound: &[f32]) -> Vec<f32> {
        let mut limiter = Limiter::new();
        let mut channels = [[0.0; LOOK_AHEAD_SAMPLES + FRAME_SAMPLES]; 2];
        let mut out = Vec::new();
        for frame in sound.as_chunks::<FRAME_SAMPLES>().0 {
            for channel in &mut channels {
                channel[LOOK_AHEAD_SAMPLES..].copy_from_slice(frame);
            }
            limiter.run(&mut channels);
            out.extend_from_slice(&channels[0][..FRAME_SAMPLES]);
            for channel in &mut channels {
                channel.copy_within(FRAME_SAMPLES.., 0);
            }
        }
        out
    }

    fn tone(amplitude: impl Fn(usize) -> f32) -> Vec<f32> {
        (0..50 * FRAME_SAMPLES).map(|n| amplitude(n) * (n as f32 * TAU * 300.0 / 48_000.0).sin()).collect()
    }

    #[test]
    fn what_stays_below_the_ceiling_is_only_late() {
        let sound = tone(|_| 0.89);
        let out = limited(&sound);
        assert_eq!(out[LOOK_AHEAD_SAMPLES..], sound[..sound.len() - LOOK_AHEAD_SAMPLES]);
    }

    #[test]
    fn nothing_leaves_above_the_ceiling_and_nothing_jumps() {
        // Bursts of every length and level that begin anywhere.
        let loud = |n: usize| if n % 7_001 < 40 + n / 50 { 0.5 + (n / 7_001) as f32 } else { 0.3 };
        let sound = tone(loud);
        let out = limited(&sound);
        let ceiling = CEILING * 1.000_01;
        assert!(out.iter().all(|sample| sample.abs() <= ceiling), "{:?}", out.iter().copied().fold(0.0, f32::max));
        // Where the sound itself doesn't jump, what leaves doesn't: a tone at the ceiling moves 0.036 a sample, and the
        // factor falls by at most all it has in 48.
        let jump = |pair: &[f32]| (pair[1] - pair[0]).abs();
        for (index, pair) in out.windows(2).enumerate().skip(LOOK_AHEAD_SAMPLES + 1) {
            let came = jump(&sound[index - LOOK_AHEAD_SAMPLES..][..2]);
            assert!(jump(pair) <= came + 1.0 / LOOK_AHEAD_SAMPLES as f32, "at {index}");
        }
    }

    #[test]
    fn a_loud_tone_stays_a_tone() {
        let out = limited(&tone(|_| 1.8));
        let settled = &out[out.len() - 4_800..];
        let (mut along, mut across, mut all) = (0.0, 0.0, 0.0);
        for (n, sample) in settled.iter().enumerate() {
            let (sine, cosine) = (n as f32 * TAU * 300.0 / 48_000.0).sin_cos();
            along += sample * sine;
            across += sample * cosine;
            all += sample * sample;
        }
        let tone = (along * along + across * across) * 2.0 / settled.len() as f32;
        let rest_db = 10.0 * ((all - tone).max(0.0) / all).log10();
        assert!(rest_db < -40.0, "{rest_db} dB of it is no longer the tone");
    }

    #[test]
    fn after_a_burst_it_comes_back() {
        let out = limited(&tone(|n| if n < 4_800 { 1.5 } else { 0.5 }));
        let settled = &out[out.len() - 4_800..];
        assert!((kernel::peak(settled) - 0.5).abs() < 1e-3);
    }
}

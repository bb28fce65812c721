//! The ear of tests: levels, tones, and what a click leaves.

#![allow(dead_code, reason = "each test measures what it needs")]

use std::f64::consts::{FRAC_1_SQRT_2, TAU};

const RATE_HZ: f64 = 48_000.0;

/// The level of some sound, dBFS (RMS; a sine at full scale has -3).
pub(crate) fn level_dbfs(sound: &[f32]) -> f64 {
    let power = sound.iter().map(|sample| f64::from(*sample).powi(2)).sum::<f64>() / sound.len().max(1) as f64;
    10.0 * power.max(1e-15).log10()
}

/// The level of both ears together.
pub(crate) fn both_dbfs(left: &[f32], right: &[f32]) -> f64 {
    10.0 * (10f64.powf(level_dbfs(left) / 10.0) + 10f64.powf(level_dbfs(right) / 10.0)).log10()
}

/// The level of one tone in some sound, dBFS (RMS): whole periods of it are best.
pub(crate) fn tone_dbfs(sound: &[f32], frequency_hz: f64) -> f64 {
    let (mut along, mut across) = (0.0, 0.0);
    for (n, sample) in sound.iter().enumerate() {
        let (sine, cosine) = (n as f64 * TAU * frequency_hz / RATE_HZ).sin_cos();
        along += f64::from(*sample) * sine;
        across += f64::from(*sample) * cosine;
    }
    let amplitude = 2.0 * along.hypot(across) / sound.len() as f64;
    20.0 * (amplitude * FRAC_1_SQRT_2).max(1e-15).log10()
}

/// The largest step from one sample to the next.
pub(crate) fn largest_jump(sound: &[f32]) -> f32 {
    sound.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f32::max)
}

/// What is left above `cutoff_hz` in the worst 5 ms, dBFS: clicks have it, slow changes of low tones don't. The high-pass
/// falls by 48 dB an octave; the first 20 ms, in which it settles, don't count.
pub(crate) fn splatter_dbfs(sound: &[f32], cutoff_hz: f64) -> f64 {
    let mut filtered: Vec<f64> = sound.iter().map(|sample| f64::from(*sample)).collect();
    for _ in 0..4 {
        high_pass(&mut filtered, cutoff_hz);
    }
    let loudest =
        filtered.chunks(240).skip(4).map(|piece| piece.iter().map(|s| s * s).sum::<f64>() / 240.0).fold(0.0, f64::max);
    10.0 * loudest.max(1e-15).log10()
}

fn high_pass(sound: &mut [f64], cutoff_hz: f64) {
    let (sine, cosine) = (TAU * cutoff_hz / RATE_HZ).sin_cos();
    let alpha = sine * FRAC_1_SQRT_2;
    let b = (1.0 + cosine) / 2.0 / (1.0 + alpha);
    let (a1, a2) = (-2.0 * cosine / (1.0 + alpha), (1.0 - alpha) / (1.0 + alpha));
    let (mut first, mut second) = (0.0, 0.0);
    for sample in sound {
        let made = b * *sample + first;
        first = -2.0 * b * *sample - a1 * made + second;
        second = b * *sample - a2 * made;
        *sample = made;
    }
}

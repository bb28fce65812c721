//! Sounds that guests of stories play: made so that they can be measured in what others hear.

use std::f64::consts::TAU;
use std::path::Path;

/// The tones of a [`chord`], each a multiple of 50 Hz, so that 20 ms of it are always equally loud. Where the same chord
/// comes by two ways, one later than the other, they never cancel out as one tone would: at half each it is 3 dB quieter on
/// average, and 5.3 dB at worst.
pub const CHORD_HERTZ: [f64; 12] =
    [300.0, 350.0, 450.0, 500.0, 600.0, 750.0, 850.0, 950.0, 1_100.0, 1_300.0, 1_550.0, 1_800.0];

/// Samples a second of all that is made here.
const RATE_HZ: u32 = 48_000;

/// The level of a chord, dB below full scale RMS: that of a guest's tone.
const CHORD_DB: f64 = -12.0;

/// Writes a chord of so many seconds.
///
/// # Panics
/// When the file can't be written.
pub fn chord(path: &Path, seconds: f64) {
    let power = 10f64.powf(CHORD_DB / 10.0);
    let amplitude = (2.0 * power / CHORD_HERTZ.len() as f64).sqrt();
    let sample = |index: u32| {
        // Phases by the square of the number, so that peaks don't meet (M. R. Schroeder, 1970).
        let tones = CHORD_HERTZ.iter().enumerate().map(|(number, hertz)| {
            let phase = 0.5 * TAU * (number * number) as f64 / CHORD_HERTZ.len() as f64;
            (TAU * hertz * f64::from(index) / f64::from(RATE_HZ) + phase).sin()
        });
        amplitude * tones.sum::<f64>()
    };
    write(path, (seconds * f64::from(RATE_HZ)) as u32, sample);
}

/// Writes a sine of so many seconds at a level, dB below full scale RMS.
///
/// # Panics
/// When the file can't be written.
pub fn tone(path: &Path, hertz: f64, level_db: f64, seconds: f64) {
    let amplitude = (2.0 * 10f64.powf(level_db / 10.0)).sqrt();
    let sample = |index: u32| amplitude * (TAU * hertz * f64::from(index) / f64::from(RATE_HZ)).sin();
    write(path, (seconds * f64::from(RATE_HZ)) as u32, sample);
}

/// How loud a pilot is beside its bursts.
const PILOT: f64 = 0.02;

/// Writes bursts of a tone, each 100 ms long and with a sudden onset, that begin at these moments, seconds. Between them
/// there is silence, or with `pilot` the same tone 28 dB quieter: who hums is never taken for silent.
///
/// # Panics
/// When the file can't be written.
pub fn bursts(path: &Path, hertz: f64, begin_s: &[f64], pilot: bool) {
    let last_s = begin_s.iter().copied().fold(0.0, f64::max);
    let sample = |index: u32| {
        let at_s = f64::from(index) / f64::from(RATE_HZ);
        let inside = begin_s.iter().map(|begin| at_s - begin).find(|since| (0.0..0.1).contains(since));
        let hum = if pilot { PILOT * (TAU * hertz * at_s).sin() } else { 0.0 };
        inside.map_or(hum, |since| 0.5 * (TAU * hertz * since).sin())
    };
    write(path, ((last_s + 1.0) * f64::from(RATE_HZ)) as u32, sample);
}

fn write(path: &Path, samples: u32, sample: impl Fn(u32) -> f64) {
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: RATE_HZ,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let fault = |error: hound::Error| panic!("{}: {error}", path.display());
    let mut writer = hound::WavWriter::create(path, spec).unwrap_or_else(fault);
    for index in 0..samples {
        let sample = (sample(index).clamp(-1.0, 1.0) * f64::from(i16::MAX)).round() as i16;
        writer.write_sample(sample).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }
    writer.finalize().unwrap_or_else(|error| panic!("{}: {error}", path.display()));
}

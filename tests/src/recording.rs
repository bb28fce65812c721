//! Recordings of what an ear got: how loud a tone is in them, from which side, and what is in them that should not be.

use std::f64::consts::{PI, TAU};
use std::ops::Range;
use std::path::Path;

/// A recorded stereo file.
pub struct Recording {
    rate_hz: u32,
    left: Vec<f64>,
    right: Vec<f64>,
}

/// Looked at in pieces of this length: a whole number of periods for every tone of a multiple of 50 Hz.
const PIECE_S: f64 = 0.1;

/// The shortest piece with a whole number of periods of those tones.
const SHORT_S: f64 = 0.02;

/// The piece in which the beginning of a sound is looked for.
const ONSET_S: f64 = 0.001;

/// Where clicks are looked for: well above all tones of stories.
const CLICKS_ABOVE_HZ: f64 = 4_000.0;

/// Samples to each side of the middle of the filter that takes out what lies below.
const HALF_FILTER: i32 = 96;

/// Quieter than anything: what an empty piece has.
const NOTHING: f64 = 1e-12;

impl Recording {
    /// Reads a WAV file.
    ///
    /// # Panics
    /// When it is not there, or is no stereo file of 16 bits: recordings are the guest's own work.
    #[must_use]
    pub fn read(path: &Path) -> Self {
        let mut reader = hound::WavReader::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let spec = reader.spec();
        assert_eq!((spec.channels, spec.bits_per_sample), (2, 16), "{}", path.display());
        let samples: Vec<f64> =
            reader.samples::<i16>().map(|sample| f64::from(sample.expect("a whole file")) / 32_768.0).collect();
        let side = |offset| samples.iter().skip(offset).step_by(2).copied().collect();
        Self::of(spec.sample_rate, side(0), side(1))
    }

    /// A recording of these samples, -1 to 1.
    #[must_use]
    pub fn of(rate_hz: u32, left: Vec<f64>, right: Vec<f64>) -> Self {
        Self { rate_hz, left, right }
    }

    /// Its length, seconds.
    #[must_use]
    pub fn seconds(&self) -> f64 {
        self.left.len() as f64 / f64::from(self.rate_hz)
    }

    /// The level of a tone in each piece of 100 ms, dB below full scale RMS, both ears together (L^2 + R^2).
    #[must_use]
    pub fn levels_db(&self, hertz: f64) -> Vec<f64> {
        let piece = (PIECE_S * f64::from(self.rate_hz)) as usize;
        let level = |(left, right): (&[f64], &[f64])| {
            let power = tone_power(left, hertz, self.rate_hz) + tone_power(right, hertz, self.rate_hz);
            decibels(power)
        };
        self.left.chunks_exact(piece).zip(self.right.chunks_exact(piece)).map(level).collect()
    }

    /// The level of a tone between two moments, seconds: the median of its pieces, so that a lost packet or a
    /// ramp doesn't count.
    ///
    /// # Panics
    /// When the recording is shorter.
    #[must_use]
    pub fn level_db(&self, hertz: f64, seconds: Range<f64>) -> f64 {
        let mut levels = self.levels_db(hertz);
        let piece = |at: f64| (at / PIECE_S) as usize;
        assert!(levels.len() >= piece(seconds.end), "{:.1} s were recorded, not {:.1}", self.seconds(), seconds.end);
        median(levels.drain(piece(seconds.start)..piece(seconds.end)).collect())
    }

    /// The level of a tone in the left and in the right ear between two moments: medians, as in [`Self::level_db`].
    #[must_use]
    pub fn ears_db(&self, hertz: f64, seconds: Range<f64>) -> (f64, f64) {
        let piece = (PIECE_S * f64::from(self.rate_hz)) as usize;
        let range = self.range(seconds);
        let ear = |samples: &[f64]| {
            let pieces = samples[range.clone()].chunks_exact(piece);
            median(pieces.map(|piece| decibels(tone_power(piece, hertz, self.rate_hz))).collect())
        };
        (ear(&self.left), ear(&self.right))
    }

    /// The level of everything in each piece of 20 ms between two moments, both ears together.
    #[must_use]
    pub fn short_levels_db(&self, seconds: Range<f64>) -> Vec<f64> {
        self.short_pieces(seconds).map(|(left, right)| decibels(mean_square(left) + mean_square(right))).collect()
    }

    /// The level of a tone in each piece of 20 ms between two moments, both ears together.
    #[must_use]
    pub fn short_levels_of_db(&self, hertz: f64, seconds: Range<f64>) -> Vec<f64> {
        let power = |ear: &[f64]| tone_power(ear, hertz, self.rate_hz);
        self.short_pieces(seconds).map(|(left, right)| decibels(power(left) + power(right))).collect()
    }

    /// The level of all that is not one of these tones in each piece of 20 ms between two moments: a click or a
    /// burst stands out here, whatever the tones do.
    #[must_use]
    pub fn rest_db(&self, tones_hertz: &[f64], seconds: Range<f64>) -> Vec<f64> {
        let rest = |ear: &[f64]| {
            let mut rest = ear.to_vec();
            for &hertz in tones_hertz {
                take_out(&mut rest, hertz, self.rate_hz);
            }
            mean_square(&rest)
        };
        self.short_pieces(seconds).map(|(left, right)| decibels(rest(left) + rest(right))).collect()
    }

    /// The level of all that lies above 4 kHz in each piece of 20 ms between two moments: of tones far below it nothing
    /// is left however they rise and fall, but a click is.
    #[must_use]
    pub fn clicks_db(&self, seconds: Range<f64>) -> Vec<f64> {
        let range = self.range(seconds);
        let above = |ear: &[f64]| high_pass(&ear[range.clone()], CLICKS_ABOVE_HZ, self.rate_hz);
        let above = Self::of(self.rate_hz, above(&self.left), above(&self.right));
        above.short_levels_db(0.0..above.seconds())
    }

    /// The longest stretch of pieces of 20 ms that lie below a level between two moments, seconds.
    #[must_use]
    pub fn longest_below_s(&self, level_db: f64, seconds: Range<f64>) -> f64 {
        let levels = self.short_levels_db(seconds);
        let runs = levels.split(|&level| level >= level_db).map(<[f64]>::len);
        runs.max().unwrap_or_default() as f64 * SHORT_S
    }

    /// When sounds begin: the moments, seconds, at which a piece of a millisecond is above a level and 200 ms before it
    /// were not.
    #[must_use]
    pub fn onsets_s(&self, level_db: f64) -> Vec<f64> {
        let piece = (ONSET_S * f64::from(self.rate_hz)) as usize;
        let levels = self.left.chunks_exact(piece).zip(self.right.chunks_exact(piece));
        let loud = levels.map(|(left, right)| decibels(mean_square(left) + mean_square(right)) > level_db);
        let (mut onsets, mut quiet) = (Vec::new(), 200);
        for (index, loud) in loud.enumerate() {
            if loud && quiet >= 200 {
                onsets.push(index as f64 * ONSET_S);
            }
            quiet = if loud { 0 } else { quiet + 1 };
        }
        onsets
    }

    /// The direct current between two moments, the larger of both ears', as a share of full scale.
    #[must_use]
    pub fn direct_current(&self, seconds: Range<f64>) -> f64 {
        let range = self.range(seconds);
        let mean = |ear: &[f64]| (ear[range.clone()].iter().sum::<f64>() / range.len().max(1) as f64).abs();
        mean(&self.left).max(mean(&self.right))
    }

    fn range(&self, seconds: Range<f64>) -> Range<usize> {
        let at = |seconds: f64| ((seconds.max(0.0) * f64::from(self.rate_hz)).round() as usize).min(self.left.len());
        at(seconds.start)..at(seconds.end)
    }

    fn short_pieces(&self, seconds: Range<f64>) -> impl Iterator<Item = (&[f64], &[f64])> {
        let (range, piece) = (self.range(seconds), (SHORT_S * f64::from(self.rate_hz)) as usize);
        self.left[range.clone()].chunks_exact(piece).zip(self.right[range].chunks_exact(piece))
    }

    /// The loudest sample of either ear between two moments, dB below full scale: nothing at all is -infinity.
    #[must_use]
    pub fn peak_db(&self, seconds: Range<f64>) -> f64 {
        let at = |seconds: f64| ((seconds * f64::from(self.rate_hz)) as usize).min(self.left.len());
        let range = at(seconds.start)..at(seconds.end);
        let both = self.left[range.clone()].iter().chain(&self.right[range]);
        20.0 * both.fold(0.0_f64, |peak, sample| peak.max(sample.abs())).log10()
    }
}

fn decibels(power: f64) -> f64 {
    10.0 * power.max(NOTHING).log10()
}

fn mean_square(samples: &[f64]) -> f64 {
    samples.iter().map(|sample| sample * sample).sum::<f64>() / samples.len().max(1) as f64
}

/// The middle one.
///
/// # Panics
/// When there is none: that is no measurement.
fn median(mut levels: Vec<f64>) -> f64 {
    levels.sort_by(f64::total_cmp);
    levels[levels.len() / 2]
}

/// Power of one frequency (Goertzel's algorithm): RMS squared of the sine that fits best.
fn tone_power(samples: &[f64], hertz: f64, rate_hz: u32) -> f64 {
    let (real, imaginary) = projection(samples, hertz, rate_hz);
    2.0 * (real * real + imaginary * imaginary)
}

/// Takes the sine that fits best out of samples.
fn take_out(samples: &mut [f64], hertz: f64, rate_hz: u32) {
    let (real, imaginary) = projection(samples, hertz, rate_hz);
    let step = TAU * hertz / f64::from(rate_hz);
    for (index, sample) in samples.iter_mut().enumerate() {
        let angle = step * index as f64;
        *sample -= 2.0 * (real * angle.cos() + imaginary * angle.sin());
    }
}

/// What of some samples lies above a frequency: by a sinc under a Blackman window, as many samples as came in; the filter
/// sees silence before and after them no nearer than they are.
fn high_pass(samples: &[f64], hertz: f64, rate_hz: u32) -> Vec<f64> {
    let cutoff = 2.0 * hertz / f64::from(rate_hz);
    let tap = |at: i32| {
        let turn = PI * f64::from(at) / f64::from(HALF_FILTER + 1);
        let window = 0.42 + 0.5 * turn.cos() + 0.08 * (2.0 * turn).cos();
        let angle = PI * cutoff * f64::from(at);
        let low = cutoff * if at == 0 { 1.0 } else { angle.sin() / angle } * window;
        if at == 0 { 1.0 - low } else { -low }
    };
    let taps: Vec<f64> = (-HALF_FILTER..=HALF_FILTER).map(tap).collect();
    let edge = HALF_FILTER as usize;
    let mut above = vec![0.0; samples.len()];
    for (window, above) in samples.windows(taps.len()).zip(&mut above[edge.min(samples.len())..]) {
        *above = window.iter().zip(&taps).map(|(sample, tap)| sample * tap).sum();
    }
    above
}

/// Half the amplitudes of the cosine and of the sine of a frequency.
fn projection(samples: &[f64], hertz: f64, rate_hz: u32) -> (f64, f64) {
    let step = TAU * hertz / f64::from(rate_hz);
    let (mut real, mut imaginary) = (0.0, 0.0);
    for (index, sample) in samples.iter().enumerate() {
        let angle = step * index as f64;
        real += sample * angle.cos();
        imaginary += sample * angle.sin();
    }
    let count = samples.len().max(1) as f64;
    (real / count, imaginary / count)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A second of tones, each with its amplitude, the same in both ears.
    fn tones(tones: &[(f64, f64)]) -> Vec<f64> {
        let at = |index: u32| {
            tones.iter().map(move |(hertz, amplitude)| amplitude * (TAU * hertz * f64::from(index) / 48_000.0).sin())
        };
        (0..48_000).map(|index| at(index).sum()).collect()
    }

    #[test]
    fn a_click_stands_out_of_tones_and_a_gap_is_seen() {
        let mut sound = tones(&[(450.0, 0.3), (700.0, 0.2)]);
        let clean = Recording::of(48_000, sound.clone(), sound.clone());
        assert!(clean.rest_db(&[450.0, 700.0], 0.0..1.0).iter().all(|&rest| rest < -80.0));
        assert_eq!(clean.longest_below_s(-20.0, 0.0..1.0), 0.0);
        sound[24_100] += 0.2;
        sound[9_600..12_480].fill(0.0);
        let marred = Recording::of(48_000, sound.clone(), sound);
        let rest = marred.rest_db(&[450.0, 700.0], 0.3..1.0);
        assert_eq!(rest.iter().filter(|&&rest| rest > -50.0).count(), 1, "one sample in one piece");
        assert!((marred.longest_below_s(-20.0, 0.0..1.0) - 0.06).abs() < 1e-9);
        let clicks = |recording: &Recording| recording.clicks_db(0.05..0.95);
        assert!(clicks(&clean).iter().all(|&click| click < -85.0), "{:.1?}", clicks(&clean));
        assert_eq!(clicks(&marred).iter().filter(|&&click| click > -60.0).count(), 3, "a gap has two ends");
        let onsets = marred.onsets_s(-30.0);
        assert_eq!(onsets.len(), 1, "a pause of 60 ms begins nothing: {onsets:?}");
    }

    #[test]
    fn sides_and_direct_current_are_told_apart() {
        let left: Vec<f64> = tones(&[(450.0, 0.4)]).iter().map(|sample| sample + 0.1).collect();
        let recording = Recording::of(48_000, left, tones(&[(450.0, 0.1)]));
        let (left_db, right_db) = recording.ears_db(450.0, 0.0..1.0);
        assert!((left_db - right_db - 12.04).abs() < 0.05, "{left_db:.2} and {right_db:.2}");
        assert!((recording.direct_current(0.0..1.0) - 0.1).abs() < 1e-6);
    }
}

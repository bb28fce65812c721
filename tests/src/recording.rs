//! Recordings of what an ear got, and how loud a tone is in them.

use std::f64::consts::TAU;
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
        Self { rate_hz: spec.sample_rate, left: side(0), right: side(1) }
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
            10.0 * power.max(1e-12).log10()
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
        let mut levels = levels.drain(piece(seconds.start)..piece(seconds.end)).collect::<Vec<_>>();
        levels.sort_by(f64::total_cmp);
        levels[levels.len() / 2]
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

/// Power of one frequency (Goertzel's algorithm): RMS squared of the sine that fits best.
fn tone_power(samples: &[f64], hertz: f64, rate_hz: u32) -> f64 {
    let step = TAU * hertz / f64::from(rate_hz);
    let (mut real, mut imaginary) = (0.0, 0.0);
    for (index, sample) in samples.iter().enumerate() {
        let angle = step * index as f64;
        real += sample * angle.cos();
        imaginary += sample * angle.sin();
    }
    let count = samples.len() as f64;
    2.0 * (real * real + imaginary * imaginary) / (count * count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tone_is_measured_over_both_ears() {
        let sine = |amplitude: f64| -> Vec<f64> {
            (0..48_000).map(|index| amplitude * (TAU * 450.0 * f64::from(index) / 48_000.0).sin()).collect()
        };
        let recording = Recording { rate_hz: 48_000, left: sine(0.3), right: sine(0.4) };
        // Amplitudes 0.3 and 0.4 are 0.5 together, whose RMS is 9.03 dB below full scale.
        assert!((recording.level_db(450.0, 0.0..1.0) + 9.03).abs() < 0.01);
        assert!(recording.level_db(700.0, 0.0..1.0) < -60.0, "another tone is not there");
        assert!((recording.peak_db(0.0..1.0) + 7.96).abs() < 0.01);
    }
}

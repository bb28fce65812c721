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

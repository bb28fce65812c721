//! One voice in the shades that mixes are made of: plain, in the shadow of a head, and muffled at fixed cut-offs.
//!
//! Filters run once for a voice, not once for each listener. Whoever hears it muffled at 3 kHz hears a blend of what is
//! muffled at 2 and at 4; so a mix is nothing but sums of delayed shades times factors, and every change of place is a
//! ramp of factors. That is what makes a mix of eight voices cheaper than encoding it by an order of magnitude.

use crate::kernel::Frame;
use crate::limits::{EAR_DELAY_SAMPLES_MAX, HEAD_SHADOW_HZ, MUFFLED_HZ};
use crate::{FRAME_SAMPLES, SAMPLE_RATE_HZ};
use std::f32::consts::{FRAC_1_SQRT_2, TAU};

/// How many shades there are.
pub(crate) const SHADES: usize = 2 + MUFFLED_HZ.len();
/// The sound as it came.
pub(crate) const PLAIN: usize = 0;
/// What a head lets past it: the low part of a shelf, see [`crate::place`].
pub(crate) const SHADOW: usize = 1;
/// The first of the muffled ones, in the order of [`MUFFLED_HZ`].
pub(crate) const MUFFLED: usize = 2;

/// As the filters reckon.
const RATE_HZ: f32 = SAMPLE_RATE_HZ as f32;

/// Muffled shades are made together, one in each lane.
const LANES: usize = 8;
const _: () = assert!(MUFFLED_HZ.len() <= LANES);

/// Below this a filter's state is set to nothing, far below what anybody can hear: numbers that are smaller still take
/// processors a hundred times as long.
const NOTHING: f32 = 1e-15;

/// What a shade keeps: the end of the last frame, for ears that hear later, then the frame.
type Kept = [f32; EAR_DELAY_SAMPLES_MAX + FRAME_SAMPLES];

/// One voice in all its shades.
pub(crate) struct Shades {
    kept: Box<[Kept; SHADES]>,
    shadow: OnePole,
    muffled: Muffled,
    /// The muffled shades are made.
    muffles: bool,
    /// There was sound in the last frame.
    sounds: bool,
}

impl Shades {
    pub(crate) fn new() -> Self {
        Self {
            kept: boxed([[0.0; EAR_DELAY_SAMPLES_MAX + FRAME_SAMPLES]; SHADES]),
            shadow: OnePole::new(HEAD_SHADOW_HZ),
            muffled: Muffled::new(),
            muffles: false,
            sounds: false,
        }
    }

    /// Takes the next 20 ms. `muffles` tells whether anybody needs the muffled shades.
    pub(crate) fn feed(&mut self, sound: &Frame, muffles: bool) {
        if muffles && !self.muffles {
            self.muffled.clear();
            self.kept[MUFFLED..].fill([0.0; EAR_DELAY_SAMPLES_MAX + FRAME_SAMPLES]);
        }
        self.muffles = muffles;
        self.sounds = true;
        let made = if muffles { SHADES } else { MUFFLED };
        for kept in &mut self.kept[..made] {
            kept.copy_within(FRAME_SAMPLES.., 0);
        }
        let [plain, shadow, muffled @ ..] = &mut *self.kept;
        plain[EAR_DELAY_SAMPLES_MAX..].copy_from_slice(sound);
        self.shadow.run(sound, &mut shadow[EAR_DELAY_SAMPLES_MAX..]);
        if muffles {
            self.muffled.run(sound, muffled);
        }
    }

    /// The voice is silent: nothing of what it said remains.
    pub(crate) fn clear(&mut self) {
        if self.sounds {
            self.kept.fill([0.0; EAR_DELAY_SAMPLES_MAX + FRAME_SAMPLES]);
            self.shadow.kept = 0.0;
            self.muffled.clear();
            self.sounds = false;
        }
    }

    /// The newest frame of a shade, as an ear hears it that hears `delay_samples` later.
    pub(crate) fn heard(&self, shade: usize, delay_samples: usize) -> &Frame {
        let from = EAR_DELAY_SAMPLES_MAX - delay_samples.min(EAR_DELAY_SAMPLES_MAX);
        self.kept[shade][from..].first_chunk().expect("a frame follows the longest delay")
    }
}

/// Straight to the heap, as no stack needs to hold it.
fn boxed(kept: [Kept; SHADES]) -> Box<[Kept; SHADES]> {
    Box::new(kept)
}

/// A low-pass of first order: `y += share * (x - y)`.
struct OnePole {
    share: f32,
    kept: f32,
}

impl OnePole {
    fn new(cutoff_hz: f32) -> Self {
        Self { share: 1.0 - (-TAU * cutoff_hz / RATE_HZ).exp(), kept: 0.0 }
    }

    fn run(&mut self, sound: &Frame, into: &mut [f32]) {
        let mut kept = self.kept;
        for (into, sound) in into.iter_mut().zip(sound) {
            kept += self.share * (sound - kept);
            *into = kept;
        }
        self.kept = if kept.abs() < NOTHING { 0.0 } else { kept };
    }
}

/// Low-passes of second order (Butterworth, by the bilinear transform of R. Bristow-Johnson's cookbook), one in each
/// lane, in the transposed direct form II.
struct Muffled {
    b0: [f32; LANES],
    a1: [f32; LANES],
    a2: [f32; LANES],
    first: [f32; LANES],
    second: [f32; LANES],
}

impl Muffled {
    fn new() -> Self {
        let mut filter =
            Self { b0: [0.0; LANES], a1: [0.0; LANES], a2: [0.0; LANES], first: [0.0; LANES], second: [0.0; LANES] };
        for (lane, cutoff_hz) in MUFFLED_HZ.into_iter().enumerate() {
            let (sine, cosine) = (TAU * cutoff_hz / RATE_HZ).sin_cos();
            // Q = 1/sqrt 2: flat up to the cut-off.
            let alpha = sine * FRAC_1_SQRT_2;
            filter.b0[lane] = (1.0 - cosine) / 2.0 / (1.0 + alpha);
            filter.a1[lane] = -2.0 * cosine / (1.0 + alpha);
            filter.a2[lane] = (1.0 - alpha) / (1.0 + alpha);
        }
        filter
    }

    fn clear(&mut self) {
        self.first = [0.0; LANES];
        self.second = [0.0; LANES];
    }

    fn run(&mut self, sound: &Frame, into: &mut [Kept; MUFFLED_HZ.len()]) {
        let Self { b0, a1, a2, .. } = *self;
        let (mut first, mut second) = (self.first, self.second);
        for (index, &sound) in sound.iter().enumerate() {
            let mut made = [0.0; LANES];
            for lane in 0..LANES {
                // b1 = 2 b0 and b2 = b0 in this low-pass.
                let fed = b0[lane] * sound;
                made[lane] = fed + first[lane];
                first[lane] = 2.0 * fed - a1[lane] * made[lane] + second[lane];
                second[lane] = fed - a2[lane] * made[lane];
            }
            for (into, made) in into.iter_mut().zip(made) {
                into[EAR_DELAY_SAMPLES_MAX + index] = made;
            }
        }
        let kept = |state: f32| if state.abs() < NOTHING { 0.0 } else { state };
        self.first = first.map(kept);
        self.second = second.map(kept);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::power;

    fn tone(frequency_hz: f32, frame: usize) -> Frame {
        let at = |n: usize| ((frame * FRAME_SAMPLES + n) as f32 * TAU * frequency_hz / RATE_HZ).sin();
        std::array::from_fn(at)
    }

    /// How much of a tone is left in each shade, dB.
    fn left_db(frequency_hz: f32) -> [f32; SHADES] {
        let mut shades = Shades::new();
        for frame in 0..4 {
            shades.feed(&tone(frequency_hz, frame), true);
        }
        std::array::from_fn(|shade| 10.0 * (power(shades.heard(shade, 0)) / 0.5).log10())
    }

    #[test]
    fn each_muffled_shade_halves_the_power_at_its_cutoff_and_falls_by_twelve_db_an_octave() {
        for (index, cutoff_hz) in MUFFLED_HZ.into_iter().enumerate() {
            let shade = MUFFLED + index;
            assert!((left_db(cutoff_hz)[shade] + 3.0).abs() < 0.2, "{cutoff_hz} Hz: {:?}", left_db(cutoff_hz));
            assert!(left_db(cutoff_hz / 2.0)[shade].abs() < 0.4, "{cutoff_hz} Hz: {:?}", left_db(cutoff_hz / 2.0));
            // There is nothing an octave above the clearest.
            assert!(cutoff_hz > 12_000.0 || left_db(cutoff_hz * 2.0)[shade] < -11.5);
        }
        assert!((left_db(HEAD_SHADOW_HZ)[SHADOW] + 3.0).abs() < 0.5);
        assert!(left_db(HEAD_SHADOW_HZ)[PLAIN].abs() < 0.1);
    }

    #[test]
    fn a_later_ear_hears_the_same_across_frames() {
        let mut shades = Shades::new();
        let mut heard = Vec::new();
        for frame in 0..3 {
            shades.feed(&tone(440.0, frame), false);
            heard.extend_from_slice(shades.heard(PLAIN, 20));
        }
        let sent: Vec<f32> = (0..3).flat_map(|frame| tone(440.0, frame)).collect();
        assert_eq!(heard[20..], sent[..sent.len() - 20]);
        assert_eq!(heard[..20], [0.0; 20]);
    }

    #[test]
    fn nothing_is_left_of_a_voice_that_went_silent() {
        let mut shades = Shades::new();
        shades.feed(&tone(440.0, 0), true);
        shades.clear();
        shades.feed(&[0.0; FRAME_SAMPLES], true);
        for shade in 0..SHADES {
            assert_eq!(power(shades.heard(shade, EAR_DELAY_SAMPLES_MAX)), 0.0);
        }
    }
}

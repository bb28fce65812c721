//! Placing a voice around a listener: pan, delay between the ears, the shadow of the head, and how muffled it is.
//!
//! - **Pan** keeps the power: left squared plus right squared is the gain squared. What is behind sounds as what is in
//!   front, mirrored.
//! - **Delay**: the far ear hears up to 0.66 ms later (Woodworth's formula for a sphere).
//! - **Shadow**: the far ear hears high sounds less, by a shelf of first order (Brown and Duda). It takes at most 0.4 dB
//!   of the power of any tone.
//! - **Muffling**: a blend of the two shades whose cut-offs are nearest.
//!
//! Nothing jumps: factors go evenly over a frame, a delay that changes is crossfaded, and gain, direction and muffling
//! move only so far in one frame. A voice that comes fades in over a frame, one that leaves fades out over
//! [`LEAVING_FRAMES`].

use crate::SAMPLE_RATE_HZ;
use crate::kernel::{self, Frame};
use crate::limits::{
    AZIMUTH_SLEW_RAD, EAR_DELAY_SAMPLES_MAX, EAR_DELAY_SLACK_SAMPLES, GAIN_SLEW, GAIN_SLEW_LEAST, HEAD_RADIUS_M,
    HEAD_SHADOW_TREBLE, LEAVING_FRAMES, MUFFLE_SLEW_OCTAVES, MUFFLED_HZ, PAN_WIDTH, SOUND_M_S,
};
use crate::shades::{MUFFLED, PLAIN, SHADES, SHADOW, Shades};
use std::f32::consts::{FRAC_PI_4, PI, TAU};
use torg_space::MixSource;

/// Where a voice stands around a listener, checked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Spot {
    /// The factor on the amplitude, 0 to 1.
    gain: f32,
    /// 0 is ahead, to the right is positive.
    azimuth_rad: f32,
    /// How clear it is, in octaves above the dullest shade; [`CLEAR`] is not muffled.
    clear_octaves: f32,
}

/// An octave above the clearest of the muffled shades.
const CLEAR: f32 = MUFFLED_HZ.len() as f32;

impl Spot {
    /// Where the plan wants a voice. What is no number counts as nothing.
    pub(crate) fn of(source: &MixSource) -> Self {
        let finite = |value: f32| if value.is_finite() { value } else { 0.0 };
        let low_pass_hz = if source.low_pass_hz.is_nan() { f32::INFINITY } else { source.low_pass_hz };
        Self {
            gain: finite(source.gain).clamp(0.0, 1.0),
            azimuth_rad: turned(finite(source.azimuth_rad)),
            clear_octaves: (low_pass_hz.max(MUFFLED_HZ[0]) / MUFFLED_HZ[0]).log2().min(CLEAR),
        }
    }

    pub(crate) fn gain(self) -> f32 {
        self.gain
    }

    /// Whether it needs the muffled shades.
    pub(crate) fn is_muffled(self) -> bool {
        self.clear_octaves < CLEAR
    }

    /// One frame's step towards `goal`.
    fn towards(self, goal: Self) -> Self {
        let azimuth = turned(goal.azimuth_rad - self.azimuth_rad).clamp(-AZIMUTH_SLEW_RAD, AZIMUTH_SLEW_RAD);
        let clear = (goal.clear_octaves - self.clear_octaves).clamp(-MUFFLE_SLEW_OCTAVES, MUFFLE_SLEW_OCTAVES);
        Self {
            gain: slewed(self.gain, goal.gain),
            azimuth_rad: turned(self.azimuth_rad + azimuth),
            clear_octaves: self.clear_octaves + clear,
        }
    }

    /// What reaches the left and the right ear.
    fn ears(self) -> [Ear; 2] {
        let side = self.azimuth_rad.sin();
        let (right, left) = ((1.0 + PAN_WIDTH * side) * FRAC_PI_4).sin_cos();
        let lateral_rad = side.abs().asin();
        let delay_samples = HEAD_RADIUS_M / SOUND_M_S * SAMPLE_RATE_HZ as f32 * (lateral_rad + lateral_rad.sin());
        let ear = |share: f32, far: bool| Ear {
            delay_samples: if far { delay_samples } else { 0.0 },
            factors: self.factors(self.gain * share, if far { side * side } else { 0.0 }),
        };
        [ear(left, side > 0.0), ear(right, side < 0.0)]
    }

    /// How much an ear hears of each shade; `shaded` is 0 to 1.
    fn factors(self, gain: f32, shaded: f32) -> [f32; SHADES] {
        let mut factors = [0.0; SHADES];
        // What is muffled below the head's shelf has nothing left to shade; two octaves above it is shaded in full.
        let shaded = shaded * ((self.clear_octaves - 2.0) / 2.0).clamp(0.0, 1.0);
        let past = shaded * (1.0 - HEAD_SHADOW_TREBLE);
        factors[SHADOW] = gain * past;
        let direct = gain * (1.0 - past);
        let lower = self.clear_octaves.floor();
        let blend = self.clear_octaves - lower;
        factors[shade_at(lower as usize)] += direct * (1.0 - blend);
        if blend > 0.0 {
            factors[shade_at(lower as usize + 1)] += direct * blend;
        }
        factors
    }
}

/// The shade that many octaves above the dullest.
fn shade_at(octaves: usize) -> usize {
    if octaves >= MUFFLED_HZ.len() { PLAIN } else { MUFFLED + octaves }
}

/// The same direction between -pi and pi.
fn turned(azimuth_rad: f32) -> f32 {
    if azimuth_rad.abs() <= PI { azimuth_rad } else { azimuth_rad - TAU * (azimuth_rad / TAU).round() }
}

/// One frame's step of a gain: evenly in dB, and near nothing by a least step.
pub(crate) fn slewed(gain: f32, goal: f32) -> f32 {
    let least = (gain / GAIN_SLEW).min(gain - GAIN_SLEW_LEAST);
    let most = (gain * GAIN_SLEW).max(gain + GAIN_SLEW_LEAST);
    goal.clamp(least.max(0.0), most)
}

/// What one ear hears of a voice.
#[derive(Clone, Copy, Debug, Default)]
struct Ear {
    /// How much later than the near ear.
    delay_samples: f32,
    /// The factor of each shade.
    factors: [f32; SHADES],
}

/// What one ear heard at the end of the last frame.
#[derive(Clone, Copy, Debug, Default)]
struct Sounding {
    delay_samples: usize,
    factors: [f32; SHADES],
}

impl Sounding {
    /// Goes over to `ear`, and adds the frame to `sum`.
    fn add(&mut self, shades: &Shades, ear: &Ear, sum: &mut Frame) {
        let fits = (ear.delay_samples - self.delay_samples as f32).abs() <= EAR_DELAY_SLACK_SAMPLES;
        let delay_samples =
            if fits { self.delay_samples } else { (ear.delay_samples.round() as usize).min(EAR_DELAY_SAMPLES_MAX) };
        for (shade, (from, to)) in self.factors.into_iter().zip(ear.factors).enumerate() {
            if delay_samples == self.delay_samples {
                if from != 0.0 || to != 0.0 {
                    kernel::add(sum, shades.heard(shade, delay_samples), from, to);
                }
                continue;
            }
            if from != 0.0 {
                kernel::add(sum, shades.heard(shade, self.delay_samples), from, 0.0);
            }
            if to != 0.0 {
                kernel::add(sum, shades.heard(shade, delay_samples), 0.0, to);
            }
        }
        *self = Self { delay_samples, factors: ear.factors };
    }
}

/// How far a voice is in a mix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// Not heard yet: comes while its voice sounds, and fades in.
    Coming,
    /// In full as soon as its voice sounds.
    Resting,
    /// In full.
    There,
    /// Fading out, so many frames yet.
    Leaving(u8),
}

/// One voice in one mix: where it was at the end of the last frame.
#[derive(Debug)]
pub(crate) struct Placing {
    stage: Stage,
    spot: Spot,
    ears: [Sounding; 2],
    /// `ears` hold what `spot` gives in full, so a frame in which nothing moves computes nothing.
    steady: bool,
}

impl Placing {
    /// A voice that comes to `spot`.
    pub(crate) fn new(spot: Spot) -> Self {
        Self { stage: Stage::Coming, spot, ears: [Sounding::default(); 2], steady: false }
    }

    /// The voice is silent: when it sounds again it does so from `goal` at once, as there is nothing to ramp.
    pub(crate) fn rest(&mut self, goal: Spot) {
        let set = matches!(self.stage, Stage::Resting | Stage::There) && self.steady && self.spot == goal;
        if set {
            self.stage = Stage::Resting;
            return;
        }
        *self = Self { stage: Stage::Resting, spot: goal, ears: goal.ears().map(Ear::sounding), steady: true };
    }

    /// Whether something of it is heard still.
    pub(crate) fn is_heard(&self) -> bool {
        !matches!(self.stage, Stage::Coming | Stage::Resting | Stage::Leaving(0))
    }

    /// Adds the newest frame of a voice to left and right, on its way to `goal`; without a goal it fades out.
    pub(crate) fn add(&mut self, shades: &Shades, goal: Option<Spot>, sum: &mut [Frame; 2]) {
        let (stage, share) = match (goal, self.stage) {
            (None, Stage::Coming | Stage::Resting | Stage::Leaving(0)) => return,
            (None, Stage::There) => leaving(LEAVING_FRAMES),
            (None, Stage::Leaving(left)) => leaving(left),
            (Some(goal), Stage::Coming) => {
                self.spot = goal;
                (Stage::There, 1.0)
            }
            (Some(_), Stage::Resting | Stage::There | Stage::Leaving(_)) => (Stage::There, 1.0),
        };
        let goal = goal.unwrap_or(self.spot);
        let moves = goal != self.spot;
        if self.steady && !moves && share == 1.0 {
            self.stage = stage;
            for (ear, sum) in self.ears.iter().zip(sum) {
                ear.stay(shades, sum);
            }
            return;
        }
        self.spot = self.spot.towards(goal);
        self.stage = stage;
        self.steady = share == 1.0;
        for ((sounding, mut ear), sum) in self.ears.iter_mut().zip(self.spot.ears()).zip(sum) {
            ear.factors = ear.factors.map(|factor| factor * share);
            sounding.add(shades, &ear, sum);
        }
    }
}

/// The stage after the next frame of `left` in which something fades out, and the share that is left at its end.
fn leaving(left: u8) -> (Stage, f32) {
    let left = left.saturating_sub(1);
    (Stage::Leaving(left), f32::from(left) / f32::from(LEAVING_FRAMES))
}

impl Ear {
    fn sounding(self) -> Sounding {
        Sounding {
            delay_samples: (self.delay_samples.round() as usize).min(EAR_DELAY_SAMPLES_MAX),
            factors: self.factors,
        }
    }
}

impl Sounding {
    /// Adds a frame in which nothing changes.
    fn stay(&self, shades: &Shades, sum: &mut Frame) {
        for (shade, factor) in self.factors.into_iter().enumerate() {
            if factor != 0.0 {
                kernel::add(sum, shades.heard(shade, self.delay_samples), factor, factor);
            }
        }
    }
}

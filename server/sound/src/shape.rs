//! The shape of what is played: turned to its level, faded at both ends, and never beyond full scale.
//!
//! By its measure no peak of a sound passes the highest level. What was not measured, since it comes later than that, is
//! held below it by a limiter that looks one frame ahead.

use crate::limits::{FADE_SAMPLES, RELEASE, TRUE_PEAK_DBTP};
use crate::rate::At48k;
use torg_mix::{FRAME_SAMPLES, STEREO_SAMPLES};

type Frame = Box<[f32; STEREO_SAMPLES]>;

/// See the module.
pub(crate) struct Shape {
    gain: f32,
    /// The highest amplitude.
    ceiling: f32,
    /// The factor of the limiter where the frame that comes begins.
    factor: f32,
    /// The frame that comes, and the one after it.
    frame: Frame,
    ahead: Frame,
    /// Samples until here, at the beginning of the frame ahead.
    at: u64,
    samples: u64,
    has_begun: bool,
}

impl Shape {
    /// The shape of so many samples.
    pub(crate) fn new(gain: f32, samples: u64) -> Self {
        let empty = || Box::new([0.0; STEREO_SAMPLES]);
        let ceiling = 10.0_f32.powf(TRUE_PEAK_DBTP as f32 / 20.0);
        Self { gain, ceiling, factor: 1.0, frame: empty(), ahead: empty(), at: 0, samples, has_begun: false }
    }

    /// The next frame; silence after the end.
    pub(crate) fn next(&mut self, sound: &mut At48k) -> &[f32; STEREO_SAMPLES] {
        if !self.has_begun {
            self.has_begun = true;
            self.look_ahead(sound);
            self.factor = self.most_for(&self.ahead);
        }
        std::mem::swap(&mut self.frame, &mut self.ahead);
        self.look_ahead(sound);
        let after = self.most_for(&self.frame).min(self.most_for(&self.ahead)).min(self.factor * RELEASE);
        if self.factor < 1.0 || after < 1.0 {
            // Both ends are low enough for all of this frame, so is all between.
            let step = (after - self.factor) / FRAME_SAMPLES as f32;
            for (number, pair) in self.frame.chunks_exact_mut(2).enumerate() {
                let factor = self.factor + step * number as f32;
                pair.iter_mut().for_each(|sample| *sample *= factor);
            }
        }
        self.factor = after;
        &self.frame
    }

    /// The greatest factor with which a frame stays below the ceiling.
    fn most_for(&self, frame: &Frame) -> f32 {
        let peak = frame.iter().fold(0.0_f32, |peak, sample| peak.max(sample.abs()));
        if peak > self.ceiling { self.ceiling / peak } else { 1.0 }
    }

    fn look_ahead(&mut self, sound: &mut At48k) {
        sound.next(&mut self.ahead);
        let (from, to) = (self.at, self.at + FRAME_SAMPLES as u64);
        self.at = to;
        let fades = from < FADE_SAMPLES || to + FADE_SAMPLES > self.samples;
        for (number, pair) in self.ahead.chunks_exact_mut(2).enumerate() {
            let at = from + number as u64;
            let fade = if fades { fade(at.min(self.samples.saturating_sub(at + 1))) } else { 1.0 };
            pair.iter_mut().for_each(|sample| *sample *= self.gain * fade);
        }
    }
}

/// How loud a sample is that is so many from the nearer end.
fn fade(from_end: u64) -> f32 {
    if from_end >= FADE_SAMPLES { 1.0 } else { (from_end as f32 + 0.5) / FADE_SAMPLES as f32 }
}

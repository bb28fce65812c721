//! Telling sound from garbage: whoever sends noise as packets shall not burst into other people's ears.

use super::stretch::level;
use crate::codec::{Decoded, Fault};
use crate::limits::{GUARD_DECAY, GUARD_FLOOR, GUARD_GROWTH, HISS_BRIGHTNESS, HISS_LEVEL, PEAK_MAX};
use crate::types::FRAME_SAMPLES;

/// What a decoder made that is not to be heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Garbage {
    /// Nothing, or not as much as it should have.
    Nothing,
    /// It panicked.
    Panic,
    /// Something far beyond full scale, or hiss as loud as a shout.
    Noise,
}

/// Judges what a decoder made; `made` is all that it should have filled. Returns its level, as an amplitude.
pub(crate) fn judge(done: Result<Decoded, Fault>, made: &[f32]) -> Result<f32, Garbage> {
    let loud = level(made);
    match done {
        Err(Fault::Refused) => Err(Garbage::Nothing),
        Err(Fault::Panicked) => Err(Garbage::Panic),
        Ok(decoded) if decoded.samples != made.len() => Err(Garbage::Nothing),
        Ok(decoded) if decoded.peak > PEAK_MAX || is_loud_hiss(made, loud) => Err(Garbage::Noise),
        Ok(_) => Ok(loud),
    }
}

/// Lets a source become loud only step by step, so that noise that decodes from garbage can't burst out of silence.
#[derive(Debug, Default)]
pub(crate) struct Guard {
    /// The loudest of late, as an amplitude.
    recent: f32,
}

impl Guard {
    /// The factor for so many samples of a level: 1, or less where they are much louder than anything of late.
    pub(crate) fn gain(&mut self, loud: f32, samples: usize) -> f32 {
        let frames = samples as f32 / FRAME_SAMPLES as f32;
        let most = (self.recent * (1.0 + GUARD_GROWTH * frames)).max(GUARD_FLOOR);
        let gain = if loud > most { most / loud } else { 1.0 };
        self.recent = (loud * gain).max(self.recent * (1.0 - GUARD_DECAY * frames));
        gain
    }
}

/// Whether sound is both loud and bright, as decoded noise often is, and neither voices nor music are.
fn is_loud_hiss(made: &[f32], loud: f32) -> bool {
    if loud < HISS_LEVEL {
        return false;
    }
    let steps: f32 = made.windows(2).map(|pair| (pair[1] - pair[0]).powi(2)).sum();
    (steps / made.len() as f32).sqrt() > HISS_BRIGHTNESS * loud
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loud_hiss_and_what_is_beyond_full_scale_are_garbage() {
        let decoded = |peak| Ok(Decoded { samples: 960, peak });
        let tone: Vec<f32> = (0..960).map(|index| (index as f32 * 0.3).sin()).collect();
        let hiss: Vec<f32> =
            (0..960).map(|index: u32| if index.wrapping_mul(2_654_435_769) >> 31 == 0 { 0.5 } else { -0.5 }).collect();
        assert!(judge(decoded(1.3), &tone).is_ok_and(|loud| (loud - 0.707).abs() < 0.02));
        assert_eq!(judge(decoded(2.5), &tone), Err(Garbage::Noise));
        assert_eq!(judge(decoded(0.5), &hiss), Err(Garbage::Noise));
        assert_eq!(judge(decoded(1.0), &tone[..480]), Err(Garbage::Nothing));
        assert_eq!(judge(Err(Fault::Panicked), &tone), Err(Garbage::Panic));
    }

    #[test]
    fn a_loud_voice_comes_up_in_120_ms_and_is_trusted_then() {
        let mut guard = Guard::default();
        let gains: Vec<f32> = (0..8).map(|_| guard.gain(0.35, 960)).collect();
        assert!(gains[0] < 0.3 && gains[6] == 1.0 && gains.is_sorted(), "{gains:?}");
        (0..50).for_each(|_| assert_eq!(guard.gain(0.001, 960), 1.0));
        assert_eq!(guard.gain(0.3, 960), 1.0, "after a second of pause");
    }
}

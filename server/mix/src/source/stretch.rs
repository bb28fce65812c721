//! Putting in and taking out pieces of sound where it isn't heard: any piece in a pause, a whole period in a voice
//! (after WSOLA: Verhelst and Roelands, 1993).

use super::sound::Sound;
use crate::limits::{
    ALIKE_FLOOR, ALIKE_MIN, ALIKE_PATIENCE, PIECE_MAX, PIECE_MIN, QUIET_LEVEL, QUIET_SHARE, STRETCH_EVERY,
};
use crate::types::FRAME_SAMPLES;

/// A pitch is looked for among every fourth sample, then between them.
const COARSE: usize = 4;

/// Samples that two periods are compared over.
const COMPARED: usize = 240;

/// How loud the speaker's voice is, and when a piece was last put in or taken out.
#[derive(Debug, Default)]
pub(crate) struct Stretch {
    /// The level of the voice, as an amplitude, falling slowly in pauses.
    voice: f32,
    /// Pulls since the last change.
    rested: u32,
    /// Pulls in which nothing alike was found since then.
    in_vain: u32,
}

impl Stretch {
    /// Forgets the voice.
    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }

    /// A frame was pulled.
    pub(crate) fn pulled(&mut self, frame: &[f32; FRAME_SAMPLES]) {
        self.rested = self.rested.saturating_add(1);
        let level = level(frame);
        // Up at once, down by half in 3 s.
        self.voice = if level > self.voice { level } else { self.voice * 0.995 + level * 0.005 };
    }

    /// Changes the length of what waits towards `goal` more samples (fewer, if negative), if that can be done unheard.
    /// A whole frame must wait and does afterwards. Returns by how much.
    pub(crate) fn change(&mut self, sound: &mut Sound, goal: i64) -> i64 {
        let wanted = usize::try_from(goal.unsigned_abs()).unwrap_or(PIECE_MAX).min(PIECE_MAX);
        let waiting = sound.len();
        // Too much may be put in, and the rest is taken out again in a pause; too little helps no packet.
        let (least, most) = match goal {
            ..0 => (PIECE_MIN, wanted.min(waiting - FRAME_SAMPLES).min(waiting / 2)),
            _ if wanted > PIECE_MAX * 2 / 3 => (PIECE_MIN, wanted),
            _ => (wanted.max(PIECE_MIN), PIECE_MAX),
        };
        if goal == 0 || most < PIECE_MIN {
            return 0;
        }
        let piece = if self.is_quiet(&sound.waiting()[..FRAME_SAMPLES]) {
            Some(wanted.clamp(PIECE_MIN, most))
        } else if self.rested < STRETCH_EVERY {
            None
        } else {
            let found = alike(sound, goal < 0, least, most);
            let enough = (ALIKE_MIN - ALIKE_PATIENCE * self.in_vain as f32).max(ALIKE_FLOOR);
            self.in_vain += 1;
            found.and_then(|(piece, alike)| (alike >= enough).then_some(piece))
        };
        let Some(piece) = piece else { return 0 };
        (self.rested, self.in_vain) = (0, 0);
        if goal < 0 {
            sound.shorten(piece);
            -(piece as i64)
        } else {
            sound.lengthen(piece);
            piece as i64
        }
    }

    fn is_quiet(&self, sound: &[f32]) -> bool {
        level(sound) < (self.voice * QUIET_SHARE).max(QUIET_LEVEL)
    }
}

/// The level of sound as the amplitude of a constant of equal power.
pub(crate) fn level(sound: &[f32]) -> f32 {
    // In lanes, so that the compiler adds them side by side.
    let mut sums = [0.0_f32; 8];
    let (lanes, rest) = sound.as_chunks::<8>();
    for lane in lanes {
        for (sum, sample) in sums.iter_mut().zip(lane) {
            *sum += sample * sample;
        }
    }
    let rest: f32 = rest.iter().map(|sample| sample * sample).sum();
    ((sums.iter().sum::<f32>() + rest) / sound.len().max(1) as f32).sqrt()
}

/// The piece of such a length after which the sound is most like itself, and how alike it is, -1 to 1.
fn alike(sound: &Sound, ahead: bool, least: usize, most: usize) -> Option<(usize, f32)> {
    let waiting = sound.waiting();
    // Taken out: what waits against what waits a piece later. Put in: against what was pulled a piece ago.
    let likeness = |piece: usize, every: usize| {
        if ahead {
            let compared = COMPARED.min(waiting.len() - piece);
            correlation(&waiting[..compared], &waiting[piece..piece + compared], every)
        } else {
            let past = &sound.past()[PIECE_MAX - piece..];
            let compared = COMPARED.min(piece);
            correlation(&waiting[..compared], &past[..compared], every)
        }
    };
    let best = |pieces: &mut dyn Iterator<Item = usize>, every: usize| {
        pieces.map(|piece| (piece, likeness(piece, every))).max_by(|one, other| one.1.total_cmp(&other.1))
    };
    let (near, _) = best(&mut (least..=most).step_by(COARSE), COARSE)?;
    best(&mut ((near + 1).saturating_sub(COARSE).max(least)..=(near + COARSE - 1).min(most)), 1)
}

/// How alike two stretches of sound are, looking at every so manieth sample; 0 when one is silent.
fn correlation(one: &[f32], other: &[f32], every: usize) -> f32 {
    let (mut product, mut one_power, mut other_power) = (0.0_f32, 0.0_f32, 0.0_f32);
    for (one, other) in one.iter().zip(other).step_by(every) {
        product += one * other;
        one_power += one * one;
        other_power += other * other;
    }
    let power = (one_power * other_power).sqrt();
    if power > 1e-12 { product / power } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::super::sound::Fade;
    use super::*;

    fn sound_of(samples: &[f32]) -> Sound {
        let mut sound = Sound::new();
        sound.write(samples.len(), |room| room.copy_from_slice(samples));
        sound.join(samples.len(), Fade::to(1.0, 1));
        let mut frame = [0.0; FRAME_SAMPLES];
        sound.take(&mut frame);
        sound
    }

    fn rested() -> Stretch {
        Stretch { voice: 0.3, rested: 100, in_vain: 0 }
    }

    #[test]
    fn whole_periods_are_found_in_a_voice() {
        // 150 Hz with overtones: a period of 320 samples.
        let voice = |index: usize| -> f32 {
            let phase = index as f32 * std::f32::consts::TAU / 320.0;
            (1..6).map(|overtone| 0.1 * (phase * overtone as f32 + overtone as f32).sin()).sum()
        };
        let voice: Vec<f32> = (0..4_000).map(voice).collect();
        let periods = |changed: i64| changed == 320 || changed == 640;
        assert!(periods(-rested().change(&mut sound_of(&voice), -700)));
        assert_eq!(rested().change(&mut sound_of(&voice), -400), -320);
        assert!(periods(rested().change(&mut sound_of(&voice), 700)));
        assert_eq!(rested().change(&mut sound_of(&voice), 100), 320, "rather too much");
        assert_eq!(rested().change(&mut sound_of(&voice), -119), 0, "rather too little");
    }

    #[test]
    fn a_pause_is_changed_by_any_length_and_noise_only_after_patience() {
        let mut seed = 1_u32;
        let mut noise = |loud: f32| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed as f32 / u32::MAX as f32 - 0.5) * loud
        };
        let quiet: Vec<f32> = (0..4_000).map(|_| noise(0.01)).collect();
        assert_eq!(rested().change(&mut sound_of(&quiet), -333), -333);
        assert_eq!(rested().change(&mut sound_of(&quiet), 333), 333);
        let loud: Vec<f32> = (0..4_000).map(|_| noise(1.0)).collect();
        assert_eq!(rested().change(&mut sound_of(&loud), -333), 0);
    }
}

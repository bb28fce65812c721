//! Loudness evened between speakers: who sits far from a microphone is lifted, who shouts into it is lowered, slowly and
//! within 6 dB either way.
//!
//! Only speech is moved. Its level goes up and down with each syllable, while tones, hum and most music keep theirs from
//! frame to frame; so a voice is judged by how many of its frames differ from the one before by more than a decibel.
//! Until that is clear, which takes a second, nothing moves, and when speech turns into a tone the gain stays where it is.

use crate::kernel::{self, Frame};
use crate::limits::{
    EVEN_MAX_DB, EVEN_SLEW_DB, EVEN_TARGET_DBFS, JUDGED_AFTER_FRAMES, LOUDNESS_SHARE, PAUSE_BELOW_DB, PAUSE_DBFS,
    SPEECH_STEPS, STEP_DB, STEPS_SHARE,
};
use torg_protocol::units::amplitude_from_db;

/// What is known of one speaker's loudness.
#[derive(Debug, Default)]
pub(crate) struct Even {
    /// The level of the frame before, dBFS; none after a gap.
    before_dbfs: Option<f32>,
    /// The share of frames that are steps, over about a second.
    steps: f32,
    /// Frames that were judged.
    judged: u32,
    /// The mean power of active speech.
    loudness: f32,
    /// What the voice is moved by, dB.
    moved_db: f32,
}

impl Even {
    /// Judges the next 20 ms and evens them. `whole` tells that nothing of them was guessed: what a decoder makes of a
    /// lost packet says nothing about the speaker.
    pub(crate) fn run(&mut self, sound: &mut Frame, whole: bool) {
        let from = amplitude_from_db(self.moved_db);
        if whole {
            self.judge(kernel::power(sound));
        } else {
            self.before_dbfs = None;
        }
        kernel::scale(sound, from, amplitude_from_db(self.moved_db));
    }

    /// The voice is silent: the next frame has none before it.
    pub(crate) fn rest(&mut self) {
        self.before_dbfs = None;
    }

    fn judge(&mut self, power: f32) {
        let level_dbfs = decibels(power);
        if level_dbfs < PAUSE_DBFS {
            self.before_dbfs = None;
            return;
        }
        if let Some(before_dbfs) = self.before_dbfs.replace(level_dbfs) {
            let step = if (level_dbfs - before_dbfs).abs() > STEP_DB { 1.0 } else { 0.0 };
            self.steps += STEPS_SHARE * (step - self.steps);
            self.judged = self.judged.saturating_add(1);
        }
        let is_speech = self.judged >= JUDGED_AFTER_FRAMES && self.steps > SPEECH_STEPS;
        if level_dbfs < decibels(self.loudness) - PAUSE_BELOW_DB {
            // A pause between words. Who has become this quiet for good is followed down, ten times as slowly.
            self.loudness += 0.1 * LOUDNESS_SHARE * (power - self.loudness);
            return;
        }
        // At first the mean of all there was, then one that forgets.
        let share = LOUDNESS_SHARE.max(1.0 / (self.judged + 1) as f32);
        self.loudness += share * (power - self.loudness);
        if is_speech {
            let wanted_db = (EVEN_TARGET_DBFS - decibels(self.loudness)).clamp(-EVEN_MAX_DB, EVEN_MAX_DB);
            self.moved_db += (wanted_db - self.moved_db).clamp(-EVEN_SLEW_DB, EVEN_SLEW_DB);
        }
    }
}

/// A power in dBFS, where a sine at full scale has -3.
fn decibels(power: f32) -> f32 {
    10.0 * power.max(1e-12).log10()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::FRAME_SAMPLES;
    use std::f32::consts::TAU;

    /// Something whose level goes up and down like syllables, four a second, at about this level.
    fn speech(frame: usize, level_dbfs: f32) -> Frame {
        let swell = |n: usize| (n as f32 * TAU * 2.0 / 48_000.0).sin().abs().powf(1.5);
        let buzz =
            |n: usize| (1..12).map(|k| (n as f32 * TAU * 130.0 * k as f32 / 48_000.0).sin() / k as f32).sum::<f32>();
        std::array::from_fn(|n| {
            let at = frame * FRAME_SAMPLES + n;
            2.0 * amplitude_from_db(level_dbfs) * swell(at) * buzz(at)
        })
    }

    fn tone(frame: usize, level_dbfs: f32) -> Frame {
        let at = |n: usize| (((frame * FRAME_SAMPLES + n) % 48_000) as f32 * TAU * 440.0 / 48_000.0).sin();
        std::array::from_fn(|n| amplitude_from_db(level_dbfs + 3.01) * at(n))
    }

    /// The mean power of the last five seconds of `frames`, dBFS.
    fn level_after(frames: usize, even: &mut Even, make: impl Fn(usize) -> Frame) -> f32 {
        let mut last = Vec::new();
        for frame in 0..frames {
            let mut sound = make(frame);
            even.run(&mut sound, true);
            if frame + 250 >= frames {
                last.push(kernel::power(&sound));
            }
        }
        decibels(last.iter().sum::<f32>() / last.len() as f32)
    }

    #[test]
    fn a_quiet_and_a_loud_speaker_come_nearer_to_each_other_by_at_most_six_db_each() {
        let plain = |level_dbfs: f32| {
            let powers: Vec<f32> = (0..250).map(|frame| kernel::power(&speech(frame, level_dbfs))).collect();
            decibels(powers.iter().sum::<f32>() / powers.len() as f32)
        };
        let mut moved = Vec::new();
        for level_dbfs in [-44.0, -27.0, -12.0] {
            let level = level_after(1_000, &mut Even::default(), |frame| speech(frame, level_dbfs));
            moved.push(level - plain(level_dbfs));
        }
        assert!((moved[0] - EVEN_MAX_DB).abs() < 0.2, "{moved:?}");
        assert!(moved[1].abs() < 4.0, "{moved:?}");
        assert!((moved[2] + EVEN_MAX_DB).abs() < 0.2, "{moved:?}");
    }

    #[test]
    fn it_moves_no_faster_than_two_db_a_second() {
        let mut even = Even::default();
        for frame in 0..500 {
            let before_db = even.moved_db;
            even.run(&mut speech(frame, -40.0), true);
            assert!((even.moved_db - before_db).abs() <= EVEN_SLEW_DB + 1e-6);
        }
        assert!(even.moved_db > 3.0, "but it moves: {} dB", even.moved_db);
    }

    #[test]
    fn a_tone_is_never_moved() {
        for level_dbfs in [-50.0, -40.0, -24.0, -12.0, -3.0] {
            let mut even = Even::default();
            for frame in 0..1_500 {
                let mut sound = tone(frame, level_dbfs);
                even.run(&mut sound, true);
                assert_eq!(sound, tone(frame, level_dbfs), "{level_dbfs} dBFS, frame {frame}");
            }
        }
    }

    #[test]
    fn a_tone_that_comes_and_goes_is_not_moved_either() {
        let mut even = Even::default();
        for frame in 0..1_500 {
            // On for half a second, off for half a second, the first frame half full; one in five is a guess.
            let mut sound = match frame % 50 {
                0..25 => tone(frame, -20.0),
                _ => [0.0; FRAME_SAMPLES],
            };
            if frame % 50 == 0 {
                sound[..480].fill(0.0);
            }
            even.run(&mut sound, frame % 5 != 3);
        }
        assert_eq!(even.moved_db, 0.0);
    }

    #[test]
    fn when_speech_turns_into_a_tone_the_gain_stays() {
        let mut even = Even::default();
        for frame in 0..500 {
            even.run(&mut speech(frame, -40.0), true);
        }
        for frame in 0..60 {
            even.run(&mut tone(frame, -20.0), true);
        }
        let stayed_db = even.moved_db;
        for frame in 60..500 {
            even.run(&mut tone(frame, -20.0), true);
        }
        assert_eq!(even.moved_db, stayed_db);
    }
}

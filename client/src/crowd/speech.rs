//! Sound that a passer-by takes for people talking: a buzz through moving formants in syllables and phrases,
//! encoded once at the start. No words: the crowd is to be heard, not understood.

use crate::sound::level::voice_level;
use crate::sound::opus::VoiceEncoder;
use crate::sound::{FRAME_SAMPLES, MonoFrame, SAMPLE_RATE_HZ};
use bytes::Bytes;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use std::f32::consts::{PI, TAU};
use torg_protocol::units::VoiceLevel;

/// Voices that a crowd shares: enough that neighbours differ, few enough to be made in a moment.
const VOICES: u64 = 6;

/// Seconds after which a voice begins again.
const LOOP_S: usize = 14;

/// Frames more silent than this (-dBov) are pauses: nothing is sent.
const PAUSE_MINUS_DBOV: u8 = 55;

/// First and second formants of vowels, Hz (after Peterson and Barney, 1952).
const VOWELS: [(f32, f32); 7] = [
    (270.0, 2290.0),
    (390.0, 1990.0),
    (530.0, 1840.0),
    (660.0, 1720.0),
    (730.0, 1090.0),
    (440.0, 1020.0),
    (300.0, 870.0),
];

/// 20 ms of a voice, encoded.
#[derive(Clone, Debug)]
pub(super) struct SpeechFrame {
    /// Nothing in a pause.
    pub(super) payload: Option<Bytes>,
    pub(super) level: VoiceLevel,
}

/// One voice, to be played round and round.
pub(super) type Voice = Vec<SpeechFrame>;

/// Makes the voices of a crowd.
pub(super) fn voices() -> Vec<Voice> {
    (0..VOICES).map(voice).collect()
}

fn voice(number: u64) -> Voice {
    let sound = Speaker::new(number).talk();
    let mut encoder = VoiceEncoder::new();
    let frames = sound.as_chunks::<FRAME_SAMPLES>().0;
    frames
        .iter()
        .map(|frame: &MonoFrame| {
            let level = voice_level(frame);
            let speaks = level.minus_dbov() < PAUSE_MINUS_DBOV;
            // Pauses go through the codec too: its state must be that of who hears them.
            let payload = encoder.encode(frame).filter(|_| speaks);
            SpeechFrame { payload, level }
        })
        .collect()
}

/// A speaker's place in their loop of speech, and whose turn it is.
pub(super) struct SpeakingTurn {
    frame: usize,
    talks: bool,
    frames_left: u32,
}

impl SpeakingTurn {
    pub(super) fn new(dice: &mut StdRng) -> Self {
        Self { frame: dice.random_range(0..LOOP_S * 50), talks: true, frames_left: 0 }
    }

    /// The next 20 ms of a voice: people take turns, so each is silent for a while between.
    pub(super) fn next(&mut self, voice: &[SpeechFrame], dice: &mut StdRng) -> SpeechFrame {
        if self.frames_left == 0 {
            self.talks = !self.talks;
            let seconds = if self.talks { dice.random_range(5..16) } else { dice.random_range(2..8) };
            self.frames_left = seconds * 50;
        }
        self.frames_left -= 1;
        self.frame += 1;
        if self.talks {
            voice[self.frame % voice.len()].clone()
        } else {
            SpeechFrame { payload: None, level: VoiceLevel::SILENT }
        }
    }
}

/// A resonance: two poles (Klatt, 1980).
#[derive(Default)]
struct Resonator {
    before: [f32; 2],
}

impl Resonator {
    fn pass(&mut self, input: f32, hertz: f32, width_hz: f32) -> f32 {
        let rate = SAMPLE_RATE_HZ as f32;
        let decay = (-PI * width_hz / rate).exp();
        let (first, second) = (2.0 * decay * (TAU * hertz / rate).cos(), -decay * decay);
        let output = (1.0 - first - second) * input + first * self.before[0] + second * self.before[1];
        self.before = [output, self.before[0]];
        output
    }
}

struct Speaker {
    dice: StdRng,
    /// The voice's own pitch.
    pitch_hz: f32,
    /// Formants lie higher in a smaller throat.
    throat: f32,
    sound: Vec<f32>,
}

impl Speaker {
    fn new(number: u64) -> Self {
        let mut dice = StdRng::seed_from_u64(number);
        let high = number % 2 == 1;
        let pitch_hz = if high { dice.random_range(175.0..235.0) } else { dice.random_range(90.0..135.0) };
        Self { dice, pitch_hz, throat: if high { 1.15 } else { 1.0 }, sound: Vec::new() }
    }

    /// Phrases with pauses between them, at about -20 dBFS.
    fn talk(mut self) -> Vec<f32> {
        let length = LOOP_S * SAMPLE_RATE_HZ as usize;
        while self.sound.len() < length {
            let syllables = self.dice.random_range(4..13);
            for syllable in 0..syllables {
                // Pitch falls through a phrase.
                let share = syllable as f32 / syllables as f32;
                self.syllable(1.12 - 0.25 * share);
            }
            let pause_s = self.dice.random_range(0.35..1.1);
            self.silence(pause_s);
        }
        self.sound.truncate(length);
        let loudest = self.sound.iter().fold(1e-6_f32, |loudest, sample| loudest.max(sample.abs()));
        for sample in &mut self.sound {
            *sample *= 0.5 / loudest;
        }
        self.sound
    }

    fn silence(&mut self, seconds: f32) {
        let samples = (seconds * SAMPLE_RATE_HZ as f32) as usize;
        self.sound.extend(std::iter::repeat_n(0.0, samples));
    }

    /// Often a hiss, then a vowel that glides to another.
    fn syllable(&mut self, pitch: f32) {
        if self.dice.random_bool(0.45) {
            self.hiss();
        }
        let rate = SAMPLE_RATE_HZ as f32;
        let samples = (self.dice.random_range(0.11..0.24) * rate) as usize;
        let (from, to) =
            (VOWELS[self.dice.random_range(0..VOWELS.len())], VOWELS[self.dice.random_range(0..VOWELS.len())]);
        let pitch_hz = self.pitch_hz * pitch * self.dice.random_range(0.95..1.06);
        let stress = self.dice.random_range(0.55..1.0);
        let mut formants: [Resonator; 3] = std::array::from_fn(|_| Resonator::default());
        let mut phase = 0.0_f32;
        for index in 0..samples {
            let share = index as f32 / samples as f32;
            phase = (phase + pitch_hz * (1.0 - 0.08 * share) / rate).fract();
            // The throat opens slowly and shuts at once; breath lies over it.
            let buzz = if phase < 0.6 { phase / 0.6 } else { -1.5 * (1.0 - phase) };
            let breath = self.dice.random_range(-0.04..0.04);
            let glide = |from: f32, to: f32| (from + (to - from) * share) * self.throat;
            let mut sample = formants[0].pass(buzz + breath, glide(from.0, to.0), 80.0);
            sample += 0.6 * formants[1].pass(buzz + breath, glide(from.1, to.1), 110.0);
            sample += 0.2 * formants[2].pass(buzz + breath, 2_700.0 * self.throat, 170.0);
            self.sound.push(sample * stress * (PI * share).sin().powf(0.6));
        }
    }

    fn hiss(&mut self) {
        let samples = (self.dice.random_range(0.04..0.09) * SAMPLE_RATE_HZ as f32) as usize;
        let mut before = 0.0;
        for index in 0..samples {
            let noise: f32 = self.dice.random_range(-1.0..1.0);
            // The difference of two samples takes the low out of it.
            let sample = 0.05 * (noise - before) * (PI * index as f32 / samples as f32).sin();
            before = noise;
            self.sound.push(sample);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sound::level::{dbfs, mean_square};
    use crate::sound::opus::Decoder;

    #[test]
    fn voices_talk_with_pauses_at_a_speaker_s_level() {
        for (number, voice) in voices().iter().enumerate() {
            assert_eq!(voice.len(), LOOP_S * 50);
            let spoken = voice.iter().filter(|frame| frame.payload.is_some()).count();
            let share = spoken as f64 / voice.len() as f64;
            assert!((0.5..0.95).contains(&share), "voice {number} speaks {share:.2} of the time");
            let mut decoder = Decoder::mono();
            let sound: Vec<f32> = voice
                .iter()
                .filter_map(|frame| frame.payload.as_ref())
                .flat_map(|payload| decoder.decode(payload).to_vec())
                .collect();
            let level_dbfs = dbfs(mean_square(&sound));
            assert!((-30.0..-12.0).contains(&level_dbfs), "voice {number} at {level_dbfs:.1} dBFS");
        }
    }

    #[test]
    fn sizes_vary_as_speech_s_do() {
        let voice = voice(0);
        let sizes: Vec<usize> = voice.iter().filter_map(|frame| frame.payload.as_ref()).map(Bytes::len).collect();
        let (least, most) = (sizes.iter().min().expect("frames"), sizes.iter().max().expect("frames"));
        assert!(most > &(least + 30), "{least} to {most} bytes");
    }
}

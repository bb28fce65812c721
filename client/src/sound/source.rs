//! What the microphone gives: a tone, or a file.

use super::level::voice_level;
use super::opus::VoiceEncoder;
use super::{FRAME_SAMPLES, MonoFrame, SAMPLE_RATE_HZ};
use bytes::Bytes;
use std::f64::consts::TAU;
use torg_protocol::units::VoiceLevel;

/// A sine of -12 dBFS RMS.
pub(crate) struct Tone {
    /// Position in the period, 0 to 1; kept as a share so that hours of it stay exact.
    phase: f64,
    step: f64,
}

/// RMS -12 dBFS is 0.2512; a sine's amplitude is its RMS times the square root of two.
const TONE_AMPLITUDE: f64 = 0.355_234;

impl Tone {
    pub(crate) fn new(hertz: f32) -> Self {
        Self { phase: 0.0, step: f64::from(hertz) / f64::from(SAMPLE_RATE_HZ) }
    }

    pub(crate) fn frame(&mut self) -> MonoFrame {
        std::array::from_fn(|_| self.sample())
    }

    pub(crate) fn sample(&mut self) -> f32 {
        let sample = TONE_AMPLITUDE * (TAU * self.phase).sin();
        self.phase = (self.phase + self.step).fract();
        sample as f32
    }
}

/// A sound file, played once.
pub(crate) struct Clip {
    samples: Vec<f32>,
    next: usize,
}

impl Clip {
    pub(crate) fn new(samples: Vec<f32>) -> Self {
        Self { samples, next: 0 }
    }

    /// The next frame, its end filled up with silence; nothing behind the end.
    fn frame(&mut self) -> Option<MonoFrame> {
        let rest = self.samples.get(self.next..).filter(|rest| !rest.is_empty())?;
        let length = rest.len().min(FRAME_SAMPLES);
        let mut frame = [0.0; FRAME_SAMPLES];
        frame[..length].copy_from_slice(&rest[..length]);
        self.next += length;
        Some(frame)
    }
}

/// What is played into the microphone.
pub(crate) enum Sound {
    Tone(Tone),
    Clip(Clip),
}

/// The guest's microphone: gives an encoded frame every 20 ms.
pub(crate) struct Microphone {
    sound: Sound,
    encoder: VoiceEncoder,
}

/// A frame on its way out.
pub(crate) struct SpokenFrame {
    pub(crate) payload: Bytes,
    /// Measured from the frame.
    pub(crate) level: VoiceLevel,
    /// How long it is: so much later is the one after it.
    pub(crate) samples: u32,
    /// How far its timestamp lies ahead of where it should (round the turn: behind).
    pub(crate) time_jump: u32,
    /// How far its sequence number lies ahead of where it should.
    pub(crate) sequence_jump: u16,
}

impl SpokenFrame {
    /// 20 ms that follow what was before.
    pub(crate) fn of(payload: Bytes, level: VoiceLevel) -> Self {
        Self { payload, level, samples: FRAME_SAMPLES as u32, time_jump: 0, sequence_jump: 0 }
    }
}

impl Microphone {
    pub(crate) fn new(sound: Sound) -> Self {
        Self { sound, encoder: VoiceEncoder::new() }
    }

    /// The next 20 ms; nothing where there is nothing to send: behind the end of a file.
    pub(crate) fn next(&mut self) -> Option<SpokenFrame> {
        let frame = match &mut self.sound {
            Sound::Tone(tone) => tone.frame(),
            Sound::Clip(clip) => clip.frame()?,
        };
        Some(SpokenFrame::of(self.encoder.encode(&frame)?, voice_level(&frame)))
    }

    /// Lets 20 ms pass unsent, as somebody does who speaks while muted. Without a codec: only the time counts.
    pub(crate) fn skip(&mut self) {
        match &mut self.sound {
            Sound::Tone(tone) => drop(tone.frame()),
            Sound::Clip(clip) => drop(clip.frame()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::level::{dbfs, mean_square};
    use super::*;

    #[test]
    fn the_tone_is_at_minus_twelve_and_seamless() {
        let mut tone = Tone::new(440.0);
        let sound: Vec<f32> = (0..100).flat_map(|_| tone.frame()).collect();
        assert!((dbfs(mean_square(&sound)) + 12.0).abs() < 0.01);
        let steepest = (TAU * 440.0 / 48_000.0 * TONE_AMPLITUDE) as f32;
        assert!(sound.windows(2).all(|pair| (pair[1] - pair[0]).abs() <= steepest * 1.001), "no jump between frames");
    }

    #[test]
    fn the_tone_carries_its_level() {
        let mut microphone = Microphone::new(Sound::Tone(Tone::new(440.0)));
        assert_eq!(microphone.next().expect("a frame").level.minus_dbov(), 12);
    }

    #[test]
    fn a_clip_plays_once_and_ends() {
        let mut microphone = Microphone::new(Sound::Clip(Clip::new(vec![0.1; FRAME_SAMPLES + 1])));
        assert!(microphone.next().is_some());
        assert!(microphone.next().is_some(), "the rest, filled up with silence");
        assert!(microphone.next().is_none());
    }
}

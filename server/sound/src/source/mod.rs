//! A file at its own rate, in stereo.

mod ogg_opus;
mod opus;
mod wav;

use crate::SoundError;
use crate::limits::SAMPLE_MAX;
use bytes::Bytes;
use ogg_opus::OggOpus;
use torg_mix::SAMPLE_RATE_HZ;
use wav::Wav;

/// A file that is read from its beginning to its end.
pub(crate) enum Source {
    /// WAV.
    Wav(Wav),
    /// Opus in Ogg.
    OggOpus(Box<OggOpus>),
}

impl Source {
    /// Finds out what a file is, and how long its sound.
    pub(crate) fn open(bytes: Bytes) -> Result<Self, SoundError> {
        if bytes.starts_with(b"RIFF") || bytes.starts_with(b"RF64") {
            return Wav::open(bytes).map(Self::Wav);
        }
        if bytes.starts_with(b"OggS") {
            return OggOpus::open(bytes).map(|ogg| Self::OggOpus(Box::new(ogg)));
        }
        Err(SoundError::Format)
    }

    /// Samples a second of each channel.
    pub(crate) fn rate_hz(&self) -> u32 {
        match self {
            Self::Wav(wav) => wav.rate_hz(),
            Self::OggOpus(_) => SAMPLE_RATE_HZ,
        }
    }

    /// How many samples of each channel it has.
    pub(crate) fn frames(&self) -> u64 {
        match self {
            Self::Wav(wav) => wav.frames(),
            Self::OggOpus(ogg) => ogg.frames(),
        }
    }

    /// Reads some more, left and right in turn, to the end of what is there; whether there was any more.
    pub(crate) fn read(&mut self, sound: &mut Vec<f32>) -> bool {
        let before = sound.len();
        let more = match self {
            Self::Wav(wav) => wav.read(sound),
            Self::OggOpus(ogg) => ogg.read(sound),
        };
        for sample in &mut sound[before..] {
            *sample = if sample.is_finite() { sample.clamp(-SAMPLE_MAX, SAMPLE_MAX) } else { 0.0 };
        }
        more
    }
}

//! A sound on its way from a file to packets.

use crate::SoundError;
use crate::limits::{COMPLEXITY, ENCODE_BPS, ENCODER_DELAY_SAMPLES, FILE_BYTES_MAX, LASTS_MIN_MAX, LASTS_MS_MIN};
use crate::loudness::{self, Loudness};
use crate::rate::At48k;
use crate::shape::Shape;
use crate::source::Source;
use bytes::Bytes;
use std::fmt;
use torg_mix::codec::Encoder;
use torg_mix::{FRAME_SAMPLES, SAMPLE_RATE_HZ};

/// A frame of CELT in stereo without anything in it (RFC 6716, section 3.1): decoders make up what belongs there.
const LOST_FRAME: &[u8] = &[0xFC];

/// A sound on its way: read, brought to 48 kHz in stereo and to its level, and encoded frame by frame.
pub struct Sound {
    sound: At48k,
    shape: Shape,
    encoder: Encoder,
    /// How long it is, in samples at 48 kHz.
    samples: u64,
    /// Frames that were asked for.
    frames: u64,
}

impl Sound {
    /// Reads a file: WAV, or Opus in Ogg (RFC 7845). Listens to the beginning of it, to learn how loud it is; this takes up
    /// to some seconds of CPU, so never call it where others wait.
    ///
    /// # Errors
    /// [`SoundError`] when it can't be played.
    pub fn open(bytes: Bytes, loudness: Loudness) -> Result<Self, SoundError> {
        if bytes.len() > FILE_BYTES_MAX {
            return Err(SoundError::TooLarge);
        }
        let mut source = Source::open(bytes.clone())?;
        let (frames, rate_hz) = (source.frames(), u64::from(source.rate_hz()));
        if frames > LASTS_MIN_MAX * 60 * rate_hz {
            return Err(SoundError::TooLong);
        }
        if frames * 1_000 < LASTS_MS_MIN * rate_hz {
            return Err(SoundError::TooShort);
        }
        let gain = loudness::gain(&mut source, loudness)?;
        // From the beginning again.
        let sound = At48k::new(Source::open(bytes)?)?;
        let samples = sound.samples();
        let encoder = Encoder::new(ENCODE_BPS, COMPLEXITY);
        Ok(Self { sound, shape: Shape::new(gain, samples), encoder, samples, frames: 0 })
    }

    /// The next 20 ms as an Opus packet in stereo; nothing at the end.
    pub fn next_packet(&mut self) -> Option<&[u8]> {
        if self.frames * FRAME_SAMPLES as u64 >= self.samples + ENCODER_DELAY_SAMPLES {
            return None;
        }
        self.frames += 1;
        let frame = self.shape.next(&mut self.sound);
        Some(self.encoder.encode(frame).unwrap_or(LOST_FRAME))
    }

    /// How long it lasts.
    #[must_use]
    pub fn duration_ms(&self) -> u64 {
        self.samples * 1_000 / u64::from(SAMPLE_RATE_HZ)
    }
}

impl fmt::Debug for Sound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sound({} ms, {} frames played)", self.duration_ms(), self.frames)
    }
}

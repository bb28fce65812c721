//! WAV. The chunks are found here, within what the file really has; `hound` reads the samples.
//!
//! Files in the wild have odd chunks before the samples, claim lengths that they don't have (a program that writes to a
//! pipe can't know them), or break off. All that matters are two chunks: the format and the samples.

use crate::SoundError;
use crate::limits::{BLOCK_FRAMES, CHANNELS_MAX, RATE_HZ_MAX, RATE_HZ_MIN};
use bytes::{Buf, Bytes};
use hound::{SampleFormat, WavReader};
use std::io::{Chain, Cursor, Read};

/// Codings of samples (RFC 2361), and the one that says: look further on.
const PCM: u16 = 1;
const FLOAT: u16 = 3;
const EXTENSIBLE: u16 = 0xFFFE;

/// Where the further word on the coding stands in the chunk of the format.
const EXTENSION_AT: usize = 24;

/// A header as short as can be, and the samples.
type Tidied = Chain<Cursor<Vec<u8>>, Cursor<Bytes>>;

/// A WAV file.
pub(crate) struct Wav {
    reader: WavReader<Tidied>,
    /// What one sample of full scale is.
    full_scale: f32,
}

impl Wav {
    pub(super) fn open(bytes: Bytes) -> Result<Self, SoundError> {
        let (format, samples) = chunks(bytes)?;
        let reader = WavReader::new(tidied(&format, samples)?).map_err(|error| match error {
            hound::Error::FormatError(_) => SoundError::Damaged,
            _ => SoundError::Coding,
        })?;
        let bits = reader.spec().bits_per_sample;
        let full_scale = match reader.spec().sample_format {
            SampleFormat::Int => (1_u64 << (bits.clamp(1, 32) - 1)) as f32,
            SampleFormat::Float => 1.0,
        };
        Ok(Self { reader, full_scale })
    }

    pub(super) fn rate_hz(&self) -> u32 {
        self.reader.spec().sample_rate
    }

    pub(super) fn frames(&self) -> u64 {
        u64::from(self.reader.duration())
    }

    pub(super) fn read(&mut self, sound: &mut Vec<f32>) -> bool {
        let spec = self.reader.spec();
        let (before, wanted) = (sound.len(), BLOCK_FRAMES * usize::from(spec.channels));
        match spec.sample_format {
            SampleFormat::Int => {
                let samples = self.reader.samples::<i32>().take(wanted).map_while(Result::ok);
                sound.extend(samples.map(|sample| sample as f32 / self.full_scale));
            }
            SampleFormat::Float => sound.extend(self.reader.samples::<f32>().take(wanted).map_while(Result::ok)),
        }
        if spec.channels == 1 {
            let mono = sound.len() - before;
            sound.resize(before + 2 * mono, 0.0);
            // From the end, so that nothing is written over before it is read.
            for number in (0..mono).rev() {
                let sample = sound[before + number];
                sound[before + 2 * number] = sample;
                sound[before + 2 * number + 1] = sample;
            }
        } else {
            let whole = before + (sound.len() - before) / 2 * 2;
            sound.truncate(whole);
        }
        sound.len() > before
    }
}

/// The chunk of the format, and that of the samples as far as the file goes.
fn chunks(mut rest: Bytes) -> Result<(Bytes, Bytes), SoundError> {
    if rest.get(8..12) != Some(b"WAVE") {
        return Err(SoundError::Format);
    }
    rest.advance(12);
    let mut format = None;
    while rest.len() >= 8 {
        let mut header = rest.split_to(8);
        let name = header.split_to(4);
        let claimed = usize::try_from(header.get_u32_le()).unwrap_or(usize::MAX);
        let chunk = rest.split_to(claimed.min(rest.len()));
        match &name[..] {
            b"fmt " => format = Some(chunk),
            b"data" => return format.map(|format| (format, chunk)).ok_or(SoundError::Damaged),
            _ => {}
        }
        // Chunks begin at even places.
        rest.advance((claimed % 2).min(rest.len()));
    }
    // A format without samples is a file that broke off; without both it is none.
    Err(if format.is_some() { SoundError::TooShort } else { SoundError::Damaged })
}

/// The file as it should be: the format in its shortest form, and whole samples.
fn tidied(format: &Bytes, mut samples: Bytes) -> Result<Tidied, SoundError> {
    let word = |at: usize| Some(u16::from_le_bytes(format.get(at..at + 2)?.try_into().ok()?));
    let (Some(coding), Some(channels), Some(low), Some(high), Some(frame_bytes), Some(bits)) =
        (word(0), word(2), word(4), word(6), word(12), word(14))
    else {
        return Err(SoundError::Damaged);
    };
    let coding = if coding == EXTENSIBLE { word(EXTENSION_AT).unwrap_or(coding) } else { coding };
    if !matches!((coding, bits), (PCM, 8 | 16 | 24 | 32) | (FLOAT, 32)) {
        return Err(SoundError::Coding);
    }
    if !(1..=CHANNELS_MAX).contains(&channels) {
        return Err(SoundError::Channels(channels));
    }
    let rate_hz = u32::from(high) << 16 | u32::from(low);
    if !(RATE_HZ_MIN..=RATE_HZ_MAX).contains(&rate_hz) {
        return Err(SoundError::Rate(rate_hz));
    }
    // Samples may stand in more bytes than they need, but not in less.
    let sample_bytes = frame_bytes / channels;
    if frame_bytes % channels != 0 || sample_bytes < bits / 8 || sample_bytes > 4 {
        return Err(SoundError::Damaged);
    }
    let whole = samples.len() / usize::from(frame_bytes) * usize::from(frame_bytes);
    samples.truncate(whole);
    let length = u32::try_from(whole).map_err(|_| SoundError::TooLarge)?;
    let mut header = Vec::with_capacity(44);
    header.extend_from_slice(b"RIFF");
    header.extend_from_slice(&length.saturating_add(36).to_le_bytes());
    header.extend_from_slice(b"WAVEfmt ");
    header.extend_from_slice(&16_u32.to_le_bytes());
    header.extend_from_slice(&coding.to_le_bytes());
    header.extend_from_slice(&channels.to_le_bytes());
    header.extend_from_slice(&rate_hz.to_le_bytes());
    header.extend_from_slice(&(rate_hz * u32::from(frame_bytes)).to_le_bytes());
    header.extend_from_slice(&frame_bytes.to_le_bytes());
    header.extend_from_slice(&bits.to_le_bytes());
    header.extend_from_slice(b"data");
    header.extend_from_slice(&length.to_le_bytes());
    Ok(Read::chain(Cursor::new(header), Cursor::new(samples)))
}

//! Opus in Ogg (RFC 7845): one stream of one or two channels. `ogg` finds the packets.
//!
//! A file is looked through once before it is played: its length is the sum of its packets, less what the header says to
//! skip at the beginning and what the last page says to leave out at the end.

use super::opus::{self, StereoDecoder};
use crate::SoundError;
use bytes::Bytes;
use ogg::reading::{OggReadError, PacketReader};
use std::io::{Cursor, ErrorKind};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A granule position that says that no packet ends on the page (RFC 3533, section 6).
const NO_GRANULE: u64 = u64::MAX;

/// An Ogg file with Opus in it.
pub(crate) struct OggOpus {
    packets: Packets,
    decoder: StereoDecoder,
    /// What every sample is multiplied by, as the header says.
    gain: f32,
    frames: u64,
    /// Samples at the beginning that are not to be heard.
    skip: u64,
    /// Samples that are still to come.
    left: u64,
}

impl OggOpus {
    pub(super) fn open(bytes: Bytes) -> Result<Self, SoundError> {
        let (head, frames) = look_through(bytes.clone())?;
        let mut packets = Packets::new(bytes);
        for _header in 0..2 {
            packets.next()?;
        }
        let gain = 10.0_f32.powf(f32::from(head.gain_q8_db) / 256.0 / 20.0);
        let skip = u64::from(head.skip);
        Ok(Self { packets, decoder: StereoDecoder::default(), gain, frames, skip, left: frames })
    }

    pub(super) fn frames(&self) -> u64 {
        self.frames
    }

    pub(super) fn read(&mut self, sound: &mut Vec<f32>) -> bool {
        while self.left > 0 {
            let Ok(Some(packet)) = self.packets.next() else { break };
            let Some(samples) = opus::samples(&packet.data) else { break };
            let before = sound.len();
            self.decoder.decode(&packet.data, samples, sound);
            let skipped = self.skip.min(samples as u64);
            self.skip -= skipped;
            sound.drain(before..before + 2 * skipped as usize);
            let kept = (samples as u64 - skipped).min(self.left);
            self.left -= kept;
            sound.truncate(before + 2 * kept as usize);
            sound[before..].iter_mut().for_each(|sample| *sample *= self.gain);
            if kept > 0 {
                return true;
            }
        }
        self.left = 0;
        false
    }
}

/// What the header says (RFC 7845, section 5.1).
struct Head {
    skip: u16,
    /// In 1/256 dB.
    gain_q8_db: i16,
}

impl Head {
    fn parse(packet: &[u8]) -> Result<Self, SoundError> {
        let fields = packet.strip_prefix(b"OpusHead").ok_or(SoundError::NotOpus)?;
        let &[version, channels, skip_low, skip_high, _, _, _, _, gain_low, gain_high, family, ..] = fields else {
            return Err(SoundError::Damaged);
        };
        // The upper half counts versions that older readers can't read.
        if version >> 4 != 0 {
            return Err(SoundError::Version);
        }
        if !(1..=2).contains(&channels) {
            return Err(SoundError::Channels(u16::from(channels)));
        }
        // Of the layouts for more channels the first says the same for one and two, if there is one stream.
        if family != 0 && (family, fields.get(11)) != (1, Some(&1)) {
            return Err(SoundError::Version);
        }
        let skip = u16::from_le_bytes([skip_low, skip_high]);
        Ok(Self { skip, gain_q8_db: i16::from_le_bytes([gain_low, gain_high]) })
    }
}

/// The header, and how many samples are to be heard.
fn look_through(bytes: Bytes) -> Result<(Head, u64), SoundError> {
    let mut packets = Packets::new(bytes);
    let head = packets.next()?.ok_or(SoundError::Damaged)?;
    let serial = head.stream_serial();
    let head = Head::parse(&head.data)?;
    let tags = packets.next()?.ok_or(SoundError::TooShort)?;
    if tags.stream_serial() != serial {
        return Err(SoundError::Multiplexed);
    }
    if !tags.data.starts_with(b"OpusTags") {
        return Err(SoundError::Damaged);
    }
    let mut length = Length::default();
    let mut has_ended = false;
    while let Some(packet) = packets.next()? {
        if packet.stream_serial() != serial {
            return Err(if has_ended { SoundError::Chained } else { SoundError::Multiplexed });
        }
        let samples = opus::samples(&packet.data).ok_or(SoundError::Damaged)?;
        has_ended = packet.last_in_stream();
        length.add(samples as u64, packet.last_in_page().then(|| packet.absgp_page()), has_ended);
    }
    let heard = length.heard().saturating_sub(u64::from(head.skip));
    if heard == 0 { Err(SoundError::TooShort) } else { Ok((head, heard)) }
}

/// How long a stream is (RFC 7845, section 4).
#[derive(Debug, Default)]
struct Length {
    /// Samples until here, and until the page before this.
    samples: u64,
    until_page: u64,
    /// The granule position at which the stream begins: not zero for one that was recorded from the middle.
    begins: Option<u64>,
    /// Samples until the end, where the last page says it.
    ends: Option<u64>,
}

impl Length {
    /// A packet of so many samples. At the end of a page comes its granule position.
    fn add(&mut self, samples: u64, granule: Option<u64>, is_last: bool) {
        self.samples += samples;
        let Some(granule) = granule.filter(|granule| *granule != NO_GRANULE) else { return };
        let begins = *self.begins.get_or_insert(granule.saturating_sub(self.samples));
        if is_last {
            // Only of the last page may something be left out.
            self.ends = Some(granule.saturating_sub(begins).clamp(self.until_page, self.samples));
        }
        self.until_page = self.samples;
    }

    fn heard(&self) -> u64 {
        self.ends.unwrap_or(self.samples)
    }
}

/// The packets of a file, one after another.
struct Packets(PacketReader<Cursor<Bytes>>);

impl Packets {
    fn new(bytes: Bytes) -> Self {
        Self(PacketReader::new(Cursor::new(bytes)))
    }

    /// The next packet; nothing at the end, or where the file breaks off. The reader has places that would panic if it
    /// were wrong; a sound is not worth a thread.
    fn next(&mut self) -> Result<Option<ogg::Packet>, SoundError> {
        match catch_unwind(AssertUnwindSafe(|| self.0.read_packet())) {
            Ok(Ok(packet)) => Ok(packet),
            Ok(Err(OggReadError::ReadError(error))) if error.kind() == ErrorKind::UnexpectedEof => Ok(None),
            Ok(Err(_)) | Err(_) => Err(SoundError::Damaged),
        }
    }
}

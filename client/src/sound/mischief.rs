//! What a broken or a hostile client sends as its voice: for stories about bad input. The same seed sends the same.

use super::source::{SpokenFrame, Tone};
use super::{FRAME_SAMPLES, SAMPLE_RATE_HZ};
use crate::error::GuestError;
use bytes::Bytes;
use opus_rs::{Application, OpusEncoder};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use torg_protocol::units::VoiceLevel;

/// A way of sending what no honest client sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mischief {
    /// Packets cut short, packets with flipped bits and bytes that are no Opus, between whole ones of a tone.
    Malformed,
    /// A tone in packets of 2.5 to 60 ms (RFC 6716, section 2.1.4), each another than the one before.
    FrameSizes,
    /// A tone that goes from mono to stereo, from narrow to full band and between the codec's modes with every packet.
    Modes,
    /// A tone whose timestamps and sequence numbers jump, ahead and back.
    JumpingNumbers,
    /// A tone at ten times the rate.
    Flood,
    /// A tone in shreds: packets of one byte (DTX), pauses with and without a gap in the numbers, and pieces of a tone.
    Shreds,
    /// Direct current at nine tenths of full scale, switched on and off.
    DirectCurrent,
    /// A tone that is ten times too loud for the codec.
    Clipped,
}

impl Mischief {
    /// All there are.
    pub const ALL: [Self; 8] = [
        Self::Malformed,
        Self::FrameSizes,
        Self::Modes,
        Self::JumpingNumbers,
        Self::Flood,
        Self::Shreds,
        Self::DirectCurrent,
        Self::Clipped,
    ];
}

/// The pitch of all tones here: none that an honest guest of a story has.
const PITCH_HZ: f32 = 1_250.0;

/// Loud enough that the server takes it for speech, dB below digital overload.
const CLAIMED_MINUS_DBOV: u8 = 12;

/// Packet lengths, samples; the last two are made of frames of 20 ms.
const SIZES: [usize; 6] = [120, 240, 480, 960, 1_920, 2_880];

/// Steps for which a switched sound is on, and off: half a second.
const SWITCHED_STEPS: u64 = 25;

/// An encoder with its channels, and how many samples of 48 kHz stand for one of its own.
struct Mode {
    encoder: OpusEncoder,
    channels: usize,
    every: usize,
}

/// Somebody at it.
pub(crate) struct MischiefMaker {
    kind: Mischief,
    dice: StdRng,
    tone: Tone,
    /// One for each packet length up to 20 ms: who changes lengths in one encoder is still honest.
    sized: Vec<OpusEncoder>,
    modes: Vec<Mode>,
    step: u64,
    /// Samples whose time has come and that no packet holds yet.
    owed: usize,
    turn: usize,
}

impl MischiefMaker {
    /// # Errors
    /// [`GuestError::Media`] when the codec makes no encoder.
    pub(crate) fn new(kind: Mischief, seed: u64) -> Result<Self, GuestError> {
        let sized = SIZES[..4].iter().map(|_| encoder(1, 2, 64_000)).collect::<Result<_, _>>()?;
        // From full band in stereo down to what a telephone has.
        let modes = [(1, 1, 64_000), (1, 2, 96_000), (6, 1, 16_000), (3, 2, 48_000), (2, 1, 32_000), (3, 1, 20_000)]
            .into_iter()
            .map(|(every, channels, rate)| Ok(Mode { encoder: encoder(every, channels, rate)?, channels, every }))
            .collect::<Result<_, GuestError>>()?;
        let (dice, tone) = (StdRng::seed_from_u64(seed), Tone::new(PITCH_HZ));
        Ok(Self { kind, dice, tone, sized, modes, step: 0, owed: 0, turn: 0 })
    }

    /// What leaves in the next 20 ms; nothing for a pause that shows in the timestamps.
    pub(crate) fn next(&mut self) -> Option<Vec<SpokenFrame>> {
        self.step += 1;
        match self.kind {
            Mischief::Malformed => self.malformed().map(|frame| vec![frame]),
            Mischief::FrameSizes => Some(self.frame_sizes()),
            Mischief::Modes => self.modes().map(|frame| vec![frame]),
            Mischief::JumpingNumbers => self.jumping().map(|frame| vec![frame]),
            Mischief::Flood => Some((0..10).filter_map(|_| self.whole()).collect()),
            Mischief::Shreds => self.shreds().map(|frame| vec![frame]),
            Mischief::DirectCurrent => {
                let on = (self.step / SWITCHED_STEPS).is_multiple_of(2);
                self.of_samples(&[if on { 0.9 } else { 0.0 }; FRAME_SAMPLES]).map(|frame| vec![frame])
            }
            Mischief::Clipped => {
                let loud = self.tone.frame().map(|sample| (10.0 * sample).clamp(-1.0, 1.0));
                self.of_samples(&loud).map(|frame| vec![frame])
            }
        }
    }

    /// An honest packet of the tone.
    fn whole(&mut self) -> Option<SpokenFrame> {
        let samples = self.tone.frame();
        self.of_samples(&samples)
    }

    fn of_samples(&mut self, samples: &[f32; FRAME_SAMPLES]) -> Option<SpokenFrame> {
        let payload = encode(&mut self.sized[3], 2, samples)?;
        Some(SpokenFrame::of(payload, claimed_level()))
    }

    fn malformed(&mut self) -> Option<SpokenFrame> {
        let mut frame = self.whole()?;
        let mut bytes = frame.payload.to_vec();
        match self.dice.random_range(0..4) {
            0 => {}
            1 => bytes.truncate(self.dice.random_range(1..bytes.len().max(2))),
            2 => {
                for _ in 0..self.dice.random_range(1..20) {
                    let index = self.dice.random_range(0..bytes.len());
                    bytes[index] ^= 1 << self.dice.random_range(0..8);
                }
            }
            _ => bytes = (0..self.dice.random_range(1..400)).map(|_| self.dice.random()).collect(),
        }
        frame.payload = Bytes::from(bytes);
        Some(frame)
    }

    fn frame_sizes(&mut self) -> Vec<SpokenFrame> {
        let mut frames = Vec::new();
        self.owed += FRAME_SAMPLES;
        while self.owed >= SIZES[self.turn] {
            let size = SIZES[self.turn];
            self.owed -= size;
            let payload = match size.checked_div(FRAME_SAMPLES) {
                Some(count @ 2..) => {
                    let frames: Vec<Bytes> = (0..count).filter_map(|_| Some(self.whole()?.payload)).collect();
                    together(&frames)
                }
                _ => {
                    let samples: Vec<f32> = (0..size).map(|_| self.tone.sample()).collect();
                    encode(&mut self.sized[self.turn], 2, &samples)
                }
            };
            if let Some(payload) = payload {
                frames.push(SpokenFrame { samples: size as u32, ..SpokenFrame::of(payload, claimed_level()) });
            }
            self.turn = (self.turn + 1) % SIZES.len();
        }
        frames
    }

    fn modes(&mut self) -> Option<SpokenFrame> {
        let samples = self.tone.frame();
        self.turn = (self.turn + 1) % self.modes.len();
        let Mode { encoder, channels, every } = &mut self.modes[self.turn];
        let samples: Vec<f32> = samples.into_iter().step_by(*every).collect();
        Some(SpokenFrame::of(encode(encoder, *channels, &samples)?, claimed_level()))
    }

    fn jumping(&mut self) -> Option<SpokenFrame> {
        let mut frame = self.whole()?;
        match self.dice.random_range(0..12) {
            0 => frame.time_jump = self.dice.random(),
            1 => frame.time_jump = 0_u32.wrapping_sub(self.dice.random_range(1..100_000)),
            2 => frame.time_jump = self.dice.random_range(1..100_000),
            3 => frame.sequence_jump = self.dice.random(),
            4 => frame.sequence_jump = 0_u16.wrapping_sub(self.dice.random_range(1..50)),
            _ => {}
        }
        Some(frame)
    }

    fn shreds(&mut self) -> Option<SpokenFrame> {
        match self.dice.random_range(0..6) {
            // Only the first byte of a packet, which says that nothing is in it.
            0 | 1 => {
                let mut frame = self.whole()?;
                frame.payload.truncate(1);
                Some(frame)
            }
            2 => None,
            3 => {
                let mut frame = self.whole()?;
                frame.time_jump = self.dice.random_range(1..30) * FRAME_SAMPLES as u32;
                Some(frame)
            }
            _ => self.whole(),
        }
    }
}

fn claimed_level() -> VoiceLevel {
    VoiceLevel::from_minus_dbov(CLAIMED_MINUS_DBOV)
}

fn encoder(every: usize, channels: usize, bit_rate: i32) -> Result<OpusEncoder, GuestError> {
    let made = OpusEncoder::new(SAMPLE_RATE_HZ as i32 / every as i32, channels, Application::Audio);
    let mut encoder = made.map_err(|why| GuestError::Media(why.to_owned()))?;
    encoder.bitrate_bps = bit_rate;
    encoder.complexity = 5;
    encoder.use_inband_fec = false;
    Ok(encoder)
}

/// A packet of these samples, the same in all channels; nothing if the codec fails on them.
fn encode(encoder: &mut OpusEncoder, channels: usize, samples: &[f32]) -> Option<Bytes> {
    let spread: Vec<f32> = samples.iter().flat_map(|&sample| std::iter::repeat_n(sample, channels)).collect();
    let mut packet = vec![0; 1_400];
    let length = encoder.encode(&spread, samples.len(), &mut packet).ok()?;
    packet.truncate(length);
    Some(Bytes::from(packet))
}

/// One packet of several that hold one frame each (code 3 with a variable rate, RFC 6716, section 3.2.5).
fn together(packets: &[Bytes]) -> Option<Bytes> {
    let toc = *packets.first()?.first()?;
    let mut joined = vec![toc | 0b11, 0x80 | packets.len() as u8];
    for packet in &packets[..packets.len() - 1] {
        let length = packet.len() - 1;
        match length {
            0..252 => joined.push(length as u8),
            _ => joined.extend([252 + (length % 4) as u8, ((length - 252 - length % 4) / 4) as u8]),
        }
    }
    for packet in packets {
        joined.extend_from_slice(packet.get(1..)?);
    }
    Some(Bytes::from(joined))
}

#[cfg(test)]
mod tests {
    use super::super::level::{dbfs, mean_square};
    use super::super::opus::Decoder;
    use super::*;

    #[test]
    fn packets_of_every_length_hold_the_tone() {
        let mut maker = MischiefMaker::new(Mischief::FrameSizes, 1).expect("encoders");
        let mut decoder = Decoder::mono();
        let (mut lengths, mut sound) = (std::collections::BTreeSet::new(), Vec::new());
        for _ in 0..200 {
            for frame in maker.next().expect("no pauses") {
                let samples = decoder.decode(&frame.payload);
                assert_eq!(samples.len(), frame.samples as usize);
                lengths.insert(samples.len());
                sound.extend_from_slice(samples);
            }
        }
        assert_eq!(lengths.into_iter().collect::<Vec<_>>(), SIZES);
        let level_dbfs = dbfs(mean_square(&sound[FRAME_SAMPLES..]));
        assert!((-16.0..-10.0).contains(&level_dbfs), "{level_dbfs:.2} dBFS");
    }

    #[test]
    fn the_same_seed_sends_the_same_and_every_kind_sends_something() {
        for kind in Mischief::ALL {
            let sent = |seed| -> Vec<Bytes> {
                let mut maker = MischiefMaker::new(kind, seed).expect("encoders");
                (0..100).filter_map(|_| maker.next()).flatten().map(|frame| frame.payload).collect()
            };
            assert_eq!(sent(7), sent(7), "{kind:?}");
            assert!(sent(7).len() >= 60, "{kind:?}");
        }
    }
}

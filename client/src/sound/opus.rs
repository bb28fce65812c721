//! The Opus codec behind one small door, so that another implementation can stand behind it.
//!
//! Encoding holds to what is known to be safe in `opus-rs`: `Application::Audio`, stereo, 32 kbit/s or more,
//! complexity 5, no in-band FEC. Decoded samples are clamped, since garbage can decode to anything; a panic of
//! the decoder costs that source one frame.

use super::{FRAME_SAMPLES, MonoFrame, SAMPLE_RATE_HZ};
use bytes::Bytes;
use opus_rs::{Application, OpusDecoder, OpusEncoder};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Bits a second of a voice: transparent for speech, and a sine keeps its level within 0.1 dB.
const BIT_RATE: i32 = 64_000;

/// The longest packet (RFC 6716, section 3.2.5): 120 ms.
pub(crate) const PACKET_SAMPLES_MAX: usize = 5_760;

/// Turns frames of one channel into packets of 20 ms.
pub(crate) struct VoiceEncoder {
    encoder: OpusEncoder,
    /// The frame twice, left and right in turn.
    stereo: Vec<f32>,
    packet: Vec<u8>,
}

impl VoiceEncoder {
    pub(crate) fn new() -> Self {
        let mut encoder = OpusEncoder::new(SAMPLE_RATE_HZ as i32, 2, Application::Audio)
            .expect("48 kHz and two channels are what the codec is made for");
        encoder.bitrate_bps = BIT_RATE;
        encoder.complexity = 5;
        encoder.use_inband_fec = false;
        Self { encoder, stereo: vec![0.0; 2 * FRAME_SAMPLES], packet: vec![0; 1_500] }
    }

    /// The packet of a frame; nothing if the codec fails on it.
    pub(crate) fn encode(&mut self, frame: &MonoFrame) -> Option<Bytes> {
        for (pair, &sample) in self.stereo.chunks_exact_mut(2).zip(frame) {
            pair.fill(sample.clamp(-1.0, 1.0));
        }
        let length = self.encoder.encode(&self.stereo, FRAME_SAMPLES, &mut self.packet).ok()?;
        Some(Bytes::copy_from_slice(&self.packet[..length]))
    }
}

/// Turns one stream's packets back into sound.
pub(crate) struct Decoder {
    decoder: Option<OpusDecoder>,
    channels: usize,
    /// Channels in turn.
    samples: Vec<f32>,
}

impl Decoder {
    /// For a voice.
    pub(crate) fn mono() -> Self {
        Self::of(1)
    }

    /// For the bed.
    pub(crate) fn stereo() -> Self {
        Self::of(2)
    }

    fn of(channels: usize) -> Self {
        Self { decoder: None, channels, samples: vec![0.0; channels * PACKET_SAMPLES_MAX] }
    }

    /// Channels of what comes out.
    pub(crate) fn channels(&self) -> usize {
        self.channels
    }

    /// Forgets the source: the next packet is of another stream.
    pub(crate) fn reset(&mut self) {
        self.decoder = None;
    }

    /// The sound of a packet, channels in turn. Silence of one frame stands for what can't be decoded.
    pub(crate) fn decode(&mut self, payload: &[u8]) -> &[f32] {
        self.run(payload, PACKET_SAMPLES_MAX)
    }

    /// One frame made up for a lost one.
    pub(crate) fn conceal(&mut self) -> &[f32] {
        self.run(&[], FRAME_SAMPLES)
    }

    fn run(&mut self, payload: &[u8], samples_max: usize) -> &[f32] {
        let channels = self.channels;
        let decoder = self.decoder.get_or_insert_with(|| {
            OpusDecoder::new(SAMPLE_RATE_HZ as i32, channels)
                .expect("48 kHz and one or two channels are what the codec is made for")
        });
        let samples = &mut self.samples[..channels * samples_max];
        let decoded = catch_unwind(AssertUnwindSafe(|| decoder.decode(payload, samples_max, samples)));
        let length = match decoded {
            Ok(Ok(length)) if (1..=samples_max).contains(&length) => length,
            Ok(_) => self.silence(),
            Err(_) => {
                // Its state may be torn.
                self.decoder = None;
                self.silence()
            }
        };
        let sound = &mut self.samples[..channels * length];
        for sample in &mut *sound {
            *sample = if sample.is_finite() { sample.clamp(-1.0, 1.0) } else { 0.0 };
        }
        sound
    }

    fn silence(&mut self) -> usize {
        self.samples[..self.channels * FRAME_SAMPLES].fill(0.0);
        FRAME_SAMPLES
    }
}

#[cfg(test)]
mod tests {
    use super::super::level::{dbfs, mean_square};
    use super::super::source::Tone;
    use super::*;

    #[test]
    fn a_tone_keeps_its_level_through_the_codec() {
        for hertz in [220.0, 440.0, 1000.0, 3000.0] {
            let (mut tone, mut encoder, mut decoder) = (Tone::new(hertz), VoiceEncoder::new(), Decoder::mono());
            let mut heard = Vec::new();
            for _ in 0..50 {
                let packet = encoder.encode(&tone.frame()).expect("a packet");
                heard.extend_from_slice(decoder.decode(&packet));
            }
            let level_dbfs = dbfs(mean_square(&heard[10 * FRAME_SAMPLES..]));
            assert!((level_dbfs + 12.0).abs() < 0.2, "{hertz} Hz came out at {level_dbfs:.2} dBFS");
        }
    }

    #[test]
    fn garbage_is_bounded_sound() {
        let (mut mono, mut stereo) = (Decoder::mono(), Decoder::stereo());
        let mut state = 12_345_u32;
        for length in 0..400_usize {
            let mut payload = vec![0; length % 90];
            for byte in &mut payload {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                *byte = (state >> 24) as u8;
            }
            for decoder in [&mut mono, &mut stereo] {
                let channels = decoder.channels();
                let sound = decoder.decode(&payload);
                assert!(!sound.is_empty() && sound.len().is_multiple_of(channels));
                assert!(sound.iter().all(|sample| sample.abs() <= 1.0));
            }
        }
    }
}

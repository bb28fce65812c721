//! Speakers of many kinds, who send what browsers and stranger clients send.

use opus_rs::{Application, OpusEncoder};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::f32::consts::TAU;

/// A packet on its way.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    pub(crate) stream: u64,
    pub(crate) sequence: u16,
    pub(crate) timestamp: u32,
    pub(crate) payload: Vec<u8>,
    /// How much sound it holds, samples at 48 kHz.
    pub(crate) samples: usize,
}

impl Sent {
    /// The sound of several packets of one frame in one packet (RFC 6716, section 3.2.5).
    pub(crate) fn join(parts: &[Self], index: usize) -> Self {
        let mut payload = vec![parts[0].payload[0] | 3, 0x80 | parts.len() as u8];
        for part in &parts[..parts.len() - 1] {
            let length = part.payload.len() - 1;
            if length < 252 {
                payload.push(length as u8);
            } else {
                payload.extend([252 + (length % 4) as u8, ((length - 252) / 4) as u8]);
            }
        }
        parts.iter().for_each(|part| payload.extend_from_slice(&part.payload[1..]));
        let samples = parts.iter().map(|part| part.samples).sum();
        Self { sequence: index as u16, payload, samples, ..parts[0].clone() }
    }
}

/// An encoder with the numbers of a stream.
pub(crate) struct Sender {
    encoder: OpusEncoder,
    channels: usize,
    rate_hz: usize,
    packet_samples: usize,
    pub(crate) stream: u64,
    pub(crate) sequence: u16,
    pub(crate) timestamp: u32,
}

impl Sender {
    /// Full band, with packets of so many samples.
    pub(crate) fn new(channels: usize, packet_samples: usize) -> Self {
        Self::at(48_000, channels, packet_samples)
    }

    /// With an encoder that works at another rate: 8,000 Hz is narrow band. Packets are told in samples at 48 kHz.
    pub(crate) fn at(rate_hz: usize, channels: usize, packet_samples: usize) -> Self {
        // Of one channel and in the shortest packets the encoder is sound only without its voice mode.
        let is_plain = rate_hz == 48_000 && (channels == 1 || packet_samples < 480);
        let application = if is_plain { Application::RestrictedLowDelay } else { Application::Audio };
        let mut encoder = OpusEncoder::new(rate_hz as i32, channels, application).expect("a rate of Opus");
        // The shortest packets need more, or a tone suffers.
        encoder.bitrate_bps = if packet_samples < 480 { 160_000 } else { 32_000 * channels as i32 };
        encoder.complexity = 5;
        Self { encoder, channels, rate_hz, packet_samples, stream: 1, sequence: 65_500, timestamp: u32::MAX - 100_000 }
    }

    /// Encodes sound of one channel, as many packets as it fills.
    pub(crate) fn send(&mut self, sound: &[f32]) -> Vec<Sent> {
        let every = 48_000 / self.rate_hz;
        let packets = sound.chunks_exact(self.packet_samples);
        packets.map(|sound| self.encode(&sound.iter().step_by(every).copied().collect::<Vec<_>>())).collect()
    }

    /// Lets time pass without a packet, as DTX does.
    pub(crate) fn pause(&mut self, samples: u32) {
        self.timestamp = self.timestamp.wrapping_add(samples);
    }

    fn encode(&mut self, sound: &[f32]) -> Sent {
        let interleaved: Vec<f32> =
            sound.iter().flat_map(|&sample| std::iter::repeat_n(sample, self.channels)).collect();
        let mut payload = vec![0; 1_500];
        let length = self.encoder.encode(&interleaved, sound.len(), &mut payload).expect("a packet");
        payload.truncate(length);
        self.stamp(payload)
    }

    /// The next packet of the stream, whatever is in it.
    pub(crate) fn stamp(&mut self, payload: Vec<u8>) -> Sent {
        let (stream, sequence, timestamp, samples) = (self.stream, self.sequence, self.timestamp, self.packet_samples);
        self.sequence = sequence.wrapping_add(1);
        self.timestamp = timestamp.wrapping_add(samples as u32);
        Sent { stream, sequence, timestamp, payload, samples }
    }
}

/// A sine.
pub(crate) fn tone(hertz: f32, amplitude: f32, samples: usize) -> Vec<f32> {
    let step = f64::from(hertz) / 48_000.0;
    (0..samples).map(|index| amplitude * ((index as f64 * step).fract() as f32 * TAU).sin()).collect()
}

/// Something like speech: syllables of a gliding pitch with overtones, hissing between, and pauses. Peaks at about half.
pub(crate) fn speech(seed: u64, samples: usize) -> Vec<f32> {
    let mut dice = ChaCha8Rng::seed_from_u64(seed);
    let mut sound = Vec::with_capacity(samples);
    let mut phase = 0.0_f32;
    while sound.len() < samples {
        let (pitch, glide) = (dice.random_range(95.0..220.0_f32), dice.random_range(-0.25..0.25_f32));
        let formant = dice.random_range(400.0..1_500.0_f32);
        let length = dice.random_range(5_000..12_000);
        for index in 0..length {
            let at = index as f32 / length as f32;
            let hertz = pitch * (1.0 + glide * at);
            phase = (phase + hertz / 48_000.0).fract();
            let voiced: f32 = (1..=20)
                .map(|overtone| {
                    let distance = (hertz * overtone as f32 - formant) / 500.0;
                    (phase * overtone as f32 * TAU).sin() / (1.0 + distance * distance)
                })
                .sum();
            sound.push(0.12 * voiced * (at * std::f32::consts::PI).sin().powi(2));
        }
        let hiss = dice.random_range(0..3_000);
        sound.extend((0..hiss).map(|_| dice.random_range(-0.02..0.02_f32)));
        let pause = if dice.random_ratio(1, 4) { dice.random_range(5_000..20_000) } else { 1_000 };
        sound.extend((0..pause).map(|_| dice.random_range(-0.000_3..0.000_3_f32)));
    }
    sound.truncate(samples);
    sound
}

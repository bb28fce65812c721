//! Speakers of the measurement: speech-like sound, encoded beforehand and played round and round.

use torg_mix::codec::Encoder;
use torg_mix::{Desk, FRAME_SAMPLES, MixTime, Packet, STEREO_SAMPLES};
use torg_protocol::ids::ParticipantId;
use torg_space::MixSource;

/// Seconds of sound before it comes again.
const SECONDS: usize = 4;

/// What one speaker says, in packets of 20 ms.
pub(crate) struct Spoken(Vec<Vec<u8>>);

impl Spoken {
    /// Pitch that glides, syllables, breath; no pauses, as what talks all the time costs most.
    pub(crate) fn new(seed: u32) -> Self {
        let mut encoder = Encoder::new(40_000, 5);
        let pitch_hz = 95.0 + f64::from(seed * 37 % 130);
        let mut noise = seed.wrapping_mul(2_654_435_761).max(1);
        let frames = (0..SECONDS * 50).map(|frame| {
            let mut sound = [0.0; STEREO_SAMPLES];
            for (n, pair) in sound.as_chunks_mut::<2>().0.iter_mut().enumerate() {
                noise ^= noise << 13;
                noise ^= noise >> 17;
                noise ^= noise << 5;
                let breath = (f64::from(noise) / f64::from(u32::MAX) - 0.5) * 0.3;
                let seconds = (frame * FRAME_SAMPLES + n) as f64 / 48_000.0 + f64::from(seed) * 0.31;
                let syllable = (seconds * 4.3 * std::f64::consts::PI).sin().abs().powf(1.2);
                let turns = seconds * pitch_hz + 2.0 * (seconds * 3.0).sin();
                let buzz: f64 =
                    (1..24).map(|k| (turns * f64::from(k) * std::f64::consts::TAU).sin() / f64::from(k)).sum();
                *pair = [((buzz + breath) * syllable * 0.12) as f32; 2];
            }
            encoder.encode(&sound).map(<[u8]>::to_vec).unwrap_or_default()
        });
        Self(frames.collect())
    }

    pub(crate) fn packet(&self, frame: u64) -> &[u8] {
        &self.0[frame as usize % self.0.len()]
    }
}

/// Hands the packets of one frame to a desk, from speakers that are numbered from 0.
pub(crate) fn push(desk: &mut Desk, spoken: &[Spoken], frame: u64) {
    for (index, spoken) in spoken.iter().enumerate() {
        let packet = Packet {
            speaker: ParticipantId(index as u32),
            stream: index as u64,
            sequence: frame as u16,
            timestamp: (frame as u32).wrapping_mul(FRAME_SAMPLES as u32),
            payload: spoken.packet(frame),
        };
        desk.push(packet, MixTime(frame * 20_000)).expect("packets that come in order");
    }
}

pub(crate) fn tick(desk: &mut Desk, frame: u64) {
    desk.tick(MixTime(frame * 20_000 + 5_000));
}

/// A voice somewhere around a listener; `moment` moves it.
pub(crate) fn placed(speaker: u32, listener: u32, moment: f32, low_pass_hz: f32) -> MixSource {
    let spread = (speaker * 7 + listener * 13) as f32;
    MixSource {
        speaker: ParticipantId(speaker),
        gain: 0.25 + 0.2 * (spread + moment).sin(),
        azimuth_rad: 3.1 * (spread * 1.7 + moment).sin(),
        low_pass_hz,
    }
}

//! The end of an output: limit, encode, number. An output in which nobody is heard makes no packets and costs nothing.

use crate::codec::Encoder;
use crate::kernel::Frame;
use crate::limiter::{Ahead, Limiter};
use crate::limits::{LOOK_AHEAD_SAMPLES, PAYLOAD_BYTES_MAX, TAIL_FRAMES};
use crate::{FRAME_SAMPLES, STEREO_SAMPLES};

/// What a bus has done since it was made.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct BusFigures {
    pub(crate) encoded: u64,
    pub(crate) encoded_bytes: u64,
    pub(crate) limited: u64,
    pub(crate) failed: u64,
}

impl BusFigures {
    pub(crate) fn add(&mut self, other: Self) {
        self.encoded += other.encoded;
        self.encoded_bytes += other.encoded_bytes;
        self.limited += other.limited;
        self.failed += other.failed;
    }
}

/// The packet of the last frame.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sealed<'a> {
    pub(crate) sequence: u16,
    pub(crate) marker: bool,
    pub(crate) payload: &'a [u8],
}

/// One output's end.
pub(crate) struct Bus {
    bitrate_bps: u32,
    encoder: Option<Box<Encoder>>,
    complexity: u8,
    limiter: Limiter,
    /// What the limiter has looked at and not let go yet.
    carried: [[f32; LOOK_AHEAD_SAMPLES]; 2],
    /// Frames yet to be made without a voice; 0 when asleep.
    tail: u8,
    sequence: u16,
    /// The length of what the last frame made, and whether it was the first after silence.
    made: Option<(usize, bool)>,
    payload: Box<[u8; PAYLOAD_BYTES_MAX]>,
    figures: BusFigures,
}

impl Bus {
    pub(crate) fn new(bitrate_bps: u32) -> Self {
        Self {
            bitrate_bps,
            encoder: None,
            complexity: 0,
            limiter: Limiter::new(),
            carried: [[0.0; LOOK_AHEAD_SAMPLES]; 2],
            tail: 0,
            sequence: 0,
            made: None,
            payload: Box::new([0; PAYLOAD_BYTES_MAX]),
            figures: BusFigures::default(),
        }
    }

    /// Whether the next frame makes a packet even when nobody is heard in it.
    pub(crate) fn is_awake(&self) -> bool {
        self.tail > 0
    }

    pub(crate) fn figures(&self) -> BusFigures {
        self.figures
    }

    /// What the last frame made.
    pub(crate) fn made(&self) -> Option<Sealed<'_>> {
        let (length, marker) = self.made?;
        Some(Sealed { sequence: self.sequence, marker, payload: &self.payload[..length] })
    }

    /// The next frame makes nothing.
    pub(crate) fn skip(&mut self) {
        self.made = None;
    }

    /// Sleeps at once, as when a fault threw the state of the encoder over.
    pub(crate) fn start_over(&mut self) {
        self.encoder = None;
        self.limiter = Limiter::new();
        self.carried = [[0.0; LOOK_AHEAD_SAMPLES]; 2];
        self.tail = 0;
        self.made = None;
    }

    /// Sends the next frame on its way, left and right; `sounds` tells whether anybody is heard in it.
    pub(crate) fn send(&mut self, sum: &[Frame; 2], sounds: bool, complexity: u8) {
        let was_asleep = self.tail == 0;
        if sounds {
            self.tail = TAIL_FRAMES;
        } else if was_asleep {
            self.made = None;
            return;
        } else {
            self.tail -= 1;
        }
        let mut channels: [Ahead; 2] = [[0.0; LOOK_AHEAD_SAMPLES + FRAME_SAMPLES]; 2];
        for ((channel, carried), sum) in channels.iter_mut().zip(&self.carried).zip(sum) {
            channel[..LOOK_AHEAD_SAMPLES].copy_from_slice(carried);
            channel[LOOK_AHEAD_SAMPLES..].copy_from_slice(sum);
        }
        self.figures.limited += u64::from(self.limiter.run(&mut channels));
        for (carried, channel) in self.carried.iter_mut().zip(&channels) {
            carried.copy_from_slice(&channel[FRAME_SAMPLES..]);
        }
        self.encode(&channels, was_asleep, complexity);
    }

    fn encode(&mut self, channels: &[Ahead; 2], was_asleep: bool, complexity: u8) {
        let mut interleaved = [0.0_f32; STEREO_SAMPLES];
        let [left, right] = channels;
        for (pair, (left, right)) in interleaved.as_chunks_mut::<2>().0.iter_mut().zip(left.iter().zip(right)) {
            *pair = [*left, *right];
        }
        self.made = match self.encoded(&interleaved, complexity) {
            Some(length) => {
                self.sequence = self.sequence.wrapping_add(1);
                self.figures.encoded += 1;
                self.figures.encoded_bytes += length as u64;
                Some((length, was_asleep))
            }
            None => {
                self.figures.failed += 1;
                None
            }
        };
    }

    /// The length of the packet, which lies in `payload`.
    fn encoded(&mut self, interleaved: &[f32; STEREO_SAMPLES], complexity: u8) -> Option<usize> {
        let encoder = self.encoder.get_or_insert_with(|| Box::new(Encoder::new(self.bitrate_bps, complexity)));
        if self.complexity != complexity {
            encoder.set_complexity(complexity);
            self.complexity = complexity;
        }
        let packet = encoder.encode(interleaved).ok()?;
        self.payload.get_mut(..packet.len())?.copy_from_slice(packet);
        Some(packet.len())
    }
}

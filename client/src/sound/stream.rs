//! One stream's way from packets to frames: jitter buffer, decoder, and what is decoded and not yet played.

use super::FRAME_SAMPLES;
use super::jitter::{JitterBuffer, Pulled};
use super::opus::Decoder;
use bytes::Bytes;
use std::collections::VecDeque;

/// A stream of one voice, or the bed's.
pub(crate) struct Stream {
    jitter: JitterBuffer,
    decoder: Decoder,
    /// Decoded and not yet played, channels in turn.
    sound: VecDeque<f32>,
}

impl Stream {
    pub(crate) fn mono() -> Self {
        Self::of(Decoder::mono())
    }

    pub(crate) fn stereo() -> Self {
        Self::of(Decoder::stereo())
    }

    fn of(decoder: Decoder) -> Self {
        Self { jitter: JitterBuffer::new(), decoder, sound: VecDeque::new() }
    }

    /// Takes a packet as it comes from the network.
    pub(crate) fn receive(&mut self, sequence: u16, timestamp: u32, payload: Bytes) {
        self.jitter.insert(sequence, timestamp, payload);
    }

    /// Writes the next 20 ms, channels in turn; false while there is only silence, and then nothing is written.
    pub(crate) fn next(&mut self, frame: &mut [f32]) -> bool {
        let wanted = FRAME_SAMPLES * self.decoder.channels();
        debug_assert_eq!(frame.len(), wanted, "a frame of this stream's channels");
        while self.sound.len() < wanted {
            match self.jitter.pull() {
                Pulled::Packet(payload) => {
                    let channels = self.decoder.channels();
                    let samples = self.decoder.decode(&payload);
                    self.jitter.played(samples.len() / channels);
                    self.sound.extend(samples);
                }
                Pulled::Missing => self.sound.extend(self.decoder.conceal()),
                Pulled::Silence => break,
            }
        }
        if self.sound.is_empty() {
            return false;
        }
        frame.fill(0.0);
        let length = self.sound.len().min(wanted);
        for (sample, played) in frame.iter_mut().zip(self.sound.drain(..length)) {
            *sample = played;
        }
        true
    }

    /// Forgets everything: what comes next is another stream.
    pub(crate) fn clear(&mut self) {
        self.jitter.clear();
        self.decoder.reset();
        self.sound.clear();
    }
}

//! Opus behind one small door, with two implementations: `opus-rs`, in Rust, and libopus by the feature `libopus`.
//!
//! What is known of `opus-rs` 0.1: its decoder, concealment and FEC equal libopus to a millionth of full scale (but it clamps
//! before we can see by how much it overshot), and millions of malformed packets did
//! not make it panic. Its encoder is safe as `Application::Audio`, in stereo, without in-band FEC; with
//! FEC or for `Voip` it can divide by zero. So nothing else is asked of it. Whatever a decoder returns is clamped, since
//! garbage can decode to anything, and a panic costs that stream its decoder.

use crate::limits::{COMPLEXITY_MAX, ENCODE_BPS_MAX, ENCODE_BPS_MIN, PACKET_SAMPLES_MAX, PAYLOAD_BYTES_MAX};
use crate::types::{FRAME_SAMPLES, SAMPLE_RATE_HZ, STEREO_SAMPLES};
#[cfg(feature = "libopus")]
use native as chosen;
#[cfg(not(feature = "libopus"))]
use pure as chosen;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Which implementation this build has.
pub const NAME: &str = chosen::NAME;

/// What a decoder made.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Decoded {
    /// How many samples it wrote.
    pub samples: usize,
    /// The largest amplitude before clamping to full scale; infinite if it wasn't a number.
    pub peak: f32,
}

/// Why a codec made nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The codec refused the packet or the frame.
    #[error("the codec refuses it")]
    Refused,
    /// The codec panicked; it begins anew.
    #[error("the codec failed inside")]
    Panicked,
}

/// Turns one stream's packets into sound of one channel at 48 kHz. Stereo packets are mixed down.
#[derive(Default)]
pub struct Decoder {
    /// Made when it is first needed: a source that never speaks needs none.
    inner: Option<chosen::Decoder>,
}

impl Decoder {
    /// A decoder that has heard nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// The sound of a packet, at most [`PACKET_SAMPLES_MAX`] samples.
    ///
    /// # Errors
    /// When the packet is not Opus, holds more than `sound` has room for, or the codec fails.
    pub fn decode(&mut self, payload: &[u8], sound: &mut [f32]) -> Result<Decoded, Fault> {
        if payload.is_empty() {
            return Err(Fault::Refused);
        }
        let room = sound.len().min(PACKET_SAMPLES_MAX);
        self.run(&mut sound[..room], |inner, sound| inner.decode(payload, sound))
    }

    /// The sound of the packet before `next`, out of what `next` repeats of it (in-band FEC); concealed where it repeats
    /// nothing. Fills `sound`, a multiple of 2.5 ms. `next` itself is still to be decoded.
    ///
    /// # Errors
    /// When `next` is not Opus, or the codec fails.
    pub fn recover(&mut self, next: &[u8], sound: &mut [f32]) -> Result<Decoded, Fault> {
        self.run(sound, |inner, sound| inner.recover(next, sound))
    }

    /// Makes sound up that goes on from what came before. Fills `sound`, a multiple of 2.5 ms.
    ///
    /// # Errors
    /// When the codec fails.
    pub fn conceal(&mut self, sound: &mut [f32]) -> Result<Decoded, Fault> {
        self.run(sound, |inner, sound| inner.conceal(sound))
    }

    /// Forgets the stream: the next packet is another's.
    pub fn reset(&mut self) {
        if let Some(inner) = &mut self.inner
            && !inner.reset()
        {
            self.inner = None;
        }
    }

    fn run(
        &mut self,
        sound: &mut [f32],
        work: impl FnOnce(&mut chosen::Decoder, &mut [f32]) -> Option<usize>,
    ) -> Result<Decoded, Fault> {
        let inner = self.inner.get_or_insert_with(chosen::Decoder::new);
        let done = catch_unwind(AssertUnwindSafe(|| work(inner, sound)));
        match done {
            Ok(Some(samples)) if (1..=sound.len()).contains(&samples) => {
                Ok(Decoded { samples, peak: clamp(&mut sound[..samples]) })
            }
            Ok(_) => Err(Fault::Refused),
            Err(_) => {
                // Its state may be torn.
                self.inner = None;
                Err(Fault::Panicked)
            }
        }
    }
}

impl fmt::Debug for Decoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decoder").field("codec", &NAME).field("made", &self.inner.is_some()).finish()
    }
}

/// Keeps samples within full scale and returns the largest amplitude before.
fn clamp(sound: &mut [f32]) -> f32 {
    let mut peak = 0.0_f32;
    let mut numbers = true;
    for sample in sound {
        // `max` passes over what is not a number.
        numbers &= sample.is_finite();
        peak = peak.max(sample.abs());
        *sample = if sample.is_finite() { sample.clamp(-1.0, 1.0) } else { 0.0 };
    }
    if numbers { peak } else { f32::INFINITY }
}

/// Turns stereo frames of 20 ms at 48 kHz into packets.
pub struct Encoder {
    inner: chosen::Encoder,
    bitrate_bps: u32,
    complexity: u8,
    packet: Box<[u8]>,
}

impl Encoder {
    /// An encoder of so many bits a second and so much effort, 0 to 10; both are brought within what is safe.
    pub fn new(bitrate_bps: u32, complexity: u8) -> Self {
        let bitrate_bps = bitrate_bps.clamp(ENCODE_BPS_MIN, ENCODE_BPS_MAX);
        let complexity = complexity.min(COMPLEXITY_MAX);
        let inner = chosen::Encoder::new(bitrate_bps, complexity);
        Self { inner, bitrate_bps, complexity, packet: vec![0; PAYLOAD_BYTES_MAX].into() }
    }

    /// The packet of a frame, left and right in turn, full scale at 1.
    ///
    /// # Errors
    /// When the codec fails; the next frame begins anew.
    pub fn encode(&mut self, frame: &[f32; STEREO_SAMPLES]) -> Result<&[u8], Fault> {
        let done = catch_unwind(AssertUnwindSafe(|| self.inner.encode(frame, &mut self.packet)));
        match done {
            Ok(Some(length)) if (1..=self.packet.len()).contains(&length) => Ok(&self.packet[..length]),
            Ok(_) => Err(Fault::Refused),
            Err(_) => {
                self.inner = chosen::Encoder::new(self.bitrate_bps, self.complexity);
                Err(Fault::Panicked)
            }
        }
    }

    /// How hard it tries from the next frame on, 0 to 10.
    pub fn set_complexity(&mut self, complexity: u8) {
        self.complexity = complexity.min(COMPLEXITY_MAX);
        self.inner.set(self.bitrate_bps, self.complexity);
    }

    /// Bits a second from the next frame on, within [`ENCODE_BPS_MIN`] and [`ENCODE_BPS_MAX`].
    pub fn set_bitrate_bps(&mut self, bitrate_bps: u32) {
        self.bitrate_bps = bitrate_bps.clamp(ENCODE_BPS_MIN, ENCODE_BPS_MAX);
        self.inner.set(self.bitrate_bps, self.complexity);
    }
}

impl fmt::Debug for Encoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { bitrate_bps, complexity, .. } = self;
        write!(f, "Encoder({NAME}, {bitrate_bps} bit/s, complexity {complexity})")
    }
}

/// `opus-rs`, in Rust.
#[cfg_attr(feature = "libopus", allow(dead_code, unreachable_pub, reason = "the other one is chosen"))]
mod pure {
    use super::{FRAME_SAMPLES, PACKET_SAMPLES_MAX, SAMPLE_RATE_HZ, STEREO_SAMPLES};
    use crate::limits::PURE_COMPLEXITY_MAX;
    use opus_rs::{Application, OpusDecoder, OpusEncoder};

    pub(super) const NAME: &str = "opus-rs";

    pub(super) struct Decoder(OpusDecoder);

    impl Decoder {
        pub(super) fn new() -> Self {
            let decoder = OpusDecoder::new(SAMPLE_RATE_HZ as i32, 1);
            Self(decoder.expect("48 kHz and one channel are what the codec is made for"))
        }

        pub(super) fn decode(&mut self, payload: &[u8], sound: &mut [f32]) -> Option<usize> {
            // The length allowed is the longest there is; the codec looks at the room itself.
            self.0.decode(payload, PACKET_SAMPLES_MAX, sound).ok()
        }

        pub(super) fn recover(&mut self, next: &[u8], sound: &mut [f32]) -> Option<usize> {
            self.0.decode_fec(next, sound.len(), sound).ok()
        }

        pub(super) fn conceal(&mut self, sound: &mut [f32]) -> Option<usize> {
            self.0.decode(&[], sound.len(), sound).ok()
        }

        /// It can't: a new one is made.
        pub(super) fn reset(&mut self) -> bool {
            false
        }
    }

    pub(super) struct Encoder(OpusEncoder);

    impl Encoder {
        pub(super) fn new(bitrate_bps: u32, complexity: u8) -> Self {
            let encoder = OpusEncoder::new(SAMPLE_RATE_HZ as i32, 2, Application::Audio);
            let mut encoder = Self(encoder.expect("48 kHz and two channels are what the codec is made for"));
            encoder.0.use_inband_fec = false;
            encoder.set(bitrate_bps, complexity);
            encoder
        }

        pub(super) fn set(&mut self, bitrate_bps: u32, complexity: u8) {
            self.0.bitrate_bps = bitrate_bps as i32;
            self.0.complexity = i32::from(complexity.min(PURE_COMPLEXITY_MAX));
        }

        pub(super) fn encode(&mut self, frame: &[f32; STEREO_SAMPLES], packet: &mut [u8]) -> Option<usize> {
            self.0.encode(frame, FRAME_SAMPLES, packet).ok()
        }
    }
}

/// libopus, in C.
#[cfg(feature = "libopus")]
mod native {
    use super::{SAMPLE_RATE_HZ, STEREO_SAMPLES};
    use opus::{Application, Bitrate, Channels};

    pub(super) const NAME: &str = "libopus";

    pub(super) struct Decoder(opus::Decoder);

    impl Decoder {
        pub(super) fn new() -> Self {
            let decoder = opus::Decoder::new(SAMPLE_RATE_HZ, Channels::Mono);
            Self(decoder.expect("48 kHz and one channel are what the codec is made for"))
        }

        pub(super) fn decode(&mut self, payload: &[u8], sound: &mut [f32]) -> Option<usize> {
            self.0.decode_float(payload, sound, false).ok()
        }

        pub(super) fn recover(&mut self, next: &[u8], sound: &mut [f32]) -> Option<usize> {
            self.0.decode_float(next, sound, true).ok()
        }

        pub(super) fn conceal(&mut self, sound: &mut [f32]) -> Option<usize> {
            self.0.decode_float(&[], sound, false).ok()
        }

        pub(super) fn reset(&mut self) -> bool {
            self.0.reset_state().is_ok()
        }
    }

    pub(super) struct Encoder(opus::Encoder);

    impl Encoder {
        pub(super) fn new(bitrate_bps: u32, complexity: u8) -> Self {
            let encoder = opus::Encoder::new(SAMPLE_RATE_HZ, Channels::Stereo, Application::Audio);
            let mut encoder = Self(encoder.expect("48 kHz and two channels are what the codec is made for"));
            encoder.set(bitrate_bps, complexity);
            encoder
        }

        pub(super) fn set(&mut self, bitrate_bps: u32, complexity: u8) {
            // Both are within what libopus takes; if it refuses all the same, it goes on as before.
            let _ = self.0.set_bitrate(Bitrate::Bits(bitrate_bps as i32));
            let _ = self.0.set_complexity(i32::from(complexity));
        }

        pub(super) fn encode(&mut self, frame: &[f32; STEREO_SAMPLES], packet: &mut [u8]) -> Option<usize> {
            self.0.encode_float(frame, packet).ok()
        }
    }
}

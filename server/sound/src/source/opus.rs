//! What can be told of an Opus packet without decoding it (RFC 6716, section 3), and its sound in stereo.

use opus_rs::OpusDecoder;
use std::panic::{AssertUnwindSafe, catch_unwind};
use torg_mix::SAMPLE_RATE_HZ;
use torg_mix::limits::PACKET_SAMPLES_MAX;

/// How many samples a packet holds, at 48 kHz; nothing if it is none.
pub(super) fn samples(packet: &[u8]) -> Option<usize> {
    let first = packet.first()?;
    let (configuration, coding) = (first >> 3, first & 3);
    let frame = match configuration {
        0..12 => [480, 960, 1_920, 2_880][usize::from(configuration & 3)],
        12..16 => [480, 960][usize::from(configuration & 1)],
        _ => 120 << (configuration & 3),
    };
    let frames = match coding {
        0 => 1,
        1 | 2 => 2,
        _ => usize::from(packet.get(1)? & 0x3F),
    };
    let samples = frame * frames;
    (1..=PACKET_SAMPLES_MAX).contains(&samples).then_some(samples)
}

/// Decodes one stream in stereo. The mixer's decoder makes one channel of everything, and music is worth two.
#[derive(Default)]
pub(super) struct StereoDecoder {
    inner: Option<OpusDecoder>,
}

impl StereoDecoder {
    /// The sound of a packet, left and right in turn, to the end of what is there: as long as the packet says it is, silent
    /// where it can't be decoded. Of a codec that panics the state may be torn, and it begins anew.
    pub(super) fn decode(&mut self, packet: &[u8], samples: usize, sound: &mut Vec<f32>) {
        let before = sound.len();
        sound.resize(before + 2 * samples, 0.0);
        if self.inner.is_none() {
            self.inner = OpusDecoder::new(SAMPLE_RATE_HZ as i32, 2).ok();
        }
        let Some(inner) = &mut self.inner else { return };
        let room = &mut sound[before..];
        match catch_unwind(AssertUnwindSafe(|| inner.decode(packet, samples, room))) {
            Ok(Ok(_)) => {}
            Ok(Err(_)) => sound[before..].fill(0.0),
            Err(_panic) => {
                self.inner = None;
                sound[before..].fill(0.0);
            }
        }
    }
}

//! Send times inside payloads, so that the way through the server can be measured where both ends are one
//! process.
//!
//! Opus lets a packet end in padding (RFC 6716, section 3.2.5) that a decoder must skip whatever it holds: there
//! a speech packet carries its time, and still plays in a browser. A constant payload carries it at its end.

use bytes::{BufMut as _, Bytes, BytesMut};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Marks a payload of ours: other people talk on the square too.
const MARK: [u8; 4] = *b"Torg";

/// Mark and time.
const STAMP_BYTES: usize = 12;

/// Length of a constant payload: what a mono voice of 48 kbit/s has.
const CONSTANT_BYTES: usize = 120;

fn stamp(now: SystemTime) -> [u8; STAMP_BYTES] {
    let mut stamp = [0; STAMP_BYTES];
    stamp[..4].copy_from_slice(&MARK);
    // The kernel tells times of arrival by this clock, so it is the one to send by.
    let since = now.duration_since(UNIX_EPOCH).unwrap_or_default();
    stamp[4..].copy_from_slice(&(since.as_nanos() as u64).to_be_bytes());
    stamp
}

/// A speech packet with its time in the padding; a packet that can't be padded so goes as it is.
pub(super) fn stamped_speech(packet: &Bytes, now: SystemTime) -> Bytes {
    // Only a packet of one frame (code 0) is rewritten here, and the encoder makes no others.
    let Some((&toc, frame)) = packet.split_first().filter(|(toc, _)| *toc & 0b11 == 0) else {
        return packet.clone();
    };
    let mut padded = BytesMut::with_capacity(3 + frame.len() + STAMP_BYTES);
    padded.put_u8(toc | 0b11);
    // Constant bit rate, padded, one frame.
    padded.put_u8(0b0100_0001);
    padded.put_u8(STAMP_BYTES as u8);
    padded.put_slice(frame);
    padded.put_slice(&stamp(now));
    padded.freeze()
}

/// A payload of constant length that is no sound: an Opus packet of one frame by its first byte, then noise.
pub(super) fn stamped_constant(now: SystemTime) -> Bytes {
    let mut payload = BytesMut::with_capacity(CONSTANT_BYTES);
    payload.put_u8(0b1111_1000);
    payload.put_bytes(0x5A, CONSTANT_BYTES - 1 - STAMP_BYTES);
    payload.put_slice(&stamp(now));
    payload.freeze()
}

/// How long a payload that arrived now was on its way; nothing for what carries no time of ours.
pub(super) fn transit(payload: &[u8], now: SystemTime) -> Option<Duration> {
    let (_, stamp) = payload.split_last_chunk::<STAMP_BYTES>()?;
    let (mark, nanos) = stamp.split_first_chunk::<4>()?;
    if *mark != MARK {
        return None;
    }
    let nanos = u64::from_be_bytes(nanos.try_into().ok()?);
    now.duration_since(UNIX_EPOCH + Duration::from_nanos(nanos)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sound::opus::{Decoder, VoiceEncoder};
    use crate::sound::source::Tone;

    #[test]
    fn a_stamped_packet_sounds_the_same() {
        let (mut tone, mut encoder) = (Tone::new(440.0), VoiceEncoder::new());
        let (mut plain, mut stamped) = (Decoder::mono(), Decoder::mono());
        for _ in 0..20 {
            let packet = encoder.encode(&tone.frame()).expect("a packet");
            let sent = SystemTime::now();
            let marked = stamped_speech(&packet, sent);
            assert_ne!(packet, marked);
            assert_eq!(plain.decode(&packet), stamped.decode(&marked));
            let after = Duration::from_millis(7);
            assert_eq!(transit(&marked, sent + after), Some(after));
            assert_eq!(transit(&packet, sent), None);
        }
    }

    #[test]
    fn a_constant_payload_tells_its_time() {
        let sent = SystemTime::now();
        let payload = stamped_constant(sent);
        assert_eq!(payload.len(), 120);
        assert_eq!(transit(&payload, sent), Some(Duration::ZERO));
        assert_eq!(transit(b"short", sent), None);
    }
}

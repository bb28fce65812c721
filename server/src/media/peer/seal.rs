//! Sealing: RTP packets for one listener, protected by AEAD_AES_128_GCM (RFC 7714) without the library's pipeline.
//!
//! A forwarded packet costs a header of 16 bytes (12 for a mix, which names no speaker), one pass of AES-GCM and nothing on the heap. The library goes on
//! protecting RTCP under keys of its own (RFC 3711 derives other ones for it), and sends no RTP beside this, so
//! no pair of key and nonce is ever used twice.

use super::LegStream;
use super::keys::MasterKey;
use crate::media::batch::Batch;
use crate::media::leg::{LEGS, LegHeader};
use ring::aead::{AES_128_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use rtc::crypto::{BlockCipherAlgorithm, RTCCryptoProvider};

/// Labels of the key derivation (RFC 3711, section 4.3.2).
const LABEL_ENCRYPTION: u8 = 0;
const LABEL_SALT: u8 = 2;

/// The fixed header (RFC 3550, section 5.1), and one with the contributing source that it may have.
const FIXED_HEADER_BYTES: usize = 12;
const HEADER_BYTES_MAX: usize = 16;

/// Version 2, no padding, no extension, no contributing source; their number is in the low bits.
const FIRST_BYTE: u8 = 0x80;

/// Seals what goes to one listener.
pub(super) struct Sealer {
    key: LessSafeKey,
    salt: [u8; NONCE_LEN],
    rollovers: [Rollover; LEGS],
}

/// How often the 16 bits of a stream's sequence numbers have run over (RFC 3711, section 3.3.1).
#[derive(Clone, Copy, Debug, Default)]
struct Rollover {
    /// The highest number sent, counted on beyond 16 bits.
    highest: Option<u64>,
}

impl Rollover {
    /// The rollover counter of a packet: of all numbers that end in its 16 bits, the nearest to the highest so far.
    fn counter_of(&mut self, sequence: u16) -> u32 {
        let Some(highest) = self.highest else {
            self.highest = Some(u64::from(sequence));
            return 0;
        };
        let ahead = sequence.wrapping_sub(highest as u16) as i16;
        // Nothing is older than the first packet: its sequence is below 2^15 and it was the first of all.
        let index = highest.saturating_add_signed(i64::from(ahead));
        self.highest = Some(highest.max(index));
        (index >> 16) as u32
    }
}

impl Sealer {
    /// Derives the session key and salt. Nothing when the provider lacks AES.
    pub(super) fn new(master: &MasterKey, provider: &dyn RTCCryptoProvider) -> Option<Self> {
        // The pseudo-random function is AES in counter mode from the salt with the label in it; each of what we
        // need fits its first block.
        let derive = |label: u8| {
            let mut block = [0; 16];
            block[..master.salt.len()].copy_from_slice(&master.salt);
            block[7] ^= label;
            let encrypted = provider.crypto().block_encrypt(BlockCipherAlgorithm::Aes128, &master.key, &mut block);
            encrypted.is_ok().then_some(block)
        };
        let key = UnboundKey::new(&AES_128_GCM, &derive(LABEL_ENCRYPTION)?).ok()?;
        let mut salt = [0; NONCE_LEN];
        salt.copy_from_slice(&derive(LABEL_SALT)?[..NONCE_LEN]);
        Some(Self { key: LessSafeKey::new(key), salt, rollovers: [Rollover::default(); LEGS] })
    }

    /// Adds a sealed packet to the batch.
    pub(super) fn seal(&mut self, leg: usize, stream: LegStream, header: LegHeader, payload: &[u8], batch: &mut Batch) {
        let counter = self.rollovers[leg].counter_of(header.sequence);
        let nonce = self.nonce(stream.ssrc, counter, header.sequence);
        let (header, header_bytes) = written(stream, header);
        let header = &header[..header_bytes];
        let key = &self.key;
        batch.push_with(|bytes| {
            bytes.extend_from_slice(header);
            let payload_at = bytes.len();
            bytes.extend_from_slice(payload);
            let tag = key.seal_in_place_separate_tag(nonce, Aad::from(header), &mut bytes[payload_at..]);
            bytes.extend_from_slice(tag.expect("a packet is far below GCM's limit of 64 GiB").as_ref());
        });
    }

    /// RFC 7714, section 8.1: two zero bytes, SSRC, rollover counter, sequence number; all that over the salt.
    fn nonce(&self, ssrc: u32, counter: u32, sequence: u16) -> Nonce {
        let mut nonce = [0; NONCE_LEN];
        nonce[2..6].copy_from_slice(&ssrc.to_be_bytes());
        nonce[6..10].copy_from_slice(&counter.to_be_bytes());
        nonce[10..].copy_from_slice(&sequence.to_be_bytes());
        nonce.iter_mut().zip(&self.salt).for_each(|(byte, salt)| *byte ^= salt);
        Nonce::assume_unique_for_key(nonce)
    }
}

/// The header as it goes out, and how many bytes of it there are.
fn written(stream: LegStream, header: LegHeader) -> ([u8; HEADER_BYTES_MAX], usize) {
    let mut bytes = [0; HEADER_BYTES_MAX];
    bytes[0] = FIRST_BYTE | u8::from(header.speaker.is_some());
    bytes[1] = u8::from(header.marker) << 7 | stream.payload_type;
    bytes[2..4].copy_from_slice(&header.sequence.to_be_bytes());
    bytes[4..8].copy_from_slice(&header.timestamp.to_be_bytes());
    bytes[8..12].copy_from_slice(&stream.ssrc.to_be_bytes());
    let Some(speaker) = header.speaker else { return (bytes, FIXED_HEADER_BYTES) };
    bytes[FIXED_HEADER_BYTES..].copy_from_slice(&speaker.0.to_be_bytes());
    (bytes, HEADER_BYTES_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rtc::srtp::context::Context;
    use rtc::srtp::protection_profile::ProtectionProfile;
    use torg_protocol::ids::ParticipantId;

    fn master() -> MasterKey {
        MasterKey { key: *b"sixteen key byte", salt: *b"a salt of 12" }
    }

    /// The library's own view of the same key, reading.
    fn opener(provider: &dyn RTCCryptoProvider) -> Context {
        let MasterKey { key, salt } = master();
        Context::new(&key, &salt, ProtectionProfile::AeadAes128Gcm, None, None, provider.crypto()).expect("a context")
    }

    #[test]
    fn what_is_sealed_opens_by_the_library_over_many_rollovers() {
        let provider = rtc::crypto::default_provider().expect("a provider");
        let mut sealer = Sealer::new(&master(), &*provider).expect("a sealer");
        let mut opener = opener(&*provider);
        let stream = LegStream { ssrc: 0xDEAD_BEEF, payload_type: 111 };
        let mut batch = Batch::default();
        let mut sequence = 0x7FFFu16;
        for number in 0..200_000u32 {
            // Pairs change places, at the rollover as well; and one of fifty is never sent.
            let sent = if number % 2 == 0 { sequence.wrapping_add(1) } else { sequence.wrapping_sub(1) };
            sequence = sequence.wrapping_add(1);
            if number % 50 == 7 {
                continue;
            }
            let header = LegHeader {
                sequence: sent,
                timestamp: number * 960,
                marker: number % 3 == 0,
                // A listener's bed and slots are sealed alike, but for who is named.
                speaker: (number % 5 > 0).then_some(ParticipantId(number)),
            };
            batch.clear();
            sealer.seal(0, stream, header, &number.to_be_bytes(), &mut batch);
            let sealed = batch.iter().next().expect("one packet");
            let opened = opener.decrypt_rtp(sealed).unwrap_or_else(|error| panic!("packet {number}: {error}"));
            let (header, header_bytes) = written(stream, header);
            assert_eq!(opened[header_bytes..], number.to_be_bytes());
            assert_eq!(opened[..header_bytes], header[..header_bytes]);
        }
    }

    #[test]
    fn legs_count_their_rollovers_apart() {
        let mut rollover = Rollover::default();
        assert_eq!(rollover.counter_of(0xFFFE & 0x7FFF), 0);
        let counts: Vec<u32> = [0x8000, 0xFFFE, 0x0001, 0xFFFF, 0x0002].map(|s| rollover.counter_of(s)).to_vec();
        assert_eq!(counts, [0, 0, 1, 0, 1]);
    }
}

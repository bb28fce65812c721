//! The little of STUN (RFC 8489) that demultiplexing needs: whom a binding request is for, and whether it is
//! theirs.
//!
//! The library answers the request; this only decides which peer connection may see it. An address is bound to a
//! peer by a request whose MESSAGE-INTEGRITY checks out and by nothing else.

use ring::hmac;

const HEADER_BYTES: usize = 20;
const MAGIC_COOKIE: [u8; 4] = [0x21, 0x12, 0xA4, 0x42];
const BINDING_REQUEST: [u8; 2] = [0x00, 0x01];
const USERNAME: u16 = 0x0006;
const MESSAGE_INTEGRITY: u16 = 0x0008;
const USE_CANDIDATE: u16 = 0x0025;
const MESSAGE_INTEGRITY_BYTES: usize = 20;

/// Whether a datagram is STUN at all (RFC 7983: first byte 0 to 3; then the magic cookie).
pub(super) fn is_stun(datagram: &[u8]) -> bool {
    datagram.len() >= HEADER_BYTES && datagram[0] < 4 && datagram[4..8] == MAGIC_COOKIE
}

/// A binding request, as far as we read it.
#[derive(Clone, Copy, Debug)]
pub(super) struct BindingRequest<'a> {
    bytes: &'a [u8],
    /// Our own ICE user fragment, the part of USERNAME before the colon.
    pub(super) local_ufrag: &'a str,
    /// Whether it nominates its pair (RFC 8445, section 7.1.2).
    pub(super) is_nominating: bool,
    integrity_at: usize,
}

impl<'a> BindingRequest<'a> {
    /// Reads a binding request with USERNAME and MESSAGE-INTEGRITY; anything else is `None`.
    pub(super) fn parse(bytes: &'a [u8]) -> Option<Self> {
        if !is_stun(bytes) || bytes[..2] != BINDING_REQUEST {
            return None;
        }
        let length = usize::from(u16::from_be_bytes([bytes[2], bytes[3]]));
        if bytes.len() != HEADER_BYTES + length {
            return None;
        }
        let (mut local_ufrag, mut is_nominating) = (None, false);
        let mut at = HEADER_BYTES;
        while let Some(head) = bytes.get(at..at + 4) {
            let kind = u16::from_be_bytes([head[0], head[1]]);
            let value_bytes = usize::from(u16::from_be_bytes([head[2], head[3]]));
            let value = bytes.get(at + 4..at + 4 + value_bytes)?;
            match kind {
                USERNAME => local_ufrag = std::str::from_utf8(value).ok()?.split(':').next(),
                USE_CANDIDATE => is_nominating = true,
                MESSAGE_INTEGRITY if value_bytes == MESSAGE_INTEGRITY_BYTES => {
                    return Some(Self { bytes, local_ufrag: local_ufrag?, is_nominating, integrity_at: at });
                }
                _ => {}
            }
            at += 4 + value_bytes.next_multiple_of(4);
        }
        None
    }

    /// Whether the request was made by who knows our ICE password (RFC 8489, section 14.5): HMAC-SHA1 over the
    /// message up to the attribute, with the header's length counted to the attribute's end.
    pub(super) fn is_signed_with(&self, local_password: &str) -> bool {
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, local_password.as_bytes());
        let mut signing = hmac::Context::with_key(&key);
        let counted = self.integrity_at + 4 + MESSAGE_INTEGRITY_BYTES - HEADER_BYTES;
        let Ok(counted) = u16::try_from(counted) else { return false };
        signing.update(&self.bytes[..2]);
        signing.update(&counted.to_be_bytes());
        signing.update(&self.bytes[4..self.integrity_at]);
        let given = &self.bytes[self.integrity_at + 4..][..MESSAGE_INTEGRITY_BYTES];
        // A plain comparison would tell how many bytes were right; this one takes the same time for all.
        constant_time_eq(signing.sign().as_ref(), given)
    }
}

fn constant_time_eq(one: &[u8], other: &[u8]) -> bool {
    one.len() == other.len() && one.iter().zip(other).fold(0, |different, (a, b)| different | (a ^ b)) == 0
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A signed binding request as a browser makes it.
    pub(crate) fn binding_request(local_ufrag: &str, password: &str) -> Vec<u8> {
        let username = format!("{local_ufrag}:them");
        let mut body = Vec::new();
        body.extend(USERNAME.to_be_bytes());
        body.extend((username.len() as u16).to_be_bytes());
        body.extend(username.as_bytes());
        body.resize(body.len().next_multiple_of(4), 0);
        let length = (body.len() + 24) as u16;
        let mut message = Vec::new();
        message.extend(BINDING_REQUEST);
        message.extend(length.to_be_bytes());
        message.extend(MAGIC_COOKIE);
        message.extend([7; 12]);
        message.extend(body);
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, password.as_bytes());
        let tag = hmac::sign(&key, &message);
        message.extend(MESSAGE_INTEGRITY.to_be_bytes());
        message.extend(20u16.to_be_bytes());
        message.extend(tag.as_ref());
        message
    }

    #[test]
    fn only_who_knows_the_password_is_believed() {
        let bytes = binding_request("abcd", "a password of twenty-two");
        let request = BindingRequest::parse(&bytes).expect("a binding request");
        assert_eq!(request.local_ufrag, "abcd");
        assert!(request.is_signed_with("a password of twenty-two"));
        assert!(!request.is_signed_with("another password"));
    }

    #[test]
    fn cut_and_bent_requests_are_none() {
        let bytes = binding_request("abcd", "secret");
        for cut in 0..bytes.len() {
            assert!(BindingRequest::parse(&bytes[..cut]).is_none(), "cut at {cut}");
        }
        for at in 0..bytes.len() {
            let mut bent = bytes.clone();
            bent[at] ^= 0xFF;
            // Must not panic; and whatever still parses must not check out, but for the transaction's tag bytes.
            let _ = BindingRequest::parse(&bent).map(|request| request.is_signed_with("secret"));
        }
    }
}

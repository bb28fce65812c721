//! What a connection is, by its first bytes.

/// The magic cookie of STUN (RFC 8489, section 5).
const STUN_COOKIE: [u8; 4] = [0x21, 0x12, 0xA4, 0x42];
/// Where it stands behind the two bytes of length of RFC 4571, and the type and length of STUN.
const STUN_COOKIE_AT: usize = 6;
/// As many first bytes as are ever needed.
pub(super) const SNIFF_BYTES: usize = STUN_COOKIE_AT + STUN_COOKIE.len();

/// What a connection turns out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Media over TCP: framed STUN.
    Stun,
    /// The ClientHello of TLS.
    Tls,
    /// HTTP as it is.
    Http,
    /// None of these.
    Garbage,
}

/// Tells from the first bytes; nothing when more are needed.
pub(super) fn kind(first: &[u8]) -> Option<Kind> {
    match *first {
        [] => None,
        // A record of TLS 1.x: handshake, version 3.x (RFC 8446, section 5.1).
        [0x16] => None,
        [0x16, 0x03, ..] => Some(Kind::Tls),
        // Every method of HTTP begins with a capital letter.
        [b'A'..=b'Z', ..] => Some(Kind::Http),
        // A STUN message of a client is far shorter than 16 KiB.
        [0x00..=0x3F, ..] => match first.get(STUN_COOKIE_AT..SNIFF_BYTES) {
            None => None,
            Some(cookie) if cookie == STUN_COOKIE => Some(Kind::Stun),
            Some(_) => Some(Kind::Garbage),
        },
        _ => Some(Kind::Garbage),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_bytes_tell() {
        assert_eq!(kind(b""), None);
        assert_eq!(kind(b"G"), Some(Kind::Http));
        assert_eq!(kind(b"POST / HTTP/1.1"), Some(Kind::Http));
        assert_eq!(kind(&[0x16]), None);
        assert_eq!(kind(&[0x16, 0x03, 0x01, 0x02]), Some(Kind::Tls));
        assert_eq!(kind(&[0, 20, 0, 1, 0, 0, 0x21, 0x12, 0xA4]), None);
        assert_eq!(kind(&[0, 20, 0, 1, 0, 0, 0x21, 0x12, 0xA4, 0x42]), Some(Kind::Stun));
        assert_eq!(kind(&[0, 20, 0, 1, 0, 0, 0x21, 0x12, 0xA4, 0x43]), Some(Kind::Garbage));
        assert_eq!(kind(&[0xFF]), Some(Kind::Garbage));
        assert_eq!(kind(b"get"), Some(Kind::Garbage));
    }
}

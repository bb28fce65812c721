//! Which SRTP protection a client can do, read from its DTLS ClientHello (RFC 6347, RFC 5764).
//!
//! As DTLS server the library takes the client's first choice, and browsers put AES-CM with SHA-1 first. So it is
//! configured for GCM alone, and only for a client whose hello lacks GCM with the older profile.

const RECORD_HEADER_BYTES: usize = 13;
const HANDSHAKE_HEADER_BYTES: usize = 12;
const HANDSHAKE_RECORD: u8 = 22;
const CLIENT_HELLO: u8 = 1;
const USE_SRTP: u16 = 14;
const AEAD_AES_128_GCM: u16 = 0x0007;

/// Whether a ClientHello offers AEAD_AES_128_GCM (RFC 7714). `None` when the datagram is no ClientHello, or is a
/// part of one that does not hold the answer.
pub(super) fn offers_gcm(datagram: &[u8]) -> Option<bool> {
    if *datagram.first()? != HANDSHAKE_RECORD {
        return None;
    }
    let mut hello = Cursor { bytes: datagram.get(RECORD_HEADER_BYTES..)? };
    if hello.take(1)?[0] != CLIENT_HELLO {
        return None;
    }
    hello.take(HANDSHAKE_HEADER_BYTES - 1)?;
    hello.take(2 + 32)?; // version and random
    hello.vector_u8()?; // session id
    hello.vector_u8()?; // cookie
    hello.vector_u16()?; // cipher suites
    hello.vector_u8()?; // compression
    hello.take(2)?; // length of the extensions: the datagram may hold a part of them
    loop {
        let kind = hello.u16()?;
        let mut body = Cursor { bytes: hello.vector_u16()? };
        if kind == USE_SRTP {
            let profiles = body.vector_u16()?;
            return Some(profiles.chunks_exact(2).any(|id| id == AEAD_AES_128_GCM.to_be_bytes()));
        }
    }
}

struct Cursor<'a> {
    bytes: &'a [u8],
}

impl<'a> Cursor<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.bytes.split_at_checked(count)?;
        self.bytes = rest;
        Some(taken)
    }

    fn u16(&mut self) -> Option<u16> {
        self.take(2).map(|two| u16::from_be_bytes([two[0], two[1]]))
    }

    fn vector_u8(&mut self) -> Option<&'a [u8]> {
        let length = usize::from(self.take(1)?[0]);
        self.take(length)
    }

    fn vector_u16(&mut self) -> Option<&'a [u8]> {
        let length = usize::from(self.u16()?);
        self.take(length)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A ClientHello with these SRTP profiles, as far as it is read here.
    pub(crate) fn client_hello(profiles: &[u16]) -> Vec<u8> {
        let mut srtp = ((profiles.len() * 2) as u16).to_be_bytes().to_vec();
        profiles.iter().for_each(|id| srtp.extend(id.to_be_bytes()));
        srtp.push(0);
        let mut hello = vec![HANDSHAKE_RECORD, 254, 253, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        hello.extend([CLIENT_HELLO, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        hello.extend([254, 253]);
        hello.extend([7; 32]);
        hello.extend([0, 0, 0, 2, 0xC0, 0x2B, 1, 0]);
        hello.extend([0, 0]);
        hello.extend([0, 23, 0, 0]);
        hello.extend(USE_SRTP.to_be_bytes());
        hello.extend((srtp.len() as u16).to_be_bytes());
        hello.extend(srtp);
        hello
    }

    #[test]
    fn reads_the_profiles() {
        assert_eq!(offers_gcm(&client_hello(&[1, 7])), Some(true));
        assert_eq!(offers_gcm(&client_hello(&[1, 2])), Some(false));
        assert_eq!(offers_gcm(&[0x16]), None);
        let hello = client_hello(&[1, 7]);
        (0..hello.len() - 1).for_each(|cut| {
            let _ = offers_gcm(&hello[..cut]);
        });
    }
}

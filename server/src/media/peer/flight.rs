//! Resending of lost DTLS handshake datagrams.
//!
//! The library clears its own retransmission timer in the middle of a handshake, so one lost datagram would hang
//! it for ever. Here the datagrams of the newest flight (RFC 6347, section 4.2.4) are kept and sent again, as they
//! were, until the handshake is through. Records that did arrive are dropped by the other side's replay check.

use bytes::BytesMut;
use std::time::{Duration, Instant};

/// The first wait; doubles with every resend up to [`WAIT_MAX`].
const WAIT_FIRST: Duration = Duration::from_millis(120);
const WAIT_MAX: Duration = Duration::from_secs(2);

/// After this many resends (about 10 s) the peer is left to its handshake limit.
const RESENDS_MAX: u32 = 8;

/// The longest flight of ours has five messages; certificates here are small.
const DATAGRAMS_MAX: usize = 16;

/// The newest flight that we sent.
#[derive(Debug)]
pub(super) struct LastFlight {
    datagrams: Vec<BytesMut>,
    last_sent: Option<Instant>,
    resends: u32,
    /// The other side has said something since: what we send next is a new flight.
    is_answered: bool,
}

/// Whether a datagram is DTLS (RFC 7983: first byte 20 to 63).
pub(super) fn is_dtls(datagram: &[u8]) -> bool {
    datagram.first().is_some_and(|first| (20..64).contains(first))
}

/// Whether a DTLS datagram belongs to a handshake: a change of cipher (20) or a handshake record (22).
pub(super) fn is_handshake(datagram: &[u8]) -> bool {
    matches!(datagram.first(), Some(20 | 22))
}

impl LastFlight {
    pub(super) fn new() -> Self {
        Self { datagrams: Vec::new(), last_sent: None, resends: 0, is_answered: false }
    }

    /// Whether nothing has been sent yet.
    pub(super) fn is_empty(&self) -> bool {
        self.datagrams.is_empty()
    }

    /// A handshake datagram came from the other side.
    pub(super) fn answered(&mut self) {
        self.is_answered = true;
    }

    /// Keeps a handshake datagram that is being sent.
    pub(super) fn keep(&mut self, datagram: &BytesMut, now: Instant) {
        if !is_handshake(datagram) {
            return;
        }
        if std::mem::take(&mut self.is_answered) {
            self.datagrams.clear();
            self.resends = 0;
        }
        self.last_sent = Some(now);
        if self.datagrams.len() < DATAGRAMS_MAX {
            self.datagrams.push(datagram.clone());
        }
    }

    /// What to send again because the other side has been silent for too long.
    pub(super) fn due(&mut self, now: Instant) -> &[BytesMut] {
        let wait = (WAIT_FIRST * 2u32.pow(self.resends)).min(WAIT_MAX);
        let is_due = self.last_sent.is_some_and(|last| now.saturating_duration_since(last) >= wait);
        if is_due { self.again(now) } else { &[] }
    }

    /// What to send again because the other side repeats itself: it has not got our last flight. At most every
    /// 50 ms, so that a flood of repeats is not answered by one.
    pub(super) fn repeated(&mut self, now: Instant) -> &[BytesMut] {
        let rests = self.last_sent.is_some_and(|last| now.saturating_duration_since(last) < WAIT_FIRST / 2);
        if rests { &[] } else { self.again(now) }
    }

    fn again(&mut self, now: Instant) -> &[BytesMut] {
        if self.resends >= RESENDS_MAX {
            return &[];
        }
        self.resends += 1;
        self.last_sent = Some(now);
        &self.datagrams
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flight_is_resent_with_growing_waits_and_then_given_up() {
        let start = Instant::now();
        let mut flight = LastFlight::new();
        flight.keep(&BytesMut::from(&[22u8, 1][..]), start);
        flight.keep(&BytesMut::from(&[22u8, 2][..]), start);
        flight.keep(&BytesMut::from(&[128u8, 2][..]), start);
        let mut resends = Vec::new();
        for ms in (0..60_000).step_by(10) {
            let count = flight.due(start + Duration::from_millis(ms)).len();
            if count > 0 {
                assert_eq!(count, 2, "the two handshake datagrams, not the media");
                resends.push(ms);
            }
        }
        assert_eq!(resends.len(), RESENDS_MAX as usize);
        assert!(resends.windows(3).all(|waits| waits[2] - waits[1] >= waits[1] - waits[0]));
    }

    #[test]
    fn a_new_flight_replaces_the_old() {
        let start = Instant::now();
        let mut flight = LastFlight::new();
        flight.keep(&BytesMut::from(&[22u8, 1][..]), start);
        flight.answered();
        flight.keep(&BytesMut::from(&[20u8, 9][..]), start + Duration::from_millis(5));
        let again = flight.repeated(start + Duration::from_millis(400));
        assert_eq!(again, [BytesMut::from(&[20u8, 9][..])]);
    }
}

//! Sends the last flight of the DTLS handshake again.
//!
//! RFC 6347, section 4.2.4, lets each side repeat its last flight until the other answers. The library clears
//! the timer for that, so one lost datagram hangs its handshake for ever. This stands between the library and
//! the socket, keeps what was sent last, and says when it is time to send it again.

use crate::limits::{FLIGHT_DATAGRAMS_MAX, FLIGHT_RESENDS_MAX};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

/// The first wait before a flight is sent again; it doubles with each. Far above a round trip inside a
/// continent, and short enough that a lost datagram goes unnoticed.
const FIRST_WAIT: Duration = Duration::from_millis(150);

/// The longest wait.
const LONGEST_WAIT: Duration = Duration::from_millis(1_200);

/// The last flight of one handshake.
#[derive(Debug, Default)]
pub(super) struct Flight {
    datagrams: Vec<(Vec<u8>, SocketAddr)>,
    /// Whether the other side has said something since; what is sent next begins a new flight.
    answered: bool,
    resends: u32,
    due: Option<Instant>,
    /// The handshake is done.
    over: bool,
}

/// Whether a datagram is DTLS, by its first byte (RFC 7983).
pub(super) fn is_dtls(datagram: &[u8]) -> bool {
    datagram.first().is_some_and(|first| (20..64).contains(first))
}

impl Flight {
    /// A datagram of the handshake leaves.
    pub(super) fn sent(&mut self, now: Instant, datagram: &[u8], to: SocketAddr) {
        if self.over {
            return;
        }
        if self.answered {
            self.datagrams.clear();
            self.answered = false;
            self.resends = 0;
        }
        if self.datagrams.len() < FLIGHT_DATAGRAMS_MAX && !self.datagrams.iter().any(|(kept, _)| kept == datagram) {
            self.datagrams.push((datagram.to_vec(), to));
        }
        self.due = Some(now + FIRST_WAIT);
    }

    /// A datagram of the handshake came.
    pub(super) fn received(&mut self) {
        self.answered = true;
    }

    /// The handshake is done: nothing is sent again.
    pub(super) fn finish(&mut self) {
        *self = Self { over: true, ..Self::default() };
    }

    /// When to look again; nothing when there is nothing to send.
    pub(super) fn due(&self) -> Option<Instant> {
        self.due
    }

    /// The datagrams to be sent again at this moment, mostly none.
    pub(super) fn take_due(&mut self, now: Instant) -> Vec<(Vec<u8>, SocketAddr)> {
        if self.due.is_none_or(|due| due > now) {
            return Vec::new();
        }
        self.resends += 1;
        let wait = (FIRST_WAIT * 2u32.pow(self.resends.min(8))).min(LONGEST_WAIT);
        self.due = (self.resends < FLIGHT_RESENDS_MAX).then_some(now + wait);
        self.datagrams.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HELLO: &[u8] = &[22, 1];
    const KEYS: &[u8] = &[22, 2];

    fn server() -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], 9))
    }

    #[test]
    fn what_is_not_answered_is_sent_again_less_and_less_often() {
        let (mut flight, start) = (Flight::default(), Instant::now());
        flight.sent(start, HELLO, server());
        assert!(flight.take_due(start).is_empty());
        let mut sent_ms = Vec::new();
        for ms in 0..20_000 {
            if !flight.take_due(start + Duration::from_millis(ms)).is_empty() {
                sent_ms.push(ms);
            }
        }
        assert_eq!(sent_ms, [150, 450, 1_050, 2_250, 3_450, 4_650, 5_850, 7_050]);
    }

    #[test]
    fn an_answer_alone_does_not_stop_it_but_the_next_flight_does() {
        let (mut flight, start) = (Flight::default(), Instant::now());
        flight.sent(start, HELLO, server());
        flight.received();
        let later = start + Duration::from_millis(200);
        assert_eq!(flight.take_due(later)[0].0, HELLO, "a part of the answer may be lost");
        flight.sent(later, KEYS, server());
        let again = flight.take_due(later + Duration::from_secs(1));
        assert_eq!(again.len(), 1);
        assert_eq!(again[0].0, KEYS);
        flight.finish();
        flight.sent(later, KEYS, server());
        assert_eq!(flight.due(), None);
    }

    #[test]
    fn dtls_is_told_from_stun_and_rtp() {
        assert!(is_dtls(&[20]) && is_dtls(&[63]));
        assert!(!is_dtls(&[0]) && !is_dtls(&[64]) && !is_dtls(&[128]) && !is_dtls(&[]));
    }
}

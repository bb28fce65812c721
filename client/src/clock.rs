//! The server's clock, as far as a guest can know it.

use std::time::{Duration, Instant};
use torg_protocol::units::TimeMs;

/// Follows the server's clock: the offset of the ping with the shortest way there and back counts, since half of
/// that way is how wrong it can be.
#[derive(Clone, Debug)]
pub(crate) struct ServerClock {
    /// A moment of ours and what the server's clock showed then.
    anchor: (Instant, f64),
    /// Way there and back of the ping that set the anchor.
    round_trip: Duration,
    /// When that was: after a while a worse ping is better than an old one.
    set: Instant,
}

/// After so long any ping may set the clock anew: clocks drift apart by some milliseconds a minute at worst.
const BEST_PING_VALID: Duration = Duration::from_secs(60);

impl ServerClock {
    /// From the welcome: right but for the time it took to come.
    pub(crate) fn from_welcome(server_time: TimeMs, now: Instant) -> Self {
        Self { anchor: (now, server_time.0 as f64), round_trip: Duration::MAX, set: now }
    }

    /// From the answer to a ping.
    pub(crate) fn pong(&mut self, sent: Instant, now: Instant, server_time: TimeMs) {
        let round_trip = now.saturating_duration_since(sent);
        if round_trip <= self.round_trip || now.saturating_duration_since(self.set) > BEST_PING_VALID {
            self.anchor = (sent + round_trip / 2, server_time.0 as f64);
            self.round_trip = round_trip;
            self.set = now;
        }
    }

    /// The server's clock at a moment of ours.
    pub(crate) fn at(&self, moment: Instant) -> TimeMs {
        let (anchor, server_ms) = self.anchor;
        let since_ms = match moment.checked_duration_since(anchor) {
            Some(since) => since.as_secs_f64() * 1e3,
            None => -(anchor.saturating_duration_since(moment).as_secs_f64() * 1e3),
        };
        TimeMs((server_ms + since_ms).max(0.0) as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quickest_ping_sets_the_clock() {
        let start = Instant::now();
        let after = |ms| start + Duration::from_millis(ms);
        let mut clock = ServerClock::from_welcome(TimeMs(1_000), after(40));
        assert_eq!(clock.at(after(50)), TimeMs(1_010));
        clock.pong(after(100), after(120), TimeMs(1_110));
        assert_eq!(clock.at(after(210)), TimeMs(1_210), "half of the way back is known now");
        clock.pong(after(200), after(300), TimeMs(1_290));
        assert_eq!(clock.at(after(310)), TimeMs(1_310), "a slow ping teaches nothing");
        clock.pong(after(90_000), after(90_100), TimeMs(91_000));
        assert_eq!(clock.at(after(90_050)), TimeMs(91_000), "unless the quick one is long ago");
    }
}

//! The server's clock: Unix time at the start plus what a monotone clock counted since.

use std::time::{Instant, SystemTime, UNIX_EPOCH};
use torg_protocol::units::TimeMs;

/// Tells the time and never runs backwards, whatever happens to the machine's wall clock.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    started_unix_ms: u64,
    started: Instant,
}

impl Clock {
    /// A clock that reads the wall clock once, now.
    #[must_use]
    pub fn start() -> Self {
        let unix = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self { started_unix_ms: u64::try_from(unix.as_millis()).unwrap_or(0), started: Instant::now() }
    }

    /// The time now.
    #[must_use]
    pub fn now(&self) -> TimeMs {
        let since_ms = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        TimeMs(self.started_unix_ms.saturating_add(since_ms))
    }
}

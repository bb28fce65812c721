//! The server's clock: Unix time at the start plus what a monotone clock counted since. And how moments are written.

use std::time::{Instant, SystemTime, UNIX_EPOCH};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
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

/// A moment as RFC 3339 writes it, in UTC: `2026-11-24T09:30:00Z`, with a fraction only where there is one.
#[must_use]
pub fn rfc3339(at: TimeMs) -> String {
    utc(at).format(&Rfc3339).unwrap_or_default()
}

/// The same moment as the library has it; what lies after the year 9999, which no slot may, is its last second.
#[must_use]
pub fn utc(at: TimeMs) -> OffsetDateTime {
    let last = 253_402_300_799_000;
    let nanoseconds = i128::from(at.0.min(last)) * 1_000_000;
    OffsetDateTime::from_unix_timestamp_nanos(nanoseconds).unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

//! Moments as RFC 3339 writes them, in the bodies of requests.

use super::error::ApiError;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use torg_protocol::units::TimeMs;

/// Parses a moment. It must say its offset: what a clock on the wall shows happens twice in a night of autumn.
pub(super) fn parse(field: &str, text: &str) -> Result<TimeMs, ApiError> {
    let example = "2026-11-24T09:30:00+01:00 or 2026-11-24T08:30:00Z";
    let no_moment = || {
        let words = format!("`{field}` must be a moment with its offset (RFC 3339), such as {example}");
        ApiError::field(field, words)
    };
    let moment = OffsetDateTime::parse(text.trim(), &Rfc3339).map_err(|_| no_moment())?;
    let milliseconds = u64::try_from(moment.unix_timestamp_nanos().div_euclid(1_000_000));
    milliseconds.map(TimeMs).map_err(|_| ApiError::field(field, format!("`{field}` can't lie before the year 1970")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::rfc3339;

    #[track_caller]
    fn check(text: &str, shown: &str) {
        assert_eq!(rfc3339(parse("starts_at", text).expect("a moment")), shown);
    }

    #[test]
    fn offsets_make_one_moment_of_clocks_on_walls() {
        check("2026-11-24T09:30:00Z", "2026-11-24T09:30:00Z");
        check("2026-11-24T00:30:00+01:00", "2026-11-23T23:30:00Z");
        check("2026-10-25T02:30:00+02:00", "2026-10-25T00:30:00Z");
        check("2026-10-25T02:30:00+01:00", "2026-10-25T01:30:00Z");
        check("2026-11-24T09:30:00.25-03:30", "2026-11-24T13:00:00.25Z");
    }

    #[test]
    fn what_is_no_moment_is_refused() {
        for text in
            ["", "tomorrow", "2026-11-24", "2026-11-24T09:30:00", "2026-13-01T00:00:00Z", "1969-12-31T23:59:59Z"]
        {
            assert!(parse("starts_at", text).is_err(), "{text}");
        }
    }
}

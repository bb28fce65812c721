//! How often may be asked. Counted by space and token, not by address: a hospital is one address.

use super::error::ApiError;
use crate::limits::{
    DOORS_BURST, DOORS_PER_SECOND, RATE_KEYS_MAX, READS_BURST, READS_PER_SECOND, SPACES_MADE_BURST,
    SPACES_MADE_PER_SECOND, WRITES_BURST, WRITES_PER_SECOND,
};
use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota};
use std::hash::{BuildHasher as _, RandomState};
use std::num::NonZeroU32;

/// What a request costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Read,
    Write,
    MakeSpace,
    /// Somebody comes in, or a file is read.
    Door,
}

/// The rates of all callers.
#[derive(Debug)]
pub struct Rates {
    reads: DefaultKeyedRateLimiter<u64>,
    writes: DefaultKeyedRateLimiter<u64>,
    spaces: DefaultKeyedRateLimiter<u64>,
    doors: DefaultKeyedRateLimiter<u64>,
    clock: DefaultClock,
    /// Callers are known by a hash that nobody outside can foresee, so nobody can choose to collide with another.
    hasher: RandomState,
}

impl Default for Rates {
    fn default() -> Self {
        let quota = |per_second: u32, burst: u32| {
            let number = |number| NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN);
            Quota::per_second(number(per_second)).allow_burst(number(burst))
        };
        Self {
            reads: DefaultKeyedRateLimiter::keyed(quota(READS_PER_SECOND, READS_BURST)),
            writes: DefaultKeyedRateLimiter::keyed(quota(WRITES_PER_SECOND, WRITES_BURST)),
            spaces: DefaultKeyedRateLimiter::keyed(quota(SPACES_MADE_PER_SECOND, SPACES_MADE_BURST)),
            doors: DefaultKeyedRateLimiter::keyed(quota(DOORS_PER_SECOND, DOORS_BURST)),
            clock: DefaultClock::default(),
            hasher: RandomState::new(),
        }
    }
}

impl Rates {
    /// Counts a request.
    pub(super) fn count(&self, kind: Kind, space: &str, token: &str) -> Result<(), ApiError> {
        let rates = match kind {
            Kind::Read => &self.reads,
            Kind::Write => &self.writes,
            Kind::MakeSpace => &self.spaces,
            Kind::Door => &self.doors,
        };
        let mut key = self.hasher.hash_one((space, token));
        if rates.len() >= RATE_KEYS_MAX {
            // Callers whose count is at rest need not be remembered. When all are busy, newcomers share one count.
            rates.retain_recent();
            if rates.len() >= RATE_KEYS_MAX {
                key = 0;
            }
        }
        let counted = rates.check_key(&key);
        counted.map_err(|until| ApiError::too_frequent(until.wait_time_from(self.clock.now())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{StatusCode, header};
    use axum::response::IntoResponse as _;

    #[test]
    fn each_token_has_a_count_of_its_own_and_is_told_when_to_come_again() {
        let rates = Rates::default();
        let refusal = (0..100_000).find_map(|_| rates.count(Kind::Read, "torg", "a token").err()).expect("a bound");
        let response = refusal.into_response();
        assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS);
        let wait = response.headers()[header::RETRY_AFTER].to_str().expect("a number").parse::<u32>();
        assert_eq!(wait, Ok(1), "the next one is there in a fiftieth of a second");
        for (kind, space, token) in
            [(Kind::Write, "torg", "a token"), (Kind::Read, "torg", "another"), (Kind::Read, "circle", "a token")]
        {
            assert!(rates.count(kind, space, token).is_ok(), "{kind:?} {space} {token}");
        }
    }

    #[test]
    fn a_plan_as_large_as_a_space_holds_is_brought_in_one_go() {
        let rates = Rates::default();
        assert!((0..2_700).all(|_| rates.count(Kind::Write, "torg", "a token").is_ok()));
    }
}

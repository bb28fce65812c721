//! The clock of what is made here: mixes, and sounds that are played. A round for every 20 ms, at absolute times, so that
//! it never drifts.

use crate::media::limits::MIX_BEHIND_MAX;
use std::time::{Duration, Instant};

/// What a round makes: one frame of Opus as browsers send it.
pub(super) const FRAME: Duration = Duration::from_millis(20);

/// When rounds are due.
#[derive(Debug)]
pub(super) struct FrameClock {
    due: Instant,
}

impl FrameClock {
    /// A clock whose first round is due now.
    pub(super) fn starting(now: Instant) -> Self {
        Self { due: now }
    }

    /// When the next round is due.
    pub(super) fn due(&self) -> Instant {
        self.due
    }

    /// A round is through. How many of those to come are left out, since they would come too late to be of use: a
    /// little behind, rounds follow each other without a pause until the clock is caught up with.
    pub(super) fn advance(&mut self, now: Instant) -> u32 {
        self.due += FRAME;
        let behind = now.saturating_duration_since(self.due);
        if behind <= MIX_BEHIND_MAX {
            return 0;
        }
        let left_out = u32::try_from(behind.as_millis() / FRAME.as_millis()).unwrap_or(u32::MAX);
        self.due += FRAME * left_out;
        left_out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn late_rounds_move_nothing_and_a_long_stall_leaves_some_out() {
        let start = Instant::now();
        let at = |ms: u64| start + Duration::from_millis(ms);
        let mut clock = FrameClock::starting(start);
        assert_eq!(clock.due(), at(0));
        assert_eq!(clock.advance(at(15)), 0);
        assert_eq!(clock.due(), at(20));
        assert_eq!(clock.advance(at(55)), 0, "late, and to be caught up with");
        assert_eq!(clock.due(), at(40), "the times stand");
        assert_eq!(clock.advance(at(56)), 0);
        assert_eq!(clock.due(), at(60));

        assert_eq!(clock.advance(at(1_007)), 46);
        assert_eq!(clock.due(), at(1_000), "on the same raster, and never more than a frame late");
    }

    #[test]
    fn hours_do_not_drift() {
        let start = Instant::now();
        let mut clock = FrameClock::starting(start);
        for round in 0..1_000_000u32 {
            let wakes_late = Duration::from_micros(u64::from(round * 7 % 9_000));
            let now = clock.due() + wakes_late;
            assert_eq!(clock.advance(now), 0);
        }
        assert_eq!(clock.due(), start + FRAME * 1_000_000);
    }
}

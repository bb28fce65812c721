//! Effort: how much work the mixers do for a frame. When rounds take too long they do less for each, before any is left
//! out; and more again when there has been time to spare for a while.

use crate::media::clock::FRAME;
use crate::media::limits::{MIX_CALM_ROUNDS, MIX_ROUND_MAX, MIX_SLOW_ROUNDS_MAX};
use std::time::Duration;
use torg_mix::Effort;

/// From all there is down to what keeps going. First the encoders' search, which few hear; then the voices that are
/// farthest away, of which a bed has enough left.
const LADDER: [Effort; 6] = [
    Effort { complexity: 4, sources_max: 32 },
    Effort { complexity: 2, sources_max: 32 },
    Effort { complexity: 1, sources_max: 32 },
    Effort { complexity: 0, sources_max: 32 },
    Effort { complexity: 0, sources_max: 16 },
    Effort { complexity: 0, sources_max: 8 },
];

/// Which step of the ladder the mixers stand on, and what may move them.
#[derive(Debug, Default)]
pub(super) struct EffortControl {
    step: usize,
    /// Of the last eight rounds, which were too slow: the newest in the lowest bit.
    slow: u8,
    /// Rounds on end with time to spare.
    calm: u32,
}

impl EffortControl {
    /// How much work to do now.
    pub(super) fn effort(&self) -> Effort {
        LADDER[self.step]
    }

    /// How far down the ladder, 0 at full effort.
    pub(super) fn step(&self) -> usize {
        self.step
    }

    /// A round took so long. Whether the effort is another one from now on.
    pub(super) fn note(&mut self, took: Duration) -> bool {
        let is_slow = took > MIX_ROUND_MAX;
        self.slow = self.slow << 1 | u8::from(is_slow);
        self.calm = if took < MIX_ROUND_MAX / 2 { self.calm + 1 } else { 0 };
        // One slow round is the machine's affair: something else had the core. A whole frame's time is ours.
        let too_slow = self.slow.count_ones() > MIX_SLOW_ROUNDS_MAX || took > FRAME;
        let before = self.step;
        if is_slow && too_slow {
            self.step = (self.step + 1).min(LADDER.len() - 1);
            self.slow = 0;
        } else if self.calm >= MIX_CALM_ROUNDS {
            self.step = self.step.saturating_sub(1);
            self.calm = 0;
        }
        self.step != before
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SLOW: Duration = Duration::from_millis(17);
    const QUICK: Duration = Duration::from_millis(2);

    #[test]
    fn one_slow_round_changes_nothing_and_three_do() {
        let mut control = EffortControl::default();
        assert!(!control.note(SLOW));
        (0..8).for_each(|_| assert!(!control.note(QUICK)));
        assert!(!control.note(SLOW) && !control.note(QUICK) && !control.note(SLOW));
        assert!(control.note(SLOW));
        assert_eq!(control.step(), 1);
        assert!(control.effort().complexity < LADDER[0].complexity);
        assert_eq!(control.effort().sources_max, LADDER[0].sources_max, "quality goes before voices do");
    }

    #[test]
    fn it_goes_down_fast_and_comes_back_slowly() {
        let mut control = EffortControl::default();
        for _ in 0..200 {
            control.note(FRAME * 2);
        }
        assert_eq!(control.step(), LADDER.len() - 1, "and there it stays");
        let rounds = (1..).take_while(|_| !control.note(QUICK)).count();
        assert!(rounds >= 200, "{rounds} rounds are seconds");
        assert_eq!(control.step(), LADDER.len() - 2);
        for _ in 0..10_000 {
            control.note(QUICK);
        }
        assert_eq!(control.step(), 0);
        for _ in 0..10_000 {
            assert!(!control.note(MIX_ROUND_MAX * 3 / 4), "neither slow nor with time to spare");
        }
    }

    #[test]
    fn each_step_asks_for_no_more_than_the_one_above() {
        let is_less = |pair: &[Effort]| {
            pair[1].complexity <= pair[0].complexity
                && pair[1].sources_max <= pair[0].sources_max
                && (pair[1].complexity, pair[1].sources_max) != (pair[0].complexity, pair[0].sources_max)
        };
        assert!(LADDER.windows(2).all(is_less));
    }
}

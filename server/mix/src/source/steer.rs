//! How long packets wait, against how long they should.
//!
//! A packet must be there at the pull that first needs its sound. With packets of 20 ms that moment moves in whole
//! packets: letting sound wait 5 ms longer helps no packet, until it is 20. So what can be reached is a *grid*, and between
//! its points the *rest* only delays.

use crate::limits::{PIECE_MIN, SKIP_BEYOND, STEER_PULLS, WAIT_LONG, WAIT_SHORT};
use crate::types::FRAME_SAMPLES;

/// Pulls in a row in which far too much waits before it is skipped: a late tick looks the same for one or two.
const SKIP_PULLS: u32 = 4;

/// How far apart the waits are that packets of this length can have, samples: what divides both a packet and a frame.
pub(crate) fn grid(packet_samples: usize) -> i64 {
    let (mut one, mut other) = (FRAME_SAMPLES, packet_samples);
    while other > 0 {
        (one, other) = (other, one % other);
    }
    one as i64
}

/// What is to be put in or taken out.
#[derive(Debug, Default)]
pub(crate) struct Steering {
    pulls: u32,
    /// The shortest wait in these pulls: a tick that came late makes a wait look long.
    shortest: i64,
    /// Samples still to be put in, or taken out if negative.
    goal: i64,
    wait: i64,
    /// Pulls in a row in which far too much waited.
    too_long: u32,
}

impl Steering {
    /// Begins anew: what was seen is no longer true.
    pub(crate) fn restart(&mut self) {
        (self.pulls, self.goal, self.too_long) = (0, 0, 0);
    }

    /// How long a punctual packet is to wait now.
    pub(crate) fn wait_now(&self) -> i64 {
        self.wait
    }

    /// Whether so much waits that sound must be skipped.
    pub(crate) fn should_skip(&self) -> bool {
        self.too_long >= SKIP_PULLS
    }

    /// Looks at a pull: `lead` is how long ago a punctual packet would have come whose sound begins with this frame, `wait`
    /// how long it should be. Returns the samples to put in, or to take out if negative.
    pub(crate) fn look(&mut self, lead: i64, wait: i64, waiting: usize, packet_samples: usize) -> i64 {
        let grid = grid(packet_samples);
        let rest = waiting as i64 % grid;
        // The last packet that this frame needs began this much later.
        let waited = lead - (FRAME_SAMPLES as i64 - grid) - rest;
        self.wait = wait;
        self.too_long = if waited > wait + grid + SKIP_BEYOND { self.too_long + 1 } else { 0 };
        self.shortest = if self.pulls == 0 { waited } else { self.shortest.min(waited) };
        self.pulls += 1;
        if self.pulls >= STEER_PULLS {
            self.pulls = 0;
            self.goal = self.decide(wait, grid, rest);
        }
        self.goal
    }

    /// So many samples were put in, or taken out if negative.
    pub(crate) fn changed(&mut self, samples: i64) {
        // A piece may be longer than what was left.
        self.goal = if (self.goal - samples) * self.goal > 0 { self.goal - samples } else { 0 };
    }

    fn decide(&self, wait: i64, grid: i64, rest: i64) -> i64 {
        let beyond = self.shortest - wait;
        // What was begun is finished, or it would go back and forth.
        let short = if self.goal > 0 { -WAIT_SHORT } else { WAIT_SHORT };
        if beyond < -short {
            ((-beyond).max(1) + grid - 1) / grid * grid - rest
        } else if beyond >= grid + WAIT_LONG {
            -(rest + beyond / grid * grid)
        } else if rest >= PIECE_MIN as i64 {
            -rest
        } else {
            0
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WAIT: i64 = 576;

    /// What is decided after pulls that all look the same.
    fn decided(steering: &mut Steering, lead: i64, waiting: usize, packet_samples: usize) -> i64 {
        (0..STEER_PULLS).map(|_| steering.look(lead, WAIT, waiting, packet_samples)).last().unwrap_or(0)
    }

    #[test]
    fn a_wait_within_a_step_is_left_alone() {
        for lead in (WAIT..WAIT + 960).step_by(48) {
            assert_eq!(decided(&mut Steering::default(), lead, 960, 960), 0, "{lead}");
        }
        assert_eq!(decided(&mut Steering::default(), WAIT + 960 - 120, 960, 120), 0, "short packets");
    }

    #[test]
    fn a_wait_that_is_too_short_grows_by_a_step_and_one_too_long_shrinks() {
        assert_eq!(decided(&mut Steering::default(), WAIT - 200, 960, 960), 960);
        assert_eq!(decided(&mut Steering::default(), WAIT + 960 + 200, 960, 960), -960);
        assert_eq!(decided(&mut Steering::default(), WAIT + 4 * 960 + 50, 960, 960), -4 * 960);
        assert_eq!(decided(&mut Steering::default(), WAIT + 100 + 300, 960 + 300, 960), -300, "the rest only delays");
    }

    #[test]
    fn a_change_that_has_begun_is_finished() {
        let mut steering = Steering::default();
        assert_eq!(decided(&mut steering, WAIT - 200, 960, 960), 960);
        steering.changed(400);
        assert_eq!(decided(&mut steering, WAIT - 50 + 400, 960 + 400, 960), 560, "though it looks a little better now");
        steering.changed(600);
        assert_eq!(steering.goal, 0);
    }

    #[test]
    fn one_late_tick_changes_nothing() {
        let mut steering = Steering::default();
        for pull in 0..64 {
            let late = if pull % 10 == 3 { 30_000 } else { 0 };
            assert_eq!(steering.look(WAIT + 300 + late, WAIT, 960, 960), 0);
            assert!(!steering.should_skip());
        }
        for _ in 0..4 {
            steering.look(WAIT + 20_000, WAIT, 960, 960);
        }
        assert!(steering.should_skip());
    }
}

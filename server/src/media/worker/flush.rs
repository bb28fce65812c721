//! Flushing: all that waits for one listener is sealed into one batch and leaves in as few system calls as can be.
//!
//! Sealing waits until here, so that the batch is one piece of memory, in the order in which the kernel can segment
//! it, and still warm when it is sent.

use super::{Held, Worker};
use crate::media::batch::Batch;
use crate::media::leg::LegHeader;
use crate::media::limits::{FLUSH_AT_ONCE_BELOW, HOLD_MAX, HOLD_MIN};
use crate::media::peer::Outbound;
use bytes::Bytes;
use std::cmp::Reverse;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

/// A packet on its way to a listener, until the next flush.
#[derive(Clone, Copy, Debug)]
pub(super) struct Queued {
    pub(super) leg: usize,
    pub(super) header: LegHeader,
    /// Its place in the worker's round.
    pub(super) packet: usize,
    /// How many packets of the same leg wait before it.
    pub(super) rank: usize,
}

/// How long flushes take, so that the next one begins in time to be through within [`HOLD_MAX`].
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct FlushPace {
    took: Duration,
}

impl FlushPace {
    /// How long the first of what waits may wait before a flush begins.
    fn hold(self) -> Duration {
        HOLD_MAX.saturating_sub(self.took).max(HOLD_MIN)
    }

    /// Rises at once and falls slowly: late is worse than early.
    fn note(&mut self, took: Duration) {
        self.took = took.max((self.took * 15 + took) / 16);
    }
}

impl Worker {
    /// When what waits is to be flushed.
    pub(super) fn flush_at(&self) -> Option<Instant> {
        self.dirty_since.map(|since| since + self.pace.hold())
    }

    /// Sends everything that waits.
    pub(super) fn flush(&mut self, now: Instant) {
        if self.dirty.is_empty() {
            return;
        }
        let mut lost = Vec::new();
        let mut dirty = std::mem::take(&mut self.dirty);
        for at in dirty.drain(..) {
            let Some(held) = self.held.get_mut(at) else { continue };
            held.is_dirty = false;
            let (batch, outbound, round) = (&mut self.batch, &mut self.outbound, &self.round);
            if catch_unwind(AssertUnwindSafe(|| gather(held, round, now, batch, outbound))).is_err() {
                lost.push(at);
            }
            if let Some((to, from)) = held.peer.way() {
                self.sender.send(to, from, &self.batch, &mut self.tally.sent);
            }
            self.batch.clear();
            self.sender.send_each(&mut self.outbound, &mut self.tally.sent);
        }
        self.dirty = dirty;
        self.round.clear();
        self.tally.mixes_sent(&mut self.mixed_of);
        // A handful of packets says nothing of how long many take.
        if self.queued >= FLUSH_AT_ONCE_BELOW {
            self.pace.note(now.elapsed());
        }
        self.queued = 0;
        self.dirty_since = None;
        self.is_urgent = false;
        lost.into_iter().for_each(|at| self.lose(at, "panic"));
    }
}

fn gather(held: &mut Held, round: &[Bytes], now: Instant, batch: &mut Batch, outbound: &mut Vec<Outbound>) {
    let Held { queue, peer, .. } = held;
    // Speech differs in size from packet to packet, and segmentation wants equal sizes with one smaller at the end.
    // Large before small makes runs of what would go one by one. Packets of one leg never change places.
    queue.sort_by_key(|queued| (queued.rank, Reverse(round[queued.packet].len())));
    for queued in queue.drain(..) {
        peer.seal(queued.leg, queued.header, &round[queued.packet], now, batch);
    }
    peer.transmits(now, outbound);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slow_flush_makes_the_next_begin_earlier_and_is_slowly_forgotten() {
        let mut pace = FlushPace::default();
        assert_eq!(pace.hold(), HOLD_MAX);
        pace.note(Duration::from_millis(2));
        assert_eq!(pace.hold(), HOLD_MAX - Duration::from_millis(2));
        pace.note(Duration::from_micros(400));
        assert!(pace.hold() < HOLD_MAX - Duration::from_millis(1));
        (0..100).for_each(|_| pace.note(Duration::from_micros(400)));
        assert!(pace.hold() > HOLD_MAX - Duration::from_micros(450));
        pace.note(Duration::from_secs(1));
        assert_eq!(pace.hold(), HOLD_MIN);
    }
}

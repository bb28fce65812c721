//! How irregularly packets come, and how long they should wait because of it.

use crate::limits::{
    HOLD_FOR_FEC, JITTER_EVERY, JITTER_FEW, JITTER_PACKETS, JITTER_PERCENTILE, JITTER_WINDOW, WAIT_MAX, WAIT_MIN,
    WAIT_SPARE,
};

/// When packets came, against when they would have by the speaker's clock. All in samples.
#[derive(Debug)]
pub(crate) struct Jitter {
    /// When each came, and by how much after its sound's beginning on the speaker's clock: a number that means nothing
    /// but in comparison.
    seen: Box<[(i64, i64)]>,
    count: usize,
    next: usize,
    punctual: i64,
    late: i64,
    judged: Option<i64>,
    /// Until when the next packet is waited for because it may repeat the last.
    hold_until: i64,
    packet_samples: i64,
}

impl Jitter {
    pub(crate) fn new() -> Self {
        Self {
            seen: vec![(0, 0); JITTER_PACKETS].into(),
            count: 0,
            next: 0,
            punctual: 0,
            late: 0,
            judged: None,
            hold_until: i64::MIN,
            packet_samples: 0,
        }
    }

    /// Forgets the stream.
    pub(crate) fn clear(&mut self) {
        (self.count, self.next, self.late, self.judged, self.hold_until) = (0, 0, 0, None, i64::MIN);
    }

    /// A packet came.
    pub(crate) fn came(&mut self, start: i64, samples: usize, now: i64) {
        let offset = now - start;
        self.seen[self.next] = (now, offset);
        self.next = (self.next + 1) % self.seen.len();
        self.count = (self.count + 1).min(self.seen.len());
        self.packet_samples = samples as i64;
        if self.judged.is_none_or(|judged| now - judged >= JITTER_EVERY || now < judged) {
            self.judge(now);
        } else {
            self.punctual = self.punctual.min(offset);
        }
    }

    /// A packet was lost while packets repeat each other.
    pub(crate) fn lost(&mut self, now: i64) {
        self.hold_until = now + HOLD_FOR_FEC;
    }

    /// How much after its sound's beginning on the speaker's clock a punctual packet comes on ours.
    pub(crate) fn punctual(&self) -> i64 {
        self.punctual
    }

    /// How late packets come, the percentile that counts.
    pub(crate) fn late(&self) -> i64 {
        self.late
    }

    /// How long a punctual packet should have waited when it must be there.
    pub(crate) fn wait(&self, now: i64) -> i64 {
        let hold = if now < self.hold_until && self.packet_samples <= 960 { self.packet_samples } else { 0 };
        (self.late + WAIT_SPARE).max(WAIT_MIN).saturating_add(hold).min(WAIT_MAX)
    }

    fn judge(&mut self, now: i64) {
        let mut offsets = [0; JITTER_PACKETS];
        let mut count = 0;
        for &(came, offset) in &self.seen[..self.count] {
            if now - came <= JITTER_WINDOW {
                offsets[count] = offset;
                count += 1;
            }
        }
        let offsets = &mut offsets[..count];
        let Some(&punctual) = offsets.iter().min() else { return };
        let rank = (count - 1) * JITTER_PERCENTILE / 100;
        let (_, &mut late, _) = offsets.select_nth_unstable(rank);
        // Few packets say little, after a pause: what was known before is believed on, a little less each time.
        let believed = if count < JITTER_FEW { self.late - self.late / 32 } else { 0 };
        (self.punctual, self.late, self.judged) = (punctual, (late - punctual).max(believed), Some(now));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_follows_the_jitter_within_its_bounds() {
        for (jitter_ms, least_ms, most_ms) in [(0, 12, 12), (5, 12, 12), (20, 22, 25), (40, 41, 45), (200, 50, 50)] {
            let mut jitter = Jitter::new();
            for packet in 0..400_i64 {
                let late = packet * 7_919 % (jitter_ms * 48 + 1);
                jitter.came(packet * 960, 960, 777 + packet * 960 + late);
            }
            let wait_ms = jitter.wait(0) / 48;
            assert!((least_ms..=most_ms).contains(&wait_ms), "{jitter_ms} ms of jitter: {wait_ms} ms");
            assert!((777..877).contains(&jitter.punctual()), "{}", jitter.punctual());
        }
    }

    #[test]
    fn what_is_long_past_is_forgotten() {
        let mut jitter = Jitter::new();
        for packet in 0..200_i64 {
            jitter.came(packet * 960, 960, packet * 960 + packet % 2 * 2_000);
        }
        assert!(jitter.wait(0) > 2_000);
        for packet in 200..420_i64 {
            jitter.came(packet * 960, 960, packet * 960 + 48);
        }
        assert_eq!((jitter.wait(0), jitter.punctual()), (WAIT_MIN, 48));
    }

    #[test]
    fn a_pause_forgets_little() {
        let mut jitter = Jitter::new();
        let come = |jitter: &mut Jitter, packets: std::ops::Range<i64>, most: i64| {
            packets.for_each(|packet| jitter.came(packet * 960, 960, packet * 960 + packet * 7_919 % most));
        };
        come(&mut jitter, 0..200, 1_500);
        let before = jitter.wait(0);
        come(&mut jitter, 2_000..2_010, 1_500);
        assert!(jitter.wait(0) > before * 9 / 10, "{} after {before}", jitter.wait(0));
        come(&mut jitter, 4_000..4_200, 2);
        assert_eq!(jitter.wait(0), WAIT_MIN, "but many good packets do");
    }

    #[test]
    fn a_loss_holds_one_packet_more_for_a_while() {
        let mut jitter = Jitter::new();
        jitter.came(0, 960, 0);
        jitter.lost(100);
        assert_eq!(jitter.wait(200), WAIT_MIN + 960);
        assert_eq!(jitter.wait(100 + HOLD_FOR_FEC), WAIT_MIN);
    }
}

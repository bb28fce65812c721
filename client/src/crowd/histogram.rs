//! Percentiles of millions of durations in a few kilobytes.

use std::time::Duration;

/// Parts of each doubling: a figure is right within 2 %.
const PARTS: u64 = 32;

/// 32 doublings of a microsecond are more than an hour.
const BUCKETS: usize = (PARTS * 33) as usize;

/// How often durations of each size came up.
#[derive(Clone, Debug)]
pub(super) struct Histogram {
    counts: Vec<u64>,
    total: u64,
}

impl Histogram {
    pub(super) fn new() -> Self {
        Self { counts: vec![0; BUCKETS], total: 0 }
    }

    pub(super) fn record(&mut self, duration: Duration) {
        self.counts[bucket(duration.as_micros() as u64)] += 1;
        self.total += 1;
    }

    pub(super) fn merge(&mut self, other: &Self) {
        for (count, more) in self.counts.iter_mut().zip(&other.counts) {
            *count += more;
        }
        self.total += other.total;
    }

    pub(super) fn total(&self) -> u64 {
        self.total
    }

    /// The duration that this share (0 to 1) of all don't exceed, milliseconds; nothing without any.
    pub(super) fn percentile_ms(&self, share: f64) -> Option<f64> {
        let wanted = (share * self.total as f64).ceil().max(1.0) as u64;
        let mut seen = 0;
        let reached = self.counts.iter().position(|&count| {
            seen += count;
            seen >= wanted
        });
        reached.map(|bucket| (upper_us(bucket as u64) as f64).round() / 1e3)
    }
}

/// Small values have a bucket each; above, each doubling has 32.
fn bucket(micros: u64) -> usize {
    if micros < PARTS {
        return micros as usize;
    }
    let doublings = u64::from(micros.ilog2()) - u64::from(PARTS.ilog2());
    let part = (micros >> doublings) - PARTS;
    (((doublings + 1) * PARTS + part) as usize).min(BUCKETS - 1)
}

/// The largest value in a bucket.
fn upper_us(bucket: u64) -> u64 {
    if bucket < PARTS {
        return bucket;
    }
    let (doublings, part) = (bucket / PARTS - 1, bucket % PARTS);
    ((PARTS + part + 1) << doublings) - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_right_within_a_few_percent() {
        let mut histogram = Histogram::new();
        let mut other = Histogram::new();
        for micros in 1..=50_000_u64 {
            let half = if micros % 2 == 0 { &mut histogram } else { &mut other };
            half.record(Duration::from_micros(micros));
        }
        histogram.merge(&other);
        assert_eq!(histogram.total(), 50_000);
        for (share, expected_ms) in [(0.5, 25.0), (0.99, 49.5), (1.0, 50.0)] {
            let found_ms = histogram.percentile_ms(share).expect("some");
            assert!((found_ms / expected_ms - 1.0).abs() < 0.04, "{share}: {found_ms}");
        }
        assert_eq!(Histogram::new().percentile_ms(0.5), None);
    }

    #[test]
    fn every_duration_has_a_bucket_that_holds_it() {
        for micros in (0..2_000).chain([1 << 20, (1 << 30) + 7]) {
            let bucket = bucket(micros);
            assert!(upper_us(bucket as u64) >= micros);
            assert!(bucket == 0 || upper_us(bucket as u64 - 1) < micros);
        }
        let mut histogram = Histogram::new();
        histogram.record(Duration::from_secs(1 << 40));
        assert!(histogram.percentile_ms(0.5).is_some());
    }
}

//! A doorbell: wakes a worker that sleeps while it gathers.
//!
//! A worker with voices to send is not woken by each packet that comes; it sleeps until it is time to send. What the
//! mixers made must not wait for that: it has waited in their buffers already.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, Thread};
use std::time::Instant;

/// One worker's.
#[derive(Debug, Default)]
pub(super) struct Doorbell {
    rung: AtomicBool,
    sleeper: OnceLock<Thread>,
}

impl Doorbell {
    /// Wakes who sleeps, or keeps them from falling asleep once.
    pub(super) fn ring(&self) {
        self.rung.store(true, Ordering::Release);
        if let Some(sleeper) = self.sleeper.get() {
            sleeper.unpark();
        }
    }

    /// Sleeps until then, or until the bell rings. Always by the same thread.
    pub(super) fn sleep_until(&self, until: Instant) {
        self.sleeper.get_or_init(thread::current);
        while !self.answered() {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            thread::park_timeout(left);
        }
    }

    /// Whether the bell rang; from now on it hasn't.
    pub(super) fn answered(&self) -> bool {
        self.rung.swap(false, Ordering::Acquire)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::time::Duration;

    #[test]
    fn who_sleeps_wakes_in_time_or_when_it_rings() {
        let bell = Arc::new(Doorbell::default());
        let began = Instant::now();
        bell.sleep_until(began + Duration::from_millis(30));
        assert!(began.elapsed() >= Duration::from_millis(30));

        bell.ring();
        let began = Instant::now();
        bell.sleep_until(began + Duration::from_secs(60));
        assert!(began.elapsed() < Duration::from_secs(30), "it had rung before");

        let ringing = Arc::clone(&bell);
        let ring = thread::spawn(move || {
            thread::sleep(Duration::from_millis(20));
            ringing.ring();
        });
        let began = Instant::now();
        bell.sleep_until(began + Duration::from_secs(60));
        assert!(began.elapsed() < Duration::from_secs(30), "it rang meanwhile");
        ring.join().expect("rung");
    }
}

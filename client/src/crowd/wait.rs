//! Waiting for what may never come.

use std::time::Instant;
use tokio::time::{Interval, sleep_until};

pub(super) async fn sleep_until_or_never(moment: Option<Instant>) {
    match moment {
        Some(moment) => sleep_until(moment.into()).await,
        None => std::future::pending().await,
    }
}

pub(super) async fn tick(steps: &mut Option<Interval>) {
    match steps {
        Some(steps) => {
            steps.tick().await;
        }
        None => std::future::pending().await,
    }
}

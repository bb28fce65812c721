//! What waits for the writer, bounded by number and by bytes.

use super::Job;
use crate::error::AppendError;
use crate::limits::{QUEUE_APPENDS_MAX, QUEUE_BYTES_MAX, SNAPSHOTS_WAITING_MAX};
use std::sync::Arc;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

/// The way to the writer. Clones lead to the same.
#[derive(Clone, Debug)]
pub(crate) struct Queue {
    jobs: mpsc::Sender<Job>,
    bytes: Arc<Semaphore>,
    snapshots: Arc<Semaphore>,
}

impl Queue {
    pub(crate) fn new() -> (Self, mpsc::Receiver<Job>) {
        let (jobs, receiver) = mpsc::channel(QUEUE_APPENDS_MAX);
        let bytes = Arc::new(Semaphore::new(QUEUE_BYTES_MAX));
        (Self { jobs, bytes, snapshots: Arc::new(Semaphore::new(SNAPSHOTS_WAITING_MAX)) }, receiver)
    }

    /// Room for so many bytes, if there is.
    pub(crate) fn room(&self, bytes: usize) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.bytes).try_acquire_many_owned(u32::try_from(bytes).ok()?).ok()
    }

    /// Room for a snapshot, if there is.
    pub(crate) fn room_for_snapshot(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.snapshots).try_acquire_owned().ok()
    }

    /// Sends at once or not at all.
    pub(crate) fn send(&self, job: Job) -> Result<(), AppendError> {
        self.jobs.try_send(job).map_err(|error| match error {
            TrySendError::Full(_) => AppendError::Overloaded,
            TrySendError::Closed(_) => AppendError::Closed,
        })
    }

    /// Sends when there is room; whether there is still somebody to take it.
    pub(crate) async fn send_in_turn(&self, job: Job) -> bool {
        self.jobs.send(job).await.is_ok()
    }
}

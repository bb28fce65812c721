//! The handle by which one space is written.

use crate::entry::{self, NewEntry, Sequence};
use crate::error::{AppendError, SnapshotError};
use crate::limits::{SNAPSHOT_BYTES_MAX, SPACE_WAITING_MAX};
use crate::writer::{Append, Failure, Job, Opened, Queue, SnapshotJob};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use tokio::sync::{Semaphore, oneshot};
use torg_protocol::ids::SpaceId;

/// Writes the log of one space. Whoever opens the space next takes over, and this log is refused from then on.
#[derive(Debug)]
pub struct SpaceLog {
    space: SpaceId,
    opened: Opened,
    line: Arc<Line>,
    waiting: Arc<Semaphore>,
    queue: Queue,
}

/// What a log and its pending appends share.
#[derive(Debug)]
struct Line(Mutex<Expected>);

/// What the next append builds on. The generation grows with each failure that its maker has been told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Expected {
    pub(crate) generation: u64,
    pub(crate) last: Sequence,
}

impl Line {
    fn lock(&self) -> MutexGuard<'_, Expected> {
        // Two words are written under it, which can't be left half done.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn told(&self, failure: Failure) -> AppendError {
        if let Some(resume) = failure.resume {
            let mut expected = self.lock();
            if resume.generation > expected.generation {
                *expected = resume;
            }
        }
        failure.error
    }
}

/// An append on its way. It resolves when its entries are committed, to the sequence of the last of them, or when they
/// are not. Dropping it changes nothing about the entries.
#[derive(Debug)]
#[must_use = "nothing may be acknowledged before this resolves"]
pub struct Pending {
    answer: oneshot::Receiver<Result<Sequence, Failure>>,
    line: Arc<Line>,
}

impl Future for Pending {
    type Output = Result<Sequence, AppendError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.answer).poll(context).map(|answer| match answer {
            Ok(Ok(sequence)) => Ok(sequence),
            Ok(Err(failure)) => Err(self.line.told(failure)),
            // The writer has ended without an answer.
            Err(_) => Err(AppendError::Closed),
        })
    }
}

impl SpaceLog {
    pub(crate) fn new(space: SpaceId, opened: Opened, queue: Queue) -> Self {
        let line = Arc::new(Line(Mutex::new(opened.expected)));
        Self { space, opened, line, waiting: Arc::new(Semaphore::new(SPACE_WAITING_MAX)), queue }
    }

    /// Whose log it is.
    #[must_use]
    pub fn space(&self) -> &SpaceId {
        &self.space
    }

    /// The last entry, appends on their way included.
    #[must_use]
    pub fn last(&self) -> Sequence {
        self.line.lock().last
    }

    /// Sends entries on their way. Appends of a space are written in the order of these calls, each whole or not at
    /// all; what waits from all spaces shares a transaction.
    ///
    /// An append builds on those before it. When one fails, those that were sent after it, before its failure was told
    /// by its [`Pending`], fail too ([`AppendError::AfterFailure`]); the first one sent after that is tried anew.
    ///
    /// # Errors
    /// Here, when nothing was sent: [`AppendError::Unfit`], [`AppendError::Overloaded`], [`AppendError::Closed`].
    /// All others from [`Pending`].
    pub fn append(&mut self, entries: Vec<NewEntry>) -> Result<Pending, AppendError> {
        let cost_bytes = entry::check(&entries)?;
        let waiting = Arc::clone(&self.waiting).try_acquire_owned().map_err(|_| AppendError::Overloaded)?;
        let room = self.queue.room(cost_bytes).ok_or(AppendError::Overloaded)?;
        let (answer, answered) = oneshot::channel();
        let mut expected = self.line.lock();
        let (after, count) = (*expected, entries.len());
        let append = Append {
            space: self.opened.key,
            holder: self.opened.holder,
            after,
            entries,
            cost_bytes,
            answer,
            _room: (waiting, room),
        };
        self.queue.send(Job::Append(append))?;
        expected.last = after.last.after(count);
        Ok(Pending { answer: answered, line: Arc::clone(&self.line) })
    }

    /// Keeps the state of the space as it was after the entry `at`, so that replay can begin there; older ones but
    /// one are dropped. Resolves when it is committed. It waits in the same queue as appends, and they for it.
    ///
    /// # Errors
    /// [`SnapshotError`]; the log is as it was.
    pub fn write_snapshot(
        &mut self,
        at: Sequence,
        content: Vec<u8>,
    ) -> impl Future<Output = Result<(), SnapshotError>> + Send + use<> {
        let sent = self.send_snapshot(at, content);
        async move { sent?.await.unwrap_or(Err(SnapshotError::Closed)) }
    }

    fn send_snapshot(
        &self,
        at: Sequence,
        content: Vec<u8>,
    ) -> Result<oneshot::Receiver<Result<(), SnapshotError>>, SnapshotError> {
        if content.len() > SNAPSHOT_BYTES_MAX {
            return Err(SnapshotError::TooLarge(content.len()));
        }
        let room = self.queue.room_for_snapshot().ok_or(SnapshotError::Overloaded)?;
        let (answer, answered) = oneshot::channel();
        let (space, holder) = (self.opened.key, self.opened.holder);
        let name = self.space.clone();
        let job = Job::Snapshot(SnapshotJob { name, space, holder, at, content, answer, _room: room });
        self.queue.send(job).map_err(|error| match error {
            AppendError::Closed => SnapshotError::Closed,
            _ => SnapshotError::Overloaded,
        })?;
        Ok(answered)
    }
}

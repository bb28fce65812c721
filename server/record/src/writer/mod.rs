//! The one task that writes: takes what waits, puts it into one transaction, and answers after COMMIT has returned.
//!
//! `plan` decides in memory what goes into a transaction, `transaction` speaks to the database, `doubt` finds out what
//! became of a commit that was never answered, `queue` bounds what waits.

mod doubt;
mod plan;
mod queue;
mod rows;
#[cfg(test)]
mod tests;
mod transaction;

pub(crate) use plan::Row;
pub(crate) use queue::Queue;
pub(crate) use rows::{insert, signed};
pub(crate) use transaction::begin;

use crate::chain::Check;
use crate::database::{self, Connection};
use crate::entry::{NewEntry, Sequence};
use crate::error::{AppendError, Reason, SnapshotError};
use crate::keys::Keyring;
use crate::limits::{TRANSACTION_BYTES_MAX, TRANSACTION_JOBS_MAX, TRANSACTION_WAIT};
use crate::log::Expected;
use crate::url::RecordUrl;
use plan::Plan;
use std::collections::HashMap;
use tokio::sync::{OwnedSemaphorePermit, mpsc, oneshot};
use tokio::time::timeout;
use torg_protocol::ids::SpaceId;
use transaction::Stop;

/// The number by which the database knows a space.
pub(crate) type Key = i64;

/// What the writer is asked for.
#[derive(Debug)]
pub(crate) enum Job {
    /// Open a space for writing, in place of whoever may write it now.
    Open { space: SpaceId, answer: oneshot::Sender<Result<Opened, Reason>> },
    /// Write entries.
    Append(Append),
    /// Write a snapshot.
    Snapshot(SnapshotJob),
    /// Let SQLite's file have at most so many pages on the writer's connection, as if the disk had no more.
    #[cfg(test)]
    PagesMax(u32),
    /// End, when all that was sent before is done.
    Close { done: oneshot::Sender<()> },
}

/// A space that was opened for writing.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Opened {
    pub(crate) key: Key,
    /// The number of this opening; the database lets only the newest write.
    pub(crate) holder: i64,
    pub(crate) expected: Expected,
    pub(crate) check: Check,
}

#[derive(Debug)]
pub(crate) struct Append {
    pub(crate) space: Key,
    pub(crate) holder: i64,
    pub(crate) after: Expected,
    pub(crate) entries: Vec<NewEntry>,
    pub(crate) cost_bytes: usize,
    pub(crate) answer: oneshot::Sender<Result<Sequence, Failure>>,
    /// Given back when the append is done with: the space's room and that in the whole queue.
    pub(crate) _room: (OwnedSemaphorePermit, OwnedSemaphorePermit),
}

#[derive(Debug)]
pub(crate) struct SnapshotJob {
    pub(crate) name: SpaceId,
    pub(crate) space: Key,
    pub(crate) holder: i64,
    pub(crate) at: Sequence,
    pub(crate) content: Vec<u8>,
    pub(crate) answer: oneshot::Sender<Result<(), SnapshotError>>,
    pub(crate) _room: OwnedSemaphorePermit,
}

/// Why an append failed, and what the next one builds on. Without that, the space must be opened again.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    pub(crate) error: AppendError,
    pub(crate) resume: Option<Expected>,
}

/// The end of a space's log, as the last commit left it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Head {
    sequence: Sequence,
    check: Check,
    /// Who may write it: our newest opening.
    holder: i64,
    /// Who stands in the database; another than `holder` when the disk was full at opening.
    seen_holder: i64,
    /// How many failures there have been.
    generation: u64,
}

impl Head {
    fn expected(&self) -> Expected {
        Expected { generation: self.generation, last: self.sequence }
    }
}

pub(crate) struct Writer {
    url: RecordUrl,
    /// None after one was lost; the next transaction makes another.
    connection: Option<Connection>,
    keyring: Keyring,
    /// Of every space that was opened; as many as there are spaces.
    heads: HashMap<Key, Head>,
}

impl Writer {
    pub(crate) fn new(url: RecordUrl, connection: Connection, keyring: Keyring) -> Self {
        Self { url, connection: Some(connection), keyring, heads: HashMap::new() }
    }

    pub(crate) async fn run(mut self, mut jobs: mpsc::Receiver<Job>) {
        let mut taken = Vec::with_capacity(TRANSACTION_JOBS_MAX);
        while jobs.recv_many(&mut taken, TRANSACTION_JOBS_MAX).await > 0 {
            let mut batch = Vec::new();
            let mut bytes = 0;
            for job in taken.drain(..) {
                if let Job::Append(append) = job {
                    if bytes + append.cost_bytes > TRANSACTION_BYTES_MAX {
                        self.write(std::mem::take(&mut batch)).await;
                        bytes = 0;
                    }
                    bytes += append.cost_bytes;
                    batch.push(append);
                    continue;
                }
                self.write(std::mem::take(&mut batch)).await;
                bytes = 0;
                match job {
                    Job::Open { space, answer } => drop(answer.send(self.open(space).await)),
                    Job::Snapshot(job) => self.snapshot(job).await,
                    #[cfg(test)]
                    Job::PagesMax(pages) => self.pages_max(pages).await,
                    Job::Close { done } => {
                        // Whoever is told that it is closed must find it closed.
                        jobs.close();
                        self.end().await;
                        let _ = done.send(());
                        return;
                    }
                    Job::Append(_) => unreachable!("appends were taken out above"),
                }
            }
            self.write(batch).await;
        }
        self.end().await;
    }

    async fn end(mut self) {
        if let Err(error) = self.keyring.written().await {
            tracing::warn!(%error, "some keys that nothing was sealed by yet were not kept");
        }
        if let Some(connection) = self.connection.take() {
            database::close(connection).await;
        }
    }

    /// Writes appends in one transaction and answers them.
    async fn write(&mut self, batch: Vec<Append>) {
        let mut plan = Plan::of(batch, &self.heads);
        if plan.is_empty() {
            return;
        }
        if let Err(error) = self.keyring.written().await {
            return plan.fail(&AppendError::Keys(error.to_string()), &mut self.heads);
        }
        for attempt in 1.. {
            match self.attempt(&mut plan).await {
                Ok(()) => return plan.keep(&mut self.heads),
                // Nothing was committed. A database that was started anew takes it at the second try.
                Err(Stop::Before(reason)) if reason.is_gone() && attempt < 2 => {}
                Err(Stop::Before(reason)) => {
                    tracing::warn!(%reason, "entries of the record were not written");
                    return plan.fail(&AppendError::Failed(reason), &mut self.heads);
                }
                Err(Stop::Committing(reason)) => {
                    tracing::warn!(%reason, "a commit of the record failed");
                    let truth = self.truth(plan.spaces()).await;
                    return plan.settle(truth.as_ref(), &reason, &mut self.heads);
                }
            }
        }
    }

    async fn attempt(&mut self, plan: &mut Plan) -> Result<(), Stop> {
        let mut connection = self.take_connection().await.map_err(Stop::Before)?;
        let done = match timeout(TRANSACTION_WAIT, transaction::write(&mut connection, plan)).await {
            Ok(done) => done,
            // Whether the commit was sent before time was up is not known here.
            Err(_) => return Err(Stop::Committing(Reason::took_too_long())),
        };
        match done {
            Ok(()) => self.connection = Some(connection),
            Err(ref stop) => self.roll_back(connection, stop.reason()).await,
        }
        done
    }

    async fn open(&mut self, space: SpaceId) -> Result<Opened, Reason> {
        let holder = fresh_holder();
        let mut opened = self.try_open(&space, holder).await;
        if opened.as_ref().is_err_and(Reason::is_gone) {
            opened = self.try_open(&space, holder).await;
        }
        let (key, mut head) = opened?;
        // Appends of an earlier opening that still come are refused by its number.
        head.generation = self.heads.get(&key).map_or(0, |old| old.generation + 1);
        self.heads.insert(key, head);
        Ok(Opened { key, holder, expected: head.expected(), check: head.check })
    }

    async fn try_open(&mut self, space: &SpaceId, holder: i64) -> Result<(Key, Head), Reason> {
        let mut connection = self.take_connection().await?;
        let opening = transaction::open(&mut connection, space, holder);
        let opened = timeout(TRANSACTION_WAIT, opening).await.map_err(|_| Reason::took_too_long())?;
        match opened {
            Ok(opened) => {
                self.connection = Some(connection);
                Ok(opened)
            }
            Err(reason) if reason.forbids_only_writing() => {
                self.roll_back(connection, &reason).await;
                let mut connection = self.take_connection().await?;
                // The space can be read; the first append that finds room takes it over.
                let found = transaction::look(&mut connection, space, holder).await;
                self.connection = Some(connection);
                found?.ok_or(reason)
            }
            Err(reason) => {
                self.roll_back(connection, &reason).await;
                Err(reason)
            }
        }
    }

    async fn snapshot(&mut self, job: SnapshotJob) {
        let written = self.try_snapshot(&job).await;
        // Whoever asked may have gone.
        let _ = job.answer.send(written);
    }

    async fn try_snapshot(&mut self, job: &SnapshotJob) -> Result<(), SnapshotError> {
        let head = self.heads.get(&job.space).filter(|head| head.holder == job.holder).copied();
        let head = head.ok_or(SnapshotError::TakenOver)?;
        if job.at > head.sequence {
            return Err(SnapshotError::Ahead { at: job.at, head: head.sequence });
        }
        let mut connection = self.take_connection().await.map_err(SnapshotError::Failed)?;
        let writing = transaction::write_snapshot(&mut connection, job, &head);
        let Ok(written) = timeout(TRANSACTION_WAIT, writing).await else {
            return Err(SnapshotError::Failed(Reason::took_too_long()));
        };
        match &written {
            Err(SnapshotError::Failed(reason)) => self.roll_back(connection, reason).await,
            Err(_) => self.roll_back(connection, &Reason::Busy(String::new())).await,
            Ok(()) => {
                self.connection = Some(connection);
                self.heads.entry(job.space).and_modify(|head| head.seen_holder = head.holder);
            }
        }
        written
    }

    /// The connection, or a new one. Whoever takes it puts it back when it is fit for the next.
    async fn take_connection(&mut self) -> Result<Connection, Reason> {
        match self.connection.take() {
            Some(connection) => Ok(connection),
            None => database::connect(&self.url).await,
        }
    }

    /// Ends a transaction that failed, and keeps the connection if it still works.
    async fn roll_back(&mut self, mut connection: Connection, reason: &Reason) {
        if reason.is_gone() {
            return;
        }
        match timeout(TRANSACTION_WAIT, transaction::roll_back(&mut connection)).await {
            Ok(Ok(())) => self.connection = Some(connection),
            Ok(Err(reason)) => tracing::debug!(%reason, "the connection to the record is given up"),
            Err(_) => tracing::debug!("the connection to the record is given up"),
        }
    }
}

/// A number that no other opening has, on any server: 63 random bits.
fn fresh_holder() -> i64 {
    use ring::rand::SecureRandom as _;
    let mut bytes = [0; 8];
    ring::rand::SystemRandom::new().fill(&mut bytes).expect("the system gives random numbers, or gave no keys either");
    i64::from_be_bytes(bytes) >> 1 & i64::MAX
}

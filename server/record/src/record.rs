//! The record as a whole: opened once, shared by all spaces.

use crate::database::{self, Purpose};
use crate::entry::Sequence;
use crate::error::RecordError;
use crate::keys::Keyring;
use crate::log::SpaceLog;
use crate::logs::{Logs, SpaceHead};
use crate::replay::{Entries, Replay};
use crate::url::RecordUrl;
use crate::writer::{Job, Queue, Writer};
use tokio::sync::oneshot;
use torg_protocol::ids::SpaceId;

/// The record of all spaces. Clones are the same record.
#[derive(Clone, Debug)]
pub struct Record {
    logs: Logs,
    queue: Queue,
}

/// Where the log of a space ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpaceEnd {
    /// Whose log.
    pub space: SpaceId,
    /// The last entry that is committed.
    pub last: Sequence,
}

impl Record {
    /// Opens the record for the server that writes it: makes it if it isn't there, brings its schema to this version,
    /// and looks whether the database is whole. Keys that were made for entries are on disk before the entries are.
    /// Must be called within a tokio runtime, which then runs the writer.
    ///
    /// # Errors
    /// [`RecordError`] in words; among them [`RecordError::Newer`] when a newer Torg has been here.
    pub async fn open(url: &RecordUrl, keyring: Keyring) -> Result<Self, RecordError> {
        let connection = database::open(url, Purpose::Serve).await?;
        let (queue, jobs) = Queue::new();
        tokio::spawn(Writer::new(url.clone(), connection, keyring).run(jobs));
        Ok(Self { logs: Logs::new(url), queue })
    }

    /// Opens a space: the log to write it, and what rebuilds it. A space that the record doesn't know begins empty.
    /// Whoever had it open before is refused from now on, on this server or another.
    ///
    /// # Errors
    /// [`RecordError::Database`] or [`RecordError::Corrupt`]; with a full disk, a space that is in the record can
    /// still be opened.
    pub async fn space(&self, space: SpaceId) -> Result<(SpaceLog, Replay), RecordError> {
        let (answer, answered) = oneshot::channel();
        if !self.queue.send_in_turn(Job::Open { space: space.clone(), answer }).await {
            return Err(RecordError::Closed);
        }
        let opened = answered.await.map_err(|_| RecordError::Closed)?.map_err(|reason| self.logs.failed(reason))?;
        let source = self.logs.source(space.clone(), opened.key);
        let replay = source.replay(opened.expected.last, opened.check).await?;
        Ok((SpaceLog::new(space, opened, self.queue.clone()), replay))
    }

    /// Reads entries of a space after one of them, as far as they are committed now, beside whoever writes it.
    /// Nothing comes of a space that the record doesn't know.
    ///
    /// # Errors
    /// [`RecordError`] in words.
    pub async fn entries(&self, space: &SpaceId, after: Sequence) -> Result<Option<Entries>, RecordError> {
        let Some(SpaceHead { key, last, check, .. }) = self.logs.head(space).await? else { return Ok(None) };
        let source = self.logs.source(space.clone(), key);
        let after = after.min(last);
        let Some(check_after) = source.check_at(after).await? else {
            let fault = "it is not there".to_owned();
            return Err(RecordError::Damaged { space: space.clone(), sequence: after, fault });
        };
        Ok(Some(Entries::new(source, (after, check_after), last, Some(check))))
    }

    /// Every space of the record, by name.
    ///
    /// # Errors
    /// [`RecordError`] in words.
    pub async fn spaces(&self) -> Result<Vec<SpaceEnd>, RecordError> {
        let heads = self.logs.heads().await?;
        Ok(heads.into_iter().map(|head| SpaceEnd { space: head.space, last: head.last }).collect())
    }

    #[cfg(test)]
    pub(crate) fn queue(&self) -> &Queue {
        &self.queue
    }

    /// Writes what still waits, and closes. Appends that come later are refused.
    pub async fn close(self) {
        let (done, ended) = oneshot::channel();
        if self.queue.send_in_turn(Job::Close { done }).await {
            // An answer that doesn't come means that the writer has ended by itself.
            let _ = ended.await;
        }
        self.logs.close().await;
    }
}

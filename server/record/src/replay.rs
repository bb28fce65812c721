//! Reading a log: page by page, each entry checked against the one before it.

use crate::chain::{Check, Said};
use crate::database::{Readers, on};
use crate::entry::{Entry, Kind, Sequence};
use crate::error::RecordError;
use crate::limits::PAGE_ENTRIES;
use std::collections::VecDeque;
use std::sync::Arc;
use torg_protocol::ids::{ParticipantId, SpaceId};
use torg_protocol::units::TimeMs;

/// The state of a space after one of its entries, as whoever wrote it sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// The last entry that is in it.
    pub at: Sequence,
    /// What was handed to [`SpaceLog::write_snapshot`](crate::SpaceLog::write_snapshot).
    pub content: Vec<u8>,
}

/// What rebuilds a space: the newest snapshot that is whole, and the entries after it.
#[derive(Debug)]
pub struct Replay {
    snapshot: Option<Snapshot>,
    entries: Entries,
}

impl Replay {
    /// Takes the snapshot to begin from; nothing when there is none, and then the entries begin with the first.
    pub fn take_snapshot(&mut self) -> Option<Snapshot> {
        self.snapshot.take()
    }

    /// The last entry that will come.
    #[must_use]
    pub fn end(&self) -> Sequence {
        self.entries.end
    }

    /// The next entry, in sequence; nothing after the last.
    ///
    /// # Errors
    /// [`RecordError::Damaged`] names the entry that is not what was written; nothing after it is handed out.
    pub async fn next(&mut self) -> Result<Option<Entry>, RecordError> {
        self.entries.next().await
    }
}

/// Entries of a space in sequence. At most one page of them is in memory.
#[derive(Debug)]
pub struct Entries {
    source: Source,
    /// The last entry that was read from the database, and its check.
    read: (Sequence, Check),
    end: Sequence,
    /// The check of the entry at `end`, where the head of the log tells it.
    end_check: Option<Check>,
    page: VecDeque<Entry>,
}

/// Where entries are read from.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    pub(crate) readers: Arc<Readers>,
    pub(crate) place: String,
    pub(crate) space: SpaceId,
    pub(crate) key: i64,
}

/// A row as the database gives it: sequence, time, kind, by whom, body, check.
type EntryRow = (i64, i64, String, Option<i64>, Vec<u8>, Vec<u8>);

/// A row of a snapshot: sequence, content, the check it builds on, its seal.
type SnapshotRow = (i64, Vec<u8>, Vec<u8>, Vec<u8>);

/// Where a snapshot stands, and if it is whole, the snapshot and the check of the entry it ends with.
type FoundSnapshot = (Sequence, Option<(Snapshot, Check)>);

impl Entries {
    pub(crate) fn new(source: Source, after: (Sequence, Check), end: Sequence, end_check: Option<Check>) -> Self {
        Self { source, read: after, end, end_check, page: VecDeque::new() }
    }

    /// The next entry, in sequence; nothing after the last.
    ///
    /// # Errors
    /// [`RecordError::Damaged`] names the entry that is not what was written; nothing after it is handed out.
    pub async fn next(&mut self) -> Result<Option<Entry>, RecordError> {
        if self.page.is_empty() && self.read.0 < self.end {
            self.read_page().await?;
        }
        Ok(self.page.pop_front())
    }

    async fn read_page(&mut self) -> Result<(), RecordError> {
        const PAGE: &str = "SELECT sequence, at_ms, kind, by_participant, body, chained FROM record_entries \
                            WHERE space = $1 AND sequence > $2 AND sequence <= $3 ORDER BY sequence LIMIT $4";
        let (after, end) = (self.read.0.0.cast_signed(), self.end.0.cast_signed());
        let rows: Vec<EntryRow> = on!(&*self.source.readers, pool => {
            let query = sqlx::query_as(PAGE).bind(self.source.key).bind(after).bind(end).bind(i64::from(PAGE_ENTRIES));
            query.fetch_all(pool).await
        })
        .map_err(|error| self.source.failed(error))?;
        if rows.is_empty() {
            return Err(self.source.damaged(self.read.0.after(1), "it is not there"));
        }
        for row in rows {
            let (entry, check) = self.source.entry(row, self.read)?;
            self.read = (entry.sequence, check);
            self.page.push_back(entry);
        }
        let at_end = self.read.0 == self.end;
        if at_end && self.end_check.is_some_and(|check| check != self.read.1) {
            return Err(self.source.damaged(self.end, "the log does not end as its head says"));
        }
        Ok(())
    }
}

impl Source {
    /// Everything of a space: its newest whole snapshot and the entries up to `end`.
    pub(crate) async fn replay(self, end: Sequence, end_check: Check) -> Result<Replay, RecordError> {
        let (snapshot, after) = match self.snapshot(end).await? {
            Some((snapshot, check)) => {
                let after = (snapshot.at, check);
                (Some(snapshot), after)
            }
            None => (None, (Sequence::START, Check::start(&self.space))),
        };
        if after.0 == end && after.1 != end_check {
            return Err(self.damaged(end, "the log does not end as its head says"));
        }
        Ok(Replay { snapshot, entries: Entries::new(self, after, end, Some(end_check)) })
    }

    /// The newest snapshot that is whole, and the check of the entry it ends with.
    async fn snapshot(&self, end: Sequence) -> Result<Option<(Snapshot, Check)>, RecordError> {
        let mut below = end.after(1);
        while let Some((at, snapshot)) = self.snapshot_below(below).await? {
            if snapshot.is_some() {
                return Ok(snapshot);
            }
            tracing::warn!(space = %self.space, %at, "a snapshot is damaged: an older one is taken");
            below = at;
        }
        Ok(None)
    }

    /// The places of snapshots that are not whole.
    pub(crate) async fn damaged_snapshots(&self) -> Result<Vec<Sequence>, RecordError> {
        let mut damaged = Vec::new();
        let mut below = Sequence(i64::MAX.cast_unsigned());
        while let Some((at, snapshot)) = self.snapshot_below(below).await? {
            damaged.extend(snapshot.is_none().then_some(at));
            below = at;
        }
        Ok(damaged)
    }

    /// The newest snapshot below a place; without content when it is damaged.
    async fn snapshot_below(&self, below: Sequence) -> Result<Option<FoundSnapshot>, RecordError> {
        const NEWEST: &str = "SELECT sequence, content, chained, seal FROM record_snapshots \
                              WHERE space = $1 AND sequence < $2 ORDER BY sequence DESC LIMIT 1";
        let below = below.0.cast_signed();
        let row: Option<SnapshotRow> = on!(&*self.readers, pool => {
            sqlx::query_as(NEWEST).bind(self.key).bind(below).fetch_optional(pool).await
        })
        .map_err(|error| self.failed(error))?;
        let Some((sequence, content, chained, seal)) = row else { return Ok(None) };
        let at = Sequence(sequence.cast_unsigned());
        let checks = Check::from_bytes(&chained).zip(Check::from_bytes(&seal));
        let sealed = checks.filter(|(check, seal)| check.seal(at, &content) == *seal);
        let snapshot = match sealed {
            Some((check, _)) if self.check_at(at).await? == Some(check) => Some((Snapshot { at, content }, check)),
            _ => None,
        };
        Ok(Some((at, snapshot)))
    }

    /// The check of an entry, as it stands in the database.
    pub(crate) async fn check_at(&self, at: Sequence) -> Result<Option<Check>, RecordError> {
        const CHECK: &str = "SELECT chained FROM record_entries WHERE space = $1 AND sequence = $2";
        if at == Sequence::START {
            return Ok(Some(Check::start(&self.space)));
        }
        let row: Option<(Vec<u8>,)> = on!(&*self.readers, pool => {
            sqlx::query_as(CHECK).bind(self.key).bind(at.0.cast_signed()).fetch_optional(pool).await
        })
        .map_err(|error| self.failed(error))?;
        Ok(row.and_then(|(check,)| Check::from_bytes(&check)))
    }

    /// An entry, if it is the one that follows and says what was written.
    fn entry(&self, row: EntryRow, before: (Sequence, Check)) -> Result<(Entry, Check), RecordError> {
        let (sequence, at_ms, kind, by, body, chained) = row;
        let expected = before.0.after(1);
        if sequence.cast_unsigned() != expected.0 {
            return Err(self.damaged(expected, "it is not there"));
        }
        let altered = || self.damaged(expected, "it does not say what was written");
        let by = by.map(u32::try_from).transpose().map_err(|_| altered())?.map(ParticipantId);
        let at = TimeMs(at_ms.cast_unsigned());
        let check = before.1.then(expected, Said { at, kind: &kind, by, body: &body });
        if Check::from_bytes(&chained) != Some(check) {
            return Err(altered());
        }
        let kind = Kind::parse(&kind).map_err(|_| altered())?;
        Ok((Entry { sequence: expected, at, kind, by, body }, check))
    }

    pub(crate) fn failed(&self, error: sqlx::Error) -> RecordError {
        RecordError::of(&self.place, error.into())
    }

    fn damaged(&self, sequence: Sequence, fault: &str) -> RecordError {
        RecordError::Damaged { space: self.space.clone(), sequence, fault: fault.to_owned() }
    }
}

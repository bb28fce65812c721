//! What can go wrong, in words for people.

use crate::entry::{Sequence, Unfit};
use crate::limits::SNAPSHOT_BYTES_MAX;
use torg_protocol::ids::SpaceId;

/// What a database said when it did not do as asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// There is no room left where the record is kept.
    #[error("there is no room left on the disk of the record")]
    DiskFull,
    /// The database can't be reached, or went away.
    #[error("the database of the record cannot be reached: {0}")]
    Unreachable(String),
    /// Somebody else holds a lock for longer than we wait.
    #[error("another program holds the record: {0}")]
    Busy(String),
    /// It may not be written.
    #[error("the record may be read but not written: {0}")]
    ReadOnly(String),
    /// The database itself says that it is damaged.
    #[error("the database of the record is damaged: {0}")]
    Damaged(String),
    /// Anything else, in the database's words.
    #[error("the database of the record refused: {0}")]
    Refused(String),
}

impl Reason {
    /// Whether the connection is of no use any more.
    pub(crate) fn is_gone(&self) -> bool {
        matches!(self, Self::Unreachable(_))
    }

    /// Whether reading may go on where writing can't.
    pub(crate) fn forbids_only_writing(&self) -> bool {
        matches!(self, Self::DiskFull | Self::ReadOnly(_))
    }

    pub(crate) fn took_too_long() -> Self {
        Self::Unreachable("it did not answer in time".to_owned())
    }
}

impl From<sqlx::Error> for Reason {
    fn from(error: sqlx::Error) -> Self {
        let Some(told) = error.as_database_error() else {
            return match error {
                sqlx::Error::Io(_)
                | sqlx::Error::Tls(_)
                | sqlx::Error::PoolTimedOut
                | sqlx::Error::PoolClosed
                | sqlx::Error::WorkerCrashed
                | sqlx::Error::Protocol(_) => Self::Unreachable(error.to_string()),
                _ => Self::Refused(error.to_string()),
            };
        };
        let words = told.message().to_owned();
        let code = told.code().unwrap_or_default();
        match code.parse::<u32>() {
            // SQLSTATE has five characters (PostgreSQL, appendix A), SQLite's codes are shorter numbers.
            Ok(number) if code.len() < 5 => Self::of_sqlite(number, words),
            _ => Self::of_postgres(&code, words),
        }
    }
}

impl Reason {
    /// SQLite's primary result code is the low byte (<https://www.sqlite.org/rescode.html>).
    fn of_sqlite(code: u32, words: String) -> Self {
        match code & 0xFF {
            13 => Self::DiskFull,
            5 | 6 => Self::Busy(words),
            8 => Self::ReadOnly(words),
            11 | 26 => Self::Damaged(words),
            10 | 14 => Self::Unreachable(words),
            _ => Self::Refused(words),
        }
    }

    fn of_postgres(code: &str, words: String) -> Self {
        match code {
            "53100" => Self::DiskFull,
            "55P03" | "40P01" => Self::Busy(words),
            "25006" => Self::ReadOnly(words),
            "XX001" | "XX002" => Self::Damaged(words),
            // Shut down, crashed, starting, too many connections, a session ended for it.
            "57P01" | "57P02" | "57P03" | "53300" | "25P03" => Self::Unreachable(words),
            _ if code.starts_with("08") => Self::Unreachable(words),
            _ => Self::Refused(words),
        }
    }
}

/// Why the record can't be opened, read, backed up or restored.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// The database did not do as asked.
    #[error("{place}: {reason}")]
    Database {
        /// Where the record is kept.
        place: String,
        /// What it said.
        reason: Reason,
    },
    /// The file can't be made or looked at.
    #[error("{path} cannot be read or written: {source}")]
    File {
        /// Which.
        path: String,
        /// Why not.
        source: std::io::Error,
    },
    /// Nobody has recorded anything there.
    #[error("there is no record at {0}")]
    NotThere(String),
    /// A newer program has been here.
    #[error("{place} was written by a newer Torg (schema {found}, this one knows {known}): start that one")]
    Newer {
        /// Where the record is kept.
        place: String,
        /// The schema that was found.
        found: i64,
        /// The newest that we know.
        known: i64,
    },
    /// The database belongs to another program.
    #[error("{0} holds something else than a record of Torg, and was left alone")]
    Foreign(String),
    /// A migration did not work.
    #[error("{place} cannot be brought to this version of Torg: {reason}")]
    Migration {
        /// Where the record is kept.
        place: String,
        /// Why not.
        reason: String,
    },
    /// The database's own check finds faults.
    #[error("{place} is damaged, restore it from a backup: {fault}")]
    Corrupt {
        /// Where the record is kept.
        place: String,
        /// The first fault.
        fault: String,
    },
    /// An entry is not what was written, or is not there.
    #[error("the record of the space {space} is damaged at entry {sequence}: {fault}")]
    Damaged {
        /// Whose log.
        space: SpaceId,
        /// The first entry that is not right.
        sequence: Sequence,
        /// What is wrong with it.
        fault: String,
    },
    /// The record has been closed.
    #[error("the record has been closed")]
    Closed,
}

impl RecordError {
    /// What a database said, with the place where it is.
    pub(crate) fn of(place: &str, reason: Reason) -> Self {
        match reason {
            Reason::Damaged(fault) => Self::Corrupt { place: place.to_owned(), fault },
            reason => Self::Database { place: place.to_owned(), reason },
        }
    }
}

/// Why entries were not written. Nothing of the append is in the record, except where it says otherwise.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AppendError {
    /// What was to be written can't be.
    #[error(transparent)]
    Unfit(#[from] Unfit),
    /// More waits to be written than may.
    #[error("the record cannot keep up just now: try again in a moment")]
    Overloaded,
    /// The database refused.
    #[error("this could not be written down: {0}")]
    Failed(Reason),
    /// The keys of the persons in it could not be made lasting.
    #[error("this could not be written down: {0}")]
    Keys(String),
    /// An append before this one failed, and its maker did not know that yet.
    #[error("this could not be written down, as what came before it could not")]
    AfterFailure,
    /// Another writer has opened the space since. This log is of no use any more: open the space again.
    #[error("another server has taken over the record of this space")]
    TakenOver,
    /// The database went away while it was committing and can't be asked. Open the space again to see.
    #[error("the database of the record went away at the very moment of writing: whether this was kept will show")]
    Doubtful,
    /// The record has been closed.
    #[error("the record has been closed")]
    Closed,
}

/// Why a snapshot was not written. The log is as it was.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SnapshotError {
    /// It is too large.
    #[error("a snapshot of {0} bytes is too large: at most {SNAPSHOT_BYTES_MAX}")]
    TooLarge(usize),
    /// Its place is not in the log yet.
    #[error("a snapshot at entry {at} cannot be kept: the log ends at {head}")]
    Ahead {
        /// Where it was said to be.
        at: Sequence,
        /// The last entry that is committed.
        head: Sequence,
    },
    /// Several wait already.
    #[error("other snapshots wait to be written: try again later")]
    Overloaded,
    /// The database refused.
    #[error("the snapshot could not be written: {0}")]
    Failed(Reason),
    /// Another writer has opened the space since.
    #[error("another server has taken over the record of this space")]
    TakenOver,
    /// The record has been closed.
    #[error("the record has been closed")]
    Closed,
}

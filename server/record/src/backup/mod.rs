//! A backup is one file, the same for both databases, and as good for moving from one to the other.
//!
//! Lines of JSON in UTF-8:
//!
//! ```text
//! {"torg_backup":1,"made_at_ms":1790000000000,"spaces":1}
//! {"space":"torg","entries":2,"check":"9f86…"}
//! {"n":1,"at":1790000000000,"kind":"entered","by":1,"text":"{\"name\":\"1.mO…\"}"}
//! {"n":2,"at":1790000000000,"kind":"rang","base64":"AAE="}
//! {"end":{"lines":4,"sha256":"2c26…"}}
//! ```
//!
//! The first line names the form. Each space says how many entries follow and the check of the last one; the chain of
//! checks runs over them as it does in the log. A body stands as text where it is UTF-8. The last line counts the lines
//! before it and has their SHA-256, so a file that was cut off or altered shows. Snapshots are left out: they can be
//! made again from the entries. Keys are left out, so that who was forgotten is forgotten in every backup too.

mod read;
mod restore;
mod write;

pub use restore::restore;
pub use write::backup;

use crate::error::RecordError;
use serde::{Deserialize, Serialize};

/// The form that is written, and the newest that is read.
const FORM: u32 = 1;

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct HeaderLine {
    torg_backup: u32,
    made_at_ms: u64,
    spaces: u64,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SpaceLine {
    space: String,
    entries: u64,
    check: String,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct EntryLine {
    n: u64,
    at: u64,
    kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    by: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    base64: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct EndLine {
    end: End,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct End {
    lines: u64,
    sha256: String,
}

/// What was backed up or restored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BackedUp {
    /// Spaces.
    pub spaces: u64,
    /// Entries of all of them.
    pub entries: u64,
}

/// Why there is no backup, or nothing was restored.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The record can't be opened, read or written.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// The file can't be read or written.
    #[error("{path} cannot be read or written: {source}")]
    File {
        /// Which.
        path: String,
        /// Why not.
        source: std::io::Error,
    },
    /// A backup is never written over another file.
    #[error("{0} is there already: a backup is never written over another file")]
    Exists(String),
    /// It does not begin as a backup does.
    #[error("{0} is no backup of Torg")]
    NotABackup(String),
    /// A newer program wrote it.
    #[error("{path} was written by a newer Torg (form {found}, this one reads {FORM}): restore it with that one")]
    Newer {
        /// The file.
        path: String,
        /// Its form.
        found: u32,
    },
    /// Its end is missing.
    #[error("{path} is cut off after {lines} lines: nothing was restored")]
    Cut {
        /// The file.
        path: String,
        /// How many lines there are.
        lines: u64,
    },
    /// It is not what was written.
    #[error("{path} was altered or damaged, see line {line} ({fault}): nothing was restored")]
    Altered {
        /// The file.
        path: String,
        /// The first line that is not right, counted from 1.
        line: u64,
        /// What is wrong with it.
        fault: String,
    },
    /// The record to restore to holds something.
    #[error("{0} holds a record already: a backup is restored only to an empty one")]
    NotEmpty(String),
}

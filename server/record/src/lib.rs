//! The record: an append-only log for each space, from which the space is rebuilt.
//!
//! It knows nothing of what the entries mean. What an append tells of is acknowledged when the append resolves: then
//! it is committed, and survives anything but the loss of the disk.
//!
//! | module | holds |
//! | --- | --- |
//! | [`RecordUrl`] | SQLite in a file, or PostgreSQL |
//! | [`Record`] | opens, migrates, reads |
//! | [`SpaceLog`] | appends to one space; only the newest opening may |
//! | [`Replay`] | the newest snapshot and the entries after it, each checked |
//! | [`Keyring`] | names, sealed under a key for each person that can be thrown away |
//! | [`backup()`], [`restore`], [`check()`] | one command each, also beside a running server |
//! | [`limits`] | every bound, and why |
//!
//! ```
//! # tokio::runtime::Runtime::new()?.block_on(async {
//! use torg_protocol::{ids::{ParticipantId, SpaceId}, units::TimeMs};
//! use torg_record::{Keyring, Kind, NewEntry, Record, RecordUrl};
//!
//! # let folder = tempfile::tempdir()?;
//! # let data = folder.path();
//! let keyring = Keyring::open(data).await?;
//! let record = Record::open(&RecordUrl::in_folder(data), keyring.clone()).await?;
//! let (mut log, mut replay) = record.space(SpaceId::parse("torg")?).await?;
//! assert!(replay.next().await?.is_none(), "a new space has no past");
//!
//! let ann = ParticipantId(1);
//! let name = keyring.seal(log.space(), ann, "Ann").await?;
//! let body = format!(r#"{{"name":"{name}"}}"#).into_bytes();
//! let entry = NewEntry { at: TimeMs(1_790_000_000_000), kind: Kind::parse("entered")?, by: Some(ann), body };
//! let sequence = log.append(vec![entry])?.await?; // Committed: now Ann may be told.
//! assert_eq!(sequence.0, 1);
//! record.close().await;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # }).unwrap();
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod backup;
mod chain;
mod check;
mod database;
mod entry;
mod error;
mod keys;
pub mod limits;
mod log;
mod logs;
mod migrations;
mod record;
mod replay;
mod url;
mod writer;

pub use backup::{BackedUp, BackupError, backup, restore};
pub use check::{Checked, check};
pub use entry::{Entry, Kind, NewEntry, Sequence, Unfit};
pub use error::{AppendError, Reason, RecordError, SnapshotError};
pub use keys::{Keyring, KeyringError};
pub use log::{Pending, SpaceLog};
pub use record::{Record, SpaceEnd};
pub use replay::{Entries, Replay, Snapshot};
pub use url::{NotARecordUrl, RecordUrl};

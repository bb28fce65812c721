//! Every bound of the record, and why it is what it is.

use std::time::Duration;

/// Bytes of one entry's body. The longest thing people write, a report, has some kilobytes; a body is held in memory
/// several times while it is written.
pub const BODY_BYTES_MAX: usize = 64 * 1024;

/// Characters of an entry's kind: a few words joined by dots.
pub const KIND_CHARS_MAX: usize = 48;

/// Entries of one append. They are kept or refused together, so they come from one command or one bell: where a slot ends
/// as the next begins, a full space of a thousand people may end a visit and begin another, twice.
pub const APPEND_ENTRIES_MAX: usize = 4_096;

/// Bytes of one append, bodies and all: it must leave room for others in the queue.
pub const APPEND_BYTES_MAX: usize = 1024 * 1024;

/// Appends of one space that may wait, so that one loud space doesn't fill the queue of all.
pub const SPACE_WAITING_MAX: usize = 2_048;

/// Appends that may wait in all: four seconds of what the record must bear.
pub const QUEUE_APPENDS_MAX: usize = 4_096;

/// Bytes that may wait in all. Memory is for people; what waits longer than a few seconds will not be written soon.
pub const QUEUE_BYTES_MAX: usize = 32 * 1024 * 1024;

/// What an entry costs in the queue besides its body and kind.
pub const ENTRY_OVERHEAD_BYTES: usize = 96;

/// Jobs that go into one transaction. Beyond some hundred, the sync to disk is shared by so many that more gain
/// nothing, and the first of them waits for the last.
pub const TRANSACTION_JOBS_MAX: usize = 1_024;

/// Bytes that go into one transaction: some ten milliseconds of a slow disk.
pub const TRANSACTION_BYTES_MAX: usize = 4 * 1024 * 1024;

/// Entries that one statement writes. SQLite binds up to 32,766 values, PostgreSQL 65,535; each entry has seven, and
/// beyond this many the statement's own cost is lost in that of its rows.
pub const ROWS_PER_STATEMENT: usize = 64;

/// Entries that are read in one go at replay: with bodies as long as may be this is 16 MiB, with usual ones 100 kB.
pub const PAGE_ENTRIES: u16 = 256;

/// Bytes of a snapshot. The state that 200,000 events leave is 12 MB of JSON (`cargo xtask bench record`); a space that
/// lives five times as long must still find its snapshots, or replay would take longer with each day.
pub const SNAPSHOT_BYTES_MAX: usize = 64 * 1024 * 1024;

/// Snapshots kept of one space: the newest, and one more in case that is damaged.
pub const SNAPSHOTS_KEPT: usize = 2;

/// Snapshots that may wait to be written, in all.
pub const SNAPSHOTS_WAITING_MAX: usize = 4;

/// How long a transaction may take. A disk that syncs for longer will not come back soon, and nobody waits for more.
pub const TRANSACTION_WAIT: Duration = Duration::from_secs(30);

/// How long a connection to the database may take.
pub const CONNECT_WAIT: Duration = Duration::from_secs(10);

/// How long we look for the outcome of a commit that was never answered, before we say that we don't know.
pub const DOUBT_WAIT: Duration = Duration::from_secs(15);

/// How long between two looks of these.
pub const DOUBT_LOOK_EVERY: Duration = Duration::from_millis(250);

/// How long one connection waits for another's lock, milliseconds. A backup or a check never holds one; another
/// server on the same record does, for one transaction.
pub const LOCK_WAIT_MS: u32 = 5_000;

/// How long PostgreSQL keeps a transaction that nobody goes on with, milliseconds: that of a server cut off from it.
pub const IDLE_TRANSACTION_MS: u32 = 20_000;

/// Connections for reading: spaces that are replayed at once, and looks at the record meanwhile.
pub const READERS_MAX: u32 = 4;

/// SQLite pages that the log beside the database may grow to before they are moved into it. More makes fewer and
/// longer pauses.
pub const WAL_PAGES: u32 = 1_000;

/// Up to this size a SQLite file is checked whole at every start, bytes: about a second of reading. Larger ones are
/// checked by `torg check`; every entry is checked in any case when it is read.
pub const START_CHECK_BYTES_MAX: u64 = 512 * 1024 * 1024;

/// Faults that a check tells of; whoever has more wants the backup, not the list.
pub const FAULTS_TOLD_MAX: usize = 100;

/// Keys held in memory: those of the largest meetings many times over, some megabytes.
pub const KEYS_CACHED_MAX: usize = 50_000;

/// Keys that wait to be written: a burst of people who all come in at once, and then some.
pub const KEYS_WAITING_MAX: usize = 10_000;

/// Characters of a text to be sealed: names, contacts, a few words; bytes.
pub const SEALED_TEXT_BYTES_MAX: usize = 16 * 1024;

/// Bytes of one line of a backup: an entry as long as may be, every character of it escaped.
pub const BACKUP_LINE_BYTES_MAX: u64 = 6 * BODY_BYTES_MAX as u64 + 4_096;

//! Databases of their own for tests, and words to speak of entries.

use sqlx::{Connection as _, Executor as _};
use std::path::Path;
use std::time::Duration;
use tempfile::TempDir;
use torg_protocol::ids::{ParticipantId, SpaceId};
use torg_protocol::units::TimeMs;
use torg_record::{Entry, Keyring, Kind, NewEntry, Record, RecordUrl, Replay, Sequence, SpaceLog};

/// No wait in a test is longer; machines that run others' work too may stand still for a while.
pub(crate) const PATIENCE: Duration = Duration::from_secs(90);

/// Where one test keeps its record.
pub(crate) struct Place {
    pub(crate) text: String,
    pub(crate) url: RecordUrl,
    pub(crate) folder: TempDir,
}

impl Place {
    pub(crate) fn sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let text = format!("sqlite:{}", folder.path().join("record.sqlite").display());
        Self::new(text, folder)
    }

    pub(crate) fn new(text: String, folder: TempDir) -> Self {
        Self { url: text.parse().expect("a place for the record"), text, folder }
    }

    pub(crate) fn is_sqlite(&self) -> bool {
        self.text.starts_with("sqlite:")
    }

    pub(crate) async fn open(&self) -> Record {
        open(&self.url, self.folder.path()).await
    }

    /// Says something to the database past the record, as an accident or a person would.
    pub(crate) async fn sql(&self, statement: &'static str) {
        if let Some(path) = self.text.strip_prefix("sqlite:") {
            let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path);
            let mut connection = sqlx::SqliteConnection::connect_with(&options).await.expect("connected");
            connection.execute(statement).await.expect("done");
            connection.close().await.expect("closed");
        } else {
            let mut connection = sqlx::PgConnection::connect(&self.text).await.expect("connected");
            connection.execute(statement).await.expect("done");
            connection.close().await.expect("closed");
        }
    }
}

pub(crate) async fn open(url: &RecordUrl, data: &Path) -> Record {
    let keyring = Keyring::open(data).await.expect("the keys");
    Record::open(url, keyring).await.expect("the record")
}

/// Runs a check to its end, which comes in time.
pub(crate) fn run(check: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let in_time = async { tokio::time::timeout(PATIENCE, check).await.expect("in time") };
    runtime.expect("a runtime").block_on(in_time);
}

pub(crate) fn id(name: &str) -> SpaceId {
    SpaceId::parse(name).expect("an id")
}

pub(crate) fn kind(name: &str) -> Kind {
    Kind::parse(name).expect("a kind")
}

/// An entry that says where it should stand.
pub(crate) fn entry(number: u64) -> NewEntry {
    let by = (!number.is_multiple_of(3)).then(|| ParticipantId(u32::try_from(number).expect("a small number")));
    NewEntry { at: TimeMs(1_790_000_000_000 + number), kind: kind("told"), by, body: number.to_string().into_bytes() }
}

pub(crate) fn entries(numbers: std::ops::RangeInclusive<u64>) -> Vec<NewEntry> {
    numbers.map(entry).collect()
}

/// Appends entries and waits until they are committed.
pub(crate) async fn append(log: &mut SpaceLog, numbers: std::ops::RangeInclusive<u64>) {
    let last = *numbers.end();
    let appended = log.append(entries(numbers)).expect("room").await;
    assert_eq!(appended, Ok(Sequence(last)));
}

pub(crate) async fn all(mut replay: Replay) -> Vec<Entry> {
    let mut all = Vec::new();
    while let Some(entry) = replay.next().await.expect("an entry") {
        all.push(entry);
    }
    all
}

/// The numbers that entries say, each checked against its place and against what [`entry`] makes of it.
pub(crate) fn numbers(all: &[Entry]) -> Vec<u64> {
    let number = |found: &Entry| {
        let number: u64 = String::from_utf8_lossy(&found.body).parse().expect("a number");
        let told = entry(number);
        assert_eq!((found.at, &found.kind, found.by), (told.at, &told.kind, told.by));
        assert_eq!(found.sequence, Sequence(number));
        number
    };
    all.iter().map(number).collect()
}

//! The file of the keys: SQLite, whatever the record is kept in.

use super::cache::Slot;
use super::{PersonKey, Who};
use crate::database::{Either, make_file, sqlite_options};
use crate::error::{Reason, RecordError};
use crate::limits::{CONNECT_WAIT, KEYS_CACHED_MAX};
use crate::migrations;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool, SqlitePoolOptions};
use sqlx::{ConnectOptions as _, Connection as _, SqliteConnection};
use std::path::Path;
use std::time::Duration;
use tokio::sync::{Mutex, MutexGuard};
use tokio::time::{sleep, timeout};
use torg_protocol::ids::{ParticipantId, SpaceId};

#[derive(Debug)]
pub(crate) struct KeyFile {
    options: SqliteConnectOptions,
    readers: SqlitePool,
    /// None after an error that the connection may not have survived.
    writer: Mutex<Option<SqliteConnection>>,
}

/// The one who may write, for as long as it is held.
pub(crate) struct KeyWriter<'a>(MutexGuard<'a, Option<SqliteConnection>>);

/// Looks at the log beside the file after a key was thrown away, until no reader is in the way of emptying it.
const EMPTYING_TRIES: usize = 40;
const EMPTYING_PAUSE: Duration = Duration::from_millis(50);

impl KeyFile {
    pub(super) async fn open(path: &Path) -> Result<Self, RecordError> {
        let place = path.display().to_string();
        make_file(path)?;
        // Overwrites what is deleted, so that a key that was thrown away is not found in a free corner of the file.
        let options = sqlite_options(path).pragma("secure_delete", "ON");
        let failed = |error: sqlx::Error| RecordError::Database { place: place.clone(), reason: error.into() };
        let mut connection = Either::Sqlite(options.connect().await.map_err(failed)?);
        migrations::KEYS.bring_up(&place, &mut connection).await?;
        let Either::Sqlite(connection) = connection else { unreachable!("it was made as SQLite above") };
        let pool = SqlitePoolOptions::new().max_connections(2).acquire_timeout(CONNECT_WAIT);
        let readers = pool.connect_lazy_with(options.clone());
        Ok(Self { options, readers, writer: Mutex::new(Some(connection)) })
    }

    pub(super) async fn read(&self, who: &Who) -> Result<Option<Slot>, Reason> {
        const READ: &str = "SELECT key FROM keys WHERE space = $1 AND person = $2";
        let query = sqlx::query_as(READ).bind(who.0.as_str()).bind(i64::from(who.1.0));
        let row: Option<(Option<Vec<u8>>,)> = query.fetch_optional(&self.readers).await?;
        row.map(|(key,)| slot(key)).transpose()
    }

    /// The keys of a space, the newest persons first, as many as are worth keeping in memory.
    pub(super) async fn of_space(&self, space: &SpaceId) -> Result<Vec<(ParticipantId, Slot)>, Reason> {
        const NEWEST: &str = "SELECT person, key FROM keys WHERE space = $1 ORDER BY person DESC LIMIT $2";
        let at_most = i64::try_from(KEYS_CACHED_MAX / 2).expect("a small number");
        let query = sqlx::query_as(NEWEST).bind(space.as_str()).bind(at_most);
        let rows: Vec<(i64, Option<Vec<u8>>)> = query.fetch_all(&self.readers).await?;
        let keys = rows.into_iter().map(|(person, key)| {
            let person =
                u32::try_from(person).map_err(|_| Reason::Damaged("a person has no such number".to_owned()))?;
            Ok((ParticipantId(person), slot(key)?))
        });
        keys.collect()
    }

    /// Waits for who reads and writes, and closes.
    pub(super) async fn close(&self) {
        self.readers.close().await;
        if let Some(connection) = self.writer.lock().await.take() {
            // What was committed is on disk already: closing only tidies up.
            let _ = timeout(CONNECT_WAIT, connection.close()).await;
        }
    }

    /// Waits for the others who write.
    pub(super) async fn writer(&self) -> Result<KeyWriter<'_>, Reason> {
        let mut writer = self.writer.lock().await;
        if writer.is_none() {
            let connecting = timeout(CONNECT_WAIT, self.options.connect()).await;
            *writer = Some(connecting.map_err(|_| Reason::took_too_long())??);
        }
        Ok(KeyWriter(writer))
    }
}

impl KeyWriter<'_> {
    /// Writes new keys in one transaction.
    pub(super) async fn write(mut self, keys: &[(Who, PersonKey)]) -> Result<(), Reason> {
        const WRITE: &str = "INSERT INTO keys (space, person, key) VALUES ($1, $2, $3)";
        self.transaction(async |connection| {
            for ((space, person), key) in keys {
                let query = sqlx::query(WRITE).bind(space.as_str()).bind(i64::from(person.0)).bind(key.as_slice());
                query.execute(&mut *connection).await?;
            }
            Ok(())
        })
        .await
    }

    /// Throws a key away and sees that nothing is left of it in the file and in the log beside it.
    pub(super) async fn forget(mut self, who: &Who) -> Result<(), Reason> {
        const FORGET: &str = "INSERT INTO keys (space, person, key) VALUES ($1, $2, NULL) \
                              ON CONFLICT (space, person) DO UPDATE SET key = NULL";
        let (space, person) = who;
        self.transaction(async |connection| {
            let query = sqlx::query(FORGET).bind(space.as_str()).bind(i64::from(person.0));
            query.execute(connection).await.map(drop)
        })
        .await?;
        let Some(connection) = self.0.as_mut() else { return Err(Reason::took_too_long()) };
        for _ in 0..EMPTYING_TRIES {
            // Whether somebody was in the way, pages in the log, pages moved.
            let (busy, _, _): (i64, i64, i64) =
                sqlx::query_as("PRAGMA wal_checkpoint(TRUNCATE)").fetch_one(&mut *connection).await?;
            if busy == 0 {
                return Ok(());
            }
            sleep(EMPTYING_PAUSE).await;
        }
        Err(Reason::Busy("the key is thrown away, and a copy of it waits to be overwritten".to_owned()))
    }

    async fn transaction(
        &mut self,
        work: impl AsyncFnOnce(&mut SqliteConnection) -> Result<(), sqlx::Error>,
    ) -> Result<(), Reason> {
        // Taken out, so that a call that is dropped half way leaves no transaction open for the next.
        let mut connection = self.0.take().ok_or_else(Reason::took_too_long)?;
        let done = async {
            sqlx::query("BEGIN IMMEDIATE").execute(&mut connection).await?;
            work(&mut connection).await?;
            sqlx::query("COMMIT").execute(&mut connection).await.map(drop)
        };
        done.await?;
        *self.0 = Some(connection);
        Ok(())
    }
}

fn slot(key: Option<Vec<u8>>) -> Result<Slot, Reason> {
    let Some(key) = key else { return Ok(Slot::Forgotten) };
    let key = PersonKey::try_from(key).map_err(|_| Reason::Damaged("a key has the wrong length".to_owned()))?;
    Ok(Slot::Key(key))
}

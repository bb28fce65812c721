//! The two databases, and opening them. All else speaks to both in the same words, by [`on`].

use crate::error::{Reason, RecordError};
use crate::limits::{
    CONNECT_WAIT, IDLE_TRANSACTION_MS, LOCK_WAIT_MS, READERS_MAX, START_CHECK_BYTES_MAX, TRANSACTION_WAIT, WAL_PAGES,
};
use crate::migrations;
use crate::url::{Place, RecordUrl};
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{ConnectOptions as _, Connection as _};
use std::path::Path;
use std::time::Duration;
use tokio::time::timeout;

/// The same thing of either database.
#[derive(Debug)]
pub(crate) enum Either<S, P> {
    Sqlite(S),
    Postgres(P),
}

/// A connection of one's own.
pub(crate) type Connection = Either<SqliteConnection, PgConnection>;

/// Connections for reading, made when they are needed.
pub(crate) type Readers = Either<SqlitePool, PgPool>;

/// Runs the same expression on either database: `on!(connection, c => sqlx::query("…").execute(&mut *c).await)`. The
/// queries are the same text with the same `$1` binds; only their types differ.
macro_rules! on {
    ($either:expr, $inner:ident => $body:expr) => {
        match $either {
            $crate::database::Either::Sqlite($inner) => $body,
            $crate::database::Either::Postgres($inner) => $body,
        }
    };
}
pub(crate) use on;

/// What a connection is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// The record of a server: made if it isn't there, brought to this version, checked.
    Serve,
    /// Looking at it beside a server that may run: it must be there, in this version.
    Look,
}

/// Opens a database for a purpose.
pub(crate) async fn open(url: &RecordUrl, purpose: Purpose) -> Result<Connection, RecordError> {
    let failed = |reason| RecordError::of(&url.to_string(), reason);
    if let Place::Sqlite(path) = &url.0 {
        if purpose == Purpose::Serve {
            make_file(path)?;
        }
        if !path.is_file() {
            return Err(RecordError::NotThere(url.to_string()));
        }
    }
    let mut connection = connect(url).await.map_err(failed)?;
    let prepare = async {
        refuse_foreign(url, purpose, &mut connection).await?;
        match purpose {
            Purpose::Serve => migrations::RECORD.bring_up(&url.to_string(), &mut connection).await?,
            Purpose::Look => migrations::RECORD.check(&url.to_string(), &mut connection).await?,
        }
        if purpose == Purpose::Serve {
            check_file(url, &mut connection).await?;
        }
        Ok(())
    };
    // Migrations of a large record may take long, and a start has nobody waiting for an answer but the operator.
    timeout(TRANSACTION_WAIT * 20, prepare).await.map_err(|_| failed(Reason::took_too_long()))??;
    Ok(connection)
}

/// A connection, without looking at what it leads to.
pub(crate) async fn connect(url: &RecordUrl) -> Result<Connection, Reason> {
    let connecting = async {
        match &url.0 {
            Place::Sqlite(path) => sqlite_options(path).connect().await.map(Either::Sqlite),
            Place::Postgres(options) => {
                let mut connection = options.clone().disable_statement_logging().connect().await?;
                set_up(&mut connection).await?;
                Ok(Either::Postgres(connection))
            }
        }
    };
    timeout(CONNECT_WAIT, connecting).await.map_err(|_| Reason::took_too_long())?.map_err(Reason::from)
}

/// Connections for reading; none is made yet.
pub(crate) fn readers(url: &RecordUrl) -> Readers {
    match &url.0 {
        Place::Sqlite(path) => {
            let pool = SqlitePoolOptions::new().max_connections(READERS_MAX).acquire_timeout(CONNECT_WAIT);
            Either::Sqlite(pool.connect_lazy_with(sqlite_options(path)))
        }
        Place::Postgres(options) => {
            let pool = PgPoolOptions::new().max_connections(READERS_MAX).acquire_timeout(CONNECT_WAIT);
            let options: PgConnectOptions = options.clone().disable_statement_logging();
            Either::Postgres(pool.connect_lazy_with(options))
        }
    }
}

/// Closes what is open, politely and in bounded time.
pub(crate) async fn close(connection: Connection) {
    // Nothing waits for this: what was acknowledged is on disk already.
    let _ = timeout(CONNECT_WAIT, async { on!(connection, c => c.close().await) }).await;
}

pub(crate) fn sqlite_options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(false)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(Duration::from_millis(LOCK_WAIT_MS.into()))
        .pragma("wal_autocheckpoint", WAL_PAGES.to_string())
        .row_buffer_size(usize::from(crate::limits::PAGE_ENTRIES))
        .disable_statement_logging()
}

/// A commit is one only when it is on disk, and nobody waits for ever for anybody.
async fn set_up(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    for (name, value) in [
        ("synchronous_commit", "on".to_owned()),
        ("lock_timeout", LOCK_WAIT_MS.to_string()),
        ("idle_in_transaction_session_timeout", IDLE_TRANSACTION_MS.to_string()),
    ] {
        sqlx::query("SELECT set_config($1, $2, false)").bind(name).bind(value).execute(&mut *connection).await?;
    }
    Ok(())
}

/// Makes the file of a SQLite database, readable by its owner alone; what SQLite lays beside it inherits that.
pub(crate) fn make_file(path: &Path) -> Result<(), RecordError> {
    let fault = |source| RecordError::File { path: path.display().to_string(), source };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder).map_err(fault)?;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    match options.open(path) {
        Ok(_) => {}
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => return Ok(()),
        Err(error) => return Err(fault(error)),
    }
    // A new file is on the disk once its folder is.
    #[cfg(unix)]
    std::fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(fault)?;
    Ok(())
}

/// "Torg": what SQLite's file says of itself (`PRAGMA application_id`).
const APPLICATION_ID: i64 = 0x546F_7267;

/// A SQLite file of another program is left alone. PostgreSQL's tables have names that are ours.
async fn refuse_foreign(url: &RecordUrl, purpose: Purpose, connection: &mut Connection) -> Result<(), RecordError> {
    let Either::Sqlite(connection) = connection else { return Ok(()) };
    let failed = |error| RecordError::of(&url.to_string(), Reason::from(error));
    let (id,): (i64,) = sqlx::query_as("PRAGMA application_id").fetch_one(&mut *connection).await.map_err(failed)?;
    if id == APPLICATION_ID {
        return Ok(());
    }
    let tables = "SELECT count(*) FROM sqlite_schema";
    let (tables,): (i64,) = sqlx::query_as(tables).fetch_one(&mut *connection).await.map_err(failed)?;
    if id != 0 || tables > 0 || purpose == Purpose::Look {
        return Err(RecordError::Foreign(url.to_string()));
    }
    sqlx::query("PRAGMA application_id = 1416589927").execute(&mut *connection).await.map(drop).map_err(failed)
}

/// Lets SQLite look through its file. PostgreSQL watches over its own.
async fn check_file(url: &RecordUrl, connection: &mut Connection) -> Result<(), RecordError> {
    let (Either::Sqlite(connection), Place::Sqlite(path)) = (connection, &url.0) else { return Ok(()) };
    if std::fs::metadata(path).is_ok_and(|file| file.len() > START_CHECK_BYTES_MAX) {
        tracing::info!("the record is too large to be checked at every start: `torg check` does it");
        return Ok(());
    }
    let place = url.to_string();
    let told: Result<(String,), _> = sqlx::query_as("PRAGMA quick_check(1)").fetch_one(&mut *connection).await;
    match told.map_err(Reason::from) {
        Ok((fine,)) if fine == "ok" => Ok(()),
        Ok((fault,)) | Err(Reason::Damaged(fault)) => Err(RecordError::Corrupt { place, fault }),
        Err(reason) => Err(RecordError::Database { place, reason }),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_application_id_says_torg() {
        assert_eq!(super::APPLICATION_ID, 1_416_589_927);
        assert_eq!(u32::try_from(super::APPLICATION_ID).expect("it fits").to_be_bytes(), *b"Torg");
    }
}

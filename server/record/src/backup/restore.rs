//! Restoring a backup: all of it or nothing, and only to an empty record.

use super::read::{BackupFile, Item};
use super::{BackedUp, BackupError};
use crate::database::{self, Connection, Purpose, on};
use crate::error::{Reason, RecordError};
use crate::limits::ROWS_PER_STATEMENT;
use crate::url::RecordUrl;
use crate::writer::{Key, Row, begin, insert, signed};
use std::path::Path;

/// Restores a backup to a record that is empty or not there yet, in one transaction. The file is read twice: once to
/// see that it is whole, before anything is touched, and once to write.
///
/// # Errors
/// [`BackupError`] in words; nothing is restored then.
pub async fn restore(from: &Path, url: &RecordUrl) -> Result<BackedUp, BackupError> {
    let mut file = BackupFile::open(from)?;
    while file.next()?.is_some() {}
    let mut connection = database::open(url, Purpose::Serve).await?;
    let done = write(from, url, &mut connection).await;
    if done.is_err() {
        let _ = on!(&mut connection, c => sqlx::query("ROLLBACK").execute(&mut *c).await.map(drop));
    }
    database::close(connection).await;
    done
}

async fn write(from: &Path, url: &RecordUrl, connection: &mut Connection) -> Result<BackedUp, BackupError> {
    const COUNT: &str = "SELECT count(*) FROM record_spaces";
    let failed = |error: sqlx::Error| RecordError::Database { place: url.to_string(), reason: Reason::from(error) };
    begin(connection).await.map_err(failed)?;
    let counted = on!(connection, c => sqlx::query_as(COUNT).fetch_one(&mut *c).await);
    let (spaces,): (i64,) = counted.map_err(failed)?;
    if spaces > 0 {
        return Err(BackupError::NotEmpty(url.to_string()));
    }
    let mut file = BackupFile::open(from)?;
    let mut done = BackedUp::default();
    let mut rows: Vec<Row> = Vec::with_capacity(ROWS_PER_STATEMENT);
    let mut key: Key = 0;
    loop {
        let item = file.next()?;
        if rows.len() == ROWS_PER_STATEMENT || !matches!(item, Some(Item::Entry { .. })) {
            let keyed: Vec<(Key, &Row)> = rows.iter().map(|row| (key, row)).collect();
            insert(connection, &keyed).await.map_err(failed)?;
            rows.clear();
        }
        match item {
            Some(Item::Space { space, last, check }) => {
                const MAKE: &str = "INSERT INTO record_spaces (name, last_sequence, last_check, holder) \
                                    VALUES ($1, $2, $3, 0) RETURNING id";
                let name = space.as_str();
                let made = on!(connection, c => {
                    let query = sqlx::query_as(MAKE).bind(name).bind(signed(last.0)).bind(check.0.as_slice());
                    query.fetch_one(&mut *c).await
                });
                (key,) = made.map_err(failed)?;
                done.spaces += 1;
            }
            Some(Item::Entry { sequence, entry, check }) => {
                rows.push(Row { sequence, entry, check });
                done.entries += 1;
            }
            None => break,
        }
    }
    on!(connection, c => sqlx::query("COMMIT").execute(&mut *c).await.map(drop)).map_err(failed)?;
    Ok(done)
}

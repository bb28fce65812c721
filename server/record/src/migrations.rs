//! The schemas' versions: applied at start, each step in a transaction; a newer one than ours is refused.

use crate::database::{Connection, Either, on};
use crate::error::{Reason, RecordError};
use sqlx::SqlStr;
use sqlx::migrate::{Migration, MigrationType, Migrator};

/// The steps of a schema, and where a database notes which were taken.
pub(crate) struct Schema {
    /// A table of its own, so that the record can share a database with another program.
    table: &'static str,
    /// Asks for the newest step that was taken.
    newest: &'static str,
    /// In order; the first has number 1. A step that was released is never changed, only followed by another.
    steps: &'static [Step],
}

struct Step {
    name: &'static str,
    sqlite: &'static str,
    postgres: &'static str,
}

/// The log.
pub(crate) const RECORD: Schema = Schema {
    table: "record_migrations",
    newest: "SELECT CAST(coalesce(max(version), 0) AS BIGINT) FROM record_migrations",
    steps: &[Step {
        name: "log",
        sqlite: include_str!("../migrations/sqlite/0001_log.sql"),
        postgres: include_str!("../migrations/postgres/0001_log.sql"),
    }],
};

/// The keys, which are in SQLite always.
pub(crate) const KEYS: Schema = Schema {
    table: "key_migrations",
    newest: "SELECT CAST(coalesce(max(version), 0) AS BIGINT) FROM key_migrations",
    steps: &[Step { name: "keys", sqlite: include_str!("../migrations/keys/0001_keys.sql"), postgres: "" }],
};

impl Schema {
    /// The newest version that we know.
    pub(crate) fn known(&self) -> i64 {
        i64::try_from(self.steps.len()).expect("some steps")
    }

    /// Brings a database up to our version.
    pub(crate) async fn bring_up(&self, place: &str, connection: &mut Connection) -> Result<(), RecordError> {
        // The migrator would name the first step that it doesn't know; we want to name the newest.
        match self.found(connection).await {
            Ok(found) if found > self.known() => return Err(self.newer(place, found)),
            Ok(found) if found == self.known() => return Ok(()),
            // There is no table of them yet.
            Ok(_) | Err(Reason::Refused(_)) => {}
            Err(reason) => return Err(RecordError::Database { place: place.to_owned(), reason }),
        }
        let migrator = self.migrator(connection);
        let done = on!(connection, c => migrator.run(&mut *c).await);
        done.map_err(|error| RecordError::Migration { place: place.to_owned(), reason: error.to_string() })
    }

    /// Refuses any version but ours.
    pub(crate) async fn check(&self, place: &str, connection: &mut Connection) -> Result<(), RecordError> {
        match self.found(connection).await {
            Ok(found) if found > self.known() => Err(self.newer(place, found)),
            Ok(found) if found == self.known() => Ok(()),
            Ok(found) => Err(RecordError::Migration {
                place: place.to_owned(),
                reason: format!("it has schema {found}, this Torg works with {}: start the server once", self.known()),
            }),
            Err(Reason::Refused(_)) => Err(RecordError::Foreign(place.to_owned())),
            Err(reason) => Err(RecordError::Database { place: place.to_owned(), reason }),
        }
    }

    async fn found(&self, connection: &mut Connection) -> Result<i64, Reason> {
        let (found,): (i64,) = on!(connection, c => sqlx::query_as(self.newest).fetch_one(&mut *c).await)?;
        Ok(found)
    }

    fn migrator(&self, connection: &Connection) -> Migrator {
        let step = |(number, step): (i64, &Step)| {
            let sql = match connection {
                Either::Sqlite(_) => step.sqlite,
                Either::Postgres(_) => step.postgres,
            };
            Migration::new(number, step.name.into(), MigrationType::Simple, SqlStr::from_static(sql), false)
        };
        let mut migrator = Migrator::with_migrations((1..).zip(self.steps).map(step).collect());
        migrator.dangerous_set_table_name(self.table);
        migrator
    }

    fn newer(&self, place: &str, found: i64) -> RecordError {
        RecordError::Newer { place: place.to_owned(), found, known: self.known() }
    }
}

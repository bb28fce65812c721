//! Where the record is kept: one URL chooses the database.

use sqlx::postgres::PgConnectOptions;
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// Where the record is kept: `sqlite:PATH`, or `postgres://…` with what libpq's URLs have.
///
/// Its text never shows a password.
#[derive(Clone)]
pub struct RecordUrl(pub(crate) Place);

#[derive(Clone)]
pub(crate) enum Place {
    Sqlite(PathBuf),
    Postgres(Box<PgConnectOptions>),
}

/// Why a text is no [`RecordUrl`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotARecordUrl {
    /// It names neither database.
    #[error("the record is kept at sqlite:PATH or at postgres://USER:PASSWORD@HOST/DATABASE, and this names neither")]
    Scheme,
    /// It names a SQLite database without a path, or one in memory.
    #[error("sqlite: wants the path of a file behind it, such as sqlite:data/record.sqlite")]
    Path,
    /// PostgreSQL's part is not understood. What it is stays untold: there may be a password in it.
    #[error(
        "what stands behind postgres:// is not understood: postgres://USER:PASSWORD@HOST:PORT/DATABASE is the form"
    )]
    Postgres,
}

/// The name of the record's file in a data folder.
const FILE: &str = "record.sqlite";

impl RecordUrl {
    /// The record in a file of a data folder: what is taken when nothing is said.
    #[must_use]
    pub fn in_folder(data: &Path) -> Self {
        Self(Place::Sqlite(data.join(FILE)))
    }
}

impl FromStr for RecordUrl {
    type Err = NotARecordUrl;

    fn from_str(text: &str) -> Result<Self, NotARecordUrl> {
        if let Some(path) = text.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            // SQLite would take these for databases in memory, which last as long as their connection.
            if path.is_empty() || path.starts_with(':') || path.contains('\0') {
                return Err(NotARecordUrl::Path);
            }
            return Ok(Self(Place::Sqlite(PathBuf::from(path))));
        }
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            let options = PgConnectOptions::from_str(text).map_err(|_| NotARecordUrl::Postgres)?;
            return Ok(Self(Place::Postgres(Box::new(options.application_name("torg")))));
        }
        Err(NotARecordUrl::Scheme)
    }
}

impl fmt::Display for RecordUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Place::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Place::Postgres(options) => {
                write!(f, "postgres://{}@", options.get_username())?;
                match options.get_socket() {
                    Some(socket) => write!(f, "{}", socket.display())?,
                    None => write!(f, "{}:{}", options.get_host(), options.get_port())?,
                }
                write!(f, "/{}", options.get_database().unwrap_or(options.get_username()))
            }
        }
    }
}

impl fmt::Debug for RecordUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RecordUrl({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, shown: &str) {
        assert_eq!(text.parse::<RecordUrl>().expect("a place").to_string(), shown);
    }

    #[test]
    fn urls_name_a_database_and_show_no_password() {
        check("sqlite:data/record.sqlite", "sqlite:data/record.sqlite");
        check("sqlite:///srv/torg/record.sqlite", "sqlite:/srv/torg/record.sqlite");
        check("postgres://torg:secret@db.example.org/square", "postgres://torg@db.example.org:5432/square");
        check("postgresql://torg@localhost/square?host=/run/pg", "postgres://torg@/run/pg/square");
    }

    #[test]
    fn what_is_none_says_so_without_telling_secrets() {
        for (bad, fault) in [
            ("mysql://root:secret@db/torg", NotARecordUrl::Scheme),
            ("record.sqlite", NotARecordUrl::Scheme),
            ("sqlite:", NotARecordUrl::Path),
            ("sqlite::memory:", NotARecordUrl::Path),
            ("postgres://torg:secret@db:port/x", NotARecordUrl::Postgres),
        ] {
            let error = bad.parse::<RecordUrl>().expect_err("none");
            assert_eq!(error, fault, "{bad}");
            assert!(!error.to_string().contains("secret"));
        }
    }
}

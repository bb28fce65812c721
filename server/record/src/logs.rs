//! All logs of a record, for reading.

use crate::chain::Check;
use crate::database::{self, Readers, on};
use crate::entry::Sequence;
use crate::error::{Reason, RecordError};
use crate::replay::Source;
use crate::url::RecordUrl;
use std::sync::Arc;
use torg_protocol::ids::SpaceId;

/// Connections for reading, shared.
#[derive(Clone, Debug)]
pub(crate) struct Logs {
    place: String,
    readers: Arc<Readers>,
}

/// Where the log of a space ends.
#[derive(Debug)]
pub(crate) struct SpaceHead {
    pub(crate) space: SpaceId,
    pub(crate) key: i64,
    pub(crate) last: Sequence,
    pub(crate) check: Check,
}

type HeadRow = (String, i64, i64, Vec<u8>);

impl Logs {
    pub(crate) fn new(url: &RecordUrl) -> Self {
        Self { place: url.to_string(), readers: Arc::new(database::readers(url)) }
    }

    /// Every space, by name, as they all stand at one moment.
    pub(crate) async fn heads(&self) -> Result<Vec<SpaceHead>, RecordError> {
        const ALL: &str = "SELECT name, id, last_sequence, last_check FROM record_spaces ORDER BY name";
        let rows: Vec<HeadRow> = on!(&*self.readers, pool => sqlx::query_as(ALL).fetch_all(pool).await)
            .map_err(|error| self.failed(error.into()))?;
        rows.into_iter().map(|row| self.head_of(row)).collect()
    }

    /// Where one space ends; nothing when the record doesn't know it.
    pub(crate) async fn head(&self, space: &SpaceId) -> Result<Option<SpaceHead>, RecordError> {
        const ONE: &str = "SELECT name, id, last_sequence, last_check FROM record_spaces WHERE name = $1";
        let row: Option<HeadRow> = on!(&*self.readers, pool => {
            sqlx::query_as(ONE).bind(space.as_str()).fetch_optional(pool).await
        })
        .map_err(|error| self.failed(error.into()))?;
        row.map(|row| self.head_of(row)).transpose()
    }

    pub(crate) fn source(&self, space: SpaceId, key: i64) -> Source {
        Source { readers: Arc::clone(&self.readers), place: self.place.clone(), space, key }
    }

    pub(crate) async fn close(&self) {
        on!(&*self.readers, pool => pool.close().await);
    }

    pub(crate) fn failed(&self, reason: Reason) -> RecordError {
        RecordError::of(&self.place, reason)
    }

    fn head_of(&self, row: HeadRow) -> Result<SpaceHead, RecordError> {
        let (name, key, last, check) = row;
        let corrupt = |fault: String| RecordError::Corrupt { place: self.place.clone(), fault };
        let space = SpaceId::parse(&name).map_err(|_| corrupt(format!("\"{name}\" is no name of a space")))?;
        let check = Check::from_bytes(&check).ok_or_else(|| corrupt(format!("the head of {space} makes no sense")))?;
        let last = u64::try_from(last).map_err(|_| corrupt(format!("the space {space} ends at {last}")))?;
        Ok(SpaceHead { space, key, last: Sequence(last), check })
    }
}

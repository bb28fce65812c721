//! Looking through the whole record for damage.

use crate::chain::Check;
use crate::database::{self, Connection, Either, Purpose};
use crate::entry::Sequence;
use crate::error::{Reason, RecordError};
use crate::limits::FAULTS_TOLD_MAX;
use crate::logs::{Logs, SpaceHead};
use crate::replay::Entries;
use crate::url::RecordUrl;

/// What a check found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// Spaces that were looked at.
    pub spaces: u64,
    /// Entries that are as they were written.
    pub entries: u64,
    /// What is wrong, a sentence each; at most [`FAULTS_TOLD_MAX`].
    pub faults: Vec<String>,
}

/// Checks everything: the database by its own means, every entry of every space, every snapshot. A server may run
/// meanwhile.
///
/// # Errors
/// [`RecordError`] when the record can't be opened at all. Damage is in [`Checked::faults`].
pub async fn check(url: &RecordUrl) -> Result<Checked, RecordError> {
    let mut connection = database::open(url, Purpose::Look).await?;
    let mut checked = Checked::default();
    check_file(&mut connection, &mut checked).await;
    database::close(connection).await;
    let logs = Logs::new(url);
    for head in logs.heads().await? {
        checked.spaces += 1;
        check_space(&logs, head, &mut checked).await;
        if checked.faults.len() >= FAULTS_TOLD_MAX {
            break;
        }
    }
    logs.close().await;
    Ok(checked)
}

/// PostgreSQL has no such means that every user may call; its pages have checksums of their own if it was told so.
async fn check_file(connection: &mut Connection, checked: &mut Checked) {
    let Either::Sqlite(connection) = connection else { return };
    let told: Result<Vec<(String,)>, _> =
        sqlx::query_as("PRAGMA integrity_check(100)").fetch_all(&mut *connection).await;
    match told {
        Ok(lines) => checked.faults.extend(lines.into_iter().map(|(line,)| line).filter(|line| line != "ok")),
        Err(error) => checked.faults.push(Reason::from(error).to_string()),
    }
}

async fn check_space(logs: &Logs, head: SpaceHead, checked: &mut Checked) {
    let SpaceHead { space, key, last, check } = head;
    let start = (Sequence::START, Check::start(&space));
    let source = logs.source(space, key);
    match source.damaged_snapshots().await {
        Ok(snapshots) => {
            let told = |at| {
                format!("the snapshot of the space {} at entry {at} is damaged: it will not be used", source.space)
            };
            checked.faults.extend(snapshots.into_iter().map(told));
        }
        Err(error) => checked.faults.push(error.to_string()),
    }
    let mut entries = Entries::new(source, start, last, Some(check));
    loop {
        match entries.next().await {
            Ok(Some(_)) => checked.entries += 1,
            Ok(None) => return,
            // Behind a broken link nothing can be said.
            Err(fault) => return checked.faults.push(fault.to_string()),
        }
    }
}

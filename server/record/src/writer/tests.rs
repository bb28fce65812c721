//! What only somebody inside the writer can bring about.

use super::{Job, Writer};
use crate::database::Connection;
use crate::{AppendError, Keyring, Kind, NewEntry, Reason, Record, RecordUrl, Sequence};
use std::path::Path;
use torg_protocol::ids::SpaceId;
use torg_protocol::units::TimeMs;

impl Writer {
    pub(super) async fn pages_max(&mut self, pages: u32) {
        let Some(Connection::Sqlite(connection)) = &mut self.connection else { panic!("SQLite has pages") };
        let bound = sqlx::AssertSqlSafe(format!("PRAGMA max_page_count = {pages}"));
        sqlx::query(bound).execute(connection).await.expect("bounded");
    }
}

async fn open(folder: &Path) -> Record {
    let keyring = Keyring::open(folder).await.expect("the keys");
    Record::open(&RecordUrl::in_folder(folder), keyring).await.expect("the record")
}

fn entries(count: usize) -> Vec<NewEntry> {
    let body = vec![b'x'; 20_000];
    let entry = NewEntry { at: TimeMs(1), kind: Kind::parse("long").expect("a kind"), by: None, body };
    vec![entry; count]
}

#[tokio::test]
async fn a_database_without_room_refuses_in_words_and_goes_on_later() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let space = || SpaceId::parse("torg").expect("an id");
    let record = open(folder.path()).await;
    let (mut log, _) = record.space(space()).await.expect("a space");
    log.append(entries(5)).expect("queued").await.expect("there is room");

    record.queue().send(Job::PagesMax(40)).expect("sent");
    let refused = log.append(entries(10)).expect("queued").await;
    assert_eq!(refused, Err(AppendError::Failed(Reason::DiskFull)));
    assert_eq!(log.last(), Sequence(5));
    // Nothing of the failed ones is in the way of a small one.
    assert_eq!(log.append(entries(1)).expect("queued").await, Ok(Sequence(6)));
    // A new space needs a row, but no page.
    let (_, replay) = record.space(space()).await.expect("still readable");
    assert_eq!(replay.end(), Sequence(6));

    record.queue().send(Job::PagesMax(1_000_000)).expect("sent");
    let (mut log, _) = record.space(space()).await.expect("a space");
    assert_eq!(log.append(entries(10)).expect("queued").await, Ok(Sequence(16)));
    record.close().await;

    let (_, mut replay) = open(folder.path()).await.space(space()).await.expect("a space");
    let mut count = 0;
    while replay.next().await.expect("an entry").is_some() {
        count += 1;
    }
    assert_eq!(count, 16);
}

//! Snapshots: where replay begins.

use crate::support::{Place, all, append, id};
use torg_record::limits::SNAPSHOT_BYTES_MAX;
use torg_record::{Entry, Record, Sequence, Snapshot, SnapshotError};

async fn replayed(record: &Record) -> (Option<Snapshot>, Vec<u64>) {
    let (_, mut replay) = record.space(id("torg")).await.expect("a space");
    let snapshot = replay.take_snapshot();
    let entries: Vec<Entry> = all(replay).await;
    (snapshot, entries.iter().map(|entry| entry.sequence.0).collect())
}

pub(crate) async fn replay_begins_at_the_newest_snapshot(place: Place) {
    let record = place.open().await;
    let (mut log, _) = record.space(id("torg")).await.expect("a space");
    append(&mut log, 1..=5).await;
    let ahead = log.write_snapshot(Sequence(6), b"six".to_vec()).await;
    assert_eq!(ahead, Err(SnapshotError::Ahead { at: Sequence(6), head: Sequence(5) }));
    let too_large = log.write_snapshot(Sequence(5), vec![0; SNAPSHOT_BYTES_MAX + 1]).await;
    assert_eq!(too_large, Err(SnapshotError::TooLarge(SNAPSHOT_BYTES_MAX + 1)));
    for at in [0, 2, 4, 5] {
        log.write_snapshot(Sequence(at), format!("{at}").into_bytes()).await.expect("written");
    }
    log.write_snapshot(Sequence(5), b"five".to_vec()).await.expect("written in place of the other");
    append(&mut log, 6..=8).await;
    record.close().await;

    let record = place.open().await;
    let (snapshot, entries) = replayed(&record).await;
    assert_eq!(snapshot, Some(Snapshot { at: Sequence(5), content: b"five".to_vec() }));
    assert_eq!(entries, [6, 7, 8]);
    record.close().await;
}

pub(crate) async fn a_damaged_snapshot_is_passed_over(place: Place) {
    let record = place.open().await;
    let (mut log, _) = record.space(id("torg")).await.expect("a space");
    append(&mut log, 1..=4).await;
    for at in [2, 3, 4] {
        log.write_snapshot(Sequence(at), format!("{at}").into_bytes()).await.expect("written");
    }
    place.sql("UPDATE record_snapshots SET content = chained WHERE sequence = 4").await;
    let (snapshot, entries) = replayed(&record).await;
    assert_eq!((snapshot.expect("the one before").at, entries), (Sequence(3), vec![4]));
    place.sql("UPDATE record_snapshots SET seal = content WHERE sequence = 3").await;
    let (snapshot, entries) = replayed(&record).await;
    assert_eq!((snapshot, entries), (None, vec![1, 2, 3, 4]), "older ones were dropped, the log was not");
    record.close().await;
}

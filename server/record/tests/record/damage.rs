//! Data that is not what was written, or that is not ours to read.

use crate::support::{Place, append, id};
use std::path::Path;
use torg_record::{Keyring, Record, RecordError, Replay, Sequence};

async fn fault(mut replay: Replay) -> RecordError {
    loop {
        match replay.next().await {
            Ok(entry) => assert!(entry.is_some(), "it ended without a fault"),
            Err(fault) => return fault,
        }
    }
}

#[track_caller]
fn assert_names(fault: &RecordError, entry: u64) {
    match fault {
        RecordError::Damaged { space, sequence, .. } => {
            assert_eq!((space, *sequence), (&id("torg"), Sequence(entry)), "{fault}");
        }
        other => panic!("{other}"),
    }
    assert!(fault.to_string().starts_with("the record of the space torg is damaged at entry"), "{fault}");
}

async fn refused(place: &Place) -> RecordError {
    let keyring = Keyring::open(place.folder.path()).await.expect("the keys");
    Record::open(&place.url, keyring).await.expect_err("refused")
}

pub(crate) async fn a_changed_entry_is_named(place: Place) {
    let record = place.open().await;
    let (mut log, _) = record.space(id("torg")).await.expect("a space");
    append(&mut log, 1..=600).await;
    for (change, back) in [
        ("UPDATE record_entries SET at_ms = at_ms + 1 WHERE sequence = 500", "SET at_ms = at_ms - 1"),
        ("UPDATE record_entries SET kind = 'tols' WHERE sequence = 500", "SET kind = 'told'"),
        ("UPDATE record_entries SET by_participant = 0 WHERE sequence = 500", "SET by_participant = 500"),
        ("UPDATE record_entries SET by_participant = NULL WHERE sequence = 500", "SET by_participant = 500"),
        ("UPDATE record_entries SET body = chained WHERE sequence = 500", ""),
    ] {
        place.sql(change).await;
        let (_, replay) = record.space(id("torg")).await.expect("it is seen when it is read");
        assert_names(&fault(replay).await, 500);
        if !back.is_empty() {
            let back: &'static str = format!("UPDATE record_entries {back} WHERE sequence = 500").leak();
            place.sql(back).await;
        }
    }
    record.close().await;
}

pub(crate) async fn a_missing_entry_is_named(place: Place) {
    let record = place.open().await;
    let (mut log, _) = record.space(id("torg")).await.expect("a space");
    append(&mut log, 1..=600).await;
    place.sql("DELETE FROM record_entries WHERE sequence = 600").await;
    let (_, replay) = record.space(id("torg")).await.expect("it is seen when it is read");
    assert_names(&fault(replay).await, 600);
    place.sql("DELETE FROM record_entries WHERE sequence = 300").await;
    let (_, replay) = record.space(id("torg")).await.expect("it is seen when it is read");
    assert_names(&fault(replay).await, 300);
    // A head that was set back: entries beyond it would be in the way of all to come.
    place.sql("UPDATE record_spaces SET last_sequence = 7").await;
    let fault = record.space(id("torg")).await.expect_err("refused");
    assert!(fault.to_string().contains("the space torg ends at 7"), "{fault}");
    record.close().await;
}

pub(crate) async fn newer_data_is_refused(place: Place) {
    place.open().await.close().await;
    if place.is_sqlite() {
        place.sql("INSERT INTO record_migrations VALUES (7, 'later', '2027-01-01', true, x'00', 1)").await;
    } else {
        place.sql("INSERT INTO record_migrations VALUES (7, 'later', now(), true, '\\x00', 1)").await;
    }
    let fault = refused(&place).await;
    assert!(matches!(fault, RecordError::Newer { found: 7, known: 1, .. }), "{fault}");
    assert!(fault.to_string().contains("was written by a newer Torg (schema 7, this one knows 1)"), "{fault}");
}

/// A byte of a file, turned over.
fn flip(path: &Path, at: usize) {
    let mut bytes = std::fs::read(path).expect("readable");
    bytes[at] ^= 0xFF;
    std::fs::write(path, bytes).expect("writable");
}

#[test]
fn a_file_that_is_damaged_or_not_ours_is_refused() {
    crate::support::run(async {
        let place = Place::sqlite();
        let path = place.folder.path().join("record.sqlite");
        let record = place.open().await;
        let (mut log, _) = record.space(id("torg")).await.expect("a space");
        append(&mut log, 1..=500).await;
        record.close().await;
        // Byte 3 of the second page says how many cells it has.
        flip(&path, 4_096 + 3);
        let fault = refused(&place).await;
        assert!(matches!(fault, RecordError::Corrupt { .. }), "{fault}");

        let place = Place::sqlite();
        std::fs::write(place.folder.path().join("record.sqlite"), "dear diary, ".repeat(1_000)).expect("written");
        assert!(refused(&place).await.to_string().contains("damaged"));

        let place = Place::sqlite();
        std::fs::write(place.folder.path().join("record.sqlite"), "").expect("written");
        place.sql("CREATE TABLE recipes (name TEXT)").await;
        let fault = refused(&place).await;
        assert!(matches!(fault, RecordError::Foreign(_)), "{fault}");
    });
}

#[cfg(unix)]
#[test]
fn files_are_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    crate::support::run(async {
        let place = Place::sqlite();
        let record = place.open().await;
        let (mut log, _) = record.space(id("torg")).await.expect("a space");
        append(&mut log, 1..=1).await;
        for file in std::fs::read_dir(place.folder.path()).expect("a folder") {
            let file = file.expect("a file");
            let mode = file.metadata().expect("its mode").permissions().mode();
            assert_eq!(mode & 0o077, 0, "{:?} {mode:o}", file.file_name());
        }
        record.close().await;
    });
}

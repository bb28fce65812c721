//! Backup, restore and check.

use crate::support::{Place, append, entries, entry, id, kind};
use std::path::{Path, PathBuf};
use torg_protocol::units::TimeMs;
use torg_record::{BackedUp, BackupError, Entry, NewEntry, RecordUrl, Sequence, backup, check, restore};

const NOW: TimeMs = TimeMs(1_790_000_000_000);

/// Two spaces with entries, one of them with bytes that are no text, and one without any.
async fn filled(place: &Place) -> BackedUp {
    let record = place.open().await;
    let (mut torg, _) = record.space(id("torg")).await.expect("a space");
    append(&mut torg, 1..=300).await;
    torg.write_snapshot(Sequence(200), b"two hundred".to_vec()).await.expect("written");
    let (mut bytes, _) = record.space(id("bytes")).await.expect("a space");
    let bodies = [(0..=255).collect(), vec![], "\u{1F600}\u{2028}\"\\\n".into()];
    let told = bodies.map(|body| NewEntry { at: NOW, kind: kind("rang"), by: None, body });
    bytes.append(told.to_vec()).expect("room").await.expect("committed");
    record.space(id("empty")).await.expect("a space");
    record.close().await;
    BackedUp { spaces: 3, entries: 303 }
}

async fn everything(place: &Place) -> Vec<(String, Vec<Entry>)> {
    let record = place.open().await;
    let mut spaces = Vec::new();
    for end in record.spaces().await.expect("spaces") {
        let mut entries = record.entries(&end.space, Sequence::START).await.expect("no fault").expect("a space");
        let mut all = Vec::new();
        while let Some(entry) = entries.next().await.expect("an entry") {
            all.push(entry);
        }
        spaces.push((end.space.to_string(), all));
    }
    record.close().await;
    spaces
}

fn file(place: &Place, name: &str) -> PathBuf {
    place.folder.path().join(name)
}

pub(crate) async fn a_backup_brings_everything_back(place: Place) {
    let expected = filled(&place).await;
    let before = everything(&place).await;
    // While a server runs and writes.
    let record = place.open().await;
    let (mut log, _) = record.space(id("empty")).await.expect("a space");
    let first = file(&place, "first.backup");
    assert_eq!(backup(&place.url, &first, NOW).await.expect("a backup"), expected);
    append(&mut log, 1..=5).await;
    record.close().await;
    assert!(matches!(backup(&place.url, &first, NOW).await, Err(BackupError::Exists(_))));

    let other = Place::sqlite();
    assert_eq!(restore(&first, &other.url).await.expect("restored"), expected);
    assert_eq!(everything(&other).await, before);
    let again = restore(&first, &other.url).await.expect_err("not twice");
    assert!(again.to_string().contains("holds a record already"), "{again}");

    // And back, whichever database it came from; the log goes on where it was.
    let second = file(&place, "second.backup");
    backup(&other.url, &second, NOW).await.expect("a backup");
    place.sql("DELETE FROM record_snapshots; DELETE FROM record_entries; DELETE FROM record_spaces").await;
    restore(&second, &place.url).await.expect("restored");
    assert_eq!(everything(&place).await, before);
    let record = place.open().await;
    let (mut log, _) = record.space(id("torg")).await.expect("a space");
    append(&mut log, 301..=302).await;
    record.close().await;
}

pub(crate) async fn a_check_finds_damage(place: Place) {
    filled(&place).await;
    let checked = check(&place.url).await.expect("checked");
    assert_eq!((checked.spaces, checked.entries, checked.faults), (3, 303, vec![]));
    place.sql("UPDATE record_snapshots SET content = seal").await;
    place.sql("UPDATE record_entries SET at_ms = 5 WHERE sequence = 2").await;
    let faults = check(&place.url).await.expect("checked").faults;
    assert_eq!(faults.len(), 3, "{faults:?}");
    assert!(faults[0].contains("the space bytes is damaged at entry 2"), "{faults:?}");
    assert!(faults[1].contains("the snapshot of the space torg at entry 200"), "{faults:?}");
    assert!(faults[2].contains("the space torg is damaged at entry 2"), "{faults:?}");
    // A damaged record is not passed on as if it were whole.
    let to = file(&place, "damaged.backup");
    let refused = backup(&place.url, &to, NOW).await.expect_err("damaged");
    assert!(refused.to_string().contains("damaged at entry 2"), "{refused}");
    assert!(!to.exists());
}

async fn refusal(bytes: &[u8], folder: &Path) -> BackupError {
    let (from, to) = (folder.join("altered"), folder.join("restored.sqlite"));
    std::fs::write(&from, bytes).expect("written");
    let url: RecordUrl = format!("sqlite:{}", to.display()).parse().expect("a place");
    let refused = restore(&from, &url).await.expect_err("refused");
    assert!(!to.exists(), "nothing was touched");
    refused
}

#[test]
fn whatever_is_done_to_a_backup_shows() {
    crate::support::run(async {
        let place = Place::sqlite();
        let record = place.open().await;
        let (mut log, _) = record.space(id("torg")).await.expect("a space");
        log.append(entries(1..=2)).expect("room").await.expect("committed");
        let (mut bytes, _) = record.space(id("bytes")).await.expect("a space");
        bytes.append(vec![NewEntry { body: vec![0xFF; 9], ..entry(1) }]).expect("room").await.expect("committed");
        record.close().await;
        let whole = file(&place, "whole");
        backup(&place.url, &whole, NOW).await.expect("a backup");
        let whole = std::fs::read(whole).expect("readable");

        for length in 0..whole.len() {
            let refused = refusal(&whole[..length], place.folder.path()).await;
            assert!(
                matches!(refused, BackupError::Cut { .. } | BackupError::NotABackup(_)),
                "{length} bytes of it: {refused}"
            );
        }
        for at in 0..whole.len() {
            let mut altered = whole.clone();
            altered[at] ^= 1;
            refusal(&altered, place.folder.path()).await;
        }
        let refused = refusal(&[&whole[..], b"{}\n"].concat(), place.folder.path()).await;
        assert!(refused.to_string().contains("something follows"), "{refused}");
        let newer = String::from_utf8_lossy(&whole).replacen("\"torg_backup\":1", "\"torg_backup\":2", 1);
        let refused = refusal(newer.as_bytes(), place.folder.path()).await;
        assert!(refused.to_string().contains("newer Torg (form 2, this one reads 1)"), "{refused}");
        let long = [b"{\"torg_backup\":1,\"x\":\"", vec![b'x'; 1_000_000].as_slice(), b"\"}\n"].concat();
        refusal(&long, place.folder.path()).await;
    });
}

#[test]
fn a_record_that_is_not_there_is_not_made_by_looking_at_it() {
    crate::support::run(async {
        let place = Place::sqlite();
        let to = file(&place, "none.backup");
        assert!(backup(&place.url, &to, NOW).await.expect_err("none").to_string().contains("there is no record at"));
        assert!(check(&place.url).await.is_err());
        assert_eq!(std::fs::read_dir(place.folder.path()).expect("a folder").count(), 0);
    });
}

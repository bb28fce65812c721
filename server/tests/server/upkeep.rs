//! Backup, restore and check of the record, as one calls them.

use std::path::Path;
use std::process::{Command, Output, Stdio};
use torg_protocol::ids::SpaceId;
use torg_protocol::units::TimeMs;
use torg_record::{Keyring, Kind, NewEntry, Record, RecordUrl};

/// Runs the program to its end with its data in a folder.
fn torg(words: &[&str], data: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_torg"));
    command.args(words).arg("--data").arg(data).stdin(Stdio::null());
    for variable in ["TORG_CONFIG", "TORG_DATA", "TORG_RECORD_URL"] {
        command.env_remove(variable);
    }
    command.output().expect("the program runs")
}

#[track_caller]
fn assert_tells(ran: &Output, words: &str) {
    let told = String::from_utf8_lossy(&ran.stdout);
    assert!(ran.status.success() && told.contains(words), "{told}{}", String::from_utf8_lossy(&ran.stderr));
}

#[track_caller]
fn assert_refuses(ran: &Output, words: &str) {
    let told = String::from_utf8_lossy(&ran.stderr);
    assert!(!ran.status.success() && told.contains(words), "{told}");
    assert!(ran.stdout.is_empty());
}

#[tokio::test]
async fn a_record_is_backed_up_restored_and_checked_by_one_command_each() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let [here, there] = ["here", "there"].map(|name| folder.path().join(name));
    let file = folder.path().join("torg.backup");
    let name = file.to_str().expect("a path in UTF-8");
    std::fs::create_dir(&here).expect("a folder");
    let keyring = Keyring::open(&here).await.expect("the keys");
    let record = Record::open(&RecordUrl::in_folder(&here), keyring).await.expect("the record");
    let (mut log, _) = record.space(SpaceId::parse("torg").expect("an id")).await.expect("a space");
    let kind = Kind::parse("topic.posted").expect("a kind");
    let entry = NewEntry { at: TimeMs(1_790_000_000_000), kind, by: None, body: b"{}".to_vec() };
    log.append(vec![entry; 3]).expect("room").await.expect("committed");

    // While it is open for writing, as by a server.
    assert_tells(&torg(&["backup", name], &here), "1 spaces with 3 entries");
    assert_refuses(&torg(&["backup", name], &here), "is there already");
    record.close().await;
    assert_tells(&torg(&["restore", name], &there), "1 spaces with 3 entries were restored");
    assert_refuses(&torg(&["restore", name], &there), "holds a record already");
    assert_tells(&torg(&["check"], &there), "all as they were written");
    assert_refuses(&torg(&["check"], folder.path()), "there is no record at");

    let whole = std::fs::read(&file).expect("readable");
    std::fs::write(&file, &whole[..whole.len() - 20]).expect("written");
    assert_refuses(&torg(&["restore", name], &folder.path().join("third")), "is cut off after 5 lines");
    assert_refuses(&torg(&["check", "--record-url", "mysql://db"], &here), "names neither");
}

//! The record with a real database: what is acknowledged comes back, and nobody's name stands in the file.

use super::*;
use std::path::Path;
use std::time::Duration;
use tokio::time::timeout;
use torg_protocol::ids::ParticipantId;
use torg_protocol::people::Role;
use torg_protocol::units::TimeMs;
use torg_record::RecordUrl;
use torg_space::ledger::Personal;

const PATIENCE: Duration = Duration::from_secs(20);

async fn records(data: &Path) -> Records {
    let keyring = Keyring::open(data).await.expect("keys");
    let record = Record::open(&RecordUrl::in_folder(data), keyring.clone()).await.expect("a record");
    Records::new(record, keyring)
}

fn id() -> SpaceId {
    SpaceId::parse("torg").expect("an id")
}

fn comes(number: u32, name: &str) -> Fact {
    let person = ParticipantId(number);
    Fact::PersonCame { person, name: Personal::new(person, name), role: Role::Participant, waits: false }
}

/// Tells the record facts; what came of it.
async fn write(record: &mpsc::Sender<ToRecord>, epoch: u32, facts: Vec<Fact>) -> Result<(), NotWritten> {
    let (reply, answer) = oneshot::channel();
    let append = Append { epoch, at: TimeMs(1_790_000_000_000), facts, reply };
    record.send(ToRecord::Append(append)).await.expect("the writer runs");
    timeout(PATIENCE, answer).await.expect("in time").expect("an answer")
}

#[test]
fn every_kind_of_fact_can_be_written() {
    for kind in Fact::KINDS {
        assert!(Kind::parse(kind).is_ok(), "{kind}");
    }
}

#[tokio::test]
async fn what_is_acknowledged_comes_back_and_names_are_sealed() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let all = records(folder.path()).await;
    let (mut ledger, record) = all.open(&id()).await.expect("an empty record");
    let facts: Vec<Fact> = (1..=40).map(|number| comes(number, &format!("Ingeborg {number}"))).collect();
    for fact in &facts {
        write(&record, 0, vec![fact.clone()]).await.expect("written");
        ledger.apply(TimeMs(1_790_000_000_000), fact);
    }
    assert_eq!(write(&record, 0, Vec::new()).await, Ok(()), "nothing to write is written at once");
    drop(record);
    all.close().await;
    for file in std::fs::read_dir(folder.path()).expect("the folder").flatten() {
        let bytes = std::fs::read(file.path()).expect("readable");
        assert!(!bytes.windows(8).any(|window| window == b"Ingeborg"), "{:?} holds a name", file.path());
    }
    let again = records(folder.path()).await;
    let (replayed, _record) = again.open(&id()).await.expect("the record again");
    assert_eq!(replayed, ledger);
}

#[tokio::test]
async fn a_snapshot_and_what_came_after_make_the_same_ledger() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let all = records(folder.path()).await;
    let (mut ledger, record) = all.open(&id()).await.expect("an empty record");
    let mut take = |fact: &Fact| drop(ledger.apply(TimeMs(1_790_000_000_000), fact));
    let (ann, bob) = (comes(1, "Ann"), comes(2, "Bob"));
    write(&record, 0, vec![ann.clone()]).await.expect("written");
    take(&ann);
    record.send(ToRecord::Snapshot(Box::new(ledger.clone()))).await.expect("the writer runs");
    write(&record, 0, vec![bob.clone()]).await.expect("written");
    ledger.apply(TimeMs(1_790_000_000_000), &bob);
    drop(record);
    all.close().await;
    let again = records(folder.path()).await;
    assert_eq!(again.open(&id()).await.expect("the record again").0, ledger);
}

#[tokio::test]
async fn who_was_forgotten_has_no_name_after_a_restart() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let all = records(folder.path()).await;
    let (_, record) = all.open(&id()).await.expect("an empty record");
    write(&record, 0, vec![comes(1, "Ann"), comes(2, "Bob")]).await.expect("written");
    all.keyring.forget(&id(), ParticipantId(1)).await.expect("forgotten");
    let refused = write(&record, 0, vec![comes(3, "Cem"), comes(1, "Ann")]).await;
    assert!(matches!(refused, Err(NotWritten::Refused(_))), "{refused:?}");
    let after = write(&record, 0, vec![comes(3, "Cem")]).await;
    assert!(matches!(after, Err(NotWritten::Refused(_))), "it builds on what was not written: {after:?}");
    write(&record, 1, vec![comes(3, "Cem")]).await.expect("the next epoch knows");
    drop(record);
    all.close().await;
    let (ledger, _record) = records(folder.path()).await.open(&id()).await.expect("the record again");
    let names: Vec<_> = (1..=3).map(|number| ledger.name(ParticipantId(number)).map(|name| name.to_string())).collect();
    assert_eq!(names, [Some("N. N.".to_owned()), Some("Bob".to_owned()), Some("Cem".to_owned())]);
}

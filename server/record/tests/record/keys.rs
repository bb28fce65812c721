//! The keys of persons.

use crate::support::{Place, id, kind, run};
use torg_protocol::ids::ParticipantId;
use torg_protocol::units::TimeMs;
use torg_record::{Keyring, KeyringError, NewEntry};

const ANN: ParticipantId = ParticipantId(1);
const BOB: ParticipantId = ParticipantId(2);

#[test]
fn a_key_is_on_disk_before_the_entry_is_committed() {
    run(async {
        let place = Place::sqlite();
        let keyring = Keyring::open(place.folder.path()).await.expect("the keys");
        let record = torg_record::Record::open(&place.url, keyring.clone()).await.expect("the record");
        let (mut log, _) = record.space(id("torg")).await.expect("a space");
        let sealed = keyring.seal(log.space(), ANN, "Ann").await.expect("sealed");
        let body = sealed.clone().into_bytes();
        let told = NewEntry { at: TimeMs(1), kind: kind("entered"), by: Some(ANN), body };
        log.append(vec![told]).expect("room").await.expect("committed");
        // Another keyring knows only what is on disk, as after kill -9.
        let other = Keyring::open(place.folder.path()).await.expect("the keys");
        assert_eq!(other.unseal(&id("torg"), ANN, &sealed).await, Ok(Some("Ann".to_owned())));
        assert_eq!(other.unseal(&id("torg"), BOB, &sealed).await, Ok(None));
        assert_eq!(other.unseal(&id("elsewhere"), ANN, &sealed).await, Ok(None));
        other.load(&id("torg")).await.expect("read");
        record.close().await;
    });
}

#[test]
fn who_is_forgotten_stays_forgotten() {
    run(async {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let keyring = Keyring::open(folder.path()).await.expect("the keys");
        let torg = id("torg");
        let ann = keyring.seal(&torg, ANN, "Ann").await.expect("sealed");
        let bob = keyring.seal(&torg, BOB, "Bob").await.expect("sealed");
        keyring.written().await.expect("on disk");
        let key = key_on_disk(folder.path()).await;
        assert!(lies_in(folder.path(), &key), "it is there before");

        keyring.forget(&torg, ANN).await.expect("forgotten");
        assert_eq!(keyring.unseal(&torg, ANN, &ann).await, Ok(None));
        assert_eq!(keyring.unseal(&torg, BOB, &bob).await, Ok(Some("Bob".to_owned())));
        assert_eq!(keyring.seal(&torg, ANN, "Ann").await, Err(KeyringError::Forgotten));
        assert!(!lies_in(folder.path(), &key), "not a byte of it is left in any file");

        let again = Keyring::open(folder.path()).await.expect("the keys");
        assert_eq!(again.unseal(&torg, ANN, &ann).await, Ok(None));
        assert_eq!(again.seal(&torg, ANN, "Ann").await, Err(KeyringError::Forgotten));
        assert_eq!(again.unseal(&torg, BOB, &bob).await, Ok(Some("Bob".to_owned())));
    });
}

#[test]
fn a_key_that_was_never_written_can_be_forgotten() {
    run(async {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let keyring = Keyring::open(folder.path()).await.expect("the keys");
        let sealed = keyring.seal(&id("torg"), ANN, "Ann").await.expect("sealed");
        keyring.forget(&id("torg"), ANN).await.expect("forgotten");
        keyring.written().await.expect("nothing to write");
        assert_eq!(keyring.unseal(&id("torg"), ANN, &sealed).await, Ok(None));
    });
}

#[test]
fn many_who_come_at_once_share_a_sync() {
    run(async {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let keyring = Keyring::open(folder.path()).await.expect("the keys");
        let torg = id("torg");
        let mut sealed = Vec::new();
        for person in 0..2_000 {
            sealed.push(keyring.seal(&torg, ParticipantId(person), &format!("Guest {person}")).await.expect("sealed"));
        }
        let all: Vec<_> =
            (0..50).map(|_| keyring.clone()).map(|k| tokio::spawn(async move { k.written().await })).collect();
        for one in all {
            one.await.expect("no panic").expect("on disk");
        }
        let other = Keyring::open(folder.path()).await.expect("the keys");
        for (person, sealed) in (0..).zip(&sealed) {
            let name = other.unseal(&torg, ParticipantId(person), sealed).await;
            assert_eq!(name, Ok(Some(format!("Guest {person}"))));
        }
    });
}

#[test]
fn too_long_a_text_is_refused() {
    run(async {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let keyring = Keyring::open(folder.path()).await.expect("the keys");
        let text = "a".repeat(16 * 1024 + 1);
        assert_eq!(keyring.seal(&id("torg"), ANN, &text).await, Err(KeyringError::TooLong(text.len())));
    });
}

/// The key of the first person, as it lies in the file.
async fn key_on_disk(folder: &std::path::Path) -> Vec<u8> {
    use sqlx::Connection as _;
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(folder.join("keys.sqlite"));
    let mut connection = sqlx::SqliteConnection::connect_with(&options).await.expect("connected");
    let query = sqlx::query_as("SELECT key FROM keys WHERE person = 1");
    let (key,): (Vec<u8>,) = query.fetch_one(&mut connection).await.expect("a key");
    connection.close().await.expect("closed");
    key
}

fn lies_in(folder: &std::path::Path, key: &[u8]) -> bool {
    std::fs::read_dir(folder).expect("a folder").any(|file| {
        let bytes = std::fs::read(file.expect("a file").path()).expect("readable");
        bytes.windows(key.len()).any(|window| window == key)
    })
}

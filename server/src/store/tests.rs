//! The data folder, and what is left of it by crashes and by other hands.

use super::*;

fn record(id: &str) -> SpaceRecord {
    let map = serde_json::from_str(r#"{"width_m": 20, "height_m": 10}"#).expect("a map");
    let id = SpaceId::parse(id).expect("a space id");
    let name = Label::parse("Wednesday circle").expect("a name");
    SpaceRecord { format: FORMAT, id, name, generation: Generation(1), map }
}

#[test]
fn spaces_come_back_as_they_were_made() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let store = Store::open(folder.path()).expect("a store");
    store.create(&record("circle")).expect("made");
    assert!(matches!(store.create(&record("circle")), Err(StoreError::Exists(_))));
    drop(store);
    let store = Store::open(folder.path()).expect("the store again");
    assert_eq!(store.read(&record("circle").id).expect("readable"), Some(record("circle")));
    assert_eq!(store.read(&record("nowhere").id).expect("readable"), None);
}

#[test]
fn two_servers_do_not_share_a_folder() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let store = Store::open(folder.path()).expect("a store");
    let error = Store::open(folder.path()).expect_err("in use");
    assert!(error.to_string().contains("another server uses the data folder"), "{error}");
    drop(store);
    Store::open(folder.path()).expect("free again");
}

#[test]
fn a_damaged_file_is_named_and_left_alone() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let store = Store::open(folder.path()).expect("a store");
    store.create(&record("good")).expect("made");
    let half = &encode(&record("half"))[..40];
    std::fs::write(folder.path().join("spaces/half.json"), half).expect("a damaged file");
    let (records, faults) = store.list().expect("a list");
    assert_eq!(records, [record("good")]);
    assert!(faults[0].to_string().contains("half.json is damaged"), "{}", faults[0]);
    assert!(matches!(store.create(&record("half")), Err(StoreError::Exists(_))));
    assert!(matches!(store.renew(&record("half").id), Err(StoreError::Damaged { .. })));
    assert_eq!(std::fs::read(folder.path().join("spaces/half.json")).expect("still there"), half);
}

#[test]
fn a_closed_space_is_set_aside_and_its_id_not_given_again() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let store = Store::open(folder.path()).expect("a store");
    store.create(&record("circle")).expect("made");
    assert!(!store.is_closed(&record("circle").id));
    store.close(&record("circle").id).expect("closed");
    store.close(&record("circle").id).expect("as asked");
    assert!(store.is_closed(&record("circle").id));
    assert_eq!(store.read(&record("circle").id).expect("readable"), None);
    assert!(matches!(store.create(&record("circle")), Err(StoreError::Exists(_))));
    assert!(matches!(store.change(&record("circle").id, |_| {}), Err(StoreError::Unknown(_))));
    assert_eq!(store.list().expect("a list").0, []);
}

#[test]
fn renewing_counts_on_and_drafts_are_swept() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let store = Store::open(folder.path()).expect("a store");
    store.create(&record("circle")).expect("made");
    let beside = Store::open_beside(folder.path()).expect("beside the server");
    assert_eq!(beside.renew(&record("circle").id).expect("renewed").generation, Generation(2));
    let read = store.read(&record("circle").id).expect("readable").expect("there");
    assert_eq!(read.generation, Generation(2));
    drop(store);
    std::fs::write(folder.path().join("spaces/x.1-1.draft"), b"half").expect("litter");
    let _store = Store::open(folder.path()).expect("a store");
    assert!(!folder.path().join("spaces/x.1-1.draft").exists());
}

#[test]
fn a_bell_stays_with_its_space_and_goes_with_it() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let store = Store::open(folder.path()).expect("a store");
    let id = record("circle").id;
    assert!(matches!(store.set_bell(&id, Some(b"ding")), Err(StoreError::Unknown(_))));
    store.create(&record("circle")).expect("made");
    assert_eq!(store.bell(&id).expect("readable"), None);
    store.set_bell(&id, Some(b"ding")).expect("written");
    store.set_bell(&id, Some(b"dong")).expect("written anew");
    drop(store);
    let store = Store::open(folder.path()).expect("the store again");
    assert_eq!(store.bell(&id).expect("readable").as_deref(), Some(&b"dong"[..]));
    assert_eq!(store.list().expect("a list").0.len(), 1, "a bell is no space");
    store.set_bell(&id, None).expect("taken away");
    store.set_bell(&id, None).expect("as asked");
    assert_eq!(store.bell(&id).expect("readable"), None);
    store.set_bell(&id, Some(b"ding")).expect("written");
    store.close(&id).expect("closed");
    assert!(!folder.path().join("spaces/circle.bell").exists());
    std::fs::write(folder.path().join("spaces/other.bell"), vec![0; BELL_BYTES_MAX + 1]).expect("too large a bell");
    let other = SpaceId::parse("other").expect("a space id");
    assert!(matches!(store.bell(&other), Err(StoreError::Damaged { .. })));
}

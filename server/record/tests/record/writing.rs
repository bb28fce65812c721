//! What is appended, and that it comes back.

use crate::support::{Place, all, append, entries, entry, id, kind, numbers};
use torg_protocol::ids::ParticipantId;
use torg_protocol::units::TimeMs;
use torg_record::limits::BODY_BYTES_MAX;
use torg_record::{AppendError, NewEntry, RecordError, Sequence, SnapshotError, SpaceEnd};

pub(crate) async fn what_was_appended_is_replayed(place: Place) {
    let record = place.open().await;
    let (mut log, replay) = record.space(id("torg")).await.expect("a space");
    assert!(all(replay).await.is_empty());
    append(&mut log, 1..=1).await;
    append(&mut log, 2..=700).await;
    assert_eq!(log.last(), Sequence(700));
    record.close().await;

    let record = place.open().await;
    let (mut log, replay) = record.space(id("torg")).await.expect("a space");
    assert_eq!(replay.end(), Sequence(700));
    assert_eq!(numbers(&all(replay).await), (1..=700).collect::<Vec<_>>());
    append(&mut log, 701..=701).await;
    assert_eq!(record.spaces().await.expect("spaces"), [SpaceEnd { space: id("torg"), last: Sequence(701) }]);
    record.close().await;
}

pub(crate) async fn appends_keep_their_order(place: Place) {
    let record = place.open().await;
    let spaces = ["north", "south", "west"];
    let mut logs = Vec::new();
    for name in spaces {
        logs.push(record.space(id(name)).await.expect("a space").0);
    }
    let mut pending = Vec::new();
    for number in 1..=300 {
        for log in &mut logs {
            pending.push((number, log.append(vec![entry(number)]).expect("room")));
        }
    }
    for (number, pending) in pending {
        assert_eq!(pending.await, Ok(Sequence(number)));
    }
    for name in spaces {
        let (_, replay) = record.space(id(name)).await.expect("a space");
        assert_eq!(numbers(&all(replay).await), (1..=300).collect::<Vec<_>>());
    }
    record.close().await;
}

pub(crate) async fn any_bytes_come_back_as_they_were(place: Place) {
    let record = place.open().await;
    let (mut log, _) = record.space(id("torg")).await.expect("a space");
    let every_byte: Vec<u8> = (0..=255).collect();
    let longest = vec![0xFF; BODY_BYTES_MAX];
    let bodies = [vec![], every_byte, longest, "\u{202E}\0'; DROP TABLE record_entries;--".into()];
    let told = bodies.map(|body| NewEntry {
        at: TimeMs(i64::MAX.cast_unsigned()),
        kind: kind("a.b_c-1"),
        by: Some(ParticipantId(u32::MAX)),
        body,
    });
    log.append(told.to_vec()).expect("room").await.expect("committed");
    let (_, replay) = record.space(id("torg")).await.expect("a space");
    let found = all(replay).await;
    for (found, told) in found.iter().zip(&told) {
        assert_eq!((found.at, &found.kind, found.by), (told.at, &told.kind, told.by));
        assert!(found.body == told.body);
    }
    assert_eq!(found.len(), told.len());
    record.close().await;
}

pub(crate) async fn a_space_that_nobody_wrote_to_is_empty(place: Place) {
    let record = place.open().await;
    assert!(record.entries(&id("nowhere"), Sequence::START).await.expect("no fault").is_none());
    let (log, replay) = record.space(id("torg")).await.expect("a space");
    assert_eq!((log.last(), replay.end()), (Sequence::START, Sequence::START));
    assert!(all(replay).await.is_empty());
    record.close().await;
}

pub(crate) async fn a_closed_record_refuses(place: Place) {
    let record = place.open().await;
    let (mut log, _) = record.space(id("torg")).await.expect("a space");
    let pending = log.append(entries(1..=3)).expect("room");
    record.clone().close().await;
    assert_eq!(pending.await, Ok(Sequence(3)), "what waited was written");
    assert_eq!(log.append(entries(4..=4)).err(), Some(AppendError::Closed));
    assert_eq!(log.write_snapshot(Sequence(3), vec![]).await, Err(SnapshotError::Closed));
    assert!(matches!(record.space(id("torg")).await.err(), Some(RecordError::Closed)));
}

pub(crate) async fn readers_see_what_is_committed(place: Place) {
    let record = place.open().await;
    let (mut log, _) = record.space(id("torg")).await.expect("a space");
    append(&mut log, 1..=10).await;
    let mut after = record.entries(&id("torg"), Sequence(7)).await.expect("no fault").expect("a space");
    append(&mut log, 11..=20).await;
    let mut seen = Vec::new();
    while let Some(entry) = after.next().await.expect("an entry") {
        seen.push(entry.sequence.0);
    }
    assert_eq!(seen, [8, 9, 10], "as far as was committed when they were asked for");
    let mut beyond = record.entries(&id("torg"), Sequence(99)).await.expect("no fault").expect("a space");
    assert!(beyond.next().await.expect("no fault").is_none());
    record.close().await;
}

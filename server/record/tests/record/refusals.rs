//! When entries are not written, and what is left then: nothing.

use crate::support::{Place, all, append, entries, entry, id, numbers};
use torg_record::limits::SPACE_WAITING_MAX;
use torg_record::{AppendError, Reason, Record, Sequence, SnapshotError};

pub(crate) async fn whoever_opens_last_writes(place: Place) {
    let one = place.open().await;
    let (mut first, _) = one.space(id("torg")).await.expect("a space");
    append(&mut first, 1..=2).await;
    // In the same server, as after a panic of the space's task.
    let (mut second, replay) = one.space(id("torg")).await.expect("a space");
    assert_eq!(replay.end(), Sequence(2));
    assert_eq!(first.append(entries(3..=3)).expect("room").await, Err(AppendError::TakenOver));
    append(&mut second, 3..=4).await;
    // On another server, while this one believes that it still runs the space.
    let other = place.open().await;
    let (mut third, _) = other.space(id("torg")).await.expect("a space");
    assert_eq!(second.append(entries(5..=5)).expect("room").await, Err(AppendError::TakenOver));
    assert_eq!(second.append(entries(5..=5)).expect("room").await, Err(AppendError::TakenOver));
    assert_eq!(second.write_snapshot(Sequence(4), vec![1]).await, Err(SnapshotError::TakenOver));
    append(&mut third, 5..=6).await;
    // A space of the first server that nobody else opened is not touched by any of this.
    let (mut elsewhere, _) = one.space(id("elsewhere")).await.expect("a space");
    append(&mut elsewhere, 1..=1).await;
    one.close().await;
    let (_, replay) = other.space(id("torg")).await.expect("a space");
    assert_eq!(numbers(&all(replay).await), (1..=6).collect::<Vec<_>>());
    other.close().await;
}

/// From now on the database refuses entries that say 13, as if its disk were full.
async fn refuse_thirteen(place: &Place) {
    if place.is_sqlite() {
        place
            .sql(
                "CREATE TRIGGER unlucky BEFORE INSERT ON record_entries WHEN NEW.body = CAST('13' AS BLOB) \
                 BEGIN SELECT RAISE(ABORT, 'no luck'); END",
            )
            .await;
    } else {
        place
            .sql(
                "CREATE FUNCTION unlucky() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
                 IF NEW.body = '13'::bytea THEN RAISE EXCEPTION 'no luck' USING ERRCODE = '53100'; END IF; \
                 RETURN NEW; END $$; \
                 CREATE TRIGGER unlucky BEFORE INSERT ON record_entries FOR EACH ROW EXECUTE FUNCTION unlucky()",
            )
            .await;
    }
}

async fn no_thirteen_refused(place: &Place) {
    place.sql(if place.is_sqlite() { "DROP TRIGGER unlucky" } else { "DROP TRIGGER unlucky ON record_entries" }).await;
}

#[track_caller]
fn assert_failed<T: std::fmt::Debug>(place: &Place, outcome: Result<T, AppendError>) {
    let reason = match outcome.expect_err("refused") {
        AppendError::Failed(reason) => reason,
        other => panic!("{other}"),
    };
    let expected = if place.is_sqlite() { Reason::Refused("no luck".to_owned()) } else { Reason::DiskFull };
    assert_eq!(reason, expected);
}

async fn count(record: &Record, space: &str) -> usize {
    let (_, replay) = record.space(id(space)).await.expect("a space");
    all(replay).await.len()
}

pub(crate) async fn an_append_that_fails_leaves_nothing(place: Place) {
    let record = place.open().await;
    let (mut log, _) = record.space(id("torg")).await.expect("a space");
    append(&mut log, 1..=9).await;
    refuse_thirteen(&place).await;
    assert_failed(&place, log.append(entries(10..=20)).expect("room").await);
    assert_eq!(log.last(), Sequence(9));
    append(&mut log, 10..=12).await;
    assert_failed(&place, log.append(entries(13..=13)).expect("room").await);
    no_thirteen_refused(&place).await;
    append(&mut log, 13..=20).await;
    record.close().await;
    let record = place.open().await;
    assert_eq!(count(&record, "torg").await, 20);
    record.close().await;
}

pub(crate) async fn what_was_sent_after_a_failure_fails_too(place: Place) {
    let record = place.open().await;
    let (mut log, _) = record.space(id("torg")).await.expect("a space");
    append(&mut log, 1..=12).await;
    refuse_thirteen(&place).await;
    let unlucky = log.append(vec![entry(13)]).expect("room");
    // These may share its transaction or come in a later one: in any case they build on what was not written.
    let mut after = Vec::new();
    for number in 14..=40 {
        after.push(log.append(vec![entry(number)]).expect("room"));
        tokio::task::yield_now().await;
    }
    assert_failed(&place, unlucky.await);
    for pending in after {
        let refused = pending.await.expect_err("it builds on what was not written");
        assert!(matches!(refused, AppendError::AfterFailure | AppendError::Failed(_)), "{refused}");
    }
    assert_eq!(log.last(), Sequence(12));
    no_thirteen_refused(&place).await;
    append(&mut log, 13..=14).await;
    assert_eq!(count(&record, "torg").await, 14);
    record.close().await;
}

pub(crate) async fn too_much_at_once_is_refused(place: Place) {
    let record = place.open().await;
    let (mut log, _) = record.space(id("torg")).await.expect("a space");
    let (mut quiet, _) = record.space(id("quiet")).await.expect("a space");
    // A hundred kilobytes each: the bytes run out before the number does.
    let loud = |number| {
        let mut entry = entry(number);
        entry.body.resize(60_000, b' ');
        vec![entry; 16]
    };
    let mut pending = Vec::new();
    let refused = loop {
        match log.append(loud(1)) {
            Ok(sent) => pending.push(sent),
            Err(refused) => break refused,
        }
        assert!(pending.len() <= SPACE_WAITING_MAX, "there is a bound");
    };
    assert_eq!(refused, AppendError::Overloaded);
    assert!(refused.to_string().contains("try again"));
    for sent in pending {
        sent.await.expect("what was taken is written");
    }
    append(&mut quiet, 1..=1).await;
    record.close().await;
}

//! A database that goes away and comes back, while the server runs on.

use crate::postgres::Postgres;
use crate::support::{all, append, entries, id, numbers, run};
use torg_record::{AppendError, Reason, Sequence};

#[test]
fn a_database_that_was_started_anew_is_taken_up_again() {
    let mut server = Postgres::start();
    let place = server.place("restart");
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.expect("a runtime");
    let record = runtime.block_on(place.open());
    let (mut log, _) = runtime.block_on(record.space(id("torg"))).expect("a space");
    runtime.block_on(append(&mut log, 1..=5));

    server.crash();
    let refused = runtime.block_on(log.append(entries(6..=6)).expect("room")).expect_err("nobody is there");
    assert!(matches!(refused, AppendError::Failed(Reason::Unreachable(_))), "{refused}");
    assert!(refused.to_string().contains("cannot be reached"), "{refused}");

    server.start_again();
    runtime.block_on(append(&mut log, 6..=7));
    // Nobody noticed this one: the connection looks fine until it is used.
    server.crash();
    server.start_again();
    runtime.block_on(append(&mut log, 8..=9));
    runtime.block_on(record.close());
    drop(runtime);
    run(async {
        let record = place.open().await;
        let (log, replay) = record.space(id("torg")).await.expect("a space");
        assert_eq!(log.last(), Sequence(9));
        assert_eq!(numbers(&all(replay).await), (1..=9).collect::<Vec<_>>());
        record.close().await;
    });
}

//! What only somebody inside the writer can bring about.

use super::{Job, Writer};
use crate::database::Connection;
use crate::{AppendError, Keyring, Kind, NewEntry, Reason, Record, RecordUrl, Sequence};
use std::path::Path;
use torg_protocol::ids::SpaceId;
use torg_protocol::units::TimeMs;

impl Writer {
    pub(super) async fn pages_max(&mut self, pages: u32) {
        let Some(Connection::Sqlite(connection)) = &mut self.connection else { panic!("SQLite has pages") };
        let bound = sqlx::AssertSqlSafe(format!("PRAGMA max_page_count = {pages}"));
        sqlx::query(bound).execute(connection).await.expect("bounded");
    }
}

async fn open(folder: &Path) -> Record {
    let keyring = Keyring::open(folder).await.expect("the keys");
    Record::open(&RecordUrl::in_folder(folder), keyring).await.expect("the record")
}

fn entries(count: usize) -> Vec<NewEntry> {
    let body = vec![b'x'; 20_000];
    let entry = NewEntry { at: TimeMs(1), kind: Kind::parse("long").expect("a kind"), by: None, body };
    vec![entry; count]
}

#[tokio::test]
async fn a_database_without_room_refuses_in_words_and_goes_on_later() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let space = || SpaceId::parse("torg").expect("an id");
    let record = open(folder.path()).await;
    let (mut log, _) = record.space(space()).await.expect("a space");
    log.append(entries(5)).expect("queued").await.expect("there is room");

    record.queue().send(Job::PagesMax(40)).expect("sent");
    let refused = log.append(entries(10)).expect("queued").await;
    assert_eq!(refused, Err(AppendError::Failed(Reason::DiskFull)));
    assert_eq!(log.last(), Sequence(5));
    // Nothing of the failed ones is in the way of a small one.
    assert_eq!(log.append(entries(1)).expect("queued").await, Ok(Sequence(6)));
    // A new space needs a row, but no page.
    let (_, replay) = record.space(space()).await.expect("still readable");
    assert_eq!(replay.end(), Sequence(6));

    record.queue().send(Job::PagesMax(1_000_000)).expect("sent");
    let (mut log, _) = record.space(space()).await.expect("a space");
    assert_eq!(log.append(entries(10)).expect("queued").await, Ok(Sequence(16)));
    record.close().await;

    let (_, mut replay) = open(folder.path()).await.space(space()).await.expect("a space");
    let mut count = 0;
    while replay.next().await.expect("an entry").is_some() {
        count += 1;
    }
    assert_eq!(count, 16);
}

mod settling {
    //! A commit that was never answered: what the database says afterwards decides.

    use super::super::plan::{Plan, Truth};
    use super::super::{Append, Failure, Head};
    use super::{SpaceId, entries};
    use crate::chain::Check;
    use crate::{AppendError, Reason, Sequence};
    use std::collections::HashMap;
    use std::sync::Arc;
    use tokio::sync::{Semaphore, oneshot};

    const KEY: i64 = 5;

    fn head() -> Head {
        let check = Check::start(&SpaceId::parse("torg").expect("an id"));
        Head { sequence: Sequence::START, check, holder: 7, seen_holder: 7, generation: 0 }
    }

    /// What an append of two entries is told, and where the log goes on, when the database says this of its space.
    async fn settled(truth: impl FnOnce(&mut Plan) -> Option<Truth>) -> (Result<Sequence, Failure>, Option<Head>) {
        let mut heads = HashMap::from([(KEY, head())]);
        let room = || Arc::new(Semaphore::new(1)).try_acquire_owned().expect("room");
        let (answer, mut answered) = oneshot::channel();
        let (after, entries) = (head().expected(), entries(2));
        let append = Append { space: KEY, holder: 7, after, entries, cost_bytes: 0, answer, _room: (room(), room()) };
        let mut plan = Plan::of(vec![append], &heads);
        let truth = truth(&mut plan);
        plan.settle(truth.as_ref(), &Reason::took_too_long(), &mut heads);
        (answered.try_recv().expect("answered"), heads.remove(&KEY))
    }

    fn end_of(plan: &mut Plan) -> Head {
        plan.iter_mut().next().expect("a space").1.after
    }

    #[tokio::test]
    async fn what_arrived_is_acknowledged() {
        let (told, head) = settled(|plan| Some(Truth::from([(KEY, end_of(plan))]))).await;
        assert_eq!(told.expect("it is there"), Sequence(2));
        assert_eq!(head.expect("it goes on").sequence, Sequence(2));
    }

    #[tokio::test]
    async fn what_did_not_arrive_failed() {
        let (told, now) = settled(|_| Some(Truth::from([(KEY, head())]))).await;
        let failure = told.expect_err("it is not there");
        assert!(matches!(failure.error, AppendError::Failed(_)), "{}", failure.error);
        let resume = failure.resume.expect("it goes on");
        assert_eq!((resume.last, resume.generation), (Sequence::START, 1));
        assert_eq!(now.expect("it goes on").expected(), resume);
    }

    #[tokio::test]
    async fn without_an_answer_the_space_must_be_opened_anew() {
        let (told, head) = settled(|_| None).await;
        let failure = told.expect_err("nobody knows");
        assert_eq!((failure.error, failure.resume), (AppendError::Doubtful, None));
        assert!(head.is_none());
    }

    #[tokio::test]
    async fn another_end_is_another_writers() {
        let elsewhere = |plan: &mut Plan| Head { check: head().check, ..end_of(plan) };
        let (told, head) = settled(|plan| Some(Truth::from([(KEY, elsewhere(plan))]))).await;
        assert_eq!(told.expect_err("taken over").error, AppendError::TakenOver);
        assert!(head.is_none());
    }
}

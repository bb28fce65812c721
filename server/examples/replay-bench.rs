//! Measures how long a space takes to come back: `replay-bench URL DATA`. `cargo xtask bench record` runs it on both
//! databases.
//!
//! What is replayed is what a very long assembly writes: people come, topics are brought, marked and talked about, and
//! most of all people sit down and get up. Names and texts are sealed, and opened again.

use std::path::Path;
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, oneshot};
use torg_protocol::ids::{CommentId, ParticipantId, SpaceId, TableId, TopicId, VisitId};
use torg_protocol::people::Role;
use torg_protocol::units::TimeMs;
use torg_record::{Keyring, Record, RecordUrl};
use torg_server::mailbox::{Append, ToRecord};
use torg_server::record::Records;
use torg_space::ledger::{Actor, Bringer, Fact, Personal, TopicWords};

const FACTS: usize = 200_000;
const PEOPLE: u32 = 450;
const TOPICS: u32 = 2_000;
/// Facts in one append.
const AT_ONCE: usize = 500;
const BEGAN: TimeMs = TimeMs(1_790_000_000_000);

type Fault = Box<dyn std::error::Error + Send + Sync>;

#[tokio::main]
async fn main() -> Result<(), Fault> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [url, data] = words.as_slice() else { return Err("usage: replay-bench URL DATA".into()) };
    let space = SpaceId::parse("assembly")?;

    let records = open(url, data).await?;
    let (mut ledger, record) = records.open(&space).await?;
    let began = Instant::now();
    for (number, facts) in (0..FACTS).map(fact).collect::<Vec<_>>().chunks(AT_ONCE).enumerate() {
        let at = TimeMs(BEGAN.0 + 1_000 * number as u64);
        write(&record, at, facts.to_vec()).await?;
        ledger.apply_all(at, facts);
    }
    println!("writing {FACTS} facts, {AT_ONCE} at once: {:.2} s", s(began.elapsed()));
    drop(record);
    records.close().await;

    let records = open(url, data).await?;
    let began = Instant::now();
    let (replayed, record) = records.open(&space).await?;
    println!("replay of {FACTS} facts into a ledger: {:.2} s", s(began.elapsed()));
    if replayed != ledger {
        return Err("what was replayed is not what was written".into());
    }

    let began = Instant::now();
    record.send(ToRecord::Snapshot(Box::new(ledger.clone()))).await?;
    // In the same queue, so it is answered when the snapshot is written.
    write(&record, TimeMs(BEGAN.0 + 1_000 * FACTS as u64), vec![Fact::SpaceRan {}]).await?;
    let size = serde_json::to_vec(&ledger)?.len();
    println!("a snapshot of it, {:.1} MB: {:.2} s", size as f64 / 1e6, s(began.elapsed()));
    drop(record);
    records.close().await;
    let records = open(url, data).await?;
    let began = Instant::now();
    drop(records.open(&space).await?);
    println!("coming back by the snapshot: {:.2} s", s(began.elapsed()));
    records.close().await;
    Ok(())
}

async fn open(url: &str, data: &str) -> Result<Records, Fault> {
    let url: RecordUrl = url.parse()?;
    let keyring = Keyring::open(Path::new(data)).await?;
    Ok(Records::new(Record::open(&url, keyring.clone()).await?, keyring))
}

async fn write(record: &mpsc::Sender<ToRecord>, at: TimeMs, facts: Vec<Fact>) -> Result<(), Fault> {
    let (reply, answer) = oneshot::channel();
    record.send(ToRecord::Append(Append { epoch: 0, at, facts, reply })).await?;
    answer.await?.map_err(|error| format!("{error:?}").into())
}

/// What happens as number so and so.
fn fact(number: usize) -> Fact {
    let number = number as u32;
    let person = ParticipantId(number % PEOPLE + 1);
    let by = Actor::Person(person);
    let Some(number) = number.checked_sub(PEOPLE) else {
        return Fact::PersonCame {
            person,
            name: Personal::new(person, format_args!("Ingeborg Åsgård {number}")),
            role: Role::Participant,
            waits: false,
        };
    };
    let Some(number) = number.checked_sub(TOPICS) else {
        let title = Personal::new(person, format_args!("How do we keep going after today, part {number}?"));
        let description = Personal::new(person, "What worked, what did not, and who takes it on. ".repeat(4));
        let text = TopicWords { title, description, wish: None, needs: Vec::new(), language: None };
        return Fact::TopicPosted { topic: TopicId(number + 1), text, convener: Bringer::Person(person), by };
    };
    let topic = TopicId(number % TOPICS + 1);
    // Of ten things that happen eight are somebody who sits down or gets up.
    let (turn, kind) = (number / 10, number % 10);
    match kind {
        0 => Fact::InterestSet { topic, person, interested: turn.is_multiple_of(2) },
        1 => {
            let text = Personal::new(person, "I would bring our own numbers, if that helps.");
            Fact::CommentAdded { comment: CommentId(turn + 1), topic, person, text }
        }
        kind => {
            let visit = VisitId(turn * 4 + kind / 2);
            let at = TimeMs(BEGAN.0 + u64::from(number));
            if kind % 2 == 0 {
                let table = TableId((number % 20) as u16);
                Fact::VisitBegan { visit, person, table, topic: Some(topic), slot: None, from: at }
            } else {
                Fact::VisitEnded { visit, to: TimeMs(at.0 + 600_000) }
            }
        }
    }
}

fn s(time: Duration) -> f64 {
    time.as_secs_f64()
}

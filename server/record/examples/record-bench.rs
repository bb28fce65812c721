//! Measures the record: `record-bench URL DATA`. `cargo xtask bench record` runs it on both databases.
//!
//! Lines for people; times in milliseconds. Every append waits for its own acknowledgement, as people do.

use std::path::Path;
use std::time::{Duration, Instant};
use torg_protocol::ids::{ParticipantId, SpaceId};
use torg_protocol::units::TimeMs;
use torg_record::{Keyring, Kind, NewEntry, Record, RecordUrl, SpaceLog};

const RATE_PER_S: u64 = 1_000;
const MEASURED_S: u64 = 20;
const SPACES: usize = 4;
/// Appends on their way at a time when as many as can be are wanted, in each space.
const AT_ONCE: usize = 256;
const REPLAYED: u64 = 200_000;
/// A topic with a title and a short description, as JSON.
const BODY_BYTES: usize = 200;

type Fault = Box<dyn std::error::Error + Send + Sync>;

#[tokio::main]
async fn main() -> Result<(), Fault> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [url, data] = words.as_slice() else { return Err("usage: record-bench URL DATA".into()) };
    let url: RecordUrl = url.parse()?;
    let record = Record::open(&url, Keyring::open(Path::new(data)).await?).await?;
    steady(&record).await?;
    let most = most(&record).await?;
    println!("as many as can be:      {most:.0} appends a second, {AT_ONCE} on their way in each of {SPACES} spaces");
    filled(&record).await?;
    record.close().await;

    let began = Instant::now();
    let record = Record::open(&url, Keyring::open(Path::new(data)).await?).await?;
    let opened = began.elapsed();
    let replaying = Instant::now();
    let (_, mut replay) = record.space(SpaceId::parse("long")?).await?;
    let mut count = 0;
    while replay.next().await?.is_some() {
        count += 1;
    }
    let replayed = replaying.elapsed();
    println!("replay of {count} entries: {:.2} s; opening and its check before that: {:.2} s", s(replayed), s(opened));
    record.close().await;
    Ok(())
}

/// Single appends, spread evenly over the time.
async fn steady(record: &Record) -> Result<(), Fault> {
    let mut logs = logs(record, "steady").await?;
    let (cpu, began) = (cpu_s(), Instant::now());
    let mut waiting = Vec::new();
    for number in 0..RATE_PER_S * MEASURED_S {
        let due = began + Duration::from_micros(number * 1_000_000 / RATE_PER_S);
        if due > Instant::now() {
            tokio::time::sleep_until(due.into()).await;
        }
        let pending = logs[usize::try_from(number)? % SPACES].append(vec![entry(number)])?;
        // From when it was due, so that a pause of ours is not left out.
        waiting.push(tokio::spawn(async move { pending.await.map(|_| due.elapsed()) }));
    }
    let mut took = Vec::new();
    for pending in waiting {
        took.push(pending.await??);
    }
    let percent = 100.0 * (cpu_s() - cpu) / s(began.elapsed());
    took.sort_unstable();
    let at = |part: usize| s(took[(took.len() - 1) * part / 1_000]) * 1e3;
    println!(
        "{RATE_PER_S} appends a second for {MEASURED_S} s: acknowledged after {:.1} ms p50, {:.1} p90, {:.1} p99, {:.1} p99.9; \
         {percent:.0} % of a core in this process",
        at(500),
        at(900),
        at(990),
        at(999)
    );
    Ok(())
}

async fn most(record: &Record) -> Result<f64, Fault> {
    const LASTS: Duration = Duration::from_secs(5);
    let began = Instant::now();
    let mut spaces = Vec::new();
    for mut log in logs(record, "most").await? {
        spaces.push(tokio::spawn(async move {
            let mut done = 0_u32;
            while began.elapsed() < LASTS {
                let sent: Result<Vec<_>, _> =
                    (0..AT_ONCE).map(|number| log.append(vec![entry(number as u64)])).collect();
                for pending in sent? {
                    pending.await?;
                    done += 1;
                }
            }
            Ok::<_, Fault>(done)
        }));
    }
    let mut done = 0;
    for space in spaces {
        done += space.await??;
    }
    Ok(f64::from(done) / s(began.elapsed()))
}

async fn filled(record: &Record) -> Result<(), Fault> {
    let (mut log, _) = record.space(SpaceId::parse("long")?).await?;
    for first in (log.last().0..REPLAYED).step_by(1_000) {
        log.append((first..REPLAYED.min(first + 1_000)).map(entry).collect())?.await?;
    }
    Ok(())
}

async fn logs(record: &Record, name: &str) -> Result<Vec<SpaceLog>, Fault> {
    let mut logs = Vec::new();
    for number in 0..SPACES {
        logs.push(record.space(SpaceId::parse(&format!("{name}-{number}"))?).await?.0);
    }
    Ok(logs)
}

fn entry(number: u64) -> NewEntry {
    let kind = Kind::parse("topic.posted").expect("a kind");
    let mut body = format!("{{\"number\":{number},\"title\":\"").into_bytes();
    body.resize(BODY_BYTES - 2, b'x');
    body.extend(b"\"}");
    let by = u32::try_from(number % 450).ok().map(ParticipantId);
    NewEntry { at: TimeMs(1_790_000_000_000 + number), kind, by, body }
}

fn s(time: Duration) -> f64 {
    time.as_secs_f64()
}

/// CPU that this process has used, all threads, user space and kernel, seconds; 0 where the system doesn't tell.
fn cpu_s() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The second field is the name in parentheses and may hold anything.
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<f64>().ok()).unwrap_or_default();
    (ticks(11) + ticks(12)) / 100.0
}

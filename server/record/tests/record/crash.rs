//! Killed at any moment: what was acknowledged is there, once, and nothing is missing between.

use crate::postgres::Postgres;
use crate::support::{Place, all, entry, id, numbers, open, run};
use std::collections::HashMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

const SPACES: [&str; 3] = ["north", "south", "west"];
const URL: &str = "TORG_RECORD_CRASH_URL";
const DATA: &str = "TORG_RECORD_CRASH_DATA";

/// Not a test by itself: the process that is killed. It appends to three spaces as fast as it can, several appends on
/// their way at a time, and says what was acknowledged.
#[test]
fn the_one_that_is_killed() {
    let (Ok(url), Ok(data)) = (std::env::var(URL), std::env::var(DATA)) else { return };
    let url = url.parse().expect("a place for the record");
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.expect("a runtime").block_on(async {
        let record = open(&url, Path::new(&data)).await;
        let writers = SPACES.map(|name| {
            let record = record.clone();
            tokio::spawn(async move {
                let (mut log, _) = record.space(id(name)).await.expect("a space");
                loop {
                    let first = log.last().0 + 1;
                    let sent: Vec<_> =
                        (0..8).map(|n| log.append(vec![entry(first + 2 * n), entry(first + 2 * n + 1)])).collect();
                    for pending in sent {
                        // With the database killed too, there is nothing more to say.
                        let Ok(sequence) = pending.expect("room").await else { return };
                        let mut stdout = std::io::stdout().lock();
                        writeln!(stdout, "acknowledged {name} {sequence}").and_then(|()| stdout.flush()).expect("told");
                    }
                }
            })
        });
        for writer in writers {
            let _ = writer.await;
        }
        std::thread::park();
    });
}

fn start(place: &Place) -> Child {
    let mut command = Command::new(std::env::current_exe().expect("this program"));
    command.args(["crash::the_one_that_is_killed", "--exact", "--nocapture"]);
    command.env(URL, &place.text).env(DATA, place.folder.path());
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("it starts")
}

/// Kills it and returns what it said: the last sequence of each space that was acknowledged.
fn kill(mut child: Child) -> HashMap<String, u64> {
    child.kill().and_then(|()| child.wait()).expect("killed");
    let mut acknowledged = HashMap::new();
    for line in BufReader::new(child.stdout.take().expect("its output")).lines().map_while(Result::ok) {
        let words: Vec<&str> = line.split(' ').collect();
        // The last line may be cut off; then it says a smaller number, which is true as well.
        if let ["acknowledged", space, sequence] = words[..]
            && let Ok(sequence) = sequence.parse::<u64>()
        {
            acknowledged.insert(space.to_owned(), sequence);
        }
    }
    acknowledged
}

/// Everything acknowledged is there; each entry stands where it says it should, so none is doubled or missing.
fn check(place: &Place, acknowledged: &HashMap<String, u64>) -> u64 {
    let mut found = 0;
    run(async {
        let record = place.open().await;
        for name in SPACES {
            let (_, replay) = record.space(id(name)).await.expect("a space");
            let numbers = numbers(&all(replay).await);
            let last = numbers.len() as u64;
            assert_eq!(numbers, (1..=last).collect::<Vec<_>>());
            assert_eq!(last % 2, 0, "appends are whole or not there");
            let told = acknowledged.get(name).copied().unwrap_or_default();
            assert!(last >= told, "{name}: {told} were acknowledged, {last} are there");
            found += last;
        }
        record.close().await;
    });
    found
}

/// A number from the seed that differs from round to round (SplitMix64).
fn random(seed: u64, round: u64) -> u64 {
    let mut z = seed.wrapping_add(round.wrapping_mul(0x9E37_79B9_7F4A_7C15));
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

fn seed() -> u64 {
    let given = std::env::var("TORG_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed = given
        .unwrap_or_else(|| UNIX_EPOCH.elapsed().or(SystemTime::now().elapsed()).map_or(0, |t| t.as_nanos() as u64));
    println!("seed {seed} (TORG_SEED={seed} plays it again)");
    seed
}

/// Lets it live for a random time after its first word, so that it is killed at work and not while it starts.
fn live(seed: u64, round: u64) {
    std::thread::sleep(Duration::from_micros(random(seed, round) % 120_000));
}

fn rounds(place: &Place, seed: u64, rounds: std::ops::Range<u64>, mut at_kill: impl FnMut(u64)) {
    let mut before = check(place, &HashMap::new());
    for round in rounds {
        let child = start(place);
        std::thread::sleep(Duration::from_millis(60));
        live(seed, round);
        at_kill(round);
        let acknowledged = kill(child);
        let found = check(place, &acknowledged);
        println!("round {round}: {acknowledged:?}, {found} entries");
        assert!(found >= before, "nothing of an earlier round goes");
        before = found;
    }
    assert!(before > 0, "the rounds were too short for a single append");
}

#[test]
fn killed_on_sqlite() {
    rounds(&Place::sqlite(), seed(), 0..25, |_| {});
}

#[test]
fn killed_on_postgresql() {
    let mut server = Postgres::start();
    let place = server.place("crash");
    let seed = seed();
    rounds(&place, seed, 0..12, |_| {});
    // The database crashes with it.
    rounds(&place, seed, 12..17, |_| {
        server.crash();
        server.start_again();
    });
}

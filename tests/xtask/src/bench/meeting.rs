//! What a whole Open Space takes of a server: 120 guests, 20 tables, 3 slots, 40 topics.

use super::media::{number, percentiles};
use super::server::Server;
use crate::run::{output, program};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

const GUESTS: usize = 120;
const SPEAKING: usize = 30;
const TABLES: usize = 20;
const SLOTS: usize = 3;
const TOPICS: usize = 40;
const SLOT_S: u64 = 60;

/// Until the first bell: everybody is in by then.
const GATHERING_S: u64 = 40;

pub(super) fn open_space() -> Result<(), String> {
    let server = Server::start()?;
    let (join, host) = server.make_space_for_hosts(&map())?;
    let began = SystemTime::now();
    let slots = plan(&server, &host, began, TOPICS)?;
    let empty_mb = server.rss_mb()?;
    let stay = (SLOTS as u64 * SLOT_S + 10).to_string();
    let (guests, speaking) = (GUESTS.to_string(), SPEAKING.to_string());
    let crowd = server.crowd(&join, &["--guests", &guests, "--speaking", &speaking, "--for", &stay])?;
    server.wait_for("torg_media_peers", GUESTS as f64)?;
    println!("{GUESTS} guests ({SPEAKING} of them speak in turns) hop between {TABLES} tables, {TOPICS} topics");
    println!("slot      CPU of a core  resident MB  of it a person  visits so far");
    for (slot, opens_s) in slots {
        sleep_until(began + Duration::from_secs(opens_s + 2));
        let before = server.cpu_s()?;
        let measured = Duration::from_secs(SLOT_S - 5);
        std::thread::sleep(measured);
        let percent = 100.0 * (server.cpu_s()? - before) / measured.as_secs_f64();
        let full_mb = server.rss_mb()?;
        let visits = server.call(&host, "GET", "/visits", "")?.matches("\"who\":").count();
        let each_mb = (full_mb - empty_mb) / GUESTS as f64;
        println!("{slot:<9} {percent:>11.1} % {full_mb:>12.1} {each_mb:>15.2} {visits:>14}");
    }
    let summary = crowd.summary()?;
    println!("voices through the server: {} ms p50/p99", percentiles(&summary, "transit_ms"));
    println!("lost {} of {} packets", number(&summary, "packets_lost"), number(&summary, "packets_received"));
    Ok(())
}

/// A map with [`TABLES`] tables.
pub(super) fn map() -> String {
    let table = |number: usize| {
        let (x, y) = (8 + 16 * (number % 5), 8 + 11 * (number / 5));
        format!(r#"{{"name":"Table {number}","x":{x},"y":{y},"radius_m":2,"seats":8}}"#)
    };
    let tables: Vec<String> = (0..TABLES).map(table).collect();
    format!(
        r#"{{"name":"Open space","map":{{"width_m":80,"height_m":50,"hearing":"room","tables":[{}]}}}}"#,
        tables.join(",")
    )
}

/// Posts topics on tables, and as many slots as these need, one after the other. Gives the slots' names, and when each
/// opens.
pub(super) fn plan(
    server: &Server,
    host: &str,
    began: SystemTime,
    topics: usize,
) -> Result<Vec<(String, u64)>, String> {
    let mut slots = Vec::new();
    let slots_needed = topics.div_ceil(TABLES).max(SLOTS);
    for number in 0..slots_needed {
        let opens_s = GATHERING_S + number as u64 * SLOT_S;
        let (starts_at, ends_at) = (rfc3339(began, opens_s)?, rfc3339(began, opens_s + SLOT_S)?);
        let name = format!("Round {}", number + 1);
        let slot = format!(r#"{{"name":"{name}","kind":"topics","starts_at":"{starts_at}","ends_at":"{ends_at}"}}"#);
        server.call(host, "POST", "/slots", &slot)?;
        slots.push((name, opens_s));
    }
    for number in 0..topics {
        let (slot, table) = (number % slots_needed + 1, number / slots_needed);
        let topic = format!(
            r#"{{"title":"Topic {number}","description":"What we bring, and what should come of it.","convener":"Guest {number}","slot":{slot},"table":"Table {table}"}}"#
        );
        server.call(host, "POST", "/topics", &topic)?;
    }
    Ok(slots)
}

fn rfc3339(began: SystemTime, seconds: u64) -> Result<String, String> {
    let at = began.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs() + seconds;
    let written = output(&mut program("date", &["-u", "-d", &format!("@{at}"), "+%FT%TZ"]));
    written.ok_or_else(|| "`date` does not write a moment".to_owned())
}

fn sleep_until(moment: SystemTime) {
    std::thread::sleep(moment.duration_since(SystemTime::now()).unwrap_or_default());
}

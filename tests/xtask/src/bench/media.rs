//! The media plane under load: what a forwarded packet costs, how long it takes, how soon somebody is in.

use super::server::Server;
use std::net::UdpSocket;
use std::time::{Duration, Instant};

/// Everybody hears everybody: no tables, voices carry far.
const PLAIN: &str = r#"{"name":"Plain","map":{"width_m":12,"height_m":12,"hearing":"hall"}}"#;

/// Tables whose voices stay inside, for changing between them.
const TABLES: &str = r#"{"name":"Tables","map":{"width_m":40,"height_m":24,"hearing":"room","tables":[
    {"name":"One","x":8,"y":12,"radius_m":3,"seats":16,"wall":"closed"},
    {"name":"Two","x":20,"y":12,"radius_m":3,"seats":16,"wall":"closed"}]}}"#;

const SPEAKERS: usize = 8;
const MEASURED: Duration = Duration::from_secs(12);
const SETTLING: Duration = Duration::from_secs(3);

pub(super) fn forwarding() -> Result<(), String> {
    let bare_us = bare_send_us().map_err(|error| error.to_string())?;
    println!("yardstick: one bare sendto of 170 bytes on loopback takes {bare_us:.2} us of CPU");
    println!("{SPEAKERS} speakers at 50 packets a second, 8 audio slots each; clients in a process of their own");
    println!("listeners talk      us/packet  x bare  MB/person  transit ms p50/p99   lost/received  packets/call");
    for (listeners, talk) in [(100, "constant"), (250, "constant"), (100, "speech"), (250, "speech")] {
        one_load(listeners, talk, bare_us)?;
    }
    Ok(())
}

fn one_load(listeners: usize, talk: &str, bare_us: f64) -> Result<(), String> {
    let server = Server::start()?;
    let square = server.make_space(PLAIN)?;
    let empty_mb = server.rss_mb()?;
    let people = listeners + SPEAKERS;
    let stay = (SETTLING + MEASURED + SETTLING).as_secs().to_string();
    let (guests, speaking) = (people.to_string(), SPEAKERS.to_string());
    let crowd = server
        .crowd(&square, &["--guests", &guests, "--speaking", &speaking, "--for", &stay, "--talk", talk, "--still"])?;
    server.wait_for("torg_media_peers", people as f64)?;
    std::thread::sleep(SETTLING);
    let figures = || -> Result<[f64; 4], String> {
        let sent = server.figure("torg_media_packets_total{direction=\"out\"}")?;
        let calls = server.figure("torg_media_send_calls_total")?;
        Ok([server.cpu_s()?, server.figure("torg_media_forwarded_total")?, sent, calls])
    };
    let before = figures()?;
    std::thread::sleep(MEASURED);
    let after = figures()?;
    let full_mb = server.rss_mb()?;
    let [cpu_s, forwarded, sent, calls] = std::array::from_fn(|at| after[at] - before[at]);
    let summary = crowd.summary()?;
    let us = cpu_s * 1e6 / forwarded.max(1.0);
    println!(
        "{listeners:>9} {talk:<8} {us:>10.2} {:>7.1} {:>10.2} {:>20} {:>15} {:>13.2}",
        us / bare_us,
        (full_mb - empty_mb) / people as f64,
        percentiles(&summary, "transit_ms"),
        format!("{}/{}", number(&summary, "packets_lost"), number(&summary, "packets_received")),
        sent / calls.max(1.0),
    );
    Ok(())
}

pub(super) fn joins() -> Result<(), String> {
    let server = Server::start()?;
    let square = server.make_space(TABLES)?;
    let crowd = server
        .crowd(&square, &["--guests", "24", "--speaking", "6", "--for", "40", "--talk", "constant", "--switch"])?;
    let summary = crowd.summary()?;
    println!("join, offer sent to first voice:                  {} ms p50/p99", percentiles(&summary, "join_ms"));
    println!("table switch, seated to the new voice's first packet: {} ms p50/p99", percentiles(&summary, "switch_ms"));
    println!("mislabelled packets: {}", number(&summary, "mislabelled"));
    Ok(())
}

/// How soon a change of the board is with everybody, who all are there with sound.
pub(super) fn board() -> Result<(), String> {
    const PEOPLE: &str = "450";
    let server = Server::start()?;
    let square = server.make_space(PLAIN)?;
    let crowd = server.crowd(&square, &["--guests", PEOPLE, "--speaking", "0", "--for", "30", "--post"])?;
    let summary = crowd.summary()?;
    let (joined, board) = (number(&summary, "joined"), percentiles(&summary, "board_ms"));
    println!("{joined} of {PEOPLE} in; a topic, sent to with everybody (committed in between): {board} ms p50/p99");
    Ok(())
}

/// What the kernel alone takes for a datagram of an RTP packet's size, microseconds.
fn bare_send_us() -> std::io::Result<f64> {
    const SENDS: u32 = 200_000;
    let receiver = UdpSocket::bind("127.0.0.1:0")?;
    let sender = UdpSocket::bind("127.0.0.1:0")?;
    sender.connect(receiver.local_addr()?)?;
    let began = Instant::now();
    for _ in 0..SENDS {
        // The receiver reads nothing: its full buffer costs the sender no less.
        let _ = sender.send(&[0x5A; 170]);
    }
    Ok(began.elapsed().as_secs_f64() * 1e6 / f64::from(SENDS))
}

/// `"name":{"p50":…,"p99":…}` of a line of JSON, as text.
pub(super) fn percentiles(json: &str, name: &str) -> String {
    let object = json.split(&format!("\"{name}\":{{")).nth(1).and_then(|rest| rest.split('}').next());
    object.map_or_else(
        || "-".to_owned(),
        |object| {
            let of = |key: &str| number(&format!("{{{object}}}"), key);
            format!("{}/{}", short(&of("p50")), short(&of("p99")))
        },
    )
}

/// A number of a line of JSON, as text; `-` when it is not there.
pub(super) fn number(json: &str, name: &str) -> String {
    let value = json.split(&format!("\"{name}\":")).nth(1).and_then(|rest| rest.split([',', '}']).next());
    value.unwrap_or("-").to_owned()
}

fn short(number: &str) -> String {
    number.parse::<f64>().map_or_else(|_| "-".to_owned(), |number| format!("{number:.1}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_found_in_a_summary() {
        let line =
            r#"{"event":"summary","packets_lost":3,"transit_ms":{"p50":1.25,"p99":6.5,"count":9},"switch_ms":null}"#;
        assert_eq!(number(line, "packets_lost"), "3");
        assert_eq!(percentiles(line, "transit_ms"), "1.2/6.5");
        assert_eq!(percentiles(line, "switch_ms"), "-");
    }
}

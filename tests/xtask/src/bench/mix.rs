//! The mixer: what a frame of it costs bare, and what it adds on its way through a server with people in it.

use super::media::number;
use super::meeting;
use super::server::Server;
use crate::run::{cargo, minutes, output, program, run};
use std::time::Duration;

/// Everybody hears everybody near by.
const PLAIN: &str = r#"{"name":"Plain","map":{"width_m":12,"height_m":12,"hearing":"hall"}}"#;

const MEASURED: Duration = Duration::from_secs(20);
const SETTLING: Duration = Duration::from_secs(6);

/// The metrics that a load is judged by.
const DELAY: &str = "torg_mix_delay_seconds";
const ROUND: &str = "torg_mix_round_seconds";

/// A crowd, and how its sound comes.
struct Load {
    what: &'static str,
    map: String,
    guests: usize,
    speaking: usize,
    arguments: &'static [&'static str],
}

pub(super) fn mix() -> Result<(), String> {
    bare()?;
    println!("\nthrough a server, guests in a process of their own on the same machine:");
    println!(
        "what     people talk  CPU %  us/packet  delay ms p50/p99  round ms p50/p99  late/rounds  left out  effort  lost"
    );
    let own = |guests| Load {
        what: "own",
        map: PLAIN.to_owned(),
        guests,
        speaking: 8,
        arguments: &["--still", "--mode", "mixed", "--murmur", "-12"],
    };
    let beds =
        |guests| Load { what: "beds", map: meeting::map(), guests, speaking: 40, arguments: &["--murmur", "-12"] };
    for load in [own(20), own(50), own(100), beds(60), beds(120), beds(240)] {
        measure(&load)?;
    }
    Ok(())
}

/// The mixer alone, with the codec that is the default, then with libopus where that can be built.
fn bare() -> Result<(), String> {
    let example = ["run", "--quiet", "--release", "--package", "torg-mix", "--example", "mix-bench"];
    run(&mut cargo(&example), minutes(20))?;
    if output(&mut program("cmake", &["--version"])).is_none() {
        println!("libopus is left out: it needs cmake");
        return Ok(());
    }
    run(&mut cargo(&[&example[..], &["--features", "libopus"]].concat()), minutes(20))
}

fn measure(load: &Load) -> Result<(), String> {
    let server = Server::start()?;
    let square = server.make_space(&load.map)?;
    let stay = (SETTLING + MEASURED + SETTLING).as_secs().to_string();
    let (guests, speaking) = (load.guests.to_string(), load.speaking.to_string());
    let crowd = ["--guests", &guests, "--speaking", &speaking, "--for", &stay, "--talk", "speech"];
    let crowd = server.crowd(&square, &[&crowd, load.arguments].concat())?;
    server.wait_for("torg_media_peers", load.guests as f64)?;
    std::thread::sleep(SETTLING);
    let figures = || -> Result<_, String> {
        let names = ["torg_mix_sent_total", "torg_mix_rounds_late_total", "torg_mix_frames_left_out_total"];
        let [sent, late, left_out] = names.map(|name| server.figure(name));
        Ok(([server.cpu_s()?, sent?, late?, left_out?], server.histogram(DELAY)?, server.histogram(ROUND)?))
    };
    let before = figures()?;
    std::thread::sleep(MEASURED);
    let after = figures()?;
    let effort = server.figure("torg_mix_effort_step")?;
    let summary = crowd.summary()?;
    let [cpu_s, sent, late, left_out] = std::array::from_fn(|at| after.0[at] - before.0[at]);
    let (delays, rounds) = (since(&before.1, &after.1), since(&before.2, &after.2));
    println!(
        "{:<8} {:>6} {:>4} {:>6.1} {:>10.1} {:>17} {:>17} {:>12} {left_out:>9} {effort:>7} {:>5}",
        load.what,
        load.guests,
        load.speaking,
        100.0 * cpu_s / MEASURED.as_secs_f64(),
        cpu_s * 1e6 / sent.max(1.0),
        both(&delays),
        both(&rounds),
        format!("{late}/{}", rounds.last().map_or(0.0, |(_, count)| *count)),
        number(&summary, "bed_packets_lost"),
    );
    Ok(())
}

/// A histogram: upper edges of buckets in seconds, and how many were at most that.
type Buckets = Vec<(f64, f64)>;

/// What came into a histogram between two looks.
fn since(before: &Buckets, after: &Buckets) -> Buckets {
    let earlier = |edge: f64| before.iter().find(|(other, _)| *other == edge).map_or(0.0, |(_, count)| *count);
    after.iter().map(|&(edge, count)| (edge, count - earlier(edge))).collect()
}

/// Half and 99 % of a histogram lie below these, milliseconds.
fn both(buckets: &Buckets) -> String {
    let ms = |share| quantile(buckets, share).map_or_else(|| "-".to_owned(), |seconds| format!("{:.1}", seconds * 1e3));
    format!("{}/{}", ms(0.5), ms(0.99))
}

/// As if all in a bucket were spread evenly over it. Nothing for an empty histogram, and the last edge for what is above
/// it.
fn quantile(buckets: &Buckets, share: f64) -> Option<f64> {
    let wanted = buckets.last()?.1 * share;
    let mut below = (0.0, 0.0);
    for &(edge, count) in buckets {
        if count >= wanted && count > below.1 {
            let inside = (wanted - below.1) / (count - below.1);
            return Some(if edge.is_finite() { below.0 + (edge - below.0) * inside } else { below.0 });
        }
        below = (edge, count);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_lie_where_the_buckets_say() {
        let before = vec![(0.01, 5.0), (0.02, 5.0), (f64::INFINITY, 5.0)];
        let after = vec![(0.01, 15.0), (0.02, 95.0), (f64::INFINITY, 105.0)];
        let buckets = since(&before, &after);
        assert_eq!(quantile(&buckets, 0.5).map(|s| (s * 1e4).round()), Some(150.0));
        assert_eq!(quantile(&buckets, 0.99), Some(0.02), "above the last edge it can't be told");
        assert_eq!(both(&buckets), "15.0/20.0");
        assert_eq!(both(&Vec::new()), "-/-");
    }
}

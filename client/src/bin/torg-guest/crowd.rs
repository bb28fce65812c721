//! `torg-guest crowd`.

use crate::{Mode, murmur_db, seconds, until_told_to_stop};
use anyhow::ensure;
use clap::{Args, ValueEnum};
use serde::Serialize;
use std::io::Write as _;
use std::time::Duration;
use torg_client::Link;
use torg_client::crowd::{self, CrowdEvent, Life, Percentiles, Plan, Report, Talk};

/// Many guests.
#[derive(Debug, Args)]
pub(crate) struct CrowdOptions {
    /// The join link, with its token behind the #.
    link: String,
    /// How many come in.
    #[arg(long, default_value_t = 20)]
    guests: usize,
    /// How many of them speak.
    #[arg(long, default_value_t = 6)]
    speaking: usize,
    /// How long to stay once all are in; without it, until Ctrl-C.
    #[arg(long = "for", value_name = "S", value_parser = seconds)]
    stay: Option<Duration>,
    /// What speakers send.
    #[arg(long, value_enum, default_value_t = TalkChoice::Speech)]
    talk: TalkChoice,
    /// Everybody stays where they come in.
    #[arg(long)]
    still: bool,
    /// Listeners change tables all the time (the closed ones if there are two), and it is measured how soon the
    /// voices of the new table are there: from the message that seats a guest to the first packet.
    #[arg(long, conflicts_with = "still")]
    switch: bool,
    /// The first guest posts two topics a second, and it is measured how soon each is with everybody.
    #[arg(long, conflicts_with_all = ["still", "switch"])]
    post: bool,
    /// How sound comes to everybody: voices each in a stream of its own, or all in one stream that the server mixes.
    #[arg(long, value_enum, default_value_t = Mode::Forwarded)]
    mode: Mode,
    /// Everybody has the murmur of the far square, so many decibels quieter than its law says: -80 to 0. Its packets are
    /// counted apart.
    #[arg(long, value_name = "DB", allow_negative_numbers = true, value_parser = murmur_db)]
    murmur: Option<f32>,
    /// Decides who does what and when.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Prints one JSON object a line; the last is the summary.
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum TalkChoice {
    /// Opus of speech-like sound, in turns, with pauses.
    Speech,
    /// 120 bytes every 20 ms that are no sound.
    Constant,
}

#[derive(Serialize)]
struct SummaryLine<'a> {
    event: &'static str,
    #[serde(flatten)]
    report: &'a Report,
}

/// Runs a crowd from the first guest to the last goodbye.
pub(crate) async fn run(options: CrowdOptions) -> anyhow::Result<()> {
    let link: Link = options.link.parse()?;
    ensure!(options.guests > 0, "a crowd has at least one guest");
    let life = match (options.still, options.switch, options.post) {
        (true, ..) => Life::Still,
        (_, true, _) => Life::Switching,
        (.., true) => Life::Posting,
        _ => Life::Lively,
    };
    let plan = Plan {
        guests: options.guests,
        speaking: options.speaking.min(options.guests),
        stay: options.stay.unwrap_or(Duration::MAX),
        talk: match options.talk {
            TalkChoice::Speech => Talk::Speech,
            TalkChoice::Constant => Talk::Constant,
        },
        life,
        mixed: options.mode == Mode::Mixed,
        murmur_db: options.murmur,
        seed: options.seed,
    };
    let json = options.json;
    let tell = |event: CrowdEvent| {
        let line = if json { serde_json::to_string(&event).unwrap_or_default() } else { in_words(event) };
        // A reader that is gone needs no lines.
        let _ = writeln!(std::io::stdout().lock(), "{line}");
    };
    let stop = async {
        // Without signals nothing stops it early.
        if until_told_to_stop().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    let report = crowd::run(link, plan, tell, stop).await?;
    let line = if json {
        serde_json::to_string(&SummaryLine { event: "summary", report: &report })?
    } else {
        figures(&report)
    };
    writeln!(std::io::stdout().lock(), "{line}")?;
    Ok(())
}

fn in_words(event: CrowdEvent) -> String {
    match event {
        CrowdEvent::Gathering { joined, failed: 0 } => format!("{joined} in"),
        CrowdEvent::Gathering { joined, failed } => format!("{joined} in, {failed} could not"),
        CrowdEvent::Ready { joined } => format!("all {joined} in"),
    }
}

fn figures(report: &Report) -> String {
    let percentiles = |what: &str, figures: &Percentiles| match (figures.p50, figures.p99) {
        (Some(p50), Some(p99)) => format!("{what}: half within {p50:.1} ms, 99 % within {p99:.1} ms\n"),
        _ => String::new(),
    };
    let mut words = format!(
        "{} of {} were in for {:.1} s\n{} packets sent, {} received, {} lost\n",
        report.joined,
        report.guests,
        report.measured_s,
        report.packets_sent,
        report.packets_received,
        report.packets_lost
    );
    if report.bed_packets_received > 0 {
        words += &format!("{} packets of beds, {} lost\n", report.bed_packets_received, report.bed_packets_lost);
    }
    words += &percentiles("from offer to first sound", &report.join_ms);
    words += &percentiles("through the server", &report.transit_ms);
    if let Some(switch) = &report.switch_ms {
        words += &percentiles("from seat to the table's voices", switch);
    }
    if let Some(board) = &report.board_ms {
        words += &percentiles("from posting to everybody's board", board);
    }
    for (why, count) in &report.failures {
        words += &format!("{count} fell out: {why}\n");
    }
    words.trim_end().to_owned()
}

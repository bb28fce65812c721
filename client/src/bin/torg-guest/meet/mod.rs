//! `torg-guest meet`: guests who are led through a meeting by lines.

mod line;
mod player;
mod told;

use crate::until_told_to_stop;
use clap::Args;
use line::Line;
use player::{Cue, Door, Player};
use std::collections::BTreeMap;
use std::io::BufRead as _;
use std::sync::Arc;
use std::time::Instant;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use told::Teller;
use torg_client::Link;

/// Lines that one guest has not come to yet. Reading waits for a guest who has more.
const CUES_MAX: usize = 256;

/// Lines that are read ahead.
const LINES_MAX: usize = 256;

/// Guests who are led, told what to do by lines on the standard input.
#[derive(Debug, Args)]
#[command(after_help = line::HELP)]
pub(crate) struct MeetOptions {
    /// The join link, with its token behind the #.
    link: String,
    /// The host link, for who comes hosting.
    #[arg(long, value_name = "LINK")]
    host: Option<String>,
    /// Prints one JSON object a line, with the server's time.
    #[arg(long)]
    json: bool,
}

/// Leads guests until the lines are at their end and everybody has gone home.
pub(crate) async fn run(options: MeetOptions) -> anyhow::Result<()> {
    let link: Link = options.link.parse()?;
    let host: Option<Link> = options.host.as_deref().map(str::parse).transpose()?;
    let door = Arc::new(Door { link, host, teller: Teller { json: options.json, began: Instant::now() } });
    let mut lines = read_lines();
    let mut cues: BTreeMap<String, mpsc::Sender<Cue>> = BTreeMap::new();
    let mut players = JoinSet::new();
    let told = until_told_to_stop();
    tokio::pin!(told);
    loop {
        let text = tokio::select! {
            text = lines.recv() => text,
            stop = &mut told => {
                // Everybody goes at once, whatever they were about: dropping the tasks cuts their lines.
                return Ok(stop?);
            }
        };
        let Some(text) = text else { break };
        if text.trim().is_empty() || text.starts_with('#') {
            continue;
        }
        let Line { at, who, does, text } = match text.parse() {
            Ok(line) => line,
            Err(error) => {
                eprintln!("torg-guest: {text}: {error}");
                continue;
            }
        };
        let sender = cues.entry(who).or_insert_with_key(|who| {
            let (sender, receiver) = mpsc::channel(CUES_MAX);
            players.spawn(Player::new(who, Arc::clone(&door)).play(receiver));
            sender
        });
        let at = at.map(|at| door.teller.began + at);
        if sender.send(Cue { at, does, text }).await.is_err() {
            anyhow::bail!("a guest has ended before the lines did");
        }
    }
    drop(cues);
    while players.join_next().await.is_some() {}
    Ok(())
}

/// The standard input, line by line. It is read by a thread: nothing can wake a read of a terminal.
fn read_lines() -> mpsc::Receiver<String> {
    let (sender, lines) = mpsc::channel(LINES_MAX);
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines() {
            let Ok(line) = line else { return };
            if sender.blocking_send(line).is_err() {
                return;
            }
        }
    });
    lines
}

//! The program `torg-guest`: one guest in a square, a crowd, or guests who are led through a meeting.

mod crowd;
mod join;
mod meet;

use clap::{Parser, Subcommand, ValueEnum};
use std::process::ExitCode;

/// A guest without a browser.
#[derive(Debug, Parser)]
#[command(name = "torg-guest", version)]
struct CommandLine {
    #[command(subcommand)]
    command: Do,
}

#[derive(Debug, Subcommand)]
enum Do {
    /// Comes in as one guest, speaks, listens, and tells what was heard.
    Join(Box<join::JoinOptions>),
    /// Comes in as many guests, who sit down, walk about and talk.
    Crowd(crowd::CrowdOptions),
    /// Comes in as guests who are told what to do, and tells what they saw: whole meetings can be played so.
    Meet(meet::MeetOptions),
}

/// How sound comes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Mode {
    /// The nearest voices each in a stream of its own, placed by the guest.
    #[default]
    Forwarded,
    /// Everything in one stream, placed and mixed by the server.
    Mixed,
}

fn main() -> ExitCode {
    let line = CommandLine::parse();
    let done = match line.command {
        Do::Join(options) => run(join::run(*options)),
        Do::Crowd(options) => run(crowd::run(options)),
        Do::Meet(options) => run(meet::run(options)),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("torg-guest: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(work: impl Future<Output = anyhow::Result<()>>) -> anyhow::Result<()> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(work)
}

/// Waits until somebody wants the program to end.
#[cfg(unix)]
async fn until_told_to_stop() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted,
        _ = terminate.recv() => Ok(()),
    }
}

/// Waits until somebody wants the program to end.
#[cfg(not(unix))]
async fn until_told_to_stop() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}

/// Decibels to turn the murmur down by, as written on the command line.
fn murmur_db(text: &str) -> Result<f32, String> {
    match text.parse() {
        Ok(gain_db) if (-80.0..=0.0).contains(&gain_db) => Ok(gain_db),
        _ => Err("the murmur goes from -80 to 0 dB".to_owned()),
    }
}

/// A length of time in seconds, as written on the command line.
fn seconds(text: &str) -> Result<std::time::Duration, String> {
    let number: f64 = text.parse().map_err(|_| "a number of seconds is wanted".to_owned())?;
    std::time::Duration::try_from_secs_f64(number).map_err(|error| error.to_string())
}

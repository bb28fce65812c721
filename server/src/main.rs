//! The program `torg`.

use clap::Parser as _;
use std::io::Write as _;
use std::process::ExitCode;
use torg_protocol::people::Role;
use torg_server::config::{CommandLine, Config, Do, ServeOptions};
use torg_server::mailbox::SpaceLinks;
use torg_server::{telemetry, upkeep};

/// For [`torg_server::limits::CONNECTIONS_MAX`] and the server's own files.
const DESCRIPTORS_WANTED: u64 = torg_server::limits::CONNECTIONS_MAX as u64 + 512;

fn main() -> ExitCode {
    let line = CommandLine::parse();
    let done = match line.command {
        None => serve(line.serve),
        Some(Do::Serve(options)) => serve(*options),
        Some(Do::Links(options)) => torg_server::links(*options).and_then(|links| print_all(&links)),
        Some(Do::Backup(options)) => upkeep::backup(*options).and_then(|told| tell(&told)),
        Some(Do::Restore(options)) => upkeep::restore(*options).and_then(|told| tell(&told)),
        Some(Do::Check(options)) => upkeep::check(*options).and_then(|told| tell(&told)),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("torg: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn serve(options: ServeOptions) -> anyhow::Result<()> {
    let config = Config::resolve(options)?;
    telemetry::start(config.log_format);
    raise_descriptor_limit();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let running = torg_server::run(config).await?;
        if let Err(error) = print(&running.join_link, &running.host_link) {
            // Whoever started it reads no further, and the square is open all the same.
            tracing::warn!(%error, "the links could not be printed: `torg links` tells them");
        }
        until_told_to_stop().await?;
        running.stop().await;
        Ok(())
    })
}

/// Each client holds a descriptor or two, and most systems give a process 1,024 unless it asks for more.
fn raise_descriptor_limit() {
    match rlimit::increase_nofile_limit(DESCRIPTORS_WANTED) {
        Ok(limit) if limit < DESCRIPTORS_WANTED => {
            tracing::info!(limit, "the system allows this many open connections: raise it with `ulimit -n` for more");
        }
        Ok(_) => {}
        Err(error) => tracing::warn!(%error, "the limit of open connections could not be raised"),
    }
}

fn print(join_link: &str, host_link: &str) -> anyhow::Result<()> {
    tell(&format!("join: {join_link}\nhost: {host_link}"))
}

fn tell(words: &str) -> anyhow::Result<()> {
    let mut stdout = std::io::stdout().lock();
    writeln!(stdout, "{words}")?;
    Ok(stdout.flush()?)
}

/// Every link of a space; the two that `serve` prints come first.
fn print_all(links: &SpaceLinks) -> anyhow::Result<()> {
    print(&links.join_link, &links.host_link)?;
    let mut stdout = std::io::stdout().lock();
    let others = links.of_roles.iter().filter(|(role, _)| !matches!(role, Role::Host | Role::Participant));
    for (role, link) in others {
        writeln!(stdout, "{}: {link}", role.as_str().replace('_', "-"))?;
    }
    Ok(stdout.flush()?)
}

#[cfg(unix)]
async fn until_told_to_stop() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted,
        _ = terminate.recv() => Ok(()),
    }
}

#[cfg(not(unix))]
async fn until_told_to_stop() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}

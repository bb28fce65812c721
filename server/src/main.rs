//! The program `torg`.

use clap::Parser as _;
use std::io::Write as _;
use std::process::ExitCode;
use torg_server::config::{CommandLine, Config, Do, ServeOptions};
use torg_server::telemetry;

fn main() -> ExitCode {
    let line = CommandLine::parse();
    let done = match line.command {
        None => serve(line.serve),
        Some(Do::Serve(options)) => serve(*options),
        Some(Do::Links(options)) => {
            torg_server::links(*options).and_then(|links| print(&links.join_link, &links.host_link))
        }
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
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let running = torg_server::run(config).await?;
        print(&running.join_link, &running.host_link)?;
        until_told_to_stop().await?;
        running.stop().await;
        Ok(())
    })
}

fn print(join_link: &str, host_link: &str) -> anyhow::Result<()> {
    let mut stdout = std::io::stdout().lock();
    writeln!(stdout, "join: {join_link}\nhost: {host_link}")?;
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

//! Logs on stderr. They name spaces and participants by id; names, chat and tokens never stand in them.

use crate::config::LogFormat;
use std::io::IsTerminal as _;
use tracing_subscriber::EnvFilter;

/// What is logged unless told otherwise. The DTLS library warns of every extension that it does not know, and
/// browsers send several in every handshake.
const USUAL: &str = "warn,torg=info,torg_server=info,rtc_dtls=error";

/// Sets up logs for the process. `RUST_LOG` says how much; without it, what the server does and nothing of its
/// libraries below a warning.
pub fn start(format: LogFormat) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(USUAL));
    let colours = std::io::stderr().is_terminal();
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(colours);
    // Somebody who embeds the server may log already.
    let _ = match format {
        LogFormat::Text => builder.try_init(),
        LogFormat::Json => builder.json().try_init(),
    };
}

//! What can be said on the command line, in the environment and in the file. All of it is optional here.

use super::{LogFormat, Network};
use clap::{Args, Parser, Subcommand};
use serde::Deserialize;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use torg_record::RecordUrl;

/// A market square on the web: people walk between tables and hear each other by distance.
#[derive(Debug, Parser)]
#[command(name = "torg", version, args_conflicts_with_subcommands = true)]
pub struct CommandLine {
    /// What to do; without it, serve.
    #[command(subcommand)]
    pub command: Option<Do>,
    /// How to serve.
    #[command(flatten)]
    pub serve: ServeOptions,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Do {
    /// Serve the squares of the data folder.
    Serve(Box<ServeOptions>),
    /// Print the links of a space, also while the server runs.
    Links(Box<LinksOptions>),
    /// Write the whole record into one file, also while the server runs.
    Backup(Box<BackupOptions>),
    /// Restore a backup to a record that is empty or not there yet.
    Restore(Box<RestoreOptions>),
    /// Look through the whole record for damage, also while the server runs.
    Check(Box<ServeOptions>),
}

/// `torg backup`.
#[derive(Debug, Args)]
pub struct BackupOptions {
    /// The new file. Names and other personal fields stay sealed in it, and their keys are not in it.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Where the record is.
    #[command(flatten)]
    pub serve: ServeOptions,
}

/// `torg restore`.
#[derive(Debug, Args)]
pub struct RestoreOptions {
    /// The backup.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Where the record is to be.
    #[command(flatten)]
    pub serve: ServeOptions,
}

/// `torg links`.
#[derive(Debug, Args)]
pub struct LinksOptions {
    /// The space, as it stands in its links behind /s/.
    #[arg(long, value_name = "ID")]
    pub space: String,
    /// Make new links. Those given out so far stop working at once, and who came in by them is shown out.
    #[arg(long)]
    pub renew: bool,
    /// Where the data folder is and what links begin with.
    #[command(flatten)]
    pub serve: ServeOptions,
}

/// `torg serve`. The same names, with hyphens as underscores, stand in the file.
#[derive(Clone, Debug, Default, Args, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ServeOptions {
    /// A TOML file with any of these options; flags and environment win over it.
    #[arg(long, env = "TORG_CONFIG", value_name = "FILE")]
    #[serde(skip)]
    pub config: Option<PathBuf>,
    /// The address and port for pages, websockets and media over TCP [default: 127.0.0.1:8080].
    #[arg(long, env = "TORG_LISTEN", value_name = "ADDRESS:PORT")]
    pub listen: Option<SocketAddr>,
    /// The port for media, UDP and TCP [default: the listen port's number].
    #[arg(long, env = "TORG_MEDIA_PORT", value_name = "PORT")]
    pub media_port: Option<u16>,
    /// An address at which media reaches this machine from outside; may repeat [default: the machine's own].
    #[arg(long, env = "TORG_PUBLIC_IP", value_name = "ADDRESS", value_delimiter = ',')]
    #[serde(default)]
    pub public_ip: Vec<IpAddr>,
    /// What links begin with, such as `https://torg.example.org`.
    #[arg(
        long,
        env = "TORG_PUBLIC_URL",
        value_name = "URL",
        help = "What links begin with, such as https://torg.example.org [default: the listen address]"
    )]
    pub public_url: Option<String>,
    /// The folder for spaces and keys [default: data].
    #[arg(long, env = "TORG_DATA", value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Where what happens is recorded: `sqlite:PATH`, or `postgres://USER:PASSWORD@HOST/DATABASE`.
    #[arg(
        long,
        env = "TORG_RECORD_URL",
        value_name = "URL",
        hide_env_values = true,
        help = "Where what happens is recorded: sqlite:PATH, or postgres://USER:PASSWORD@HOST/DATABASE \
                [default: sqlite:DATA/record.sqlite]"
    )]
    #[serde(default, deserialize_with = "record_url")]
    pub record_url: Option<RecordUrl>,
    /// The certificate chain for https, PEM.
    #[arg(long, env = "TORG_TLS_CERT", value_name = "FILE")]
    pub tls_cert: Option<PathBuf>,
    /// The certificate's private key, PEM.
    #[arg(long, env = "TORG_TLS_KEY", value_name = "FILE")]
    pub tls_key: Option<PathBuf>,
    /// A proxy in front, address or network, whose forwarding headers are believed; may repeat.
    #[arg(long, env = "TORG_TRUSTED_PROXY", value_name = "NETWORK", value_delimiter = ',')]
    #[serde(default, deserialize_with = "networks")]
    pub trusted_proxy: Vec<Network>,
    /// Lets its bearer make spaces from outside; 16 characters or more.
    #[arg(long, env = "TORG_ADMIN_TOKEN", value_name = "TOKEN", hide_env_values = true)]
    pub admin_token: Option<String>,
    /// An address that is told of what happens (slot opened, slot closed, space closed), signed; may repeat.
    #[arg(
        long,
        env = "TORG_WEBHOOK",
        value_name = "URL",
        value_delimiter = ' ',
        hide_env_values = true,
        help = "An address that is told of what happens (slot opened, slot closed, space closed), signed; may repeat, \
                in TORG_WEBHOOK with spaces between"
    )]
    #[serde(default)]
    pub webhook: Vec<String>,
    /// What webhooks are signed with: `whsec_` and base64, or any text of 24 characters or more.
    #[arg(
        long,
        env = "TORG_WEBHOOK_SECRET",
        value_name = "SECRET",
        hide_env_values = true,
        help = "What webhooks are signed with (Standard Webhooks): whsec_ and base64, or any text of 24 characters or more"
    )]
    pub webhook_secret: Option<String>,
    /// Let webhooks go to addresses in the server's own network too.
    #[arg(long, env = "TORG_WEBHOOK_ALLOW_PRIVATE")]
    #[serde(default)]
    pub webhook_allow_private: bool,
    /// Mix voices as loud as they come. Else the server evens them in its mixes slowly, by 6 dB at most.
    #[arg(long, env = "TORG_KEEP_LOUDNESS")]
    #[serde(default)]
    pub keep_loudness: bool,
    /// How logs are written to stderr [default: text].
    #[arg(long, env = "TORG_LOG_FORMAT", value_name = "FORMAT")]
    pub log_format: Option<LogFormat>,
}

impl ServeOptions {
    /// These options, and those of the other where these say nothing.
    #[must_use]
    pub(super) fn or(self, other: Self) -> Self {
        let either = |mine: Vec<_>, theirs| if mine.is_empty() { theirs } else { mine };
        Self {
            config: self.config,
            listen: self.listen.or(other.listen),
            media_port: self.media_port.or(other.media_port),
            public_ip: if self.public_ip.is_empty() { other.public_ip } else { self.public_ip },
            public_url: self.public_url.or(other.public_url),
            data: self.data.or(other.data),
            record_url: self.record_url.or(other.record_url),
            tls_cert: self.tls_cert.or(other.tls_cert),
            tls_key: self.tls_key.or(other.tls_key),
            trusted_proxy: either(self.trusted_proxy, other.trusted_proxy),
            admin_token: self.admin_token.or(other.admin_token),
            webhook: if self.webhook.is_empty() { other.webhook } else { self.webhook },
            webhook_secret: self.webhook_secret.or(other.webhook_secret),
            webhook_allow_private: self.webhook_allow_private || other.webhook_allow_private,
            keep_loudness: self.keep_loudness || other.keep_loudness,
            log_format: self.log_format.or(other.log_format),
        }
    }
}

fn networks<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<Network>, D::Error> {
    let texts = Vec::<String>::deserialize(deserializer)?;
    texts.iter().map(|text| text.parse().map_err(serde::de::Error::custom)).collect()
}

fn record_url<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<RecordUrl>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    text.map(|text| text.parse().map_err(serde::de::Error::custom)).transpose()
}

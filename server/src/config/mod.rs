//! Configuration: flags, then `TORG_*` environment, then a TOML file, then defaults. Checked once, here.

mod command_line;
mod network;
mod webhook;

pub use command_line::{BackupOptions, CommandLine, Do, LinksOptions, RestoreOptions, ServeOptions};
pub use network::{Network, NotANetwork};
pub use webhook::{WebhookSecret, WebhookTarget, Webhooks, is_private};

use serde::Deserialize;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use torg_record::RecordUrl;

/// Everything that the server is told, checked.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where to listen. Port 0 takes any free one.
    pub listen: SocketAddr,
    /// The port of the media plane, unless it is the one that `listen` got.
    pub media_port: Option<u16>,
    /// Addresses offered for media; the machine's own when there are none.
    pub public_ips: Vec<IpAddr>,
    /// What links begin with; the listen address when there is none.
    pub public_url: Option<PublicUrl>,
    /// The data folder.
    pub data: PathBuf,
    /// Where the record is kept, unless it is in the data folder.
    pub record: Option<RecordUrl>,
    /// Certificate and key for https.
    pub tls: Option<TlsFiles>,
    /// Whose forwarding headers are believed.
    pub trusted_proxies: Vec<Network>,
    /// Who knows it may make spaces from outside.
    pub admin_token: Option<AdminToken>,
    /// Who is told of what happens, if anybody is.
    pub webhooks: Option<Webhooks>,
    /// Whether mixes leave each voice as loud as it comes; else loudness is evened.
    pub keep_loudness: bool,
    /// How logs are written.
    pub log_format: LogFormat,
}

/// How logs are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// Lines for people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

/// The files for https.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFiles {
    /// The certificate chain, PEM.
    pub certificate: PathBuf,
    /// Its private key, PEM.
    pub key: PathBuf,
}

/// A secret that never shows in a log.
#[derive(Clone)]
pub struct AdminToken(String);

impl std::fmt::Debug for AdminToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AdminToken(secret)")
    }
}

impl AdminToken {
    /// Compares in a time that tells nothing of where the first wrong character is.
    #[must_use]
    pub fn is(&self, offered: &str) -> bool {
        // Hashes have one length, so the comparison tells nothing of the length either.
        let hash = |text: &str| ring::digest::digest(&ring::digest::SHA256, text.as_bytes());
        let (want, have) = (hash(&self.0), hash(offered));
        want.as_ref().iter().zip(have.as_ref()).fold(0, |differs, (want, have)| differs | (want ^ have)) == 0
    }
}

/// What links begin with: scheme and host, without a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUrl {
    text: String,
    authority: String,
}

impl PublicUrl {
    /// Parses `https://host[:port]`.
    ///
    /// # Errors
    /// A sentence that says what is wrong.
    pub fn parse(text: &str) -> Result<Self, String> {
        let wrong = || format!("\"{text}\" is no web address like https://torg.example.org");
        let uri: axum::http::Uri = text.parse().map_err(|_| wrong())?;
        let scheme = uri.scheme_str().filter(|scheme| ["http", "https"].contains(scheme)).ok_or_else(wrong)?;
        let authority = uri.authority().ok_or_else(wrong)?;
        if authority.as_str().contains('@') {
            return Err(format!("\"{text}\" has a user's name in it: leave that out"));
        }
        if uri.path() != "/" || uri.query().is_some() {
            return Err(format!("\"{text}\" has a path: Torg needs a host of its own, such as {scheme}://{authority}"));
        }
        let authority = authority.as_str().to_ascii_lowercase();
        Ok(Self { text: format!("{scheme}://{authority}"), authority })
    }

    /// The address, without a slash at the end.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Host and port as they stand in it.
    #[must_use]
    pub fn authority(&self) -> &str {
        &self.authority
    }
}

/// Why there is no configuration. The text says what to do.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file can't be read, is no TOML, or has something in it that we don't know.
    #[error("the configuration file {path} cannot be used: {reason}")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// `--public-url` is none.
    #[error("--public-url (TORG_PUBLIC_URL): {0}")]
    PublicUrl(String),
    /// Only one of the two files was named.
    #[error("https needs both --tls-cert and --tls-key; {0} is missing")]
    HalfTls(&'static str),
    /// The token is too easy to guess.
    #[error("--admin-token (TORG_ADMIN_TOKEN) has {0} characters: take at least 16, such as `openssl rand -hex 24`")]
    ShortAdminToken(usize),
    /// An address to be told can't be one.
    #[error("--webhook (TORG_WEBHOOK): {0}")]
    Webhook(String),
    /// What is told can't be signed.
    #[error("--webhook-secret (TORG_WEBHOOK_SECRET): {0}")]
    WebhookSecret(String),
}

const ADMIN_TOKEN_CHARS_MIN: usize = 16;

impl Config {
    /// A server on a free port of this machine alone, with its data in `data`: for tests and for trying out.
    #[must_use]
    pub fn local(data: &Path) -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            media_port: None,
            public_ips: vec![],
            public_url: None,
            data: data.to_owned(),
            record: None,
            tls: None,
            trusted_proxies: vec![],
            admin_token: None,
            webhooks: None,
            keep_loudness: false,
            log_format: LogFormat::Text,
        }
    }

    /// Where the record is kept.
    #[must_use]
    pub fn record_url(&self) -> RecordUrl {
        self.record.clone().unwrap_or_else(|| RecordUrl::in_folder(&self.data))
    }

    /// Checks options and fills in what they leave open, from their file and then from the defaults.
    ///
    /// # Errors
    /// [`ConfigError`], which says what to do.
    pub fn resolve(options: ServeOptions) -> Result<Self, ConfigError> {
        let options = match options.config.clone() {
            Some(path) => options.or(read_file(&path)?),
            None => options,
        };
        let admin_token = options.admin_token.filter(|token| !token.is_empty());
        if let Some(token) = admin_token.as_ref().filter(|token| token.chars().count() < ADMIN_TOKEN_CHARS_MIN) {
            return Err(ConfigError::ShortAdminToken(token.chars().count()));
        }
        let public_url = options.public_url.as_deref().filter(|url| !url.is_empty()).map(PublicUrl::parse);
        let tls = match (options.tls_cert, options.tls_key) {
            (Some(certificate), Some(key)) => Some(TlsFiles { certificate, key }),
            (None, None) => None,
            (Some(_), None) => return Err(ConfigError::HalfTls("--tls-key")),
            (None, Some(_)) => return Err(ConfigError::HalfTls("--tls-cert")),
        };
        let webhooks = webhook::resolve(&options.webhook, options.webhook_secret, options.webhook_allow_private)?;
        let default_listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 8080));
        Ok(Self {
            listen: options.listen.unwrap_or(default_listen),
            media_port: options.media_port.filter(|&port| port != 0),
            public_ips: options.public_ip,
            public_url: public_url.transpose().map_err(ConfigError::PublicUrl)?,
            data: options.data.unwrap_or_else(|| PathBuf::from("data")),
            record: options.record_url,
            tls,
            trusted_proxies: options.trusted_proxy,
            admin_token: admin_token.map(AdminToken),
            webhooks,
            keep_loudness: options.keep_loudness,
            log_format: options.log_format.unwrap_or_default(),
        })
    }
}

fn read_file(path: &Path) -> Result<ServeOptions, ConfigError> {
    let file = config::File::from(path).format(config::FileFormat::Toml);
    let read = config::Config::builder().add_source(file).build();
    let fault = |error: config::ConfigError| ConfigError::File { path: path.to_owned(), reason: error.to_string() };
    read.and_then(config::Config::try_deserialize).map_err(fault)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser as _;

    fn resolve(arguments: &[&str]) -> Result<Config, ConfigError> {
        let line = CommandLine::try_parse_from(std::iter::once("torg").chain(arguments.iter().copied()));
        let line = line.expect("a command line");
        Config::resolve(match line.command {
            Some(Do::Serve(options)) => *options,
            Some(Do::Links(links)) => links.serve,
            Some(Do::Backup(backup)) => backup.serve,
            Some(Do::Restore(restore)) => restore.serve,
            Some(Do::Check(options)) => *options,
            None => line.serve,
        })
    }

    #[test]
    fn serve_and_nothing_are_alike() {
        let bare = resolve(&["--listen", "127.0.0.1:0", "--public-ip", "203.0.113.7,2001:db8::7"]).expect("a config");
        let said = resolve(&["serve", "--listen", "127.0.0.1:0", "--public-ip", "203.0.113.7"]).expect("a config");
        assert_eq!(bare.listen, said.listen);
        assert_eq!(bare.public_ips.len(), 2);
        let defaults = resolve(&[]).expect("defaults");
        assert_eq!(defaults.listen, SocketAddr::from(([127, 0, 0, 1], 8080)));
        assert_eq!(defaults.record_url().to_string(), "sqlite:data/record.sqlite");
        let elsewhere = resolve(&["check", "--data", "/srv/torg"]).expect("a config");
        assert_eq!(elsewhere.record_url().to_string(), "sqlite:/srv/torg/record.sqlite");
    }

    #[test]
    fn flags_win_over_the_file() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("torg.toml");
        let text = "listen = '0.0.0.0:443'\nlog_format = 'json'\ntrusted_proxy = ['10.0.0.0/8']\n\
                    record_url = 'postgres://torg:secret@db/square'\n";
        std::fs::write(&path, text).expect("a file");
        let path = path.to_str().expect("a path in UTF-8");
        let config = resolve(&["--config", path, "--listen", "127.0.0.1:9"]).expect("a config");
        assert_eq!(config.listen.port(), 9);
        assert_eq!(config.log_format, LogFormat::Json);
        assert_eq!(config.trusted_proxies.len(), 1);
        assert_eq!(config.record_url().to_string(), "postgres://torg@db:5432/square");
    }

    #[track_caller]
    fn check_error(arguments: &[&str], words: &str) {
        let error = resolve(arguments).expect_err("a refusal").to_string();
        assert!(error.contains(words), "{error}");
    }

    #[test]
    fn errors_say_what_to_do() {
        check_error(&["--tls-cert", "c.pem"], "--tls-key is missing");
        check_error(&["--admin-token", "short"], "at least 16");
        check_error(&["--public-url", "torg.example.org"], "no web address");
        check_error(&["--public-url", "https://example.org/torg"], "has a path");
        check_error(&["--config", "/nowhere/torg.toml"], "/nowhere/torg.toml cannot be used");
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("torg.toml");
        std::fs::write(&path, "lissten = '0.0.0.0:443'\n").expect("a file");
        check_error(&["--config", path.to_str().expect("a path in UTF-8")], "lissten");
    }

    #[test]
    fn webhooks_need_a_secret_and_stay_outside() {
        let secret = "0123456789abcdef01234567";
        assert!(resolve(&["--webhook-secret", secret]).expect("a config").webhooks.is_none());
        check_error(&["--webhook", "https://example.org/"], "--webhook-secret (TORG_WEBHOOK_SECRET)");
        check_error(&["--webhook", "https://example.org/", "--webhook-secret", "short"], "too easy to guess");
        let own = ["--webhook", "http://10.0.0.7/", "--webhook-secret", secret];
        check_error(&own, "own network: allow that by --webhook-allow-private");
        let allowed = resolve(&[&own[..], &["--webhook-allow-private"]].concat()).expect("allowed");
        assert!(allowed.webhooks.is_some_and(|webhooks| webhooks.allow_private));
        let two = "https://example.org/a,b https://example.net/";
        let two = resolve(&["--webhook", two, "--webhook-secret", secret]).expect("a config").webhooks;
        let hosts: Vec<String> = two.expect("two").targets.iter().map(|target| target.host.clone()).collect();
        assert_eq!(hosts, ["example.org", "example.net"]);
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("torg.toml");
        let text =
            format!("webhook = ['http://[::1]:9/']\nwebhook_secret = '{secret}'\nwebhook_allow_private = true\n");
        std::fs::write(&path, text).expect("a file");
        let config = resolve(&["--config", path.to_str().expect("a path in UTF-8")]).expect("a config");
        assert_eq!(config.webhooks.expect("as the file says").targets[0].port, 9);
        assert!(!format!("{:?}", resolve(&own[2..]).expect("a config")).contains(secret));
    }

    #[test]
    fn the_admin_token_is_compared_whole_and_never_shown() {
        let config = resolve(&["--admin-token", "0123456789abcdef"]).expect("a config");
        let token = config.admin_token.expect("a token");
        assert!(token.is("0123456789abcdef"));
        assert!(!token.is("0123456789abcdeF") && !token.is("") && !token.is("0123456789abcdef0"));
        assert_eq!(format!("{token:?}"), "AdminToken(secret)");
    }
}

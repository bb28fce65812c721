//! Puts the parts together: the one place that knows them all.

use crate::arrival::Surroundings;
use crate::clock::Clock;
use crate::config::{Config, LinksOptions};
use crate::front::tls::{self, Tls};
use crate::front::{self, Door, Takes};
use crate::limits::{CERTIFICATE_LOOK_EVERY, DRAIN_WAIT};
use crate::links::{LinkKey, link};
use crate::mailbox::{SpaceLinks, ToRegistry};
use crate::media::{self, Media, MediaConfig};
use crate::record::Records;
use crate::registry::{self, Registry};
use crate::store::{Store, StoreError};
use crate::{http, metrics, session, webhooks};
use anyhow::Context as _;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use torg_protocol::ids::SpaceId;
use torg_record::{Keyring, Record};

#[cfg(test)]
mod tests;

/// A port may be free for TCP and taken for UDP; another one is tried this often.
const PORT_TRIES: usize = 20;

/// A server that runs.
#[derive(Debug)]
pub struct Running {
    /// Where it listens.
    pub addr: SocketAddr,
    /// The link by which everybody comes to its open square.
    pub join_link: String,
    /// The link by which a host comes to it.
    pub host_link: String,
    registry: mpsc::Sender<ToRegistry>,
    registry_task: JoinHandle<()>,
    stopping: watch::Sender<bool>,
    /// Ends when the last session and connection have ended.
    alive: mpsc::Receiver<()>,
}

impl Running {
    /// Says goodbye to everybody and ends, within a few seconds.
    pub async fn stop(mut self) {
        tracing::info!("the server stops");
        let drained = async {
            // First the spaces, so that their people get a goodbye; then doors and whoever was just coming in.
            let _ = self.registry.send(ToRegistry::Stop).await;
            let _ = (&mut self.registry_task).await;
            let _ = self.stopping.send(true);
            while self.alive.recv().await.is_some() {}
        };
        if tokio::time::timeout(DRAIN_WAIT, drained).await.is_err() {
            tracing::warn!("some clients did not take their goodbye in time");
        }
        let _ = self.stopping.send(true);
    }
}

/// Starts a server. It runs until [`Running::stop`].
///
/// # Errors
/// In words, what is in the way and what to do about it.
pub async fn run(config: Config) -> anyhow::Result<Running> {
    run_behind(config, None).await
}

/// The same behind doors that stand open already, if there are any.
async fn run_behind(config: Config, doors: Option<Doors>) -> anyhow::Result<Running> {
    // Two providers in one process make rustls panic, so ours comes first; who embeds us may have set it already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let figures = metrics::install();
    let tls = config.tls.clone().map(Tls::open).transpose()?;
    let store = Store::open(&config.data)?;
    let key = LinkKey::open(&config.data)?;
    let keyring = Keyring::open(&config.data).await?;
    let record = Record::open(&config.record_url(), keyring.clone()).await?;
    let records = Records::new(record, keyring);
    let clock = Clock::start();
    let outside = config.webhooks.as_ref().map(|webhooks| webhooks::start(webhooks, &config.data)).transpose()?;

    let doors = match doors {
        Some(doors) => doors,
        None => open_doors(&config).await?,
    };
    let addr = doors.listener.local_addr().context("the listener has no address")?;
    let public_url = public_url(&config, addr);
    let media = doors.media;

    let (to_media, links_begin) = (media.to.clone(), public_url.clone());
    let parts = registry::Parts { store, key, public_url: links_begin, media: to_media, clock, records, outside };
    let registry = Registry::new(parts)?;
    let SpaceLinks { join_link, host_link, .. } = registry.open_square_links();
    let (to_registry, inbox) = registry::inbox();
    let registry_task = tokio::spawn(registry.serve(inbox));

    let authority = public_url.split_once("://").map_or(public_url.as_str(), |(_, authority)| authority);
    let surroundings = Arc::new(Surroundings::new(&config, addr, authority));
    let (stopping, is_stopping) = watch::channel(false);
    let (alive, alive_receiver) = mpsc::channel(1);
    let sessions = session::routes(session::Parts {
        registry: to_registry.clone(),
        media: media.to.clone(),
        clock,
        surroundings: Arc::clone(&surroundings),
        stopping: is_stopping.clone(),
        alive: alive.clone(),
    });
    tokio::spawn(metrics::keep_up(figures.clone(), is_stopping.clone()));
    let public_url = public_url.into();
    let pages = http::routes(http::Parts {
        registry: to_registry.clone(),
        media: media.to.clone(),
        surroundings,
        rates: Arc::default(),
        readers: http::Readers::default(),
        figures,
        public_url,
    });
    let tls = tls.map(|(tls, followed)| {
        tokio::spawn(tls::follow(tls.clone(), followed, CERTIFICATE_LOOK_EVERY, is_stopping.clone()));
        tls
    });
    let door = Door { router: pages.merge(sessions), tls, media: media.tcp, stopping: is_stopping, alive };
    if let Some(listener) = doors.media_listener {
        tokio::spawn(front::serve(listener, door.clone(), Takes::MediaOnly));
    }
    tokio::spawn(front::serve(doors.listener, door, Takes::Everything));
    tracing::info!(%addr, media_port = media.port, "the server listens");
    Ok(Running { addr, join_link, host_link, registry: to_registry, registry_task, stopping, alive: alive_receiver })
}

struct Doors {
    listener: TcpListener,
    /// When media has a port of its own.
    media_listener: Option<TcpListener>,
    media: Media,
}

/// Binds TCP and UDP. With `--listen …:0` any port does that is free for both.
async fn open_doors(config: &Config) -> anyhow::Result<Doors> {
    let mut tries = if config.listen.port() == 0 && config.media_port.is_none() { PORT_TRIES } else { 1 };
    loop {
        tries -= 1;
        let listener = bind(config.listen, "--listen").await?;
        let addr = listener.local_addr().context("the listener has no address")?;
        let media_port = config.media_port.unwrap_or(addr.port());
        let media_listener = if media_port == addr.port() { None } else { Some(bind_media(media_port).await?) };
        let tcp = media_listener.as_ref().map_or(Ok(addr), TcpListener::local_addr)?;
        let workers = std::thread::available_parallelism().map_or(1, usize::from);
        let public_ips = config.public_ips.clone();
        let keep_loudness = config.keep_loudness;
        match media::start(&MediaConfig { port: media_port, public_ips, tcp, workers, keep_loudness }) {
            Ok(media) => return Ok(Doors { listener, media_listener, media }),
            Err(error) if tries == 0 => return Err(error),
            Err(_) => {}
        }
    }
}

/// A port of its own for media over TCP is open to everybody, as the UDP port is: pages may hide behind a proxy,
/// media does not pass through it.
async fn bind_media(port: u16) -> anyhow::Result<TcpListener> {
    match TcpListener::bind((Ipv6Addr::UNSPECIFIED, port)).await {
        Ok(listener) => Ok(listener),
        // A machine without IPv6.
        Err(_) => bind((Ipv4Addr::UNSPECIFIED, port).into(), "--media-port").await,
    }
}

async fn bind(address: SocketAddr, option: &str) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| {
        format!("{address} cannot be listened on: is another server there? Choose another address with {option}")
    })
}

/// What links begin with: as told, else the listen address; for a listener on all addresses, one of them.
fn public_url(config: &Config, listen: SocketAddr) -> String {
    if let Some(url) = &config.public_url {
        return url.as_str().to_owned();
    }
    let ip = if listen.ip().is_unspecified() { own_address(listen.ip()) } else { listen.ip() };
    let scheme = if config.tls.is_some() { "https" } else { "http" };
    if config.tls.is_none() && !ip.is_loopback() {
        tracing::warn!(
            "browsers give no microphone over http from another machine: set --tls-cert and --tls-key, or \
                        put a proxy with https in front and set --public-url"
        );
    }
    format!("{scheme}://{}", SocketAddr::new(ip, listen.port()))
}

fn own_address(unspecified: IpAddr) -> IpAddr {
    let interfaces = if_addrs::get_if_addrs().unwrap_or_default();
    let reachable = |ip: &IpAddr| ip.is_ipv4() && !ip.is_loopback();
    let address = interfaces.iter().map(if_addrs::Interface::ip).find(reachable);
    // Without a network there is only this machine.
    address.unwrap_or(if unspecified.is_ipv4() { Ipv4Addr::LOCALHOST.into() } else { Ipv6Addr::LOCALHOST.into() })
}

/// The links of a space, read from the data folder beside a server that may be running; renewed if asked.
///
/// # Errors
/// In words: no such space, or a folder that can't be used.
pub fn links(options: LinksOptions) -> anyhow::Result<SpaceLinks> {
    let config = Config::resolve(options.serve)?;
    let id = SpaceId::parse(&options.space)?;
    let store = Store::open_beside(&config.data)?;
    let record = match options.renew {
        true => store.renew(&id)?,
        false => store.read(&id)?.ok_or(StoreError::Unknown(id))?,
    };
    let key = LinkKey::open(&config.data)?;
    let public_url = public_url(&config, config.listen);
    let link = |role| link(&public_url, &record.id, &key.token(&record.id, role, record.generation));
    Ok(SpaceLinks::new(record.id.clone(), link))
}

//! The media plane: one UDP socket and one TCP listener, many peer connections, voices forwarded by routes and mixed by
//! plans.
//!
//! ```text
//!  UDP  ─▶ socket::Reader ─┐                       ┌─▶ worker 0: peers, legs, fan-out ─┐
//!                          ├─▶ intake (demux) ─────┤           ▲   │ shared batches    ├─▶ sender ─▶ UDP, TCP
//!  TCP  ─▶ tcp ────────────┘   signed STUN binds   └─▶ worker 1: …─┴───────────────────┘
//!                                                        voices │ ▲ what was made
//!                                                               ▼ │
//!                                                  mixers: a clock of 20 ms, a desk for each space
//!                                                  player: sounds, as voices from elsewhere
//! ```
//!
//! It knows ids, [`Routes`](torg_space::Routes) and [`Mix`](torg_space::Mix), never positions, tables or permissions: it
//! forwards and mixes what these say and nothing else. [`peer`] alone names the WebRTC library, [`mixer`] the mixer.

mod batch;
mod bed;
mod clock;
mod demux;
mod doorbell;
mod intake;
mod leg;
mod limits;
mod mixer;
mod peer;
mod plane;
mod player;
mod sender;
mod socket;
mod stun;
mod tcp;
mod urgent;
mod voice;
mod worker;

use crate::mailbox::{PeerId, ToMedia};
use anyhow::Context;
use demux::PeerKey;
use doorbell::Doorbell;
use intake::Intake;
use mixer::{Mixers, WorkerLine};
use peer::{Certificate, PeerConfig};
use plane::{Inboxes, Plane};
use player::Player;
use sender::Sender;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::mpsc::sync_channel;
use tcp::TcpTable;
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use urgent::Urgency;
use worker::{Lines, Worker};

/// How the media plane is set up.
#[derive(Clone, Debug)]
pub struct MediaConfig {
    /// The UDP port; 0 takes any.
    pub port: u16,
    /// The addresses that clients are told, instead of the machine's own: behind a NAT.
    pub public_ips: Vec<IpAddr>,
    /// Where the front door listens, for the TCP candidates.
    pub tcp: SocketAddr,
    /// Worker threads; at least one.
    pub workers: usize,
    /// Whether mixes leave each voice as loud as it comes.
    pub keep_loudness: bool,
}

/// A running media plane. Ends when told [`ToMedia::Stop`].
#[derive(Debug)]
pub struct Media {
    /// Its inbox.
    pub to: mpsc::Sender<ToMedia>,
    /// Where the front door hands over connections that begin with framed STUN.
    pub tcp: mpsc::Sender<(TcpStream, SocketAddr)>,
    /// The UDP port.
    pub port: u16,
}

/// Starts the media plane inside a tokio runtime.
///
/// # Errors
/// When the port is taken, the machine has no address, or the system gives no randomness.
pub fn start(config: &MediaConfig) -> anyhow::Result<Media> {
    let socket = socket::bind(config.port)
        .with_context(|| format!("the media port {} (UDP) cannot be bound; is it taken?", config.port))?;
    let port = socket.local_addr().context("the media socket has no address")?.port();
    let peer_config = Arc::new(PeerConfig {
        certificate: Certificate::generate().context("no certificate for DTLS could be made")?,
        udp: offered_addresses(&config.public_ips, None, port),
        tcp: offered_addresses(&config.public_ips, Some(config.tcp.ip()), config.tcp.port()),
    });
    tracing::info!(port, udp = ?peer_config.udp, tcp = ?peer_config.tcp, "the media plane listens");

    let (reader, stop_reading, transmitter) = socket::split(socket).context("the media socket cannot be used")?;
    let tcp_table = Arc::new(TcpTable::default());
    let (gone, gone_receiver) = mpsc::unbounded_channel();
    let sender = || Sender::new(transmitter.clone(), Arc::clone(&tcp_table));
    let inboxes = start_threads(config, &peer_config, &gone, sender)?;
    let intake = Arc::new(Intake::new(inboxes.workers.clone()));
    let reading = Arc::clone(&intake);
    start_thread("media-intake", move || {
        urgent::go_first(Urgency::Forwarding);
        reading.read(reader);
    })?;

    let (tcp, mut connections) = mpsc::channel::<(TcpStream, SocketAddr)>(64);
    let tcp_intake = Arc::clone(&intake);
    tokio::spawn(async move {
        while let Some((stream, from)) = connections.recv().await {
            tokio::spawn(Arc::clone(&tcp_table).serve(stream, from, Arc::clone(&tcp_intake)));
        }
    });
    let (to, inbox) = mpsc::channel(1_024);
    let plane = Plane::new(peer_config, intake, inboxes);
    tokio::spawn(async move {
        plane.run(inbox, gone_receiver).await;
        // The socket goes with its reader, so that the port is free for the server that comes after.
        stop_reading.stop();
    });
    Ok(Media { to, tcp, port })
}

/// Starts the workers, the mixers and the player; their inboxes.
fn start_threads(
    config: &MediaConfig,
    peer_config: &Arc<PeerConfig>,
    gone: &mpsc::UnboundedSender<(PeerId, PeerKey)>,
    sender: impl Fn() -> Sender,
) -> anyhow::Result<Inboxes> {
    let (inboxes, receivers): (Vec<_>, Vec<_>) =
        (0..config.workers.max(1)).map(|_| sync_channel(limits::WORKER_INBOX_MAX)).unzip();
    let (mixers, mixers_inbox) = sync_channel(limits::MIXERS_INBOX_MAX);
    let mut worker_lines = Vec::new();
    for (number, inbox) in receivers.into_iter().enumerate() {
        let bell = Arc::new(Doorbell::default());
        worker_lines.push(WorkerLine { inbox: inboxes[number].clone(), bell: Arc::clone(&bell) });
        let others = inboxes.iter().enumerate().filter(|(other, _)| *other != number);
        let others = others.map(|(_, inbox)| inbox.clone()).collect();
        let lines = Lines { inbox, bell, others, mixers: mixers.clone(), gone: gone.clone() };
        let worker = Worker::new(number, Arc::clone(peer_config), lines, sender());
        start_thread(&format!("media-{number}"), move || worker.run())?;
    }
    let mixing = Mixers::new(mixers_inbox, worker_lines, mixer::settings(config.keep_loudness));
    start_thread("mixers", move || mixing.run())?;
    let (player, player_inbox) = sync_channel(limits::PLAYER_INBOX_MAX);
    let playing = Player::new(player_inbox, inboxes.clone(), mixers.clone());
    start_thread("player", move || playing.run())?;
    Ok(Inboxes { workers: inboxes, mixers, player })
}

fn start_thread(name: &str, work: impl FnOnce() + Send + 'static) -> anyhow::Result<()> {
    let started = std::thread::Builder::new().name(name.to_owned()).spawn(work);
    started.with_context(|| format!("the thread {name} could not be started"))?;
    Ok(())
}

/// The addresses that clients are told: public ones if given, else each of the machine's and loopback, as far as
/// the listener is there.
fn offered_addresses(public_ips: &[IpAddr], listening: Option<IpAddr>, port: u16) -> Vec<SocketAddr> {
    if !public_ips.is_empty() {
        return public_ips.iter().map(|&ip| SocketAddr::new(ip, port)).collect();
    }
    if let Some(ip) = listening.filter(|ip| !ip.is_unspecified()) {
        return vec![SocketAddr::new(ip, port)];
    }
    let is_link_local = |ip: &IpAddr| matches!(ip, IpAddr::V6(v6) if v6.is_unicast_link_local());
    let has_family = |ip: &IpAddr| listening.is_none_or(|listening| listening.is_ipv6() || ip.is_ipv4());
    let interfaces = if_addrs::get_if_addrs().unwrap_or_default();
    let mut ips: Vec<IpAddr> = interfaces.into_iter().map(|interface| interface.ip()).collect();
    ips.retain(|ip| !is_link_local(ip) && has_family(ip));
    // Real networks first, loopback last: clients try in this order.
    ips.sort_by_key(|ip| (ip.is_loopback(), ip.is_ipv6(), *ip));
    ips.dedup();
    ips.into_iter().map(|ip| SocketAddr::new(ip, port)).collect()
}

//! A worker: a thread that owns some of the peer connections and does all their work.
//!
//! It waits on one closed enum, [`ToWorker`]. Packets of its own speakers go to its own listeners at once, to
//! the other workers as shared batches, and to the mixers where somebody hears a mix. Sending is gathered for a few
//! milliseconds; what the mixers made is sent at once. A panic in one peer's code ends that peer alone.

mod fanout;
mod flush;
mod forward;
mod mixes;
mod peers;
mod tally;
mod tell;

use super::batch::Batch;
use super::bed::BedLeg;
use super::demux::{PeerKey, Remote};
use super::doorbell::Doorbell;
use super::leg::{LEGS, Leg, SourcePacket};
use super::limits::{FLOW_INTERVAL, FLUSH_AT_ONCE_BELOW, LEVELS_INTERVAL, TIMER_INTERVAL, WORKER_INBOX_MAX};
use super::mixer::{MixedSpace, ToMixers};
use super::peer::{Outbound, Peer, PeerConfig, PeerEvent};
use super::sender::Sender;
use super::urgent::{self, Urgency};
use super::voice::VoiceMeter;
use crate::mailbox::{MediaEvent, MixCell, PeerId, RoutesCell, SpaceKey, ToKeeper};
use bytes::{Bytes, BytesMut};
use fanout::{Fanout, RouteReader};
use flush::{FlushPace, Queued};
use mixes::Mixes;
use slab::Slab;
use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender};
use std::time::Instant;
use tally::Tally;
use tokio::sync::mpsc;
use torg_protocol::limits::AUDIO_SLOTS;

/// What a worker is told.
pub(super) enum ToWorker {
    /// Datagrams that are for this worker's peers.
    Datagrams(Vec<Inbound>),
    /// Packets of speakers who live on other workers, shared by all.
    Media(Arc<[(SpaceKey, SourcePacket)]>),
    /// What the mixers made in one round, shared by all workers.
    Mixed(Arc<[MixedSpace]>),
    /// A peer connection, answered, to be looked after.
    Adopt(Box<Adopted>),
    /// A peer connection is not wanted any more.
    Close(PeerKey),
    /// A space begins.
    OpenSpace { space: SpaceKey, routes: RoutesCell, mix: MixCell, keeper: mpsc::Sender<ToKeeper> },
    /// A space ends, and all its peers.
    CloseSpace(SpaceKey),
    /// Close everything and end.
    Stop,
}

/// A datagram for a peer.
pub(super) struct Inbound {
    pub(super) peer: PeerKey,
    pub(super) from: Remote,
    pub(super) to: Option<IpAddr>,
    pub(super) bytes: BytesMut,
    pub(super) arrived: Instant,
}

/// A peer on its way to its worker.
pub(super) struct Adopted {
    pub(super) id: PeerId,
    pub(super) key: PeerKey,
    pub(super) peer: Peer,
    /// Where each leg's numbers start: random.
    pub(super) leg_starts: [(u16, u32); LEGS],
    pub(super) offered_at: Instant,
}

/// One peer and what the worker keeps for it.
struct Held {
    id: PeerId,
    key: PeerKey,
    peer: Peer,
    legs: [Leg; AUDIO_SLOTS],
    bed: BedLeg,
    voice: VoiceMeter,
    last_heard: Instant,
    offered_at: Instant,
    /// What waits for the next flush.
    queue: Vec<Queued>,
    is_dirty: bool,
    is_lost: bool,
}

/// How a worker reaches a keeper. What must not be lost waits here while the keeper is behind.
struct KeeperLine {
    keeper: mpsc::Sender<ToKeeper>,
    pending: VecDeque<MediaEvent>,
}

/// How a worker is reached, and whom it reaches.
pub(super) struct Lines {
    pub(super) inbox: Receiver<ToWorker>,
    /// Rings when what came must not wait.
    pub(super) bell: Arc<Doorbell>,
    /// All workers' inboxes but this one's.
    pub(super) others: Vec<SyncSender<ToWorker>>,
    pub(super) mixers: SyncSender<ToMixers>,
    /// Told of peers that are gone, so that the tables outside forget them.
    pub(super) gone: mpsc::UnboundedSender<(PeerId, PeerKey)>,
}

/// A worker; see the module.
pub(super) struct Worker {
    number: usize,
    config: Arc<PeerConfig>,
    lines: Lines,
    sender: Sender,
    held: Slab<Held>,
    by_key: HashMap<PeerKey, usize>,
    fanout: Fanout,
    routes: RouteReader,
    mixes: Mixes,
    keepers: HashMap<SpaceKey, KeeperLine>,
    dirty: Vec<usize>,
    /// Since when the first of what waits is here.
    dirty_since: Option<Instant>,
    pace: FlushPace,
    /// The voices and mixes since the last flush; what waits for listeners names them by their place here.
    round: Vec<Bytes>,
    queued: usize,
    /// Whether what waits is to be sent without gathering more.
    is_urgent: bool,
    /// When the voices came to us that are new in the mixes that wait.
    mixed_of: Vec<Instant>,
    batch: Batch,
    foreign: Vec<(SpaceKey, SourcePacket)>,
    for_mixers: Vec<(SpaceKey, SourcePacket)>,
    /// Places of listeners who are on the way from one mix to another.
    handing: Vec<usize>,
    happened: Vec<PeerEvent>,
    outbound: Vec<Outbound>,
    /// Room for the round of the timers: whom something is due for, and who is to go and why.
    due: Vec<usize>,
    over: Vec<(usize, &'static str)>,
    tally: Tally,
}

impl Worker {
    pub(super) fn new(number: usize, config: Arc<PeerConfig>, lines: Lines, sender: Sender) -> Self {
        Self {
            number,
            config,
            lines,
            sender,
            held: Slab::new(),
            by_key: HashMap::new(),
            fanout: Fanout::default(),
            routes: RouteReader::default(),
            mixes: Mixes::default(),
            keepers: HashMap::new(),
            dirty: Vec::new(),
            dirty_since: None,
            pace: FlushPace::default(),
            round: Vec::new(),
            queued: 0,
            is_urgent: false,
            mixed_of: Vec::new(),
            batch: Batch::default(),
            foreign: Vec::new(),
            for_mixers: Vec::new(),
            handing: Vec::new(),
            happened: Vec::new(),
            outbound: Vec::new(),
            due: Vec::new(),
            over: Vec::new(),
            tally: Tally::default(),
        }
    }

    /// Works until told to stop.
    pub(super) fn run(mut self) {
        urgent::go_first(Urgency::Forwarding);
        let start = Instant::now();
        let (mut timers_at, mut levels_at, mut flow_at) = (start, start, start);
        loop {
            if self.wait(timers_at).is_break() {
                return;
            }
            let now = Instant::now();
            self.apply_routes();
            self.apply_mixes();
            self.share_foreign();
            self.share_with_mixers();
            if now >= timers_at {
                timers_at = now + TIMER_INTERVAL;
                self.timers(now);
            }
            if now >= levels_at {
                levels_at = now + LEVELS_INTERVAL;
                self.tell_levels(now);
            }
            if now >= flow_at {
                flow_at = now + FLOW_INTERVAL;
                self.tell_flow(now);
                self.tally.publish(self.held.len());
            }
            let is_due = self.flush_at().is_some_and(|flush_at| flush_at <= now);
            if is_due || self.is_urgent || self.queued < FLUSH_AT_ONCE_BELOW {
                self.flush(now);
            }
        }
    }

    /// Waits for messages and takes them in, until it is time for something else.
    fn wait(&mut self, timers_at: Instant) -> ControlFlow<()> {
        let now = Instant::now();
        if let Some(flush_at) = self.flush_at() {
            // Voices wait to be sent, and others will come to go with them: to be woken by each would cost more than
            // to forward it. A mix doesn't wait for them.
            self.lines.bell.sleep_until(flush_at.min(timers_at));
        } else {
            match self.lines.inbox.recv_timeout(timers_at.saturating_duration_since(now)) {
                Ok(first) => self.take(first)?,
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    self.close_all();
                    return ControlFlow::Break(());
                }
            }
        }
        // All that is here, within reason, before anything is sent.
        for _ in 0..WORKER_INBOX_MAX {
            let Ok(more) = self.lines.inbox.try_recv() else { break };
            self.take(more)?;
        }
        ControlFlow::Continue(())
    }

    fn take(&mut self, message: ToWorker) -> ControlFlow<()> {
        let now = Instant::now();
        match message {
            ToWorker::Datagrams(datagrams) => datagrams.into_iter().for_each(|datagram| self.input(datagram, now)),
            ToWorker::Media(packets) => {
                for (space, packet) in packets.iter() {
                    self.mixes.spoke(*space, packet.speaker, now);
                    self.forward(*space, packet.clone(), now);
                }
            }
            ToWorker::Mixed(made) => {
                self.lines.bell.answered();
                self.deliver(&made, now);
            }
            ToWorker::Adopt(adopted) => self.adopt(*adopted, now),
            ToWorker::Close(key) => {
                if let Some(&at) = self.by_key.get(&key) {
                    self.drop_peer(at, now);
                }
            }
            ToWorker::OpenSpace { space, routes, mix, keeper } => {
                self.routes.open(space, routes);
                self.mixes.open(space, mix);
                self.keepers.insert(space, KeeperLine { keeper, pending: VecDeque::new() });
            }
            ToWorker::CloseSpace(space) => {
                let ending = self.held.iter().filter(|(_, held)| held.id.space == space).map(|(at, _)| at);
                for at in ending.collect::<Vec<_>>() {
                    self.drop_peer(at, now);
                }
                self.routes.close(space);
                self.mixes.close(space);
                self.keepers.remove(&space);
            }
            ToWorker::Stop => {
                self.close_all();
                return ControlFlow::Break(());
            }
        }
        ControlFlow::Continue(())
    }

    fn close_all(&mut self) {
        for at in self.held.iter().map(|(at, _)| at).collect::<Vec<_>>() {
            self.drop_peer(at, Instant::now());
        }
        self.tally.publish(0);
    }
}

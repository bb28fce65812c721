//! The plane's front: takes offers, finds each peer a worker, and keeps the tables of who is where.

use super::demux::{Destination, PeerKey};
use super::intake::Intake;
use super::limits::{PEERS_PER_WORKER_MAX, PEERS_TOGETHER_MAX};
use super::mixer::ToMixers;
use super::peer::{CheckedOffer, Peer, PeerConfig, random};
use super::player::ToPlayer;
use super::worker::{Adopted, ToWorker};
use crate::mailbox::{Offered, PeerId, SpaceKey, ToMedia};
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::SyncSender;
use std::time::Instant;
use tokio::sync::{Semaphore, mpsc, oneshot};
use torg_protocol::message::{Refusal, RefusalCode};

/// Whom the plane tells what to do.
pub(super) struct Inboxes {
    pub(super) workers: Vec<SyncSender<ToWorker>>,
    pub(super) mixers: SyncSender<ToMixers>,
    pub(super) player: SyncSender<ToPlayer>,
}

/// See the module.
pub(super) struct Plane {
    config: Arc<PeerConfig>,
    intake: Arc<Intake>,
    to: Inboxes,
    peers: HashMap<PeerId, Destination>,
    load: Vec<usize>,
    /// How many peers of a space each worker has.
    together: HashMap<SpaceKey, Vec<usize>>,
    next_key: u64,
    /// Answers being made at one time: each takes a core for a millisecond, and sound comes first.
    answering: Arc<Semaphore>,
}

impl Plane {
    pub(super) fn new(config: Arc<PeerConfig>, intake: Arc<Intake>, to: Inboxes) -> Self {
        let load = vec![0; to.workers.len()];
        let answering = Arc::new(Semaphore::new(to.workers.len()));
        let (peers, together) = (HashMap::new(), HashMap::new());
        Self { config, intake, to, peers, load, together, next_key: 0, answering }
    }

    /// Serves until told to stop.
    pub(super) async fn run(
        mut self,
        mut inbox: mpsc::Receiver<ToMedia>,
        mut gone: mpsc::UnboundedReceiver<(PeerId, PeerKey)>,
    ) {
        loop {
            tokio::select! {
                Some((id, key)) = gone.recv() => self.forget(id, key),
                message = inbox.recv() => match message {
                    Some(ToMedia::Stop) | None => return self.stop(),
                    Some(message) => self.take(message),
                },
            }
        }
    }

    fn take(&mut self, message: ToMedia) {
        match message {
            ToMedia::OpenSpace { space, routes, mix, keeper } => {
                tell(&self.to.mixers, ToMixers::OpenSpace { space, mix: Arc::clone(&mix) });
                let (mix_there, keeper_there) = (Arc::clone(&mix), keeper.clone());
                tell(&self.to.player, ToPlayer::OpenSpace { space, mix: mix_there, keeper: keeper_there });
                self.tell_all(|| ToWorker::OpenSpace {
                    space,
                    routes: Arc::clone(&routes),
                    mix: Arc::clone(&mix),
                    keeper: keeper.clone(),
                });
            }
            ToMedia::CloseSpace { space } => {
                tell(&self.to.player, ToPlayer::CloseSpace(space));
                tell(&self.to.mixers, ToMixers::CloseSpace(space));
                self.tell_all(|| ToWorker::CloseSpace(space));
            }
            ToMedia::CheckOffer { sdp, offered, reply } => drop(reply.send(self.check(&sdp, &offered))),
            ToMedia::Offer { peer, sdp, offered, reply } => self.offer(peer, &sdp, &offered, reply),
            ToMedia::Play { peer, sound } => {
                let stream = self.next_key();
                tell(&self.to.player, ToPlayer::Play { peer, stream, sound });
            }
            ToMedia::ClosePeer { peer } => {
                // Nobody here knows what is played, and the player passes over who isn't.
                tell(&self.to.player, ToPlayer::Close(peer));
                self.close(peer);
            }
            ToMedia::Stop => self.stop(),
        }
    }

    fn stop(&self) {
        tell(&self.to.player, ToPlayer::Stop);
        tell(&self.to.mixers, ToMixers::Stop);
        self.tell_all(|| ToWorker::Stop);
    }

    /// The key of a new stream.
    fn next_key(&mut self) -> PeerKey {
        self.next_key += 1;
        PeerKey(self.next_key)
    }

    /// Whether an offer could be answered.
    fn check(&self, sdp: &str, offered: &Offered) -> Result<(), Refusal> {
        Peer::check(sdp, offered)?;
        if self.load.iter().all(|&peers| peers >= PEERS_PER_WORKER_MAX) { Err(full()) } else { Ok(()) }
    }

    fn offer(&mut self, id: PeerId, sdp: &str, offered: &Offered, reply: oneshot::Sender<Result<String, Refusal>>) {
        let offered_at = Instant::now();
        let offer = match Peer::check(sdp, offered) {
            Ok(offer) => offer,
            Err(refusal) => return drop(reply.send(Err(refusal))),
        };
        let chosen = self.worker_for(id.space);
        if self.load[chosen] >= PEERS_PER_WORKER_MAX {
            return drop(reply.send(Err(full())));
        }
        self.close(id);
        let key = self.next_key();
        let destination = Destination { worker: chosen, peer: key };
        self.peers.insert(id, destination);
        self.load[chosen] += 1;
        self.together.entry(id.space).or_insert_with(|| vec![0; self.to.workers.len()])[chosen] += 1;
        let (config, intake) = (Arc::clone(&self.config), Arc::clone(&self.intake));
        let (worker, answering) = (self.to.workers[chosen].clone(), Arc::clone(&self.answering));
        tokio::spawn(async move {
            let _turn = answering.acquire_owned().await;
            let answer = move || answer_into(&config, &intake, &worker, destination, id, offer, offered_at);
            let answered = tokio::task::spawn_blocking(answer).await;
            let answered = answered.unwrap_or_else(|_panic| Err(unanswerable()));
            let _ = reply.send(answered);
        });
    }

    /// Where most of the space's peers are, while there is room: a voice that stays on one worker wakes nobody else.
    /// Else the worker with the fewest peers.
    fn worker_for(&self, space: SpaceKey) -> usize {
        let workers = 0..self.to.workers.len();
        let together = self.together.get(&space);
        let home = together.and_then(|counts| {
            let with_room =
                workers.clone().filter(|&worker| counts[worker] > 0 && self.load[worker] < PEERS_TOGETHER_MAX);
            with_room.max_by_key(|&worker| counts[worker])
        });
        home.or_else(|| workers.min_by_key(|&worker| self.load[worker])).unwrap_or_default()
    }

    /// A peer is on its worker no more.
    fn count_out(&mut self, space: SpaceKey, worker: usize) {
        self.load[worker] = self.load[worker].saturating_sub(1);
        if let Some(counts) = self.together.get_mut(&space) {
            counts[worker] = counts[worker].saturating_sub(1);
            if counts.iter().all(|count| *count == 0) {
                self.together.remove(&space);
            }
        }
    }

    /// Closes a participant's peer connection, if there is one.
    fn close(&mut self, id: PeerId) {
        if let Some(destination) = self.peers.remove(&id) {
            self.count_out(id.space, destination.worker);
            self.intake.forget(destination.peer);
            tell(&self.to.workers[destination.worker], ToWorker::Close(destination.peer));
        }
    }

    /// A worker let a peer go.
    fn forget(&mut self, id: PeerId, key: PeerKey) {
        self.intake.forget(key);
        if self.peers.get(&id).is_some_and(|destination| destination.peer == key)
            && let Some(destination) = self.peers.remove(&id)
        {
            self.count_out(id.space, destination.worker);
        }
    }

    fn tell_all(&self, message: impl Fn() -> ToWorker) {
        self.to.workers.iter().for_each(|worker| tell(worker, message()));
    }
}

/// Edges must arrive: a worker that is behind is waited for, by a thread that may wait. So it is with the mixers.
fn tell<Message: Send + 'static>(to: &SyncSender<Message>, message: Message) {
    if let Err(std::sync::mpsc::TrySendError::Full(message)) = to.try_send(message) {
        let to = to.clone();
        tokio::task::spawn_blocking(move || drop(to.send(message)));
    }
}

fn answer_into(
    config: &PeerConfig,
    intake: &Intake,
    worker: &SyncSender<ToWorker>,
    destination: Destination,
    id: PeerId,
    offer: CheckedOffer,
    offered_at: Instant,
) -> Result<String, Refusal> {
    let answered = catch_unwind(AssertUnwindSafe(|| Peer::answer(config, offer, Instant::now())));
    let (peer, ice, sdp) = answered.unwrap_or_else(|_panic| Err(unanswerable()))?;
    let leg_starts = std::array::from_fn(|_| (u16::from_be_bytes(random()) & 0x7FFF, u32::from_be_bytes(random())));
    let adopted = Box::new(Adopted { id, key: destination.peer, peer, leg_starts, offered_at });
    // First the worker, then the table: no datagram may come before its peer.
    worker.send(ToWorker::Adopt(adopted)).map_err(|_| Refusal::new(RefusalCode::MediaFull, "the server stops"))?;
    intake.register(ice, destination);
    Ok(sdp)
}

fn full() -> Refusal {
    Refusal::new(RefusalCode::MediaFull, "the server carries as many voices as it can")
}

fn unanswerable() -> Refusal {
    Refusal::new(RefusalCode::OfferUnreadable, "the offer cannot be answered: the media plane stumbled over it")
}

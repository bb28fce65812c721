//! The mixers: one thread that keeps time, and as many as there are cores that mix what is due.
//!
//! Every 20 ms a **round** takes the packets that the workers sent, has the desk of each space make the next frame of
//! every bed and own mix, and gives all of it to all workers as one shared batch; they know who hears what. Workers send
//! packets of those spaces only in which somebody hears a mix. While no packet comes the clock stands still.
//!
//! A panic in one space's desk ends that desk, which is made anew; rounds that take too long do less for each frame
//! ([`effort`]) before any is left out ([`clock`]).

mod effort;
mod space;
mod tally;
#[cfg(test)]
mod tests;

use super::clock::FrameClock;
use super::doorbell::Doorbell;
use super::leg::SourcePacket;
use super::limits::{MIX_REST_AFTER, MIXERS_INBOX_MAX};
use super::urgent::{self, Urgency};
use super::worker::ToWorker;
use crate::mailbox::{MixCell, SpaceKey};
use bytes::Bytes;

use effort::EffortControl;
use rayon::iter::{IntoParallelRefMutIterator, ParallelIterator};
use rayon::{ThreadPool, ThreadPoolBuilder};
use space::{Epoch, MixingSpace};
use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TryRecvError};
use std::time::Instant;
use tally::MixTally;
use torg_mix::Settings;
use torg_protocol::ids::ParticipantId;
use torg_space::BedId;

/// Of a murmur less is heard than of a mix with near voices in it; both are stereo.
const BED_BPS: u32 = 48_000;
const OWN_BPS: u32 = 64_000;

/// What the mixers are told.
pub(super) enum ToMixers {
    /// A space begins: here is its newest mix.
    OpenSpace { space: SpaceKey, mix: MixCell },
    /// A space ends.
    CloseSpace(SpaceKey),
    /// Packets of speakers in spaces where somebody hears a mix.
    Packets(Vec<(SpaceKey, SourcePacket)>),
    /// End.
    Stop,
}

/// A stretch of time in which one desk made frames without a break. Never reused within a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct DeskKey(pub(super) u64);

/// One thing that is mixed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum MixOutput {
    /// For all who stand at one place.
    Bed(BedId),
    /// For one listener.
    Own(ParticipantId),
}

/// What one round made in one space.
#[derive(Debug)]
pub(super) struct MixedSpace {
    pub(super) space: SpaceKey,
    pub(super) desk: DeskKey,
    /// Ascending by output. None where nobody is to be heard: then it only says that the desk lives.
    pub(super) packets: Vec<MixedPacket>,
    /// When the packets came to us that are heard in it for the first time.
    pub(super) heard: Vec<Instant>,
}

/// A frame of one mix.
#[derive(Clone, Debug)]
pub(super) struct MixedPacket {
    pub(super) output: MixOutput,
    pub(super) sequence: u16,
    pub(super) timestamp: u32,
    pub(super) marker: bool,
    pub(super) payload: Bytes,
}

/// The way to one worker.
pub(super) struct WorkerLine {
    pub(super) inbox: SyncSender<ToWorker>,
    pub(super) bell: Arc<Doorbell>,
}

/// See the module.
pub(super) struct Mixers {
    inbox: Receiver<ToMixers>,
    workers: Vec<WorkerLine>,
    settings: Settings,
    spaces: HashMap<SpaceKey, MixingSpace>,
    /// From the first desk on: a server where nobody hears a mix needs no threads for it.
    pool: Option<ThreadPool>,
    clock: FrameClock,
    effort: EffortControl,
    epoch: Epoch,
    last_desk: u64,
    /// What came since the last round.
    waiting: Vec<(SpaceKey, SourcePacket)>,
    last_packet: Instant,
    tally: MixTally,
}

impl Mixers {
    pub(super) fn new(inbox: Receiver<ToMixers>, workers: Vec<WorkerLine>, settings: Settings) -> Self {
        let now = Instant::now();
        Self {
            inbox,
            workers,
            settings,
            spaces: HashMap::new(),
            pool: None,
            clock: FrameClock::starting(now),
            effort: EffortControl::default(),
            epoch: Epoch(now),
            last_desk: 0,
            waiting: Vec::new(),
            last_packet: now,
            tally: MixTally::default(),
        }
    }

    /// Mixes until told to stop.
    pub(super) fn run(mut self) {
        urgent::go_first(Urgency::Mixing);
        while self.wait().is_continue() {
            self.round();
        }
    }

    /// Waits until a round is due, and takes in what came.
    fn wait(&mut self) -> ControlFlow<()> {
        let now = Instant::now();
        if self.rests(now) {
            self.tally.publish(&mut self.spaces, self.effort.step(), now);
            // With desks, now and then a look whether somebody still listens.
            let has_desks = self.spaces.values().any(MixingSpace::has_desk);
            let first = if has_desks {
                self.inbox.recv_timeout(MIX_REST_AFTER)
            } else {
                self.inbox.recv().map_err(|_| RecvTimeoutError::Disconnected)
            };
            match first {
                Ok(message) => self.take(message)?,
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return ControlFlow::Break(()),
            }
            self.break_off();
            self.clock = FrameClock::starting(Instant::now());
        } else {
            // What comes meanwhile is for this round if it comes in time: to be woken by each packet would gain nothing.
            std::thread::sleep(self.clock.due().saturating_duration_since(now));
        }
        for _ in 0..MIXERS_INBOX_MAX {
            match self.inbox.try_recv() {
                Ok(message) => self.take(message)?,
                Err(TryRecvError::Empty) => break,
                Err(TryRecvError::Disconnected) => return ControlFlow::Break(()),
            }
        }
        ControlFlow::Continue(())
    }

    /// Whether there is nothing to mix until a packet comes.
    fn rests(&self, now: Instant) -> bool {
        let has_desks = self.spaces.values().any(MixingSpace::has_desk);
        !has_desks || now.saturating_duration_since(self.last_packet) > MIX_REST_AFTER
    }

    fn take(&mut self, message: ToMixers) -> ControlFlow<()> {
        match message {
            ToMixers::OpenSpace { space, mix } => {
                self.spaces.insert(space, MixingSpace::new(space, mix));
            }
            ToMixers::CloseSpace(space) => {
                self.spaces.remove(&space);
            }
            ToMixers::Packets(packets) => {
                self.last_packet = Instant::now();
                self.waiting.extend(packets);
            }
            ToMixers::Stop => return ControlFlow::Break(()),
        }
        ControlFlow::Continue(())
    }

    fn round(&mut self) {
        let (began, due) = (Instant::now(), self.clock.due());
        for space in self.spaces.values_mut() {
            let key = || next_key(&mut self.last_desk);
            space.look(self.settings, self.effort.effort(), key, began);
        }
        for (space, packet) in self.waiting.drain(..) {
            if let Some(space) = self.spaces.get_mut(&space) {
                space.arrive(packet);
            }
        }
        self.mix(began);
        let outputs = self.send();
        let ended = Instant::now();
        self.tally.round(ended.saturating_duration_since(began), ended.saturating_duration_since(due));
        if self.effort.note(ended.saturating_duration_since(began)) {
            let effort = self.effort.effort();
            tracing::debug!(?effort, "the mixers change what they do for a frame");
            self.spaces.values_mut().for_each(|space| space.set_effort(effort));
        }
        let left_out = self.clock.advance(ended);
        if left_out > 0 {
            self.tally.left_out(left_out, outputs);
            self.break_off();
        }
        self.tally.publish_when_due(&mut self.spaces, self.effort.step(), ended);
    }

    /// Time passed without rounds: listeners' streams are to go on where time is.
    fn break_off(&mut self) {
        for space in self.spaces.values_mut() {
            space.break_off(|| next_key(&mut self.last_desk));
        }
    }

    /// One round of all desks.
    fn mix(&mut self, now: Instant) {
        let mut working: Vec<&mut MixingSpace> = self.spaces.values_mut().filter(|space| space.has_desk()).collect();
        if working.is_empty() {
            return;
        }
        if self.pool.is_none() {
            self.pool = pool();
        }
        let epoch = self.epoch;
        let mut mix = || working.par_iter_mut().for_each(|space| space.round(epoch, now));
        match &self.pool {
            Some(pool) => pool.install(mix),
            None => mix(),
        }
    }

    /// Gives what was made to all workers; how much it was.
    fn send(&mut self) -> usize {
        let made: Vec<MixedSpace> = self.spaces.values_mut().filter_map(MixingSpace::take_made).collect();
        if made.is_empty() {
            return 0;
        }
        let outputs = made.iter().map(|space| space.packets.len()).sum();
        let made: Arc<[MixedSpace]> = made.into();
        for worker in &self.workers {
            if worker.inbox.try_send(ToWorker::Mixed(Arc::clone(&made))).is_err() {
                self.tally.dropped(outputs);
            }
            worker.bell.ring();
        }
        outputs
    }
}

/// How mixes are made.
pub(super) fn settings(keep_loudness: bool) -> Settings {
    let full = EffortControl::default().effort();
    Settings { bed_bps: BED_BPS, own_bps: OWN_BPS, complexity: full.complexity, even: !keep_loudness }
}

fn next_key(last: &mut u64) -> DeskKey {
    *last += 1;
    DeskKey(*last)
}

/// The threads that mix. Without them the one that keeps time does it all.
fn pool() -> Option<ThreadPool> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let built = ThreadPoolBuilder::new()
        .num_threads(cores)
        .thread_name(|number| format!("mixer-{number}"))
        .start_handler(|_number| urgent::go_first(Urgency::Mixing))
        .build();
    built.inspect_err(|error| tracing::error!(%error, "no threads for mixing could be started")).ok()
}

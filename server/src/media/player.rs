//! The player: one thread that plays all sounds of the process.
//!
//! Every 20 ms, at absolute times, a round takes the next packet of each sound and gives it to all workers as a voice
//! from elsewhere, and to the mixers where somebody hears a mix. From there on it is forwarded and mixed as any other. What
//! a sound takes to be made (some tenths of a millisecond a frame) is taken here, so that no worker waits for it.
//!
//! A sound ends with its file, and its keeper is told; or when the participant or the space is gone. A panic in one sound
//! ends that sound alone. While nothing plays the thread sleeps.

#[cfg(test)]
mod tests;

use super::clock::FrameClock;
use super::demux::PeerKey;
use super::leg::{FRAME_CLOCK, SourcePacket};
use super::limits::{PENDING_EVENTS_MAX, PLAYER_INBOX_MAX, SOUNDS_PLAYED_MAX};
use super::mixer::ToMixers;
use super::urgent::{self, Urgency};
use super::worker::ToWorker;
use crate::mailbox::{MediaEvent, MixCell, PeerId, SpaceKey, ToKeeper};
use crate::metrics::MEDIA_DROPPED;
use bytes::Bytes;
use std::collections::{HashMap, VecDeque};
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError};
use std::time::Instant;
use tokio::sync::mpsc;
use torg_sound::Sound;

/// What the player is told.
pub(super) enum ToPlayer {
    /// A space begins.
    OpenSpace { space: SpaceKey, mix: MixCell, keeper: mpsc::Sender<ToKeeper> },
    /// A space ends, and all that is played there.
    CloseSpace(SpaceKey),
    /// A participant's voice is a sound from now on. `stream` is no other stream's key.
    Play { peer: PeerId, stream: PeerKey, sound: Box<Sound> },
    /// A participant is gone, and what is played as them, if anything is.
    Close(PeerId),
    /// End.
    Stop,
}

/// See the module.
pub(super) struct Player {
    inbox: Receiver<ToPlayer>,
    workers: Vec<SyncSender<ToWorker>>,
    mixers: SyncSender<ToMixers>,
    spaces: HashMap<SpaceKey, Place>,
    playing: Vec<Playing>,
    /// Who has come to an end and whose keeper was too busy to be told.
    untold: VecDeque<PeerId>,
    clock: FrameClock,
}

/// A space as the player knows it.
struct Place {
    mix: MixCell,
    keeper: mpsc::Sender<ToKeeper>,
}

/// A sound that is played, as one unbroken stream.
struct Playing {
    peer: PeerId,
    stream: PeerKey,
    sound: Box<Sound>,
    sequence: u16,
    timestamp: u32,
    /// Whether the next packet begins after a pause (RFC 3551, section 4.1).
    marker: bool,
}

impl Playing {
    /// The next packet; nothing at the end.
    fn next(&mut self, now: Instant) -> Option<SourcePacket> {
        let made = catch_unwind(AssertUnwindSafe(|| self.sound.next_packet().map(Bytes::copy_from_slice)));
        let payload = made.unwrap_or_else(|_panic| {
            let PeerId { space, participant } = self.peer;
            tracing::error!(space = space.0, participant = participant.0, "a sound failed and is over");
            None
        })?;
        let packet = SourcePacket {
            speaker: self.peer.participant,
            stream: self.stream,
            sequence: self.sequence,
            timestamp: self.timestamp,
            marker: std::mem::take(&mut self.marker),
            payload,
            arrived: now,
            taken: now,
        };
        self.sequence = self.sequence.wrapping_add(1);
        self.timestamp = self.timestamp.wrapping_add(FRAME_CLOCK);
        Some(packet)
    }

    /// Time has passed without packets. The sound goes on where it was, and listeners learn that it paused.
    fn pause(&mut self, frames: u32) {
        self.timestamp = self.timestamp.wrapping_add(frames.wrapping_mul(FRAME_CLOCK));
        self.marker = true;
    }
}

impl Player {
    pub(super) fn new(
        inbox: Receiver<ToPlayer>,
        workers: Vec<SyncSender<ToWorker>>,
        mixers: SyncSender<ToMixers>,
    ) -> Self {
        let clock = FrameClock::starting(Instant::now());
        let (spaces, playing, untold) = (HashMap::new(), Vec::new(), VecDeque::new());
        Self { inbox, workers, mixers, spaces, playing, untold, clock }
    }

    /// Plays until told to stop.
    pub(super) fn run(mut self) {
        urgent::go_first(Urgency::Mixing);
        while self.wait().is_continue() {
            self.round();
        }
    }

    /// Waits until a round is due, and takes in what came.
    fn wait(&mut self) -> ControlFlow<()> {
        if self.playing.is_empty() && self.untold.is_empty() {
            let Ok(message) = self.inbox.recv() else { return ControlFlow::Break(()) };
            self.take(message)?;
            self.clock = FrameClock::starting(Instant::now());
        } else {
            std::thread::sleep(self.clock.due().saturating_duration_since(Instant::now()));
        }
        for _ in 0..PLAYER_INBOX_MAX {
            match self.inbox.try_recv() {
                Ok(message) => self.take(message)?,
                Err(TryRecvError::Empty) => break,
                Err(TryRecvError::Disconnected) => return ControlFlow::Break(()),
            }
        }
        ControlFlow::Continue(())
    }

    fn take(&mut self, message: ToPlayer) -> ControlFlow<()> {
        match message {
            ToPlayer::OpenSpace { space, mix, keeper } => {
                self.spaces.insert(space, Place { mix, keeper });
            }
            ToPlayer::CloseSpace(space) => {
                self.spaces.remove(&space);
                self.playing.retain(|playing| playing.peer.space != space);
            }
            ToPlayer::Play { peer, stream, sound } => self.play(peer, stream, sound),
            ToPlayer::Close(peer) => self.playing.retain(|playing| playing.peer != peer),
            ToPlayer::Stop => return ControlFlow::Break(()),
        }
        ControlFlow::Continue(())
    }

    fn play(&mut self, peer: PeerId, stream: PeerKey, sound: Box<Sound>) {
        self.playing.retain(|playing| playing.peer != peer);
        if !self.spaces.contains_key(&peer.space) {
            return;
        }
        if self.playing.len() >= SOUNDS_PLAYED_MAX {
            tracing::warn!("a sound is not played: as many as the server can are");
            self.over(peer);
        } else {
            self.playing.push(Playing { peer, stream, sound, sequence: 0, timestamp: 0, marker: true });
        }
    }

    fn round(&mut self) {
        let now = Instant::now();
        let mut packets = Vec::with_capacity(self.playing.len());
        let mut over = Vec::new();
        self.playing.retain_mut(|playing| match playing.next(now) {
            Some(packet) => {
                packets.push((playing.peer.space, packet));
                true
            }
            None => {
                over.push(playing.peer);
                false
            }
        });
        self.share(packets);
        over.into_iter().for_each(|peer| self.over(peer));
        self.tell();
        let left_out = self.clock.advance(Instant::now());
        if left_out > 0 {
            self.playing.iter_mut().for_each(|playing| playing.pause(left_out));
        }
    }

    /// Gives a round's packets to the mixers and to all workers.
    fn share(&self, packets: Vec<(SpaceKey, SourcePacket)>) {
        if packets.is_empty() {
            return;
        }
        let is_mixed = |space: &SpaceKey| self.spaces.get(space).is_some_and(|place| place.is_mixed());
        let mixed: Vec<_> = packets.iter().filter(|(space, _)| is_mixed(space)).cloned().collect();
        let count = mixed.len() as u64;
        if count > 0 && self.mixers.try_send(ToMixers::Packets(mixed)).is_err() {
            metrics::counter!(MEDIA_DROPPED, "reason" => "mixers_full").increment(count);
        }
        let packets: Arc<[_]> = packets.into();
        for worker in &self.workers {
            if worker.try_send(ToWorker::Media(Arc::clone(&packets))).is_err() {
                metrics::counter!(MEDIA_DROPPED, "reason" => "worker_full").increment(packets.len() as u64);
            }
        }
    }

    /// A sound has come to its end: its keeper is to be told.
    fn over(&mut self, peer: PeerId) {
        if self.untold.len() < PENDING_EVENTS_MAX {
            self.untold.push_back(peer);
        }
    }

    /// Tells keepers what they are to be told. Who is too busy is told in a later round.
    fn tell(&mut self) {
        let spaces = &self.spaces;
        self.untold.retain(|peer| {
            let Some(place) = spaces.get(&peer.space) else { return false };
            let told = place.keeper.try_send(ToKeeper::Media(MediaEvent::PlayedOut(peer.participant)));
            matches!(told, Err(mpsc::error::TrySendError::Full(_)))
        });
    }
}

impl Place {
    /// Whether somebody hears a mix here.
    fn is_mixed(&self) -> bool {
        !self.mix.load().listeners.is_empty()
    }
}

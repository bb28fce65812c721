//! The life of a worker's peers: taken in, fed, timed, lost and let go.

use super::fanout;
use super::mixes;
use super::{Adopted, Held, Inbound, Worker};
use crate::mailbox::{MediaEvent, PeerId};
use crate::media::bed::BedLeg;
use crate::media::leg::{Leg, SourcePacket};
use crate::media::limits::{HANDSHAKE_MAX, PEER_SILENT_MAX};
use crate::media::peer::PeerEvent;
use crate::media::voice::VoiceMeter;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Instant;
use torg_protocol::limits::AUDIO_SLOTS;

impl Worker {
    pub(super) fn adopt(&mut self, adopted: Adopted, now: Instant) {
        let Adopted { id, key, peer, leg_starts, offered_at } = adopted;
        let [slots @ .., bed] = leg_starts;
        let legs = slots.map(|(sequence, timestamp)| Leg::new(sequence, timestamp));
        let voice = VoiceMeter::new();
        let at = self.held.insert(Held {
            id,
            key,
            peer,
            legs,
            bed: BedLeg::new(bed.0, bed.1),
            voice,
            last_heard: now,
            offered_at,
            queue: Vec::new(),
            is_dirty: false,
            is_lost: false,
        });
        self.by_key.insert(key, at);
        if let Some(routes) = self.routes.applied(id.space).map(Arc::clone) {
            self.route_listener(at, fanout::slots_of(&routes, id.participant));
        }
        let output = self.mixes.applied(id.space).and_then(|mix| mixes::output_of(mix, id.participant));
        self.hear(at, output);
    }

    pub(super) fn input(&mut self, datagram: Inbound, now: Instant) {
        let Some(&at) = self.by_key.get(&datagram.peer) else {
            self.tally.dropped("peer_gone", 1);
            return;
        };
        self.tally.packets_in += 1;
        self.tally.bytes_in += datagram.bytes.len() as u64;
        let (config, arrived) = (Arc::clone(&self.config), datagram.arrived);
        let held = &mut self.held[at];
        held.last_heard = now;
        let done = catch_unwind(AssertUnwindSafe(|| {
            held.peer.input(&config, datagram.from, datagram.to, datagram.bytes, now)
        }));
        match done {
            Ok(Ok(())) => {}
            Ok(Err(dropped)) => self.tally.dropped(dropped.name(), 1),
            Err(_panic) => return self.lose(at, "panic"),
        }
        self.look_at(at, arrived, now);
    }

    pub(super) fn handle_happened(&mut self, at: usize, arrived: Instant, now: Instant) {
        for event in std::mem::take(&mut self.happened) {
            match event {
                PeerEvent::Connected => {
                    let held = &self.held[at];
                    let joined = now.saturating_duration_since(held.offered_at);
                    metrics::histogram!(crate::metrics::JOIN_SECONDS).record(joined.as_secs_f64());
                    self.tell(held.id.space, MediaEvent::Connected(held.id.participant));
                }
                PeerEvent::Failed => return self.lose(at, "failed"),
                PeerEvent::Loss(part) => self.tally.lost(part),
                PeerEvent::Voice(voice) => {
                    let held = &mut self.held[at];
                    held.voice.packet(voice.level, now);
                    let space = held.id.space;
                    let packet = SourcePacket {
                        speaker: held.id.participant,
                        stream: held.key,
                        sequence: voice.sequence,
                        timestamp: voice.timestamp,
                        marker: voice.marker,
                        payload: voice.payload,
                        arrived,
                        taken: now,
                    };
                    self.note_for_mixers(space, &packet, now);
                    if !self.lines.others.is_empty() {
                        self.foreign.push((space, packet.clone()));
                    }
                    self.forward(space, packet, now);
                }
            }
        }
    }

    pub(super) fn timers(&mut self, now: Instant) {
        let mut over = std::mem::take(&mut self.over);
        let mut due = std::mem::take(&mut self.due);
        for (at, held) in &mut self.held {
            let silent = now.saturating_duration_since(held.last_heard) > PEER_SILENT_MAX;
            let never_came =
                !held.peer.is_connected() && now.saturating_duration_since(held.offered_at) > HANDSHAKE_MAX;
            if silent || never_came {
                over.push((at, if silent { "silent" } else { "handshake" }));
            } else {
                match catch_unwind(AssertUnwindSafe(|| held.peer.timeout(now))) {
                    Ok(true) => due.push(at),
                    Ok(false) => {}
                    Err(_panic) => over.push((at, "panic")),
                }
            }
        }
        due.drain(..).for_each(|at| self.look_at(at, now, now));
        over.drain(..).for_each(|(at, reason)| self.lose(at, reason));
        (self.over, self.due) = (over, due);
        self.tell_pending();
    }

    /// Something may have come of what a peer was given, which arrived then.
    fn look_at(&mut self, at: usize, arrived: Instant, now: Instant) {
        let (Some(held), happened) = (self.held.get_mut(at), &mut self.happened) else { return };
        if catch_unwind(AssertUnwindSafe(|| held.peer.poll(happened))).is_err() {
            return self.lose(at, "panic");
        }
        self.mark_dirty(at, now);
        self.handle_happened(at, arrived, now);
    }

    pub(super) fn mark_dirty(&mut self, at: usize, now: Instant) {
        if let Some(held) = self.held.get_mut(at)
            && !std::mem::replace(&mut held.is_dirty, true)
        {
            self.dirty.push(at);
            self.dirty_since.get_or_insert(now);
        }
    }

    /// A peer is gone by itself: its keeper learns of it.
    pub(super) fn lose(&mut self, at: usize, reason: &'static str) {
        let Some(held) = self.held.get_mut(at) else { return };
        let PeerId { space, participant } = held.id;
        if std::mem::replace(&mut held.is_lost, true) {
            return;
        }
        tracing::info!(space = space.0, participant = participant.0, reason, "a peer connection is lost");
        metrics::counter!(crate::metrics::MEDIA_PEERS_LOST, "reason" => reason).increment(1);
        self.tell(space, MediaEvent::Lost(participant));
        self.drop_peer(at, Instant::now());
    }

    pub(super) fn drop_peer(&mut self, at: usize, now: Instant) {
        self.route_listener(at, [None; AUDIO_SLOTS]);
        self.hear(at, None);
        let mut held = self.held.remove(at);
        self.by_key.remove(&held.key);
        let outbound = &mut self.outbound;
        let _ = catch_unwind(AssertUnwindSafe(|| {
            held.peer.close();
            held.peer.transmits(now, outbound);
        }));
        self.sender.send_each(&mut self.outbound, &mut self.tally.sent);
        let _ = self.lines.gone.send((held.id, held.key));
    }
}

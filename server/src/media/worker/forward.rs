//! Forwarding: a speaker's packet into every leg that the routes name, and nowhere else.

use super::fanout::{self, LegAt};
use super::flush::Queued;
use super::{ToWorker, Worker};
use crate::mailbox::{PeerId, SpaceKey};
use crate::media::leg::SourcePacket;
use crate::media::limits::LEG_QUEUE_MAX;
use std::sync::Arc;
use std::time::Instant;
use torg_protocol::ids::ParticipantId;
use torg_protocol::limits::AUDIO_SLOTS;

impl Worker {
    /// Queues a packet for every leg of this worker that carries its speaker.
    pub(super) fn forward(&mut self, space: SpaceKey, packet: SourcePacket, now: Instant) {
        let speaker = PeerId { space, participant: packet.speaker };
        let place = self.round.len();
        let (before, arrived) = (self.queued, packet.arrived);
        for &LegAt { listener, slot } in self.fanout.of(speaker) {
            let held = &mut self.held[listener];
            if !held.peer.is_connected() {
                continue;
            }
            // The sequence number is taken up all the same, so that a listener sees the drop as what it is: loss.
            let Some(header) = held.legs[slot].rewrite(&packet, now) else {
                self.tally.dropped("before_first", 1);
                continue;
            };
            if held.queue.len() >= LEG_QUEUE_MAX {
                self.tally.dropped("leg_full", 1);
                continue;
            }
            let rank = held.queue.iter().filter(|queued| queued.leg == slot).count();
            held.queue.push(Queued { leg: slot, header, packet: place, rank });
            self.queued += 1;
            if !std::mem::replace(&mut held.is_dirty, true) {
                self.dirty.push(listener);
            }
        }
        if self.queued > before {
            self.tally.forwarded += (self.queued - before) as u64;
            self.round.push(packet.payload);
            self.dirty_since = Some(self.dirty_since.map_or(arrived, |since| since.min(arrived)));
        }
    }

    /// Sends this round's packets of our speakers to the other workers.
    pub(super) fn share_foreign(&mut self) {
        if self.foreign.is_empty() {
            return;
        }
        let packets: Arc<[_]> = std::mem::take(&mut self.foreign).into();
        for other in &self.lines.others {
            if other.try_send(ToWorker::Media(Arc::clone(&packets))).is_err() {
                self.tally.dropped("worker_full", packets.len() as u64);
            }
        }
    }

    pub(super) fn apply_routes(&mut self) {
        for (space, routes) in self.routes.changed() {
            let listeners = self.held.iter().filter(|(_, held)| held.id.space == space);
            let listeners: Vec<(usize, ParticipantId)> =
                listeners.map(|(at, held)| (at, held.id.participant)).collect();
            for (at, listener) in listeners {
                self.route_listener(at, fanout::slots_of(&routes, listener));
            }
        }
    }

    pub(super) fn route_listener(&mut self, listener: usize, slots: [Option<ParticipantId>; AUDIO_SLOTS]) {
        let held = &mut self.held[listener];
        let space = held.id.space;
        for (slot, speaker) in slots.into_iter().enumerate() {
            let before = held.legs[slot].speaker();
            if before == speaker {
                continue;
            }
            held.legs[slot].carry(speaker);
            let leg = LegAt { listener, slot };
            if let Some(participant) = before {
                self.fanout.remove(PeerId { space, participant }, leg);
            }
            if let Some(participant) = speaker {
                self.fanout.add(PeerId { space, participant }, leg);
            }
        }
    }
}

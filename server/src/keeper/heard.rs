//! The honest badge: who hears whom, counted from packets that were forwarded to open ears.

use crate::limits::FLOW_STALE_MS;
use crate::mailbox::Flow;
use std::collections::{BTreeMap, BTreeSet};
use torg_protocol::ids::ParticipantId;
use torg_protocol::message::Uplink;
use torg_protocol::units::TimeMs;

/// What one participant is told of being heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Heard {
    /// How many were sent this voice in the last 1.2 s.
    pub(super) listeners: u16,
    /// How many with open ears stand where they may hear it.
    pub(super) in_earshot: u16,
    /// What arrives from this participant.
    pub(super) uplink: Uplink,
}

/// What the media plane tells of one space, joined over its workers.
#[derive(Debug, Default)]
pub(super) struct HeardBook {
    workers: BTreeMap<usize, (TimeMs, Flow)>,
    /// Whose peer connection is up, and when that was last said.
    up: BTreeMap<ParticipantId, TimeMs>,
    told: BTreeMap<ParticipantId, Heard>,
}

/// The newest of all workers at one moment.
#[derive(Debug, Default)]
pub(super) struct Count {
    listeners: BTreeMap<ParticipantId, u16>,
    uplinks: BTreeMap<ParticipantId, bool>,
}

impl HeardBook {
    pub(super) fn connected(&mut self, now: TimeMs, participant: ParticipantId) {
        self.up.insert(participant, now);
    }

    pub(super) fn lost(&mut self, participant: ParticipantId) {
        self.up.remove(&participant);
        for (_, flow) in self.workers.values_mut() {
            flow.peers.retain(|(peer, _)| *peer != participant);
        }
    }

    pub(super) fn flow(&mut self, now: TimeMs, flow: Flow) {
        self.up.extend(flow.peers.iter().map(|(participant, _)| (*participant, now)));
        self.workers.insert(flow.worker, (now, flow));
    }

    /// Whether the media plane still holds a peer connection of this participant.
    pub(super) fn is_up(&self, now: TimeMs, participant: ParticipantId) -> bool {
        self.up.get(&participant).is_some_and(|&said| is_fresh(now, said))
    }

    /// Forgets who is gone for good.
    pub(super) fn forget(&mut self, participant: ParticipantId) {
        self.lost(participant);
        self.told.remove(&participant);
    }

    /// Forgets what a participant was told: a new connection starts from nothing.
    pub(super) fn untell(&mut self, participant: ParticipantId) {
        self.told.remove(&participant);
    }

    /// Joins the workers' newest flows. `hears` says whether somebody is here with open ears.
    pub(super) fn count(&self, now: TimeMs, hears: impl Fn(ParticipantId) -> bool) -> Count {
        let mut count = Count::default();
        // A listener whose peer connection moved to another worker is in two flows for a moment.
        let mut pairs = BTreeSet::new();
        for (said, flow) in self.workers.values() {
            if !is_fresh(now, *said) {
                continue;
            }
            pairs.extend(flow.forwarded.iter().filter(|(_, listener)| hears(*listener)));
            for &(participant, flows) in &flow.peers {
                *count.uplinks.entry(participant).or_default() |= flows;
            }
        }
        for (speaker, _) in pairs {
            let listeners = count.listeners.entry(speaker).or_default();
            *listeners = listeners.saturating_add(1);
        }
        count
    }

    /// What to tell a participant, when that is something new.
    pub(super) fn news(&mut self, count: &Count, participant: ParticipantId, in_earshot: u16) -> Option<Heard> {
        let uplink = match count.uplinks.get(&participant) {
            Some(true) => Uplink::Flowing,
            Some(false) => Uplink::NoPackets,
            None => Uplink::Down,
        };
        let listeners = count.listeners.get(&participant).copied().unwrap_or(0);
        let heard = Heard { listeners, in_earshot, uplink };
        (self.told.insert(participant, heard) != Some(heard)).then_some(heard)
    }
}

fn is_fresh(now: TimeMs, said: TimeMs) -> bool {
    now.since(said).0 < FLOW_STALE_MS
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANN: ParticipantId = ParticipantId(1);
    const BOB: ParticipantId = ParticipantId(2);
    const EVA: ParticipantId = ParticipantId(3);
    const NOW: TimeMs = TimeMs(1_000_000);

    fn flow(worker: usize, peers: &[(ParticipantId, bool)], forwarded: &[(ParticipantId, ParticipantId)]) -> Flow {
        Flow { worker, peers: peers.to_vec(), forwarded: forwarded.to_vec() }
    }

    fn later(milliseconds: u64) -> TimeMs {
        TimeMs(NOW.0 + milliseconds)
    }

    #[test]
    fn workers_are_joined_and_closed_ears_do_not_count() {
        let mut book = HeardBook::default();
        book.flow(NOW, flow(0, &[(ANN, true), (BOB, false)], &[(ANN, BOB)]));
        book.flow(NOW, flow(1, &[(EVA, true)], &[(ANN, EVA)]));
        let all = book.count(NOW, |_| true);
        let ann = Heard { listeners: 2, in_earshot: 2, uplink: Uplink::Flowing };
        assert_eq!(book.news(&all, ANN, 2), Some(ann));
        assert_eq!(book.news(&all, ANN, 2), None, "nothing new");
        let bob = Heard { listeners: 0, in_earshot: 0, uplink: Uplink::NoPackets };
        assert_eq!(book.news(&all, BOB, 0), Some(bob));
        let without_eva = book.count(NOW, |listener| listener != EVA);
        assert_eq!(book.news(&without_eva, ANN, 2), Some(Heard { listeners: 1, ..ann }));
    }

    #[test]
    fn a_silent_worker_counts_no_more() {
        let mut book = HeardBook::default();
        book.flow(NOW, flow(0, &[(ANN, true)], &[(ANN, BOB)]));
        assert!(book.is_up(later(1_900), ANN));
        assert!(!book.is_up(later(2_000), ANN));
        let count = book.count(later(2_000), |_| true);
        let heard = Heard { listeners: 0, in_earshot: 1, uplink: Uplink::Down };
        assert_eq!(book.news(&count, ANN, 1), Some(heard));
    }

    #[test]
    fn who_is_lost_is_down_at_once() {
        let mut book = HeardBook::default();
        book.connected(NOW, ANN);
        book.flow(NOW, flow(0, &[(ANN, true)], &[]));
        book.lost(ANN);
        assert!(!book.is_up(NOW, ANN));
        let count = book.count(NOW, |_| true);
        assert_eq!(book.news(&count, ANN, 0).map(|heard| heard.uplink), Some(Uplink::Down));
    }
}

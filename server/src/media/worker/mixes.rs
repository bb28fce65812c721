//! Mixes: which of this worker's listeners hear which, and sending them what the mixers made.

use super::Worker;
use super::flush::Queued;
use crate::mailbox::{MixCell, PeerId, SpaceKey};
use crate::media::leg::{BED_LEG, SourcePacket};
use crate::media::limits::{FLOW_WINDOW, LEG_QUEUE_MAX};
use crate::media::mixer::{DeskKey, MixOutput, MixedPacket, MixedSpace, ToMixers};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;
use torg_protocol::ids::ParticipantId;
use torg_space::{ListenerMix, Mix};

/// The newest mix of each space as this worker has applied it, turned round: who hears what.
#[derive(Debug, Default)]
pub(super) struct Mixes {
    spaces: HashMap<SpaceKey, SpaceMix>,
    /// Places of listeners in the worker, by what they hear.
    listeners: HashMap<(SpaceKey, MixOutput), Vec<usize>>,
}

#[derive(Debug)]
struct SpaceMix {
    cell: MixCell,
    applied: Arc<Mix>,
    /// When a packet of each speaker came last, while somebody hears a mix.
    spoke: HashMap<ParticipantId, Instant>,
    /// When the mixers last showed that they mix this space.
    mixed_at: Option<Instant>,
}

impl Mixes {
    pub(super) fn open(&mut self, space: SpaceKey, cell: MixCell) {
        // As if nobody heard anything: the first look applies what is there.
        let applied = Arc::new(Mix::default());
        self.spaces.insert(space, SpaceMix { cell, applied, spoke: HashMap::new(), mixed_at: None });
    }

    pub(super) fn close(&mut self, space: SpaceKey) {
        self.spaces.remove(&space);
        self.listeners.retain(|(of, _), _| *of != space);
    }

    /// The spaces whose mix changed since the last call.
    pub(super) fn changed(&mut self) -> Vec<(SpaceKey, Arc<Mix>)> {
        let spaces = self.spaces.iter_mut();
        spaces.filter_map(|(&space, mix)| mix.renew().map(|newest| (space, newest))).collect()
    }

    /// The mix of a space as last applied: for a listener who comes up between two changes.
    pub(super) fn applied(&self, space: SpaceKey) -> Option<&Arc<Mix>> {
        self.spaces.get(&space).map(|mix| &mix.applied)
    }

    /// A packet of somebody came; whether somebody in that space hears a mix, wherever they are.
    pub(super) fn spoke(&mut self, space: SpaceKey, speaker: ParticipantId, now: Instant) -> bool {
        let Some(mix) = self.spaces.get_mut(&space).filter(|mix| !mix.applied.listeners.is_empty()) else {
            return false;
        };
        mix.spoke.insert(speaker, now);
        true
    }

    /// Forgets who has not spoken for long.
    pub(super) fn forget_silent(&mut self, now: Instant) {
        for mix in self.spaces.values_mut() {
            mix.spoke.retain(|_, last| now.saturating_duration_since(*last) <= FLOW_WINDOW);
        }
    }

    /// Whose voices a listener hears in the mix of their own: those whose packets came, while the mixers are at work.
    pub(super) fn heard_by(&self, listener: PeerId, now: Instant) -> impl Iterator<Item = ParticipantId> {
        let is_recent = move |at: &Instant| now.saturating_duration_since(*at) <= FLOW_WINDOW;
        let mix = self.spaces.get(&listener.space).filter(|mix| mix.mixed_at.as_ref().is_some_and(is_recent));
        let own = mix.and_then(|mix| Some((mix, entry_of(&mix.applied, listener.participant)?.own.as_ref()?)));
        own.into_iter().flat_map(move |(mix, own)| {
            let speakers = own.sources.iter().map(|source| source.speaker);
            speakers.filter(move |speaker| mix.spoke.get(speaker).is_some_and(is_recent))
        })
    }

    fn of(&self, space: SpaceKey, output: MixOutput) -> &[usize] {
        self.listeners.get(&(space, output)).map_or(&[], Vec::as_slice)
    }

    fn moved(&mut self, space: SpaceKey, at: usize, before: Option<MixOutput>, now: Option<MixOutput>) {
        if before == now {
            return;
        }
        if let Some(before) = before
            && let Some(places) = self.listeners.get_mut(&(space, before))
        {
            places.retain(|place| *place != at);
            if places.is_empty() {
                self.listeners.remove(&(space, before));
            }
        }
        if let Some(now) = now {
            self.listeners.entry((space, now)).or_default().push(at);
        }
    }
}

impl SpaceMix {
    /// The newest mix, if it isn't the one applied.
    fn renew(&mut self) -> Option<Arc<Mix>> {
        let newest = self.cell.load();
        if Arc::ptr_eq(&self.applied, &newest) {
            return None;
        }
        self.applied = Arc::clone(&newest);
        Some(Arc::clone(&newest))
    }
}

fn entry_of(mix: &Mix, listener: ParticipantId) -> Option<&ListenerMix> {
    let found = mix.listeners.binary_search_by_key(&listener, |entry| entry.listener);
    found.ok().map(|at| &mix.listeners[at])
}

/// What a listener gets over the section for the bed; nothing for who is not in the mix.
pub(super) fn output_of(mix: &Mix, listener: ParticipantId) -> Option<MixOutput> {
    let entry = entry_of(mix, listener)?;
    match entry.own {
        Some(_) => Some(MixOutput::Own(listener)),
        None => entry.bed.map(MixOutput::Bed),
    }
}

impl Worker {
    pub(super) fn apply_mixes(&mut self) {
        for (space, mix) in self.mixes.changed() {
            let listeners = self.held.iter().filter(|(_, held)| held.id.space == space);
            let listeners: Vec<(usize, ParticipantId)> =
                listeners.map(|(at, held)| (at, held.id.participant)).collect();
            for (at, listener) in listeners {
                self.hear(at, output_of(&mix, listener));
            }
        }
    }

    /// A listener hears this mix from now on, or none. Who offered no section for the bed hears none ever.
    pub(super) fn hear(&mut self, at: usize, output: Option<MixOutput>) {
        let held = &mut self.held[at];
        let output = output.filter(|_| held.peer.has_leg(BED_LEG));
        let before = held.bed.sounding();
        held.bed.carry(output);
        self.mixes.moved(held.id.space, at, before, held.bed.sounding());
        if held.bed.comes().is_some() && !self.handing.contains(&at) {
            self.handing.push(at);
        }
    }

    /// Hands those over who are on the way to another mix, when that is ready.
    fn hand_over(&mut self, space: SpaceKey, packets: &[MixedPacket]) {
        let (held, mixes) = (&mut self.held, &mut self.mixes);
        self.handing.retain(|&at| {
            let Some(held) = held.get_mut(at) else { return false };
            let Some(comes) = held.bed.comes() else { return false };
            if held.id.space != space {
                return true;
            }
            let made = packets.binary_search_by_key(&comes, |packet| packet.output).ok().map(|found| &packets[found]);
            let before = held.bed.sounding();
            held.bed.meet(made);
            mixes.moved(space, at, before, held.bed.sounding());
            held.bed.comes().is_some()
        });
    }

    /// Keeps a packet of a speaker of ours for the mixers, if anybody hears a mix where they are.
    pub(super) fn note_for_mixers(&mut self, space: SpaceKey, packet: &SourcePacket, now: Instant) {
        if self.mixes.spoke(space, packet.speaker, now) {
            self.for_mixers.push((space, packet.clone()));
        }
    }

    /// Sends this round's packets of our speakers to the mixers.
    pub(super) fn share_with_mixers(&mut self) {
        if self.for_mixers.is_empty() {
            return;
        }
        let packets = std::mem::take(&mut self.for_mixers);
        let count = packets.len() as u64;
        if self.lines.mixers.try_send(ToMixers::Packets(packets)).is_err() {
            self.tally.dropped("mixers_full", count);
        }
    }

    /// Queues what the mixers made for all of this worker's listeners who hear it. It leaves at once.
    pub(super) fn deliver(&mut self, made: &[MixedSpace], now: Instant) {
        // A plan that changed meanwhile counts: who has sat down behind a wall gets nothing more of the bed.
        self.apply_mixes();
        for MixedSpace { space, desk, packets, heard } in made {
            if let Some(mix) = self.mixes.spaces.get_mut(space) {
                mix.mixed_at = Some(now);
            }
            self.hand_over(*space, packets);
            let before = self.tally.mixed;
            packets.iter().for_each(|packet| self.deliver_one(*space, *desk, packet, now));
            if self.tally.mixed > before {
                self.mixed_of.extend(heard);
            }
        }
    }

    fn deliver_one(&mut self, space: SpaceKey, desk: DeskKey, packet: &MixedPacket, now: Instant) {
        let (place, before) = (self.round.len(), self.queued);
        for &at in self.mixes.of(space, packet.output) {
            let held = &mut self.held[at];
            if !held.peer.is_connected() {
                continue;
            }
            // The sequence number is taken up all the same, so that a listener sees the drop as what it is: loss.
            let Some(header) = held.bed.number(desk, packet, now) else { continue };
            if held.queue.len() >= LEG_QUEUE_MAX {
                self.tally.dropped("leg_full", 1);
                continue;
            }
            let rank = held.queue.iter().filter(|queued| queued.leg == BED_LEG).count();
            held.queue.push(Queued { leg: BED_LEG, header, packet: place, rank });
            self.queued += 1;
            if !std::mem::replace(&mut held.is_dirty, true) {
                self.dirty.push(at);
            }
        }
        if self.queued > before {
            self.tally.mixed += (self.queued - before) as u64;
            self.round.push(packet.payload.clone());
            self.dirty_since.get_or_insert(now);
            self.is_urgent = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;
    use torg_space::{Bed, BedId, MixSource, OwnMix};

    const SPACE: SpaceKey = SpaceKey(3);
    const ANN: ParticipantId = ParticipantId(1);
    const BOB: ParticipantId = ParticipantId(2);
    const CAT: ParticipantId = ParticipantId(3);
    const DAN: ParticipantId = ParticipantId(4);

    /// Ann hears a bed, Bob all in one, Cat nothing though she is in the list.
    fn mix() -> Mix {
        let source = |speaker| MixSource { speaker, gain: 1.0, azimuth_rad: 0.0, low_pass_hz: f32::INFINITY };
        let own = OwnMix { bed_gain: 0.5, sources: vec![source(ANN), source(DAN)] };
        let entry = |listener, bed, own| ListenerMix { listener, bed, own };
        Mix {
            version: 1,
            beds: vec![Bed { id: BedId(8), sources: vec![source(DAN)] }],
            listeners: vec![
                entry(ANN, Some(BedId(8)), None),
                entry(BOB, Some(BedId(8)), Some(own)),
                entry(CAT, None, None),
            ],
            kept_loud: Vec::new(),
        }
    }

    fn opened(mix: Mix) -> (Mixes, MixCell) {
        let cell = MixCell::new(Arc::new(mix).into());
        let mut mixes = Mixes::default();
        mixes.open(SPACE, Arc::clone(&cell));
        (mixes, cell)
    }

    #[test]
    fn each_hears_what_the_newest_mix_says_and_nothing_else() {
        assert_eq!(output_of(&mix(), ANN), Some(MixOutput::Bed(BedId(8))));
        assert_eq!(output_of(&mix(), BOB), Some(MixOutput::Own(BOB)), "the bed is in it");
        assert_eq!(output_of(&mix(), CAT), None);
        assert_eq!(output_of(&mix(), DAN), None);

        let (mut mixes, cell) = opened(mix());
        assert_eq!(mixes.changed().len(), 1, "the first look");
        assert!(mixes.changed().is_empty());
        cell.store(Arc::new(Mix { version: 2, ..Mix::default() }));
        cell.store(Arc::new(Mix { version: 3, ..mix() }));
        assert_eq!(mixes.changed()[0].1.version, 3, "a skipped one is harmless");
        mixes.close(SPACE);
        assert!(mixes.applied(SPACE).is_none());
    }

    #[test]
    fn listeners_move_from_mix_to_mix() {
        let (mut mixes, _cell) = opened(mix());
        let (here, there) = (MixOutput::Bed(BedId(8)), MixOutput::Bed(BedId(9)));
        mixes.moved(SPACE, 5, None, Some(here));
        mixes.moved(SPACE, 6, None, Some(here));
        mixes.moved(SPACE, 5, Some(here), Some(there));
        assert_eq!((mixes.of(SPACE, here), mixes.of(SPACE, there)), (&[6][..], &[5][..]));
        mixes.moved(SPACE, 6, Some(here), None);
        mixes.moved(SPACE, 5, Some(there), None);
        assert!(mixes.listeners.is_empty(), "nothing is kept of what nobody hears");
    }

    #[test]
    fn who_speaks_in_an_own_mix_is_heard_while_packets_come_and_mixes_are_made() {
        let start = Instant::now();
        let (mut mixes, cell) = opened(Mix::default());
        assert!(!mixes.spoke(SPACE, DAN, start), "nobody hears a mix: the mixers need no packets");
        cell.store(Arc::new(mix()));
        mixes.changed();
        assert!(mixes.spoke(SPACE, DAN, start));
        let heard = |mixes: &Mixes, participant, now| {
            mixes.heard_by(PeerId { space: SPACE, participant }, now).collect::<Vec<_>>()
        };
        assert!(heard(&mixes, BOB, start).is_empty(), "the mixers have not shown themselves");
        if let Some(space) = mixes.spaces.get_mut(&SPACE) {
            space.mixed_at = Some(start);
        }
        assert_eq!(heard(&mixes, BOB, start), [DAN]);
        assert!(heard(&mixes, ANN, start).is_empty(), "a murmur is not hearing somebody");
        let later = start + FLOW_WINDOW + Duration::from_millis(1);
        assert!(heard(&mixes, BOB, later).is_empty());
        mixes.forget_silent(later);
        assert!(mixes.spaces[&SPACE].spoke.is_empty());
    }
}

//! One space's desk: made when somebody listens to a mix, kept to the newest plan, dropped when nobody has for a while.

use super::{DeskKey, MixOutput, MixedPacket, MixedSpace};
use crate::mailbox::{MixCell, SpaceKey};
use crate::media::leg::SourcePacket;
use crate::media::limits::{DESK_UNHEARD_MAX, HOLD_MAX, MIX_ALIVE_EVERY};
use bytes::BytesMut;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Instant;
use torg_mix::{Desk, Effort, Figures, MixTime, Packet, Settings, To};
use torg_space::Mix;

/// A space as the mixers know it.
pub(super) struct MixingSpace {
    key: SpaceKey,
    cell: MixCell,
    desk: Option<OwnDesk>,
    /// What came since the last round.
    arrived: Vec<SourcePacket>,
    /// What the last round made.
    made: Option<MixedSpace>,
    /// Packets that the desk did not take, since the tally was last told.
    refused: u64,
    has_failed: bool,
}

struct OwnDesk {
    desk: Desk,
    key: DeskKey,
    plan: Arc<Mix>,
    /// When somebody listened last.
    heard_at: Instant,
    /// When something was last sent to the workers.
    sent_at: Option<Instant>,
    /// Its figures as they were told.
    told: Figures,
}

/// The time that all rounds of a process count from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Epoch(pub(super) Instant);

impl Epoch {
    pub(super) fn time(self, at: Instant) -> MixTime {
        MixTime(u64::try_from(at.saturating_duration_since(self.0).as_micros()).unwrap_or(u64::MAX))
    }

    pub(super) fn instant(self, time: MixTime) -> Instant {
        self.0 + std::time::Duration::from_micros(time.0)
    }
}

impl MixingSpace {
    pub(super) fn new(key: SpaceKey, cell: MixCell) -> Self {
        Self { key, cell, desk: None, arrived: Vec::new(), made: None, refused: 0, has_failed: false }
    }

    pub(super) fn has_desk(&self) -> bool {
        self.desk.is_some()
    }

    /// Looks at the newest mix: makes the desk when it is first wanted, tells it the plan, drops it when nobody has
    /// listened for a while.
    pub(super) fn look(&mut self, settings: Settings, effort: Effort, key: impl FnOnce() -> DeskKey, now: Instant) {
        let newest = self.cell.load();
        let is_heard = !newest.listeners.is_empty();
        match &mut self.desk {
            None if is_heard => {
                let mut desk = Desk::new(settings);
                desk.set_effort(effort);
                desk.plan(&newest);
                let plan = Arc::clone(&newest);
                self.desk =
                    Some(OwnDesk { desk, key: key(), plan, heard_at: now, sent_at: None, told: Figures::default() });
            }
            None => {}
            Some(own) if !is_heard && now.saturating_duration_since(own.heard_at) > DESK_UNHEARD_MAX => {
                self.desk = None;
            }
            Some(own) => {
                if is_heard {
                    own.heard_at = now;
                }
                if !Arc::ptr_eq(&own.plan, &newest) {
                    own.plan = Arc::clone(&newest);
                    own.desk.plan(&newest);
                }
            }
        }
    }

    /// Keeps a packet for the round. Those of a space that nobody hears mixed are passed over.
    pub(super) fn arrive(&mut self, packet: SourcePacket) {
        if self.desk.is_some() {
            self.arrived.push(packet);
        }
    }

    /// Time has passed without rounds: what comes next is glued on by the clock of the listeners.
    pub(super) fn break_off(&mut self, key: impl FnOnce() -> DeskKey) {
        if let Some(own) = &mut self.desk {
            own.key = key();
        }
    }

    pub(super) fn set_effort(&mut self, effort: Effort) {
        if let Some(own) = &mut self.desk {
            own.desk.set_effort(effort);
        }
    }

    /// Makes the next frame of everything.
    pub(super) fn round(&mut self, epoch: Epoch, now: Instant) {
        let mut arrived = std::mem::take(&mut self.arrived);
        let space = self.key;
        self.guard(|own| own.round(space, &mut arrived, epoch, now));
        arrived.clear();
        self.arrived = arrived;
    }

    /// Has the desk work. One that panics is gone, and the next look makes another.
    fn guard(&mut self, work: impl FnOnce(&mut OwnDesk) -> Round) {
        let Some(own) = &mut self.desk else { return };
        match catch_unwind(AssertUnwindSafe(|| work(own))) {
            Ok(Round { made, refused }) => {
                self.made = made;
                self.refused += refused;
            }
            Err(_panic) => {
                tracing::error!(space = self.key.0, "the desk of a space failed and is made anew");
                self.desk = None;
                self.has_failed = true;
            }
        }
    }

    /// What the round made, once.
    pub(super) fn take_made(&mut self) -> Option<MixedSpace> {
        self.made.take()
    }

    /// What happened since the last call: figures now and as last told, packets refused, whether the desk failed.
    pub(super) fn news(&mut self) -> News {
        let figures = self.desk.as_mut().map(|own| {
            let now = own.desk.figures();
            (std::mem::replace(&mut own.told, now), now)
        });
        let (refused, has_failed) = (std::mem::take(&mut self.refused), std::mem::take(&mut self.has_failed));
        News { figures, refused, has_failed }
    }
}

/// What came of a round.
struct Round {
    /// Nothing when workers need not be told.
    made: Option<MixedSpace>,
    /// Packets that the desk did not take.
    refused: u64,
}

/// What the tally is told of a space.
pub(super) struct News {
    /// As told before, and as they are now.
    pub(super) figures: Option<(Figures, Figures)>,
    pub(super) refused: u64,
    pub(super) has_failed: bool,
}

impl OwnDesk {
    fn round(&mut self, space: SpaceKey, arrived: &mut Vec<SourcePacket>, epoch: Epoch, now: Instant) -> Round {
        let mut refused = 0;
        for packet in arrived.drain(..) {
            // What a worker gathers for a moment is within the wait that every voice has in here. More than that is jitter.
            let came = packet.taken.checked_sub(HOLD_MAX).map_or(packet.arrived, |least| packet.arrived.max(least));
            let pushed = self.desk.push(
                Packet {
                    speaker: packet.speaker,
                    stream: packet.stream.0,
                    sequence: packet.sequence,
                    timestamp: packet.timestamp,
                    payload: &packet.payload,
                },
                epoch.time(came),
            );
            refused += u64::from(pushed.is_err());
        }
        self.desk.tick(epoch.time(now));
        let packets = self.packets();
        let is_told = self.sent_at.is_some_and(|sent| now.saturating_duration_since(sent) < MIX_ALIVE_EVERY);
        if packets.is_empty() && is_told {
            return Round { made: None, refused };
        }
        self.sent_at = Some(now);
        let heard = self.desk.heard().map(|came| epoch.instant(came)).collect();
        Round { made: Some(MixedSpace { space, desk: self.key, packets, heard }), refused }
    }

    /// All of a round in one piece of memory, shared by all who hear it.
    fn packets(&self) -> Vec<MixedPacket> {
        let total = self.desk.made().map(|made| made.payload.len()).sum();
        let mut bytes = BytesMut::with_capacity(total);
        self.desk.made().for_each(|made| bytes.extend_from_slice(made.payload));
        let mut rest = bytes.freeze();
        let packet = |made: torg_mix::Made<'_>| MixedPacket {
            output: match made.to {
                To::Bed(bed) => MixOutput::Bed(bed),
                To::Own(listener) => MixOutput::Own(listener),
            },
            sequence: made.sequence,
            timestamp: made.timestamp,
            marker: made.marker,
            payload: rest.split_to(made.payload.len()),
        };
        self.desk.made().map(packet).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::settings;
    use super::super::tests::{ANN, BOB, mix_for, voice};
    use super::*;
    use crate::media::mixer::effort::EffortControl;
    use std::time::Duration;

    /// A space in which Ann hears Bob in a mix of her own, and the rounds that it has done.
    struct Hall {
        space: MixingSpace,
        cell: MixCell,
        epoch: Epoch,
        now: Instant,
        rounds: u16,
        desks: u64,
    }

    impl Hall {
        fn new() -> Self {
            let cell = MixCell::new(Arc::new(mix_for(&[ANN], BOB)).into());
            let now = Instant::now();
            let space = MixingSpace::new(SpaceKey(1), Arc::clone(&cell));
            Self { space, cell, epoch: Epoch(now), now, rounds: 0, desks: 0 }
        }

        fn look(&mut self) {
            let key = || {
                self.desks += 1;
                DeskKey(self.desks)
            };
            self.space.look(settings(false), EffortControl::default().effort(), key, self.now);
        }

        fn round(&mut self) -> Option<MixedSpace> {
            self.look();
            self.space.arrive(voice(BOB, self.rounds, self.now));
            self.space.round(self.epoch, self.now);
            self.rounds += 1;
            self.now += Duration::from_millis(20);
            self.space.take_made()
        }

        /// The key of the desk that makes Ann's mix within half a second.
        fn heard(&mut self) -> Option<DeskKey> {
            let made = (0..25).filter_map(|_| self.round()).find(|made| !made.packets.is_empty())?;
            assert!(made.packets.iter().all(|packet| packet.output == MixOutput::Own(ANN)));
            Some(made.desk)
        }
    }

    #[test]
    fn a_desk_that_fails_is_made_anew() {
        let mut hall = Hall::new();
        assert_eq!(hall.heard(), Some(DeskKey(1)));
        hall.space.guard(|_| panic!("a fault of the desk"));
        assert!(!hall.space.has_desk());
        assert!(hall.space.news().has_failed && !hall.space.news().has_failed, "told once");
        assert_eq!(hall.heard(), Some(DeskKey(2)));
    }

    #[test]
    fn a_desk_lives_while_somebody_listens_and_a_while_longer() {
        let mut hall = Hall::new();
        hall.look();
        assert!(hall.space.has_desk());
        hall.cell.store(Arc::new(Mix::default()));
        hall.now += DESK_UNHEARD_MAX / 2;
        hall.look();
        assert!(hall.space.has_desk());
        assert!(hall.round().is_none_or(|made| made.packets.is_empty()), "nobody listens");
        hall.now += DESK_UNHEARD_MAX;
        hall.look();
        assert!(!hall.space.has_desk());
    }

    #[test]
    fn silence_tells_now_and_then_that_the_desk_lives() {
        let mut hall = Hall::new();
        let told = (0..100).filter(|_| {
            hall.look();
            hall.space.round(hall.epoch, hall.now);
            hall.now += Duration::from_millis(20);
            hall.space.take_made().is_some()
        });
        assert_eq!(told.count(), 5);
    }
}

//! One listener's ear: in which way sound comes to it, what lingers of the way before, and what it gets of the mixers.

use super::slots::Slots;
use crate::limits::{BED_PAUSE, RELABEL_SILENCE, SLOTS_LINGER};
use crate::mix::{BedId, OwnMix};
use torg_protocol::ids::ParticipantId;
use torg_protocol::limits::{AUDIO_SLOTS, BROADCASTS_MAX};
use torg_protocol::people::Listening;
use torg_protocol::units::{MurmurPercent, TimeMs};

/// How somebody asked sound to come to them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Listener {
    pub(crate) listening: Listening,
    pub(crate) murmur: MurmurPercent,
}

/// Whose broadcasts reach somebody, ascending, then nothing.
pub(super) type SpokenTo = [Option<ParticipantId>; BROADCASTS_MAX];

/// In which way sound comes at this moment.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Way {
    /// Each voice in a slot.
    Slots {
        /// Until then the slots are labelled and silent, when they were not shown before.
        silent_until: Option<TimeMs>,
        /// Until then the mix goes on that came before.
        mix_until: Option<TimeMs>,
    },
    /// All in one stream. The slots go on being given, and what they would carry is mixed.
    Mix {
        /// The slots that came before, while they go on.
        slots: Option<Lingering>,
    },
}

/// Slots that go on for a while.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Lingering {
    until: TimeMs,
    /// As in [`Way::Slots`].
    silent_until: Option<TimeMs>,
}

/// What somebody gets of the mixers.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Mixed {
    pub(super) bed: Option<BedId>,
    pub(super) own: Option<OwnMix>,
}

impl Mixed {
    pub(super) fn is_nothing(&self) -> bool {
        self.bed.is_none() && self.own.is_none()
    }
}

/// The ear of one listener.
#[derive(Clone, Debug)]
pub(super) struct Ear {
    pub(super) slots: Slots,
    /// Whether the next tick must look again though nothing changed around.
    waits: bool,
    asked: Listener,
    way: Way,
    pub(super) spoken_to: SpokenTo,
    /// Whose bed they share, whether they have the murmur on or not.
    pub(super) place: Option<BedId>,
    /// Until then there is no bed.
    pause_until: TimeMs,
    pub(super) mixed: Mixed,
}

impl Ear {
    pub(super) fn new(now: TimeMs) -> Self {
        Self {
            slots: Slots::new(now),
            waits: false,
            asked: Listener::default(),
            way: Way::Slots { silent_until: None, mix_until: None },
            spoken_to: [None; BROADCASTS_MAX],
            place: None,
            pause_until: now,
            mixed: Mixed::default(),
        }
    }

    pub(super) fn asked(&self) -> Listener {
        self.asked
    }

    /// From the next tick on sound comes so. Says whether that is new.
    pub(super) fn ask(&mut self, asked: Listener) -> bool {
        let is_new = std::mem::replace(&mut self.asked, asked) != asked;
        self.waits |= is_new;
        is_new
    }

    /// Whether the next tick must look again though nobody moved or spoke.
    pub(super) fn waits(&self) -> bool {
        self.waits || self.slots.waits()
    }

    /// What each slot is labelled with, as the listener is told.
    pub(super) fn labels(&self) -> [Option<ParticipantId>; AUDIO_SLOTS] {
        match self.way {
            Way::Slots { .. } | Way::Mix { slots: Some(_) } => self.slots.labels(),
            Way::Mix { slots: None } => [None; AUDIO_SLOTS],
        }
    }

    /// Whose voice each slot carries to the listener.
    pub(super) fn carried(&self) -> [Option<ParticipantId>; AUDIO_SLOTS] {
        match self.way {
            Way::Slots { silent_until: None, .. } | Way::Mix { slots: Some(Lingering { silent_until: None, .. }) } => {
                self.slots.carried()
            }
            Way::Slots { .. } | Way::Mix { .. } => [None; AUDIO_SLOTS],
        }
    }

    /// Whether a mix of their own is made for them.
    pub(super) fn has_own_mix(&self) -> bool {
        match self.way {
            Way::Slots { mix_until, .. } => mix_until.is_some(),
            Way::Mix { .. } => true,
        }
    }

    /// Whether mixers may have to do with them at all.
    pub(super) fn is_mixed(&self) -> bool {
        self.asked.murmur != MurmurPercent::OFF || self.has_own_mix() || !self.mixed.is_nothing()
    }

    /// Whether they share the bed of their place at a moment.
    pub(super) fn has_bed(&self, now: TimeMs) -> bool {
        self.asked.murmur != MurmurPercent::OFF && now >= self.pause_until
    }

    /// Goes without a bed for a moment.
    pub(super) fn pause_bed(&mut self, now: TimeMs) {
        self.pause_until = now + BED_PAUSE;
        self.waits = true;
    }

    /// Goes over to what was asked, and lets go of what has lingered for long enough.
    pub(super) fn pass(&mut self, now: TimeMs) {
        if !self.waits {
            return;
        }
        let lapsed = |until: Option<TimeMs>| until.filter(|until| now < *until);
        self.way = match (self.way, self.asked.listening) {
            (Way::Slots { silent_until, mix_until }, Listening::Forwarded) => {
                Way::Slots { silent_until: lapsed(silent_until), mix_until: lapsed(mix_until) }
            }
            (Way::Slots { silent_until, .. }, Listening::Mixed) => {
                let silent_until = lapsed(silent_until);
                Way::Mix { slots: Some(Lingering { until: now + SLOTS_LINGER, silent_until }) }
            }
            (Way::Mix { slots }, Listening::Mixed) => {
                let slots = slots.filter(|slots| now < slots.until);
                let slots = slots.map(|slots| Lingering { silent_until: lapsed(slots.silent_until), ..slots });
                Way::Mix { slots }
            }
            (Way::Mix { slots }, Listening::Forwarded) => {
                // Slots that were not shown are labelled now, and silent until the labels are there.
                let silent_until = match slots {
                    Some(slots) => lapsed(slots.silent_until),
                    None => Some(now + RELABEL_SILENCE),
                };
                Way::Slots { silent_until, mix_until: Some(now + SLOTS_LINGER) }
            }
        };
        self.waits = match self.way {
            Way::Slots { silent_until, mix_until } => silent_until.is_some() || mix_until.is_some(),
            Way::Mix { slots } => slots.is_some(),
        };
        self.waits |= now < self.pause_until;
    }
}

#[cfg(test)]
mod tests {
    use super::super::slots::{Candidate, Heard, Speaker};
    use super::*;

    const TICK_MS: u64 = 50;

    /// An ear with one loud voice, ticked by hand.
    struct Bench {
        ear: Ear,
        now: TimeMs,
    }

    impl Bench {
        fn new() -> Self {
            let mut bench = Self { ear: Ear::new(TimeMs(10_000)), now: TimeMs(10_000) };
            bench.tick();
            bench.tick();
            assert_eq!(bench.told(), (true, true, false));
            bench
        }

        /// Whether the slot is labelled, whether it carries, and whether there is a mix.
        fn tick(&mut self) -> (bool, bool, bool) {
            self.now = TimeMs(self.now.0 + TICK_MS);
            self.ear.pass(self.now);
            let loud = Heard::Aloud { score: 1.0, speaks: true };
            let heard = self.ear.slots.speakers().map(|speaker| speaker.map_or(Heard::Denied, |_| loud));
            self.ear.slots.keep(self.now, &heard);
            let speaker = Speaker { index: 0, id: ParticipantId(7) };
            let candidate = Candidate { speaker, score: 1.0, speaks: true };
            let candidates = if self.ear.slots.holds(0) { vec![] } else { vec![candidate] };
            self.ear.slots.give(self.now, &candidates, &heard);
            self.told()
        }

        /// Until nothing lingers.
        fn settle(&mut self) {
            for _ in 0..20 {
                self.tick();
            }
            assert!(!self.ear.waits());
        }

        fn told(&self) -> (bool, bool, bool) {
            (self.ear.labels()[0].is_some(), self.ear.carried()[0].is_some(), self.ear.has_own_mix())
        }

        fn ask(&mut self, listening: Listening) {
            assert!(self.ear.ask(Listener { listening, murmur: MurmurPercent::OFF }));
            assert!(self.ear.waits());
        }
    }

    #[test]
    fn slots_go_on_until_the_mix_is_there() {
        let mut bench = Bench::new();
        bench.ask(Listening::Mixed);
        for _ in 0..SLOTS_LINGER.0 / TICK_MS {
            assert_eq!(bench.tick(), (true, true, true), "both");
        }
        assert_eq!(bench.tick(), (false, false, true));
        assert!(!bench.ear.waits());
    }

    #[test]
    fn the_mix_goes_on_until_slots_carry() {
        let mut bench = Bench::new();
        bench.ask(Listening::Mixed);
        bench.settle();
        bench.ask(Listening::Forwarded);
        assert_eq!(bench.tick(), (true, false, true), "the label first");
        assert_eq!(bench.tick(), (true, false, true), "60 ms are not over after 50");
        for _ in 2..SLOTS_LINGER.0 / TICK_MS {
            assert_eq!(bench.tick(), (true, true, true));
        }
        assert_eq!(bench.tick(), (true, true, false));
        assert!(!bench.ear.waits());
    }

    #[test]
    fn who_changes_their_mind_misses_nothing() {
        let mut bench = Bench::new();
        for listening in [Listening::Mixed, Listening::Forwarded].into_iter().cycle().take(8) {
            bench.ask(listening);
            assert_eq!(bench.tick(), (true, true, true), "{listening:?}");
        }
        bench.ask(Listening::Mixed);
        bench.settle();
        bench.ask(Listening::Forwarded);
        assert_eq!(bench.tick(), (true, false, true));
        bench.ask(Listening::Mixed);
        assert_eq!(bench.tick(), (true, false, true), "still silent: the label is not there for long");
        assert_eq!(bench.tick(), (true, true, true));
    }
}

//! The audio slots of one listener: a state machine a slot, and the choice of who gets which.

use crate::limits::{CHALLENGE, CHALLENGE_RATIO, RELABEL_SILENCE};
use torg_protocol::ids::ParticipantId;
use torg_protocol::limits::AUDIO_SLOTS;
use torg_protocol::units::TimeMs;

/// A speaker: an id, and the index in the crowd under which it is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Speaker {
    pub(super) index: u32,
    pub(super) id: ParticipantId,
}

/// What one slot does.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Slot {
    /// Nobody's.
    Empty {
        /// Since when.
        since: TimeMs,
    },
    /// Labelled, and still silent.
    Announced {
        speaker: Speaker,
        /// From then on the slot has been silent for long enough.
        ready: TimeMs,
    },
    /// Carries a voice.
    Carrying {
        speaker: Speaker,
        /// Since when somebody else has been clearly louder.
        beaten_since: Option<TimeMs>,
    },
    /// The speaker is muted. The label stays until somebody needs the slot, so that who holds a key to talk is heard
    /// from the first syllable.
    Resting {
        speaker: Speaker,
        /// As before.
        ready: TimeMs,
    },
}

/// What a listener gets of somebody at this moment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Heard {
    /// Nothing, or they are gone.
    Denied,
    /// They are muted, and would be heard.
    Muted,
    /// They are heard.
    Aloud {
        /// Loudness times the weight of their voice.
        score: f32,
        /// Whether they have spoken lately.
        speaks: bool,
    },
}

/// Somebody who may be heard and has no slot.
#[derive(Clone, Copy, Debug)]
pub(super) struct Candidate {
    pub(super) speaker: Speaker,
    pub(super) score: f32,
    pub(super) speaks: bool,
}

/// Who has a slot, and somebody without one is clearly louder.
struct Beaten {
    index: usize,
    score: f32,
    speaks: bool,
    for_long: bool,
}

/// All slots of one listener.
#[derive(Clone, Debug)]
pub(super) struct Slots {
    slots: [Slot; AUDIO_SLOTS],
    /// Whether the next tick must look again though nobody moved or spoke.
    waits: bool,
}

impl Slots {
    pub(super) fn new(now: TimeMs) -> Self {
        let since = TimeMs(now.0.saturating_sub(RELABEL_SILENCE.0));
        Self { slots: [Slot::Empty { since }; AUDIO_SLOTS], waits: false }
    }

    /// What each slot is labelled with.
    pub(super) fn labels(&self) -> [Option<ParticipantId>; AUDIO_SLOTS] {
        self.slots.map(|slot| slot.speaker().map(|speaker| speaker.id))
    }

    /// Whose voice each slot carries.
    pub(super) fn carried(&self) -> [Option<ParticipantId>; AUDIO_SLOTS] {
        self.carrying().map(|speaker| speaker.map(|speaker| speaker.id))
    }

    pub(super) fn waits(&self) -> bool {
        self.waits
    }

    pub(super) fn holds(&self, index: u32) -> bool {
        self.speakers().into_iter().flatten().any(|speaker| speaker.index == index)
    }

    /// Whom each slot is labelled with.
    pub(super) fn speakers(&self) -> [Option<Speaker>; AUDIO_SLOTS] {
        self.slots.map(|slot| slot.speaker())
    }

    /// Whom the slots carry.
    pub(super) fn carrying(&self) -> [Option<Speaker>; AUDIO_SLOTS] {
        self.slots.map(|slot| match slot {
            Slot::Carrying { speaker, .. } => Some(speaker),
            _ => None,
        })
    }

    /// Lets go of whom the listener may no longer hear, and gives voice to whose label has been out long enough.
    /// Takes what is heard of each slot's speaker; returns how loud somebody without a slot must be to matter.
    ///
    /// In each tick this comes before [`Slots::give`], so no label gets its voice in the tick that told the label.
    pub(super) fn keep(&mut self, now: TimeMs, heard: &[Heard; AUDIO_SLOTS]) -> f32 {
        let mut least = f32::INFINITY;
        for (slot, heard) in self.slots.iter_mut().zip(heard) {
            let Some(speaker) = slot.speaker() else {
                least = 0.0;
                continue;
            };
            *slot = match (heard, *slot) {
                (Heard::Denied, _) => Slot::Empty { since: now },
                (Heard::Muted, Slot::Carrying { .. }) => Slot::Resting { speaker, ready: now },
                (Heard::Muted, Slot::Announced { ready, .. }) => Slot::Resting { speaker, ready },
                (Heard::Aloud { .. }, Slot::Resting { ready, .. }) => Slot::Announced { speaker, ready },
                (_, slot) => slot,
            };
            if let Slot::Announced { ready, .. } = *slot
                && now >= ready
            {
                *slot = Slot::Carrying { speaker, beaten_since: None };
            }
            least = match heard {
                Heard::Aloud { score, .. } => least.min(score * CHALLENGE_RATIO),
                Heard::Denied | Heard::Muted => 0.0,
            };
        }
        least
    }

    /// Gives a slot at once to who speaks over everything and has none: a free one, that of somebody muted, else that of
    /// the quietest. Comes between [`Slots::keep`] and [`Slots::give`]; from now on the slot counts as `heard` with that
    /// score.
    pub(super) fn put_first(&mut self, now: TimeMs, speaker: Speaker, score: f32, heard: &mut [Heard; AUDIO_SLOTS]) {
        let worth = |index: &usize| match (self.slots[*index], heard[*index]) {
            (Slot::Empty { .. }, _) => (0, 0.0),
            (Slot::Resting { .. }, _) => (1, 0.0),
            (_, Heard::Aloud { score, .. }) => (2, score),
            (_, Heard::Denied | Heard::Muted) => (2, 0.0),
        };
        let least = |a: &(u8, f32), b: &(u8, f32)| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1));
        // Fewer speak over everything than there are slots, so the least worth is never one of theirs.
        if let Some(index) = (0..AUDIO_SLOTS).min_by(|a, b| least(&worth(a), &worth(b))) {
            self.announce(now, index, speaker);
            heard[index] = Heard::Aloud { score, speaks: true };
        }
    }

    /// Gives slots to candidates, the best of them first: free slots at once, those of muted speakers too, and those
    /// of others when a candidate is clearly louder for a while. Who is quiet yields at once to who speaks.
    pub(super) fn give(&mut self, now: TimeMs, candidates: &[Candidate], heard: &[Heard; AUDIO_SLOTS]) {
        let mut candidates = candidates.iter().copied().peekable();
        let is_empty = |slot: &Slot| matches!(slot, Slot::Empty { .. });
        let is_resting = |slot: &Slot| matches!(slot, Slot::Resting { .. });
        for is_free in [is_empty, is_resting] {
            while let Some(index) = self.slots.iter().position(is_free) {
                let Some(candidate) = candidates.next() else { break };
                self.announce(now, index, candidate.speaker);
            }
        }
        let best_score = candidates.peek().map_or(0.0, |candidate| candidate.score);
        let mut beaten: Vec<Beaten> = Vec::new();
        for (index, (slot, heard)) in self.slots.iter_mut().zip(heard).enumerate() {
            let Slot::Carrying { beaten_since, .. } = slot else { continue };
            let Heard::Aloud { score, speaks } = *heard else { continue };
            let is_beaten = best_score > score * CHALLENGE_RATIO;
            *beaten_since = is_beaten.then(|| beaten_since.unwrap_or(now));
            if let Some(since) = *beaten_since {
                beaten.push(Beaten { index, score, speaks, for_long: now.since(since) >= CHALLENGE });
            }
        }
        beaten.sort_unstable_by(|a, b| a.score.total_cmp(&b.score).then(a.index.cmp(&b.index)));
        for (holder, candidate) in beaten.into_iter().zip(candidates) {
            let yields = holder.for_long || (candidate.speaks && !holder.speaks);
            if yields && candidate.score > holder.score * CHALLENGE_RATIO {
                self.announce(now, holder.index, candidate.speaker);
            }
        }
        self.waits = self.slots.iter().any(|slot| match slot {
            Slot::Announced { .. } => true,
            Slot::Carrying { beaten_since, .. } => beaten_since.is_some(),
            Slot::Empty { .. } | Slot::Resting { .. } => false,
        });
    }

    fn announce(&mut self, now: TimeMs, index: usize, speaker: Speaker) {
        let silent_since = match self.slots[index] {
            Slot::Empty { since } => since,
            _ => now,
        };
        self.slots[index] = Slot::Announced { speaker, ready: silent_since + RELABEL_SILENCE };
    }
}

impl Slot {
    fn speaker(&self) -> Option<Speaker> {
        match *self {
            Self::Empty { .. } => None,
            Self::Announced { speaker, .. } | Self::Carrying { speaker, .. } | Self::Resting { speaker, .. } => {
                Some(speaker)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::{BACKGROUND_SCORE, BROADCAST_SCORE};

    const QUIET: Heard = Heard::Aloud { score: 0.05, speaks: false };
    const LOUD: Heard = Heard::Aloud { score: 1.0, speaks: true };

    /// Ticks slots every 50 ms; what is heard of a speaker is looked up by id.
    struct Bench {
        slots: Slots,
        now: TimeMs,
    }

    impl Bench {
        fn new() -> Self {
            Self { slots: Slots::new(TimeMs(10_000)), now: TimeMs(10_000) }
        }

        /// One tick in which these people are heard so.
        fn tick(&mut self, people: &[(u32, Heard)]) -> ([Option<u32>; AUDIO_SLOTS], [Option<u32>; AUDIO_SLOTS]) {
            self.now = TimeMs(self.now.0 + 50);
            let of = |id: u32| people.iter().find(|(other, _)| *other == id).map_or(Heard::Denied, |(_, heard)| *heard);
            let heard = self.slots.speakers().map(|speaker| speaker.map_or(Heard::Denied, |speaker| of(speaker.id.0)));
            let least = self.slots.keep(self.now, &heard);
            let mut candidates: Vec<Candidate> = Vec::new();
            for &(id, heard) in people {
                if let Heard::Aloud { score, speaks } = heard
                    && score > least
                    && !self.slots.holds(id)
                {
                    candidates.push(Candidate { speaker: Speaker { index: id, id: ParticipantId(id) }, score, speaks });
                }
            }
            candidates.sort_by(|a, b| b.score.total_cmp(&a.score));
            self.slots.give(self.now, &candidates, &heard);
            let ids = |slots: [Option<ParticipantId>; AUDIO_SLOTS]| slots.map(|id| id.map(|id| id.0));
            (ids(self.slots.labels()), ids(self.slots.carried()))
        }
    }

    #[test]
    fn the_label_comes_a_tick_before_the_sound() {
        let mut bench = Bench::new();
        let (labels, carried) = bench.tick(&[(7, QUIET)]);
        assert_eq!((labels[0], carried[0]), (Some(7), None));
        let (labels, carried) = bench.tick(&[(7, QUIET)]);
        assert_eq!((labels[0], carried[0]), (Some(7), Some(7)));
        let (labels, carried) = bench.tick(&[]);
        assert_eq!((labels[0], carried[0]), (None, None), "denied is gone in the same tick");
    }

    #[test]
    fn a_reassigned_slot_is_silent_for_longer_than_a_tick() {
        let mut bench = Bench::new();
        bench.tick(&[(1, QUIET)]);
        bench.tick(&[(1, QUIET)]);
        let (labels, carried) = bench.tick(&[(2, QUIET)]);
        assert_eq!((labels[0], carried[0]), (Some(2), None));
        assert_eq!(bench.tick(&[(2, QUIET)]).1[0], None, "60 ms are not over after 50");
        assert_eq!(bench.tick(&[(2, QUIET)]).1[0], Some(2));
    }

    #[test]
    fn a_key_held_to_talk_is_heard_at_once() {
        let mut bench = Bench::new();
        bench.tick(&[(1, LOUD)]);
        bench.tick(&[(1, LOUD)]);
        let (labels, carried) = bench.tick(&[(1, Heard::Muted)]);
        assert_eq!((labels[0], carried[0]), (Some(1), None));
        assert_eq!(bench.tick(&[(1, LOUD)]).1[0], Some(1));
        // Muted before the first sound: the label has not been out for a tick with it yet.
        let mut bench = Bench::new();
        bench.tick(&[(1, LOUD)]);
        bench.tick(&[(1, Heard::Muted)]);
        assert_eq!(bench.tick(&[(1, LOUD)]).1[0], Some(1));
    }

    #[test]
    fn a_muted_speaker_makes_room() {
        let mut people: Vec<(u32, Heard)> = (1..=8).map(|id| (id, LOUD)).collect();
        let mut bench = Bench::new();
        bench.tick(&people);
        bench.tick(&people);
        people[3].1 = Heard::Muted;
        people.push((9, QUIET));
        assert_eq!(bench.tick(&people).0[3], Some(9));
    }

    #[test]
    fn who_speaks_gets_the_slot_of_who_is_quiet_at_once() {
        let mut people: Vec<(u32, Heard)> = (1..=8).map(|id| (id, QUIET)).collect();
        let mut bench = Bench::new();
        bench.tick(&people);
        bench.tick(&people);
        people.push((9, Heard::Aloud { score: 0.4, speaks: true }));
        people.push((10, Heard::Aloud { score: 0.06, speaks: false }));
        let (labels, _) = bench.tick(&people);
        assert_eq!(labels.iter().filter(|&&label| label == Some(9)).count(), 1);
        assert!(!labels.contains(&Some(10)));
    }

    #[test]
    fn a_continuing_speaker_yields_only_to_who_is_clearly_louder_for_a_while() {
        let mut people: Vec<(u32, Heard)> = (1..=8).map(|id| (id, LOUD)).collect();
        people[2].1 = Heard::Aloud { score: 0.5, speaks: true };
        let mut bench = Bench::new();
        bench.tick(&people);
        bench.tick(&people);
        people.push((9, Heard::Aloud { score: 0.7, speaks: true }));
        for _ in 0..40 {
            assert_eq!(bench.tick(&people).1[7], Some(3), "a bit louder is not enough");
        }
        people[8].1 = Heard::Aloud { score: 0.9, speaks: true };
        for _ in 0..10 {
            assert_eq!(bench.tick(&people).1[7], Some(3), "nor is a shout");
        }
        let (labels, carried) = bench.tick(&people);
        assert_eq!((labels[7], carried[7]), (Some(9), None));
        assert_eq!(labels.iter().flatten().count(), 8);
    }

    const OVER: Heard = Heard::Aloud { score: BROADCAST_SCORE, speaks: true };

    /// Whom the slots carry when somebody has spoken over everything for some ticks; who is not named did so before.
    fn carried_with(bench: &mut Bench, people: &[(u32, Heard)], over: u32) -> [Option<u32>; AUDIO_SLOTS] {
        let of = |id: u32| people.iter().find(|(other, _)| *other == id).map_or(OVER, |(_, heard)| *heard);
        for _ in 0..4 {
            bench.now = TimeMs(bench.now.0 + 50);
            let speakers = bench.slots.speakers();
            let mut heard = speakers.map(|speaker| speaker.map_or(Heard::Denied, |speaker| of(speaker.id.0)));
            bench.slots.keep(bench.now, &heard);
            if !bench.slots.holds(over) {
                let speaker = Speaker { index: over, id: ParticipantId(over) };
                bench.slots.put_first(bench.now, speaker, BROADCAST_SCORE, &mut heard);
            }
            bench.slots.give(bench.now, &[], &heard);
        }
        bench.slots.carried().map(|id| id.map(|id| id.0))
    }

    #[test]
    fn a_broadcast_takes_a_free_slot_else_that_of_who_is_muted_else_of_the_quietest() {
        let mut people: Vec<(u32, Heard)> = (1..=7).map(|id| (id, LOUD)).collect();
        let mut bench = Bench::new();
        bench.tick(&people);
        bench.tick(&people);
        assert_eq!(carried_with(&mut bench, &people, 99)[7], Some(99), "the free one");
        people[4].1 = Heard::Muted;
        assert_eq!(carried_with(&mut bench, &people, 98)[4], Some(98), "of who is muted");
        people[2].1 = Heard::Aloud { score: 0.3, speaks: true };
        let carried = carried_with(&mut bench, &people, 97);
        assert_eq!(carried, [Some(1), Some(2), Some(97), Some(4), Some(98), Some(6), Some(7), Some(99)]);
    }

    #[test]
    fn a_talk_comes_before_a_sound_in_the_background_and_that_before_all_voices() {
        let sound = Heard::Aloud { score: BACKGROUND_SCORE, speaks: true };
        let mut people: Vec<(u32, Heard)> = (1..=8).map(|id| (id, LOUD)).collect();
        people[5].1 = sound;
        let mut bench = Bench::new();
        bench.tick(&people);
        let before = bench.tick(&people).1;
        let slot_of = |id: u32| before.iter().position(|&speaker| speaker == Some(id)).expect("has a slot");
        people.push((9, LOUD));
        for _ in 0..40 {
            assert_eq!(bench.tick(&people).1, before, "no voice ever challenges it");
        }
        let mut people: Vec<(u32, Heard)> = (1..=8).map(|id| (id, if id == 6 { sound } else { OVER })).collect();
        assert_eq!(carried_with(&mut bench, &people, 99)[slot_of(6)], Some(99), "who talks to all needs no challenge");
        people[0].1 = LOUD;
        assert_eq!(carried_with(&mut bench, &people, 98)[slot_of(1)], Some(98), "and takes it from a voice first");
    }
}

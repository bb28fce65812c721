//! Laws of sound: closed walls, labels before sounds, slots that continuing speakers keep.

use super::Seen;
use super::stage::Stage;
use crate::crowd::LOUD;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use torg_protocol::ids::ParticipantId;
use torg_protocol::limits::AUDIO_SLOTS;
use torg_protocol::units::DurationMs;
use torg_space::{Event, Happening, limits};

pub(crate) type Slots = [Option<ParticipantId>; AUDIO_SLOTS];

/// Every so manieth participant has everybody's voice looked at in each tick.
const EARS_OF_EVERY: u32 = 25;

/// So many ticks after it became audible a voice must have a slot, when there are slots enough: a label, 60 ms of
/// silence, and a tick for good measure.
const TICKS_TO_SOUND: usize = 5;

/// What is known of all voices from events and routes.
#[derive(Default)]
pub(crate) struct Sound {
    labels: BTreeMap<ParticipantId, Slots>,
    labels_before: BTreeMap<ParticipantId, Slots>,
    carried: BTreeMap<ParticipantId, Slots>,
    /// Since when somebody is known to speak at full level.
    loud: BTreeSet<ParticipantId>,
    audible: BTreeMap<ParticipantId, VecDeque<BTreeSet<ParticipantId>>>,
    version: u64,
    routes_seen: usize,
    handovers: usize,
    kept_all: usize,
}

impl Sound {
    pub(crate) fn ids(&self) -> impl Iterator<Item = ParticipantId> + '_ {
        self.labels.keys().copied()
    }

    /// Whether somebody is known to speak at full level.
    pub(crate) fn is_loud(&self, id: ParticipantId) -> bool {
        self.loud.contains(&id)
    }

    /// What the slots of a listener are labelled with.
    pub(crate) fn labels(&self, id: ParticipantId) -> Slots {
        self.labels.get(&id).copied().unwrap_or_default()
    }

    pub(crate) fn take_in(&mut self, event: &Event) {
        match &event.what {
            Happening::Entered(person) => {
                self.labels.insert(person.id, [None; AUDIO_SLOTS]);
            }
            Happening::Left(id) => {
                self.labels.remove(id);
                self.audible.remove(id);
                self.loud.remove(id);
            }
            Happening::SlotLabelled(slot, speaker) => {
                let torg_space::Audience::Only(listener) = event.to else { panic!("labels go to one") };
                let labels = self.labels.get_mut(&listener).expect("a listener in the space");
                labels[usize::from(slot.0)] = *speaker;
            }
            Happening::Spoke(id, level) if level.minus_dbov() == LOUD => {
                self.loud.insert(*id);
            }
            Happening::Spoke(id, _) => {
                self.loud.remove(id);
            }
            _ => {}
        }
    }

    pub(crate) fn after_tick(&mut self, stage: &Stage<'_>) {
        let routes = stage.space.routes();
        assert!(routes.version >= self.version);
        assert!(routes.listeners.is_sorted_by_key(|routes| routes.listener));
        let carried: BTreeMap<ParticipantId, Slots> =
            routes.listeners.iter().map(|routes| (routes.listener, routes.slots)).collect();
        assert_eq!(routes.version == self.version, carried == self.carried, "a version is a change");
        for (&listener, slots) in &carried {
            self.check_routes(stage, listener, slots);
        }
        for (&listener, before) in &self.carried {
            let slots = carried.get(&listener).copied().unwrap_or_default();
            self.handovers += self.check_handovers(stage, listener, before, &slots);
        }
        for listener in self.ids().filter(|id| id.0.is_multiple_of(EARS_OF_EVERY)).collect::<Vec<_>>() {
            self.check_everybody_has_a_slot(stage, listener, carried.get(&listener));
            stage.check_earshot(listener, self.ids());
        }
        self.labels_before = self.labels.clone();
        self.version = routes.version;
        self.carried = carried;
    }

    /// Every route is allowed, and its label came at least a tick before.
    fn check_routes(&mut self, stage: &Stage<'_>, listener: ParticipantId, slots: &Slots) {
        let labels_now = self.labels.get(&listener).expect("who is routed is in the space");
        let labels_before = self.labels_before.get(&listener).copied().unwrap_or_default();
        for (index, speaker) in slots.iter().enumerate() {
            let Some(speaker) = *speaker else { continue };
            assert!(stage.may_hear(listener, speaker), "{listener} hears {speaker} and must not");
            assert_eq!(labels_now[index], Some(speaker), "{listener} hears {speaker} under another name");
            assert_eq!(labels_before[index], Some(speaker), "{listener} hears {speaker} before the label");
            assert!(!slots[..index].contains(&Some(speaker)), "{listener} hears {speaker} twice");
            self.routes_seen += 1;
        }
    }

    /// Whoever lost a slot while speaking on lost it to somebody clearly louder.
    fn check_handovers(&self, stage: &Stage<'_>, listener: ParticipantId, before: &Slots, slots: &Slots) -> usize {
        let mut handovers = 0;
        for (index, speaker) in before.iter().enumerate() {
            let Some(speaker) = speaker.filter(|&speaker| slots[index] != Some(speaker)) else { continue };
            if !self.labels.contains_key(&listener) || !stage.may_hear(listener, speaker) {
                continue;
            }
            if stage.asked.is_mixed(listener) && self.labels[&listener] == [None; AUDIO_SLOTS] {
                // All that came by slots comes in one stream from now on.
                continue;
            }
            assert_eq!(slots[index], None, "a slot is silent while it gets another label");
            let heir = self.labels[&listener][index].expect("a slot is taken only for somebody");
            assert_ne!(heir, speaker, "{listener} lost {speaker} for nothing");
            assert!(!stage.speaks_over(listener, speaker), "{listener} lost {speaker}, who speaks over everything");
            if self.loud.contains(&speaker) && !stage.speaks_over(listener, heir) {
                let (mine, theirs) = (stage.gain(listener, speaker), stage.gain(listener, heir));
                let ratio = limits::CHALLENGE_RATIO;
                assert!(theirs > mine * ratio * 0.999, "{speaker} at {mine} had to yield to {heir} at {theirs}");
                handovers += 1;
            }
        }
        handovers
    }

    /// With no more voices than slots everybody has one all the time.
    fn check_everybody_has_a_slot(&mut self, stage: &Stage<'_>, listener: ParticipantId, slots: Option<&Slots>) {
        if stage.asked.is_new(listener, stage.now, DurationMs(limits::SLOTS_LINGER.0 + 100)) {
            self.audible.remove(&listener);
            return;
        }
        let own = stage.own(listener);
        let audible = self.labels.keys().copied().filter(|&speaker| stage.may_hear(listener, speaker)).collect();
        let lately = self.audible.entry(listener).or_default();
        lately.push_back(audible);
        if lately.len() > TICKS_TO_SOUND {
            lately.pop_front();
            let anybody: BTreeSet<ParticipantId> = lately.iter().flatten().copied().collect();
            if anybody.len() <= AUDIO_SLOTS {
                for speaker in anybody.iter().filter(|id| lately.iter().all(|then| then.contains(id))) {
                    let in_slot = slots.is_some_and(|slots| slots.contains(&Some(*speaker)));
                    let in_mix = own.iter().any(|source| source.speaker == *speaker);
                    let heard = if stage.asked.is_mixed(listener) { in_mix } else { in_slot };
                    assert!(heard, "{listener} has slots enough and does not hear {speaker}");
                    self.kept_all += 1;
                }
            }
        }
    }

    pub(crate) fn seen(&self) -> Seen {
        let Self { routes_seen, handovers, kept_all, .. } = *self;
        Seen { routes: routes_seen, handed_over: handovers, kept: kept_all, ..Seen::default() }
    }
}

//! Laws of beds and mixes: who may be in them, and how loud.

use super::sound::Sound;
use super::stage::Stage;
use std::f32::consts::{PI, SQRT_2};
use std::ops::Add;
use torg_protocol::geometry::{BROADCAST_DUCK_DB, HearingLaw};
use torg_protocol::ids::ParticipantId;
use torg_protocol::limits::AUDIO_SLOTS;
use torg_protocol::people::Addressed;
use torg_protocol::units::{DurationMs, TimeMs, amplitude_from_db};
use torg_space::{Bed, Event, Happening, ListenerMix, Mix, MixSource, OwnMix, limits};

/// A tick, and what may lie between the command and the tick that heeds it.
const TICK: DurationMs = DurationMs(50);

/// What is known of the mix.
#[derive(Default)]
pub(crate) struct Mixes {
    before: Mix,
    law_changed: Option<TimeMs>,
    seen: SeenOfMixes,
}

/// How often the checks of mixes had something to look at.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct SeenOfMixes {
    in_beds: usize,
    in_own: usize,
    over: usize,
    complete: usize,
}

impl SeenOfMixes {
    pub(crate) fn were_worth_it(self) {
        let Self { in_beds, in_own, over, complete } = self;
        assert!(in_beds > 10_000 && in_own > 10_000 && over > 100 && complete > 100, "{self:?}");
    }
}

impl Add for SeenOfMixes {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self {
            in_beds: self.in_beds + other.in_beds,
            in_own: self.in_own + other.in_own,
            over: self.over + other.over,
            complete: self.complete + other.complete,
        }
    }
}

impl Mixes {
    pub(crate) fn take_in(&mut self, event: &Event, now: TimeMs) {
        if let Happening::HearingChanged(_) = event.what {
            self.law_changed = Some(now);
        }
    }

    pub(crate) fn seen(&self) -> SeenOfMixes {
        self.seen
    }

    pub(crate) fn after_tick(&mut self, stage: &Stage<'_>, sound: &Sound) {
        let mix = stage.space.mix();
        let is_same = mix.beds == self.before.beds && mix.listeners == self.before.listeners;
        assert_eq!(mix.version == self.before.version, is_same, "a version is a change");
        assert!(mix.version >= self.before.version);
        assert!(mix.beds.is_sorted_by(|a, b| a.id < b.id), "each bed once, ascending");
        assert!(mix.listeners.is_sorted_by(|a, b| a.listener < b.listener));
        mix.beds.iter().for_each(|bed| check_sources(&bed.sources));
        let wanted = |bed: &Bed| mix.listeners.iter().any(|listener| listener.bed == Some(bed.id));
        assert!(mix.beds.iter().all(wanted), "a bed is made for somebody");
        for listener in sound.ids() {
            let nothing = ListenerMix { listener, bed: None, own: None };
            let mixed = stage.mixed(listener).unwrap_or(&nothing);
            self.check_bed(stage, sound, mixed);
            self.check_own(stage, sound, mixed);
        }
        let is_in = |listener: &ListenerMix| stage.space.person(listener.listener).is_some();
        assert!(mix.listeners.iter().all(is_in), "nobody is mixed for who has left");
        self.before = Mix::clone(mix);
    }

    fn check_bed(&mut self, stage: &Stage<'_>, sound: &Sound, mixed: &ListenerMix) {
        let listener = mixed.listener;
        let hears = !stage.is_apart(listener) && !stage.is_behind_closed_wall(listener);
        let may = hears && stage.asked.murmur(listener).percent() > 0;
        let paused = self.law_changed.is_some_and(|then| stage.now <= then + limits::BED_PAUSE + TICK);
        assert!(may || mixed.bed.is_none(), "{listener} gets a bed and must not");
        assert!(!may || paused || mixed.bed.is_some(), "{listener} gets no bed");
        let Some(id) = mixed.bed else { return };
        let bed = stage.space.mix().beds.iter().find(|bed| bed.id == id).expect("the bed of a listener is made");
        for source in &bed.sources {
            check_source_of_bed(stage, listener, source);
            self.seen.in_beds += 1;
        }
        if bed.sources.len() < limits::BED_SOURCES_MAX {
            self.check_complete(stage, sound, listener, bed);
        }
    }

    /// Whoever is loud and far enough away is in the bed.
    fn check_complete(&mut self, stage: &Stage<'_>, sound: &Sound, listener: ParticipantId, bed: &Bed) {
        let Some(here) = stage.placed(listener) else { return };
        for speaker in sound.ids().filter(|&id| id != listener && sound.is_loud(id) && stage.is_on(id)) {
            let Some(there) = stage.placed(speaker) else { continue };
            let mut to_all = stage.broadcasts.iter().filter(|broadcast| broadcast.to == Addressed::Everybody {});
            if stage.is_behind_closed_wall(speaker)
                || stage.is_apart(speaker)
                || to_all.any(|broadcast| broadcast.speaker == speaker)
            {
                continue;
            }
            let at_table = here.table.is_some() && here.table == there.table;
            let far_m = stage.law.edge_m + across_m(stage, listener) + limits::BED_HYSTERESIS_M;
            let away_m = here.at.distance_m(there.at);
            let walls = [here.table, there.table].iter().flatten().count() as f32;
            let least = stage.law.reference_m / (away_m + far_m) * amplitude_from_db(-15.0 * walls);
            if !at_table && away_m > far_m && least > limits::BED_GAIN_MIN {
                let is_in = bed.sources.iter().any(|source| source.speaker == speaker);
                assert!(is_in, "{speaker} is loud and far from {listener}, and not in the bed");
                self.seen.complete += 1;
            }
        }
    }

    fn check_own(&mut self, stage: &Stage<'_>, sound: &Sound, mixed: &ListenerMix) {
        let listener = mixed.listener;
        let is_mixed = stage.asked.is_mixed(listener);
        assert!(!is_mixed || mixed.own.is_some(), "{listener} asked for one stream and gets none");
        if !stage.asked.is_new(listener, stage.now, DurationMs(limits::SLOTS_LINGER.0 + TICK.0)) {
            assert_eq!(mixed.own.is_some(), is_mixed, "{listener} gets both or neither");
            if is_mixed {
                let carries = stage.space.routes().listeners.iter().any(|routes| routes.listener == listener);
                assert!(!carries, "{listener} gets all in one stream, and slots too");
                assert_eq!(sound.labels(listener), [None; AUDIO_SLOTS]);
            }
        }
        let Some(OwnMix { bed_gain, sources }) = &mixed.own else { return };
        check_sources(sources);
        assert!(sources.len() <= AUDIO_SLOTS);
        let mut talks = stage.broadcasts.iter().filter(|broadcast| !broadcast.background);
        let is_over = talks.any(|broadcast| stage.speaks_over(listener, broadcast.speaker));
        let duck = if is_over { amplitude_from_db(BROADCAST_DUCK_DB) } else { 1.0 };
        assert!(is_near(*bed_gain, stage.asked.murmur(listener).gain() * duck));
        for source in sources {
            let speaker = source.speaker;
            assert!(stage.may_hear(listener, speaker), "{speaker} is in the mix of {listener} and must not");
            if stage.speaks_over(listener, speaker) {
                let MixSource { gain, azimuth_rad, low_pass_hz, .. } = *source;
                let mut sounds = stage.broadcasts.iter().filter(|broadcast| broadcast.background);
                let is_background = sounds.any(|broadcast| broadcast.speaker == speaker);
                assert_eq!((azimuth_rad, low_pass_hz), (0.0, f32::INFINITY));
                assert!(is_near(gain, if is_background { duck } else { 1.0 }), "{speaker} over {listener}");
                self.seen.over += 1;
            } else {
                let expected = stage.gain_soon(listener, speaker) * duck;
                assert!(is_near(source.gain, expected), "{speaker} for {listener}: {source:?}, not {expected}");
            }
            self.seen.in_own += 1;
        }
    }
}

fn check_sources(sources: &[MixSource]) {
    assert!(sources.is_sorted_by(|a, b| a.speaker < b.speaker), "each voice once, ascending");
    assert!(sources.len() <= limits::BED_SOURCES_MAX);
    for source in sources {
        assert!(source.gain > 0.0 && source.gain <= 1.0, "{source:?}");
        assert!((-PI..=PI).contains(&source.azimuth_rad), "{source:?}");
        assert!(source.low_pass_hz >= limits::BED_LOW_PASS_HZ_MIN, "{source:?}");
    }
}

fn check_source_of_bed(stage: &Stage<'_>, listener: ParticipantId, source: &MixSource) {
    let speaker = source.speaker;
    assert_ne!(listener, speaker, "{listener} hears themself in the bed");
    assert!(stage.is_on(speaker), "{speaker} is muted, and in a bed");
    assert!(!stage.is_behind_closed_wall(speaker), "{speaker} is in a bed through a closed wall");
    assert!(!stage.is_apart(speaker), "{speaker} is a stream or a sound, and in a bed");
    let mut to_all = stage.broadcasts.iter().filter(|broadcast| broadcast.to == Addressed::Everybody {});
    assert!(to_all.all(|broadcast| broadcast.speaker != speaker), "{speaker} speaks to all, and is in a bed");
    let (Some(here), Some(there)) = (stage.placed(listener), stage.placed(speaker)) else { panic!("both are in") };
    assert!(here.table.is_none() || here.table != there.table, "{speaker} is in the bed of their own table");
    let HearingLaw { reference_m, edge_m } = stage.law;
    let (away_m, across_m) = (here.at.distance_m(there.at), across_m(stage, listener));
    let near_m = (0.8 * edge_m - across_m).max(limits::BED_NEAR_M_MIN);
    let beside_m = if here.table.is_none() { limits::BED_HYSTERESIS_M } else { 0.0 };
    assert!(away_m >= near_m - beside_m - 0.01, "{speaker} is near to {listener}, at {away_m} m, and in the bed");
    // The middle of the place may be nearer than the listener is.
    let most = reference_m / (away_m - across_m / 2.0 - limits::BED_HYSTERESIS_M).max(reference_m);
    let walls = [here.table, there.table].iter().flatten().count() as f32;
    assert!(source.gain <= most * amplitude_from_db(-15.0 * walls) * 1.01, "{source:?} at {away_m} m");
}

/// How far apart the ears are at most that share the bed of a place, by somebody who stands or sits there.
fn across_m(stage: &Stage<'_>, id: ParticipantId) -> f32 {
    let table = stage.placed(id).and_then(|placed| placed.table).and_then(|(table, _)| stage.space.map().table(table));
    let cell_m = limits::BED_CELL_M.min(stage.law.edge_m * limits::BED_CELL_SHARE);
    table.map_or(cell_m * SQRT_2 + limits::BED_HYSTERESIS_M, |table| 2.0 * table.radius_m)
}

fn is_near(a: f32, b: f32) -> bool {
    (a - b).abs() <= 0.01 * b.abs()
}

//! Builds the mix: the beds of all places where somebody listens, and the own mixes of listeners.
//!
//! A bed is computed when its place is new or a voice in any bed has moved, begun or ended; an own mix when something
//! changed that its listener may hear. Where nobody moves nothing changes, and the mix stays the same.

use super::ear::{Ear, Mixed};
use super::law::{azimuth_rad, rounded};
use super::place::Places;
use super::room::Room;
use super::slots::Speaker;
use super::speech::over_everything;
use super::{How, Stand, may_hear, may_murmur};
use crate::limits::{BED_GAIN_MIN, BED_SOURCES_MAX, WALL_LOW_PASS_HZ};
use crate::map::Table;
use crate::mix::{Bed, BedId, ListenerMix, Mix, MixSource, OwnMix};
use glam::Vec2;
use std::sync::Arc;
use torg_protocol::geometry::{HearingLaw, OPEN_WALL_GAIN_DB};
use torg_protocol::ids::ParticipantId;
use torg_protocol::units::{TimeMs, amplitude_from_db};

/// The mix of a space, and what it is built from.
#[derive(Debug)]
pub(super) struct Mixing {
    places: Places,
    mix: Arc<Mix>,
    /// What walls let through, by how many there are between.
    through_walls: [f32; 3],
    /// Whether a voice moved, began or ended that may be in a bed.
    voices_changed: bool,
    /// Whether somebody gets something else than what the mix says.
    listeners_changed: bool,
    /// Ascending by id.
    voices: Vec<Voice>,
    /// The loudest for one place: how loud, and where in `voices`.
    loudest: Vec<(f32, u32)>,
    occupied: Vec<BedId>,
}

/// A voice that may be in beds.
#[derive(Clone, Copy, Debug)]
struct Voice {
    id: ParticipantId,
    at_m: Vec2,
    /// Whether the open wall of a table is round them.
    is_walled: bool,
}

impl Mixing {
    pub(super) fn new(size_m: Vec2, tables: &[Table], law: HearingLaw) -> Self {
        let wall = amplitude_from_db(OPEN_WALL_GAIN_DB);
        Self {
            places: Places::new(size_m, tables, law),
            mix: Arc::new(Mix::default()),
            through_walls: [1.0, wall, wall * wall],
            voices_changed: false,
            listeners_changed: false,
            voices: Vec::new(),
            loudest: Vec::new(),
            occupied: Vec::new(),
        }
    }

    pub(super) fn mix(&self) -> &Arc<Mix> {
        &self.mix
    }

    pub(super) fn set_law(&mut self, law: HearingLaw) {
        self.places.set_law(law);
        self.voices_changed = true;
    }

    /// Somebody begins or ends to speak over everything.
    pub(super) fn note_speeches(&mut self) {
        self.voices_changed = true;
    }

    /// Somebody is another way than before, or is gone.
    pub(super) fn note(&mut self, old: Option<&Stand>, new: Option<&Stand>) {
        let place =
            |stand: Option<&Stand>| stand.filter(|stand| may_murmur(stand)).map(|stand| (stand.at, stand.table));
        self.voices_changed |= place(old) != place(new);
    }

    /// Somebody is gone who got something of the mixers, or not.
    pub(super) fn dismiss(&mut self, ear: &Ear) {
        self.listeners_changed |= !ear.mixed.is_nothing();
    }

    /// What somebody gets from now on. Their slots are as they are in this tick.
    pub(super) fn listen(&mut self, now: TimeMs, room: &Room, listener: &Stand, ear: &mut Ear) {
        ear.place = self.places.of(listener, ear.place);
        let bed = ear.place.filter(|_| ear.has_bed(now));
        let own = ear.has_own_mix().then(|| own_mix(room, listener, ear));
        let mixed = Mixed { bed, own };
        self.listeners_changed |= ear.mixed != mixed;
        ear.mixed = mixed;
    }

    /// Makes a new mix when something changed. `ears` are by index in the crowd, `order` their indices by ascending id.
    pub(super) fn settle(&mut self, room: &Room, ears: &[Ear], order: impl Iterator<Item = usize>) {
        let stale = self.voices_changed && !self.mix.beds.is_empty();
        if self.listeners_changed || stale {
            let mut listeners = Vec::with_capacity(self.mix.listeners.len());
            for index in order {
                let (Some(stand), Mixed { bed, own }) = (&room.stands[index], &ears[index].mixed) else { continue };
                if bed.is_some() || own.is_some() {
                    listeners.push(ListenerMix { listener: stand.id, bed: *bed, own: own.clone() });
                }
            }
            let beds = self.beds(room, &listeners);
            let kept_loud = room.speeches.kept_loud();
            let is_new = beds != self.mix.beds || listeners != self.mix.listeners;
            if is_new || kept_loud != self.mix.kept_loud {
                self.mix = Arc::new(Mix { version: self.mix.version + 1, beds, listeners, kept_loud });
            }
        }
        (self.voices_changed, self.listeners_changed) = (false, false);
    }

    fn beds(&mut self, room: &Room, listeners: &[ListenerMix]) -> Vec<Bed> {
        self.occupied.clear();
        self.occupied.extend(listeners.iter().filter_map(|listener| listener.bed));
        self.occupied.sort_unstable();
        self.occupied.dedup();
        self.voices.clear();
        self.voices.extend(voices(room));
        self.voices.sort_unstable_by_key(|voice| voice.id);
        let mut beds = Vec::with_capacity(self.occupied.len());
        for place in 0..self.occupied.len() {
            let id = self.occupied[place];
            let known = self.mix.beds.binary_search_by_key(&id, |bed| bed.id).ok().filter(|_| !self.voices_changed);
            beds.push(match known {
                Some(known) => self.mix.beds[known].clone(),
                None => Bed { id, sources: self.bed(id) },
            });
        }
        beds
    }

    /// The sources of one bed.
    fn bed(&mut self, id: BedId) -> Vec<MixSource> {
        let place = self.places.place(id);
        self.loudest.clear();
        for (index, voice) in (0u32..).zip(&self.voices) {
            // Who sits at the table is inside of the place, so never in its bed, however large the table.
            let walls = usize::from(place.table.is_some()) + usize::from(voice.is_walled);
            let gain = place.law.gain(place.nearest_m(voice.at_m), place.middle_m.distance(voice.at_m));
            let gain = gain * self.through_walls[walls];
            if gain >= BED_GAIN_MIN {
                self.loudest.push((gain, index));
            }
        }
        let louder = |a: &(f32, u32), b: &(f32, u32)| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1));
        if self.loudest.len() > BED_SOURCES_MAX {
            self.loudest.select_nth_unstable_by(BED_SOURCES_MAX, louder);
            self.loudest.truncate(BED_SOURCES_MAX);
            self.loudest.sort_unstable_by_key(|(_, index)| *index);
        }
        let source = |&(gain, index): &(f32, u32)| {
            let voice = self.voices[index as usize];
            let dull_hz = place.law.low_pass_hz(place.middle_m.distance(voice.at_m));
            let is_walled = place.table.is_some() || voice.is_walled;
            MixSource {
                speaker: voice.id,
                gain: rounded(gain),
                azimuth_rad: azimuth_rad(place.middle_m, voice.at_m),
                low_pass_hz: rounded(if is_walled { dull_hz.min(WALL_LOW_PASS_HZ) } else { dull_hz }),
            }
        };
        self.loudest.iter().map(source).collect()
    }
}

/// All voices that may be in beds. Who speaks over everything to everybody is in none: they hear that anyway.
fn voices(room: &Room) -> impl Iterator<Item = Voice> + '_ {
    let all = (0u32..).zip(&room.stands).filter_map(|(index, stand)| stand.as_ref().map(|stand| (index, stand)));
    let murmurs = all.filter(|(index, stand)| may_murmur(stand) && !room.speeches.is_for_everybody(*index));
    murmurs.map(|(_, stand)| Voice { id: stand.id, at_m: stand.at.metres(), is_walled: stand.table.is_some() })
}

/// Everything that one listener hears: what their slots carry or would carry, and how loud the bed is.
fn own_mix(room: &Room, listener: &Stand, ear: &Ear) -> OwnMix {
    let duck = room.speeches.ducked(&ear.spoken_to);
    let speakers = ear.slots.carrying().into_iter().flatten();
    let mut sources: Vec<MixSource> = speakers.filter_map(|speaker| near(room, listener, speaker, duck)).collect();
    sources.sort_unstable_by_key(|source| source.speaker);
    OwnMix { bed_gain: rounded(ear.asked().murmur.gain() * duck), sources }
}

/// A voice that a slot carries, as it is in the listener's own mix: placed where both will be when that is heard.
fn near(room: &Room, listener: &Stand, speaker: Speaker, duck: f32) -> Option<MixSource> {
    let stand = room.stand(speaker)?;
    let how = room.how(listener, stand, speaker.index);
    if !may_hear(listener, stand, how) {
        return None;
    }
    if let How::Over { background, .. } = how {
        return Some(over_everything(speaker.id, if background { duck } else { 1.0 }));
    }
    let table = |stand: &Stand| stand.table.map(|(table, _)| table);
    // Inside one table's wall there is none between.
    let is_walled = table(listener) != table(stand);
    Some(MixSource {
        speaker: speaker.id,
        gain: rounded(room.gain_soon(listener, stand) * duck),
        azimuth_rad: azimuth_rad(listener.soon.metres(), stand.soon.metres()),
        low_pass_hz: if is_walled { WALL_LOW_PASS_HZ } else { f32::INFINITY },
    })
}

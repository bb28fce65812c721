//! Where everybody is, and whom a listener hears from there.

use super::cells::{Cells, Kind, Mouth};
use super::ear::SpokenTo;
use super::slots::{Candidate, Heard, Slots, Speaker};
use super::speech::Speeches;
use super::{How, Stand, gain, gain_soon, may_hear, may_hear_place, voice};
use crate::limits::{BACKGROUND_SCORE, BROADCAST_SCORE};
use glam::Vec2;
use torg_protocol::geometry::{HearingLaw, OPEN_WALL_GAIN_DB};
use torg_protocol::ids::TableId;
use torg_protocol::limits::AUDIO_SLOTS;
use torg_protocol::people::Microphone;
use torg_protocol::units::{TimeMs, amplitude_from_db};

/// Where everybody is.
#[derive(Debug)]
pub(super) struct Room {
    size_m: Vec2,
    law: HearingLaw,
    open_wall: f32,
    /// By index in the crowd; nothing for who is gone.
    pub(super) stands: Vec<Option<Stand>>,
    /// Who speaks over everything.
    pub(super) speeches: Speeches,
    cells: Cells,
    /// Who sits at each table.
    at_tables: Vec<Vec<u32>>,
}

impl Room {
    pub(super) fn new(size_m: Vec2, tables: usize, law: HearingLaw) -> Self {
        Self {
            size_m,
            law,
            open_wall: amplitude_from_db(OPEN_WALL_GAIN_DB),
            stands: Vec::new(),
            speeches: Speeches::new(tables),
            cells: Cells::new(size_m, law),
            at_tables: vec![Vec::new(); tables],
        }
    }

    pub(super) fn size_m(&self) -> Vec2 {
        self.size_m
    }

    pub(super) fn tables(&self) -> usize {
        self.at_tables.len()
    }

    pub(super) fn set_law(&mut self, law: HearingLaw) {
        self.law = law;
        self.cells = Cells::new(self.size_m, law);
        self.settle();
    }

    /// Sorts everybody into cells and tables.
    pub(super) fn settle(&mut self) {
        self.cells.fill(&self.stands);
        self.at_tables.iter_mut().for_each(Vec::clear);
        for (index, stand) in (0u32..).zip(&self.stands) {
            if let Some((table, _)) = stand.as_ref().and_then(|stand| stand.table) {
                self.at_tables[usize::from(table.0)].push(index);
            }
        }
    }

    /// One listener's slots.
    pub(super) fn update(&self, slots: &mut Slots, now: TimeMs, listener: &Stand, best: &mut Vec<Candidate>) {
        let speakers = slots.speakers();
        let mut heard = speakers.map(|speaker| speaker.map_or(Heard::Denied, |speaker| self.heard(listener, speaker)));
        let least = slots.keep(now, &heard);
        for (speaker, score) in self.speaking_over(listener) {
            if !slots.holds(speaker.index) {
                slots.put_first(now, speaker, score, &mut heard);
            }
        }
        best.clear();
        let wall = if listener.table.is_some() { self.open_wall } else { 1.0 };
        self.find(&mut Search { stands: &self.stands, listener, wall, slots, least, best });
        slots.give(now, best, &heard);
    }

    fn heard(&self, listener: &Stand, speaker: Speaker) -> Heard {
        let Some(stand) = self.stand(speaker) else { return Heard::Denied };
        let how = self.how(listener, stand, speaker.index);
        if may_hear(listener, stand, how) {
            match how {
                How::Around(gain) => Heard::Aloud { score: gain * voice::weight(stand.heat), speaks: stand.heat > 0 },
                How::Over { background, .. } => Heard::Aloud { score: over_score(background), speaks: true },
            }
        } else if stand.microphone == Microphone::Muted && may_hear_place(listener, stand, how) {
            Heard::Muted
        } else {
            Heard::Denied
        }
    }

    /// Who had a slot, if they are still in.
    pub(super) fn stand(&self, speaker: Speaker) -> Option<&Stand> {
        self.stands[speaker.index as usize].as_ref().filter(|stand| stand.id == speaker.id)
    }

    /// How a voice comes to a listener; the speaker by index too.
    pub(super) fn how(&self, listener: &Stand, speaker: &Stand, index: u32) -> How {
        self.speeches.how(listener, index, || gain(self.law, listener, speaker))
    }

    /// All whom a listener hears over everything, and how much each counts for a slot.
    fn speaking_over(&self, listener: &Stand) -> impl Iterator<Item = (Speaker, f32)> {
        self.speeches.indices().filter_map(|index| {
            let stand = self.stands.get(index as usize)?.as_ref()?;
            let how = self.how(listener, stand, index);
            let How::Over { background, .. } = how else { return None };
            may_hear(listener, stand, how).then_some((Speaker { index, id: stand.id }, over_score(background)))
        })
    }

    /// Whose broadcasts reach a listener, ascending.
    pub(super) fn spoken_to(&self, listener: &Stand) -> SpokenTo {
        let mut spoken_to = SpokenTo::default();
        if self.speeches.is_empty() {
            return spoken_to;
        }
        for (place, (speaker, _)) in spoken_to.iter_mut().zip(self.speaking_over(listener)) {
            *place = Some(speaker.id);
        }
        spoken_to.sort_unstable_by_key(|speaker| (speaker.is_none(), *speaker));
        spoken_to
    }

    /// Calls for the loudest whom a listener may hear, who have no slot yet and are louder than `least`.
    fn find(&self, search: &mut Search<'_>) {
        let listener = search.listener;
        // The listener's own table, and one they listen to in passing: the walls that the search counts aren't theirs.
        if let Some(table) = by_table(listener) {
            for &index in &self.at_tables[usize::from(table.0)] {
                if let Some(stand) = self.stands[index as usize].filter(|stand| stand.microphone == Microphone::On) {
                    search.consider(index, gain(self.law, listener, &stand) * voice::weight(stand.heat));
                }
            }
        }
        if listener.is_behind_closed_wall() {
            return;
        }
        let ear_m = listener.at.metres();
        for mouths in self.cells.all(Kind::Speaks, ear_m) {
            search.look(self, ear_m, mouths);
        }
        // Those who don't speak count by place alone, so the search goes from near to far and ends when nobody
        // farther away can matter.
        for ring in 0.. {
            if self.cells.ring_bound(ear_m, ring) * search.wall <= search.bar() {
                break;
            }
            for mouths in self.cells.ring(Kind::Open, ear_m, ring) {
                search.look(self, ear_m, mouths);
            }
        }
    }

    /// Whether somebody sits at a table.
    fn is_at(&self, table: Option<TableId>, other: u32) -> bool {
        let theirs = self.stands[other as usize].as_ref().and_then(|stand| stand.table).map(|(table, _)| table);
        table.is_some() && table == theirs
    }

    /// How loud a speaker will be for a listener when a mix that is planned now is heard.
    pub(super) fn gain_soon(&self, listener: &Stand, speaker: &Stand) -> f32 {
        gain_soon(self.law, listener, speaker)
    }

    /// How many others count as listeners and may hear the place of a speaker.
    pub(super) fn ears_round(&self, speaker: &Stand, index_of_speaker: u32) -> usize {
        let counts = |index: u32| {
            let other = self.stands[index as usize].as_ref();
            let hears = |other: &Stand| {
                let is_listener = other.hears && other.id != speaker.id;
                is_listener && may_hear_place(other, speaker, self.how(other, speaker, index_of_speaker))
            };
            usize::from(other.is_some_and(hears))
        };
        if self.speeches.indices().any(|index| index == index_of_speaker) {
            return (0..self.stands.len() as u32).map(counts).sum();
        }
        let at_table = speaker.table.map(|(table, _)| &self.at_tables[usize::from(table.0)]);
        let mut ears: usize = at_table.into_iter().flatten().map(|&index| counts(index)).sum();
        if !speaker.is_behind_closed_wall() {
            for kind in [Kind::Speaks, Kind::Open, Kind::Off] {
                let all = self.cells.all(kind, speaker.at.metres()).flatten();
                let table = speaker.table.map(|(table, _)| table);
                let others = all.filter(|mouth| !self.is_at(table, mouth.index));
                ears += others.map(|mouth| counts(mouth.index)).sum::<usize>();
            }
        }
        ears
    }
}

/// The table whose people a listener's slots are offered one by one: their own, or one that they listen to in passing.
fn by_table(listener: &Stand) -> Option<TableId> {
    listener.table.map(|(table, _)| table).or(listener.listens_to)
}

/// How much who speaks over everything counts against others for a slot.
fn over_score(background: bool) -> f32 {
    if background { BACKGROUND_SCORE } else { BROADCAST_SCORE }
}

/// The search for candidates for one listener's slots.
struct Search<'a> {
    stands: &'a [Option<Stand>],
    listener: &'a Stand,
    /// What the wall on the listener's side lets through.
    wall: f32,
    slots: &'a Slots,
    /// Who is not loud enough to matter.
    least: f32,
    /// The best so far, from loud to quiet; at most as many as there are slots.
    best: &'a mut Vec<Candidate>,
}

impl Search<'_> {
    /// How loud somebody must be to be taken in.
    fn bar(&self) -> f32 {
        self.best.get(AUDIO_SLOTS - 1).map_or(self.least, |last| last.score)
    }

    /// Considers people who stand side by side in the grid. Most are too far away to matter, which is seen without a
    /// root or a division: nobody is louder than the reference distance over the distance.
    fn look(&mut self, room: &Room, ear_m: Vec2, mouths: &[Mouth]) {
        let (edge_squared, reference_squared) = (room.law.edge_m.powi(2), room.law.reference_m.powi(2));
        let mut bar_squared = self.bar().powi(2);
        for mouth in mouths {
            let distance_squared = ear_m.distance_squared(mouth.at_m);
            let ceiling = mouth.loudness * self.wall;
            let too_quiet =
                ceiling * ceiling * reference_squared < bar_squared * distance_squared.max(reference_squared);
            if distance_squared >= edge_squared || too_quiet {
                continue;
            }
            let score = room.law.gain(distance_squared.sqrt()) * ceiling;
            if score > self.bar() && !room.is_at(by_table(self.listener), mouth.index) {
                self.consider(mouth.index, score);
                bar_squared = self.bar().powi(2);
            }
        }
    }

    fn consider(&mut self, index: u32, score: f32) {
        let Some(stand) = &self.stands[index as usize] else { return };
        if score <= self.bar() || stand.id == self.listener.id || self.slots.holds(index) {
            return;
        }
        let candidate = Candidate { speaker: Speaker { index, id: stand.id }, score, speaks: stand.heat > 0 };
        let place = self.best.partition_point(|other| other.score >= score);
        self.best.insert(place, candidate);
        self.best.truncate(AUDIO_SLOTS);
    }
}

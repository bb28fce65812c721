//! Hearing as a whole: what changed since the last tick, whose slots that concerns, and the routes that follow.

use super::cells::{Cells, Kind, Mouth};
use super::slots::{Candidate, Heard, Slots, Speaker};
use super::{Stand, gain, may_hear, may_hear_place, voice};
use crate::routes::{ListenerRoutes, Routes};
use glam::Vec2;
use std::sync::Arc;
use torg_protocol::geometry::{HearingLaw, OPEN_WALL_GAIN_DB};
use torg_protocol::ids::{AudioSlotIndex, ParticipantId};
use torg_protocol::limits::AUDIO_SLOTS;
use torg_protocol::people::Microphone;
use torg_protocol::units::{TimeMs, amplitude_from_db};

/// Ears, mouths, slots and routes of a space. People are known by their index in the crowd.
#[derive(Debug)]
pub(crate) struct Hearing {
    room: Room,
    changes: Changes,
    slots: Vec<Slots>,
    tick: u64,
    routes: Arc<Routes>,
    /// Whether the routes differ from what the slots carry.
    reroute: bool,
}

/// Where everybody is.
#[derive(Debug)]
struct Room {
    size_m: Vec2,
    law: HearingLaw,
    open_wall: f32,
    stands: Vec<Option<Stand>>,
    cells: Cells,
    /// Who sits at each table.
    at_tables: Vec<Vec<u32>>,
}

/// Which parts of the map have to be looked at in the next tick.
#[derive(Debug)]
struct Changes {
    /// As large as an earshot: a change concerns the cell where it happens and its neighbours.
    side_m: f32,
    columns: usize,
    rows: usize,
    /// The tick in which something changed.
    cells: Vec<u64>,
    tables: Vec<u64>,
    everything: u64,
    anything: u64,
}

impl Hearing {
    pub(crate) fn new(size_m: Vec2, tables: usize, law: HearingLaw) -> Self {
        let room = Room {
            size_m,
            law,
            open_wall: amplitude_from_db(OPEN_WALL_GAIN_DB),
            stands: Vec::new(),
            cells: Cells::new(size_m, law),
            at_tables: vec![Vec::new(); tables],
        };
        let changes = Changes::new(size_m, tables, law);
        Self { room, changes, slots: Vec::new(), tick: 0, routes: Arc::new(Routes::default()), reroute: false }
    }

    /// Another law, for everybody, from the next tick on.
    pub(crate) fn set_law(&mut self, law: HearingLaw) {
        self.room.law = law;
        self.room.cells = Cells::new(self.room.size_m, law);
        self.changes = Changes::new(self.room.size_m, self.room.at_tables.len(), law);
        self.changes.everything = self.tick + 1;
        self.changes.anything = self.tick + 1;
        self.room.settle();
    }

    /// Somebody comes in; from the next tick on they hear and are heard.
    pub(crate) fn admit(&mut self, index: usize, now: TimeMs) {
        if self.slots.len() <= index {
            self.slots.resize_with(index + 1, || Slots::new(now));
            self.room.stands.resize(index + 1, None);
        }
        self.slots[index] = Slots::new(now);
    }

    /// Somebody is gone.
    pub(crate) fn dismiss(&mut self, index: usize) {
        if let Some(stand) = self.room.stands[index].take() {
            self.changes.mark(&stand, self.tick + 1);
            self.reroute |= self.slots[index].carried().iter().any(Option::is_some);
        }
    }

    /// Whether somebody counts as a listener: at once, as this changes no route.
    pub(crate) fn set_hears(&mut self, index: usize, hears: bool) {
        if let Some(stand) = &mut self.room.stands[index] {
            stand.hears = hears;
        }
    }

    /// What the audio slots of a listener are labelled with.
    pub(crate) fn labels(&self, index: usize) -> [Option<ParticipantId>; AUDIO_SLOTS] {
        self.slots[index].labels()
    }

    pub(crate) fn routes(&self) -> &Arc<Routes> {
        &self.routes
    }

    /// How many others count as listeners and may hear the place where somebody stood at the last tick.
    pub(crate) fn in_earshot(&self, index: usize) -> usize {
        self.room.stands[index].as_ref().map_or(0, |speaker| self.room.ears_round(speaker))
    }

    /// Takes in where everybody is, and sets slots and routes right.
    ///
    /// `people` are all in the space with their index, `order` their indices by ascending id. What changes in the
    /// labels is told by listener.
    pub(crate) fn tick(
        &mut self,
        now: TimeMs,
        people: impl Iterator<Item = (usize, Stand)>,
        order: impl Iterator<Item = usize>,
        mut tell: impl FnMut(ParticipantId, AudioSlotIndex, Option<ParticipantId>),
    ) {
        self.tick += 1;
        for (index, stand) in people {
            let old = self.room.stands[index].replace(stand);
            if old != Some(stand) {
                old.iter().chain([&stand]).for_each(|stand| self.changes.mark(stand, self.tick));
            }
        }
        if self.changes.anything == self.tick {
            self.room.settle();
        }
        let mut candidates: Vec<Candidate> = Vec::with_capacity(AUDIO_SLOTS + 1);
        for (index, slots) in self.slots.iter_mut().enumerate() {
            let Some(listener) = &self.room.stands[index] else { continue };
            if !slots.waits() && !self.changes.concern(listener, self.tick) {
                continue;
            }
            let (labels, carried) = (slots.labels(), slots.carried());
            self.room.update(slots, now, listener, &mut candidates);
            self.reroute |= slots.carried() != carried;
            for (slot, (old, new)) in (0u8..).zip(labels.into_iter().zip(slots.labels())) {
                if old != new {
                    tell(listener.id, AudioSlotIndex(slot), new);
                }
            }
        }
        if std::mem::take(&mut self.reroute) {
            self.routes = Arc::new(self.new_routes(order));
        }
    }

    fn new_routes(&self, order: impl Iterator<Item = usize>) -> Routes {
        let listeners = order.filter_map(|index| {
            let listener = self.room.stands[index].as_ref()?.id;
            let slots = self.slots[index].carried();
            slots.iter().any(Option::is_some).then_some(ListenerRoutes { listener, slots })
        });
        Routes { version: self.routes.version + 1, listeners: listeners.collect() }
    }
}

impl Room {
    /// Sorts everybody into cells and tables.
    fn settle(&mut self) {
        self.cells.fill(&self.stands);
        self.at_tables.iter_mut().for_each(Vec::clear);
        for (index, stand) in (0u32..).zip(&self.stands) {
            if let Some((table, _)) = stand.as_ref().and_then(|stand| stand.table) {
                self.at_tables[usize::from(table.0)].push(index);
            }
        }
    }

    /// One listener's slots.
    fn update(&self, slots: &mut Slots, now: TimeMs, listener: &Stand, best: &mut Vec<Candidate>) {
        let speakers = slots.speakers();
        let heard = speakers.map(|speaker| speaker.map_or(Heard::Denied, |speaker| self.heard(listener, speaker)));
        let least = slots.keep(now, &heard);
        best.clear();
        let wall = if listener.table.is_some() { self.open_wall } else { 1.0 };
        self.find(&mut Search { stands: &self.stands, listener, wall, slots, least, best });
        slots.give(now, best, &heard);
    }

    fn heard(&self, listener: &Stand, speaker: Speaker) -> Heard {
        let stand = self.stands[speaker.index as usize].as_ref().filter(|stand| stand.id == speaker.id);
        let Some(stand) = stand else { return Heard::Denied };
        let gain = gain(self.law, listener, stand);
        if may_hear(listener, stand, gain) {
            Heard::Aloud { score: gain * voice::weight(stand.heat), speaks: stand.heat > 0 }
        } else if stand.microphone == Microphone::Muted && may_hear_place(listener, stand, gain) {
            Heard::Muted
        } else {
            Heard::Denied
        }
    }

    /// Calls for the loudest whom a listener may hear, who have no slot yet and are louder than `least`.
    fn find(&self, search: &mut Search<'_>) {
        let listener = search.listener;
        if let Some((table, _)) = listener.table {
            for &index in &self.at_tables[usize::from(table.0)] {
                if let Some(stand) = self.stands[index as usize].filter(|stand| stand.microphone == Microphone::On) {
                    search.consider(index, voice::weight(stand.heat));
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

    /// Whether somebody sits at the listener's table.
    fn share_table(&self, listener: &Stand, other: u32) -> bool {
        let table = listener.table.map(|(table, _)| table);
        let theirs = self.stands[other as usize].as_ref().and_then(|stand| stand.table).map(|(table, _)| table);
        table.is_some() && table == theirs
    }

    /// How many others count as listeners and may hear the place of a speaker.
    fn ears_round(&self, speaker: &Stand) -> usize {
        let counts = |index: u32| {
            let other = self.stands[index as usize].as_ref();
            let hears = |other: &Stand| {
                let is_listener = other.hears && other.id != speaker.id;
                is_listener && may_hear_place(other, speaker, gain(self.law, other, speaker))
            };
            usize::from(other.is_some_and(hears))
        };
        let at_table = speaker.table.map(|(table, _)| &self.at_tables[usize::from(table.0)]);
        let mut ears: usize = at_table.into_iter().flatten().map(|&index| counts(index)).sum();
        if !speaker.is_behind_closed_wall() {
            for kind in [Kind::Speaks, Kind::Open, Kind::Off] {
                let all = self.cells.all(kind, speaker.at.metres()).flatten();
                let others = all.filter(|mouth| !self.share_table(speaker, mouth.index));
                ears += others.map(|mouth| counts(mouth.index)).sum::<usize>();
            }
        }
        ears
    }
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
            if score > self.bar() && !room.share_table(self.listener, mouth.index) {
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

impl Changes {
    fn new(size_m: Vec2, tables: usize, law: HearingLaw) -> Self {
        let side_m = law.edge_m;
        let cells = (size_m / side_m).ceil().max(Vec2::ONE);
        let (columns, rows) = (cells.x as usize, cells.y as usize);
        let never = vec![0; columns * rows];
        Self { side_m, columns, rows, cells: never, tables: vec![0; tables], everything: 0, anything: 0 }
    }

    /// Something changed where somebody is or was.
    fn mark(&mut self, stand: &Stand, tick: u64) {
        self.anything = tick;
        if let Some((table, _)) = stand.table {
            self.tables[usize::from(table.0)] = tick;
        }
        if stand.is_behind_closed_wall() {
            return;
        }
        let (column, row) = self.cell(stand);
        for row in row.saturating_sub(1)..=(row + 1).min(self.rows - 1) {
            for column in column.saturating_sub(1)..=(column + 1).min(self.columns - 1) {
                self.cells[row * self.columns + column] = tick;
            }
        }
    }

    /// Whether something changed in this tick that a listener may hear.
    fn concern(&self, listener: &Stand, tick: u64) -> bool {
        let at_table = listener.table.is_some_and(|(table, _)| self.tables[usize::from(table.0)] == tick);
        let (column, row) = self.cell(listener);
        let near = !listener.is_behind_closed_wall() && self.cells[row * self.columns + column] == tick;
        at_table || near || self.everything == tick
    }

    fn cell(&self, stand: &Stand) -> (usize, usize) {
        let cell = (stand.at.metres() / self.side_m).max(Vec2::ZERO);
        ((cell.x as usize).min(self.columns - 1), (cell.y as usize).min(self.rows - 1))
    }
}

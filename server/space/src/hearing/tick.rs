//! Hearing as a whole: what changed since the last tick, whose ears that concerns, and the routes and the mix that follow.

use super::changes::Changes;
use super::ear::{Ear, Listener};
use super::mixing::Mixing;
use super::passing::Passing;
use super::room::Room;
use super::slots::Candidate;
use super::{Speech, Stand};
use crate::event::{Audience, Happening};
use crate::limits::JUMP_M;
use crate::map::Table;
use crate::mix::Mix;
use crate::routes::{ListenerRoutes, Routes};
use glam::Vec2;
use std::sync::Arc;
use torg_protocol::geometry::{HearingLaw, WALKING_SPEED_M_S};
use torg_protocol::ids::{AudioSlotIndex, ParticipantId, TableId};
use torg_protocol::limits::AUDIO_SLOTS;
use torg_protocol::units::TimeMs;

/// Ears, mouths, slots, routes and the mix of a space. People are known by their index in the crowd.
#[derive(Debug)]
pub(crate) struct Hearing {
    room: Room,
    changes: Changes,
    ears: Vec<Ear>,
    mixing: Mixing,
    passing: Passing,
    tick: u64,
    ticked_at: TimeMs,
    routes: Arc<Routes>,
    /// Whether the routes differ from what the slots carry.
    reroute: bool,
}

impl Hearing {
    pub(crate) fn new(size_m: Vec2, tables: &[Table], law: HearingLaw, now: TimeMs) -> Self {
        Self {
            room: Room::new(size_m, tables.len(), law),
            changes: Changes::new(size_m, tables.len(), law),
            ears: Vec::new(),
            mixing: Mixing::new(size_m, tables, law),
            passing: Passing::new(tables),
            tick: 0,
            ticked_at: now,
            routes: Arc::new(Routes::default()),
            reroute: false,
        }
    }

    /// Another law, for everybody, from the next tick on.
    pub(crate) fn set_law(&mut self, law: HearingLaw, now: TimeMs) {
        self.room.set_law(law);
        self.mixing.set_law(law);
        self.ears.iter_mut().for_each(|ear| ear.pause_bed(now));
        self.changes = Changes::new(self.room.size_m(), self.room.tables(), law);
        self.changes.mark_everything(self.tick + 1);
    }

    /// Who speaks over everything, from the next tick on.
    pub(crate) fn set_speeches(&mut self, speeches: Vec<Speech>) {
        if self.room.speeches.set(speeches) {
            self.mixing.note_speeches();
            self.changes.mark_everything(self.tick + 1);
        }
    }

    /// Whether broadcasts stay out of a table while it is closed, from the next tick on.
    pub(crate) fn keep_out(&mut self, table: TableId, kept_out: bool) {
        if self.room.speeches.keep_out(table, kept_out) {
            self.changes.mark_everything(self.tick + 1);
        }
    }

    /// At which tables who passes may listen, from the next tick on: all of them. Closed and unknown ones are passed over.
    pub(crate) fn set_let_listen(&mut self, tables: &[TableId]) {
        self.passing.set(tables);
    }

    /// Who listens to which table in passing, as of the last tick.
    pub(crate) fn bumblebees(&self) -> impl Iterator<Item = (ParticipantId, TableId)> + '_ {
        self.room.stands.iter().flatten().filter_map(|stand| Some((stand.id, stand.listens_to?)))
    }

    /// Somebody comes in; from the next tick on they hear and are heard.
    pub(crate) fn admit(&mut self, index: usize, now: TimeMs) {
        if self.ears.len() <= index {
            self.ears.resize_with(index + 1, || Ear::new(now));
            self.room.stands.resize(index + 1, None);
        }
        self.ears[index] = Ear::new(now);
    }

    /// Somebody is gone.
    pub(crate) fn dismiss(&mut self, index: usize) {
        if let Some(stand) = self.room.stands[index].take() {
            self.changes.mark(&stand, self.tick + 1);
            self.reroute |= self.ears[index].carried().iter().any(Option::is_some);
            self.mixing.note(Some(&stand), None);
            self.mixing.dismiss(&self.ears[index]);
        }
    }

    /// Whether somebody counts as a listener: at once, as this changes no route.
    pub(crate) fn set_hears(&mut self, index: usize, hears: bool) {
        if let Some(stand) = &mut self.room.stands[index] {
            stand.hears = hears;
        }
    }

    /// In which way sound comes to somebody, from the next tick on. Says whether that is new.
    pub(crate) fn set_listener(&mut self, index: usize, listener: Listener) -> bool {
        self.ears[index].ask(listener)
    }

    /// In which way sound comes to somebody, as they asked.
    pub(crate) fn listener(&self, index: usize) -> Listener {
        self.ears[index].asked()
    }

    /// What the audio slots of a listener are labelled with.
    pub(crate) fn labels(&self, index: usize) -> [Option<ParticipantId>; AUDIO_SLOTS] {
        self.ears[index].labels()
    }

    /// Whose broadcasts reach a listener, ascending.
    pub(crate) fn spoken_to(&self, index: usize) -> Vec<ParticipantId> {
        self.ears[index].spoken_to.into_iter().flatten().collect()
    }

    pub(crate) fn routes(&self) -> &Arc<Routes> {
        &self.routes
    }

    pub(crate) fn mix(&self) -> &Arc<Mix> {
        self.mixing.mix()
    }

    /// How many others count as listeners and may hear the place where somebody stood at the last tick.
    pub(crate) fn in_earshot(&self, index: usize) -> usize {
        self.room.stands[index].as_ref().map_or(0, |speaker| self.room.ears_round(speaker, index as u32))
    }

    /// Takes in where everybody is, and sets slots, routes and the mix right.
    ///
    /// `people` are all in the space with their index, `order` gives their indices by ascending id. What a listener has
    /// to know before the first sound is told to them alone, and who listens in passing to everybody.
    pub(crate) fn tick<Order: Iterator<Item = usize>>(
        &mut self,
        now: TimeMs,
        people: impl Iterator<Item = (usize, Stand)>,
        order: impl Fn() -> Order,
        mut tell: impl FnMut(Audience, Happening),
    ) {
        self.tick += 1;
        for (index, mut stand) in people {
            let old = self.room.stands[index];
            stand.listens_to = self.passing.listened_to(&stand, old.as_ref());
            if old == Some(stand) {
                continue;
            }
            self.room.stands[index] = Some(stand);
            if old.and_then(|old| old.listens_to) != stand.listens_to {
                tell(Audience::Everybody, Happening::Bumblebee(stand.id, stand.listens_to));
            }
            self.note(index, old, &stand, now);
        }
        self.passing.settle();
        self.ticked_at = now;
        if self.changes.any(self.tick) {
            self.room.settle();
        }
        let mut candidates: Vec<Candidate> = Vec::with_capacity(AUDIO_SLOTS + 1);
        for (ear, stand) in self.ears.iter_mut().zip(&self.room.stands) {
            let Some(listener) = stand else { continue };
            if listener.is_apart || (!ear.waits() && !self.changes.concern(listener, self.tick)) {
                continue;
            }
            let (labels, carried, spoken_to) = (ear.labels(), ear.carried(), ear.spoken_to);
            ear.pass(now);
            self.room.update(&mut ear.slots, now, listener, &mut candidates);
            ear.spoken_to = self.room.spoken_to(listener);
            self.reroute |= ear.carried() != carried;
            if ear.spoken_to != spoken_to {
                tell(Audience::Only(listener.id), Happening::SpokenTo(ear.spoken_to.into_iter().flatten().collect()));
            }
            for (slot, (old, new)) in (0u8..).zip(labels.into_iter().zip(ear.labels())) {
                if old != new {
                    tell(Audience::Only(listener.id), Happening::SlotLabelled(AudioSlotIndex(slot), new));
                }
            }
            if ear.is_mixed() {
                self.mixing.listen(now, &self.room, listener, ear);
            }
        }
        self.mixing.settle(&self.room, &self.ears, order());
        if std::mem::take(&mut self.reroute) {
            self.routes = Arc::new(self.new_routes(order()));
        }
    }

    /// Somebody is another way than at the last tick.
    fn note(&mut self, index: usize, old: Option<Stand>, new: &Stand, now: TimeMs) {
        old.iter().chain([new]).for_each(|stand| self.changes.mark(stand, self.tick));
        self.mixing.note(old.as_ref(), Some(new));
        let Some(old) = old else { return };
        let walked_m_max = now.since(self.ticked_at).0 as f32 / 1_000.0 * WALKING_SPEED_M_S + JUMP_M;
        if old.at != new.at && old.at.distance_m(new.at) > walked_m_max {
            self.ears[index].pause_bed(now);
        }
        // Who speaks over everything is heard everywhere, not only where they are.
        let is_heard = |stand: &Stand| (stand.microphone, stand.table);
        if is_heard(&old) != is_heard(new) && self.room.speeches.indices().any(|speaker| speaker as usize == index) {
            self.changes.mark_everything(self.tick);
        }
    }

    fn new_routes(&self, order: impl Iterator<Item = usize>) -> Routes {
        let listeners = order.filter_map(|index| {
            let listener = self.room.stands[index].as_ref()?.id;
            let slots = self.ears[index].carried();
            slots.iter().any(Option::is_some).then_some(ListenerRoutes { listener, slots })
        });
        Routes { version: self.routes.version + 1, listeners: listeners.collect() }
    }
}

//! Hearing as a whole: what changed since the last tick, whose slots that concerns, and the routes that follow.

use super::Stand;
use super::changes::Changes;
use super::room::Room;
use super::slots::{Candidate, Slots};
use crate::routes::{ListenerRoutes, Routes};
use glam::Vec2;
use std::sync::Arc;
use torg_protocol::geometry::HearingLaw;
use torg_protocol::ids::{AudioSlotIndex, ParticipantId};
use torg_protocol::limits::AUDIO_SLOTS;
use torg_protocol::units::TimeMs;

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

impl Hearing {
    pub(crate) fn new(size_m: Vec2, tables: usize, law: HearingLaw) -> Self {
        Self {
            room: Room::new(size_m, tables, law),
            changes: Changes::new(size_m, tables, law),
            slots: Vec::new(),
            tick: 0,
            routes: Arc::new(Routes::default()),
            reroute: false,
        }
    }

    /// Another law, for everybody, from the next tick on.
    pub(crate) fn set_law(&mut self, law: HearingLaw) {
        self.room.set_law(law);
        self.changes = Changes::new(self.room.size_m(), self.room.tables(), law);
        self.changes.mark_everything(self.tick + 1);
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
        if self.changes.any(self.tick) {
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

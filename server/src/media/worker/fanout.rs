//! Who of this worker's listeners hears whom: routes turned round, by speaker.

use crate::mailbox::{PeerId, RoutesCell, SpaceKey};
use std::collections::HashMap;
use std::sync::Arc;
use torg_protocol::ids::ParticipantId;
use torg_space::Routes;

/// One audio slot of one of this worker's peers, by the peer's place in the worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct LegAt {
    pub(super) listener: usize,
    pub(super) slot: usize,
}

/// The legs of this worker, by speaker.
#[derive(Debug, Default)]
pub(super) struct Fanout {
    legs: HashMap<PeerId, Vec<LegAt>>,
}

impl Fanout {
    /// The legs that carry a speaker.
    pub(super) fn of(&self, speaker: PeerId) -> &[LegAt] {
        self.legs.get(&speaker).map_or(&[], Vec::as_slice)
    }

    pub(super) fn add(&mut self, speaker: PeerId, leg: LegAt) {
        self.legs.entry(speaker).or_default().push(leg);
    }

    pub(super) fn remove(&mut self, speaker: PeerId, leg: LegAt) {
        if let Some(legs) = self.legs.get_mut(&speaker) {
            legs.retain(|other| *other != leg);
            if legs.is_empty() {
                self.legs.remove(&speaker);
            }
        }
    }
}

/// The newest routes of each space, and which of them this worker has applied.
#[derive(Debug, Default)]
pub(super) struct RouteReader {
    spaces: HashMap<SpaceKey, (RoutesCell, Option<Arc<Routes>>)>,
}

impl RouteReader {
    pub(super) fn open(&mut self, space: SpaceKey, routes: RoutesCell) {
        self.spaces.insert(space, (routes, None));
    }

    pub(super) fn close(&mut self, space: SpaceKey) {
        self.spaces.remove(&space);
    }

    /// The spaces whose routes changed since the last call.
    pub(super) fn changed(&mut self) -> Vec<(SpaceKey, Arc<Routes>)> {
        let mut changed = Vec::new();
        for (&space, (cell, applied)) in &mut self.spaces {
            let newest = cell.load();
            if !applied.as_ref().is_some_and(|applied| Arc::ptr_eq(applied, &newest)) {
                let newest = Arc::clone(&newest);
                *applied = Some(Arc::clone(&newest));
                changed.push((space, newest));
            }
        }
        changed
    }

    /// The routes of a space as last applied: for a listener who comes up between two changes.
    pub(super) fn applied(&self, space: SpaceKey) -> Option<&Arc<Routes>> {
        self.spaces.get(&space).and_then(|(_, applied)| applied.as_ref())
    }
}

/// Whom a listener hears, by slot; nobody for who is not in the routes.
pub(super) fn slots_of(
    routes: &Routes,
    listener: ParticipantId,
) -> [Option<ParticipantId>; torg_protocol::limits::AUDIO_SLOTS] {
    let found = routes.listeners.binary_search_by_key(&listener, |entry| entry.listener);
    found.map(|at| routes.listeners[at].slots).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use arc_swap::ArcSwap;
    use torg_protocol::limits::AUDIO_SLOTS;
    use torg_space::ListenerRoutes;

    #[test]
    fn only_the_newest_routes_count() {
        let cell: RoutesCell = Arc::new(ArcSwap::from_pointee(Routes::default()));
        let mut reader = RouteReader::default();
        reader.open(SpaceKey(1), Arc::clone(&cell));
        assert_eq!(reader.changed().len(), 1, "the first look");
        assert!(reader.changed().is_empty());
        let mut slots = [None; AUDIO_SLOTS];
        slots[3] = Some(ParticipantId(9));
        let listeners = vec![ListenerRoutes { listener: ParticipantId(4), slots }];
        cell.store(Arc::new(Routes { version: 1, listeners: Vec::new() }));
        cell.store(Arc::new(Routes { version: 2, listeners }));
        let changed = reader.changed();
        assert_eq!(changed[0].1.version, 2, "a skipped one is harmless");
        assert_eq!(slots_of(&changed[0].1, ParticipantId(4)), slots);
        assert_eq!(slots_of(&changed[0].1, ParticipantId(5)), [None; AUDIO_SLOTS]);
    }
}

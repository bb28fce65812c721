//! Keys in memory, bounded.

use super::{PersonKey, Who};
use crate::limits::KEYS_CACHED_MAX;
use std::collections::HashMap;

/// What is known of a person's key.
#[derive(Clone, Copy)]
pub(crate) enum Slot {
    Key(PersonKey),
    /// Thrown away, for good.
    Forgotten,
}

impl std::fmt::Debug for Slot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Key(_) => "Key(secret)",
            Self::Forgotten => "Forgotten",
        })
    }
}

/// The keys that were used last. When the young half is full it becomes the old half, and the old one is dropped: so a
/// key stays for as long as it is used.
#[derive(Default)]
pub(crate) struct Cache {
    young: HashMap<Who, Slot>,
    old: HashMap<Who, Slot>,
    /// Keys that are not on disk yet; they are nowhere else.
    pub(crate) waiting: HashMap<Who, PersonKey>,
}

impl std::fmt::Debug for Cache {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (cached, waiting) = (self.young.len() + self.old.len(), self.waiting.len());
        f.debug_struct("Cache").field("cached", &cached).field("waiting", &waiting).finish()
    }
}

impl Cache {
    pub(crate) fn get(&mut self, who: &Who) -> Option<Slot> {
        if let Some(key) = self.waiting.get(who) {
            return Some(Slot::Key(*key));
        }
        if let Some(slot) = self.young.get(who) {
            return Some(*slot);
        }
        let (who, slot) = self.old.remove_entry(who)?;
        self.insert(who, slot);
        Some(slot)
    }

    /// Takes in what the file says, unless more is known; what counts.
    pub(crate) fn remember(&mut self, who: Who, slot: Slot) -> Slot {
        if let Some(known) = self.get(&who) {
            return known;
        }
        self.insert(who, slot);
        slot
    }

    pub(crate) fn forget(&mut self, who: Who) {
        self.waiting.remove(&who);
        self.old.remove(&who);
        self.insert(who, Slot::Forgotten);
    }

    pub(crate) fn written(&mut self, keys: &[(Who, PersonKey)]) {
        for (who, key) in keys {
            if self.waiting.remove(who).is_some() {
                self.insert(who.clone(), Slot::Key(*key));
            }
        }
    }

    fn insert(&mut self, who: Who, slot: Slot) {
        if self.young.len() >= KEYS_CACHED_MAX / 2 {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(who, slot);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use torg_protocol::ids::{ParticipantId, SpaceId};

    #[test]
    fn it_is_bounded_and_keeps_what_is_used() {
        let space = SpaceId::parse("torg").expect("an id");
        let who = |person: usize| (space.clone(), ParticipantId(u32::try_from(person).expect("a small number")));
        let mut cache = Cache::default();
        for person in 0..3 * KEYS_CACHED_MAX {
            cache.remember(who(person), Slot::Forgotten);
            assert!(cache.get(&who(0)).is_some(), "used all the time");
        }
        assert!(cache.young.len() + cache.old.len() <= KEYS_CACHED_MAX);
        assert!(cache.get(&who(1)).is_none());
    }
}

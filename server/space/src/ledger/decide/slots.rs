//! Slots: the agenda is the hosts'.

use super::{Case, Decided};
use crate::ledger::book::{Phase, SlotEntry};
use crate::ledger::rights::Deed;
use crate::ledger::{Fact, LedgerRefusal, SlotText};
use crate::limits::SLOT_END_MAX;
use torg_protocol::agenda::{Slot, SlotKind};
use torg_protocol::ids::{SlotId, TopicId};
use torg_protocol::limits::{SLOT_MS_MAX, SLOTS_MAX};

impl Case<'_> {
    pub(super) fn add_slot(&self, text: &SlotText) -> Decided {
        self.right(Deed::ArrangeSlots)?;
        check_times(text)?;
        if self.ledger.book.slots.len() >= SLOTS_MAX {
            return Err(LedgerRefusal::TooMany { what: "slots", max: SLOTS_MAX });
        }
        let slot = slot(SlotId(self.ledger.book.newest.slot + 1), text);
        Ok(vec![Fact::SlotAdded { slot, by: self.by }])
    }

    /// Topics stay on their cells, unless the slot takes none any more: then they go back to the tray.
    pub(super) fn edit_slot(&self, id: SlotId, text: &SlotText) -> Decided {
        self.right(Deed::ArrangeSlots)?;
        let entry = self.slot(id)?;
        check_times(text)?;
        let slot = slot(id, text);
        if slot == entry.slot {
            return Ok(vec![]);
        }
        // What runs and is to begin later closes, and opens again when it begins.
        let closed = self.closing(entry).filter(|_| slot.starts_at > self.moment.now);
        let placed = self.placed_in(id);
        if slot.kind != SlotKind::Topics {
            let unplaced = placed.map(|topic| Fact::TopicUnplaced { topic, by: self.by });
            return Ok(closed.into_iter().chain(unplaced).chain([Fact::SlotEdited { slot, by: self.by }]).collect());
        }
        let edited = SlotEntry { slot, ..entry.clone() };
        for topic in placed {
            let one = self.topic(topic)?;
            let Some(cell) = one.placed else { continue };
            // The topic itself stands in the slot as it was, which is no conflict.
            if let Some((other, _)) = self.taken(cell.table, &edited, Some(topic)) {
                return Err(LedgerRefusal::WouldMeet {
                    one: one.text.title.title().to_string(),
                    other: other.text.title.title().to_string(),
                });
            }
        }
        Ok(closed.into_iter().chain([Fact::SlotEdited { slot: edited.slot, by: self.by }]).collect())
    }

    pub(super) fn remove_slot(&self, id: SlotId) -> Decided {
        self.right(Deed::ArrangeSlots)?;
        if !self.ledger.book.slots.contains_key(&id) && id.0 <= self.ledger.book.newest.slot {
            // It was there and is gone: as asked.
            return Ok(vec![]);
        }
        let closed = self.closing(self.slot(id)?);
        let unplaced = self.placed_in(id).map(|topic| Fact::TopicUnplaced { topic, by: self.by });
        Ok(closed.into_iter().chain(unplaced).chain([Fact::SlotRemoved { slot: id, by: self.by }]).collect())
    }

    pub(super) fn slot(&self, id: SlotId) -> Result<&SlotEntry, LedgerRefusal> {
        self.ledger.book.slots.get(&id).ok_or(LedgerRefusal::UnknownSlot)
    }

    /// Who heard the bell at a slot's beginning hears one at its end, also when that comes by a host's hand.
    fn closing(&self, entry: &SlotEntry) -> Option<Fact> {
        let runs = matches!(entry.phase, Phase::Running { .. });
        runs.then_some(Fact::SlotClosed { slot: entry.slot.id, bell: self.moment.now })
    }

    fn placed_in(&self, id: SlotId) -> impl Iterator<Item = TopicId> + '_ {
        self.ledger.index.cells.iter().filter(move |((_, slot), _)| *slot == id).map(|(_, topic)| *topic)
    }
}

fn slot(id: SlotId, text: &SlotText) -> Slot {
    Slot { id, name: text.name.clone(), kind: text.kind, starts_at: text.starts_at, ends_at: text.ends_at }
}

/// A slot may start in the past, cross midnight and overlap others; it must take some time, and not too much.
fn check_times(text: &SlotText) -> Result<(), LedgerRefusal> {
    if text.ends_at <= text.starts_at {
        return Err(LedgerRefusal::Time("a slot ends later than it starts"));
    }
    if text.ends_at.since(text.starts_at).0 > SLOT_MS_MAX {
        return Err(LedgerRefusal::Time("a slot lasts for a week at most"));
    }
    if text.ends_at > SLOT_END_MAX {
        return Err(LedgerRefusal::Time("a slot ends in the year 9999 at the latest"));
    }
    Ok(())
}

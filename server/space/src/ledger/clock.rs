//! What happens by itself: the bell, and asking who hosts a topic whose conveners are not there.

use super::book::Phase;
use super::{Fact, Ledger, Seating};
use crate::limits::{ABSENT_AFTER, ASK_AGAIN_AFTER, PULSE_EVERY};
use std::collections::BTreeMap;
use torg_protocol::ids::{ParticipantId, SlotId, TableId, TopicId};
use torg_protocol::units::TimeMs;

impl Ledger {
    /// The bells that are due, in their order. Each comes once, also when the server was down at its time: a slot that
    /// came and went meanwhile opens and closes.
    #[must_use]
    pub fn due(&self, now: TimeMs) -> Vec<Fact> {
        let mut bells = Vec::new();
        for &(_, id) in self.index.bells.range(..=(now, SlotId(u32::MAX))) {
            let Some(entry) = self.book.slots.get(&id) else { continue };
            // A slot may start in the past; then it opens when it was made.
            let opens = entry.slot.starts_at.max(entry.changed_at);
            let closes = entry.slot.ends_at.max(entry.changed_at);
            if entry.phase == Phase::Ahead {
                bells.push((opens, 1, id));
            }
            if closes <= now {
                bells.push((closes, if opens == closes { 2 } else { 0 }, id));
            }
        }
        // Of two bells at one moment the one that closes is first: a table carries one topic at a time.
        bells.sort_unstable();
        let fact = |(bell, order, slot)| match order {
            1 => Fact::SlotOpened { slot, bell },
            _ => Fact::SlotClosed { slot, bell },
        };
        bells.into_iter().map(fact).collect()
    }

    /// Lets the bells ring that are due, takes them in with the turns of visits that come of them, and says all that is
    /// to be written.
    pub fn ring(&mut self, now: TimeMs, seating: &Seating) -> Vec<Fact> {
        let mut facts = Vec::new();
        for fact in self.due(now) {
            let (Fact::SlotOpened { bell, .. } | Fact::SlotClosed { bell, .. }) = fact else { continue };
            self.apply(now, &fact);
            facts.push(fact);
            let turns = self.turns(bell, seating);
            self.apply_all(now, &turns);
            facts.extend(turns);
        }
        facts
    }

    /// A sign of life for when the server is killed: how long people sat where they sat, and spoke to all, is known to
    /// half a minute then.
    #[must_use]
    pub fn pulse(&self, now: TimeMs) -> Option<Fact> {
        let goes_on = self.has_open_visits() || !self.book.speeches.is_empty();
        let due = goes_on && now.since(self.book.last) >= PULSE_EVERY;
        due.then_some(Fact::SpaceRan {})
    }
}

/// When it was last asked who hosts a topic.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Absences {
    asked: BTreeMap<TopicId, TimeMs>,
}

impl Absences {
    /// Topics to be asked about now, each with those who sit at its table: two minutes into the slot none of its
    /// conveners does. The same is asked once a minute at most while it stays so.
    pub fn ask(&mut self, now: TimeMs, ledger: &Ledger, seating: &Seating) -> Vec<(TopicId, Vec<ParticipantId>)> {
        let absent = ledger.without_convener(now, seating);
        self.asked.retain(|topic, _| absent.iter().any(|(other, _)| other == topic));
        let mut asks = Vec::new();
        for (topic, table) in absent {
            let before = self.asked.get(&topic);
            if before.is_none_or(|before| now.since(*before) >= ASK_AGAIN_AFTER) {
                self.asked.insert(topic, now);
                asks.push((topic, seating.at(table).collect()));
            }
        }
        asks
    }
}

impl Ledger {
    /// Topics at whose table people sit and none of its conveners does, two minutes into the slot or later.
    fn without_convener(&self, now: TimeMs, seating: &Seating) -> Vec<(TopicId, TableId)> {
        let running = &self.index.running;
        if running.is_empty() {
            return Vec::new();
        }
        let cells = self.index.cells.iter().filter(|((_, slot), _)| running.contains(slot));
        let lacks = |topic: TopicId, table: TableId| {
            seating.at(table).next().is_some() && self.lacks_convener(now, topic, seating)
        };
        cells.filter(|((table, _), topic)| lacks(**topic, *table)).map(|((table, _), topic)| (*topic, *table)).collect()
    }

    /// Whether a topic runs for two minutes or longer and none of its conveners sits at its table.
    pub(super) fn lacks_convener(&self, now: TimeMs, topic: TopicId, seating: &Seating) -> bool {
        let Some(entry) = self.book.live(topic) else { return false };
        let Some(cell) = entry.placed else { return false };
        let Some(Phase::Running { since }) = self.book.slots.get(&cell.slot).map(|slot| slot.phase) else {
            return false;
        };
        let waited = now.since(since.max(entry.placed_at)) >= ABSENT_AFTER;
        waited && !entry.conveners().any(|convener| seating.table_of(convener) == Some(cell.table))
    }
}

//! A ledger with its map, its seating and its time, and every fact written down.

use std::cell::Cell as Counter;
use std::collections::BTreeMap;
use torg_protocol::agenda::{Cell, SlotKind, TopicCard, Visit};
use torg_protocol::ids::{ParticipantId, SlotId, TableId, TopicId};
use torg_protocol::people::{Addressed, Role};
use torg_protocol::text::{Label, PersonName, Prose, Title};
use torg_protocol::units::{DurationMs, TimeMs};
use torg_space::Map;
use torg_space::ledger::{
    Absences, Actor, Change, Comer, Fact, Ledger, LedgerRefusal, Moment, News, Seating, SlotText, Stay, TopicText,
};

pub(crate) const MINUTE: u64 = 60_000;
pub(crate) const OAK: TableId = TableId(2);
pub(crate) const BIRCH: TableId = TableId(0);
/// The closed one.
pub(crate) const SPRUCE: TableId = TableId(5);

pub(crate) struct Desk {
    pub(crate) ledger: Ledger,
    pub(crate) seating: Seating,
    pub(crate) waiting: Vec<ParticipantId>,
    pub(crate) absences: Absences,
    pub(crate) now: TimeMs,
    pub(crate) written: Vec<(TimeMs, Fact)>,
    pub(crate) news: Vec<News>,
    map: Map,
    topics: Counter<u32>,
}

impl Desk {
    /// Noon of the first day of 2027.
    pub(crate) fn open() -> Self {
        Self {
            ledger: Ledger::default(),
            seating: Seating::default(),
            waiting: vec![],
            absences: Absences::default(),
            now: TimeMs(1_798_804_800_000),
            written: vec![],
            news: vec![],
            map: Map::default_square(),
            topics: Counter::new(0),
        }
    }

    pub(crate) fn after(&self, minutes: i64) -> TimeMs {
        TimeMs(self.now.0.saturating_add_signed(minutes * MINUTE as i64))
    }

    pub(crate) fn moment(&self) -> Moment<'_> {
        Moment { now: self.now, map: &self.map, seating: &self.seating, waiting: &self.waiting }
    }

    /// Somebody comes in by a link.
    pub(crate) fn come(&mut self, name: &str, link: Role) -> ParticipantId {
        self.come_as(None, name, link).expect("the door is open")
    }

    pub(crate) fn come_as(
        &mut self,
        known: Option<ParticipantId>,
        name: &str,
        link: Role,
    ) -> Result<ParticipantId, LedgerRefusal> {
        let name = PersonName::parse(name).expect("a name");
        let population = self.seating.population();
        let coming = self.ledger.come(&Comer { known, name: &name, link, population })?;
        self.write(coming.facts);
        if coming.waits {
            self.waiting.push(coming.participant);
        } else {
            let stays = self.seating.enter(self.now, coming.participant, None);
            self.stay(stays);
        }
        Ok(coming.participant)
    }

    #[expect(clippy::needless_pass_by_value, reason = "stories write their changes in place")]
    pub(crate) fn does(&mut self, by: ParticipantId, change: Change) -> Result<Vec<Fact>, LedgerRefusal> {
        self.asks(Actor::Person(by), &change)
    }

    pub(crate) fn asks(&mut self, by: Actor, change: &Change) -> Result<Vec<Fact>, LedgerRefusal> {
        let mut ahead = self.ledger.clone();
        let facts = ahead.act(&self.moment(), by, change)?;
        self.write(facts.clone());
        assert_eq!(self.ledger, ahead, "what was decided ahead is what comes of it");
        Ok(facts)
    }

    /// Time passes, and the bells ring that are due, each at its minute.
    pub(crate) fn pass(&mut self, minutes: u64) {
        for _ in 0..minutes {
            self.now = self.now + DurationMs(MINUTE);
            self.ring();
        }
    }

    pub(crate) fn ring(&mut self) {
        let facts = self.ledger.clone().ring(self.now, &self.seating);
        self.write(facts);
    }

    pub(crate) fn sit(&mut self, who: ParticipantId, table: impl Into<Option<TableId>>) {
        let stays = self.seating.place(self.now, who, table.into());
        self.stay(stays);
    }

    pub(crate) fn stay(&mut self, stays: impl IntoIterator<Item = Stay>) {
        for stay in stays {
            let facts = self.ledger.clone().stay(self.now, &stay);
            self.write(facts);
        }
    }

    /// Who speaks to all at this moment, as the space tells it.
    pub(crate) fn speak(&mut self, speeches: &BTreeMap<ParticipantId, Addressed>) -> Vec<Fact> {
        let facts = self.ledger.clone().speak(self.now, speeches);
        self.write(facts.clone());
        facts
    }

    pub(crate) fn write(&mut self, facts: Vec<Fact>) {
        for fact in facts {
            self.news.extend(self.ledger.apply(self.now, &fact));
            self.written.push((self.now, fact));
        }
    }

    /// What the facts make of an empty ledger.
    pub(crate) fn replayed(&self) -> Ledger {
        let mut ledger = Ledger::default();
        for (at, fact) in &self.written {
            ledger.apply(*at, fact);
        }
        ledger
    }

    pub(crate) fn slot(&mut self, host: ParticipantId, name: &str, from: i64, to: i64) -> SlotId {
        self.slot_of(host, name, SlotKind::Topics, from, to).expect("a slot")
    }

    pub(crate) fn slot_of(
        &mut self,
        host: ParticipantId,
        name: &str,
        kind: SlotKind,
        from: i64,
        to: i64,
    ) -> Result<SlotId, LedgerRefusal> {
        let text = self.slot_text(name, kind, from, to);
        match self.does(host, Change::AddSlot { text })?.as_slice() {
            [Fact::SlotAdded { slot, .. }] => Ok(slot.id),
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn slot_text(&self, name: &str, kind: SlotKind, from: i64, to: i64) -> SlotText {
        let name = Label::parse(name).expect("a name");
        SlotText { name, kind, starts_at: self.after(from), ends_at: self.after(to) }
    }

    pub(crate) fn post(
        &mut self,
        by: ParticipantId,
        title: &str,
        at: Option<(SlotId, TableId)>,
    ) -> Result<TopicId, LedgerRefusal> {
        let at = at.map(|(slot, table)| Cell { slot, table });
        let post = Change::PostTopic { text: text(title), convener: None, at, anyway: false };
        self.topics.set(self.topics.get() + 1);
        match self.does(by, post)?.first() {
            Some(Fact::TopicPosted { topic, .. }) => Ok(*topic),
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn card(&self, topic: TopicId) -> &TopicCard {
        self.ledger.card(topic).expect("a live topic")
    }

    /// Visits of somebody: topic, and minutes from and to since a moment.
    pub(crate) fn stays_of(&self, who: ParticipantId, since: TimeMs) -> Vec<(Option<TopicId>, i64, Option<i64>)> {
        let minutes = |at: TimeMs| (at.0 as i64 - since.0 as i64).div_euclid(MINUTE as i64);
        let stay = |visit: Visit| (visit.topic, minutes(visit.from), visit.to.map(minutes));
        self.ledger.visits_of(who).into_iter().map(stay).collect()
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            assert_eq!(self.replayed(), self.ledger, "the facts alone make the same ledger");
        }
    }
}

pub(crate) fn text(title: &str) -> TopicText {
    TopicText {
        title: Title::parse(title).expect("a title"),
        description: Prose::default(),
        wish: None,
        needs: vec![],
        language: None,
    }
}

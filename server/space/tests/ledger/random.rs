//! Random people do random things over virtual days, and the laws hold all the time. A failure prints its seed.

use crate::desk::{Desk, text};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};
use std::collections::{BTreeMap, BTreeSet};
use torg_protocol::ServerMessage;
use torg_protocol::agenda::{AgendaView, Cell, SlotKind};
use torg_protocol::ids::{CommentId, ParticipantId, SlotId, TableId, TopicId, ZoneId};
use torg_protocol::people::{Addressed, Destination, Door, Role};
use torg_protocol::text::{PersonName, Prose};
use torg_protocol::units::{DurationMs, TimeMs};
use torg_space::ledger::{Actor, Change, Fact, Ledger, News, Seating};

const SEEDS: u64 = 16;
const STEPS: usize = 600;

struct Crowd {
    desk: Desk,
    dice: ChaCha8Rng,
    /// What each of those who are in has been told.
    views: BTreeMap<ParticipantId, AgendaView>,
    known: Vec<ParticipantId>,
    /// Who speaks to all.
    speeches: BTreeMap<ParticipantId, Addressed>,
}

impl Crowd {
    fn roll(&mut self, sides: usize) -> usize {
        self.dice.next_u32() as usize % sides.max(1)
    }

    fn somebody(&mut self) -> ParticipantId {
        let one = self.roll(self.known.len());
        self.known.get(one).copied().unwrap_or(ParticipantId(77))
    }

    /// Mostly a live topic, else any number.
    fn topic(&mut self) -> TopicId {
        let live: Vec<_> = self.desk.ledger.cards().map(|card| card.id).collect();
        let any = TopicId(self.roll(40) as u32 + 1);
        if self.roll(8) == 0 { any } else { live.get(self.roll(live.len())).copied().unwrap_or(any) }
    }

    /// A topic that runs and at whose table somebody sits, if there is one.
    fn attended(&mut self) -> Option<TopicId> {
        let Desk { ledger, seating, now, .. } = &self.desk;
        let runs = |slot| ledger.slot(slot).is_some_and(|slot| slot.starts_at <= *now && *now < slot.ends_at);
        let is_attended = |cell: &Cell| runs(cell.slot) && seating.at(cell.table).next().is_some();
        let placed = ledger.cards().filter_map(|card| Some((card.id, card.placed?)));
        let topics: Vec<_> = placed.filter(|(_, cell)| is_attended(cell)).map(|(topic, _)| topic).collect();
        topics.get(self.roll(topics.len())).copied()
    }

    fn slot(&mut self) -> SlotId {
        let slots: Vec<_> = self.desk.ledger.slots().map(|slot| slot.id).collect();
        slots.get(self.roll(slots.len() + 1)).copied().unwrap_or(SlotId(99))
    }

    /// Mostly somebody who may: who brings a topic, or the host.
    fn asker(&mut self, change: &Change) -> ParticipantId {
        let about = match change {
            Change::EditTopic { topic, .. }
            | Change::ReviseTopic { topic, .. }
            | Change::PlaceTopic { topic, .. }
            | Change::UnplaceTopic { topic }
            | Change::WithdrawTopic { topic }
            | Change::ProposeMerge { topic, .. }
            | Change::AnswerMerge { topic, .. }
            | Change::RemoveComment { topic, .. } => self.desk.ledger.card(*topic),
            Change::HostTopic { topic } => {
                let table = self.desk.ledger.card(*topic).and_then(|card| card.placed).map(|cell| cell.table);
                return table.and_then(|table| self.desk.seating.at(table).next()).unwrap_or(ParticipantId(1));
            }
            Change::PostTopic { .. } | Change::SetInterest { .. } | Change::Rename { .. } => return self.somebody(),
            _ => return if self.roll(3) == 0 { self.somebody() } else { ParticipantId(1) },
        };
        let convener = about.and_then(|card| card.convener.participant).unwrap_or(ParticipantId(1));
        if self.roll(4) == 0 { self.somebody() } else { convener }
    }

    fn cell(&mut self) -> Cell {
        Cell { slot: self.slot(), table: TableId(self.roll(7) as u16) }
    }

    fn come(&mut self) {
        let known = (self.roll(2) == 0).then(|| self.somebody()).filter(|who| !self.desk.seating.is_in(*who));
        let name = format!("P {}", self.roll(5));
        let link = Role::ALL[self.roll(9).min(6)];
        if let Ok(who) = self.desk.come_as(known, &name, link) {
            if !self.known.contains(&who) {
                self.known.push(who);
            }
            if self.desk.seating.is_in(who) {
                let agenda = self.desk.ledger.agenda(who);
                self.desk.news.clear();
                self.views.insert(who, agenda);
            }
        }
    }

    /// Somebody walks, sits, drops, comes back or goes.
    fn walk(&mut self) {
        let (who, now) = (self.somebody(), self.desk.now);
        let table = Some(TableId(self.roll(6) as u16)).filter(|table| table.0 < 5);
        let stays = match self.roll(6) {
            0 => {
                self.desk.seating.drop_line(now, who);
                vec![]
            }
            1 => self.desk.seating.come_back(now, who).into_iter().collect(),
            2 => {
                self.views.remove(&who);
                self.speeches.remove(&who);
                self.desk.speak(&self.speeches);
                self.desk.seating.leave(now, who).into_iter().collect()
            }
            _ => self.desk.seating.place(now, who, table),
        };
        self.desk.stay(stays);
    }

    /// Somebody begins to speak to all, to others than before, or ends.
    fn speak(&mut self) {
        let who = self.somebody();
        let to = [Addressed::Everybody {}, Addressed::Zone { zone: ZoneId(1) }, Addressed::Conveners {}][self.roll(3)];
        if self.roll(2) == 0 {
            self.speeches.remove(&who);
        } else if self.speeches.len() < 4 && self.desk.seating.is_in(who) {
            self.speeches.insert(who, to);
        }
        self.desk.speak(&self.speeches);
    }

    fn restart(&mut self) {
        let json = serde_json::to_string(&self.desk.ledger).expect("JSON");
        self.desk.ledger = serde_json::from_str(&json).expect("what was written can be read");
        self.speeches.clear();
        self.desk.speak(&self.speeches);
        self.desk.seating = Seating::resume(&self.desk.ledger, self.desk.now);
        self.views.clear();
        for who in self.known.clone() {
            if self.roll(2) == 0 && self.desk.come_as(Some(who), "Back", Role::Participant).is_ok() {
                self.views.insert(who, self.desk.ledger.agenda(who));
            }
        }
        self.desk.news.clear();
    }

    fn change(&mut self) -> Change {
        let prose = || Prose::parse("Words").expect("words");
        let (topic, other, slot) = (self.topic(), self.topic(), self.slot());
        let participant = self.somebody();
        let yes = self.roll(2) == 0;
        match self.roll(33) {
            0..3 => {
                let at = yes.then(|| self.cell());
                let title = format!("A topic {}", self.desk.written.len() % 60);
                Change::PostTopic { text: text(&title), convener: None, at, anyway: self.roll(2) == 0 }
            }
            3 => {
                let mut text = text("Another title");
                text.wish = yes.then_some(slot);
                Change::EditTopic { topic, text }
            }
            4..7 => Change::PlaceTopic { topic, at: self.cell(), anyway: yes },
            7 => Change::UnplaceTopic { topic },
            8 => Change::WithdrawTopic { topic },
            9 => Change::SetCoConveners { topic, participants: vec![participant, self.somebody()] },
            10 => Change::ProposeMerge { topic, with: other },
            11 if yes => {
                let asked = self.desk.ledger.cards().find(|card| card.merge_proposed_by.is_some());
                Change::AnswerMerge { topic: asked.map_or(topic, |card| card.id), agree: self.roll(2) == 0 }
            }
            11 => Change::AnswerMerge { topic, agree: yes },
            12 => Change::HostTopic { topic },
            26..29 => Change::HostTopic { topic: self.attended().unwrap_or(topic) },
            13 => Change::SetInterest { topic, interested: yes },
            14 => Change::AddComment { topic, text: prose() },
            15 => {
                let comments = self.desk.ledger.topic_detail(topic, Actor::Link(Role::Host));
                let first = comments.and_then(|detail| Some(detail.comments.first()?.id));
                Change::RemoveComment { topic, comment: first.unwrap_or(CommentId(99)) }
            }
            16..18 => {
                let (from, length) = (self.roll(300) as i64 - 60, self.roll(60) as i64);
                let kind = [SlotKind::Topics, SlotKind::Topics, SlotKind::Topics, SlotKind::Break][self.roll(4)];
                let text = self.desk.slot_text("Slot", kind, from, from + length);
                if yes { Change::AddSlot { text } } else { Change::EditSlot { slot, text } }
            }
            18 => Change::RemoveSlot { slot },
            19 => Change::GrantRole { participant, role: Role::ALL[self.roll(7)] },
            20 => Change::AdmitAll,
            21 => Change::SetDoor { door: [Door::Open, Door::Open, Door::Lobby, Door::Locked][self.roll(4)] },
            22 => Change::Move { participant, to: Destination::Table(TableId(0)) },
            23 => Change::Remove { participant, words: prose(), for_good: yes && self.roll(8) == 0 },
            24 => Change::CallForHelp { words: prose() },
            25 => {
                let name = format!("{} {}", if yes { "P" } else { "N" }, self.roll(9));
                let convener = Some(PersonName::parse(&name).expect("a name"));
                let at = [None, Some(None), Some(Some(self.cell()))][self.roll(3)];
                Change::ReviseTopic { topic, text: yes.then(|| text("Another title")), convener, at, anyway: yes }
            }
            29 => Change::LendWord { participant, lent: yes },
            30..32 => Change::KeepOut {
                table: TableId(if yes { 5 } else { self.roll(7) as u16 }),
                kept_out: self.roll(2) == 0,
            },
            _ => Change::Rename { name: PersonName::parse(&format!("N {}", self.roll(9))).expect("a name") },
        }
    }

    fn step(&mut self) {
        match self.roll(20) {
            0..2 => self.come(),
            2..7 => self.walk(),
            7 => self.speak(),
            8..11 => {
                let ms = self.roll(20 * 60_000) as u64;
                self.desk.now = self.desk.now + DurationMs(ms);
                self.desk.ring();
                let gone = self.desk.seating.expire(self.desk.now);
                self.desk.stay(gone);
            }
            11 if self.roll(20) == 0 => self.restart(),
            _ => {
                let change = self.change();
                let who = self.asker(&change);
                for fact in self.desk.does(who, change).unwrap_or_default() {
                    if let Fact::Admitted { person, .. } = fact {
                        self.desk.waiting.retain(|other| *other != person);
                        self.desk.seating.enter(self.desk.now, person, None);
                        self.views.insert(person, self.desk.ledger.agenda(person));
                    }
                }
            }
        }
        self.tell();
    }

    /// Tells everybody who is in, as a keeper does.
    fn tell(&mut self) {
        let ledger = &self.desk.ledger;
        for news in std::mem::take(&mut self.desk.news) {
            for (who, view) in &mut self.views {
                let message = match news {
                    News::Slot(id) => ledger.slot(id).map(|slot| ServerMessage::SlotChanged { slot: slot.clone() }),
                    News::SlotGone(slot) => Some(ServerMessage::SlotRemoved { slot }),
                    News::Topic(id) => ledger.card(id).map(|card| ServerMessage::TopicChanged { topic: card.clone() }),
                    News::TopicGone(topic) => {
                        Some(ServerMessage::TopicRemoved { topic, into: ledger.merged_into(topic) })
                    }
                    News::Interests(person) if person == *who => {
                        Some(ServerMessage::MyInterests { topics: ledger.interests(person) })
                    }
                    _ => None,
                };
                message.map(|message| view.hear(&message));
            }
        }
    }

    fn check(&self) {
        let ledger = &self.desk.ledger;
        let slots: BTreeMap<_, _> = ledger.slots().map(|slot| (slot.id, slot)).collect();
        let placed: Vec<_> = ledger.cards().filter_map(|card| Some((card.id, card.placed?))).collect();
        for (one, at) in &placed {
            let (a, meets) = (slots[&at.slot], |b: SlotId| slots[&b]);
            for (other, there) in placed.iter().filter(|(other, there)| other != one && there.table == at.table) {
                let b = meets(there.slot);
                assert!(a.ends_at <= b.starts_at || b.ends_at <= a.starts_at, "{one} and {other} share a table");
            }
        }
        let mut last: BTreeMap<ParticipantId, TimeMs> = BTreeMap::new();
        let mut open = BTreeMap::new();
        let mut visits: Vec<_> = ledger.visits().collect();
        visits.sort_by_key(|visit| (visit.from, visit.to.unwrap_or(TimeMs(u64::MAX))));
        for visit in visits {
            let who = visit.who.participant.expect("who sat there was in");
            assert!(last.get(&who).is_none_or(|last| *last <= visit.from), "{who} sits at two tables: {visit:?}");
            assert!(visit.to.is_none_or(|to| to > visit.from), "{visit:?}");
            last.insert(who, visit.to.unwrap_or(TimeMs(u64::MAX)));
            if visit.to.is_none() {
                open.insert(who, visit.table);
            }
        }
        for &who in &self.known {
            if self.desk.seating.is_in(who) && self.desk.seating.table_of(who).is_some() {
                assert_eq!(open.get(&who).copied(), self.desk.seating.table_of(who), "{who} sits and is written down");
            }
        }
        assert_eq!(*ledger.speeches(), self.speeches, "who speaks is written down");
        assert!(ledger.kept_out().all(|table| table == TableId(5)), "only the closed table keeps anything out");
        for (who, view) in &self.views {
            assert_eq!(*view, ledger.agenda(*who), "what {who} was told is how it stands");
        }
    }
}

fn run(seed: u64) -> BTreeSet<&'static str> {
    eprintln!("seed {seed}");
    let mut crowd = Crowd {
        desk: Desk::open(),
        dice: ChaCha8Rng::seed_from_u64(seed),
        views: BTreeMap::new(),
        known: vec![],
        speeches: BTreeMap::new(),
    };
    let host = crowd.desk.come("Host", Role::Host);
    crowd.known.push(host);
    for _ in 0..STEPS {
        crowd.step();
        crowd.check();
    }
    let bytes = |ledger: &Ledger| serde_json::to_string(ledger).expect("JSON");
    assert_eq!(bytes(&crowd.desk.replayed()), bytes(&crowd.desk.ledger), "to the byte");
    let read: Ledger = serde_json::from_str(&bytes(&crowd.desk.ledger)).expect("what was written can be read");
    assert_eq!(read, crowd.desk.ledger, "with all that helps to find things in it");
    check_facts(&crowd.desk.written);
    // Everybody goes home: no visit stays open but of those who may still come back.
    for who in crowd.known.clone() {
        let stay = crowd.desk.seating.leave(crowd.desk.now, who);
        crowd.desk.stay(stay);
    }
    crowd.desk.now = crowd.desk.after(1);
    let gone = crowd.desk.seating.expire(crowd.desk.now);
    crowd.desk.stay(gone);
    assert!(!crowd.desk.ledger.has_open_visits());
    // Whoever was the host may have lost that role by now; the link for hosts has it for ever.
    crowd.desk.asks(Actor::Link(Role::Host), &Change::CloseSpace).expect("a host may");
    assert!(crowd.desk.ledger.is_closed() && crowd.desk.replayed().is_closed());
    check_speeches(&crowd.desk.written);
    crowd.desk.written.iter().map(|(_, fact)| fact.kind()).collect()
}

/// Ids are given once, and facts read as they were written.
fn check_facts(written: &[(TimeMs, Fact)]) {
    let mut given = BTreeSet::new();
    for (_, fact) in written {
        let id = match fact {
            Fact::PersonCame { person, .. } => Some(("person", person.0)),
            Fact::TopicPosted { topic, .. } => Some(("topic", topic.0)),
            Fact::SlotAdded { slot, .. } => Some(("slot", slot.id.0)),
            Fact::CommentAdded { comment, .. } => Some(("comment", comment.0)),
            Fact::VisitBegan { visit, .. } => Some(("visit", visit.0)),
            _ => None,
        };
        assert!(id.is_none_or(|id| given.insert(id)), "{id:?} was given twice");
        let json = serde_json::to_value(fact).expect("JSON");
        assert_eq!(json["kind"], fact.kind());
        assert_eq!(&serde_json::from_value::<Fact>(json).expect("the same"), fact);
        let mut sealed = fact.clone();
        sealed.personal_mut(&mut |text| text.seal(|_, _| Some("sealed".to_owned())));
        let json = serde_json::to_string(&sealed).expect("JSON");
        for personal in ["A topic", "Another title", "Words", "\"P ", "\"N "] {
            assert!(!json.contains(personal), "{json} shows what is personal");
        }
    }
}

/// Every speech that began has ended by the end, and none began twice.
fn check_speeches(written: &[(TimeMs, Fact)]) {
    let mut speaking = BTreeSet::new();
    for (_, fact) in written {
        match fact {
            Fact::SpeechBegan { person, .. } => assert!(speaking.insert(*person), "{person} began twice"),
            Fact::SpeechEnded { person } => assert!(speaking.remove(person), "{person} ended without having begun"),
            _ => {}
        }
    }
    assert!(speaking.is_empty(), "{speaking:?} never ended");
}

/// What nobody in here asks for; the rest must have happened, or the laws were not tried.
const NOT_TRIED: [&str; 7] =
    ["capacity_set.1", "turned_away.1", "muted.1", "asked_to_unmute.1", "help_taken.1", "help_ended.1", "space_ran.1"];

#[test]
fn whatever_people_do_the_laws_hold() {
    let seen: BTreeSet<_> = (0..SEEDS).flat_map(run).chain(NOT_TRIED).collect();
    let missed: Vec<_> = Fact::KINDS.iter().filter(|kind| !seen.contains(**kind)).collect();
    assert!(missed.is_empty(), "{missed:?} did not happen");
}

//! What the API asks: read from what is committed, and changed as people on the square change it, by the same rights
//! and with the same answer, which comes when it is committed.

use super::after::{After, Promise};
use super::books::Overloaded;
use super::{Keeper, translate};
use crate::limits::VISITS_A_PAGE;
use crate::mailbox::call::{Agenda, Asked, Call, Denied, NewTopic, Reply, SlotEdit, Topic, TopicEdit, VisitRow};
use std::time::Instant;
use torg_protocol::agenda::{Cell, Slot, Visit};
use torg_protocol::ids::{SlotId, TableId, TopicId};
use torg_protocol::message::{Refusal, RefusalCode};
use torg_protocol::people::Role;
use torg_protocol::units::TimeMs;
use torg_space::ledger::{Actor, Change, Deed, Fact, Ledger, LedgerRefusal, Moment, Right, SlotText, TopicText, right};

impl Keeper {
    /// Answers a call, now or when what it changes is committed. Who does not wait for the answer any more doesn't miss
    /// it.
    pub(super) fn call(&mut self, now: TimeMs, Call { role, what }: Call) {
        // Whoever plans the day asks many times: the space does not rest in between.
        self.empty_since = self.empty_since.map(|_| Instant::now());
        match what {
            Asked::Slots { reply } => drop(reply.send(Ok(self.slots()))),
            Asked::Topics { reply } => drop(reply.send(Ok(self.topics()))),
            Asked::Topic { topic, reply } => drop(reply.send(self.topic(topic).ok_or_else(no_topic))),
            Asked::Visits { after, reply } => {
                let may = allowed(role, Deed::ReadVisits);
                let page = || self.books.settled().visits_after(after).take(VISITS_A_PAGE);
                drop(reply.send(may.map(|()| page().map(|visit| self.visit(visit)).collect())));
            }
            Asked::Agenda { reply } => {
                let (slots, topics) = (self.slots(), self.topics());
                drop(reply.send(Ok(Agenda { name: self.name.clone(), slots, topics, now })));
            }
            Asked::AddSlot { text, reply } => self.add_slot(now, role, text, reply),
            Asked::EditSlot { slot, edit, reply } => self.edit_slot(now, role, slot, edit, reply),
            Asked::RemoveSlot { slot, reply } => self.remove_slot(now, role, slot, reply),
            Asked::PostTopic { topic, reply } => self.post_topic(now, role, *topic, reply),
            Asked::EditTopic { topic, edit, reply } => self.edit_topic(now, role, topic, *edit, reply),
            Asked::WithdrawTopic { topic, reply } => self.withdraw_topic(now, role, topic, reply),
            Asked::ComeByDoor { come, reply } => self.come_by_door(now, role, *come, reply),
            Asked::DoorStands { way, door, reply } => drop(reply.send(self.door_stands(way, door))),
            Asked::LeaveByDoor { way, door, reply } => drop(reply.send(self.leave_by_door(now, role, way, door))),
            Asked::MayPlay { person, reply } => drop(reply.send(self.may_play(role, person.as_deref()))),
            Asked::PlaySound { play, reply } => drop(reply.send(self.play_sound(now, role, play))),
            Asked::Sounds { reply } => drop(reply.send(Ok(self.sounds.list()))),
            Asked::EndSound { sound, person, reply } => {
                drop(reply.send(self.end_sound(now, role, person.as_deref(), sound)));
            }
            Asked::MayChange { arranges, map, hearing, reply } => {
                let deeds = [(arranges, Deed::ArrangeSpace), (hearing, Deed::SetHearing)];
                let may = deeds.into_iter().filter(|(asked, _)| *asked).try_for_each(|(_, deed)| allowed(role, deed));
                let may = may.and_then(|()| map.map_or(Ok(()), |map| self.make_room_for(now, &map)));
                drop(reply.send(may));
            }
            Asked::Close { reply } => {
                self.promise(now, role, Ok(Change::CloseSpace), reply, |_, reply| Promise::Closed(reply));
            }
        }
    }

    fn add_slot(&mut self, now: TimeMs, role: Role, text: SlotText, reply: Reply<Slot>) {
        self.promise(now, role, Ok(Change::AddSlot { text }), reply, |facts, reply| {
            let slot = facts.iter().find_map(|fact| match fact {
                Fact::SlotAdded { slot, .. } => Some(slot.id),
                _ => None,
            });
            Promise::Slot(slot.unwrap_or(SlotId(0)), reply)
        });
    }

    fn edit_slot(&mut self, now: TimeMs, role: Role, id: SlotId, edit: SlotEdit, reply: Reply<Slot>) {
        let change = self.books.ahead().slot(id).cloned().ok_or_else(no_slot).map(|slot| Change::EditSlot {
            slot: id,
            text: SlotText {
                name: edit.name.unwrap_or(slot.name),
                kind: edit.kind.unwrap_or(slot.kind),
                starts_at: edit.starts_at.unwrap_or(slot.starts_at),
                ends_at: edit.ends_at.unwrap_or(slot.ends_at),
            },
        });
        self.promise(now, role, change, reply, |_, reply| Promise::Slot(id, reply));
    }

    fn remove_slot(&mut self, now: TimeMs, role: Role, slot: SlotId, reply: Reply<()>) {
        let change = self.books.ahead().slot(slot).map(|_| Change::RemoveSlot { slot }).ok_or_else(no_slot);
        self.promise(now, role, change, reply, |_, reply| Promise::Gone(reply));
    }

    fn post_topic(&mut self, now: TimeMs, role: Role, topic: NewTopic, reply: Reply<Topic>) {
        let NewTopic { title, description, convener, slot, table, needs, language, anyway } = topic;
        let change = self.cell(slot, table.as_deref()).map(|at| Change::PostTopic {
            text: TopicText { title, description, wish: slot.filter(|_| at.is_none()), needs, language },
            convener: Some(convener),
            at,
            anyway,
        });
        self.promise(now, role, change, reply, |facts, reply| {
            let topic = facts.iter().find_map(|fact| match fact {
                Fact::TopicPosted { topic, .. } => Some(*topic),
                _ => None,
            });
            Promise::Topic(topic.unwrap_or(TopicId(0)), reply)
        });
    }

    fn edit_topic(&mut self, now: TimeMs, role: Role, topic: TopicId, edit: TopicEdit, reply: Reply<Topic>) {
        let change = self.revision(topic, edit);
        self.promise(now, role, change, reply, |_, reply| Promise::Topic(topic, reply));
    }

    /// What an edit comes to: a slot without a table is wished for, with one it is where the topic is.
    fn revision(&self, topic: TopicId, edit: TopicEdit) -> Result<Change, Denied> {
        let ahead = self.books.ahead();
        let (Some(card), Some(before)) = (ahead.card(topic), ahead.topic_text(topic)) else { return Err(no_topic()) };
        let mut text = TopicText {
            title: edit.title.unwrap_or(before.title.clone()),
            description: edit.description.unwrap_or(before.description.clone()),
            wish: before.wish,
            needs: edit.needs.unwrap_or(before.needs.clone()),
            language: edit.language.unwrap_or(before.language.clone()),
        };
        let mut at = None;
        if edit.slot.is_some() || edit.table.is_some() {
            let slot = edit.slot.unwrap_or(card.placed.map(|cell| cell.slot).or(card.wish));
            let stands = card.placed.filter(|_| slot.is_some()).map(|cell| self.table_name(cell.table));
            let table = edit.table.unwrap_or(stands);
            at = Some(self.cell(slot, table.as_deref())?);
            if at == Some(None) && edit.slot.is_some() {
                text.wish = slot;
            }
        }
        let text = (text != before).then_some(text);
        Ok(Change::ReviseTopic { topic, text, convener: edit.convener, at, anyway: edit.anyway })
    }

    fn withdraw_topic(&mut self, now: TimeMs, role: Role, topic: TopicId, reply: Reply<()>) {
        let change = self.books.ahead().card(topic).map(|_| Change::WithdrawTopic { topic }).ok_or_else(no_topic);
        self.promise(now, role, change, reply, |_, reply| Promise::Gone(reply));
    }

    /// The cell that a slot and a table's name make; none without a table.
    fn cell(&self, slot: Option<SlotId>, table: Option<&str>) -> Result<Option<Cell>, Denied> {
        if let Some(slot) = slot.filter(|slot| self.books.ahead().slot(*slot).is_none()) {
            let words = format!("there is no slot {slot}: GET …/slots lists those that there are");
            return Err(Denied::by_field("slot", RefusalCode::Text, words));
        }
        let Some(name) = table else { return Ok(None) };
        let Some(slot) = slot else {
            let words = "a topic at a table needs a slot too: name both, or neither";
            return Err(Denied::by_field("slot", RefusalCode::Text, words));
        };
        let Some(table) = self.space.map().table_named(name.trim()) else {
            let words = format!("there is no table named \"{name}\" on this square");
            return Err(Denied::by_field("table", RefusalCode::Text, words));
        };
        Ok(Some(Cell { slot, table: table.id }))
    }

    /// Decides, writes, and promises the answer for when it is committed; or says why not.
    fn promise<T>(
        &mut self,
        now: TimeMs,
        role: Role,
        change: Result<Change, Denied>,
        reply: Reply<T>,
        promised: impl FnOnce(&[Fact], Reply<T>) -> Promise,
    ) {
        // What is waiting to be written happened before this.
        self.books.write_by_itself(now, &self.seating);
        let waiting = self.lobby.ids();
        let moment = Moment { now, map: self.space.map(), seating: &self.seating, waiting: &waiting };
        let mut reply = Some(reply);
        let done = change.and_then(|change| {
            self.books.write(now, |ahead| {
                let facts = ahead.act(&moment, Actor::Link(role), &change).map_err(denied)?;
                let reply = reply.take().expect("it is taken once");
                let promise = promised(&facts, reply);
                Ok::<_, Denied>((facts, After::Promise(promise)))
            })
        });
        if let (Err(denied), Some(reply)) = (done, reply) {
            let _ = reply.send(Err(denied));
        }
    }

    pub(super) fn keep_promise(&self, promise: Promise) {
        match promise {
            Promise::Slot(id, reply) => {
                drop(reply.send(self.books.settled().slot(id).cloned().ok_or_else(no_slot)));
            }
            Promise::Topic(id, reply) => drop(reply.send(self.topic(id).ok_or_else(no_topic))),
            Promise::Gone(reply) | Promise::Closed(reply) => drop(reply.send(Ok(()))),
        }
    }

    fn slots(&self) -> Vec<Slot> {
        let mut slots: Vec<Slot> = self.books.settled().slots().cloned().collect();
        slots.sort_by_key(|slot| (slot.starts_at, slot.id));
        slots
    }

    fn topics(&self) -> Vec<Topic> {
        self.books.settled().cards().filter_map(|card| self.topic(card.id)).collect()
    }

    fn topic(&self, id: TopicId) -> Option<Topic> {
        let ledger: &Ledger = self.books.settled();
        let (card, text) = (ledger.card(id)?, ledger.topic_text(id)?);
        Some(Topic {
            id,
            title: text.title,
            description: text.description,
            convener: card.convener.name.clone(),
            co_conveners: card.co_conveners.iter().map(|named| named.name.clone()).collect(),
            slot: card.placed.map(|cell| cell.slot).or(card.wish),
            table: card.placed.map(|cell| self.table_name(cell.table)),
            needs: text.needs,
            language: text.language,
            interested: card.interested,
            comments: card.comments,
        })
    }

    fn visit(&self, visit: Visit) -> VisitRow {
        let ledger = self.books.settled();
        VisitRow {
            id: visit.id,
            who: visit.who.name,
            participant: visit.who.participant,
            table: self.table_name(visit.table),
            topic: visit.topic.and_then(|topic| Some((topic, ledger.title(topic)?))),
            slot: visit.slot,
            slot_name: visit.slot.and_then(|slot| Some(ledger.slot(slot)?.name.clone())),
            from: visit.from,
            to: visit.to,
        }
    }

    /// A table that the map has no more is called by its number.
    pub(super) fn table_name(&self, table: TableId) -> String {
        let number = || format!("table {}", u32::from(table.0) + 1);
        self.space.map().table(table).map_or_else(number, |table| table.name.clone())
    }
}

impl From<Overloaded> for Denied {
    fn from(overloaded: Overloaded) -> Self {
        Refusal::from(overloaded).into()
    }
}

fn allowed(role: Role, deed: Deed) -> Result<(), Denied> {
    if right(role, deed) == Right::Yes { Ok(()) } else { Err(not_allowed(deed)) }
}

pub(super) fn not_allowed(deed: Deed) -> Denied {
    denied(LedgerRefusal::NotAllowed(deed))
}

#[expect(clippy::needless_pass_by_value, reason = "it maps errors")]
fn denied(refusal: LedgerRefusal) -> Denied {
    let field = match &refusal {
        LedgerRefusal::Time(_) => Some("ends_at"),
        _ => None,
    };
    Denied { refusal: translate::ledger_refusal(&refusal), field }
}

fn no_slot() -> Denied {
    denied(LedgerRefusal::UnknownSlot)
}

fn no_topic() -> Denied {
    denied(LedgerRefusal::UnknownTopic)
}

//! What people ask of the ledger, and what they are told of it.

use super::after::After;
use super::books::Overloaded;
use super::{Keeper, translate};
use crate::mailbox::{Outgoing, SessionId};
use std::collections::BTreeSet;
use torg_protocol::ServerMessage;
use torg_protocol::ids::{ParticipantId, RequestId, TopicId};
use torg_protocol::message::{self as wire, Destination, HelpCall, Made, Refusal, RefusalCode};
use torg_protocol::units::TimeMs;
use torg_space::Audience;
use torg_space::ledger::{Actor, Change, Deed, Fact, Ledger, Moment, News, Repeated, Right, right};

impl Keeper {
    /// A lasting change that somebody asks for: decided now, answered when it is committed.
    pub(super) fn change(
        &mut self,
        now: TimeMs,
        session: SessionId,
        participant: ParticipantId,
        request: RequestId,
        change: wire::Change,
    ) {
        let parsed = translate::change(change).and_then(|change| self.check_seats(change));
        let done = parsed.and_then(|change| {
            self.decide(now, session, participant, Some(request), &change)?;
            self.do_at_once(now, participant, &change);
            Ok(())
        });
        if let Err(refusal) = done {
            self.people.push(participant, Outgoing::refused_request(refusal, Some(request)));
        }
    }

    /// Another name lasts too, though it is no request with a number.
    pub(super) fn rename(&mut self, now: TimeMs, session: SessionId, participant: ParticipantId, change: &Change) {
        if let Err(refusal) = self.decide(now, session, participant, None, change) {
            self.people.push(participant, Outgoing::refused(refusal, false));
        }
    }

    fn decide(
        &mut self,
        now: TimeMs,
        session: SessionId,
        participant: ParticipantId,
        request: Option<RequestId>,
        change: &Change,
    ) -> Result<(), Refusal> {
        // What is waiting to be written happened before this.
        self.books.write_by_itself(now, &self.seating);
        let waiting = self.lobby.ids();
        let moment = Moment { now, map: self.space.map(), seating: &self.seating, waiting: &waiting };
        self.books.write(now, |ahead| {
            let by = Actor::Person(participant);
            let before = ahead.repeated(by, change);
            let facts = ahead.act(&moment, by, change).map_err(|refusal| translate::ledger_refusal(&refusal))?;
            let made = facts.iter().find_map(made).or(before.map(made_before));
            Ok((facts, After::Answer { session, request, made }))
        })
    }

    /// Nobody is walked to a table that is full: only the space knows that.
    fn check_seats(&self, change: Change) -> Result<Change, Refusal> {
        if let Change::Move { to: Destination::Table(table), .. } = change
            && self.space.map().table(table).is_some()
            && !self.space.map().goes(table)
            && self.space.free_seats(table) == 0
        {
            return Err(Refusal::new(RefusalCode::TableFull, "every seat at that table is taken"));
        }
        Ok(change)
    }

    pub(super) fn read_topic(&self, participant: ParticipantId, topic: TopicId) {
        let answer = match self.books.settled().topic_detail(topic, Actor::Person(participant)) {
            Some(detail) => Outgoing::message(&ServerMessage::TopicDetail(Box::new(detail))),
            None => Outgoing::refused(Refusal::new(RefusalCode::Unknown, "there is no such topic any more"), false),
        };
        self.people.push(participant, answer);
    }

    pub(super) fn read_visits(&self, participant: ParticipantId, everybody: bool) {
        let ledger = self.books.settled();
        let may_all = ledger.role(participant).is_some_and(|role| right(role, Deed::ReadVisits) == Right::Yes);
        let answer = match everybody {
            true if !may_all => {
                let words = format!("this takes another role: {}", Deed::ReadVisits.who());
                Outgoing::refused(Refusal::new(RefusalCode::NotAllowed, words), false)
            }
            true => Outgoing::message(&ServerMessage::Visits { visits: ledger.newest_visits() }),
            false => Outgoing::message(&ServerMessage::Visits { visits: ledger.visits_of(participant) }),
        };
        self.people.push(participant, answer);
    }

    /// Tells everybody whom it concerns how things stand that changed. Each is told once, as it stands now.
    pub(super) fn tell_news(&mut self, news: &[News]) {
        let mut told = BTreeSet::new();
        for news in news.iter().filter(|news| told.insert(**news)) {
            match *news {
                News::Door => self.tell_door(),
                News::Help(person) => self.tell_help(person),
                News::Word(person) => self.tell_word(person, Audience::Everybody),
                News::KeptOut => self.tell_kept_out(),
                News::Interests(person) => {
                    let topics = self.books.settled().interests(person);
                    self.people.push(person, Outgoing::message(&ServerMessage::MyInterests { topics }));
                }
                news => {
                    if let Some(message) = of_board(self.books.settled(), news) {
                        self.people.push_to(Audience::Everybody, Outgoing::message(&message));
                    }
                }
            }
        }
    }

    /// Tells those who hold the door how it stands and who waits.
    pub(super) fn tell_door(&self) {
        let message = Outgoing::message(&self.door());
        let ledger = self.books.settled();
        for person in self.people.ids().into_iter().filter(|person| ledger.holds_door(*person)) {
            self.people.push(person, message.clone());
        }
    }

    fn door(&self) -> ServerMessage {
        let ledger = self.books.settled();
        ServerMessage::Door { door: ledger.door(), capacity: ledger.capacity(), waiting: self.lobby.waiting() }
    }

    /// Tells those who help of all calls, and the caller of theirs.
    fn tell_help(&self, caller: ParticipantId) {
        let all = Outgoing::message(&self.calls(|_| true));
        let ledger = self.books.settled();
        for person in self.people.ids() {
            if ledger.answers_help(person) {
                self.people.push(person, all.clone());
            } else if person == caller {
                self.people.push(person, Outgoing::message(&self.calls(|call| call == caller)));
            }
        }
    }

    fn calls(&self, of: impl Fn(ParticipantId) -> bool) -> ServerMessage {
        let calls = self.books.settled().calls().into_iter().filter(|call| of(call.person));
        let call = |call: torg_space::ledger::Call| HelpCall {
            participant: call.person,
            words: call.words,
            since: call.since,
            helper: call.helper,
        };
        ServerMessage::HelpCalls { calls: calls.map(call).collect() }
    }

    /// Tells somebody who came in or got a role what others with it know already.
    pub(super) fn tell_standing(&self, person: ParticipantId) {
        let ledger = self.books.settled();
        if ledger.holds_door(person) {
            self.people.push(person, Outgoing::message(&self.door()));
        }
        let sees_all = ledger.answers_help(person);
        if sees_all || ledger.calls_for_help(person) {
            self.people.push(person, Outgoing::message(&self.calls(|caller| sees_all || caller == person)));
        }
    }

    /// Whoever is gone calls for help no more.
    pub(super) fn end_call(&mut self, now: TimeMs, person: ParticipantId) {
        if !self.books.ahead().calls_for_help(person) {
            return;
        }
        let _ = self.books.write(now, |ahead| {
            let facts = vec![Fact::HelpEnded { person, by: None }];
            ahead.apply_all(now, &facts);
            Ok::<_, Overloaded>((facts, After::Nothing))
        });
    }

    /// Asks those who sit at a table whose convener is not there who will host its topic.
    pub(super) fn ask_who_hosts(&mut self, now: TimeMs) {
        for (topic, sitting) in self.absences.ask(now, self.books.settled(), &self.seating) {
            for person in sitting {
                self.people.push(person, Outgoing::message(&ServerMessage::WhoHosts { topic }));
            }
        }
    }
}

impl From<Overloaded> for Refusal {
    fn from(overloaded: Overloaded) -> Self {
        Self::new(RefusalCode::NotSaved, overloaded.to_string())
    }
}

/// How a slot or a topic stands now; nothing when it is gone since, which is told by itself.
fn of_board(ledger: &Ledger, news: News) -> Option<ServerMessage> {
    match news {
        News::Slot(slot) => Some(ServerMessage::SlotChanged { slot: ledger.slot(slot)?.clone() }),
        News::SlotGone(slot) => Some(ServerMessage::SlotRemoved { slot }),
        News::Opened(slot) => Some(ServerMessage::SlotOpened { slot }),
        News::Closed(slot) => Some(ServerMessage::SlotClosed { slot }),
        News::Topic(topic) => Some(ServerMessage::TopicChanged { topic: ledger.card(topic)?.clone() }),
        News::TopicGone(topic) => Some(ServerMessage::TopicRemoved { topic, into: ledger.merged_into(topic) }),
        News::Door | News::Help(_) | News::Interests(_) | News::Word(_) | News::KeptOut => None,
    }
}

fn made_before(repeated: Repeated) -> Made {
    match repeated {
        Repeated::Topic(topic) => Made::Topic(topic),
        Repeated::Comment(comment) => Made::Comment(comment),
    }
}

fn made(fact: &Fact) -> Option<Made> {
    match fact {
        Fact::TopicPosted { topic, .. } => Some(Made::Topic(*topic)),
        Fact::SlotAdded { slot, .. } => Some(Made::Slot(slot.id)),
        Fact::CommentAdded { comment, .. } => Some(Made::Comment(*comment)),
        _ => None,
    }
}

//! What is done once the record has answered.

use super::doors::Guest;
use super::{Keeper, translate};
use crate::keeper::books::Settled;
use crate::mailbox::call::{Reply, Topic};
use crate::mailbox::{Join, Outgoing, SessionId};
use std::collections::VecDeque;
use torg_protocol::ServerMessage;
use torg_protocol::agenda::Slot;
use torg_protocol::ids::{ParticipantId, RequestId, SlotId, TopicId};
use torg_protocol::message::{GoodbyeReason, Made, Refusal, RefusalCode};
use torg_protocol::people::{Destination, Microphone};
use torg_protocol::units::TimeMs;
use torg_space::Ask;
use torg_space::ledger::{Coming, Fact, Stay};

/// What waits for the record's answer.
#[derive(Debug)]
pub(super) enum After {
    /// Nobody asked for it.
    Nothing,
    /// Stays at tables: kept until they are written.
    Stays(VecDeque<Stay>),
    /// Somebody asked, on a websocket, and is told; without a number when it was no request.
    Answer { session: SessionId, request: Option<RequestId>, made: Option<Made> },
    /// Somebody asked through the API, and is answered.
    Promise(Promise),
    /// Somebody wants in.
    Come { join: Box<Join>, coming: Coming },
    /// A program wants in by a standard door.
    ComeByDoor { guest: Box<Guest>, participant: ParticipantId },
}

/// What is answered through the API once it is so: how a slot or a topic stands then, or that something is gone.
#[derive(Debug)]
pub(super) enum Promise {
    Slot(SlotId, Reply<Slot>),
    Topic(TopicId, Reply<Topic>),
    Gone(Reply<()>),
    Closed(Reply<()>),
}

/// Whether the space goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Then {
    GoOn,
    StartAgain,
    /// It was closed for good.
    Close,
}

impl Keeper {
    /// The record has answered: people are told what is so now, and those who asked that it is done; or that it isn't.
    pub(super) fn settled(&mut self, now: TimeMs, settled: Settled) -> Then {
        match settled {
            Settled::Done { facts, news, occasions, after } => {
                self.tell_outside(occasions);
                self.tell_news(&news);
                self.ring(now, &facts);
                for fact in &facts {
                    self.carry_out(now, fact);
                }
                if facts.iter().any(Fact::moves_conveners) {
                    self.set_conveners(now);
                }
                self.done(now, after);
                if self.books.settled().is_closed() {
                    return Then::Close;
                }
            }
            Settled::Failed(afters) => {
                self.keep_out_as_written(now);
                afters.into_iter().for_each(|after| self.not_done(after));
            }
            Settled::Doubtful => return Then::StartAgain,
        }
        Then::GoOn
    }

    fn done(&mut self, now: TimeMs, after: After) {
        match after {
            After::Nothing | After::Stays(_) => {}
            After::Answer { request: None, .. } => {}
            After::Answer { session, request: Some(request), made } => {
                if let Some(participant) = self.people.of_session(session) {
                    self.people.push(participant, Outgoing::message(&ServerMessage::Done { request, made }));
                }
            }
            After::Promise(promise) => self.keep_promise(promise),
            After::Come { join, coming } => self.arrive(now, join, &coming),
            After::ComeByDoor { guest, participant } => self.arrive_by_door(now, *guest, participant),
        }
    }

    fn not_done(&mut self, after: After) {
        match after {
            After::Nothing | After::Stays(_) => {}
            After::Answer { session, request, .. } => {
                if let Some(participant) = self.people.of_session(session) {
                    self.people.push(participant, Outgoing::refused_request(not_saved(), request));
                }
            }
            After::Promise(Promise::Slot(_, reply)) => drop(reply.send(Err(not_saved().into()))),
            After::Promise(Promise::Topic(_, reply)) => drop(reply.send(Err(not_saved().into()))),
            After::Promise(Promise::Gone(reply) | Promise::Closed(reply)) => {
                drop(reply.send(Err(not_saved().into())));
            }
            After::Come { join, coming } => {
                self.coming.remove(&coming.participant);
                let _ = join.reply.send(Err(not_saved()));
            }
            After::ComeByDoor { guest, participant } => self.keep_out_of_door(*guest, participant, not_saved()),
        }
    }

    /// What a committed fact does to the people on the square.
    fn carry_out(&mut self, now: TimeMs, fact: &Fact) {
        match fact {
            Fact::PersonRenamed { person, name } => self.apply_if_in(now, *person, Ask::Rename(name.name())),
            Fact::RoleGranted { person, role, .. } => {
                self.apply_if_in(now, *person, Ask::SetRole(*role));
                self.tell_standing(*person);
            }
            Fact::AskedToUnmute { person, by } => {
                if let Some(by) = by.person() {
                    self.people.push(*person, Outgoing::message(&ServerMessage::AskedToUnmute { by }));
                }
            }
            Fact::WordLent { person, lent, .. } => self.apply_if_in(now, *person, Ask::SetWord { lent: *lent }),
            Fact::KeptOut { table, kept_out, .. } => self.set_kept_out(now, *table, *kept_out),
            Fact::Moved { person, to, .. } => self.apply_if_in(now, *person, walk(*to)),
            Fact::Removed { person, words, .. } => {
                let words = translate::words_or(words.as_str(), "a host showed you out");
                let refusal = Refusal::new(RefusalCode::TurnedAway, words);
                self.people.push(*person, Outgoing::refused(refusal.clone(), false));
                self.people.close(*person, GoodbyeReason::Removed);
                self.turn_away(*person, refusal);
                self.apply_if_in(now, *person, Ask::Leave);
            }
            Fact::Admitted { person, .. } => self.admit(now, *person),
            Fact::TurnedAway { person, words, .. } => {
                let words = translate::words_or(words.as_str(), "you were not let in");
                self.turn_away(*person, Refusal::new(RefusalCode::TurnedAway, words));
            }
            _ => {}
        }
    }

    /// The microphone is closed at the server, whatever the client sends, until its person opens it again.
    pub(super) fn mute(&mut self, now: TimeMs, person: ParticipantId, by: ParticipantId) {
        let Some(microphone) = self.space.person(person).map(|person| person.microphone) else { return };
        if microphone == Microphone::On {
            self.apply(now, person, Ask::SetMicrophone(Microphone::Muted));
        }
        self.people.set_muted_by(person, Some(by));
        self.people.push(person, Outgoing::message(&ServerMessage::MutedBy { by }));
    }

    fn apply_if_in(&mut self, now: TimeMs, person: ParticipantId, what: Ask) {
        if self.space.person(person).is_some() {
            self.apply(now, person, what);
        }
    }
}

fn walk(to: Destination) -> Ask {
    match to {
        Destination::At(place) => Ask::WalkTo(place),
        Destination::Table(table) => Ask::JoinTable(table),
    }
}

fn not_saved() -> Refusal {
    let words =
        "this could not be saved: the server can't write at the moment. Nothing of it was kept; try again later";
    Refusal::new(RefusalCode::NotSaved, words)
}

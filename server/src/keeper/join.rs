//! Coming in: afresh, as who one was before, or back to a place that is held.

use super::after::After;
use super::{Keeper, translate};
use crate::mailbox::{Join, Outgoing, PeerId};
use torg_protocol::ServerMessage;
use torg_protocol::ids::ParticipantId;
use torg_protocol::message::{MediaState, Refusal, RefusalCode};
use torg_protocol::people::{Microphone, ParticipantKind, Presence};
use torg_protocol::units::TimeMs;
use torg_space::ledger::{Change, Comer, Coming};
use torg_space::{Ask, Command};
use translate::Arriving;

/// Where somebody's coming in leads.
enum Way {
    /// Back to their place.
    Back(ParticipantId),
    /// In, or into the lobby.
    Afresh(Coming),
}

impl Keeper {
    /// Somebody wants in. Who they are is written down before they are told.
    pub(super) fn join(&mut self, now: TimeMs, join: Join) {
        let join = Box::new(join);
        match self.way_in(now, &join) {
            Ok(Way::Back(participant)) => self.welcome(now, *join, participant, true),
            Ok(Way::Afresh(coming)) => self.write_coming(now, join, &coming),
            // Who does not wait for the answer any more doesn't miss it.
            Err(refusal) => drop(join.reply.send(Err(refusal))),
        }
    }

    fn way_in(&mut self, now: TimeMs, join: &Join) -> Result<Way, Refusal> {
        if let Some(participant) = self.come_back(now, join) {
            return Ok(Way::Back(participant));
        }
        let known = join.person.as_deref().and_then(|token| self.people_key.person(token));
        // Somebody who is in already, in another tab, is somebody new in this one.
        let known = known.filter(|person| self.space.person(*person).is_none() && !self.coming.contains(person));
        let start = join.start.clone().map(|start| translate::start(self.space.map(), start)).transpose()?;
        self.space.check_start(start).map_err(|refusal| translate::refusal(&refusal))?;
        let population = self.people_in() + self.coming.len();
        let comer = Comer { known, name: &join.name, link: join.role, population };
        let coming = self.books.ahead().come(&comer).map_err(|refusal| translate::ledger_refusal(&refusal))?;
        Ok(Way::Afresh(coming))
    }

    fn write_coming(&mut self, now: TimeMs, join: Box<Join>, coming: &Coming) {
        self.coming.insert(coming.participant);
        if coming.facts.is_empty() {
            return self.arrive(now, join, coming);
        }
        let mut join = Some(join);
        let written = self.books.write(now, |ahead| {
            ahead.apply_all(now, &coming.facts);
            let join = join.take().expect("it is taken once");
            Ok::<_, Refusal>((coming.facts.clone(), After::Come { join, coming: coming.clone() }))
        });
        if let (Err(refusal), Some(join)) = (written, join) {
            self.coming.remove(&coming.participant);
            let _ = join.reply.send(Err(refusal));
        }
    }

    /// Who somebody is is written down: they come in, or wait in the lobby.
    pub(super) fn arrive(&mut self, now: TimeMs, join: Box<Join>, coming: &Coming) {
        if !self.coming.remove(&coming.participant) {
            let words = "this link was replaced by a newer one: ask your host for the link";
            let _ = join.reply.send(Err(Refusal::new(RefusalCode::Link, words)));
        } else if coming.waits {
            self.wait_in_lobby(now, coming.participant, join);
        } else {
            self.enter(now, join, coming.participant);
        }
    }

    /// Somebody steps onto the square.
    pub(super) fn enter(&mut self, now: TimeMs, mut join: Box<Join>, participant: ParticipantId) {
        match self.set_foot(now, &mut join, participant) {
            Ok(()) => {
                self.brief(now, participant);
                self.welcome(now, *join, participant, false);
            }
            Err(refusal) => drop(join.reply.send(Err(refusal))),
        }
    }

    fn set_foot(&mut self, now: TimeMs, join: &mut Join, participant: ParticipantId) -> Result<(), Refusal> {
        let ledger = self.books.settled();
        let name = ledger.name(participant).unwrap_or_else(|| join.name.clone());
        let role = ledger.role(participant).unwrap_or(join.role);
        let start = join.start.take().map(|start| translate::start(self.space.map(), start)).transpose()?;
        let kind = ParticipantKind::Person;
        let what = Ask::Enter { name, kind, role, microphone: join.microphone, start };
        self.space.apply(now, Command { participant, what }).map_err(|refusal| translate::refusal(&refusal))
    }

    fn welcome(&mut self, now: TimeMs, join: Join, participant: ParticipantId, resumed: bool) {
        // What happened so far is in the welcome's view; what comes next follows it.
        self.tell(now);
        // Who comes afresh has no peer connection, whatever the media plane still tells of an earlier one.
        let stands = resumed && self.heard.is_up(now, participant);
        let media = if stands { MediaState::Kept } else { MediaState::Offer };
        let arriving = Arriving {
            you: participant,
            resumed,
            media,
            resume_token: self.resume.issue(participant),
            now,
            id: &self.id,
            name: &self.name,
            word_lent: self.word_lent(),
            kept_out: self.kept_out(),
            bell_sound: self.bell.is_some(),
            agenda: self.books.settled().agenda(participant),
            person: self.people_key.token(participant),
        };
        let view = self.space.view(participant).expect("who was let in is in the space");
        let welcome = translate::welcome(self.space.map(), &view, arriving).expect("a view holds its own participant");
        // A peer connection of an earlier visit is replaced by the first offer; closing it later would close that one.
        self.keep_peer(participant);
        self.people.attach(participant, join.session, join.outbox, join.role);
        self.people.push(participant, Outgoing::message(&welcome));
        // A level is told when it changes: of a voice as even as a tone nothing would come for a long while.
        self.people.push_levels(participant, now, &view.voices.into_iter().collect::<Vec<_>>());
        self.heard.untell(participant);
        self.tell_standing(participant);
        if let Some(by) = self.people.muted_by(participant).filter(|by| *by != participant) {
            self.people.push(participant, Outgoing::message(&ServerMessage::MutedBy { by }));
        }
        self.empty_since = None;
        tracing::info!(%participant, role = ?join.role, resumed, ?media, "came in");
        if join.reply.send(Ok(PeerId { space: self.key, participant })).is_err() {
            // The websocket ended while its hello waited here, so nobody else will say that it is gone.
            self.gone(now, join.session);
        }
    }

    /// The participant of the resume token, or of the person's token when their line is down, back on their place. Who
    /// comes back by another role's link starts afresh, and the old avatar goes.
    fn come_back(&mut self, now: TimeMs, join: &Join) -> Option<ParticipantId> {
        let resumed = join.resume.as_deref().and_then(|token| self.resume.redeem(token));
        let known = || join.person.as_deref().and_then(|token| self.people_key.person(token));
        let is_away = |id: &ParticipantId| self.space.person(*id).is_some_and(|who| who.presence == Presence::Away);
        let participant = resumed.or_else(|| known().filter(is_away))?;
        let person = self.space.person(participant)?.clone();
        if self.people.link(participant) != Some(join.role) {
            self.people.close(participant, torg_protocol::message::GoodbyeReason::Replaced);
            self.apply(now, participant, Ask::Leave);
            return None;
        }
        if person.presence == Presence::Away {
            self.apply(now, participant, Ask::Return);
        }
        if person.name != join.name {
            self.rename(now, join.session, participant, &Change::Rename { name: join.name.clone() });
        }
        // Who was muted while the line was down doesn't know yet, and opens the microphone by themselves.
        let stays_muted = self.people.muted_by(participant).is_some() && join.microphone == Microphone::On;
        if person.microphone != join.microphone && !stays_muted {
            self.apply(now, participant, Ask::SetMicrophone(join.microphone));
        }
        Some(participant)
    }
}

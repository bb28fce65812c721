//! The standard doors: streams that come by WHIP and listeners that come by WHEP. They are participants whom everybody sees;
//! what they lack is a websocket, so the keeper itself sees whether they are still there.

mod place;

use super::after::After;
use super::{Keeper, translate};
use crate::limits::{DOOR_COMES_UP_MAX, STREAM_SILENT_MAX};
use crate::mailbox::call::{Denied, Reply};
use crate::mailbox::door::{ComeByDoor, DoorId, DoorOpened, Entrance, Way};
use crate::mailbox::{Flow, PeerId};
use crate::metrics::{Counted, LISTENERS, STREAMS};
use std::collections::{BTreeMap, HashMap};
use torg_protocol::ids::ParticipantId;
use torg_protocol::limits::BROADCASTS_MAX;
use torg_protocol::message::{Refusal, RefusalCode};
use torg_protocol::people::{Addressed, Microphone, ParticipantKind, Role};
use torg_protocol::text::PersonName;
use torg_protocol::units::TimeMs;
use torg_space::ledger::{Comer, Deed, LedgerRefusal, Right, right};
use torg_space::{Ask, Command, Refusal as SpaceRefusal, Start};

/// By what a stream is let in. A token lets one in at a time. Of each role a space has one token, so the role names it.
pub(super) type Publisher = (Role, Option<ParticipantId>);

/// Everybody who came by a standard door.
#[derive(Debug, Default)]
pub(super) struct Doors {
    doors: BTreeMap<ParticipantId, Door>,
    by_id: HashMap<DoorId, ParticipantId>,
    /// Those on their way in among them.
    publishers: HashMap<Publisher, ParticipantId>,
}

#[derive(Debug)]
struct Door {
    id: DoorId,
    way: Way,
    /// The role of the link that opened it.
    link: Role,
    /// The names of the offer's ICE sessions.
    ice: Vec<String>,
    came_at: TimeMs,
    /// Whether its peer connection came up.
    is_up: bool,
    /// When packets came last; at first, when it came in.
    flowed_at: TimeMs,
    _counted: Counted,
}

/// Somebody who stands before a door, and may come in.
#[derive(Debug)]
pub(super) struct Guest {
    name: PersonName,
    /// The role of the link.
    link: Role,
    /// What it has in the space.
    role: Role,
    start: Option<Start>,
    /// To whom it speaks, which a listener does not.
    speaks_to: Option<Addressed>,
    publisher: Option<Publisher>,
    ice: Vec<String>,
    reply: Reply<DoorOpened>,
}

impl Doors {
    /// Everybody who came by a door, by id.
    pub(super) fn ids(&self) -> Vec<ParticipantId> {
        self.doors.keys().copied().collect()
    }

    pub(super) fn contains(&self, participant: ParticipantId) -> bool {
        self.doors.contains_key(&participant)
    }

    /// Whether somebody is a listener, whose ears are always open.
    pub(super) fn is_listener(&self, participant: ParticipantId) -> bool {
        self.doors.get(&participant).is_some_and(|door| door.way == Way::Whep)
    }

    /// A peer connection came up.
    pub(super) fn came_up(&mut self, now: TimeMs, participant: ParticipantId) {
        if let Some(door) = self.doors.get_mut(&participant) {
            (door.is_up, door.flowed_at) = (true, now);
        }
    }

    /// The media plane tells from whom packets come.
    pub(super) fn flow(&mut self, now: TimeMs, flow: &Flow) {
        for (participant, _) in flow.peers.iter().filter(|(_, flows)| *flows) {
            if let Some(door) = self.doors.get_mut(participant) {
                door.flowed_at = now;
            }
        }
    }

    /// Somebody is gone, and their door with them.
    pub(super) fn forget(&mut self, participant: ParticipantId) {
        if let Some(door) = self.doors.remove(&participant) {
            self.by_id.remove(&door.id);
        }
        self.publishers.retain(|_, publisher| *publisher != participant);
    }

    fn find(&self, way: Way, id: DoorId) -> Result<(ParticipantId, &Door), Denied> {
        let participant = self.by_id.get(&id).copied();
        let found = participant.and_then(|participant| Some((participant, self.doors.get(&participant)?)));
        found.filter(|(_, door)| door.way == way).ok_or_else(|| {
            Refusal::new(RefusalCode::Unknown, "there is no such door any more: whoever came by it has left").into()
        })
    }
}

impl Keeper {
    /// A program wants in by a door. Who it is is written down before it is in.
    pub(super) fn come_by_door(&mut self, now: TimeMs, link: Role, come: ComeByDoor, reply: Reply<DoorOpened>) {
        let guest = match self.guest(now, link, come, reply) {
            Ok(guest) => guest,
            Err((denied, reply)) => return drop(reply.send(Err(denied))),
        };
        let population = self.people_in() + self.coming.len();
        let comer = Comer { known: None, name: &guest.name, link: guest.role, population };
        let coming = match self.books.ahead().come(&comer).map_err(|refusal| translate::ledger_refusal(&refusal)) {
            Ok(coming) if coming.waits => return drop(guest.reply.send(Err(no_lobby().into()))),
            Ok(coming) => coming,
            Err(refusal) => return drop(guest.reply.send(Err(refusal.into()))),
        };
        let participant = coming.participant;
        let publisher = guest.publisher;
        let mut guest = Some(Box::new(guest));
        let written = self.books.write(now, |ahead| {
            ahead.apply_all(now, &coming.facts);
            let guest = guest.take().expect("it is taken once");
            Ok::<_, Refusal>((coming.facts.clone(), After::ComeByDoor { guest, participant }))
        });
        match (written, guest) {
            (Err(refusal), Some(guest)) => drop(guest.reply.send(Err(refusal.into()))),
            _ => {
                self.coming.insert(participant);
                self.doors.publishers.extend(publisher.map(|publisher| (publisher, participant)));
            }
        }
    }

    /// Who it is that comes, if it may.
    fn guest(
        &mut self,
        now: TimeMs,
        link: Role,
        come: ComeByDoor,
        reply: Reply<DoorOpened>,
    ) -> Result<Guest, (Denied, Reply<DoorOpened>)> {
        let ComeByDoor { entrance, name, person, ice } = come;
        let checked = match entrance {
            Entrance::Stream { to } => self.check_stream(now, link, person.as_deref()).and_then(|publisher| {
                let speaks_to = Some(self.addressed(&to)?);
                Ok((self.role_that_speaks(publisher), None, speaks_to, Some(publisher)))
            }),
            Entrance::Listener { at } => self.listening_place(at.as_ref()).map(|start| (link, Some(start), None, None)),
        };
        let checked = checked.and_then(|checked| {
            let kind = if checked.2.is_some() { ParticipantKind::Stream } else { ParticipantKind::Listener };
            self.space.check_start_of(kind, checked.1).map_err(|refusal| translate::refusal(&refusal))?;
            Ok(checked)
        });
        match checked {
            Ok((role, start, speaks_to, publisher)) => {
                Ok(Guest { name, link, role, start, speaks_to, publisher, ice, reply })
            }
            Err(denied) => Err((denied, reply)),
        }
    }

    /// Refuses who may not speak over everything, and a second stream by one token. A first one that has fallen silent
    /// goes: it is the same program, which lost its line.
    fn check_stream(&mut self, now: TimeMs, link: Role, person: Option<&str>) -> Result<Publisher, Denied> {
        let person = self.named_person(link, person)?;
        // Who may by the link alone comes by the link, whoever they are.
        let publisher = match right(link, Deed::Broadcast) {
            Right::Yes => (link, None),
            _ => (link, person),
        };
        if right(self.role_that_speaks(publisher), Deed::Broadcast) != Right::Yes {
            return Err(super::calls::not_allowed(Deed::Broadcast));
        }
        if let Some(&first) = self.doors.publishers.get(&publisher) {
            let silent_ms = self.doors.doors.get(&first).map(|door| now.since(door.flowed_at));
            if silent_ms.is_none_or(|silent| silent < STREAM_SILENT_MAX) {
                let words = "a stream has come by this token already: end it first, or use the token of another role";
                return Err(Refusal::new(RefusalCode::NotNow, words).into());
            }
            tracing::info!(participant = %first, "a stream that fell silent makes room for the next");
            self.apply(now, first, Ask::Leave);
        }
        if self.broadcasts.len() >= BROADCASTS_MAX {
            return Err(translate::refusal(&SpaceRefusal::TooManySpeak { max: BROADCASTS_MAX }).into());
        }
        Ok(publisher)
    }

    /// The role by which a stream is let in: that of the link, or of the person who let it in.
    fn role_that_speaks(&self, (link, person): Publisher) -> Role {
        person.and_then(|person| self.books.settled().role(person)).unwrap_or(link)
    }

    /// The person whose token stands in `Torg-Person`.
    pub(super) fn named_person(&self, link: Role, token: Option<&str>) -> Result<Option<ParticipantId>, Denied> {
        let Some(token) = token else { return Ok(None) };
        let ledger = self.books.settled();
        let known = self.people_key.person(token).and_then(|person| Some((person, ledger.name(person)?)));
        let Some((person, name)) = known else {
            let words = "Torg-Person is not the token of anybody in this square: it stands in the welcome as `person`";
            return Err(Refusal::new(RefusalCode::Link, words).into());
        };
        // Who was shown out for good may nothing any more, whatever role they had.
        let comer = Comer { known: Some(person), name: &name, link, population: 0 };
        match ledger.come(&comer) {
            Err(refusal @ LedgerRefusal::Barred) => Err(translate::ledger_refusal(&refusal).into()),
            _ => Ok(Some(person)),
        }
    }

    /// Who a guest is is written down: it comes in.
    pub(super) fn arrive_by_door(&mut self, now: TimeMs, guest: Guest, participant: ParticipantId) {
        let is_awaited = self.coming.remove(&participant) && !guest.reply.is_closed();
        if !is_awaited {
            self.doors.forget(participant);
            let words = "this link was replaced by a newer one, or nobody waits for the answer any more";
            return drop(guest.reply.send(Err(Refusal::new(RefusalCode::Link, words).into())));
        }
        let (kind, way, microphone, counted) = match guest.speaks_to {
            Some(_) => (ParticipantKind::Stream, Way::Whip, Microphone::On, STREAMS),
            None => (ParticipantKind::Listener, Way::Whep, Microphone::Absent, LISTENERS),
        };
        let what = Ask::Enter { name: guest.name, kind, role: guest.role, microphone, start: guest.start };
        if let Err(refusal) = self.space.apply(now, Command { participant, what }) {
            self.doors.forget(participant);
            return drop(guest.reply.send(Err(translate::refusal(&refusal).into())));
        }
        let door = Door {
            id: DoorId::fresh(),
            way,
            link: guest.link,
            ice: guest.ice,
            came_at: now,
            is_up: false,
            flowed_at: now,
            _counted: Counted::one(counted),
        };
        let opened = DoorOpened { door: door.id, peer: PeerId { space: self.key, participant } };
        self.doors.by_id.insert(door.id, participant);
        self.doors.doors.insert(participant, door);
        self.empty_since = None;
        self.brief(now, participant);
        if let Some(to) = guest.speaks_to {
            let what = Ask::Speak { to, background: false };
            if let Err(refusal) = self.space.apply(now, Command { participant, what }) {
                // Somebody else took the last place among those who speak while this one was written down.
                self.apply(now, participant, Ask::Leave);
                return drop(guest.reply.send(Err(translate::refusal(&refusal).into())));
            }
        }
        self.tell(now);
        tracing::info!(%participant, ?way, "came in by a standard door");
        if guest.reply.send(Ok(opened)).is_err() {
            self.apply(now, participant, Ask::Leave);
        }
    }

    /// Who a guest is could not be written down.
    pub(super) fn keep_out_of_door(&mut self, guest: Guest, participant: ParticipantId, refusal: Refusal) {
        self.coming.remove(&participant);
        self.doors.forget(participant);
        drop(guest.reply.send(Err(refusal.into())));
    }

    /// The names of the ICE sessions of a door that stands.
    pub(super) fn door_stands(&self, way: Way, id: DoorId) -> Result<Vec<String>, Denied> {
        self.doors.find(way, id).map(|(_, door)| door.ice.clone())
    }

    /// A program goes, as whoever let it in says, or who may show people out.
    pub(super) fn leave_by_door(&mut self, now: TimeMs, link: Role, way: Way, id: DoorId) -> Result<(), Denied> {
        let (participant, door) = self.doors.find(way, id)?;
        if door.link != link && right(link, Deed::Remove) != Right::Yes {
            return Err(super::calls::not_allowed(Deed::Remove));
        }
        self.apply(now, participant, Ask::Leave);
        Ok(())
    }

    /// Shuts the doors whose peer connection never came up: nobody else says that they are gone.
    pub(super) fn look_at_doors(&mut self, now: TimeMs) {
        let is_late = |door: &Door| !door.is_up && now.since(door.came_at) > DOOR_COMES_UP_MAX;
        let late = self.doors.doors.iter().filter(|(_, door)| is_late(door));
        let late: Vec<ParticipantId> = late.map(|(&participant, _)| participant).collect();
        for participant in late {
            tracing::info!(%participant, "a peer connection never came up: its door is shut");
            self.apply(now, participant, Ask::Leave);
        }
    }

    /// How many are in, sounds not among them: the capacity is one of people and programs.
    pub(super) fn people_in(&self) -> usize {
        self.space.population().saturating_sub(self.sounds.count())
    }
}

fn no_lobby() -> Refusal {
    let words = "who comes by this link waits in the lobby, and a program can't wait there: use the link of a role that \
                 doesn't, or have the door opened";
    Refusal::new(RefusalCode::DoorLocked, words)
}

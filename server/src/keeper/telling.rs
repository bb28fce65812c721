//! What happened in the space, told to those whom it concerns: people, the media plane, and the ledger of visits.

use super::{Keeper, heard, translate};
use crate::mailbox::{Outgoing, PeerId, ToMedia};
use std::sync::Arc;
use tokio::sync::mpsc;
use torg_protocol::ServerMessage;
use torg_protocol::ids::ParticipantId;
use torg_protocol::people::Presence;
use torg_protocol::units::TimeMs;
use torg_space::{Audience, Happening};
use translate::Told;

impl Keeper {
    pub(super) fn publish_routes(&self) {
        if self.routes.load().version != self.space.routes().version {
            self.routes.store(Arc::clone(self.space.routes()));
        }
        if !Arc::ptr_eq(&self.mix.load(), self.space.mix()) {
            self.mix.store(Arc::clone(self.space.mix()));
        }
    }

    pub(super) fn tell_heard(&mut self, now: TimeMs) {
        let is_here = |listener| self.people.is_here(listener) || self.doors.is_listener(listener);
        let count = self.heard.count(now, |listener| is_here(listener) && self.space.ears_open(listener));
        for participant in self.people.ids() {
            if !self.people.is_here(participant) {
                continue;
            }
            let in_earshot = self.space.in_earshot(participant);
            if let Some(heard::Heard { listeners, in_earshot, uplink }) =
                self.heard.news(&count, participant, in_earshot)
            {
                let message = ServerMessage::Heard { listeners, in_earshot, uplink };
                self.people.push(participant, Outgoing::message(&message));
            }
        }
    }

    /// Tells everybody what happened since the last time.
    pub(super) fn tell(&mut self, now: TimeMs) {
        let events: Vec<_> = self.space.drain().collect();
        for event in events {
            self.note_seat(now, &event.what);
            if let Happening::BroadcastsChanged(broadcasts) = &event.what {
                self.note_broadcasts(now, broadcasts);
            }
            if let Happening::Left(participant) = event.what {
                self.forget(now, participant);
            }
            match translate::happening(event.what) {
                Told::Motion(participant, segment) => self.people.note_motion(participant, segment),
                Told::Level(participant, level) => self.people.note_level(participant, level),
                Told::Message(message) => self.people.push_to(event.to, Outgoing::message(&message)),
                Told::Known => {}
                Told::Refused(refusal) => {
                    if let Audience::Only(participant) = event.to {
                        self.people.push(participant, Outgoing::refused(refusal, false));
                    }
                }
            }
        }
    }

    /// Keeps in mind who is in and who sits where, for their visits.
    pub(super) fn note_seat(&mut self, now: TimeMs, what: &Happening) {
        let stays = match what {
            Happening::Entered(person) => self.seating.enter(now, person.id, person.place.table()),
            Happening::PlaceChanged(person, place) => self.seating.place(now, *person, place.table()),
            Happening::PresenceChanged(person, Presence::Away) => {
                self.seating.drop_line(now, *person);
                vec![]
            }
            Happening::PresenceChanged(person, Presence::Here) => {
                self.seating.come_back(now, *person).into_iter().collect()
            }
            Happening::Left(person) => self.seating.leave(now, *person).into_iter().collect(),
            _ => return,
        };
        self.books.keep(stays);
        self.books.write_by_itself(now, &self.seating);
    }

    /// Somebody is gone for good: so are their tokens, their door, their peer connection and their call for help.
    pub(super) fn forget(&mut self, now: TimeMs, participant: ParticipantId) {
        self.end_call(now, participant);
        self.resume.forget(participant);
        self.heard.forget(participant);
        self.people.forget(participant);
        self.doors.forget(participant);
        self.sounds.forget(participant);
        self.to_media.push_back(ToMedia::ClosePeer { peer: PeerId { space: self.key, participant } });
        // At once: who comes again in the next moment offers under the same id.
        self.tell_media();
        tracing::info!(%participant, "left");
    }

    /// Who is back at once keeps a peer connection that was to be closed and is not yet.
    pub(super) fn keep_peer(&mut self, participant: ParticipantId) {
        let peer = PeerId { space: self.key, participant };
        self.to_media.retain(|message| !matches!(message, ToMedia::ClosePeer { peer: other } if *other == peer));
    }

    /// Hands over what the media plane has room for; the rest waits for the next tick.
    pub(super) fn tell_media(&mut self) {
        while let Some(message) = self.to_media.pop_front() {
            if let Err(mpsc::error::TrySendError::Full(message)) = self.media.try_send(message) {
                self.to_media.push_front(message);
                return;
            }
        }
    }
}

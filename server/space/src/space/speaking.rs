//! Who speaks over everything, and how sound comes to whom. Every function refuses first and changes after.

use super::Space;
use super::kinds::is_apart;
use crate::event::Happening;
use crate::hearing::{Listener, Speech};
use crate::ledger::{Deed, Right, right};
use crate::refusal::Refusal;
use torg_protocol::ids::TableId;
use torg_protocol::limits::BROADCASTS_MAX;
use torg_protocol::people::{Addressed, Broadcast, Listening, Microphone};
use torg_protocol::units::MurmurPercent;

impl Space {
    /// From now on this voice goes over everything.
    pub(super) fn speak(&mut self, index: usize, to: Addressed, background: bool) -> Result<(), Refusal> {
        let avatar = &self.crowd[index];
        if !self.may_broadcast(index) {
            return Err(Refusal::NoWord);
        }
        if self.is_behind_closed_wall(index) {
            return Err(Refusal::BehindClosedWall);
        }
        if avatar.person.microphone == Microphone::Absent {
            return Err(Refusal::NoMicrophone);
        }
        if let Addressed::Zone { zone } = to {
            self.map.zone(zone).ok_or(Refusal::UnknownZone)?;
        }
        let speaker = avatar.person.id;
        let present = self.broadcasts.iter().position(|broadcast| broadcast.speaker == speaker);
        match present {
            Some(present) if self.broadcasts[present] == Broadcast { speaker, to, background } => return Ok(()),
            Some(present) => self.broadcasts[present] = Broadcast { speaker, to, background },
            None if self.broadcasts.len() >= BROADCASTS_MAX => {
                return Err(Refusal::TooManySpeak { max: BROADCASTS_MAX });
            }
            None => self.broadcasts.push(Broadcast { speaker, to, background }),
        }
        self.tell_broadcasts();
        Ok(())
    }

    /// This voice is one among others again.
    pub(super) fn end_speech(&mut self, index: usize) {
        let speaker = self.crowd[index].person.id;
        let before = self.broadcasts.len();
        self.broadcasts.retain(|broadcast| broadcast.speaker != speaker);
        if self.broadcasts.len() != before {
            self.tell_broadcasts();
        }
    }

    /// Whether somebody was lent the word.
    pub(super) fn set_word(&mut self, index: usize, lent: bool) {
        self.crowd[index].has_word = lent;
        self.end_speech_without_right(index);
    }

    /// After a change of role or word.
    pub(super) fn end_speech_without_right(&mut self, index: usize) {
        if !self.may_broadcast(index) {
            self.end_speech(index);
        }
    }

    /// After a change of place: nothing leaves a closed table, so who sits down at one speaks over nothing any more.
    pub(super) fn end_speech_behind_wall(&mut self, index: usize) {
        if self.is_behind_closed_wall(index) {
            self.end_speech(index);
        }
    }

    /// Whether somebody brings a topic.
    pub(super) fn set_convenes(&mut self, index: usize, convenes: bool) {
        self.crowd[index].convenes = convenes;
    }

    /// How sound comes to somebody from now on.
    pub(super) fn set_listening(&mut self, index: usize, listening: Listening, murmur: MurmurPercent) {
        if self.hearing.set_listener(index, Listener { listening, murmur }) {
            let id = self.crowd[index].person.id;
            self.tell(id, Happening::ListeningChanged(listening, murmur));
        }
    }

    /// From now on broadcasts stay out of a table, while it is closed, or enter it again; whoever asks has the right
    /// to it. An unknown table is passed over: the ledger may know of more than this map has.
    pub fn keep_out(&mut self, table: TableId, kept_out: bool) {
        self.hearing.keep_out(table, kept_out);
    }

    fn tell_broadcasts(&mut self) {
        let speakers = self.broadcasts.iter().filter_map(|broadcast| {
            let zone = match broadcast.to {
                Addressed::Zone { zone } => self.map.zone(zone),
                Addressed::Everybody {} | Addressed::Conveners {} => None,
            };
            let index = self.crowd.find(broadcast.speaker)?;
            let is_kept_loud = is_apart(self.crowd[index].person.kind);
            Some(Speech::new(index, *broadcast, zone, is_kept_loud))
        });
        self.hearing.set_speeches(speakers.collect());
        self.tell_all(Happening::BroadcastsChanged(self.broadcasts.clone()));
    }

    fn may_broadcast(&self, index: usize) -> bool {
        let avatar = &self.crowd[index];
        // Whoever let a stream or a sound in decided that it may be heard.
        is_apart(avatar.person.kind) || avatar.has_word || right(avatar.person.role, Deed::Broadcast) == Right::Yes
    }

    fn is_behind_closed_wall(&self, index: usize) -> bool {
        self.crowd[index].person.place.table().is_some_and(|table| self.is_closed(table))
    }
}

//! Views: what one participant may see, built whole once and kept up by events alone.

use crate::event::{Audience, Event, Happening, Person, View};
use torg_protocol::ids::ParticipantId;
use torg_protocol::units::VoiceLevel;

impl Audience {
    /// Whether a participant learns of it.
    #[must_use]
    pub fn reaches(self, participant: ParticipantId) -> bool {
        match self {
            Self::Everybody => true,
            Self::EverybodyBut(other) => participant != other,
            Self::Only(one) => participant == one,
        }
    }
}

impl View {
    /// Takes in an event that [reaches](Audience::reaches) the participant whose view this is.
    pub fn apply(&mut self, event: &Event) {
        match &event.what {
            Happening::Entered(person) => {
                self.people.insert(person.id, person.clone());
            }
            Happening::Left(id) => {
                self.people.remove(id);
                self.voices.remove(id);
                self.bumblebees.remove(id);
            }
            Happening::Moved(id, motion) => self.change(*id, |person| person.motion = *motion),
            Happening::PlaceChanged(id, place) => self.change(*id, |person| person.place = *place),
            Happening::MicrophoneChanged(id, microphone) => {
                self.change(*id, |person| person.microphone = *microphone);
            }
            Happening::PresenceChanged(id, presence) => self.change(*id, |person| person.presence = *presence),
            Happening::Renamed(id, name) => self.change(*id, |person| person.name = name.clone()),
            Happening::RoleChanged(id, role) => self.change(*id, |person| person.role = *role),
            Happening::HearingChanged(preset) => self.hearing = *preset,
            Happening::SlotLabelled(slot, speaker) => {
                if let Some(label) = self.audio_slots.get_mut(usize::from(slot.0)) {
                    *label = *speaker;
                }
            }
            Happening::Spoke(id, VoiceLevel::SILENT) => {
                self.voices.remove(id);
            }
            Happening::Spoke(id, level) => {
                self.voices.insert(*id, *level);
            }
            Happening::BroadcastsChanged(broadcasts) => self.broadcasts.clone_from(broadcasts),
            Happening::SpokenTo(speakers) => self.spoken_to.clone_from(speakers),
            Happening::PiecesChanged(pieces) => self.pieces.clone_from(pieces),
            Happening::PlenumChanged(plenum) => self.plenum = *plenum,
            Happening::LetListen(tables) => self.let_listen.clone_from(tables),
            Happening::Bumblebee(id, Some(table)) => {
                self.bumblebees.insert(*id, *table);
            }
            Happening::Bumblebee(id, None) => {
                self.bumblebees.remove(id);
            }
            Happening::ListeningChanged(listening, murmur) => (self.listening, self.murmur) = (*listening, *murmur),
            Happening::Refused(_) => {}
        }
    }

    fn change(&mut self, id: ParticipantId, change: impl FnOnce(&mut Person)) {
        if let Some(person) = self.people.get_mut(&id) {
            change(person);
        }
    }
}

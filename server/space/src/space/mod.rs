//! The space.

use crate::command::{Ask, Command, Start};
use crate::event::{Audience, Event, Happening, Person, View};
use crate::limits::{HOLD, PARTICIPANTS_MAX};
use crate::map::Map;
use crate::refusal::Refusal;
use crate::routes::Routes;
use std::collections::BTreeMap;
use std::sync::Arc;
use torg_protocol::geometry::{HearingPreset, Point, Segment};
use torg_protocol::ids::ParticipantId;
use torg_protocol::limits::AUDIO_SLOTS;
use torg_protocol::people::{Place, Presence, Role};
use torg_protocol::units::TimeMs;

/// The space.
#[derive(Debug)]
pub struct Space {
    map: Map,
    hearing: HearingPreset,
    people: BTreeMap<ParticipantId, Avatar>,
    events: Vec<Event>,
    routes: Arc<Routes>,
    participants_max: usize,
    now: TimeMs,
}

#[derive(Debug)]
struct Avatar {
    person: Person,
    ears_open: bool,
    held_until: Option<TimeMs>,
}

impl Space {
    /// An empty space on a map. The seed decides everything that is left to chance.
    #[must_use]
    pub fn new(map: Map, _seed: u64, now: TimeMs) -> Self {
        let hearing = map.spec().hearing;
        Self {
            map,
            hearing,
            people: BTreeMap::new(),
            events: Vec::new(),
            routes: Arc::new(Routes::default()),
            participants_max: PARTICIPANTS_MAX,
            now,
        }
    }

    /// The same space with room for another number of people.
    #[must_use]
    pub fn with_participants_max(mut self, participants_max: usize) -> Self {
        self.participants_max = participants_max;
        self
    }

    /// Does what is asked, or refuses it; a refusal changes nothing.
    ///
    /// # Errors
    /// [`Refusal`] says why, in words for the person who asked.
    pub fn apply(&mut self, now: TimeMs, command: Command) -> Result<(), Refusal> {
        self.now = self.now.max(now);
        let id = command.participant;
        if let Ask::Enter { name, role, microphone, start } = command.what {
            if self.people.contains_key(&id) {
                return Err(Refusal::UnknownParticipant);
            }
            if self.people.len() >= self.participants_max {
                return Err(Refusal::SpaceFull { max: self.participants_max });
            }
            let middle = Point::nearest(glam::Vec2::new(self.map.spec().width_m, self.map.spec().height_m) / 2.0);
            let at = match start {
                Some(Start::At(at)) => at,
                _ => middle,
            };
            let motion = Segment::standing(at, self.now);
            let place = Place::Square;
            let person = Person { id, name, role, motion, place, microphone, presence: Presence::Here };
            self.tell(Audience::EverybodyBut(id), Happening::Entered(person.clone()));
            self.people.insert(id, Avatar { person, ears_open: false, held_until: None });
            return Ok(());
        }
        let avatar = self.people.get_mut(&id).ok_or(Refusal::UnknownParticipant)?;
        let happening = match command.what {
            Ask::Leave => {
                self.people.remove(&id);
                Happening::Left(id)
            }
            Ask::Drop => {
                avatar.held_until = Some(now + HOLD);
                avatar.person.presence = Presence::Away;
                Happening::PresenceChanged(id, Presence::Away)
            }
            Ask::Return => {
                avatar.held_until = None;
                avatar.person.presence = Presence::Here;
                Happening::PresenceChanged(id, Presence::Here)
            }
            Ask::WalkTo(to) => {
                let from = Point::nearest(avatar.person.motion.position_m(self.now));
                avatar.person.motion = Segment::walking(from, to, self.now);
                Happening::Moved(id, avatar.person.motion)
            }
            Ask::SetMicrophone(microphone) => {
                avatar.person.microphone = microphone;
                Happening::MicrophoneChanged(id, microphone)
            }
            Ask::SetEars { open } => {
                avatar.ears_open = open;
                return Ok(());
            }
            Ask::Rename(name) => {
                avatar.person.name = name.clone();
                Happening::Renamed(id, name)
            }
            Ask::SetHearing(_) if avatar.person.role != Role::Host => return Err(Refusal::NotAllowed),
            Ask::SetHearing(preset) => {
                self.hearing = preset;
                Happening::HearingChanged(preset)
            }
            _ => return Ok(()),
        };
        self.tell(Audience::Everybody, happening);
        Ok(())
    }

    /// Lets time pass: arrivals, holds that ran out, hearing, audio slots, routes. Called 20 times a second.
    pub fn advance(&mut self, now: TimeMs) {
        self.now = self.now.max(now);
    }

    /// Everything that happened since the last call. Change, then drain all, then change again.
    pub fn drain(&mut self) -> std::vec::Drain<'_, Event> {
        self.events.drain(..)
    }

    /// The newest routes: a new table with a higher version only when something changed.
    #[must_use]
    pub fn routes(&self) -> &Arc<Routes> {
        &self.routes
    }

    /// The map.
    #[must_use]
    pub fn map(&self) -> &Map {
        &self.map
    }

    /// How far voices carry at the moment.
    #[must_use]
    pub fn hearing(&self) -> HearingPreset {
        self.hearing
    }

    /// All that a participant may see. Drain first: events from before are in the view already.
    #[must_use]
    pub fn view(&self, of: ParticipantId) -> Option<View> {
        self.people.get(&of)?;
        let people = self.people.iter().map(|(id, avatar)| (*id, avatar.person.clone())).collect();
        Some(View { hearing: self.hearing, people, audio_slots: [None; AUDIO_SLOTS] })
    }

    /// A participant as all may see them.
    #[must_use]
    pub fn person(&self, of: ParticipantId) -> Option<&Person> {
        self.people.get(&of).map(|avatar| &avatar.person)
    }

    /// How many are in, those whose place is held among them.
    #[must_use]
    pub fn population(&self) -> usize {
        self.people.len()
    }

    /// Whether what arrives at a participant is played.
    #[must_use]
    pub fn ears_open(&self, of: ParticipantId) -> bool {
        self.people.get(&of).is_some_and(|avatar| avatar.ears_open)
    }

    /// How many others, present and with open ears, may hear the place where a participant is.
    #[must_use]
    pub fn in_earshot(&self, _speaker: ParticipantId) -> u16 {
        0
    }

    fn tell(&mut self, to: Audience, what: Happening) {
        self.events.push(Event { to, what });
    }
}

//! Sounds that are played: participants whom everybody sees, with ids from the top that the ledger doesn't know. What is
//! played is nobody's speech, so nothing is written of it.

use super::{Keeper, calls, translate};
use crate::limits::SOUNDS_MAX;
use crate::mailbox::call::Denied;
use crate::mailbox::door::{PlaySound, PlayedSound};
use crate::mailbox::{Outgoing, PeerId, ToMedia};
use crate::metrics::{Counted, SOUNDS, SOUNDS_PLAYED};
use std::collections::BTreeMap;
use torg_protocol::ids::ParticipantId;
use torg_protocol::limits::BROADCASTS_MAX;
use torg_protocol::message::{Refusal, RefusalCode};
use torg_protocol::people::{Addressed, Microphone, ParticipantKind, Role};
use torg_protocol::text::PersonName;
use torg_protocol::units::TimeMs;
use torg_sound::Sound;
use torg_space::ledger::{Deed, Right, right};
use torg_space::{Ask, Command, Refusal as SpaceRefusal};

/// What is played at this moment.
#[derive(Debug)]
pub(super) struct Sounds {
    /// The id of the next one. Ids of people grow from below, and four billion of both together there will not be.
    next: u32,
    playing: BTreeMap<ParticipantId, Playing>,
}

#[derive(Debug)]
struct Playing {
    /// What the list shows of it; nothing of a bell, which nobody started.
    shown: Option<PlayedSound>,
    _counted: Counted,
}

impl Default for Sounds {
    fn default() -> Self {
        Self { next: u32::MAX, playing: BTreeMap::new() }
    }
}

impl Sounds {
    /// How many are played, bells among them.
    pub(super) fn count(&self) -> usize {
        self.playing.len()
    }

    pub(super) fn ids(&self) -> Vec<ParticipantId> {
        self.playing.keys().copied().collect()
    }

    pub(super) fn contains(&self, participant: ParticipantId) -> bool {
        self.playing.contains_key(&participant)
    }

    /// Whether a bell rings.
    pub(super) fn rings(&self) -> bool {
        self.playing.values().any(|playing| playing.shown.is_none())
    }

    /// One is over.
    pub(super) fn forget(&mut self, participant: ParticipantId) {
        self.playing.remove(&participant);
    }

    /// What the list shows. Ids go downwards, so the highest began first.
    pub(super) fn list(&self) -> Vec<PlayedSound> {
        self.playing.values().rev().filter_map(|playing| playing.shown.clone()).collect()
    }
}

impl Keeper {
    /// Whether somebody may play or end sounds, by their link, their role, or the word that they were lent.
    pub(super) fn may_sound(&self, link: Role, person: Option<&str>) -> Result<(), Denied> {
        let person = self.named_person(link, person)?;
        let by_person = person.is_some_and(|person| self.may_end_sound(person));
        if by_person || right(link, Deed::Broadcast) == Right::Yes {
            return Ok(());
        }
        Err(calls::not_allowed(Deed::Broadcast))
    }

    fn may_end_sound(&self, person: ParticipantId) -> bool {
        let ledger = self.books.settled();
        let by_role = ledger.role(person).is_some_and(|role| right(role, Deed::Broadcast) == Right::Yes);
        by_role || ledger.has_word(person)
    }

    /// Whether somebody may play a sound, and whether there is room for one: asked before the file is read.
    pub(super) fn may_play(&self, link: Role, person: Option<&str>) -> Result<(), Denied> {
        self.may_sound(link, person)?;
        if self.sounds.list().len() >= SOUNDS_MAX {
            let words = format!("{SOUNDS_MAX} sounds are played already: end one of them first");
            return Err(Refusal::new(RefusalCode::TooMany, words).into());
        }
        if self.broadcasts.len() >= BROADCASTS_MAX {
            return Err(translate::refusal(&SpaceRefusal::TooManySpeak { max: BROADCASTS_MAX }).into());
        }
        Ok(())
    }

    /// A sound is played from now on.
    pub(super) fn play_sound(&mut self, now: TimeMs, link: Role, play: PlaySound) -> Result<PlayedSound, Denied> {
        self.may_play(link, play.person.as_deref())?;
        let PlaySound { to, background, name, sound, .. } = play;
        let addressed = self.addressed(&to)?;
        let lasts_ms = sound.duration_ms();
        let shown = PlayedSound { id: self.sounds_id(), name: name.clone(), to, background, lasts_ms };
        self.begin_sound(now, name, addressed, background, sound, Some(shown.clone()))?;
        Ok(shown)
    }

    fn sounds_id(&self) -> ParticipantId {
        ParticipantId(self.sounds.next)
    }

    /// A sound comes onto the square and speaks over everything.
    pub(super) fn begin_sound(
        &mut self,
        now: TimeMs,
        name: PersonName,
        to: Addressed,
        background: bool,
        sound: Box<Sound>,
        shown: Option<PlayedSound>,
    ) -> Result<(), Refusal> {
        let participant = self.sounds_id();
        let (kind, role) = (ParticipantKind::Sound, Role::Participant);
        let enter = Ask::Enter { name, kind, role, microphone: Microphone::On, start: None };
        let refused = |refusal| translate::refusal(&refusal);
        self.space.apply(now, Command { participant, what: enter }).map_err(refused)?;
        self.sounds.next -= 1;
        self.sounds.playing.insert(participant, Playing { shown, _counted: Counted::one(SOUNDS) });
        if let Err(refusal) = self.space.apply(now, Command { participant, what: Ask::Speak { to, background } }) {
            self.apply(now, participant, Ask::Leave);
            return Err(translate::refusal(&refusal));
        }
        self.tell(now);
        metrics::counter!(SOUNDS_PLAYED).increment(1);
        self.to_media.push_back(ToMedia::Play { peer: PeerId { space: self.key, participant }, sound });
        self.tell_media();
        Ok(())
    }

    /// A sound ends before it is over, as the API asks.
    pub(super) fn end_sound(
        &mut self,
        now: TimeMs,
        link: Role,
        person: Option<&str>,
        sound: ParticipantId,
    ) -> Result<(), Denied> {
        self.may_sound(link, person)?;
        if !self.sounds.contains(sound) {
            return Err(no_sound().into());
        }
        self.apply(now, sound, Ask::Leave);
        Ok(())
    }

    /// A stream or a sound ends, as somebody on the square asks.
    pub(super) fn end_sound_for(&mut self, now: TimeMs, asks: ParticipantId, sound: ParticipantId) {
        let kind = self.space.person(sound).map(|person| person.kind);
        let refusal = match kind {
            _ if !self.may_end_sound(asks) => calls::not_allowed(Deed::Broadcast).refusal,
            Some(ParticipantKind::Stream | ParticipantKind::Sound) => return self.apply(now, sound, Ask::Leave),
            _ => no_sound(),
        };
        self.people.push(asks, Outgoing::refused(refusal, false));
    }

    /// A sound that was played has come to its end.
    pub(super) fn played_out(&mut self, now: TimeMs, sound: ParticipantId) {
        // One that was ended a moment ago may come to its end too.
        if self.sounds.contains(sound) {
            self.apply(now, sound, Ask::Leave);
        }
    }
}

fn no_sound() -> Refusal {
    Refusal::new(RefusalCode::Unknown, "there is no such stream or sound any more")
}

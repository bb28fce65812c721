//! The space: one owner of all state. Commands and time in, events, routes and mix out.

mod arriving;
mod circle;
mod coming;
mod crowd;
mod kinds;
mod plenum;
mod speaking;
mod spots;
mod walking;

use crate::command::{Ask, Command};
use crate::event::{Audience, Event, Happening, Person, View};
use crate::hearing::{Hearing, Listener};
use crate::ledger::{Deed, Right, right};
use crate::limits::PARTICIPANTS_MAX;
use crate::map::Map;
use crate::mix::Mix;
use crate::refusal::Refusal;
use crate::routes::Routes;
use circle::Circles;
use crowd::{Avatar, Crowd};
use kinds::may_ask;
use plenum::Call;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use std::collections::BTreeSet;
use std::sync::Arc;
use torg_protocol::geometry::HearingPreset;
use torg_protocol::ids::{ParticipantId, TableId};
use torg_protocol::people::{Broadcast, Microphone, Role};
use torg_protocol::text::PersonName;
use torg_protocol::units::{TimeMs, VoiceLevel};

/// A running space. Mutate, then [drain](Space::drain) all events, then mutate again.
#[derive(Debug)]
pub struct Space {
    map: Map,
    preset: HearingPreset,
    crowd: Crowd,
    /// Who sits where, by table and seat.
    seats: Vec<Vec<Option<ParticipantId>>>,
    hearing: Hearing,
    /// Who speaks over everything, in the order in which they began.
    broadcasts: Vec<Broadcast>,
    /// What tables settled among themselves.
    circles: Circles,
    /// The call to the plenum that stands.
    call: Option<Call>,
    /// What happens by itself, by time: at most one arrival and one end of a hold a person, and one plenum.
    due: BTreeSet<(TimeMs, Due)>,
    events: Vec<Event>,
    chance: ChaCha8Rng,
    participants_max: usize,
    now: TimeMs,
}

/// What happens by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Due {
    /// The hold of a place ends. Of two things at one moment this comes first: it frees a seat.
    HoldEnds(ParticipantId),
    /// A walk ends.
    Arrives(ParticipantId),
    /// Who was called to the plenum is walked there.
    Plenum,
}

impl Space {
    /// An empty space on a map. The seed decides everything that is left to chance.
    #[must_use]
    pub fn new(map: Map, seed: u64, now: TimeMs) -> Self {
        let preset = map.spec().hearing;
        let size_m = map.ground().size_m().as_vec2();
        Self {
            seats: map.tables().iter().map(|table| vec![None; table.seats.len()]).collect(),
            hearing: Hearing::new(size_m, map.tables(), preset.law(), now),
            map,
            preset,
            broadcasts: Vec::new(),
            circles: Circles::default(),
            call: None,
            crowd: Crowd::default(),
            due: BTreeSet::new(),
            events: Vec::new(),
            chance: ChaCha8Rng::seed_from_u64(seed),
            participants_max: PARTICIPANTS_MAX,
            now,
        }
    }

    /// The same space with room for another number of people than [`PARTICIPANTS_MAX`].
    #[must_use]
    pub fn with_participants_max(mut self, participants_max: usize) -> Self {
        self.participants_max = participants_max;
        self
    }

    /// Does what is asked, or refuses it; a refusal changes nothing. What is due until `now` happens first.
    ///
    /// # Errors
    /// [`Refusal`] says why, in words for the person who asked.
    pub fn apply(&mut self, now: TimeMs, command: Command) -> Result<(), Refusal> {
        self.pass(now);
        let id = command.participant;
        let what = match command.what {
            Ask::Enter { name, kind, role, microphone, start } => {
                return self.enter(id, name, kind, role, microphone, start);
            }
            what => what,
        };
        let index = self.crowd.find(id).ok_or(Refusal::UnknownParticipant)?;
        if !may_ask(self.crowd[index].person.kind, &what) {
            return Err(Refusal::NotAllowed);
        }
        match what {
            Ask::Enter { .. } | Ask::Leave => self.leave(index),
            Ask::Drop => self.hold(index),
            Ask::Return => self.come_back(index),
            Ask::Walk(walk) => return self.walk(index, walk),
            Ask::WalkTo(to) => return self.walk_to(index, to),
            Ask::JoinTable(table) => return self.join_table(index, table),
            Ask::LeaveTable => return self.leave_table(index),
            Ask::SetMicrophone(microphone) => self.set_microphone(index, microphone),
            Ask::SetEars { open } => self.set_ears(index, open),
            Ask::SetListening { listening, murmur } => self.set_listening(index, listening, murmur),
            Ask::Speak { to, background } => return self.speak(index, to, background),
            Ask::EndSpeech => self.end_speech(index),
            Ask::MovePiece { table, piece, by_right } => return self.move_piece(index, table, piece, by_right),
            Ask::CallPlenum { zone } => return self.call_plenum(index, zone),
            Ask::EndPlenum => return self.end_plenum(index),
            Ask::DeclinePlenum => return self.decline_plenum(index),
            Ask::LetListen { table, allowed } => return self.let_listen(index, table, allowed),
            Ask::SetWord { lent } => self.set_word(index, lent),
            Ask::SetConvenes(convenes) => self.set_convenes(index, convenes),
            Ask::Rename(name) => self.rename(index, name),
            Ask::SetRole(role) => self.set_role(index, role),
            Ask::SetHearing(preset) => return self.set_hearing(index, preset),
            Ask::Voice(level) => self.hear_voice(index, level),
        }
        Ok(())
    }

    /// Lets time pass: arrivals, seats, holds that ran out, voices, hearing, audio slots, routes, mix. Called 20
    /// times a second; a clock that runs backwards is taken to stand.
    pub fn advance(&mut self, now: TimeMs) {
        self.pass(now);
        let now = self.now;
        let Self { crowd, hearing, events, map, circles, broadcasts, .. } = self;
        for avatar in crowd.iter_mut() {
            avatar.voice.cool(now);
            if let Some(level) = avatar.voice.show(now) {
                let what = Happening::Spoke(avatar.person.id, level);
                events.push(Event { to: Audience::Everybody, what });
            }
        }
        let stand = |avatar: &Avatar| avatar.stand(map, now, circles.hush(&avatar.person, broadcasts));
        let people = crowd.iter().map(|(index, avatar)| (index, stand(avatar)));
        hearing.tick(
            now,
            people,
            || crowd.order(),
            |to, what| {
                events.push(Event { to, what });
            },
        );
    }

    /// Everything that happened since the last call.
    pub fn drain(&mut self) -> std::vec::Drain<'_, Event> {
        self.events.drain(..)
    }

    /// The newest routes, as of the last [`advance`](Space::advance): a new table with a higher version only when
    /// something changed.
    #[must_use]
    pub fn routes(&self) -> &Arc<Routes> {
        self.hearing.routes()
    }

    /// The newest mix, as of the last [`advance`](Space::advance): a new one with a higher version only when something
    /// changed.
    #[must_use]
    pub fn mix(&self) -> &Arc<Mix> {
        self.hearing.mix()
    }

    /// The map.
    #[must_use]
    pub fn map(&self) -> &Map {
        &self.map
    }

    /// How far voices carry at the moment.
    #[must_use]
    pub fn hearing(&self) -> HearingPreset {
        self.preset
    }

    /// All that a participant may see. Drain first: what events tell that still wait is in the view already.
    #[must_use]
    pub fn view(&self, of: ParticipantId) -> Option<View> {
        let index = self.crowd.find(of)?;
        let people = self.crowd.by_id().map(|avatar| (avatar.person.id, avatar.person.clone())).collect();
        let shown = |avatar: &Avatar| Some((avatar.person.id, avatar.voice.shown()?));
        let voices = self.crowd.by_id().filter_map(shown).collect();
        let Listener { listening, murmur } = self.hearing.listener(index);
        Some(View {
            hearing: self.preset,
            people,
            voices,
            audio_slots: self.hearing.labels(index),
            listening,
            murmur,
            broadcasts: self.broadcasts.clone(),
            spoken_to: self.hearing.spoken_to(index),
            pieces: self.circles.pieces().to_vec(),
            plenum: self.call.as_ref().map(Call::plenum),
            let_listen: self.circles.let_listen().to_vec(),
            bumblebees: self.hearing.bumblebees().collect(),
        })
    }

    /// A participant as all may see them.
    #[must_use]
    pub fn person(&self, of: ParticipantId) -> Option<&Person> {
        self.crowd.get(of).map(|avatar| &avatar.person)
    }

    /// How many are in, those whose place is held among them.
    #[must_use]
    pub fn population(&self) -> usize {
        self.crowd.len()
    }

    /// Whether what arrives at a participant is played.
    #[must_use]
    pub fn ears_open(&self, of: ParticipantId) -> bool {
        self.crowd.get(of).is_some_and(|avatar| avatar.ears_open)
    }

    /// How many others, connected and with open ears, may hear the place where a participant was at the last
    /// [`advance`](Space::advance), whatever the microphone does.
    #[must_use]
    pub fn in_earshot(&self, speaker: ParticipantId) -> u16 {
        let count = self.crowd.find(speaker).map_or(0, |index| self.hearing.in_earshot(index));
        u16::try_from(count).unwrap_or(u16::MAX)
    }

    /// How many seats of a table are free; none of one that is about to go.
    #[must_use]
    pub fn free_seats(&self, table: TableId) -> usize {
        let seats = self.seats.get(usize::from(table.0)).filter(|_| !self.map.goes(table));
        seats.map_or(0, |seats| seats.iter().filter(|seat| seat.is_none()).count())
    }

    /// From this table on nobody sits down any more: the map that comes doesn't have them. Nothing lets all stay.
    pub fn let_tables_go(&mut self, from: Option<TableId>) {
        self.map.let_go(from);
    }

    fn set_microphone(&mut self, index: usize, microphone: Microphone) {
        let now = self.now;
        let avatar = &mut self.crowd[index];
        let id = avatar.person.id;
        if avatar.person.microphone == microphone {
            return;
        }
        avatar.person.microphone = microphone;
        let falls_silent = microphone != Microphone::On && avatar.voice.hush(now);
        self.tell_all(Happening::MicrophoneChanged(id, microphone));
        if falls_silent {
            self.tell_all(Happening::Spoke(id, VoiceLevel::SILENT));
        }
    }

    fn set_ears(&mut self, index: usize, open: bool) {
        self.crowd[index].ears_open = open;
        self.hearing.set_hears(index, self.crowd[index].hears());
    }

    fn rename(&mut self, index: usize, name: PersonName) {
        let person = &mut self.crowd[index].person;
        if person.name != name {
            person.name = name.clone();
            let id = person.id;
            self.tell_all(Happening::Renamed(id, name));
        }
    }

    fn set_role(&mut self, index: usize, role: Role) {
        let person = &mut self.crowd[index].person;
        if person.role != role {
            person.role = role;
            let id = person.id;
            self.tell_all(Happening::RoleChanged(id, role));
            self.end_speech_without_right(index);
        }
    }

    fn set_hearing(&mut self, index: usize, preset: HearingPreset) -> Result<(), Refusal> {
        if right(self.crowd[index].person.role, Deed::SetHearing) != Right::Yes {
            return Err(Refusal::NotAllowed);
        }
        self.prefer_hearing(preset);
        Ok(())
    }

    /// Voices carry so far from now on; whoever asks has the right to it.
    pub fn prefer_hearing(&mut self, preset: HearingPreset) {
        if self.preset != preset {
            self.preset = preset;
            self.hearing.set_law(preset.law(), self.now);
            self.tell_all(Happening::HearingChanged(preset));
        }
    }

    fn hear_voice(&mut self, index: usize, level: VoiceLevel) {
        let now = self.now;
        let avatar = &mut self.crowd[index];
        // A level measured before the microphone was muted may come after it.
        if avatar.person.microphone == Microphone::On {
            avatar.voice.hear(now, level);
        }
    }

    fn tell_all(&mut self, what: Happening) {
        self.events.push(Event { to: Audience::Everybody, what });
    }

    fn tell(&mut self, to: ParticipantId, what: Happening) {
        self.events.push(Event { to: Audience::Only(to), what });
    }
}

//! A crowd that does random things at random moments.

use crate::asked::Asked;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use torg_protocol::geometry::{HearingPreset, Point, Walk};
use torg_protocol::ids::{ParticipantId, TableId, ZoneId};
use torg_protocol::people::{Addressed, Listening, Microphone, ParticipantKind, PieceMove, Role};
use torg_protocol::text::PersonName;
use torg_protocol::units::{MurmurPercent, TimeMs, VoiceLevel};
use torg_space::{Ask, Command, Event, Map, Space, Start};

/// Loud enough for full weight.
pub(crate) const LOUD: u8 = 20;

const TICK_MS: u64 = 50;

/// A space, its crowd, and chance.
pub(crate) struct Run {
    pub(crate) space: Space,
    pub(crate) now: TimeMs,
    pub(crate) asked: Asked,
    chance: ChaCha8Rng,
    in_space: Vec<ParticipantId>,
    next_id: u32,
    people: usize,
    /// Before then nobody calls to the plenum again, or none would ever come together.
    calls_from: TimeMs,
}

impl Run {
    pub(crate) fn new(map: Map, seed: u64, people: usize) -> Self {
        let now = TimeMs(1_760_000_000_000);
        let space = Space::new(map, seed, now).with_participants_max(people);
        let (asked, chance) = (Asked::default(), ChaCha8Rng::seed_from_u64(seed));
        Self { space, now, asked, chance, in_space: Vec::new(), next_id: 1, people, calls_from: now }
    }

    /// One twentieth of a second: commands at random moments in order, then time. Whatever happens is shown at once.
    pub(crate) fn tick(&mut self, mut show: impl FnMut(&Space, TimeMs, &[Event], &Asked)) {
        let commands = 1 + self.below(1 + self.people as u32 / 12);
        let mut moments: Vec<u64> = (0..commands).map(|_| u64::from(self.below(TICK_MS as u32))).collect();
        moments.sort_unstable();
        for moment in moments {
            let now = TimeMs(self.now.0 + moment);
            let command = self.command();
            let (id, enters) = (command.participant, matches!(command.what, Ask::Enter { .. }));
            let leaves = command.what == Ask::Leave;
            if self.space.apply(now, command.clone()).is_ok() {
                self.asked.take_in(now, &command);
                match (enters, leaves) {
                    (true, _) => self.in_space.push(id),
                    (_, true) => self.in_space.retain(|&other| other != id),
                    _ => {}
                }
            }
            let events: Vec<Event> = self.space.drain().collect();
            show(&self.space, now, &events, &self.asked);
        }
        if self.one_in(20) {
            let (table, kept_out) = (self.table(), self.one_in(2));
            self.space.keep_out(table, kept_out);
            self.asked.keep_out(table, kept_out);
        }
        self.now = TimeMs(self.now.0 + TICK_MS);
        self.space.advance(self.now);
        let events: Vec<Event> = self.space.drain().collect();
        let space = &self.space;
        self.in_space.retain(|&id| space.person(id).is_some());
        show(&self.space, self.now, &events, &self.asked);
    }

    fn command(&mut self) -> Command {
        let is_filling = self.in_space.len() < self.people * 9 / 10;
        if self.in_space.is_empty() || self.one_in(if is_filling { 3 } else { 50 }) {
            self.next_id += 1;
            let what = self.enter();
            return Command { participant: ParticipantId(self.next_id), what };
        }
        let somebody = self.below(self.in_space.len() as u32) as usize;
        // Now and then a stranger, who has to be refused.
        let participant = if self.one_in(200) { ParticipantId(u32::MAX) } else { self.in_space[somebody] };
        let person = self.space.person(participant);
        let (kind, role) = person.map_or_else(Default::default, |person| (person.kind, Some(person.role)));
        let is_host = matches!(role, Some(Role::Host | Role::CoHost)) && kind == ParticipantKind::Person;
        if is_host && self.now >= self.calls_from {
            self.calls_from = TimeMs(self.now.0 + 13_000);
            let zone = if self.one_in(2) { None } else { Some(ZoneId(self.below(2) as u16)) };
            return Command { participant, what: Ask::CallPlenum { zone } };
        }
        let what = match kind {
            ParticipantKind::Stream | ParticipantKind::Sound if self.one_in(3) => self.speak(),
            ParticipantKind::Stream | ParticipantKind::Sound if self.one_in(6) => Ask::EndSpeech,
            _ => self.what(participant),
        };
        Command { participant, what }
    }

    fn enter(&mut self) -> Ask {
        let start = match self.below(4) {
            0 => Some(Start::At(self.place())),
            1 => Some(Start::Table(self.table())),
            _ => None,
        };
        let role = self.role();
        let microphone = if self.one_in(3) { Microphone::Muted } else { Microphone::On };
        let kind = match self.below(40) {
            0..=3 => ParticipantKind::Listener,
            4..=5 => ParticipantKind::Stream,
            6 => ParticipantKind::Sound,
            _ => ParticipantKind::Person,
        };
        Ask::Enter { name: self.name(), kind, role, microphone, start }
    }

    fn what(&mut self, participant: ParticipantId) -> Ask {
        match self.below(134) {
            0 => Ask::Leave,
            1..=3 => Ask::Drop,
            4..=8 => Ask::Return,
            9..=28 => Ask::Walk(self.direction()),
            29..=46 => Ask::WalkTo(self.place()),
            47..=57 => Ask::JoinTable(self.table()),
            58..=63 => Ask::LeaveTable,
            64..=71 => Ask::SetMicrophone(self.microphone()),
            72..=77 => Ask::SetEars { open: !self.one_in(4) },
            78 => Ask::Rename(self.name()),
            79 if self.one_in(10) => Ask::SetHearing(self.preset()),
            80..=84 => self.listening(),
            85..=87 => self.speak(),
            88..=89 => Ask::EndSpeech,
            90 => Ask::SetWord { lent: self.one_in(2) },
            91 => Ask::SetConvenes(self.one_in(2)),
            92 => Ask::SetRole(self.role()),
            93..=102 => self.piece(participant),
            103..=104 => Ask::LetListen { table: self.table_of(participant), allowed: !self.one_in(3) },
            105..=108 => Ask::DeclinePlenum,
            109 if self.one_in(self.people as u32) => Ask::EndPlenum,
            109 if self.one_in(self.people as u32) => Ask::CallPlenum { zone: Some(ZoneId(self.below(4) as u16)) },
            _ => Ask::Voice(VoiceLevel::from_minus_dbov(if self.one_in(2) { LOUD } else { 127 })),
        }
    }

    fn role(&mut self) -> Role {
        if self.one_in(2) { Role::Participant } else { Role::ALL[self.below(Role::ALL.len() as u32) as usize] }
    }

    fn listening(&mut self) -> Ask {
        let listening = if self.one_in(2) { Listening::Mixed } else { Listening::Forwarded };
        let murmur = if self.one_in(3) { 0 } else { self.below(101) as u8 };
        Ask::SetListening { listening, murmur: MurmurPercent::new(murmur).expect("a share") }
    }

    fn speak(&mut self) -> Ask {
        Ask::Speak { to: self.addressed(), background: self.one_in(3) }
    }

    fn piece(&mut self, participant: ParticipantId) -> Ask {
        let table = self.table_of(participant);
        let at_table =
            |id: &&ParticipantId| self.space.person(**id).is_some_and(|person| person.place.table() == Some(table));
        let others: Vec<ParticipantId> = self.in_space.iter().filter(at_table).copied().collect();
        let piece = match self.below(10) {
            0..=3 => PieceMove::Bring {},
            4 => PieceMove::PutAway {},
            5..=6 => PieceMove::Take {},
            7 => PieceMove::LayDown {},
            _ if others.is_empty() => PieceMove::Give { to: self.in_space[0] },
            _ => PieceMove::Give { to: others[self.below(others.len() as u32) as usize] },
        };
        Ask::MovePiece { table, piece, by_right: !self.one_in(3) }
    }

    /// Mostly the table where somebody sits, if they do.
    fn table_of(&mut self, participant: ParticipantId) -> TableId {
        let own = self.space.person(participant).and_then(|person| person.place.table());
        own.filter(|_| !self.one_in(10)).unwrap_or_else(|| self.table())
    }

    fn addressed(&mut self) -> Addressed {
        match self.below(4) {
            0 => Addressed::Zone { zone: ZoneId(self.below(4) as u16) },
            1 => Addressed::Conveners {},
            _ => Addressed::Everybody {},
        }
    }

    fn direction(&mut self) -> Walk {
        use Walk::*;
        let walks = [Stop, North, NorthEast, East, SouthEast, South, SouthWest, West, NorthWest];
        walks[self.below(walks.len() as u32) as usize]
    }

    fn preset(&mut self) -> HearingPreset {
        [HearingPreset::Close, HearingPreset::Room, HearingPreset::Hall][self.below(3) as usize]
    }

    fn microphone(&mut self) -> Microphone {
        [Microphone::On, Microphone::On, Microphone::Muted, Microphone::Absent][self.below(4) as usize]
    }

    /// Mostly on the map; sometimes beyond.
    fn place(&mut self) -> Point {
        let spec = self.space.map().spec();
        let (across_cm, down_cm) = ((spec.width_m * 102.0) as u32, (spec.height_m * 102.0) as u32);
        Point::from_centimetres(self.below(across_cm) as u16, self.below(down_cm) as u16)
    }

    /// Mostly a table of the map.
    fn table(&mut self) -> TableId {
        let tables = self.space.map().tables().len() as u32;
        TableId(self.below(tables + 1) as u16)
    }

    fn name(&mut self) -> PersonName {
        PersonName::parse(&format!("Person {}", self.below(1_000))).expect("a plain name")
    }

    fn one_in(&mut self, times: u32) -> bool {
        self.below(times) == 0
    }

    fn below(&mut self, end: u32) -> u32 {
        self.chance.next_u32() % end
    }
}

//! The stage of the stories: a square, a clock, and three people.

use torg_protocol::geometry::Point;
use torg_protocol::ids::{ParticipantId, TableId};
use torg_protocol::map::MapSpec;
use torg_protocol::people::{Listening, Microphone, ParticipantKind, Place, Role};
use torg_protocol::text::PersonName;
use torg_protocol::units::{MurmurPercent, TimeMs, VoiceLevel};
use torg_space::{Ask, Bed, Command, Event, ListenerMix, Map, MixSource, Refusal, Space, Start, View};

pub(crate) const ANN: u32 = 1;
pub(crate) const BOB: u32 = 2;
pub(crate) const CEM: u32 = 3;

/// An open table and the closed one of the default square.
pub(crate) const ROWAN: TableId = TableId(1);
pub(crate) const SPRUCE: TableId = TableId(5);

pub(crate) struct Square {
    pub(crate) space: Space,
    pub(crate) now: u64,
}

impl Square {
    pub(crate) fn new() -> Self {
        Self::on(Map::default_square())
    }

    pub(crate) fn on(map: Map) -> Self {
        Self { space: Space::new(map, 7, TimeMs(1_000_000)), now: 1_000_000 }
    }

    pub(crate) fn with(start: impl FnOnce(&mut MapSpec)) -> Self {
        let mut spec = Map::default_square().spec().clone();
        start(&mut spec);
        Self::on(Map::check(spec).expect("a map that can be walked"))
    }

    pub(crate) fn ask(&mut self, who: u32, what: Ask) -> Result<(), Refusal> {
        self.space.apply(TimeMs(self.now), Command { participant: ParticipantId(who), what })
    }

    pub(crate) fn enter(&mut self, who: u32, start: Option<Start>) -> Result<(), Refusal> {
        self.enter_as(who, ParticipantKind::Person, start)
    }

    pub(crate) fn enter_as(&mut self, who: u32, kind: ParticipantKind, start: Option<Start>) -> Result<(), Refusal> {
        let name = PersonName::parse("Somebody").expect("a plain name");
        let role = if who == ANN { Role::Host } else { Role::Participant };
        self.ask(who, Ask::Enter { name, kind, role, microphone: Microphone::On, start })
    }

    pub(crate) fn enter_at(&mut self, who: u32, x: f64, y: f64) {
        self.enter(who, Some(Start::At(at(x, y)))).expect("there is room");
    }

    /// Lets time pass in ticks, and says what happened.
    pub(crate) fn pass(&mut self, ms: u64) -> Vec<Event> {
        let until = self.now + ms;
        while self.now < until {
            self.now = until.min(self.now + 50);
            self.space.advance(TimeMs(self.now));
        }
        self.space.drain().collect()
    }

    pub(crate) fn place(&self, who: u32) -> Place {
        self.space.person(ParticipantId(who)).expect("is in").place
    }

    /// Where somebody is, metres.
    pub(crate) fn is_at(&self, who: u32) -> (f32, f32) {
        let person = self.space.person(ParticipantId(who)).expect("is in");
        person.motion.position_m(TimeMs(self.now)).into()
    }

    /// Somebody speaks on, loud and clear.
    pub(crate) fn talk(&mut self, who: u32) {
        self.ask(who, Ask::Voice(VoiceLevel::from_minus_dbov(20))).expect("is in");
    }

    /// How sound shall come to somebody.
    pub(crate) fn listen(&mut self, who: u32, listening: Listening, murmur: u8) {
        let murmur = MurmurPercent::new(murmur).expect("a share");
        self.ask(who, Ask::SetListening { listening, murmur }).expect("is in");
    }

    /// What somebody gets of the mixers.
    pub(crate) fn mixed(&self, who: u32) -> Option<&ListenerMix> {
        self.space.mix().listeners.iter().find(|mix| mix.listener.0 == who)
    }

    /// What is in the bed that somebody shares.
    pub(crate) fn bed(&self, who: u32) -> Option<&Bed> {
        let id = self.mixed(who)?.bed?;
        Some(self.space.mix().beds.iter().find(|bed| bed.id == id).expect("a bed that somebody listens to"))
    }

    /// How somebody's voice is in a listener's bed.
    pub(crate) fn murmurs(&self, listener: u32, speaker: u32) -> Option<MixSource> {
        self.bed(listener)?.sources.iter().find(|source| source.speaker.0 == speaker).copied()
    }

    /// How somebody's voice is in a listener's own mix.
    pub(crate) fn own(&self, listener: u32, speaker: u32) -> Option<MixSource> {
        let own = self.mixed(listener)?.own.as_ref()?;
        own.sources.iter().find(|source| source.speaker.0 == speaker).copied()
    }

    pub(crate) fn view(&self, who: u32) -> View {
        self.space.view(ParticipantId(who)).expect("is in")
    }

    pub(crate) fn hears(&self, listener: u32, speaker: u32) -> bool {
        let speaker = Some(ParticipantId(speaker));
        let routes = self.space.routes().listeners.iter();
        routes.filter(|routes| routes.listener.0 == listener).any(|routes| routes.slots.contains(&speaker))
    }
}

pub(crate) fn at(x: f64, y: f64) -> Point {
    Point::from_metres(x, y).expect("on the map")
}

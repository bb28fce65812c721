//! The guest's view of the space: built from the welcome, kept up by the server's messages alone.

use crate::air::Air;
use crate::clock::ServerClock;
use crate::market::Market;
use crate::sound::pan::StereoGain;
use glam::Vec2;
use std::collections::BTreeMap;
use std::f32::consts::TAU;
use std::time::Instant;
use torg_protocol::frame::Frame;
use torg_protocol::geometry::{HearingPreset, Placed, Point, Segment, placed_gain};
use torg_protocol::ids::{ParticipantId, SeatIndex, TableId};
use torg_protocol::limits::AUDIO_SLOTS;
use torg_protocol::map::TableSpec;
use torg_protocol::message::{ParticipantView, ServerMessage, SpaceView, Uplink, Welcome};
use torg_protocol::people::{Place, Role};
use torg_protocol::units::{TimeMs, VoiceLevel};

/// What a guest knows of the space.
#[derive(Clone, Debug)]
pub struct World {
    me: ParticipantId,
    role: Role,
    space: SpaceView,
    people: BTreeMap<ParticipantId, Person>,
    audio_slots: [Option<ParticipantId>; AUDIO_SLOTS],
    heard_by: Option<HeardBy>,
    market: Market,
    air: Air,
    person: String,
    clock: ServerClock,
}

/// A participant as the server showed them, and their newest voice level.
#[derive(Clone, Debug, PartialEq)]
pub struct Person {
    /// Who, where and what.
    pub view: ParticipantView,
    /// How loud they speak; nothing until the server has told, which it does when it changes.
    pub level: Option<VoiceLevel>,
}

/// Who hears this guest, as the server counts it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeardBy {
    /// People who were sent this guest's voice in the last 1.2 s.
    pub listeners: u16,
    /// People with open ears who stand where they may hear it.
    pub in_earshot: u16,
    /// What arrives from this guest.
    pub uplink: Uplink,
}

impl World {
    pub(crate) fn new(welcome: Welcome, now: Instant) -> Self {
        let person = |view: ParticipantView| (view.id, Person { view, level: None });
        let air = Air::new(&welcome);
        let mut audio_slots = [None; AUDIO_SLOTS];
        for (slot, speaker) in audio_slots.iter_mut().zip(welcome.audio_slots) {
            *slot = speaker;
        }
        Self {
            me: welcome.you,
            role: welcome.role,
            space: welcome.space,
            people: welcome.participants.into_iter().map(person).collect(),
            audio_slots,
            heard_by: None,
            person: welcome.person,
            market: Market::new(welcome.agenda, welcome.server_time),
            air,
            clock: ServerClock::from_welcome(welcome.server_time, now),
        }
    }

    /// Takes in what the server says. Messages that are not about the view change nothing.
    pub(crate) fn apply(&mut self, message: &ServerMessage) {
        self.air.hear(message);
        match message {
            ServerMessage::Entered { participant } => {
                let person = Person { view: participant.clone(), level: None };
                self.people.insert(participant.id, person);
            }
            ServerMessage::Left { participant } => {
                self.people.remove(participant);
            }
            ServerMessage::Renamed { participant, name } => self.change(*participant, |view| view.name = name.clone()),
            ServerMessage::MicrophoneChanged { participant, microphone } => {
                self.change(*participant, |view| view.microphone = *microphone);
            }
            ServerMessage::PresenceChanged { participant, presence } => {
                self.change(*participant, |view| view.presence = *presence);
            }
            ServerMessage::PlaceChanged { participant, place } => {
                self.change(*participant, |view| view.place = *place);
            }
            ServerMessage::AudioSlot { slot, speaker } => {
                if let Some(slot) = self.audio_slots.get_mut(usize::from(slot.0)) {
                    *slot = *speaker;
                }
            }
            ServerMessage::HearingChanged { preset } => self.space.map.hearing = *preset,
            ServerMessage::Heard { listeners, in_earshot, uplink } => {
                self.heard_by = Some(HeardBy { listeners: *listeners, in_earshot: *in_earshot, uplink: *uplink });
            }
            ServerMessage::RoleChanged { participant, role } => {
                self.change(*participant, |view| view.role = *role);
                if *participant == self.me {
                    self.role = *role;
                }
            }
            // The rest is about the marketplace, or not about the view at all.
            message => self.market.hear(message),
        }
    }

    pub(crate) fn apply_frame(&mut self, frame: Frame) {
        match frame {
            Frame::Motion(segments) => {
                for (who, segment) in segments {
                    self.change(who, |view| view.motion = segment);
                }
            }
            Frame::Levels(levels) => {
                for (who, level) in levels {
                    if let Some(person) = self.people.get_mut(&who) {
                        person.level = Some(level);
                    }
                }
            }
        }
    }

    pub(crate) fn pong(&mut self, sent: Instant, now: Instant, server_time: TimeMs) {
        self.clock.pong(sent, now, server_time);
    }

    fn change(&mut self, who: ParticipantId, change: impl FnOnce(&mut ParticipantView)) {
        if let Some(person) = self.people.get_mut(&who) {
            change(&mut person.view);
        }
    }

    /// Who the guest is here.
    #[must_use]
    pub fn me(&self) -> ParticipantId {
        self.me
    }

    /// What the guest may do.
    #[must_use]
    pub fn role(&self) -> Role {
        self.role
    }

    /// The space and its map.
    #[must_use]
    pub fn space(&self) -> &SpaceView {
        &self.space
    }

    /// How far voices carry.
    #[must_use]
    pub fn hearing(&self) -> HearingPreset {
        self.space.map.hearing
    }

    /// Everybody, by id; the guest too.
    #[must_use]
    pub fn people(&self) -> &BTreeMap<ParticipantId, Person> {
        &self.people
    }

    /// What the audio slots carry.
    #[must_use]
    pub fn audio_slots(&self) -> &[Option<ParticipantId>; AUDIO_SLOTS] {
        &self.audio_slots
    }

    /// The agenda, topics, and the door.
    #[must_use]
    pub fn market(&self) -> &Market {
        &self.market
    }

    /// How sound comes to the guest, and who speaks over everything.
    #[must_use]
    pub fn air(&self) -> &Air {
        &self.air
    }

    pub(crate) fn air_mut(&mut self) -> &mut Air {
        &mut self.air
    }

    /// By this the guest is the same person when they come again.
    pub(crate) fn person_token(&self) -> &str {
        &self.person
    }

    /// Who hears the guest; nothing until the server has counted.
    #[must_use]
    pub fn heard_by(&self) -> Option<HeardBy> {
        self.heard_by
    }

    /// Somebody by name. Names need not be unique: the one who came first counts.
    #[must_use]
    pub fn person(&self, name: &str) -> Option<&Person> {
        self.people.values().find(|person| person.view.name.as_str() == name)
    }

    /// Somebody's name; nothing for who is gone.
    #[must_use]
    pub fn name_of(&self, who: ParticipantId) -> Option<&str> {
        self.people.get(&who).map(|person| person.view.name.as_str())
    }

    /// A table by name.
    #[must_use]
    pub fn table(&self, name: &str) -> Option<(TableId, &TableSpec)> {
        let (index, table) = self.space.map.tables.iter().enumerate().find(|(_, table)| table.name.as_str() == name)?;
        Some((TableId(u16::try_from(index).ok()?), table))
    }

    fn table_spec(&self, table: TableId) -> Option<&TableSpec> {
        self.space.map.tables.get(usize::from(table.0))
    }

    /// The server's clock at a moment of ours.
    #[must_use]
    pub fn server_time(&self, moment: Instant) -> TimeMs {
        self.clock.at(moment)
    }

    /// Where somebody walks or stands; nothing for who is gone.
    #[must_use]
    pub fn motion(&self, who: ParticipantId) -> Option<Segment> {
        self.people.get(&who).map(|person| person.view.motion)
    }

    /// Where somebody is at a moment of ours, metres.
    #[must_use]
    pub fn position_m(&self, who: ParticipantId, moment: Instant) -> Option<Vec2> {
        Some(self.motion(who)?.position_m(self.server_time(moment)))
    }

    /// How loud somebody is for the guest by the hearing law, 0 to 1. A place says nothing about whether the
    /// server sends them.
    #[must_use]
    pub fn gain(&self, speaker: ParticipantId, moment: Instant) -> f32 {
        let (Some(listener), Some(speaker)) = (self.placed(self.me, moment), self.placed(speaker, moment)) else {
            return 0.0;
        };
        placed_gain(self.hearing().law(), listener, speaker)
    }

    /// How loud and from where somebody is heard by place.
    pub(crate) fn stereo_gain(&self, speaker: ParticipantId, moment: Instant) -> StereoGain {
        let gain = self.gain(speaker, moment);
        let offset = self.seat_offset_m(speaker).or_else(|| {
            let (mine, theirs) = (self.position_m(self.me, moment)?, self.position_m(speaker, moment)?);
            Some(theirs - mine)
        });
        StereoGain::of(gain, offset.unwrap_or(Vec2::ZERO))
    }

    fn placed(&self, who: ParticipantId, moment: Instant) -> Option<Placed> {
        let place = self.people.get(&who)?.view.place;
        let table = place.table().and_then(|table| Some((table, self.table_spec(table)?.wall)));
        Some(Placed {
            at: Point::nearest(self.position_m(who, moment)?),
            table,
            listens_to: self.air.bumblebees.get(&who).copied(),
        })
    }

    /// From the guest's seat to the speaker's, where both sit at one table: the last step from the rim to a seat
    /// does not move a voice.
    fn seat_offset_m(&self, speaker: ParticipantId) -> Option<Vec2> {
        let seat = |who| match self.people.get(&who)?.view.place {
            Place::Seat { table, seat } => Some((table, seat)),
            Place::Square | Place::Rising { .. } => None,
        };
        let ((my_table, mine), (their_table, theirs)) = (seat(self.me)?, seat(speaker)?);
        if my_table != their_table {
            return None;
        }
        let table = self.table_spec(my_table)?;
        let on_circle = |seat: SeatIndex| {
            let (sine, cosine) = (TAU * f32::from(seat.0) / f32::from(table.seats.max(1))).sin_cos();
            Vec2::new(sine, -cosine) * table.radius_m
        };
        Some(on_circle(theirs) - on_circle(mine))
    }
}

/// The golden messages of the wire, in which the guest is Åse-Marie, Bo sits at the first table, and a third is rising
/// from the closed one.
#[cfg(test)]
pub(crate) fn golden() -> Vec<ServerMessage> {
    let text = include_str!("../../protocol/fixtures/server_messages.json");
    let file: serde_json::Value = serde_json::from_str(text).expect("the fixtures are JSON");
    serde_json::from_value(file["messages"].clone()).expect("messages of the server")
}

#[cfg(test)]
impl World {
    /// The world of the first golden welcome.
    pub(crate) fn golden(now: Instant) -> Self {
        let welcome = golden().into_iter().find_map(|message| match message {
            ServerMessage::Welcome(welcome) => Some(*welcome),
            _ => None,
        });
        Self::new(welcome.expect("a golden welcome"), now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use torg_protocol::frame;

    const ME: ParticipantId = ParticipantId(1);
    const BO: ParticipantId = ParticipantId(2);

    fn stand(world: &mut World, who: ParticipantId, x: f64, y: f64) {
        let at = Point::from_metres(x, y).expect("on the map");
        let segment = Segment::standing(at, TimeMs(1_790_000_000_000));
        let frames = frame::encode_motion(TimeMs(1_790_000_000_000), &[(who, segment)]);
        world.apply_frame(frame::decode(&frames[0]).expect("a frame"));
    }

    #[test]
    fn every_golden_message_is_taken_in() {
        let mut world = World::golden(Instant::now());
        for message in golden() {
            world.apply(&message);
        }
        assert_eq!(world.hearing(), HearingPreset::Hall);
        assert_eq!(world.heard_by().map(|heard| heard.uplink), Some(Uplink::Down));
        assert_eq!(world.people().len(), 6, "left and entered again");
    }

    #[test]
    fn names_and_tables_are_found() {
        let world = World::golden(Instant::now());
        assert_eq!(world.person("Bo").map(|person| person.view.id), Some(BO));
        assert!(world.person("Nobody").is_none());
        assert_eq!(world.table("Stille prat").map(|(table, _)| table), Some(TableId(1)));
    }

    #[test]
    fn walking_moves_and_standing_stays() {
        let now = Instant::now();
        let mut world = World::golden(now);
        let start = world.position_m(ME, now).expect("a place");
        let later = world.position_m(ME, now + std::time::Duration::from_secs(1)).expect("a place");
        assert!((start.distance(later) - 3.0).abs() < 0.02, "three metres a second");
        stand(&mut world, ME, 5.0, 5.0);
        assert_eq!(world.position_m(ME, now), Some(Vec2::new(5.0, 5.0)));
    }

    #[test]
    fn gain_follows_place_and_wall() {
        let now = Instant::now();
        let mut world = World::golden(now);
        stand(&mut world, ME, 20.0, 12.0);
        stand(&mut world, BO, 24.0, 12.0);
        world.apply(&ServerMessage::PlaceChanged { participant: BO, place: Place::Square });
        assert!((world.gain(BO, now) - 0.5).abs() < 1e-5);
        let stereo = world.stereo_gain(BO, now);
        assert!(stereo.right > 0.499 && stereo.left.abs() < 1e-5, "Bo stands to the right");
        let closed = Place::Seat { table: TableId(1), seat: SeatIndex(0) };
        world.apply(&ServerMessage::PlaceChanged { participant: BO, place: closed });
        assert_eq!(world.gain(BO, now), 0.0);
    }

    #[test]
    fn at_one_table_the_seats_tell_the_direction() {
        let now = Instant::now();
        let mut world = World::golden(now);
        let seat = |seat| Place::Seat { table: TableId(0), seat: SeatIndex(seat) };
        world.apply(&ServerMessage::PlaceChanged { participant: ME, place: seat(3) });
        world.apply(&ServerMessage::PlaceChanged { participant: BO, place: seat(0) });
        let across = world.stereo_gain(BO, now);
        assert!((across.left - across.right).abs() < 1e-5, "straight ahead, from the bottom seat to the top one");
        world.apply(&ServerMessage::PlaceChanged { participant: BO, place: seat(1) });
        let stereo = world.stereo_gain(BO, now);
        assert!(stereo.right > stereo.left, "clockwise from the top is to the right");
        assert!((stereo.left.powi(2) + stereo.right.powi(2) - 1.0).abs() < 1e-5, "in full");
    }
}

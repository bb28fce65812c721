//! Coming in, going, and the hold of a place in between.

use super::crowd::{Avatar, Course};
use super::kinds::is_apart;
use super::spots::Area;
use super::{Due, Space};
use crate::command::Start;
use crate::event::{Audience, Event, Happening, Person};
use crate::hearing::{Listener, Voice};
use crate::limits::{ARRIVAL_GAP_M, ARRIVAL_TRIES, HOLD};
use crate::motion::{Spot, metres, nearest};
use crate::refusal::Refusal;
use glam::DVec2;
use rand_chacha::rand_core::Rng;
use torg_protocol::geometry::{Point, Segment};
use torg_protocol::ids::{ParticipantId, TableId};
use torg_protocol::map::ZoneKind;
use torg_protocol::people::{Listening, Microphone, ParticipantKind, Place, Presence, Role};
use torg_protocol::text::PersonName;
use torg_protocol::units::{MurmurPercent, TimeMs};

impl Space {
    pub(super) fn enter(
        &mut self,
        id: ParticipantId,
        name: PersonName,
        kind: ParticipantKind,
        role: Role,
        microphone: Microphone,
        start: Option<Start>,
    ) -> Result<(), Refusal> {
        if self.crowd.find(id).is_some() {
            return Err(Refusal::UnknownParticipant);
        }
        if self.crowd.len() >= self.participants_max {
            return Err(Refusal::SpaceFull { max: self.participants_max });
        }
        let (at, place) = self.start(kind, start)?;
        if let Place::Seat { table, seat } = place {
            self.seats[usize::from(table.0)][usize::from(seat.0)] = Some(id);
        }
        let motion = Segment::standing(at, self.now);
        let only_listens = kind == ParticipantKind::Listener;
        let microphone = if only_listens { Microphone::Absent } else { microphone };
        let person = Person { id, name, kind, role, motion, place, microphone, presence: Presence::Here };
        self.events.push(Event { to: Audience::EverybodyBut(id), what: Happening::Entered(person.clone()) });
        let index = self.crowd.insert(Avatar {
            person,
            course: Course::Still,
            pressed: None,
            free_from: self.now,
            arrives: None,
            held_until: None,
            ears_open: only_listens,
            has_word: false,
            convenes: false,
            voice: Voice::new(self.now),
        });
        self.hearing.admit(index, self.now);
        if only_listens {
            // Told to nobody: who enters gets the whole view.
            let murmur = MurmurPercent::new(100).expect("all of the murmur is a share of it");
            self.hearing.set_listener(index, Listener { listening: Listening::Mixed, murmur });
        }
        Ok(())
    }

    /// Goes for good.
    pub(super) fn leave(&mut self, index: usize) {
        self.set_arrival(index, None);
        self.set_hold(index, None);
        self.free_seat(index);
        let Person { id, place, .. } = self.crowd[index].person;
        if let Place::Seat { table, .. } = place {
            self.leave_circle(id, table);
        }
        self.end_speech(index);
        self.hearing.dismiss(index);
        self.crowd.remove(index);
        self.tell_all(Happening::Left(id));
    }

    /// The connection dropped: who was walking stops, and the place is held for a while.
    pub(super) fn hold(&mut self, index: usize) {
        if self.crowd[index].person.presence == Presence::Away {
            return;
        }
        self.crowd[index].pressed = None;
        self.stop(index);
        self.lay_down(index);
        self.set_hold(index, Some(self.now + HOLD));
        self.set_presence(index, Presence::Away);
    }

    /// The connection is back.
    pub(super) fn come_back(&mut self, index: usize) {
        if self.crowd[index].person.presence == Presence::Here {
            return;
        }
        self.set_hold(index, None);
        self.set_presence(index, Presence::Here);
    }

    fn set_presence(&mut self, index: usize, presence: Presence) {
        let avatar = &mut self.crowd[index];
        avatar.person.presence = presence;
        let id = avatar.person.id;
        self.hearing.set_hears(index, self.crowd[index].hears());
        self.tell_all(Happening::PresenceChanged(id, presence));
    }

    fn set_hold(&mut self, index: usize, until: Option<TimeMs>) {
        let avatar = &mut self.crowd[index];
        let due = Due::HoldEnds(avatar.person.id);
        if let Some(old) = std::mem::replace(&mut avatar.held_until, until) {
            self.due.remove(&(old, due));
        }
        self.due.extend(until.map(|until| (until, due)));
    }

    fn start(&mut self, kind: ParticipantKind, start: Option<Start>) -> Result<(Point, Place), Refusal> {
        match start {
            Some(start) => self.named_start(kind, start),
            None if is_apart(kind) => Ok((self.place_of_stage(), Place::Square)),
            None => Ok((self.place_to_arrive(), Place::Square)),
        }
    }

    fn named_start(&self, kind: ParticipantKind, start: Start) -> Result<(Point, Place), Refusal> {
        match start {
            Start::Table(table) => self.start_at_table(kind, table, None),
            Start::At(at) => match self.map.ground().spot(at).ok_or(Refusal::Place)? {
                Spot::Stand(at) => Ok((at, Place::Square)),
                Spot::Table(table) => self.start_at_table(kind, table, Some(at)),
            },
        }
    }

    /// Whether a person could come in at this moment and stand there.
    ///
    /// # Errors
    /// As [`Ask::Enter`](crate::Ask::Enter).
    pub fn check_start(&self, start: Option<Start>) -> Result<(), Refusal> {
        self.check_start_of(ParticipantKind::Person, start)
    }

    /// Whether a participant of a kind could come in at this moment and stand there.
    ///
    /// # Errors
    /// As [`Ask::Enter`](crate::Ask::Enter).
    pub fn check_start_of(&self, kind: ParticipantKind, start: Option<Start>) -> Result<(), Refusal> {
        if self.crowd.len() >= self.participants_max {
            return Err(Refusal::SpaceFull { max: self.participants_max });
        }
        start.map_or(Ok(()), |start| self.named_start(kind, start).map(|_| ()))
    }

    fn start_at_table(
        &self,
        kind: ParticipantKind,
        table: TableId,
        near: Option<Point>,
    ) -> Result<(Point, Place), Refusal> {
        let spec = self.map.table(table).ok_or(Refusal::UnknownTable)?;
        self.check_wall(kind, table)?;
        let near = near.unwrap_or(Point::nearest(spec.centre_m));
        let seat = self.free_seat_near(table, near).ok_or_else(|| self.no_seat(table))?;
        let at = spec.seat(seat).expect("a free seat is one of the table's");
        Ok((at, Place::Seat { table, seat }))
    }

    /// A place in the foyer, else round the middle, where there is room: people who come in one after the other don't
    /// stand on one spot.
    fn place_to_arrive(&mut self) -> Point {
        let Area { low, high, .. } = self.area(self.zone_for(ZoneKind::Foyer));
        let mut best: Option<(f64, Point)> = None;
        for _ in 0..ARRIVAL_TRIES {
            let share = DVec2::new(self.toss(), self.toss());
            let at = nearest((low + (high - low) * share).clamp(DVec2::ZERO, self.map.ground().size_m()));
            if !self.map.ground().is_open(at) {
                continue;
            }
            let gap_m = self.gap_m(at);
            if best.is_none_or(|(best_m, _)| gap_m > best_m) {
                best = Some((gap_m, at));
            }
            if gap_m >= ARRIVAL_GAP_M {
                break;
            }
        }
        best.map_or(self.map.middle(), |(_, at)| at)
    }

    /// How far everybody else is from a place, metres.
    fn gap_m(&self, at: Point) -> f64 {
        let distance_m = |avatar: &Avatar| metres(at).distance(avatar.person.motion.position_m(self.now).as_dvec2());
        self.crowd.by_id().map(distance_m).fold(f64::INFINITY, f64::min)
    }

    /// A number from 0 to 1.
    fn toss(&mut self) -> f64 {
        f64::from(self.chance.next_u32()) / f64::from(u32::MAX)
    }
}

//! What happens by itself as time passes: walks end, seats are taken, holds run out.

use super::crowd::Course;
use super::walking::{Here, full_speed};
use super::{Due, Space};
use crate::event::Happening;
use crate::motion::{Goal, Step, metres, step};
use torg_protocol::geometry::{Point, Walk};
use torg_protocol::ids::{SeatIndex, TableId};
use torg_protocol::people::Place;
use torg_protocol::units::TimeMs;

impl Space {
    /// Lets everything happen that is due until a moment, each at its own time: of two who walk to one seat the first
    /// to arrive gets it, whatever the length of a tick.
    pub(super) fn pass(&mut self, now: TimeMs) {
        let until = now.max(self.now);
        // Every walk ends, and each but the last step of a way is at least as long as the grid is fine.
        while let Some(&(at, due)) = self.due.first().filter(|(at, _)| *at <= until) {
            self.due.pop_first();
            self.now = self.now.max(at);
            match due {
                Due::HoldEnds(id) => {
                    if let Some(index) = self.crowd.find(id) {
                        self.crowd[index].held_until = None;
                        self.leave(index);
                    }
                }
                Due::Arrives(id) => {
                    if let Some(index) = self.crowd.find(id) {
                        self.crowd[index].arrives = None;
                        self.arrive(index);
                    }
                }
                Due::Plenum => self.come_together(),
            }
        }
        self.now = until;
    }

    /// A straight walk has ended.
    fn arrive(&mut self, index: usize) {
        self.step_out(index);
        let avatar = &mut self.crowd[index];
        let here = Here { at: avatar.person.motion.to, free_from: self.now };
        match std::mem::replace(&mut avatar.course, Course::Still) {
            Course::Still | Course::Sitting => {}
            Course::Way { mut rest, goal } => match (rest.pop_front(), goal) {
                (Some(next), _) => self.set_off(index, here, next, full_speed(), Course::Way { rest, goal }),
                (None, Goal::Table(table)) => self.sit(index, table),
                (None, Goal::Stand(_)) => {}
            },
            Course::Arrow { rim: Some(table), .. } => self.sit(index, table),
            Course::Arrow { walk, rim: None } => self.walk_on(index, here, walk),
        }
    }

    /// Whoever walks out of a table is out of it at the end of the first walk.
    fn step_out(&mut self, index: usize) {
        let person = &mut self.crowd[index].person;
        if let Place::Rising { .. } = person.place {
            person.place = Place::Square;
            let id = person.id;
            self.tell_all(Happening::PlaceChanged(id, Place::Square));
        }
    }

    fn walk_on(&mut self, index: usize, here: Here, walk: Walk) {
        let Some(direction) = walk.direction() else { return };
        match step(self.map.ground(), here.at, direction.as_dvec2()) {
            Step::Walk { to, speed_mm_s, rim } => {
                self.set_off(index, here, to, speed_mm_s, Course::Arrow { walk, rim });
            }
            Step::Rim(table) => self.sit(index, table),
            Step::Blocked => {}
        }
    }

    /// Takes the nearest free seat of a table whose rim is reached, and the last step to it. When all are taken, or the
    /// table takes nobody like them: stays outside and learns why.
    pub(super) fn sit(&mut self, index: usize, table: TableId) {
        let here = self.here(index);
        let id = self.crowd[index].person.id;
        let seat = match self.check_seat(index, table).map(|()| self.free_seat_near(table, here.at)) {
            Ok(seat) => seat.expect("a table that was checked has a free seat"),
            Err(refusal) => {
                self.tell(id, Happening::Refused(refusal));
                return;
            }
        };
        let at = self.map.table(table).and_then(|table| table.seat(seat)).expect("a free seat is one of the table's");
        self.seats[usize::from(table.0)][usize::from(seat.0)] = Some(id);
        let place = Place::Seat { table, seat };
        self.crowd[index].person.place = place;
        self.tell_all(Happening::PlaceChanged(id, place));
        self.end_speech_behind_wall(index);
        self.set_off(index, here, at, full_speed(), Course::Sitting);
    }

    /// The free seat of a table that is nearest to a place.
    pub(super) fn free_seat_near(&self, table: TableId, near: Point) -> Option<SeatIndex> {
        let table = self.map.table(table).filter(|table| !self.map.goes(table.id))?;
        let taken = &self.seats[usize::from(table.id.0)];
        let free = (0u16..).zip(&table.seats).filter(|(seat, _)| taken[usize::from(*seat)].is_none());
        let distance_m = |at: Point| metres(at).distance(metres(near));
        free.min_by(|a, b| distance_m(*a.1).total_cmp(&distance_m(*b.1))).map(|(seat, _)| SeatIndex(seat))
    }
}

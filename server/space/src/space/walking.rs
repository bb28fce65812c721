//! What people ask of their legs. Every function refuses first and changes after.

use super::crowd::Course;
use super::{Due, Space};
use crate::event::Happening;
use crate::limits::{ARROW_REPEAT, STEP_OUT_M};
use crate::motion::{Goal, Origin, Spot, Step, metres, nearest, step, way_out};
use crate::refusal::Refusal;
use glam::DVec2;
use std::collections::VecDeque;
use std::f64::consts::TAU;
use torg_protocol::geometry::{Point, Segment, WALKING_SPEED_M_S, Walk};
use torg_protocol::ids::TableId;
use torg_protocol::people::Place;
use torg_protocol::units::{DurationMs, TimeMs};

/// Where somebody is at this moment, on the grid, and when they may walk on from there.
#[derive(Clone, Copy, Debug)]
pub(super) struct Here {
    pub(super) at: Point,
    pub(super) free_from: TimeMs,
}

impl Space {
    /// Arrow keys.
    pub(super) fn walk(&mut self, index: usize, walk: Walk) -> Result<(), Refusal> {
        let pressed = self.crowd[index].pressed;
        let Some(direction) = walk.direction() else {
            self.crowd[index].pressed = None;
            self.stop(index);
            return Ok(());
        };
        let repeats = |(before, at): (Walk, TimeMs)| before == walk && self.now.since(at) <= ARROW_REPEAT;
        if !pressed.is_some_and(repeats) {
            self.set_out(index, walk, direction.as_dvec2())?;
        }
        self.crowd[index].pressed = Some((walk, self.now));
        Ok(())
    }

    fn set_out(&mut self, index: usize, walk: Walk, direction: DVec2) -> Result<(), Refusal> {
        let here = self.here(index);
        if let Some(table) = self.crowd[index].person.place.table() {
            let out = way_out(self.map.ground(), table, here.at, direction).ok_or(Refusal::NoWay)?;
            self.rise(index);
            self.set_off(index, here, out, full_speed(), Course::Arrow { walk, rim: None });
            return Ok(());
        }
        match step(self.map.ground(), here.at, direction) {
            Step::Rim(table) => {
                if self.crowd[index].course == Course::Still {
                    self.check_seat(index, table)?;
                }
                self.stand(index, here);
                self.sit(index, table);
            }
            Step::Blocked => self.stand(index, here),
            Step::Walk { to, speed_mm_s, rim } => {
                self.set_off(index, here, to, speed_mm_s, Course::Arrow { walk, rim });
            }
        }
        Ok(())
    }

    /// To a place, round walls and tables.
    pub(super) fn walk_to(&mut self, index: usize, to: Point) -> Result<(), Refusal> {
        match self.map.ground().spot(to).ok_or(Refusal::Place)? {
            Spot::Table(table) => self.join_table(index, table),
            Spot::Stand(to) => self.go(index, Goal::Stand(to)),
        }
    }

    /// To a table, to sit down there.
    pub(super) fn join_table(&mut self, index: usize, table: TableId) -> Result<(), Refusal> {
        self.map.table(table).ok_or(Refusal::UnknownTable)?;
        let place = self.crowd[index].person.place;
        if matches!(place, Place::Seat { table: mine, .. } if mine == table) {
            return Ok(());
        }
        self.check_seat(index, table)?;
        if place.table() == Some(table) {
            // Just rising: sits down again.
            self.crowd[index].pressed = None;
            self.sit(index, table);
            return Ok(());
        }
        self.go(index, Goal::Table(table))
    }

    /// Up, and out of the rim.
    pub(super) fn leave_table(&mut self, index: usize) -> Result<(), Refusal> {
        let Place::Seat { table, .. } = self.crowd[index].person.place else { return Ok(()) };
        let ground = self.map.ground();
        let here = self.here(index);
        let disc = ground.disc(table);
        let behind = (metres(here.at) - disc.a).normalize_or(DVec2::Y).to_angle();
        // Straight back if there is room behind the seat, else as near to that as can be.
        const TURNS: u32 = 24;
        let turns = (0..TURNS).map(|turn| {
            let side = if turn % 2 == 0 { 1.0 } else { -1.0 };
            DVec2::from_angle(behind + side * f64::from(turn.div_ceil(2)) / f64::from(TURNS) * TAU)
        });
        let ways = turns.filter_map(|outward| {
            let rim = nearest(disc.a + outward * disc.radius_m);
            let toward = (metres(rim) - metres(here.at)).try_normalize()?;
            let out = way_out(ground, table, here.at, toward)?;
            let away = nearest(disc.a + outward * (disc.radius_m + STEP_OUT_M));
            let roomy = ground.is_open(away) && ground.is_clear(out, away);
            Some((out, roomy.then_some(away)))
        });
        let ways: Vec<(Point, Option<Point>)> = ways.collect();
        let best = ways.iter().find(|(_, away)| away.is_some()).or(ways.first());
        let (out, away) = *best.ok_or(Refusal::NoWay)?;
        self.crowd[index].pressed = None;
        let goal = Goal::Stand(away.unwrap_or(out));
        self.follow(index, here, [out].into_iter().chain(away).collect(), goal);
        Ok(())
    }

    pub(super) fn go(&mut self, index: usize, goal: Goal) -> Result<(), Refusal> {
        if matches!(&self.crowd[index].course, Course::Way { goal: present, .. } if *present == goal) {
            // On the way there already: the way stays as it is.
            self.crowd[index].pressed = None;
            return Ok(());
        }
        let here = self.here(index);
        let origin = match self.crowd[index].person.place.table() {
            Some(table) => Origin::Table(table, here.at),
            None => Origin::Open(here.at),
        };
        let way = self.map.ways().plan(self.map.ground(), origin, goal).ok_or(Refusal::NoWay)?;
        self.crowd[index].pressed = None;
        self.follow(index, here, way.into(), goal);
        Ok(())
    }

    fn follow(&mut self, index: usize, here: Here, mut way: VecDeque<Point>, goal: Goal) {
        self.rise(index);
        match way.pop_front() {
            Some(first) => self.set_off(index, here, first, full_speed(), Course::Way { rest: way, goal }),
            None => {
                self.stand(index, here);
                if let Goal::Table(table) = goal {
                    self.sit(index, table);
                }
            }
        }
    }

    /// Stops where they are; who is on the way to a seat or out of a table takes that step to its end.
    pub(super) fn stop(&mut self, index: usize) {
        let here = self.here(index);
        let avatar = &mut self.crowd[index];
        match avatar.person.place {
            Place::Seat { .. } => {}
            Place::Rising { .. } => {
                avatar.course = Course::Way { rest: VecDeque::new(), goal: Goal::Stand(avatar.person.motion.to) };
            }
            Place::Square => self.stand(index, here),
        }
    }

    /// Stands still.
    fn stand(&mut self, index: usize, here: Here) {
        if self.crowd[index].course == Course::Still {
            return;
        }
        self.set_arrival(index, None);
        let avatar = &mut self.crowd[index];
        avatar.course = Course::Still;
        avatar.free_from = here.free_from;
        avatar.person.motion = Segment::standing(here.at, self.now);
        let moved = Happening::Moved(avatar.person.id, avatar.person.motion);
        self.tell_all(moved);
    }

    /// Begins a straight walk.
    pub(super) fn set_off(&mut self, index: usize, here: Here, to: Point, speed_mm_s: u16, course: Course) {
        let avatar = &mut self.crowd[index];
        avatar.free_from = here.free_from;
        avatar.course = course;
        avatar.person.motion = Segment { from: here.at, to, departed: here.free_from, speed_mm_s };
        let motion = avatar.person.motion;
        let moved = Happening::Moved(avatar.person.id, motion);
        self.tell_all(moved);
        self.set_arrival(index, Some(motion.arrival()));
    }

    pub(super) fn set_arrival(&mut self, index: usize, arrives: Option<TimeMs>) {
        let avatar = &mut self.crowd[index];
        let due = Due::Arrives(avatar.person.id);
        if let Some(old) = std::mem::replace(&mut avatar.arrives, arrives) {
            self.due.remove(&(old, due));
        }
        self.due.extend(arrives.map(|arrives| (arrives, due)));
    }

    /// Stands up: the seat is free at once, the wall of sound stays until the rim is behind.
    fn rise(&mut self, index: usize) {
        self.free_seat(index);
        let person = &mut self.crowd[index].person;
        if let Place::Seat { table, .. } = person.place {
            person.place = Place::Rising { table };
            let id = person.id;
            self.tell_all(Happening::PlaceChanged(id, Place::Rising { table }));
            self.leave_circle(id, table);
        }
    }

    pub(super) fn free_seat(&mut self, index: usize) {
        if let Place::Seat { table, seat } = self.crowd[index].person.place {
            self.seats[usize::from(table.0)][usize::from(seat.0)] = None;
        }
    }

    pub(super) fn here(&self, index: usize) -> Here {
        let avatar = &self.crowd[index];
        let motion = avatar.person.motion;
        if avatar.course == Course::Still {
            return Here { at: motion.to, free_from: avatar.free_from.max(self.now) };
        }
        let place = motion.position_m(self.now).as_dvec2();
        let at = match avatar.person.place.table() {
            Some(_) => nearest(place),
            None => self.map.ground().settle(place),
        };
        let given_m = metres(at).distance(place);
        let pay = DurationMs((given_m / f64::from(WALKING_SPEED_M_S) * 1000.0).ceil() as u64);
        Here { at, free_from: avatar.free_from.max(self.now) + pay }
    }

    /// Refuses who can't sit down at a table at this moment.
    pub(super) fn check_seat(&self, index: usize, table: TableId) -> Result<(), Refusal> {
        self.check_wall(self.crowd[index].person.kind, table)?;
        if self.free_seats(table) == 0 { Err(self.no_seat(table)) } else { Ok(()) }
    }

    /// Why nobody can sit down at a table that has no free seat.
    pub(super) fn no_seat(&self, table: TableId) -> Refusal {
        let spec = self.map.table(table);
        let name = spec.map_or_else(String::new, |table| table.name.clone());
        if self.map.goes(table) {
            return Refusal::TableGoes { table: name };
        }
        Refusal::TableFull {
            table: name,
            seats: spec.map_or(0, |table| u16::try_from(table.seats.len()).unwrap_or(u16::MAX)),
        }
    }
}

pub(super) fn full_speed() -> u16 {
    (WALKING_SPEED_M_S * 1000.0) as u16
}

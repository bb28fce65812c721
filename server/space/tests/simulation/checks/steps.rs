//! Laws of bodies: nobody stands in a wall, off the map, on another's seat, or is faster than the limit.

use super::sound::Sound;
use glam::Vec2;
use std::collections::{BTreeMap, BTreeSet};
use torg_protocol::geometry::WALKING_SPEED_M_S;
use torg_protocol::ids::ParticipantId;
use torg_protocol::people::Place;
use torg_protocol::units::TimeMs;
use torg_space::{Map, Person, Space, limits};

/// What rounding to the grid and single precision may add up to, metres.
const ROUNDING_M: f32 = 0.002;

/// How far a body may be ahead of its speed, because places are told in whole centimetres: it is paid back at once, so
/// it never adds up.
const AHEAD_M: f32 = 0.03;

/// Over this many looks the speed is measured too, so that small gains that add up are seen.
const LOOKS: usize = 60;

/// Where everybody was lately.
#[derive(Default)]
pub(crate) struct Steps {
    tracks: BTreeMap<ParticipantId, Vec<(TimeMs, Vec2)>>,
    pub(crate) seated: usize,
    pub(crate) walked_m: f32,
}

impl Steps {
    pub(crate) fn forget(&mut self, id: ParticipantId) {
        self.tracks.remove(&id);
    }

    /// Looks at everybody who is known to have entered.
    pub(crate) fn look(&mut self, space: &Space, now: TimeMs, people: &Sound) {
        let mut seats = BTreeSet::new();
        for person in people.ids().filter_map(|id| space.person(id)) {
            let at = person.motion.position_m(now);
            stands_free(space.map(), person, at);
            if let Place::Seat { table, seat } = person.place {
                assert!(seats.insert((table, seat)), "two on seat {seat} of table {table}");
                self.seated += 1;
            }
            self.keeps_the_speed(person, now, at);
        }
    }

    fn keeps_the_speed(&mut self, person: &Person, now: TimeMs, at: Vec2) {
        assert!(f32::from(person.motion.speed_mm_s) <= WALKING_SPEED_M_S * 1000.0);
        let track = self.tracks.entry(person.id).or_default();
        for &(then, there) in track.first().into_iter().chain(track.last()) {
            let may_m = now.since(then).0 as f32 / 1000.0 * WALKING_SPEED_M_S + AHEAD_M;
            let did_m = there.distance(at);
            assert!(did_m <= may_m, "{}: {did_m} m in {:?}, {:?}", person.id, now.since(then), person.motion);
        }
        self.walked_m += track.last().map_or(0.0, |(_, there)| there.distance(at));
        track.push((now, at));
        if track.len() > LOOKS {
            track.clear();
            track.push((now, at));
        }
    }
}

/// Nobody is in a wall or off the map; only who belongs to a table is inside its rim.
fn stands_free(map: &Map, person: &Person, at: Vec2) {
    let size_m = Vec2::new(map.spec().width_m, map.spec().height_m);
    let body_m = limits::BODY_M as f32 - ROUNDING_M;
    let to_edge_m = at.min_element().min((size_m - at).min_element());
    let table = person.place.table();
    assert!(to_edge_m >= if table.is_some() { 0.0 } else { body_m }, "{} is off the map at {at}", person.id);
    for &[x1, y1, x2, y2] in &map.spec().walls {
        let (a, b) = (Vec2::new(x1, y1), Vec2::new(x2, y2));
        let along = ((at - a).dot(b - a) / (b - a).length_squared()).clamp(0.0, 1.0);
        let distance_m = at.distance(a.lerp(b, along));
        // Inside a rim the table keeps walls away; seats are a body's width inside.
        let keep_m = if table.is_some() { ROUNDING_M } else { body_m };
        assert!(distance_m >= keep_m, "{} stands in a wall at {at}: {distance_m} m, {:?}", person.id, person);
    }
    for other in map.tables() {
        let distance_m = other.centre_m.distance(at);
        if table == Some(other.id) {
            let ring_m = other.radius_m + limits::PLACING_MARGIN_M as f32 + 0.02;
            assert!(distance_m <= ring_m, "{} is at a table but outside at {at}", person.id);
        } else {
            assert!(distance_m >= other.radius_m - ROUNDING_M, "{} is on a table at {at}: {:?}", person.id, person);
        }
    }
}

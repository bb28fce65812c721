//! The ground of a map: where a body can stand, and how far it can walk straight.

use super::capsule::{Capsule, lines_distance_m};
use super::near::Near;
use super::{metres, nearest};
use crate::limits::{BODY_M, NUDGE_M_MAX, NUDGE_ROUNDS, PLACING_MARGIN_M, WALKING_MARGIN_M, WALL_HALF_M};
use glam::DVec2;
use torg_protocol::geometry::Point;
use torg_protocol::ids::TableId;
use torg_protocol::map::MapSpec;

/// Walls, tables and the edge of the map, as far as a body is concerned.
#[derive(Clone, Debug)]
pub(crate) struct Ground {
    size_m: DVec2,
    /// Tables first, by id, then walls.
    shapes: Vec<Capsule>,
    tables: usize,
    near: Near,
}

/// What stands in the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Obstacle {
    /// The edge of the map or a wall.
    Wall,
    /// The rim of a table.
    Table(TableId),
}

/// What a place on the map means to somebody who wants to go there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Spot {
    /// A place to stand, moved out of what it touches.
    Stand(Point),
    /// A place inside a table's rim.
    Table(TableId),
}

impl Ground {
    /// The ground of a map whose numbers have been checked.
    pub(crate) fn new(spec: &MapSpec) -> Self {
        let size_m = DVec2::new(spec.width_m.into(), spec.height_m.into());
        let tables = spec.tables.iter().map(|table| {
            let centre = DVec2::new(table.x.into(), table.y.into());
            Capsule { a: centre, b: centre, radius_m: table.radius_m.into() }
        });
        let walls = spec.walls.iter().map(|wall| {
            let [x1, y1, x2, y2] = wall.map(f64::from);
            Capsule { a: DVec2::new(x1, y1), b: DVec2::new(x2, y2), radius_m: BODY_M }
        });
        let shapes: Vec<Capsule> = tables.chain(walls).collect();
        // A bit more than the largest margin that anybody asks about.
        let near = Near::new(size_m, &shapes, PLACING_MARGIN_M * 2.0);
        Self { size_m, shapes, tables: spec.tables.len(), near }
    }

    /// All that keeps bodies away.
    pub(crate) fn shapes(&self) -> &[Capsule] {
        &self.shapes
    }

    /// The disc of a table.
    pub(crate) fn disc(&self, table: TableId) -> Capsule {
        self.shapes[usize::from(table.0)]
    }

    /// Width and height, metres.
    pub(crate) fn size_m(&self) -> DVec2 {
        self.size_m
    }

    /// How much air there is round a body at a place, as far as [`PLACING_MARGIN_M`]; negative when it touches.
    pub(crate) fn air_m(&self, place: DVec2) -> f64 {
        let shapes = self.near.along(place, place).map(|shape| self.shapes[shape].air_m(place));
        shapes.fold(self.edge_air_m(place).min(PLACING_MARGIN_M), f64::min)
    }

    /// Whether a body can stand at a place with air enough to walk on.
    pub(crate) fn is_open(&self, place: Point) -> bool {
        self.air_m(metres(place)) >= WALKING_MARGIN_M
    }

    /// Whether a body can walk straight. Who starts nearer to something than is usual may walk on, but not nearer.
    pub(crate) fn is_clear(&self, from: Point, to: Point) -> bool {
        const ROUNDING_M: f64 = 1e-6;
        let (from, to) = (metres(from), metres(to));
        let edge_ok = self.edge_air_m(to) >= self.edge_air_m(from).min(WALKING_MARGIN_M) - ROUNDING_M;
        edge_ok
            && self.near.along(from, to).all(|shape| {
                let air_m = self.shapes[shape].air_along_m(from, to);
                air_m >= WALKING_MARGIN_M || air_m >= self.shapes[shape].air_m(from).min(WALKING_MARGIN_M) - ROUNDING_M
            })
    }

    /// How far a body gets in a direction (of length 1), and what stops it there.
    pub(crate) fn reach(&self, from: DVec2, direction: DVec2) -> (f64, Obstacle) {
        let mut reach = (self.edge_reach_m(from, direction), Obstacle::Wall);
        for shape in self.near.along(from, from + direction * reach.0) {
            let reach_m = self.shapes[shape].reach_m(from, direction, PLACING_MARGIN_M);
            if let Some(reach_m) = reach_m.filter(|&reach_m| reach_m < reach.0) {
                reach = (reach_m, self.obstacle(shape));
            }
        }
        reach
    }

    /// The walls that a body at a place touches and a direction presses into.
    pub(crate) fn pressed_walls(&self, place: DVec2, direction: DVec2) -> impl Iterator<Item = Capsule> + '_ {
        let shapes = self.near.along(place, place).filter(|&shape| shape >= self.tables);
        shapes.map(|shape| self.shapes[shape]).filter(move |wall| {
            // What stopped the walk: as near as an end of a walk is placed, and a rounding.
            wall.reach_m(place, direction, PLACING_MARGIN_M * 2.0) == Some(0.0)
        })
    }

    /// The place on the grid for a body that is on its way: the nearest with air enough to walk on.
    pub(crate) fn settle(&self, place: DVec2) -> Point {
        let rounded = nearest(place);
        if self.is_open(rounded) {
            return rounded;
        }
        // On its way a body has WALKING_MARGIN_M of air, so one corner of its grid cell has too, unless two walls
        // close in: then the best of the neighbourhood is taken, and the body's own half metre is still kept.
        let (x_cm, y_cm) = rounded.centimetres();
        let around = (0..25u16).map(|index| {
            let shift = |centre_cm: u16, by: u16| (centre_cm + by).saturating_sub(2);
            Point::from_centimetres(shift(x_cm, index % 5), shift(y_cm, index / 5))
        });
        let badness = |candidate: &Point| {
            let lacking_m = (WALKING_MARGIN_M - self.air_m(metres(*candidate))).max(0.0);
            (lacking_m, metres(*candidate).distance(place))
        };
        let better = |a: &Point, b: &Point| {
            let (a, b) = (badness(a), badness(b));
            a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1))
        };
        around.min_by(better).unwrap_or(rounded)
    }

    /// What a place means to somebody who wants to be there: a table, a place to stand, or nothing when it is off the
    /// map or in a wall.
    pub(crate) fn spot(&self, wanted: Point) -> Option<Spot> {
        let place = metres(wanted);
        if place.x > self.size_m.x || place.y > self.size_m.y {
            return None;
        }
        let mut near = self.near.along(place, place);
        if let Some(table) = near.find(|&shape| shape < self.tables && self.shapes[shape].air_m(place) < 0.0) {
            return Some(Spot::Table(TableId(table as u16)));
        }
        let mut walls = self.near.along(place, place).filter(|&shape| shape >= self.tables);
        if walls.any(|shape| self.shapes[shape].air_m(place) < WALL_HALF_M - BODY_M) {
            return None;
        }
        self.nudge(wanted).map(Spot::Stand)
    }

    /// The nearest place to stand on the same side of all walls.
    fn nudge(&self, wanted: Point) -> Option<Point> {
        let start = metres(wanted);
        let mut place = start;
        for _ in 0..NUDGE_ROUNDS {
            let candidate = nearest(place);
            if self.is_open(candidate) {
                let moved = metres(candidate);
                let mut walls = self.near.along(start, moved).filter(|&shape| shape >= self.tables);
                let through = walls.any(|shape| {
                    let wall = self.shapes[shape];
                    lines_distance_m(wall.a, wall.b, start, moved) == 0.0
                });
                return (!through && start.distance(moved) <= NUDGE_M_MAX).then_some(candidate);
            }
            let touching = self.near.along(place, place).map(|shape| self.shapes[shape]);
            let worst = touching.min_by(|a, b| a.air_m(place).total_cmp(&b.air_m(place)));
            if let Some(shape) = worst.filter(|shape| shape.air_m(place) < PLACING_MARGIN_M) {
                place += shape.outward(place) * (PLACING_MARGIN_M - shape.air_m(place));
            }
            place = self.inside(place);
        }
        None
    }

    /// The place moved away from the edge of the map as far as a body is wide.
    fn inside(&self, place: DVec2) -> DVec2 {
        let keep = DVec2::splat(BODY_M + PLACING_MARGIN_M);
        place.clamp(keep, self.size_m - keep)
    }

    fn edge_air_m(&self, place: DVec2) -> f64 {
        place.min_element().min((self.size_m - place).min_element()) - BODY_M
    }

    fn edge_reach_m(&self, from: DVec2, direction: DVec2) -> f64 {
        let keep_m = BODY_M + PLACING_MARGIN_M;
        let along = |at_m: f64, step: f64, side_m: f64| match step {
            step if step > 0.0 => ((side_m - keep_m - at_m) / step).max(0.0),
            step if step < 0.0 => ((keep_m - at_m) / step).max(0.0),
            _ => f64::INFINITY,
        };
        along(from.x, direction.x, self.size_m.x).min(along(from.y, direction.y, self.size_m.y))
    }

    fn obstacle(&self, shape: usize) -> Obstacle {
        if shape < self.tables { Obstacle::Table(TableId(shape as u16)) } else { Obstacle::Wall }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use torg_protocol::geometry::Point;
    use torg_protocol::map::TableSpec;
    use torg_protocol::text::Label;

    /// 10 x 10 m with a slanting wall, a corner, and a table.
    fn ground() -> Ground {
        let name = Label::parse("Elm").expect("a plain name");
        let table = TableSpec { name, x: 7.0, y: 7.0, radius_m: 1.5, seats: 4, wall: Default::default() };
        Ground::new(&MapSpec {
            width_m: 10.0,
            height_m: 10.0,
            hearing: Default::default(),
            walls: vec![[1.0, 1.0, 5.0, 3.7], [8.0, 1.0, 8.0, 3.0], [8.0, 3.0, 9.5, 3.0]],
            tables: vec![table],
            zones: Vec::new(),
        })
    }

    fn at(x: f64, y: f64) -> Point {
        Point::from_metres(x, y).expect("on the map")
    }

    #[test]
    fn who_walks_close_to_a_slanting_wall_is_never_rounded_into_it() {
        let ground = ground();
        let along = DVec2::new(4.0, 2.7).normalize();
        for side in [1.0, -1.0] {
            let begin = DVec2::new(1.0, 1.0) + along.perp() * side * (BODY_M + WALKING_MARGIN_M + 1e-9);
            let rounded_in = (0..400).filter(|step| {
                let place = begin + along * f64::from(*step) / 100.0;
                let settled = metres(ground.settle(place));
                assert!(ground.air_m(settled) >= WALKING_MARGIN_M, "{settled} at step {step}");
                assert!(settled.distance(place) < 0.02);
                ground.air_m(metres(nearest(place))) < WALKING_MARGIN_M
            });
            assert!(rounded_in.count() > 50, "plain rounding would have gone nearer");
        }
    }

    #[test]
    fn a_wanted_place_is_moved_out_of_what_it_touches() {
        let ground = ground();
        assert_eq!(ground.spot(at(5.0, 9.0)), Some(Spot::Stand(at(5.0, 9.0))), "left alone where there is room");
        assert_eq!(ground.spot(at(7.0, 5.51)), Some(Spot::Table(TableId(0))), "inside the rim");
        assert_eq!(ground.spot(at(7.0, 5.495)), Some(Spot::Stand(at(7.0, 5.47))), "on the rim: one step out");
        assert_eq!(ground.spot(at(7.8, 2.0)), Some(Spot::Stand(at(7.67, 2.0))), "on its own side of the wall");
        assert_eq!(ground.spot(at(8.1, 2.9)), Some(Spot::Stand(at(8.33, 2.67))), "out of a corner");
        assert_eq!(ground.spot(at(10.0, 10.0)), Some(Spot::Stand(at(9.67, 9.67))), "off the edge");
        for (x, y) in [(8.0, 2.0), (8.04, 2.0), (10.01, 5.0), (5.0, 10.01)] {
            assert_eq!(ground.spot(at(x, y)), None, "{x} {y}");
        }
    }

    #[test]
    fn straight_walks_keep_off_and_may_lead_away_from_what_is_too_near() {
        let ground = ground();
        assert!(ground.is_clear(at(7.67, 0.5), at(7.67, 4.0)));
        assert!(!ground.is_clear(at(7.71, 0.5), at(7.71, 4.0)), "29 cm from the wall");
        assert!(ground.is_clear(at(7.705, 2.0), at(6.0, 2.0)), "away from it");
        assert!(!ground.is_clear(at(7.0, 4.0), at(7.0, 9.5)), "over the table");
        assert!(!ground.is_clear(at(1.0, 9.0), at(1.0, 9.8)), "over the edge");
    }
}

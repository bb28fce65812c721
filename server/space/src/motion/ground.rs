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

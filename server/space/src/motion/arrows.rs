//! Walking by arrow keys: straight on until something is in the way, then along it.

use super::ground::{Ground, Obstacle};
use super::{metres, nearest};
use crate::limits::{BODY_M, PLACING_MARGIN_M, SLIDE_SHARE_MIN, STEP_M_MIN};
use glam::DVec2;
use torg_protocol::geometry::{Point, WALKING_SPEED_M_S};
use torg_protocol::ids::TableId;

/// A step that leads less far than this in the direction of the key leads nowhere.
const GAIN_M_MIN: f64 = 0.001;

/// What walking in a direction leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// A straight walk to a place; there one asks again.
    Walk {
        /// Its end.
        to: Point,
        /// At which speed: a slide along a wall is slower, by the part of the push that points along it.
        speed_mm_s: u16,
        /// The table whose rim it ends at.
        rim: Option<TableId>,
    },
    /// A table's rim is touched.
    Rim(TableId),
    /// There is no way on.
    Blocked,
}

/// The next straight walk of somebody who holds an arrow key (a direction of length 1).
pub(crate) fn step(ground: &Ground, at: Point, direction: DVec2) -> Step {
    let from = metres(at);
    let (reach_m, obstacle) = ground.reach(from, direction);
    let (walk, reach_m, share) = if reach_m >= STEP_M_MIN {
        (direction, reach_m, 1.0)
    } else if let Obstacle::Table(table) = obstacle {
        return Step::Rim(table);
    } else if let Some(slide) = best_slide(ground, from, direction) {
        slide
    } else {
        return Step::Blocked;
    };
    let to = ground.settle(from + walk * reach_m);
    // Rounding to the grid may eat a short slide. Only what leads on in the direction of the key goes on, so that
    // nobody is sent to and fro in a niche.
    let gain_m = (metres(to) - from).dot(direction);
    if gain_m < GAIN_M_MIN || !ground.is_clear(at, to) {
        return Step::Blocked;
    }
    let rim = match obstacle {
        Obstacle::Table(table) if share == 1.0 => Some(table),
        _ => None,
    };
    Step::Walk { to, speed_mm_s: (f64::from(WALKING_SPEED_M_S) * 1000.0 * share) as u16, rim }
}

/// The longest slide along what is pressed into: its direction, its length, and the share of the push it keeps.
fn best_slide(ground: &Ground, from: DVec2, direction: DVec2) -> Option<(DVec2, f64, f64)> {
    let reach_m = |along: DVec2, enough_m: f64| ground.reach(from, along).0.min(enough_m);
    let walls = ground.pressed_walls(from, direction).filter_map(|wall| {
        let outward = wall.outward(from);
        let along = outward.perp() * outward.perp().dot(direction).signum();
        let (share, pressure) = (along.dot(direction), -outward.dot(direction));
        // The end of the wall that the slide leads to, and how far beyond it the push is free again. Round an end
        // the slide leads off the wall at once.
        let core = wall.core(from);
        let at_end = core == wall.a || core == wall.b;
        let end_m = if at_end { 0.0 } else { (wall.a - from).dot(along).max((wall.b - from).dot(along)) };
        let radius_m = wall.radius_m + PLACING_MARGIN_M;
        let round_end_m = radius_m * (1.0 - share) / pressure + STEP_M_MIN;
        Some((along, reach_m(along, end_m + round_end_m), share)).filter(|_| pressure > 0.0)
    });
    let keep = DVec2::splat(BODY_M + PLACING_MARGIN_M + STEP_M_MIN);
    let (low, high) = (from.cmple(keep), from.cmpge(ground.size_m() - keep));
    let presses = |low: bool, high: bool, push: f64| (low && push < 0.0) || (high && push > 0.0);
    let edges = [
        (presses(low.x, high.x, direction.x), DVec2::new(0.0, direction.y)),
        (presses(low.y, high.y, direction.y), DVec2::new(direction.x, 0.0)),
    ];
    let edges = edges.into_iter().filter(|(pressed, _)| *pressed).filter_map(|(_, along)| {
        let unit = along.try_normalize()?;
        Some((unit, reach_m(unit, f64::INFINITY), along.length()))
    });
    walls
        .chain(edges)
        .filter(|&(_, reach_m, share)| reach_m >= STEP_M_MIN && share >= SLIDE_SHARE_MIN)
        .max_by(|a, b| a.1.total_cmp(&b.1))
}

/// Where a straight walk (in a direction of length 1) from inside a table's rim leaves it; nothing when a wall stands
/// there.
pub(crate) fn way_out(ground: &Ground, table: TableId, at: Point, direction: DVec2) -> Option<Point> {
    let disc = ground.disc(table);
    let from = metres(at) - disc.a;
    let ring_m = disc.radius_m + PLACING_MARGIN_M;
    let half_chord = ring_m * ring_m - from.perp_dot(direction).powi(2);
    let walked_m = (half_chord.max(0.0).sqrt() - from.dot(direction)).max(0.0);
    let out = nearest(metres(at) + direction * walked_m);
    ground.is_open(out).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::map::Map;
    use torg_protocol::geometry::Walk;
    use torg_protocol::map::{MapSpec, TableSpec};
    use torg_protocol::text::Label;

    /// 20 x 10 m with a wall across, a slanting wall, and a table.
    fn map() -> Map {
        let table = TableSpec {
            name: Label::parse("Elm").expect("a plain name"),
            x: 16.0,
            y: 5.0,
            radius_m: 1.0,
            seats: 4,
            wall: Default::default(),
        };
        let spec = MapSpec {
            width_m: 20.0,
            height_m: 10.0,
            hearing: Default::default(),
            walls: vec![[5.0, 2.0, 5.0, 8.0], [8.0, 9.0, 12.0, 5.0]],
            tables: vec![table],
            zones: Vec::new(),
        };
        Map::check(spec).expect("a map that can be walked")
    }

    fn at(x: f64, y: f64) -> Point {
        Point::from_metres(x, y).expect("on the map")
    }

    fn go(from: Point, walk: Walk) -> Step {
        step(map().ground(), from, walk.direction().expect("a direction").as_dvec2())
    }

    /// Where the steps in a direction end.
    fn end(mut from: Point, walk: Walk) -> Point {
        for _ in 0..50 {
            let Step::Walk { to, .. } = go(from, walk) else { return from };
            from = to;
        }
        panic!("walks on for ever at {from:?}");
    }

    #[test]
    fn straight_on_to_the_wall_and_the_edge() {
        assert_eq!(go(at(1.0, 5.0), Walk::East), Step::Walk { to: at(4.67, 5.0), speed_mm_s: 3000, rim: None });
        assert_eq!(go(at(4.67, 5.0), Walk::East), Step::Blocked);
        assert_eq!(end(at(1.0, 5.0), Walk::North), at(1.0, 0.33));
        assert_eq!(end(at(1.0, 5.0), Walk::SouthWest), at(0.33, 9.67), "along the edge to the corner");
    }

    #[test]
    fn a_push_at_a_slant_slides_along_the_wall_and_round_its_end() {
        let Step::Walk { to, speed_mm_s, .. } = go(at(4.67, 5.0), Walk::NorthEast) else { panic!("slides") };
        assert_eq!((to.centimetres().0, speed_mm_s), (467, 2121));
        assert!(to.metres().y < 2.0, "to the end of the wall and beyond");
        assert!(matches!(go(to, Walk::NorthEast), Step::Walk { speed_mm_s: 3000, .. }), "and on as pushed");
        assert_eq!(end(at(4.67, 5.0), Walk::NorthEast), at(19.67, 0.33));
    }

    #[test]
    fn a_slanting_wall_turns_a_straight_push() {
        let wall = at(9.5, 6.0);
        let to = end(wall, Walk::South);
        assert!(to.metres().x < 8.0 && to.metres().y > 9.0, "down along it: {to:?}");
        assert_eq!(end(at(8.0, 6.5), Walk::SouthEast), end(end(at(8.0, 6.5), Walk::SouthEast), Walk::SouthEast));
    }

    #[test]
    fn a_rim_ends_the_walk() {
        let Step::Walk { to, rim, .. } = go(at(12.0, 5.2), Walk::East) else { panic!("walks to the rim") };
        assert_eq!(rim, Some(TableId(0)));
        assert_eq!(go(to, Walk::East), Step::Rim(TableId(0)));
        assert!(matches!(go(to, Walk::West), Step::Walk { rim: None, .. }), "and lets go");
    }
}

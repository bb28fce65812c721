//! Walking by arrow keys: straight on until something is in the way, then along it.

use super::ground::{Ground, Obstacle};
use super::{metres, nearest};
use crate::limits::{BODY_M, PLACING_MARGIN_M, SLIDE_SHARE_MIN, STEP_M_MIN};
use glam::DVec2;
use torg_protocol::geometry::{Point, WALKING_SPEED_M_S};
use torg_protocol::ids::TableId;

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
    if to == at || !ground.is_clear(at, to) {
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

//! The places at which a shortest path can bend: corners of walls and tables.

use super::capsule::Capsule;
use super::ground::Ground;
use super::nearest;
use crate::limits::{CORNERS_A_TABLE, PLACING_MARGIN_M};
use glam::DVec2;
use std::f64::consts::{FRAC_1_SQRT_2, PI, TAU};
use torg_protocol::geometry::Point;

/// A corner of what a path goes round.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Corner {
    pub(crate) at: Point,
    /// The direction straight into the obstacle.
    inward: DVec2,
    /// Cosine of half the angle that the obstacle fills at this corner.
    fills: f64,
}

impl Corner {
    /// Whether a path that bends here, round this obstacle, can leave or come in a direction (of length 1): one
    /// that leads into the obstacle can't, and one from right behind the corner would be shorter without it.
    pub(crate) fn bends(&self, direction: DVec2) -> bool {
        // Corners stand a few centimetres off what they go round, so a line may lead in by a little.
        const SLACK: f64 = 0.05;
        self.inward.dot(direction).abs() <= self.fills + SLACK
    }
}

/// All corners at which a body can stand.
pub(crate) fn corners(ground: &Ground) -> Vec<Corner> {
    let all = ground.shapes().iter().flat_map(|&shape| {
        let is_table = shape.a == shape.b;
        if is_table { round_table(shape) } else { round_wall(shape) }
    });
    all.filter(|corner| ground.is_open(corner.at)).collect()
}

fn round_table(table: Capsule) -> Vec<Corner> {
    let half_angle = PI / CORNERS_A_TABLE as f64;
    // So far out that the straight line between two neighbours touches the ring where people stand.
    let out_m = (table.radius_m + PLACING_MARGIN_M) / half_angle.cos();
    let corner = |index| {
        let outward = DVec2::from_angle(TAU * index as f64 / CORNERS_A_TABLE as f64);
        Corner { at: nearest(table.a + outward * out_m), inward: -outward, fills: half_angle.sin() }
    };
    (0..CORNERS_A_TABLE).map(corner).collect()
}

fn round_wall(wall: Capsule) -> Vec<Corner> {
    let out_m = wall.radius_m + PLACING_MARGIN_M;
    let Some(along) = (wall.b - wall.a).try_normalize() else { return Vec::new() };
    let corner = |end: DVec2, ahead: DVec2, side: f64| {
        let outward = ahead + along.perp() * side;
        Corner { at: nearest(end + outward * out_m), inward: -outward.normalize(), fills: FRAC_1_SQRT_2 }
    };
    vec![
        corner(wall.a, -along, 1.0),
        corner(wall.a, -along, -1.0),
        corner(wall.b, along, 1.0),
        corner(wall.b, along, -1.0),
    ]
}

//! Motion: where bodies can be and how they get there. Pure geometry; who moves is the space's business.
//!
//! All of it computes in metres as `f64` and ends on the wire's grid of whole centimetres ([`Point`]), where it is
//! checked again: what is told to clients is what was checked.

mod arrows;
mod capsule;
mod corners;
mod ground;
mod near;
mod shadows;
mod ways;

pub(crate) use arrows::{Step, step, way_out};
pub(crate) use capsule::Capsule;
pub(crate) use ground::{Ground, Spot};
pub(crate) use ways::{Goal, Origin, Ways};

use glam::DVec2;
use torg_protocol::geometry::Point;

/// A place in metres.
pub(crate) fn metres(point: Point) -> DVec2 {
    let (x_cm, y_cm) = point.centimetres();
    DVec2::new(f64::from(x_cm), f64::from(y_cm)) / 100.0
}

/// The place on the grid nearest to one in metres.
pub(crate) fn nearest(place_m: DVec2) -> Point {
    Point::nearest(place_m.as_vec2())
}

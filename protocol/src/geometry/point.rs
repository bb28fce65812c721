//! A place on the map, kept on the wire's own grid so that everybody computes with the same numbers.

use crate::limits::MAP_SIDE_M_MAX;
use glam::Vec2;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A place on the map in whole centimetres; JSON writes it in metres. Always finite and between 0 and 600 m.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(try_from = "PointMetres", into = "PointMetres")]
#[ts(type = "{ x: number, y: number }")]
pub struct Point {
    x_cm: u16,
    y_cm: u16,
}

/// How a [`Point`] stands in JSON.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PointMetres {
    /// Metres from the left edge.
    x: f64,
    /// Metres from the top edge.
    y: f64,
}

/// Why two numbers are no [`Point`].
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[error("a place is two numbers of metres from 0 to {MAP_SIDE_M_MAX}")]
pub struct NotAPlace;

impl Point {
    /// A place from metres, rounded to the nearest centimetre.
    ///
    /// # Errors
    /// [`NotAPlace`] for NaN, infinities, and numbers outside 0 to 600.
    pub fn from_metres(x: f64, y: f64) -> Result<Self, NotAPlace> {
        let side = f64::from(MAP_SIDE_M_MAX);
        // NaN fails the comparison, so it is refused here as well.
        if (0.0..=side).contains(&x) && (0.0..=side).contains(&y) {
            Ok(Self { x_cm: (x * 100.0).round() as u16, y_cm: (y * 100.0).round() as u16 })
        } else {
            Err(NotAPlace)
        }
    }

    /// The grid point nearest to a computed place; what lies outside the largest map is moved to its edge.
    ///
    /// # Panics
    /// Never: NaN becomes 0, as `as` defines it.
    #[must_use]
    pub fn nearest(place_m: Vec2) -> Self {
        let grid = |metres: f32| (f64::from(metres.clamp(0.0, MAP_SIDE_M_MAX)) * 100.0).round() as u16;
        Self { x_cm: grid(place_m.x), y_cm: grid(place_m.y) }
    }

    /// A place from whole centimetres, as the binary frames carry it.
    #[must_use]
    pub fn from_centimetres(x_cm: u16, y_cm: u16) -> Self {
        Self { x_cm, y_cm }
    }

    /// Whole centimetres from left and top.
    #[must_use]
    pub fn centimetres(self) -> (u16, u16) {
        (self.x_cm, self.y_cm)
    }

    /// The place as a vector of metres.
    #[must_use]
    pub fn metres(self) -> Vec2 {
        Vec2::new(f32::from(self.x_cm), f32::from(self.y_cm)) / 100.0
    }

    /// Distance to another place, metres.
    #[must_use]
    pub fn distance_m(self, other: Self) -> f32 {
        self.metres().distance(other.metres())
    }
}

impl TryFrom<PointMetres> for Point {
    type Error = NotAPlace;
    fn try_from(metres: PointMetres) -> Result<Self, NotAPlace> {
        Self::from_metres(metres.x, metres.y)
    }
}

impl From<Point> for PointMetres {
    fn from(point: Point) -> Self {
        Self { x: f64::from(point.x_cm) / 100.0, y: f64::from(point.y_cm) / 100.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_finite_and_on_the_map() {
        for (x, y) in [(f64::NAN, 1.0), (1.0, f64::INFINITY), (-0.1, 0.0), (0.0, 600.1)] {
            assert_eq!(Point::from_metres(x, y), Err(NotAPlace));
        }
        assert!(serde_json::from_str::<Point>(r#"{"x":1e999,"y":0}"#).is_err());
    }

    #[test]
    fn json_and_grid_agree() {
        let point: Point = serde_json::from_str(r#"{"x":4.567,"y":12}"#).expect("a point");
        assert_eq!(point.centimetres(), (457, 1200));
        assert_eq!(serde_json::to_string(&point).expect("json"), r#"{"x":4.57,"y":12.0}"#);
    }
}

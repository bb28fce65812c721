//! Motion as segments: where somebody is, as a function of time.

use super::Point;
use crate::units::TimeMs;
use glam::Vec2;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// How fast people walk, metres a second: brisk enough to cross the default square in 13 s.
pub const WALKING_SPEED_M_S: f32 = 3.0;

/// A straight walk at constant speed, or standing still when the speed is 0 or both ends are one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Segment {
    /// Where it starts.
    pub from: Point,
    /// Where it ends; who arrives stands there.
    pub to: Point,
    /// When it starts, by the server's clock.
    pub departed: TimeMs,
    /// Speed, millimetres a second.
    pub speed_mm_s: u16,
}

impl Segment {
    /// Standing at a place.
    #[must_use]
    pub fn standing(at: Point, since: TimeMs) -> Self {
        Self { from: at, to: at, departed: since, speed_mm_s: 0 }
    }

    /// Walking straight from one place to another at walking speed.
    #[must_use]
    pub fn walking(from: Point, to: Point, departed: TimeMs) -> Self {
        Self { from, to, departed, speed_mm_s: (WALKING_SPEED_M_S * 1000.0) as u16 }
    }

    /// Length, metres.
    #[must_use]
    pub fn length_m(&self) -> f32 {
        self.from.distance_m(self.to)
    }

    /// Where it has led at a moment, metres. Before the departure that is the start, after the arrival the end.
    #[must_use]
    pub fn position_m(&self, now: TimeMs) -> Vec2 {
        let length_m = self.length_m();
        if self.speed_mm_s == 0 || length_m == 0.0 {
            return self.to.metres();
        }
        let walked_m = now.since(self.departed).0 as f32 * f32::from(self.speed_mm_s) / 1e6;
        let share = (walked_m / length_m).clamp(0.0, 1.0);
        self.from.metres().lerp(self.to.metres(), share)
    }

    /// When the end is reached, to the millisecond above.
    #[must_use]
    pub fn arrival(&self) -> TimeMs {
        if self.speed_mm_s == 0 {
            return self.departed;
        }
        let walk_ms = (f64::from(self.length_m()) * 1e6 / f64::from(self.speed_mm_s)).ceil();
        TimeMs(self.departed.0.saturating_add(walk_ms as u64))
    }

    /// Whether the end has been reached.
    #[must_use]
    pub fn has_arrived(&self, now: TimeMs) -> bool {
        now >= self.arrival()
    }
}

/// What the arrow keys ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the eight winds need no words")]
pub enum Walk {
    /// Stand still.
    Stop,
    North,
    NorthEast,
    East,
    SouthEast,
    South,
    SouthWest,
    West,
    NorthWest,
}

impl Walk {
    /// The unit vector of the direction, y down; nothing for [`Walk::Stop`].
    #[must_use]
    pub fn direction(self) -> Option<Vec2> {
        let (x, y) = match self {
            Self::Stop => return None,
            Self::North => (0.0, -1.0),
            Self::NorthEast => (1.0, -1.0),
            Self::East => (1.0, 0.0),
            Self::SouthEast => (1.0, 1.0),
            Self::South => (0.0, 1.0),
            Self::SouthWest => (-1.0, 1.0),
            Self::West => (-1.0, 0.0),
            Self::NorthWest => (-1.0, -1.0),
        };
        Some(Vec2::new(x, y).normalize())
    }
}

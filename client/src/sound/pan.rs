//! From gain and direction to left and right, by equal power: L^2 + R^2 = gain^2.

use glam::Vec2;
use std::f32::consts::FRAC_PI_4;

/// Factors on the amplitude of the left and the right ear.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct StereoGain {
    pub(crate) left: f32,
    pub(crate) right: f32,
}

/// Nearer than this, direction fades to the middle: who stands in the listener's own place has none.
const NEAREST_DIRECTION_M: f32 = 0.3;

impl StereoGain {
    /// Nothing in either ear.
    pub(crate) const SILENT: Self = Self { left: 0.0, right: 0.0 };

    /// A voice at an offset from the listener, who faces up (towards smaller y): what stands to the right of
    /// them on the map sounds from the right, what stands before or behind them from the middle.
    #[must_use]
    pub(crate) fn of(gain: f32, offset_m: Vec2) -> Self {
        let sideways = (offset_m.x / offset_m.length().max(NEAREST_DIRECTION_M)).clamp(-1.0, 1.0);
        let (right, left) = (FRAC_PI_4 * (1.0 + sideways)).sin_cos();
        Self { left: gain * left, right: gain * right }
    }

    /// The same from the same direction, louder or quieter by a factor.
    #[must_use]
    pub(crate) fn times(self, factor: f32) -> Self {
        Self { left: factor * self.left, right: factor * self.right }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn power_is_the_gain_whatever_the_direction() {
        for degrees in 0..360 {
            let (y, x) = (degrees as f32).to_radians().sin_cos();
            for distance_m in [0.0, 0.1, 0.5, 3.0] {
                let pan = StereoGain::of(0.5, Vec2::new(x, y) * distance_m);
                let power = pan.left * pan.left + pan.right * pan.right;
                assert!((power - 0.25).abs() < 1e-6, "{degrees}° at {distance_m} m gave {power}");
            }
        }
    }

    #[test]
    fn right_is_right() {
        let right = StereoGain::of(1.0, Vec2::new(2.0, 0.0));
        assert!(right.right > 0.999 && right.left.abs() < 1e-6);
        let left = StereoGain::of(1.0, Vec2::new(-2.0, 0.0));
        assert!(left.left > 0.999 && left.right.abs() < 1e-6);
        for ahead_or_behind in [Vec2::new(0.0, -2.0), Vec2::new(0.0, 2.0), Vec2::ZERO] {
            let middle = StereoGain::of(1.0, ahead_or_behind);
            assert!((middle.left - middle.right).abs() < 1e-6);
        }
    }
}

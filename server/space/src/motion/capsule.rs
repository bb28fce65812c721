//! The one shape that keeps bodies away: a line with a radius. A wall is a line as thick as a body on either side, a
//! table is a point as thick as its radius.

use glam::DVec2;

/// All places nearer than a radius to a line.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Capsule {
    pub(crate) a: DVec2,
    pub(crate) b: DVec2,
    pub(crate) radius_m: f64,
}

/// Slower than this towards a shape is not towards it: over the longest walk it makes less than a millimetre.
const APPROACH_MIN: f64 = 1e-6;

impl Capsule {
    /// The place on the line that is nearest.
    pub(crate) fn core(&self, place: DVec2) -> DVec2 {
        nearest_on(self.a, self.b, place)
    }

    /// How much air there is between a place and the shape, metres; negative inside.
    pub(crate) fn air_m(&self, place: DVec2) -> f64 {
        place.distance(self.core(place)) - self.radius_m
    }

    /// The least air along a straight walk, metres.
    pub(crate) fn air_along_m(&self, from: DVec2, to: DVec2) -> f64 {
        lines_distance_m(self.a, self.b, from, to) - self.radius_m
    }

    /// The direction straight away from the line. On the line itself: across it.
    pub(crate) fn outward(&self, place: DVec2) -> DVec2 {
        let away = place - self.core(place);
        away.try_normalize().unwrap_or_else(|| (self.b - self.a).perp().normalize_or(DVec2::X))
    }

    /// How far one can walk in a direction (of length 1) until only `margin_m` of air is left. Nothing when that
    /// never happens; no distance when there is less air already and the walk leads nearer.
    pub(crate) fn reach_m(&self, from: DVec2, direction: DVec2, margin_m: f64) -> Option<f64> {
        if self.air_m(from) <= margin_m {
            // The shape is convex: who doesn't walk nearer now never does on a straight walk.
            return (self.outward(from).dot(direction) < -APPROACH_MIN).then_some(0.0);
        }
        let radius_m = self.radius_m + margin_m;
        let ends = [self.a, self.b].into_iter().filter_map(|end| reach_circle_m(end - from, direction, radius_m));
        let sides = [radius_m, -radius_m].into_iter().filter_map(|offset_m| {
            let along = (self.b - self.a).try_normalize()?;
            let closing = direction.dot(along.perp());
            let walked_m = ((self.a - from).dot(along.perp()) + offset_m) / closing;
            let beside_m = (from + direction * walked_m - self.a).dot(along);
            // A parallel walk divides by nothing: the comparisons refuse what that gives.
            (walked_m >= 0.0 && (0.0..=self.a.distance(self.b)).contains(&beside_m)).then_some(walked_m)
        });
        ends.chain(sides).min_by(f64::total_cmp)
    }
}

/// How far until a circle is reached, whose centre is given from where the walk starts, outside of it.
fn reach_circle_m(centre: DVec2, direction: DVec2, radius_m: f64) -> Option<f64> {
    let nearest_m = centre.dot(direction);
    let half_chord = radius_m * radius_m - centre.perp_dot(direction).powi(2);
    (nearest_m > 0.0 && half_chord >= 0.0).then(|| (nearest_m - half_chord.sqrt()).max(0.0))
}

fn nearest_on(a: DVec2, b: DVec2, place: DVec2) -> DVec2 {
    let line = b - a;
    let length_squared = line.length_squared();
    if length_squared == 0.0 {
        return a;
    }
    a + line * ((place - a).dot(line) / length_squared).clamp(0.0, 1.0)
}

/// The distance between two lines with ends, metres; nothing where they cross.
pub(crate) fn lines_distance_m(a: DVec2, b: DVec2, c: DVec2, d: DVec2) -> f64 {
    let side = |from: DVec2, to: DVec2, place: DVec2| (to - from).perp_dot(place - from);
    if side(a, b, c) * side(a, b, d) < 0.0 && side(c, d, a) * side(c, d, b) < 0.0 {
        return 0.0;
    }
    let ends = [(c, nearest_on(a, b, c)), (d, nearest_on(a, b, d)), (a, nearest_on(c, d, a)), (b, nearest_on(c, d, b))];
    ends.into_iter().map(|(end, near)| end.distance(near)).fold(f64::INFINITY, f64::min)
}

#[cfg(test)]
mod tests {
    use super::*;

    const WALL: Capsule = Capsule { a: DVec2::new(2.0, 0.0), b: DVec2::new(2.0, 4.0), radius_m: 0.3 };
    const TABLE: Capsule = Capsule { a: DVec2::new(5.0, 5.0), b: DVec2::new(5.0, 5.0), radius_m: 2.0 };

    #[test]
    fn air_is_measured_from_the_nearest_place() {
        assert!((WALL.air_m(DVec2::new(3.0, 2.0)) - 0.7).abs() < 1e-12);
        assert!((WALL.air_m(DVec2::new(2.0, 5.0)) - 0.7).abs() < 1e-12);
        assert!((TABLE.air_m(DVec2::new(5.0, 8.0)) - 1.0).abs() < 1e-12);
        assert_eq!(WALL.air_along_m(DVec2::new(0.0, 1.0), DVec2::new(4.0, 1.0)), -0.3);
        assert!((WALL.air_along_m(DVec2::new(0.0, 5.0), DVec2::new(4.0, 5.0)) - 0.7).abs() < 1e-12);
    }

    #[test]
    fn a_walk_ends_before_the_shape() {
        let reach = |from, direction| WALL.reach_m(from, direction, 0.0);
        assert!((reach(DVec2::new(0.0, 1.0), DVec2::X).expect("hits") - 1.7).abs() < 1e-12);
        assert!((reach(DVec2::new(2.0, 6.0), DVec2::NEG_Y).expect("hits the end") - 1.7).abs() < 1e-12);
        assert_eq!(reach(DVec2::new(0.0, 1.0), DVec2::Y), None, "walks past");
        assert_eq!(reach(DVec2::new(0.0, 1.0), DVec2::NEG_X), None, "walks away");
        assert!((TABLE.reach_m(DVec2::new(5.0, 0.0), DVec2::Y, 0.03).expect("hits") - 2.97).abs() < 1e-12);
    }

    #[test]
    fn who_stands_too_near_may_walk_along_and_away_but_not_nearer() {
        let near = DVec2::new(2.31, 2.0);
        assert_eq!(WALL.reach_m(near, DVec2::NEG_X, 0.03), Some(0.0));
        assert_eq!(WALL.reach_m(near, DVec2::Y, 0.03), None);
        assert_eq!(WALL.reach_m(near, DVec2::X, 0.03), None);
    }
}

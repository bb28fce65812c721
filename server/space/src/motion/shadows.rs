//! What corners can't see for what stands near them. Of the millions of pairs of corners on a large map few see each
//! other, and most of the rest are told by one look into a table.
//!
//! Round each corner all directions are sorted into bins; for each bin the table has the distance from which on one
//! shape near the corner hides everything in that bin. So what a table hides is hidden, and what it does not hide is
//! still to be looked at.

use super::capsule::Capsule;
use super::corners::Corner;
use super::ground::Ground;
use super::metres;
use crate::limits::{SHADOW_BINS, SHADOW_SHAPES};
use glam::DVec2;

/// Added to distances before they are rounded to 32 bits: a shadow may begin later than it could, never earlier.
const ROUNDING_M: f64 = 0.01;

/// The shadows round all corners.
#[derive(Debug)]
pub(crate) struct Shadows {
    /// By corner, then by bin: where the shadow begins, metres.
    begin_m: Vec<f32>,
}

impl Shadows {
    pub(crate) fn new(ground: &Ground, corners: &[Corner]) -> Self {
        let mut begin_m = vec![f32::INFINITY; corners.len() * SHADOW_BINS];
        // So far that about as many shapes are near as are worth their while, on a map of any density.
        let area_m2 = ground.size_m().element_product();
        let reach_squared = SHADOW_SHAPES * area_m2 / (ground.shapes().len().max(1) as f64 * std::f64::consts::PI);
        for (corner, bins) in corners.iter().zip(begin_m.chunks_exact_mut(SHADOW_BINS)) {
            let place = metres(corner.at);
            for shape in
                ground.shapes().iter().filter(|shape| shape.core(place).distance_squared(place) < reach_squared)
            {
                cast(place, shape, bins);
            }
        }
        Self { begin_m }
    }

    /// Whether something hides the end of a line from the corner at its beginning, for sure.
    pub(crate) fn hide(&self, corner: usize, line: DVec2, length_m: f64) -> bool {
        length_m > f64::from(self.begin_m[corner * SHADOW_BINS + bin(turn(line))])
    }
}

/// Lets a shape throw its shadow: into all bins that lie between its two tangents from a place outside.
fn cast(place: DVec2, shape: &Capsule, bins: &mut [f32]) {
    let [a, b] = [shape.a, shape.b].map(|end| end - place);
    let ([right_a, left_a], [right_b, left_b]) = (tangents(a, shape.radius_m), tangents(b, shape.radius_m));
    // The shape is convex, so all of it is seen within half a turn, and which of two is farther round is clear.
    let right = if right_a.perp_dot(right_b) < 0.0 { right_b } else { right_a };
    let left = if left_a.perp_dot(left_b) > 0.0 { left_b } else { left_a };
    // Whoever walks between the tangents is in the shape at the latest when they are past both of its ends.
    let begin_m = (a.length().max(b.length()) + shape.radius_m + ROUNDING_M) as f32;
    let (first, end) = (bin(turn(right)) + 1, bin(turn(left)));
    // Round once more when the shape lies across the direction from which turns are counted.
    let end = if end < first - 1 { end + SHADOW_BINS } else { end };
    for index in first..end {
        let bin = &mut bins[index % SHADOW_BINS];
        *bin = bin.min(begin_m);
    }
}

/// The directions in which a circle is touched on its right and on its left, its centre given from the place.
fn tangents(centre: DVec2, radius_m: f64) -> [DVec2; 2] {
    let sine = (radius_m / centre.length()).min(1.0);
    let cosine = (1.0 - sine * sine).sqrt();
    [DVec2::new(cosine, -sine), DVec2::new(cosine, sine)].map(|turned| turned.rotate(centre))
}

/// A direction as a number from 0 to 4 that grows as it turns: cheaper than the angle, and as good for sorting.
fn turn(direction: DVec2) -> f64 {
    let share = direction.y / (direction.x.abs() + direction.y.abs());
    match (direction.x < 0.0, direction.y < 0.0) {
        (true, _) => 2.0 - share,
        (false, true) => 4.0 + share,
        (false, false) => share,
    }
}

fn bin(turn: f64) -> usize {
    // A turn may be rounded up to a whole one; of no direction at all the bin doesn't matter.
    (turn * (SHADOW_BINS as f64 / 4.0)) as usize % SHADOW_BINS
}

#[cfg(test)]
mod tests {
    use super::super::corners::corners;
    use super::*;
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::{Rng, SeedableRng};
    use torg_protocol::map::{MapSpec, TableSpec};
    use torg_protocol::text::Label;

    /// A map with random walls and tables, which may cross each other: the ground takes any.
    fn ground(seed: u64, side_m: f32, things: u16) -> Ground {
        let mut chance = ChaCha8Rng::seed_from_u64(seed);
        let mut toss = |most: f32| most * (chance.next_u32() % 10_000) as f32 / 10_000.0;
        let table = |index: u16, [x, y, radius_m]: [f32; 3]| TableSpec {
            name: Label::parse(&format!("Table {index}")).expect("a plain name"),
            x,
            y,
            radius_m,
            seats: 1,
            wall: Default::default(),
        };
        let tables = (0..things / 4).map(|index| table(index, [toss(side_m), toss(side_m), 0.5 + toss(2.0)])).collect();
        let mut wall = || {
            let ([x, y], [across, down]) = ([toss(side_m), toss(side_m)], [toss(8.0) - 4.0, toss(8.0) - 4.0]);
            [x, y, (x + across).clamp(0.0, side_m), (y + down).clamp(0.0, side_m)]
        };
        let walls = (0..things).map(|_| wall()).collect();
        let (width_m, height_m, zones) = (side_m, side_m, Vec::new());
        Ground::new(&MapSpec { width_m, height_m, hearing: Default::default(), walls, tables, zones })
    }

    #[test]
    fn what_is_in_a_shadow_is_hidden_and_most_that_is_hidden_is_in_a_shadow() {
        for (seed, side_m, things) in [(1, 30.0, 40), (2, 30.0, 150), (3, 200.0, 150), (4, 8.0, 3)] {
            let ground = ground(seed, side_m, things);
            let corners = corners(&ground);
            let shadows = Shadows::new(&ground, &corners);
            let (mut hidden, mut told) = (0, 0);
            for (index, one) in corners.iter().enumerate() {
                for other in &corners {
                    let line = metres(other.at) - metres(one.at);
                    let in_shadow = shadows.hide(index, line, line.length());
                    let is_clear = ground.is_clear(one.at, other.at);
                    assert!(!(in_shadow && is_clear), "seed {seed}: {:?} sees {:?}", one.at, other.at);
                    hidden += usize::from(!is_clear);
                    told += usize::from(in_shadow);
                }
            }
            println!("seed {seed}: {} corners, {hidden} pairs hidden, {told} told by shadows", corners.len());
            assert!(told * 2 > hidden, "seed {seed}: {told} of {hidden}");
        }
    }

    #[test]
    fn turns_grow_all_the_way_round() {
        let turns: Vec<_> = (0..360).map(|degrees| turn(DVec2::from_angle(f64::from(degrees).to_radians()))).collect();
        assert!(turns.is_sorted() && turns[0] >= 0.0 && turns[359] < 4.0);
    }
}

//! An index of shapes by cells, to find those near a straight walk without looking at all.

use super::capsule::Capsule;
use crate::limits::GROUND_CELL_M;
use glam::DVec2;

/// Which shapes touch which cell.
#[derive(Clone, Debug)]
pub(crate) struct Near {
    columns: usize,
    rows: usize,
    /// Where the shapes of each cell begin in `shapes`, and one more for the end.
    starts: Vec<u32>,
    shapes: Vec<u32>,
}

impl Near {
    /// Indexes shapes grown by a margin, on a map of a size.
    pub(crate) fn new(size_m: DVec2, shapes: &[Capsule], margin_m: f64) -> Self {
        let cells = (size_m / GROUND_CELL_M).ceil();
        let (columns, rows) = ((cells.x as usize).max(1), (cells.y as usize).max(1));
        let mut near = Self { columns, rows, starts: Vec::new(), shapes: Vec::new() };
        let mut touched: Vec<(u32, u32)> = Vec::new();
        for (index, shape) in (0u32..).zip(shapes) {
            let reach_m = shape.radius_m + margin_m;
            touched.extend(near.cells(shape.a, shape.b, reach_m).map(|cell| (cell as u32, index)));
        }
        touched.sort_unstable();
        let begin = |cell: usize| touched.partition_point(|&(touched_cell, _)| (touched_cell as usize) < cell) as u32;
        near.starts = (0..=columns * rows).map(begin).collect();
        near.shapes = touched.into_iter().map(|(_, index)| index).collect();
        near
    }

    /// The shapes near a straight walk. One that lies in several cells comes several times.
    pub(crate) fn along(&self, from: DVec2, to: DVec2) -> impl Iterator<Item = usize> + '_ {
        self.cells(from, to, 0.0).flat_map(|cell| {
            let (begin, end) = (self.starts[cell] as usize, self.starts[cell + 1] as usize);
            self.shapes[begin..end].iter().map(|&shape| shape as usize)
        })
    }

    /// The cells within a reach of a line, row by row.
    fn cells(&self, from: DVec2, to: DVec2, reach_m: f64) -> impl Iterator<Item = usize> + use<> {
        let (columns, last_row) = (self.columns, self.rows - 1);
        let cell = |at_m: f64, last: usize| ((at_m / GROUND_CELL_M).max(0.0) as usize).min(last);
        let (top, bottom) = if from.y <= to.y { (from, to) } else { (to, from) };
        let rows = cell(top.y - reach_m, last_row)..=cell(bottom.y + reach_m, last_row);
        rows.flat_map(move |row| {
            let height_m = bottom.y - top.y;
            let share = |y_m: f64| if height_m > 0.0 { ((y_m - top.y) / height_m).clamp(0.0, 1.0) } else { 0.0 };
            // The part of the line that is within reach of this row; rows at the border hold all beyond.
            let above = if row == 0 { f64::NEG_INFINITY } else { row as f64 * GROUND_CELL_M - reach_m };
            let below = if row == last_row { f64::INFINITY } else { (row + 1) as f64 * GROUND_CELL_M + reach_m };
            let (enters, leaves) = if height_m > 0.0 { (share(above), share(below)) } else { (0.0, 1.0) };
            let (x0, x1) = (top.lerp(bottom, enters).x, top.lerp(bottom, leaves).x);
            let first = cell(x0.min(x1) - reach_m, columns - 1);
            let last = cell(x0.max(x1) + reach_m, columns - 1);
            (first..=last).map(move |column| row * columns + column)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_touches_a_walk_is_found() {
        let mut shapes = Vec::new();
        for step in 0..40 {
            let at = DVec2::new(f64::from(step * 37 % 60), f64::from(step * 23 % 45));
            shapes.push(Capsule { a: at, b: at + DVec2::new(f64::from(step % 7), 3.0), radius_m: 0.3 });
        }
        let near = Near::new(DVec2::new(61.0, 50.0), &shapes, 0.05);
        for step in 0..200 {
            let from = DVec2::new(f64::from(step * 17 % 61), f64::from(step * 29 % 50));
            let to = DVec2::new(f64::from(step * 41 % 61), f64::from(step * 7 % 50));
            let found: Vec<usize> = near.along(from, to).collect();
            for (index, shape) in shapes.iter().enumerate() {
                let touches = shape.air_along_m(from, to) < 0.05;
                assert!(!touches || found.contains(&index), "{from} to {to} misses shape {index}");
            }
        }
    }
}

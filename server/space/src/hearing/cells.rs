//! A grid of mouths and ears, to find those near a listener without looking at all.
//!
//! Everybody who isn't behind a closed wall stands in one array, sorted by kind (speaks, is open, is off), then by
//! cell, row by row: all speakers in a row of neighbouring cells lie side by side.

use super::{Stand, voice};
use crate::limits::{CELLS_A_SIDE_MAX, CELLS_AN_EARSHOT};
use glam::Vec2;
use torg_protocol::geometry::{HearingLaw, OPEN_WALL_GAIN_DB};
use torg_protocol::people::Microphone;
use torg_protocol::units::amplitude_from_db;

/// What a microphone adds to the search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Has spoken lately.
    Speaks = 0,
    /// Is on.
    Open = 1,
    /// Is muted or absent.
    Off = 2,
}

const KINDS: usize = 3;

/// Somebody in the grid.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Mouth {
    pub(super) at_m: Vec2,
    /// What the wall of their table and the weight of their voice make of it, from outside the table.
    pub(super) loudness: f32,
    /// Their index in the crowd.
    pub(super) index: u32,
}

/// The grid.
#[derive(Debug)]
pub(super) struct Cells {
    law: HearingLaw,
    side_m: f32,
    columns: usize,
    rows: usize,
    open_wall: f32,
    /// Where each cell of each kind begins in `mouths`, and one more for the end.
    starts: Vec<u32>,
    mouths: Vec<Mouth>,
}

impl Cells {
    pub(super) fn new(size_m: Vec2, law: HearingLaw) -> Self {
        let side_m = (law.edge_m / CELLS_AN_EARSHOT).max(size_m.max_element() / CELLS_A_SIDE_MAX);
        let cells = (size_m / side_m).ceil().max(Vec2::ONE);
        let (columns, rows) = (cells.x as usize, cells.y as usize);
        let starts = vec![0; KINDS * columns * rows + 1];
        let open_wall = amplitude_from_db(OPEN_WALL_GAIN_DB);
        Self { law, side_m, columns, rows, open_wall, starts, mouths: Vec::new() }
    }

    /// Takes in where everybody is now.
    pub(super) fn fill(&mut self, stands: &[Option<Stand>]) {
        let outside = || {
            let all = (0u32..).zip(stands).filter_map(|(index, stand)| stand.as_ref().map(|stand| (index, stand)));
            all.filter(|(_, stand)| !stand.is_behind_closed_wall())
        };
        // A counting sort: how many in each cell, where each cell ends, then everybody to their place from the end
        // of the cell down, which leaves the beginnings behind.
        self.starts.fill(0);
        for (_, stand) in outside() {
            let cell = self.cell_of_kind(stand);
            self.starts[cell] += 1;
        }
        let mut sum = 0;
        for start in &mut self.starts {
            sum += *start;
            *start = sum;
        }
        self.mouths.clear();
        self.mouths.resize(sum as usize, Mouth::default());
        for (index, stand) in outside() {
            let cell = self.cell_of_kind(stand);
            self.starts[cell] -= 1;
            let wall = if stand.table.is_some() { self.open_wall } else { 1.0 };
            let loudness = wall * voice::weight(stand.heat);
            self.mouths[self.starts[cell] as usize] = Mouth { at_m: stand.at.metres(), loudness, index };
        }
    }

    /// All of a kind within earshot of a place, and some beyond, in rows of neighbouring cells.
    pub(super) fn all(&self, kind: Kind, ear_m: Vec2) -> impl Iterator<Item = &[Mouth]> {
        let (first, last) = (self.column(ear_m.x - self.law.edge_m), self.column(ear_m.x + self.law.edge_m));
        let rows = self.row(ear_m.y - self.law.edge_m)..=self.row(ear_m.y + self.law.edge_m);
        rows.map(move |row| self.mouths_in(kind, row, first, last))
    }

    /// The most that somebody with an open wall or none who doesn't speak can be heard from a ring of cells round a
    /// place, times the weight of their voice. Ring 0 is the cell of the place itself; behind the edge it is 0.
    pub(super) fn ring_bound(&self, ear_m: Vec2, ring: usize) -> f32 {
        let Some(rings_between) = ring.checked_sub(1) else { return voice::weight(0) };
        let corner_m = Vec2::new(self.column(ear_m.x) as f32, self.row(ear_m.y) as f32) * self.side_m;
        let to_next_m = (ear_m - corner_m).min(corner_m + self.side_m - ear_m).min_element().max(0.0);
        self.law.gain(rings_between as f32 * self.side_m + to_next_m) * voice::weight(0)
    }

    /// All of a kind in one square ring of cells round a place.
    pub(super) fn ring(&self, kind: Kind, ear_m: Vec2, ring: usize) -> impl Iterator<Item = &[Mouth]> {
        let (column, row, ring) = (self.column(ear_m.x) as isize, self.row(ear_m.y) as isize, ring as isize);
        let rows = (row - ring).max(0)..=(row + ring).min(self.rows as isize - 1);
        rows.flat_map(move |at_row| {
            // Top and bottom are whole rows; between them only both sides belong to the ring.
            let whole = (at_row - row).abs() == ring;
            let left = if whole { (column - ring, column + ring) } else { (column - ring, column - ring) };
            let right = (column + ring, column + ring);
            [Some(left), (!whole).then_some(right)].into_iter().flatten().map(move |(first, last)| {
                let (first, last) = (first.max(0), last.min(self.columns as isize - 1));
                if first > last { &[] } else { self.mouths_in(kind, at_row as usize, first as usize, last as usize) }
            })
        })
    }

    fn mouths_in(&self, kind: Kind, row: usize, first: usize, last: usize) -> &[Mouth] {
        let base = (kind as usize * self.rows + row) * self.columns;
        &self.mouths[self.starts[base + first] as usize..self.starts[base + last + 1] as usize]
    }

    fn cell_of_kind(&self, stand: &Stand) -> usize {
        let at_m = stand.at.metres();
        let kind = match stand.microphone {
            _ if stand.is_apart => Kind::Off,
            Microphone::On if stand.heat > 0 => Kind::Speaks,
            Microphone::On => Kind::Open,
            Microphone::Muted | Microphone::Absent => Kind::Off,
        };
        (kind as usize * self.rows + self.row(at_m.y)) * self.columns + self.column(at_m.x)
    }

    fn column(&self, x_m: f32) -> usize {
        ((x_m / self.side_m).max(0.0) as usize).min(self.columns - 1)
    }

    fn row(&self, y_m: f32) -> usize {
        ((y_m / self.side_m).max(0.0) as usize).min(self.rows - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::stand;
    use super::*;
    use torg_protocol::geometry::{HearingPreset, Point};

    fn crowd() -> Vec<Option<Stand>> {
        let stand = |index: u32| {
            let at = Point::from_centimetres((index * 7919 % 6_000) as u16, (index * 104_729 % 3_000) as u16);
            let microphone = if index.is_multiple_of(3) { Microphone::Muted } else { Microphone::On };
            let heat = if index.is_multiple_of(5) { 9 } else { 0 };
            Stand { at, soon: at, microphone, heat, ..stand(index, 0.0, None) }
        };
        (0..700u32).map(|index| (!index.is_multiple_of(11)).then(|| stand(index))).collect()
    }

    #[test]
    fn all_kinds_and_all_rings_show_everybody_in_earshot_once() {
        let law = HearingPreset::Room.law();
        let mut cells = Cells::new(Vec2::new(60.0, 30.0), law);
        let crowd = crowd();
        cells.fill(&crowd);
        for ear_m in [Vec2::ZERO, Vec2::new(60.0, 30.0), Vec2::new(31.3, 11.9), Vec2::new(3.0, 27.0)] {
            let (mut by_rows, mut by_rings) = (Vec::new(), Vec::new());
            let in_earshot = |mouth: &&Mouth| ear_m.distance(mouth.at_m) < law.edge_m;
            for kind in [Kind::Speaks, Kind::Open, Kind::Off] {
                let all = cells.all(kind, ear_m).flatten().filter(in_earshot);
                by_rows.extend(all.map(|mouth| mouth.index));
                for ring in (0..).take_while(|&ring| cells.ring_bound(ear_m, ring) > 0.0) {
                    for mouth in cells.ring(kind, ear_m, ring).flatten().filter(in_earshot) {
                        let score = law.gain(ear_m.distance(mouth.at_m)) * voice::weight(0);
                        assert!(score <= cells.ring_bound(ear_m, ring) + 1e-6);
                        by_rings.push(mouth.index);
                    }
                }
            }
            let near = |stand: &&Stand| ear_m.distance(stand.at.metres()) < law.edge_m;
            let expected: Vec<u32> = crowd.iter().flatten().filter(near).map(|stand| stand.id.0).collect();
            by_rows.sort_unstable();
            by_rings.sort_unstable();
            assert_eq!(by_rows, expected);
            assert_eq!(by_rings, expected);
            assert!(expected.len() > 20);
        }
    }
}

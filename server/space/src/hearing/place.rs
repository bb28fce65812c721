//! Places that share a bed: tables, and cells of the square.

use super::Stand;
use super::law::{BedLaw, cell_m};
use crate::limits::BED_HYSTERESIS_M;
use crate::map::Table;
use crate::mix::BedId;
use glam::Vec2;
use std::f32::consts::SQRT_2;
use torg_protocol::geometry::{HearingLaw, HearingPreset};
use torg_protocol::ids::TableId;

/// Presets whose cells differ in width, in the order in which these are numbered: those of a hall are as wide as those
/// of a room.
const PRESETS: [HearingPreset; 2] = [HearingPreset::Room, HearingPreset::Close];

/// All places of a map.
///
/// Tables come first in the order of the map, then the cells row by row, of each width that cells can have: an id means
/// the same place whatever the preset, as long as the space runs.
#[derive(Debug)]
pub(super) struct Places {
    hearing: HearingLaw,
    size_m: Vec2,
    /// Middle and radius.
    tables: Vec<(Vec2, f32)>,
    cell_m: f32,
    columns: u32,
    rows: u32,
    first_cell: u32,
}

/// A place that shares a bed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Place {
    pub(super) middle_m: Vec2,
    /// From the middle to the sides of a cell; of a table to the rim.
    half_m: f32,
    /// The table that it is.
    pub(super) table: Option<TableId>,
    pub(super) law: BedLaw,
}

impl Places {
    pub(super) fn new(size_m: Vec2, tables: &[Table], hearing: HearingLaw) -> Self {
        let tables = tables.iter().map(|table| (table.centre_m, table.radius_m)).collect();
        let mut places = Self { hearing, size_m, tables, cell_m: 0.0, columns: 0, rows: 0, first_cell: 0 };
        places.set_law(hearing);
        places
    }

    pub(super) fn set_law(&mut self, hearing: HearingLaw) {
        let grid = |law: HearingLaw| (self.size_m / cell_m(law)).ceil().max(Vec2::ONE);
        let cells = grid(hearing);
        // Other widths of cells come before this one in the order of the presets.
        let mut first_cell = self.tables.len() as u32;
        for preset in PRESETS {
            if cell_m(preset.law()) == cell_m(hearing) {
                break;
            }
            let cells = grid(preset.law());
            first_cell += cells.x as u32 * cells.y as u32;
        }
        (self.columns, self.rows) = (cells.x as u32, cells.y as u32);
        (self.hearing, self.cell_m, self.first_cell) = (hearing, cell_m(hearing), first_cell);
    }

    /// The place whose bed a listener shares, who shared another or the same before; nothing behind a closed wall.
    pub(super) fn of(&self, listener: &Stand, before: Option<BedId>) -> Option<BedId> {
        if listener.is_behind_closed_wall() {
            return None;
        }
        if let Some((table, _)) = listener.table {
            return Some(BedId(table.0.into()));
        }
        let at_m = listener.at.metres();
        let cells = self.first_cell..self.first_cell + self.columns * self.rows;
        let stays = |id: &BedId| cells.contains(&id.0) && self.place(*id).nearest_m(at_m) <= BED_HYSTERESIS_M;
        before.filter(stays).or_else(|| {
            let cell = (at_m / self.cell_m).max(Vec2::ZERO);
            let (column, row) = ((cell.x as u32).min(self.columns - 1), (cell.y as u32).min(self.rows - 1));
            Some(BedId(self.first_cell + row * self.columns + column))
        })
    }

    /// A place by the id that [`Places::of`] gave since the law was set.
    pub(super) fn place(&self, id: BedId) -> Place {
        if let Some(&(middle_m, half_m)) = self.tables.get(id.0 as usize) {
            let table = u16::try_from(id.0).ok().map(TableId);
            return Place { middle_m, half_m, table, law: BedLaw::new(self.hearing, 2.0 * half_m) };
        }
        let cell = id.0 - self.first_cell;
        let corner_m = Vec2::new((cell % self.columns) as f32, (cell / self.columns) as f32) * self.cell_m;
        let half_m = self.cell_m / 2.0;
        // Those among them who walk out keep the bed for a bit.
        let law = BedLaw::new(self.hearing, self.cell_m * SQRT_2 + BED_HYSTERESIS_M);
        Place { middle_m: corner_m + half_m, half_m, table: None, law }
    }
}

impl Place {
    /// How far something is from the nearest point of the place, metres; 0 inside.
    pub(super) fn nearest_m(&self, at_m: Vec2) -> f32 {
        match self.table {
            Some(_) => (at_m.distance(self.middle_m) - self.half_m).max(0.0),
            None => ((at_m - self.middle_m).abs() - self.half_m).max(Vec2::ZERO).length(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::stand as somebody;
    use super::*;
    use crate::map::Map;
    use torg_protocol::geometry::Point;
    use torg_protocol::map::TableWall;

    fn places(preset: HearingPreset) -> Places {
        Places::new(Vec2::new(40.0, 24.0), Map::default_square().tables(), preset.law())
    }

    fn stand(x: f64, y: f64, table: Option<(u16, TableWall)>) -> Stand {
        let at = Point::from_metres(x, y).expect("on the map");
        Stand { at, soon: at, ..somebody(1, x, table) }
    }

    #[test]
    fn every_place_has_an_id_of_its_own_under_every_preset() {
        let mut places = places(HearingPreset::Room);
        let (open, closed) = (Some((4, TableWall::Open)), Some((5, TableWall::Closed)));
        assert_eq!(places.of(&stand(20.0, 15.0, open), None), Some(BedId(4)));
        assert_eq!(places.of(&stand(33.0, 15.0, closed), Some(BedId(7))), None);
        // Six tables, then 10 x 6 cells of 4 m, then 20 x 12 of 2 m.
        for (preset, x, y, id) in [
            (HearingPreset::Room, 0.0, 0.0, 6),
            (HearingPreset::Hall, 39.9, 23.9, 65),
            (HearingPreset::Close, 0.0, 0.0, 66),
            (HearingPreset::Close, 40.0, 24.0, 305),
            (HearingPreset::Room, 40.0, 24.0, 65),
        ] {
            places.set_law(preset.law());
            assert_eq!(places.of(&stand(x, y, None), Some(BedId(100_000))), Some(BedId(id)), "{preset:?}");
        }
    }

    #[test]
    fn a_place_is_kept_a_bit_beyond_its_line_and_not_at_a_table() {
        let places = places(HearingPreset::Room);
        let first = places.of(&stand(3.9, 3.0, None), None);
        assert_eq!(places.of(&stand(4.5, 3.0, None), first), first);
        assert_ne!(places.of(&stand(4.51, 3.0, None), first), first);
        assert_ne!(places.of(&stand(4.4, 4.4, None), first), first, "counted to the corner");
        assert_eq!(places.of(&stand(7.0, 7.0, Some((0, TableWall::Open))), first), Some(BedId(0)));
        assert_ne!(places.of(&stand(7.0, 6.4, None), Some(BedId(0))), Some(BedId(0)), "a rim is a wall");
    }

    #[test]
    fn distances_are_to_the_nearest_point() {
        let places = places(HearingPreset::Room);
        let table = places.place(BedId(1));
        assert_eq!((table.middle_m, table.table), (Vec2::new(20.0, 8.5), Some(TableId(1))));
        assert_eq!((table.nearest_m(Vec2::new(25.0, 8.5)), table.nearest_m(Vec2::new(20.5, 8.5))), (3.0, 0.0));
        let cell = places.place(BedId(6 + 11));
        assert_eq!((cell.middle_m, cell.table), (Vec2::new(6.0, 6.0), None));
        assert_eq!((cell.nearest_m(Vec2::new(11.0, 12.0)), cell.nearest_m(Vec2::new(5.0, 7.9))), (5.0, 0.0));
    }
}

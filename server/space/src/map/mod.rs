//! The checked map: what a [`MapSpec`] becomes once it is known that people can walk on it.

mod check;
mod error;
mod square;

pub use error::MapError;

use crate::limits::{MIDDLE_STEPS_MAX, SEAT_INSET_M};
use crate::motion::{Ground, Ways, metres, nearest};
use glam::{DVec2, Vec2};
use torg_protocol::geometry::Point;
use torg_protocol::ids::{SeatIndex, TableId, ZoneId};
use torg_protocol::map::{MapSpec, TableSpec, TableWall, ZoneSpec};

/// A map that can be walked: sizes, tables, walls and zones are checked once, here, and the ways are known.
#[derive(Clone, Debug)]
pub struct Map {
    spec: MapSpec,
    tables: Vec<Table>,
    middle: Point,
    ground: Ground,
    ways: Ways,
    /// From this table on they are about to go.
    going_from: Option<TableId>,
}

/// A table of a checked map.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// Its place in the map's list.
    pub id: TableId,
    /// Its name.
    pub name: String,
    /// The middle, metres.
    pub centre_m: Vec2,
    /// To the rim, metres.
    pub radius_m: f32,
    /// What its wall does to sound.
    pub wall: TableWall,
    /// Where each seat is: the first at the top, then clockwise, 0.3 m inside the rim.
    pub seats: Vec<Point>,
}

impl Map {
    /// Checks a map.
    ///
    /// # Errors
    /// [`MapError`] says in words what to mend.
    pub fn check(spec: MapSpec) -> Result<Self, MapError> {
        check::check(&spec)?;
        let ground = Ground::new(&spec);
        let middle = middle(&ground).ok_or(MapError::NoStandingRoom)?;
        let tables = (0u16..).zip(&spec.tables).map(|(index, table)| Table::new(TableId(index), table)).collect();
        let ways = Ways::new(&ground);
        Ok(Self { spec, tables, middle, ground, ways, going_from: None })
    }

    /// The map of a space made without one: 40 x 24 m, six tables (one of them closed), a stage, a foyer and a
    /// help desk.
    #[must_use]
    pub fn default_square() -> Self {
        Self::check(square::default_square()).expect("a test checks the default square")
    }

    /// The map as it is written.
    #[must_use]
    pub fn spec(&self) -> &MapSpec {
        &self.spec
    }

    /// All tables; a table's id is its place in this list.
    #[must_use]
    pub fn tables(&self) -> &[Table] {
        &self.tables
    }

    /// A table by its id.
    #[must_use]
    pub fn table(&self, id: TableId) -> Option<&Table> {
        self.tables.get(usize::from(id.0))
    }

    /// Whether a table is about to be taken away: nobody sits down there any more, and no topic is placed there.
    #[must_use]
    pub fn goes(&self, id: TableId) -> bool {
        self.going_from.is_some_and(|first| id >= first)
    }

    pub(crate) fn let_go(&mut self, from: Option<TableId>) {
        self.going_from = from;
    }

    /// A table by its name, exactly as written.
    #[must_use]
    pub fn table_named(&self, name: &str) -> Option<&Table> {
        self.tables.iter().find(|table| table.name == name)
    }

    /// A zone by its id: its place in the map's list.
    #[must_use]
    pub fn zone(&self, id: ZoneId) -> Option<&ZoneSpec> {
        self.spec.zones.get(usize::from(id.0))
    }

    /// The place to stand that is nearest to the middle of the map.
    #[must_use]
    pub fn middle(&self) -> Point {
        self.middle
    }

    pub(crate) fn ground(&self) -> &Ground {
        &self.ground
    }

    pub(crate) fn ways(&self) -> &Ways {
        &self.ways
    }
}

impl Table {
    fn new(id: TableId, spec: &TableSpec) -> Self {
        let centre_m = Vec2::new(spec.x, spec.y);
        let seat = |seat: u16| {
            let angle = std::f32::consts::TAU * f32::from(seat) / f32::from(spec.seats);
            Point::nearest(centre_m + Vec2::new(angle.sin(), -angle.cos()) * (spec.radius_m - SEAT_INSET_M))
        };
        Self {
            id,
            name: spec.name.as_str().to_owned(),
            centre_m,
            radius_m: spec.radius_m,
            wall: spec.wall,
            seats: (0..spec.seats).map(seat).collect(),
        }
    }

    /// Where a seat is.
    #[must_use]
    pub fn seat(&self, seat: SeatIndex) -> Option<Point> {
        self.seats.get(usize::from(seat.0)).copied()
    }
}

/// The place to stand nearest to the middle of the map, looked for on ever larger squares.
fn middle(ground: &Ground) -> Option<Point> {
    let middle = ground.size_m() / 2.0;
    let step_m = middle.max_element() / f64::from(MIDDLE_STEPS_MAX);
    (0..=MIDDLE_STEPS_MAX).find_map(|ring| {
        let ring = i64::from(ring);
        let places = (-ring..=ring).flat_map(move |across| {
            // Whole columns at both sides, else only the top and the bottom of the square.
            let step = if across.abs() == ring { 1 } else { (2 * ring).max(1) as usize };
            (-ring..=ring).step_by(step).map(move |down| DVec2::new(across as f64, down as f64))
        });
        let on_map = places
            .map(|place| middle + place * step_m)
            .filter(|&place| place.min_element() >= 0.0 && place.cmple(ground.size_m()).all());
        let open = on_map.map(nearest).filter(|&place| ground.is_open(place));
        open.min_by(|a, b| metres(*a).distance(middle).total_cmp(&metres(*b).distance(middle)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use torg_protocol::map::ZoneKind;

    #[test]
    fn the_default_square_is_as_promised() {
        let map = Map::default_square();
        assert_eq!((map.spec().width_m, map.spec().height_m), (40.0, 24.0));
        assert_eq!(map.tables().len(), 6);
        assert_eq!(map.tables().iter().filter(|table| table.wall == TableWall::Closed).count(), 1);
        for kind in [ZoneKind::Stage, ZoneKind::Foyer, ZoneKind::Help] {
            assert!(map.spec().zones.iter().any(|zone| zone.kind == kind), "{kind:?}");
        }
        assert_eq!(map.table_named("Oak").map(|table| table.id), Some(TableId(2)));
        assert!(map.table_named("oak").is_none() && map.table(TableId(6)).is_none());
    }

    #[test]
    fn seats_are_counted_clockwise_from_the_top() {
        let map = Map::default_square();
        let table = &map.tables()[0];
        assert_eq!(table.seat(SeatIndex(0)), Point::from_metres(7.0, 6.8).ok());
        assert_eq!(table.seat(SeatIndex(3)), Point::from_metres(7.0, 10.2).ok());
        assert!(table.seats[1].metres().x > table.centre_m.x, "the second is on the right");
        assert_eq!(table.seat(SeatIndex(6)), None);
    }

    #[test]
    fn a_table_in_the_middle_moves_the_middle() {
        let mut spec = Map::default_square().spec().clone();
        spec.tables[1].y = 12.0;
        spec.tables.truncate(2);
        let map = Map::check(spec).expect("a map");
        let away_m = metres(map.middle()).distance(DVec2::new(20.0, 12.0));
        assert!((2.0..2.5).contains(&away_m), "{away_m}");
    }

    #[test]
    fn a_map_full_of_table_has_no_room_to_stand() {
        let mut spec = Map::default_square().spec().clone();
        (spec.width_m, spec.height_m) = (4.0, 4.0);
        spec.zones.clear();
        spec.tables.truncate(1);
        (spec.tables[0].x, spec.tables[0].y) = (2.0, 2.0);
        assert!(Map::check(spec.clone()).is_ok(), "the corners are free");
        spec.walls = vec![[0.0, 0.9, 0.9, 0.0], [3.1, 0.0, 4.0, 0.9], [0.0, 3.1, 0.9, 4.0], [3.1, 4.0, 4.0, 3.1]];
        assert_eq!(Map::check(spec).err(), Some(MapError::NoStandingRoom));
    }
}

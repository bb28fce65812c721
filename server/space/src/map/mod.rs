//! The checked map.

mod square;

use torg_protocol::geometry::Point;
use torg_protocol::ids::{SeatIndex, TableId};
use torg_protocol::map::{MapSpec, TableSpec, TableWall};

/// A map that can be walked: sizes, tables and walls are checked once, here.
#[derive(Clone, Debug)]
pub struct Map {
    spec: MapSpec,
    tables: Vec<Table>,
}

/// A table of a checked map.
#[derive(Clone, Debug)]
pub struct Table {
    /// Its place in the map's list.
    pub id: TableId,
    /// Its name.
    pub name: String,
    /// The middle.
    pub centre: Point,
    /// To the rim, metres.
    pub radius_m: f32,
    /// What its wall does to sound.
    pub wall: TableWall,
    /// Where each seat is.
    pub seats: Vec<Point>,
}

/// Why a map can't be walked.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum MapError {
    /// A side is out of bounds.
    #[error("the map's sides must be numbers of metres within the limits")]
    Size,
}

impl Map {
    /// Checks a map.
    ///
    /// # Errors
    /// [`MapError`] says in words what to mend.
    pub fn check(spec: MapSpec) -> Result<Self, MapError> {
        let tables = spec.tables.iter().enumerate().map(|(index, table)| table_of(index, table)).collect();
        Ok(Self { spec, tables })
    }

    /// The map of a space made without one: 40 x 24 m, six tables (one of them closed), a stage, a foyer and a
    /// help desk.
    #[must_use]
    pub fn default_square() -> Self {
        Self::check(square::default_square()).expect("the default square is tested")
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

    /// A table by its name, exactly as written.
    #[must_use]
    pub fn table_named(&self, name: &str) -> Option<&Table> {
        self.tables.iter().find(|table| table.name == name)
    }
}

impl Table {
    /// Where a seat is.
    #[must_use]
    pub fn seat(&self, seat: SeatIndex) -> Option<Point> {
        self.seats.get(usize::from(seat.0)).copied()
    }
}

fn table_of(index: usize, spec: &TableSpec) -> Table {
    let centre = glam::Vec2::new(spec.x, spec.y);
    let seat_radius_m = spec.radius_m - 0.3;
    let seat = |seat: u16| {
        let angle = std::f32::consts::TAU * f32::from(seat) / f32::from(spec.seats);
        Point::nearest(centre + glam::Vec2::new(angle.sin(), -angle.cos()) * seat_radius_m)
    };
    Table {
        id: TableId(u16::try_from(index).unwrap_or(u16::MAX)),
        name: spec.name.as_str().to_owned(),
        centre: Point::nearest(centre),
        radius_m: spec.radius_m,
        wall: spec.wall,
        seats: (0..spec.seats).map(seat).collect(),
    }
}

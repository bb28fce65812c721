//! Why a map can't be walked, in words for who draws it.

use torg_protocol::limits::{MAP_SIDE_M_MAX, MAP_SIDE_M_MIN};

/// Why a map can't be walked. Walls and zones are counted from 1, in the order in which they are written.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum MapError {
    /// The map is too small, too large, or its size is no number.
    #[error("the map's {side} must be {MAP_SIDE_M_MIN} to {MAP_SIDE_M_MAX} m, not {metres}")]
    Side {
        /// "width" or "height".
        side: &'static str,
        /// As written.
        metres: f32,
    },
    /// More of something than a map may have.
    #[error("the map has {have} {what}; at most {max} are allowed")]
    TooMany {
        /// What, in the plural.
        what: &'static str,
        /// How many there are.
        have: usize,
        /// How many there may be.
        max: usize,
    },
    /// A place or size that is no number.
    #[error("{what} has a place or a size that is no number")]
    NotANumber {
        /// Which table, wall or zone.
        what: String,
    },
    /// Two tables with one name.
    #[error("two tables are called \"{name}\"; each needs a name of its own")]
    DuplicateTable {
        /// The name.
        name: String,
    },
    /// A table too small to sit at.
    #[error("table \"{table}\" has a radius of {radius_m} m; at least {min_m} m are needed")]
    TableRadius {
        /// Its name.
        table: String,
        /// As written.
        radius_m: f32,
        /// The least.
        min_m: f32,
    },
    /// A table not wholly on the map.
    #[error("table \"{table}\" reaches over the edge of the map")]
    TableOffMap {
        /// Its name.
        table: String,
    },
    /// No seats, or more than any table may have.
    #[error("table \"{table}\" has {seats} seats; 1 to {max} are allowed")]
    Seats {
        /// Its name.
        table: String,
        /// As written.
        seats: u16,
        /// The most.
        max: u16,
    },
    /// More seats than there is room for.
    #[error("table \"{table}\" has {seats} seats, but with a radius of {radius_m} m only {fit} fit")]
    SeatsNeedRoom {
        /// Its name.
        table: String,
        /// As written.
        seats: u16,
        /// As written.
        radius_m: f32,
        /// How many fit.
        fit: u16,
    },
    /// Two tables on one spot.
    #[error("tables \"{one}\" and \"{other}\" overlap")]
    TablesOverlap {
        /// A name.
        one: String,
        /// The other name.
        other: String,
    },
    /// A wall not wholly on the map.
    #[error("wall {wall} reaches over the edge of the map")]
    WallOffMap {
        /// Counted from 1.
        wall: usize,
    },
    /// A wall that begins where it ends.
    #[error("wall {wall} has no length")]
    WallLength {
        /// Counted from 1.
        wall: usize,
    },
    /// A wall through a table.
    #[error("wall {wall} runs through table \"{table}\"")]
    WallThroughTable {
        /// Counted from 1.
        wall: usize,
        /// The table's name.
        table: String,
    },
    /// A zone without an area.
    #[error("zone \"{zone}\" needs a width and a height above 0")]
    ZoneSize {
        /// Its name.
        zone: String,
    },
    /// A zone not wholly on the map.
    #[error("zone \"{zone}\" reaches over the edge of the map")]
    ZoneOffMap {
        /// Its name.
        zone: String,
    },
    /// Walls and tables fill the map.
    #[error("there is no room to stand: walls and tables fill the map")]
    NoStandingRoom,
}

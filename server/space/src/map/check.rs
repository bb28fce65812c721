//! The checks of a map, in the order in which a reader would make them: sizes, then each thing, then how they meet.

use super::error::MapError;
use crate::limits::{SEAT_INSET_M, SEAT_WIDTH_M, TABLE_RADIUS_M_MIN};
use crate::motion::Capsule;
use glam::DVec2;
use torg_protocol::limits::{MAP_SIDE_M_MAX, MAP_SIDE_M_MIN, SEATS_MAX, TABLES_MAX, WALLS_MAX, ZONES_MAX};
use torg_protocol::map::{MapSpec, TableSpec, ZoneSpec};

/// A wall shorter than this is a slip of the pen, metres.
const WALL_LENGTH_M_MIN: f64 = 0.01;

/// Everything that can be said of a map before anybody stands on it.
pub(super) fn check(spec: &MapSpec) -> Result<(), MapError> {
    for (side, metres) in [("width", spec.width_m), ("height", spec.height_m)] {
        // NaN is in no range.
        if !(MAP_SIDE_M_MIN..=MAP_SIDE_M_MAX).contains(&metres) {
            return Err(MapError::Side { side, metres });
        }
    }
    let counts = [
        ("tables", spec.tables.len(), TABLES_MAX),
        ("walls", spec.walls.len(), WALLS_MAX),
        ("zones", spec.zones.len(), ZONES_MAX),
    ];
    if let Some((what, have, max)) = counts.into_iter().find(|&(_, have, max)| have > max) {
        return Err(MapError::TooMany { what, have, max });
    }
    spec.tables.iter().try_for_each(|table| check_table(spec, table))?;
    check_tables_together(&spec.tables)?;
    (1..).zip(&spec.walls).try_for_each(|(wall, ends)| check_wall(spec, wall, *ends))?;
    spec.zones.iter().try_for_each(|zone| check_zone(spec, zone))
}

fn check_table(spec: &MapSpec, table: &TableSpec) -> Result<(), MapError> {
    let name = || table.name.as_str().to_owned();
    if ![table.x, table.y, table.radius_m].into_iter().all(f32::is_finite) {
        return Err(MapError::NotANumber { what: format!("table \"{}\"", table.name) });
    }
    if table.radius_m < TABLE_RADIUS_M_MIN {
        return Err(MapError::TableRadius { table: name(), radius_m: table.radius_m, min_m: TABLE_RADIUS_M_MIN });
    }
    let span = |at: f32| [at - table.radius_m, at + table.radius_m];
    if !on_map(spec, span(table.x), span(table.y)) {
        return Err(MapError::TableOffMap { table: name() });
    }
    if !(1..=SEATS_MAX).contains(&table.seats) {
        return Err(MapError::Seats { table: name(), seats: table.seats, max: SEATS_MAX });
    }
    let fit = seats_that_fit(table.radius_m);
    if table.seats > fit {
        return Err(MapError::SeatsNeedRoom { table: name(), seats: table.seats, radius_m: table.radius_m, fit });
    }
    Ok(())
}

/// How many seats fit round a table: on the circle where they stand, neighbours are a seat's width apart.
fn seats_that_fit(radius_m: f32) -> u16 {
    let circle_m = radius_m - SEAT_INSET_M;
    let fits = |seats: &u16| 2.0 * circle_m * (std::f32::consts::PI / f32::from(*seats)).sin() >= SEAT_WIDTH_M - 1e-3;
    (2..=SEATS_MAX).take_while(fits).last().unwrap_or(1)
}

fn check_tables_together(tables: &[TableSpec]) -> Result<(), MapError> {
    for (index, one) in tables.iter().enumerate() {
        for other in &tables[..index] {
            if one.name == other.name {
                return Err(MapError::DuplicateTable { name: one.name.as_str().to_owned() });
            }
            let apart_m = f64::from(one.x - other.x).hypot(f64::from(one.y - other.y));
            if apart_m < f64::from(one.radius_m) + f64::from(other.radius_m) {
                let (one, other) = (other.name.as_str().to_owned(), one.name.as_str().to_owned());
                return Err(MapError::TablesOverlap { one, other });
            }
        }
    }
    Ok(())
}

fn check_wall(spec: &MapSpec, wall: usize, ends: [f32; 4]) -> Result<(), MapError> {
    if !ends.into_iter().all(f32::is_finite) {
        return Err(MapError::NotANumber { what: format!("wall {wall}") });
    }
    let [x1, y1, x2, y2] = ends;
    if !on_map(spec, [x1, x2], [y1, y2]) {
        return Err(MapError::WallOffMap { wall });
    }
    let (a, b) = (DVec2::new(x1.into(), y1.into()), DVec2::new(x2.into(), y2.into()));
    if a.distance(b) < WALL_LENGTH_M_MIN {
        return Err(MapError::WallLength { wall });
    }
    let line = Capsule { a, b, radius_m: 0.0 };
    let through =
        |table: &&TableSpec| line.air_m(DVec2::new(table.x.into(), table.y.into())) < f64::from(table.radius_m);
    match spec.tables.iter().find(through) {
        Some(table) => Err(MapError::WallThroughTable { wall, table: table.name.as_str().to_owned() }),
        None => Ok(()),
    }
}

fn check_zone(spec: &MapSpec, zone: &ZoneSpec) -> Result<(), MapError> {
    let name = || zone.name.as_str().to_owned();
    if ![zone.x, zone.y, zone.width_m, zone.height_m].into_iter().all(f32::is_finite) {
        return Err(MapError::NotANumber { what: format!("zone \"{}\"", zone.name) });
    }
    if zone.width_m <= 0.0 || zone.height_m <= 0.0 {
        return Err(MapError::ZoneSize { zone: name() });
    }
    let on_map = on_map(spec, [zone.x, zone.x + zone.width_m], [zone.y, zone.y + zone.height_m]);
    if on_map { Ok(()) } else { Err(MapError::ZoneOffMap { zone: name() }) }
}

/// Whether two ends lie on the map in each direction. Sums of decimal numbers may be over by a rounding.
fn on_map(spec: &MapSpec, across: [f32; 2], down: [f32; 2]) -> bool {
    const ROUNDING_M: f32 = 1e-3;
    let within =
        |ends: [f32; 2], side_m: f32| ends.into_iter().all(|end| (-ROUNDING_M..=side_m + ROUNDING_M).contains(&end));
    within(across, spec.width_m) && within(down, spec.height_m)
}

#[cfg(test)]
mod tests {
    use super::*;
    use torg_protocol::map::{TableWall, ZoneKind};
    use torg_protocol::text::Label;

    fn label(name: &str) -> Label {
        Label::parse(name).expect("a plain name")
    }

    fn table(name: &str, x: f32, y: f32) -> TableSpec {
        TableSpec { name: label(name), x, y, radius_m: 1.0, seats: 4, wall: TableWall::Open }
    }

    fn spec() -> MapSpec {
        MapSpec {
            width_m: 20.0,
            height_m: 10.0,
            hearing: Default::default(),
            walls: vec![[5.0, 0.0, 5.0, 6.0]],
            tables: vec![table("Elm", 2.0, 5.0), table("Ash", 8.0, 5.0)],
            zones: vec![ZoneSpec {
                name: label("Door"),
                kind: ZoneKind::Foyer,
                x: 10.0,
                y: 0.0,
                width_m: 3.0,
                height_m: 3.0,
            }],
        }
    }

    /// The words in which a changed map is refused.
    fn words(change: impl FnOnce(&mut MapSpec)) -> String {
        let mut spec = spec();
        assert_eq!(check(&spec), Ok(()));
        change(&mut spec);
        check(&spec).expect_err("a map that can't be walked").to_string()
    }

    #[test]
    fn sizes_and_counts() {
        assert_eq!(words(|map| map.width_m = 3.0), "the map's width must be 4 to 600 m, not 3");
        assert_eq!(words(|map| map.height_m = f32::NAN), "the map's height must be 4 to 600 m, not NaN");
        assert_eq!(words(|map| map.walls = vec![[0.0; 4]; 1_001]), "the map has 1001 walls; at most 1000 are allowed");
    }

    #[test]
    fn tables() {
        assert_eq!(words(|map| map.tables[0].x = f32::NAN), "table \"Elm\" has a place or a size that is no number");
        assert_eq!(words(|map| map.tables[0].x = 0.9), "table \"Elm\" reaches over the edge of the map");
        assert_eq!(words(|map| map.tables[0].y = f32::INFINITY), words(|map| map.tables[0].x = f32::NAN));
        assert_eq!(
            words(|map| map.tables[1].name = label("Elm")),
            "two tables are called \"Elm\"; each needs a name of its own"
        );
        assert_eq!(words(|map| map.tables[1].x = 3.9), "tables \"Elm\" and \"Ash\" overlap");
        assert_eq!(words(|map| map.tables[0].seats = 0), "table \"Elm\" has 0 seats; 1 to 60 are allowed");
        assert_eq!(words(|map| map.tables[0].seats = 61), "table \"Elm\" has 61 seats; 1 to 60 are allowed");
        assert_eq!(
            words(|map| map.tables[0].seats = 20),
            "table \"Elm\" has 20 seats, but with a radius of 1 m only 10 fit"
        );
        assert_eq!(
            words(|map| map.tables[0].radius_m = -1.0),
            "table \"Elm\" has a radius of -1 m; at least 0.5 m are needed"
        );
    }

    #[test]
    fn walls_and_zones() {
        assert_eq!(words(|map| map.walls[0][3] = 10.5), "wall 1 reaches over the edge of the map");
        assert_eq!(words(|map| map.walls[0] = [5.0; 4]), "wall 1 has no length");
        assert_eq!(words(|map| map.walls.push([1.5, 4.0, 1.5, 6.0])), "wall 2 runs through table \"Elm\"");
        assert_eq!(words(|map| map.walls[0][0] = f32::NAN), "wall 1 has a place or a size that is no number");
        assert_eq!(words(|map| map.zones[0].width_m = 0.0), "zone \"Door\" needs a width and a height above 0");
        assert_eq!(words(|map| map.zones[0].x = 18.0), "zone \"Door\" reaches over the edge of the map");
    }
}

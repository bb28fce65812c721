//! The maps of the simulation.

use torg_protocol::geometry::HearingPreset;
use torg_protocol::map::{MapSpec, TableSpec, TableWall, ZoneKind, ZoneSpec};
use torg_protocol::text::Label;
use torg_space::Map;

/// What a space gets when nobody draws a map.
pub(crate) fn square() -> Map {
    Map::default_square()
}

/// Rooms with doors, a slanting wall, a niche, narrow gaps, and tables close to walls; every other table is closed.
pub(crate) fn house() -> Map {
    let walls = vec![
        [10.0, 0.0, 10.0, 8.0],
        [10.0, 9.0, 10.0, 20.0],
        [20.0, 0.0, 20.0, 14.0],
        [20.0, 14.9, 20.0, 20.0],
        [0.0, 10.0, 4.0, 10.0],
        [5.0, 10.0, 10.0, 10.0],
        [12.0, 3.0, 18.0, 9.0],
        [12.0, 3.0, 12.0, 6.0],
        [22.5, 5.0, 27.1, 6.3],
        [27.1, 6.3, 25.0, 10.2],
        [23.0, 16.0, 29.0, 16.0],
        [23.0, 16.8, 29.0, 16.8],
        [3.33, 13.17, 6.66, 15.71],
    ];
    let tables = [
        (2.0, 2.0, 1.5, 4),
        (6.5, 6.0, 1.2, 5),
        (14.2, 16.5, 2.5, 12),
        (12.1, 12.0, 1.6, 6),
        (25.0, 3.0, 1.5, 3),
        (22.0, 12.0, 1.6, 4),
        (27.7, 12.3, 2.0, 8),
        (28.9, 1.1, 0.8, 2),
    ];
    map([30.0, 20.0], HearingPreset::Room, walls, &tables)
}

/// A hundred tables on a wide place with rows of low walls.
pub(crate) fn market() -> Map {
    let walls = (0..30).map(|row| {
        let (x, y) = (4.0 + 12.0 * (row % 10) as f32, 5.5 + 24.0 * (row / 10) as f32);
        [x, y, x + 7.0, y + (row % 3) as f32 - 1.0]
    });
    let tables: Vec<(f32, f32, f32, u16)> =
        (0..100).map(|table| (6.0 + 12.0 * (table % 10) as f32, 2.5 + 7.7 * (table / 10) as f32, 1.5, 6)).collect();
    let clear = |wall: &[f32; 4]| {
        let near = |&(x, y, radius_m, _): &(f32, f32, f32, u16)| {
            let across = x > wall[0] - radius_m - 0.1 && x < wall[2] + radius_m + 0.1;
            across && (y - wall[1]).abs().min((y - wall[3]).abs()) < radius_m + 1.1
        };
        !tables.iter().any(near)
    };
    let walls = walls.filter(clear).collect();
    map([122.0, 78.0], HearingPreset::Close, walls, &tables)
}

fn map(size_m: [f32; 2], hearing: HearingPreset, walls: Vec<[f32; 4]>, tables: &[(f32, f32, f32, u16)]) -> Map {
    let table = |(index, &(x, y, radius_m, seats)): (usize, &(f32, f32, f32, u16))| TableSpec {
        name: Label::parse(&format!("Table {index}")).expect("a plain name"),
        x,
        y,
        radius_m,
        seats,
        wall: if index % 2 == 0 { TableWall::Closed } else { TableWall::Open },
    };
    let tables = tables.iter().enumerate().map(table).collect();
    let [width_m, height_m] = size_m;
    let zone = |(name, x, y): (&str, f32, f32)| ZoneSpec {
        name: Label::parse(name).expect("a plain name"),
        kind: ZoneKind::Plain,
        x,
        y,
        width_m: width_m / 2.0,
        height_m: height_m / 2.0,
    };
    // Over closed tables and open ones.
    let zones = [("Left", 0.0, 0.0), ("Middle", width_m / 4.0, height_m / 4.0)].map(zone).into();
    Map::check(MapSpec { width_m, height_m, hearing, walls, tables, zones }).expect("a map that can be walked")
}

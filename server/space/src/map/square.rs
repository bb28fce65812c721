//! The square that a space gets when nobody draws one.

use torg_protocol::geometry::HearingPreset;
use torg_protocol::map::{MapSpec, TableSpec, TableWall, ZoneKind, ZoneSpec};
use torg_protocol::text::Label;

/// 40 x 24 m. The tables' middles are as far apart as voices carry, so that talks don't disturb each other; the
/// way from the foyer leads between them to the stage.
pub(super) fn default_square() -> MapSpec {
    MapSpec {
        width_m: 40.0,
        height_m: 24.0,
        hearing: HearingPreset::Room,
        walls: Vec::new(),
        tables: vec![
            table("Birch", 7.0, 8.5, TableWall::Open),
            table("Rowan", 20.0, 8.5, TableWall::Open),
            table("Oak", 33.0, 8.5, TableWall::Open),
            table("Pine", 7.0, 16.5, TableWall::Open),
            table("Aspen", 20.0, 16.5, TableWall::Open),
            table("Spruce", 33.0, 16.5, TableWall::Closed),
        ],
        zones: vec![
            zone("Stage", ZoneKind::Stage, [14.0, 0.5, 12.0, 4.5]),
            zone("Foyer", ZoneKind::Foyer, [13.0, 19.5, 14.0, 4.0]),
            zone("Help desk", ZoneKind::Help, [1.0, 20.0, 7.0, 3.5]),
        ],
    }
}

fn table(name: &str, x: f32, y: f32, wall: TableWall) -> TableSpec {
    TableSpec { name: label(name), x, y, radius_m: 2.0, seats: 6, wall }
}

fn zone(name: &str, kind: ZoneKind, [x, y, width_m, height_m]: [f32; 4]) -> ZoneSpec {
    ZoneSpec { name: label(name), kind, x, y, width_m, height_m }
}

fn label(name: &str) -> Label {
    Label::parse(name).expect("the names of the default square are plain words")
}

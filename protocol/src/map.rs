//! The map of a square as it is written in JSON: by who makes a space, and by the welcome of the server.
//!
//! Metres everywhere: origin top left, x to the right, y down. These are the plain written forms; the engine
//! turns a [`MapSpec`] into a checked map once, and refuses it in words when it can't be walked.

use crate::geometry::HearingPreset;
use crate::text::Label;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A whole map. Tables and zones are numbered by their place in these lists.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct MapSpec {
    /// Width, metres.
    pub width_m: f32,
    /// Height, metres.
    pub height_m: f32,
    /// How far voices carry at the start; a host may change it live.
    #[serde(default)]
    pub hearing: HearingPreset,
    /// Walls as `[x1, y1, x2, y2]`, metres. Nobody walks through; sound passes.
    #[serde(default)]
    pub walls: Vec<[f32; 4]>,
    /// Round tables.
    #[serde(default)]
    pub tables: Vec<TableSpec>,
    /// Named areas without seats.
    #[serde(default)]
    pub zones: Vec<ZoneSpec>,
}

/// A round table with seats and a wall of sound.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct TableSpec {
    /// Its name, unique on the map.
    pub name: Label,
    /// Centre, metres from the left.
    pub x: f32,
    /// Centre, metres from the top.
    pub y: f32,
    /// Radius to the rim, metres. Seats stand inside the rim.
    pub radius_m: f32,
    /// How many can sit there.
    pub seats: u16,
    /// What its wall does to sound.
    #[serde(default)]
    pub wall: TableWall,
}

/// What a table's wall of sound does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum TableWall {
    /// Muffled outside: minus 15 dB in either direction.
    #[default]
    Open,
    /// Nothing leaves or enters.
    Closed,
}

/// A named area without seats.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ZoneSpec {
    /// Its name.
    pub name: Label,
    /// What it is for.
    pub kind: ZoneKind,
    /// Left edge, metres.
    pub x: f32,
    /// Top edge, metres.
    pub y: f32,
    /// Width, metres.
    pub width_m: f32,
    /// Height, metres.
    pub height_m: f32,
}

/// What a zone is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ZoneKind {
    /// From where the square is spoken to.
    Stage,
    /// Where people arrive.
    Foyer,
    /// Where people rest.
    Quiet,
    /// Where somebody helps with sound and the rest.
    Help,
    /// Anything else.
    Plain,
}

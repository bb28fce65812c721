//! The hearing law: how loud a voice is, by distance and by the walls of tables.

use super::Point;
use crate::ids::TableId;
use crate::map::TableWall;
use crate::units::amplitude_from_db;
use serde::{Deserialize, Serialize};
use std::f32::consts::FRAC_PI_2;
use ts_rs::TS;

/// What an open table's wall takes away, in either direction, dB.
pub const OPEN_WALL_GAIN_DB: f32 = -15.0;

/// How much quieter all else is while somebody speaks over everything, dB.
pub const BROADCAST_DUCK_DB: f32 = -12.0;

/// How much quieter than somebody who speaks over everything a background sound is, dB: one that can be talked over.
pub const BACKGROUND_GAIN_DB: f32 = -15.0;

/// How much better than its wall allows a table is heard by who may listen to it in passing, dB.
pub const BUMBLEBEE_GAIN_DB: f32 = 6.0;

/// How far voices carry on a square.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum HearingPreset {
    /// Full to 1.5 m, nothing from 6 m: a crowd in small talks.
    Close,
    /// Full to 2 m, nothing from 12 m.
    #[default]
    Room,
    /// Full to 4 m, nothing from 24 m: few people on a large map.
    Hall,
}

impl HearingPreset {
    /// The law of this preset.
    #[must_use]
    pub fn law(self) -> HearingLaw {
        let (reference_m, edge_m) = match self {
            Self::Close => (1.5, 6.0),
            Self::Room => (2.0, 12.0),
            Self::Hall => (4.0, 24.0),
        };
        HearingLaw { reference_m, edge_m }
    }
}

/// Gain by distance: 1 up to `reference_m`, then the inverse distance law (6 dB a doubling), times a fade
/// `cos^2` over the last fifth before `edge_m`; 0 from there on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HearingLaw {
    /// Up to here a voice is full, metres.
    pub reference_m: f32,
    /// From here on there is nothing, metres.
    pub edge_m: f32,
}

impl HearingLaw {
    /// The factor on the amplitude, 0 to 1, for a distance in metres. Falls monotonically and without a jump.
    #[must_use]
    pub fn gain(self, distance_m: f32) -> f32 {
        if distance_m >= self.edge_m || distance_m.is_nan() {
            return 0.0;
        }
        let inverse = (self.reference_m / distance_m.max(self.reference_m)).min(1.0);
        let into_fade = ((distance_m - 0.8 * self.edge_m) / (0.2 * self.edge_m)).clamp(0.0, 1.0);
        let fade = (FRAC_PI_2 * into_fade).cos().powi(2);
        inverse * fade
    }
}

/// Where an ear or a mouth is: a place, and the table whose wall is around it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Placed {
    /// The place.
    pub at: Point,
    /// The table somebody sits at, with what its wall does.
    pub table: Option<(TableId, TableWall)>,
    /// The table that an ear listens to in passing, with its consent.
    pub listens_to: Option<TableId>,
}

/// How loud a voice is for an ear, 0 to 1, by place alone: full at one table, minus 15 dB through each open
/// wall, nothing through a closed one, and the law by distance elsewhere. An open wall takes 6 dB less from who listens to
/// its table in passing.
///
/// This is the loudness only. Whether a voice may be heard at all is the engine's to say.
#[must_use]
pub fn placed_gain(law: HearingLaw, listener: Placed, speaker: Placed) -> f32 {
    if let (Some((mine, _)), Some((theirs, _))) = (listener.table, speaker.table)
        && mine == theirs
    {
        return 1.0;
    }
    let mut gain = law.gain(listener.at.distance_m(speaker.at));
    for (_, wall) in listener.table.into_iter().chain(speaker.table) {
        gain *= match wall {
            TableWall::Open => amplitude_from_db(OPEN_WALL_GAIN_DB),
            TableWall::Closed => 0.0,
        };
    }
    let hums = listener.table.is_none() && speaker.table.is_some_and(|(table, _)| listener.listens_to == Some(table));
    if hums { gain * amplitude_from_db(BUMBLEBEE_GAIN_DB) } else { gain }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn placed(x: f64, table: Option<(u16, TableWall)>) -> Placed {
        Placed {
            at: Point::from_metres(x, 0.0).expect("on the map"),
            table: table.map(|(id, wall)| (TableId(id), wall)),
            listens_to: None,
        }
    }

    #[test]
    fn six_db_a_doubling_until_the_fade() {
        let law = HearingPreset::Room.law();
        assert_eq!(law.gain(0.0), 1.0);
        assert_eq!(law.gain(2.0), 1.0);
        assert!((law.gain(4.0) - 0.5).abs() < 1e-6);
        assert!((law.gain(8.0) - 0.25).abs() < 1e-6);
        assert_eq!(law.gain(12.0), 0.0);
        assert_eq!(law.gain(f32::NAN), 0.0);
    }

    #[test]
    fn walls_of_tables() {
        let law = HearingPreset::Room.law();
        let open = |x| placed(x, Some((1, TableWall::Open)));
        let closed = |x| placed(x, Some((2, TableWall::Closed)));
        assert_eq!(placed_gain(law, open(1.0), open(9.0)), 1.0, "one table, in full");
        assert!((placed_gain(law, open(1.0), placed(2.0, None)) - 0.1778).abs() < 1e-3);
        assert_eq!(placed_gain(law, closed(1.0), placed(1.0, None)), 0.0);
        assert_eq!(placed_gain(law, placed(1.0, None), closed(1.0)), 0.0);
        assert_eq!(placed_gain(law, closed(1.0), closed(2.0)), 1.0);
        let bumblebee = |table| Placed { listens_to: Some(TableId(table)), ..placed(2.0, None) };
        assert!((placed_gain(law, bumblebee(1), open(1.0)) - 0.3548).abs() < 1e-3, "9 dB below full");
        assert!((placed_gain(law, bumblebee(2), open(1.0)) - 0.1778).abs() < 1e-3, "another table");
        assert_eq!(placed_gain(law, bumblebee(2), closed(1.0)), 0.0, "never through a closed wall");
    }
}

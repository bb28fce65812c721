//! `gain.json`: how loud a voice is, by preset, distance and walls.

use crate::{STALE, fixture};
use serde::{Deserialize, Serialize};
use torg_protocol::geometry::{HearingPreset, Placed, Point, placed_gain};
use torg_protocol::ids::TableId;
use torg_protocol::map::TableWall;

/// Rust computes in 32 bits, browsers in 64: they differ by less than this (0.0009 dB at full level).
const TOLERANCE: f32 = 1e-4;

#[derive(Serialize, Deserialize)]
struct Golden {
    /// How far a computed gain may lie from the golden one.
    tolerance: f32,
    gains: Vec<Gain>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Gain {
    what: String,
    preset: HearingPreset,
    listener: Stand,
    speaker: Stand,
    gain: f32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Stand {
    at: Point,
    table: Option<Seated>,
    /// Which table is listened to in passing.
    listens_to: Option<TableId>,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct Seated {
    id: TableId,
    wall: TableWall,
}

impl Stand {
    fn placed(&self) -> Placed {
        Placed { at: self.at, table: self.table.map(|seated| (seated.id, seated.wall)), listens_to: self.listens_to }
    }
}

fn computed(golden: &Gain) -> f32 {
    placed_gain(golden.preset.law(), golden.listener.placed(), golden.speaker.placed())
}

fn gain(what: &str, preset: HearingPreset, distance_m: f64, listener: Option<Seated>, speaker: Option<Seated>) -> Gain {
    // A 3-4-5 direction: both coordinates take part, and whole fifths of a metre stay exact on the grid.
    let from = Point::from_metres(5.0, 3.0).expect("on the map");
    let to = Point::from_metres(5.0 + distance_m * 0.6, 3.0 + distance_m * 0.8).expect("on the map");
    let mut golden = Gain {
        what: what.into(),
        preset,
        listener: Stand { at: from, table: listener, listens_to: None },
        speaker: Stand { at: to, table: speaker, listens_to: None },
        gain: 0.0,
    };
    golden.gain = computed(&golden);
    golden
}

fn gains() -> Vec<Gain> {
    let mut gains = Vec::new();
    for preset in [HearingPreset::Close, HearingPreset::Room, HearingPreset::Hall] {
        let law = preset.law();
        let (reference, edge) = (f64::from(law.reference_m), f64::from(law.edge_m));
        let distances = [
            ("at one place", 0.0),
            ("nearer than the reference", reference / 2.0),
            ("at the reference", reference),
            ("one doubling away", reference * 2.0),
            ("where the fade begins", edge * 0.8),
            ("in the middle of the fade", edge * 0.9),
            ("almost at the edge", edge * 0.995),
            ("at the edge", edge),
            ("beyond the edge", edge + 1.0),
        ];
        gains.extend(distances.map(|(what, distance)| gain(what, preset, distance, None, None)));
    }
    let room = HearingPreset::Room;
    gains.push(gain("two doublings away", room, 8.0, None, None));
    gains.push(gain("two doublings away", HearingPreset::Hall, 16.0, None, None));
    let seated = |id, wall| Some(Seated { id: TableId(id), wall });
    let (open, closed) = (seated(0, TableWall::Open), seated(1, TableWall::Closed));
    let (other_open, other_closed) = (seated(2, TableWall::Open), seated(3, TableWall::Closed));
    gains.extend([
        gain("at one open table, in full at any distance", room, 9.0, open, open),
        gain("at one closed table, in full at any distance", room, 9.0, closed, closed),
        gain("out through an open wall", room, 2.0, None, open),
        gain("in through an open wall", room, 4.0, open, None),
        gain("through two open walls", room, 4.0, open, other_open),
        gain("out of a closed table", room, 1.0, None, closed),
        gain("into a closed table", room, 1.0, closed, None),
        gain("from one closed table to another", room, 1.0, closed, other_closed),
        gain("from an open table into a closed one", room, 1.0, closed, open),
        gain("through an open wall at the edge", room, 12.0, None, open),
    ]);
    let bumblebee = |what, distance_m, listener, speaker, table| {
        let mut golden = gain(what, room, distance_m, listener, speaker);
        golden.listener.listens_to = Some(TableId(table));
        golden.gain = computed(&golden);
        golden
    };
    gains.extend([
        bumblebee("out to who listens in passing", 2.0, None, open, 0),
        bumblebee("out to who listens in passing to another table", 2.0, None, open, 2),
        bumblebee("a voice on the square beside a table that is listened to", 4.0, None, None, 0),
        bumblebee("out of a closed table to who would listen", 1.0, None, closed, 1),
    ]);
    gains
}

#[test]
fn gains_are_golden() {
    let golden = fixture("gain.json", &Golden { tolerance: TOLERANCE, gains: gains() });
    assert_eq!(golden.tolerance, TOLERANCE, "{STALE}");
    assert_eq!(golden.gains.len(), gains().len(), "{STALE}");
    for (golden, fresh) in golden.gains.iter().zip(gains()) {
        assert_eq!(Gain { gain: 0.0, ..golden.clone() }, Gain { gain: 0.0, ..fresh.clone() }, "{STALE}");
        let now = computed(golden);
        assert!((now - golden.gain).abs() <= TOLERANCE, "{}: {now} is not {}", golden.what, golden.gain);
    }
}

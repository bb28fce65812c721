//! `motion.json`: where somebody is, as a function of time.

use crate::{STALE, fixture};
use serde::{Deserialize, Serialize};
use torg_protocol::geometry::{Point, Segment};
use torg_protocol::units::TimeMs;

/// A position may be off by this much, metres: Rust computes in 32 bits, browsers in 64.
const TOLERANCE_M: f32 = 0.001;
const DEPARTED_MS: u64 = 1_790_000_000_000;

#[derive(Serialize, Deserialize)]
struct Golden {
    /// How far a computed coordinate may lie from the golden one, metres.
    tolerance_m: f32,
    walks: Vec<Walk>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Walk {
    what: String,
    segment: Segment,
    /// When the end is reached.
    arrival: TimeMs,
    positions: Vec<Position>,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct Position {
    at: TimeMs,
    x_m: f32,
    y_m: f32,
}

fn positions(segment: &Segment, times: impl IntoIterator<Item = TimeMs>) -> Vec<Position> {
    let position = |at| {
        let place = segment.position_m(at);
        Position { at, x_m: place.x, y_m: place.y }
    };
    times.into_iter().map(position).collect()
}

fn walk(what: &str, segment: Segment) -> Walk {
    let arrival = segment.arrival();
    let departed = segment.departed.0;
    let half = departed + (arrival.0 - departed) / 2;
    let times = [departed - 1_000, departed, departed + 1, departed + 333, half, arrival.0, arrival.0 + 60_000];
    Walk { what: what.into(), positions: positions(&segment, times.map(TimeMs)), segment, arrival }
}

fn walks() -> Vec<Walk> {
    let point = |x, y| Point::from_metres(x, y).expect("on the map");
    let departed = TimeMs(DEPARTED_MS);
    let straight = |from, to| Segment::walking(from, to, departed);
    let slow = Segment { speed_mm_s: 750, ..straight(point(12.34, 5.67), point(3.21, 9.87)) };
    let held = Segment { speed_mm_s: 0, ..straight(point(1.0, 1.0), point(2.0, 2.0)) };
    let same = Segment { speed_mm_s: 3_000, ..Segment::standing(point(7.5, 2.25), departed) };
    vec![
        walk("standing", Segment::standing(point(7.5, 2.25), departed)),
        walk("east, six metres", straight(point(1.0, 2.5), point(7.0, 2.5))),
        walk("west and up, the whole of the largest map", straight(point(600.0, 600.0), point(0.0, 0.0))),
        walk("slowly and slanted", slow),
        walk("one centimetre", straight(point(4.0, 4.0), point(4.01, 4.0))),
        walk("no speed: at the end at once", held),
        walk("both ends are one", same),
    ]
}

#[test]
fn motion_is_golden() {
    let golden = fixture("motion.json", &Golden { tolerance_m: TOLERANCE_M, walks: walks() });
    assert_eq!(golden.tolerance_m, TOLERANCE_M, "{STALE}");
    assert_eq!(golden.walks.len(), walks().len(), "{STALE}");
    for (golden, fresh) in golden.walks.iter().zip(walks()) {
        assert_eq!((&golden.what, golden.segment), (&fresh.what, fresh.segment), "{STALE}");
        assert_eq!(golden.arrival, golden.segment.arrival(), "{}", golden.what);
        let now = positions(&golden.segment, golden.positions.iter().map(|position| position.at));
        assert_eq!(golden.positions.len(), fresh.positions.len(), "{STALE}");
        for (golden_position, now) in golden.positions.iter().zip(now) {
            let off_m = (now.x_m - golden_position.x_m).abs().max((now.y_m - golden_position.y_m).abs());
            assert!(off_m <= TOLERANCE_M, "{}: {now:?} is not {golden_position:?}", golden.what);
        }
    }
}

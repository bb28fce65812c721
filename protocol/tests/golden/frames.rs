//! `frames.json`: binary frames in hexadecimal, what they mean, and bytes that are no frame.

use crate::{STALE, fixture};
use serde::{Deserialize, Serialize};
use torg_protocol::frame::{Frame, decode, encode_levels, encode_motion};
use torg_protocol::geometry::{Point, Segment};
use torg_protocol::ids::ParticipantId;
use torg_protocol::units::{TimeMs, VoiceLevel};

const BASE: TimeMs = TimeMs(1_790_000_000_000);

#[derive(Serialize, Deserialize)]
struct Golden {
    frames: Vec<GoldenFrame>,
    refused: Vec<Refused>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct GoldenFrame {
    what: String,
    /// The bytes, two digits each.
    hex: String,
    #[serde(flatten)]
    records: Records,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "records", rename_all = "snake_case")]
enum Records {
    Motion(Vec<Motion>),
    Levels(Vec<Level>),
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct Motion {
    participant: ParticipantId,
    segment: Segment,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct Level {
    participant: ParticipantId,
    level: VoiceLevel,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Refused {
    why: String,
    hex: String,
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn bytes(hex: &str) -> Vec<u8> {
    let digits = hex.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).expect("ascii"));
    digits.map(|pair| u8::from_str_radix(pair, 16).expect("two hexadecimal digits")).collect()
}

fn records(frame: Frame) -> Records {
    match frame {
        Frame::Motion(segments) => Records::Motion(
            segments.into_iter().map(|(participant, segment)| Motion { participant, segment }).collect(),
        ),
        Frame::Levels(levels) => {
            Records::Levels(levels.into_iter().map(|(participant, level)| Level { participant, level }).collect())
        }
    }
}

fn golden(what: &str, written: &[Vec<u8>]) -> GoldenFrame {
    let [bytes] = written else { panic!("{what}: one frame") };
    let frame = decode(bytes).expect("what we write can be read");
    GoldenFrame { what: what.into(), hex: hex(bytes), records: records(frame) }
}

fn frames() -> Vec<GoldenFrame> {
    let point = |x, y| Point::from_metres(x, y).expect("on the map");
    let walking = |departed| Segment::walking(point(1.0, 2.5), point(7.0, 2.55), TimeMs(departed));
    let standing = Segment::standing(point(600.0, 0.0), BASE);
    let motion = |segments: &[(u32, Segment)]| {
        let segments: Vec<_> = segments.iter().map(|&(id, segment)| (ParticipantId(id), segment)).collect();
        encode_motion(BASE, &segments)
    };
    let levels = |levels: &[(u32, u8)]| {
        let level = |&(id, minus_dbov)| (ParticipantId(id), VoiceLevel::from_minus_dbov(minus_dbov));
        encode_levels(BASE, &levels.iter().map(level).collect::<Vec<_>>())
    };
    vec![
        golden("one walks, departed at the tick", &motion(&[(1, walking(BASE.0))])),
        golden(
            "two walk and one stands; departures before and after the tick",
            &motion(&[(7, walking(BASE.0 - 120)), (70_000, walking(BASE.0 + 50)), (u32::MAX, standing)]),
        ),
        golden(
            "the farthest departures that 16 bits can say",
            &motion(&[(1, walking(BASE.0 - 32_768)), (2, walking(BASE.0 + 32_767))]),
        ),
        golden(
            "an older departure: the start has moved along",
            &motion(&[(1, Segment { speed_mm_s: 100, ..walking(BASE.0 - 40_000) })]),
        ),
        golden("voices: loud, middling, silent", &levels(&[(1, 0), (70_000, 43), (u32::MAX, 127)])),
    ]
}

fn refused() -> Vec<Refused> {
    let motion = bytes(&frames()[0].hex);
    let refused = |why: &str, bytes: &[u8]| Refused { why: why.into(), hex: hex(bytes) };
    let mut unknown = motion.clone();
    unknown[0] = 9;
    let mut promises_two = motion.clone();
    promises_two[2] = 2;
    let mut promises_none = motion.clone();
    promises_none[2] = 0;
    let too_long = [motion.as_slice(), &[0]].concat();
    vec![
        refused("nothing at all", &[]),
        refused("a header cut short", &motion[..11]),
        refused("a record cut short", &motion[..motion.len() - 1]),
        refused("a byte too many", &too_long),
        refused("a kind nobody knows", &unknown),
        refused("two records promised, one there", &promises_two),
        refused("no record promised, one there", &promises_none),
    ]
}

#[test]
fn frames_are_golden() {
    let golden = fixture("frames.json", &Golden { frames: frames(), refused: refused() });
    assert_eq!(golden.frames, frames(), "{STALE}");
    assert_eq!(golden.refused, refused(), "{STALE}");
    for golden in golden.frames {
        assert_eq!(decode(&bytes(&golden.hex)).map(records), Ok(golden.records), "{}", golden.what);
    }
}

#[test]
fn bytes_that_are_no_frame_are_refused() {
    for Refused { why, hex } in refused() {
        assert!(decode(&bytes(&hex)).is_err(), "{why}: {hex}");
    }
}

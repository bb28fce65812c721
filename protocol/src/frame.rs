//! Binary frames of the websocket: motion and voice levels, in fixed little-endian records.
//!
//! ```text
//! header, 12 bytes:  kind u8 | 0 u8 | count u16 | base time u64 (ms since the Unix epoch)
//! kind 1, motion, 16 bytes a record:
//!     participant u32 | from x, y u16 u16 | to x, y u16 u16 (cm) | departed i16 (ms after base) | speed u16 (mm/s)
//! kind 2, voice levels, 8 bytes a record:
//!     participant u32 | level u8 (RFC 6464, -dBov) | 0 0 0
//! ```
//! A segment takes both ends, its departure and its speed, so a record is 16 bytes; who stands or walks
//! straight sends none.

use crate::geometry::{Point, Segment};
use crate::ids::ParticipantId;
use crate::limits::FRAME_RECORDS_MAX;
use crate::units::{TimeMs, VoiceLevel};

const KIND_MOTION: u8 = 1;
const KIND_LEVELS: u8 = 2;
const HEADER_BYTES: usize = 12;
const MOTION_BYTES: usize = 16;
const LEVEL_BYTES: usize = 8;

/// A binary frame, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Frame {
    /// New segments of motion.
    Motion(Vec<(ParticipantId, Segment)>),
    /// Voice levels that changed.
    Levels(Vec<(ParticipantId, VoiceLevel)>),
}

/// Why bytes are no frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// Shorter or longer than its header says.
    #[error("the frame has {have} bytes where its header says {want}")]
    Length {
        /// Bytes that came.
        have: usize,
        /// Bytes that the header promises, or the header's own length.
        want: usize,
    },
    /// A kind we don't know.
    #[error("unknown kind of frame {0}")]
    Kind(u8),
}

/// Writes new segments as frames of at most 4,000 records; no segments make no frame.
///
/// `base` is the time of the tick; a departure farther than 32 s from it is written at that distance, with the
/// start moved along the segment so that the position stays right.
#[must_use]
pub fn encode_motion(base: TimeMs, segments: &[(ParticipantId, Segment)]) -> Vec<Vec<u8>> {
    let write = |chunk: &[(ParticipantId, Segment)]| {
        let mut bytes = header(KIND_MOTION, chunk.len(), MOTION_BYTES, base);
        for &(participant, segment) in chunk {
            let (segment, offset_ms) = near(segment, base);
            bytes.extend(participant.0.to_le_bytes());
            for point in [segment.from, segment.to] {
                let (x_cm, y_cm) = point.centimetres();
                bytes.extend(x_cm.to_le_bytes());
                bytes.extend(y_cm.to_le_bytes());
            }
            bytes.extend(offset_ms.to_le_bytes());
            bytes.extend(segment.speed_mm_s.to_le_bytes());
        }
        bytes
    };
    segments.chunks(FRAME_RECORDS_MAX).map(write).collect()
}

/// Writes voice levels as frames of at most 4,000 records.
#[must_use]
pub fn encode_levels(base: TimeMs, levels: &[(ParticipantId, VoiceLevel)]) -> Vec<Vec<u8>> {
    let write = |chunk: &[(ParticipantId, VoiceLevel)]| {
        let mut bytes = header(KIND_LEVELS, chunk.len(), LEVEL_BYTES, base);
        for &(participant, level) in chunk {
            bytes.extend(participant.0.to_le_bytes());
            bytes.extend([level.minus_dbov(), 0, 0, 0]);
        }
        bytes
    };
    levels.chunks(FRAME_RECORDS_MAX).map(write).collect()
}

/// Reads a binary frame.
///
/// # Errors
/// [`FrameError`] for a frame that is cut short, too long, or of another kind. Never panics.
pub fn decode(bytes: &[u8]) -> Result<Frame, FrameError> {
    let Some((head, body)) = bytes.split_at_checked(HEADER_BYTES) else {
        return Err(FrameError::Length { have: bytes.len(), want: HEADER_BYTES });
    };
    let kind = head[0];
    let count = usize::from(u16::from_le_bytes([head[2], head[3]]));
    let base = TimeMs(u64::from_le_bytes(array(&head[4..])));
    let record_bytes = match kind {
        KIND_MOTION => MOTION_BYTES,
        KIND_LEVELS => LEVEL_BYTES,
        other => return Err(FrameError::Kind(other)),
    };
    if body.len() != count * record_bytes {
        return Err(FrameError::Length { have: bytes.len(), want: HEADER_BYTES + count * record_bytes });
    }
    let records = body.chunks_exact(record_bytes);
    Ok(if kind == KIND_MOTION {
        Frame::Motion(records.map(|record| read_motion(record, base)).collect())
    } else {
        let level = |record: &[u8]| (participant(record), VoiceLevel::from_minus_dbov(record[4]));
        Frame::Levels(records.map(level).collect())
    })
}

fn header(kind: u8, count: usize, record_bytes: usize, base: TimeMs) -> Vec<u8> {
    let count = u16::try_from(count).expect("chunks are at most FRAME_RECORDS_MAX long");
    let mut bytes = Vec::with_capacity(HEADER_BYTES + usize::from(count) * record_bytes);
    bytes.extend([kind, 0]);
    bytes.extend(count.to_le_bytes());
    bytes.extend(base.0.to_le_bytes());
    bytes
}

/// The segment with a departure that 16 bits of milliseconds can say, and that offset.
fn near(segment: Segment, base: TimeMs) -> (Segment, i16) {
    let offset_ms = segment.departed.0 as i64 - base.0 as i64;
    if let Ok(offset_ms) = i16::try_from(offset_ms) {
        return (segment, offset_ms);
    }
    if offset_ms > 0 {
        return (segment, i16::MAX);
    }
    let from = Point::nearest(segment.position_m(base));
    (Segment { from, departed: base, ..segment }, 0)
}

fn read_motion(record: &[u8], base: TimeMs) -> (ParticipantId, Segment) {
    let number = |at: usize| u16::from_le_bytes([record[at], record[at + 1]]);
    let offset_ms = i64::from(number(12) as i16);
    let segment = Segment {
        from: Point::from_centimetres(number(4), number(6)),
        to: Point::from_centimetres(number(8), number(10)),
        departed: TimeMs(base.0.saturating_add_signed(offset_ms)),
        speed_mm_s: number(14),
    };
    (participant(record), segment)
}

fn participant(record: &[u8]) -> ParticipantId {
    ParticipantId(u32::from_le_bytes([record[0], record[1], record[2], record[3]]))
}

fn array(bytes: &[u8]) -> [u8; 8] {
    bytes.try_into().expect("the header's last eight bytes")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segment(departed: u64) -> Segment {
        let from = Point::from_centimetres(100, 250);
        Segment::walking(from, Point::from_centimetres(700, 250), TimeMs(departed))
    }

    #[test]
    fn motion_comes_back_as_it_went() {
        let sent = vec![(ParticipantId(7), segment(1_000_120)), (ParticipantId(70_000), segment(999_999))];
        let frames = encode_motion(TimeMs(1_000_100), &sent);
        assert_eq!(decode(&frames[0]), Ok(Frame::Motion(sent)));
    }

    #[test]
    fn an_old_departure_keeps_the_position() {
        let long_ago = segment(1_000);
        let base = TimeMs(90_000);
        let frames = encode_motion(base, &[(ParticipantId(1), long_ago)]);
        let Ok(Frame::Motion(read)) = decode(&frames[0]) else { panic!("a motion frame") };
        assert!(read[0].1.position_m(base).distance(long_ago.position_m(base)) < 0.01);
    }

    #[test]
    fn thousands_are_split_and_none_make_none() {
        let many = vec![(ParticipantId(1), segment(5)); 9_000];
        assert_eq!(encode_motion(TimeMs(5), &many).len(), 3);
        assert!(encode_motion(TimeMs(5), &[]).is_empty());
    }

    #[test]
    fn garbage_is_an_error() {
        assert!(decode(&[]).is_err());
        assert!(decode(&[1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9]).is_err());
        assert_eq!(decode(&[9; 12]), Err(FrameError::Kind(9)));
    }
}

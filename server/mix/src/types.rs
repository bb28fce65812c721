//! What the mixer speaks of: samples, time, packets, refusals.

use torg_protocol::ids::ParticipantId;

/// Samples a second of everything in here; also the clock of RTP timestamps (RFC 7587, section 4.1).
pub const SAMPLE_RATE_HZ: u32 = 48_000;

/// Samples of one channel in one frame: 20 ms.
pub const FRAME_SAMPLES: usize = 960;

/// Samples of one stereo frame, left and right in turn.
pub const STEREO_SAMPLES: usize = 2 * FRAME_SAMPLES;

/// Microseconds on a clock that never runs backwards, from any beginning. The caller reads it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MixTime(pub u64);

impl MixTime {
    /// The time in samples, which all of the mixer reckons in.
    pub(crate) fn samples(self) -> i64 {
        // 48 samples a millisecond. Whole samples are exact enough: 21 us.
        i64::try_from(u128::from(self.0) * 6 / 125).unwrap_or(i64::MAX / 4)
    }
}

/// A packet of a speaker's voice, as RTP brought it (RFC 7587).
#[derive(Clone, Copy, Debug)]
pub struct Packet<'a> {
    /// Whose voice.
    pub speaker: ParticipantId,
    /// Which peer connection and track: another number is another decoder, numbering and clock.
    pub stream: u64,
    /// The RTP sequence number.
    pub sequence: u16,
    /// The RTP timestamp, in samples at 48 kHz.
    pub timestamp: u32,
    /// The Opus packet.
    pub payload: &'a [u8],
}

/// Why a packet is not taken in. The sound goes on without it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Refused {
    /// The payload breaks the rules of RFC 6716, section 3, or is empty.
    #[error("not an Opus packet")]
    Malformed,
    /// Longer than any packet we take.
    #[error("the packet is too long")]
    TooLong,
    /// More sound comes than time passes: a flood.
    #[error("the source sends faster than time passes")]
    TooFast,
    /// Its moment has passed.
    #[error("the packet came too late")]
    Late,
    /// It is here already.
    #[error("the packet came twice")]
    Twice,
    /// An old sequence number with a timestamp that doesn't fit it.
    #[error("sequence number and timestamp disagree")]
    Confused,
}

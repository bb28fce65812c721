//! What a source counts.

use super::Pulled;
use crate::types::Refused;
use std::ops::AddAssign;

/// Counts since a source began, and how long packets wait now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SourceFigures {
    /// Packets taken in.
    pub packets: u64,
    /// Packets refused because they break the format's rules.
    pub malformed: u64,
    /// Packets refused because more came than time passes.
    pub flooded: u64,
    /// Packets that came after their moment.
    pub late: u64,
    /// Packets that came twice, or whose numbers disagree.
    pub odd: u64,
    /// Packets pushed out of a full ring by newer ones.
    pub displaced: u64,
    /// Times that sequence numbers or timestamps didn't follow from the ones before.
    pub jumped: u64,
    /// Times that another stream took over.
    pub streams: u64,
    /// Packets decoded.
    pub decoded: u64,
    /// Packets rebuilt from the next one (in-band FEC).
    pub recovered: u64,
    /// Packets that the decoder refused, or that decoded to garbage.
    pub garbage: u64,
    /// Panics of the decoder.
    pub panics: u64,
    /// Samples made up.
    pub concealed_samples: u64,
    /// Samples put in to let packets wait longer.
    pub put_in_samples: u64,
    /// Samples taken out to let packets wait less.
    pub taken_out_samples: u64,
    /// Times that waiting sound was skipped because too much of it waited.
    pub skipped: u64,
    /// Frames pulled as the speaker sent them, made up, and silent.
    pub frames: [u64; 3],
    /// Time from when the decoded packets came to when their sound began, summed, in microseconds.
    pub waited_us: u64,
    /// How late packets come now, in milliseconds.
    pub jitter_ms: u64,
    /// How long a punctual packet is to wait now before it must be there, in milliseconds.
    pub wait_ms: u64,
}

/// Sums what is counted; of the two waits the longer stays.
impl AddAssign for SourceFigures {
    fn add_assign(&mut self, other: Self) {
        self.packets += other.packets;
        self.malformed += other.malformed;
        self.flooded += other.flooded;
        self.late += other.late;
        self.odd += other.odd;
        self.displaced += other.displaced;
        self.jumped += other.jumped;
        self.streams += other.streams;
        self.decoded += other.decoded;
        self.recovered += other.recovered;
        self.garbage += other.garbage;
        self.panics += other.panics;
        self.concealed_samples += other.concealed_samples;
        self.put_in_samples += other.put_in_samples;
        self.taken_out_samples += other.taken_out_samples;
        self.skipped += other.skipped;
        self.frames.iter_mut().zip(other.frames).for_each(|(sum, more)| *sum += more);
        self.waited_us += other.waited_us;
        self.jitter_ms = self.jitter_ms.max(other.jitter_ms);
        self.wait_ms = self.wait_ms.max(other.wait_ms);
    }
}

impl SourceFigures {
    pub(super) fn count(&mut self, taken: Result<(), Refused>) {
        let counter = match taken {
            Ok(()) => &mut self.packets,
            Err(Refused::Malformed | Refused::TooLong) => &mut self.malformed,
            Err(Refused::TooFast) => &mut self.flooded,
            Err(Refused::Late) => &mut self.late,
            Err(Refused::Twice | Refused::Confused) => &mut self.odd,
        };
        *counter += 1;
    }

    /// How long the packets waited that were decoded since an earlier look, on the mean, in microseconds. Nothing when
    /// none was.
    pub(crate) fn waited_since(&self, earlier: &Self) -> Option<u64> {
        let decoded = self.decoded.saturating_sub(earlier.decoded);
        self.waited_us.saturating_sub(earlier.waited_us).checked_div(decoded)
    }

    pub(super) fn pulled(&mut self, pulled: Pulled) {
        self.frames[pulled as usize] += 1;
    }
}

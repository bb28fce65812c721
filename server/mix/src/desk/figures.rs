//! What a desk tells of its work.

use super::Desk;
use crate::bed::BedSound;
use crate::bus::BusFigures;
use crate::output::Output;
use crate::source::SourceFigures;

/// What a desk holds now, and what it has done since it was made.
#[derive(Clone, Copy, Debug, Default)]
pub struct Figures {
    /// Speakers who have a decoder now.
    pub decoders: usize,
    /// Voices that were heard in the last frame.
    pub sounding: usize,
    /// Beds that somebody hears now.
    pub beds: usize,
    /// Streams that made a packet in the last frame.
    pub streams: usize,
    /// What became of the packets of speakers, of all together.
    pub sources: SourceFigures,
    /// Packets of speakers who are in no mix.
    pub passed_over: u64,
    /// Packets made, and their bytes.
    pub encoded: u64,
    /// See `encoded`.
    pub encoded_bytes: u64,
    /// Frames in which a limiter held something down.
    pub limited: u64,
    /// Frames that an encoder refused.
    pub failed: u64,
    /// Panics that were caught; each cost one voice, bed or stream its state.
    pub panics: u64,
}

/// What streams and beds did that are gone.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Gone {
    bus: BusFigures,
    panics: u64,
}

impl Gone {
    pub(super) fn take(&mut self, output: &Output) {
        self.bus.add(output.bus.figures());
        self.panics += output.panics();
    }

    pub(super) fn take_bed(&mut self, bed: &BedSound) {
        self.panics += bed.panics();
    }
}

impl Desk {
    /// What it holds and has done.
    #[must_use]
    pub fn figures(&self) -> Figures {
        let mut gone = self.gone;
        self.outputs.iter().for_each(|output| gone.take(output));
        self.beds.iter().for_each(|bed| gone.take_bed(bed));
        let BusFigures { encoded, encoded_bytes, limited, failed } = gone.bus;
        Figures {
            decoders: self.voices.decoders(),
            sounding: self.voices.sounding(),
            beds: self.beds.len(),
            streams: self.made().count(),
            sources: self.voices.figures(),
            passed_over: self.voices.passed_over(),
            encoded,
            encoded_bytes,
            limited,
            failed,
            panics: gone.panics + self.voices.panics(),
        }
    }
}

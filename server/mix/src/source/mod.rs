//! One speaker's way from packets to frames of 20 ms.
//!
//! Packets wait in a ring until a pull needs their sound. How long is steered by how late packets come (`jitter`): a
//! voice begins when its first packet has waited long enough, and while it sounds, pieces are put in or taken out where
//! that isn't heard (`stretch`), which also makes up for clocks that drift. What is missing is rebuilt from the next
//! packet, or made up and faded out.
//!
//! Reckoned are, all in samples: the speaker's clock (where a packet's sound begins), ours, and the offset between them
//! for a packet that came punctually. Sound that is due at one offset more than a wait is never late but for jitter.
//!
//! Nothing bursts: garbage is muted, and a voice that is much louder than it was of late comes up in 0.1 s (`garbage`).
//!
//! The comfort of DTX is silence: the square has its own murmur, and made-up noise of fifty pauses would be heard in it.

mod figures;
mod garbage;
mod jitter;
mod numbering;
mod play;
mod ring;
mod shape;
mod sound;
mod steer;
mod stretch;

pub use figures::SourceFigures;

use crate::limits::{PAYLOAD_BYTES_MAX, SILENT_PEAK};
use crate::types::{FRAME_SAMPLES, MixTime, Packet, Refused};
use jitter::Jitter;
use numbering::{Gate, Numbering};
use play::Play;
use ring::Ring;
use shape::Shape;

/// What a pull brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Pulled {
    /// Sound as the speaker sent it.
    Voice,
    /// Sound that is made up, in part or all.
    Concealed,
    /// Nothing: the frame is all zeros, and there is nothing to mix.
    Silent,
}

/// One speaker.
#[derive(Debug)]
pub struct Source {
    stream: Option<u64>,
    gate: Gate,
    numbering: Numbering,
    jitter: Jitter,
    ring: Ring,
    play: Play,
    figures: SourceFigures,
}

impl Default for Source {
    fn default() -> Self {
        Self::new()
    }
}

impl Source {
    /// A speaker who has said nothing.
    pub fn new() -> Self {
        Self {
            stream: None,
            gate: Gate::default(),
            numbering: Numbering::default(),
            jitter: Jitter::new(),
            ring: Ring::new(),
            play: Play::new(),
            figures: SourceFigures::default(),
        }
    }

    /// Takes a packet in. Its speaker isn't looked at.
    ///
    /// # Errors
    /// When the packet can't be of use; the sound goes on without it, and it is counted.
    pub fn push(&mut self, packet: &Packet<'_>, now: MixTime) -> Result<(), Refused> {
        let taken = self.take_in(packet, now.samples());
        self.figures.count(taken);
        taken
    }

    /// The next 20 ms. To be called every 20 ms, now and then later; `now` is when it is called.
    pub fn pull(&mut self, now: MixTime, frame: &mut [f32; FRAME_SAMPLES]) -> Pulled {
        let now = now.samples();
        self.play.begin(&mut self.ring, &self.jitter, now);
        let pulled = if self.play.is_sounding() { self.sound(now, frame) } else { Pulled::Silent };
        if pulled == Pulled::Silent {
            frame.fill(0.0);
        }
        self.figures.pulled(pulled);
        pulled
    }

    /// Whether nothing sounds and nothing waits.
    pub fn is_idle(&self) -> bool {
        !self.play.is_sounding() && self.ring.is_empty()
    }

    /// What was counted since the beginning.
    pub fn figures(&self) -> SourceFigures {
        let wait_ms = (self.jitter.late() / 48, self.play.wait_now() / 48);
        SourceFigures { jitter_ms: wait_ms.0.unsigned_abs(), wait_ms: wait_ms.1.unsigned_abs(), ..self.figures }
    }

    fn take_in(&mut self, packet: &Packet<'_>, now: i64) -> Result<(), Refused> {
        if packet.payload.len() > PAYLOAD_BYTES_MAX {
            return Err(Refused::TooLong);
        }
        let shape = Shape::read(packet.payload);
        // What is no packet costs as much as one.
        if !self.gate.admits(shape.map_or(FRAME_SAMPLES, |shape| shape.samples) as i64, now) {
            return Err(Refused::TooFast);
        }
        let shape = shape.ok_or(Refused::Malformed)?;
        if self.stream != Some(packet.stream) {
            self.change_stream(packet.stream);
        }
        let placed = self.numbering.place(packet, shape, now)?;
        self.figures.jumped += u64::from(placed.jumped);
        // A late packet tells of jitter too.
        self.jitter.came(placed.start, shape.samples, now);
        if self.play.is_past(placed.sequence) {
            return Err(Refused::Late);
        }
        let displaced = self.ring.insert(placed.sequence, placed.start, now, shape, packet.payload)?;
        self.figures.displaced += u64::from(displaced);
        Ok(())
    }

    fn change_stream(&mut self, stream: u64) {
        if self.stream.is_some() {
            self.figures.streams += 1;
        }
        self.stream = Some(stream);
        self.numbering = Numbering::default();
        self.jitter.clear();
        self.ring.clear();
        self.play.forget();
    }

    fn sound(&mut self, now: i64, frame: &mut [f32; FRAME_SAMPLES]) -> Pulled {
        let made_up = self.play.fill(&mut self.ring, &mut self.jitter, now, &mut self.figures);
        self.play.steer(&mut self.ring, &self.jitter, now, &mut self.figures);
        self.play.take(frame, &mut self.figures);
        if frame.iter().all(|sample| sample.abs() < SILENT_PEAK) {
            Pulled::Silent
        } else if made_up {
            Pulled::Concealed
        } else {
            Pulled::Voice
        }
    }
}

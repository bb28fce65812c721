//! What is counted about one voice, or about the bed.

use crate::sound::FRAME_MS;
use crate::sound::ear::Power;
use crate::sound::level::{AUDIBLE_DBFS, dbfs};
use std::time::Duration;

/// Everything counted about one voice, or about the bed's stream, since the guest came in. The difference of two is what happened between.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct VoiceTally {
    /// Its packets.
    pub packets: u64,
    /// Frames of 20 ms in which it gave more than -60 dBFS.
    pub audible_frames: u64,
    /// Mean squares of those frames, both ears, summed.
    audible_power: f64,
    /// Mean squares of all frames, summed, left and right.
    power: (f64, f64),
}

impl VoiceTally {
    /// A frame in which this voice was mixed.
    pub(super) fn heard(&mut self, heard: Power) {
        self.power.0 += heard.left;
        self.power.1 += heard.right;
        let power = heard.left + heard.right;
        if dbfs(power) > AUDIBLE_DBFS {
            self.audible_frames += 1;
            self.audible_power += power;
        }
    }

    /// What came on top of an earlier tally.
    #[must_use]
    pub(crate) fn since(self, earlier: Self) -> Self {
        Self {
            packets: self.packets - earlier.packets,
            audible_frames: self.audible_frames - earlier.audible_frames,
            audible_power: self.audible_power - earlier.audible_power,
            power: (self.power.0 - earlier.power.0, self.power.1 - earlier.power.1),
        }
    }

    /// Seconds above -60 dBFS.
    #[must_use]
    pub fn audible_s(&self) -> f64 {
        (self.audible_frames * FRAME_MS) as f64 / 1e3
    }

    /// The level over the audible seconds, both ears together.
    #[must_use]
    pub fn audible_dbfs(&self) -> f32 {
        dbfs(self.audible_power / self.audible_frames.max(1) as f64)
    }

    /// The level of the left and of the right ear over a time, its silence included.
    #[must_use]
    pub fn ears_dbfs(&self, over: Duration) -> (f32, f32) {
        let frames = (over.as_secs_f64() * 1e3 / FRAME_MS as f64).max(1.0);
        (dbfs(self.power.0 / frames), dbfs(self.power.1 / frames))
    }
}

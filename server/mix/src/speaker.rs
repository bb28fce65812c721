//! One speaker: from packets to a voice that mixes can take.

use crate::even::Even;
use crate::limits::{KNOWN_FRAMES, LEAVING_FRAMES, LEVEL_SHARE, MUFFLED_FRAMES};
use crate::source::{Pulled, Source, SourceFigures};
use crate::voice::Voice;
use crate::{FRAME_SAMPLES, MixTime, Packet, Refused, kernel};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What stands behind a voice. Only who sends has a decoder.
#[derive(Default)]
pub(crate) struct Speaker {
    /// The plan that wanted the voice last.
    stamp: u64,
    /// Frames since no plan wants it.
    unwanted_frames: u64,
    /// The plan in which somebody heard it muffled last.
    muffled_stamp: u64,
    /// Frames for which the muffled shades are made yet.
    muffled_frames: u8,
    source: Option<Box<Source>>,
    /// There was sound in the last frame, and more than the rest of it.
    sounded: bool,
    /// When the packet came that is heard in the last frame for the first time.
    came: Option<MixTime>,
    even: Even,
    panics: u64,
    /// What sources did that this speaker had before.
    past: SourceFigures,
    /// It fails at the next pull.
    #[cfg(test)]
    pub(crate) fails: bool,
}

impl Speaker {
    /// The plan with this stamp wants the voice.
    pub(crate) fn want(&mut self, stamp: u64, muffled: bool) {
        self.stamp = stamp;
        self.unwanted_frames = 0;
        if muffled {
            self.muffled_stamp = stamp;
        }
    }

    pub(crate) fn is_wanted(&self, stamp: u64) -> bool {
        self.stamp == stamp
    }

    /// Whether nobody has wanted the voice for so long that nothing need be known of it.
    pub(crate) fn is_forgotten(&self) -> bool {
        self.unwanted_frames > KNOWN_FRAMES
    }

    /// Takes a packet in. After a fault the next packet begins anew.
    pub(crate) fn push(&mut self, packet: &Packet<'_>, now: MixTime) -> Result<(), Refused> {
        let source = self.source.get_or_insert_with(|| Box::new(Source::new()));
        let done = catch_unwind(AssertUnwindSafe(|| source.push(packet, now)));
        done.unwrap_or_else(|_| {
            self.panics += 1;
            self.drop_source();
            Err(Refused::Malformed)
        })
    }

    /// Makes the next 20 ms of the voice.
    pub(crate) fn pull(&mut self, voice: &mut Voice, now: MixTime, stamp: u64, evens: bool) {
        if !self.is_wanted(stamp) {
            self.unwanted_frames += 1;
            if self.unwanted_frames > u64::from(LEAVING_FRAMES) {
                // By now it has faded out of every mix. Its decoder and all that waits for it go.
                self.drop_source();
                voice.hush();
                return;
            }
        }
        let wants_muffled = self.muffled_stamp == stamp;
        self.muffled_frames = if wants_muffled { MUFFLED_FRAMES } else { self.muffled_frames.saturating_sub(1) };
        if self.source.is_none() {
            voice.hush();
            return;
        }
        let done = catch_unwind(AssertUnwindSafe(|| self.sound(voice, now, evens)));
        if done.is_err() {
            // The state of the source may be torn.
            self.panics += 1;
            self.drop_source();
            voice.hush();
        }
    }

    fn sound(&mut self, voice: &mut Voice, now: MixTime, evens: bool) {
        #[cfg(test)]
        assert!(!std::mem::take(&mut self.fails), "as the test wants it");
        let Some(source) = &mut self.source else { return };
        let mut sound = [0.0; FRAME_SAMPLES];
        let decoded = source.figures();
        let pulled = source.pull(now, &mut sound);
        let waited_us = source.figures().waited_since(&decoded);
        self.came = waited_us.map(|waited_us| MixTime(now.0.saturating_sub(waited_us)));
        let sounded = std::mem::replace(&mut self.sounded, pulled != Pulled::Silent);
        let muffles = self.muffled_frames > 0;
        if pulled == Pulled::Silent {
            self.even.rest();
            if sounded {
                // What the later ear and the filters still hold of the last frame.
                voice.say(&sound, muffles, 0.0);
            } else {
                voice.rest();
            }
            return;
        }
        if evens {
            self.even.run(&mut sound, pulled == Pulled::Voice);
        }
        let newest = kernel::power(&sound).sqrt();
        voice.say(&sound, muffles, voice.level() + LEVEL_SHARE * (newest - voice.level()));
    }

    fn drop_source(&mut self) {
        if let Some(source) = self.source.take() {
            self.past += source.figures();
        }
        self.sounded = false;
        self.came = None;
    }

    /// When the packet came that is heard in the last frame for the first time, if there is one.
    pub(crate) fn came(&self) -> Option<MixTime> {
        self.came.filter(|_| self.sounded)
    }

    pub(crate) fn has_source(&self) -> bool {
        self.source.is_some()
    }

    pub(crate) fn panics(&self) -> u64 {
        self.panics
    }

    pub(crate) fn figures(&self) -> SourceFigures {
        let mut figures = self.past;
        if let Some(source) = &self.source {
            figures += source.figures();
        }
        figures
    }
}

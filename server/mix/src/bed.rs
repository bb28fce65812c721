//! A bed: the murmur of one place, mixed once, however many stand there.

use crate::FRAME_SAMPLES;
use crate::blend::Blend;
use crate::kernel::Frame;
use crate::limits::HANDOVER_FRAMES;
use crate::voice::{Chorus, Voices};
use std::panic::{AssertUnwindSafe, catch_unwind};
use torg_space::BedId;

/// The sound of one place.
pub(crate) struct BedSound {
    pub(crate) id: BedId,
    pub(crate) blend: Blend,
    /// The plan that named it last.
    pub(crate) stamp: u64,
    /// Frames since no plan names it.
    pub(crate) unnamed_frames: u64,
    /// The newest 20 ms, left and right, before any limiter.
    sum: Box<[Frame; 2]>,
    sounds: bool,
    panics: u64,
}

impl BedSound {
    pub(crate) fn new(id: BedId) -> Self {
        let sum = Box::new([[0.0; FRAME_SAMPLES]; 2]);
        Self { id, blend: Blend::default(), stamp: 0, unnamed_frames: 0, sum, sounds: false, panics: 0 }
    }

    /// A plan that doesn't name it, or a frame under one. For a moment it goes on as it was, for who is on the way from it
    /// to another; then all who are in it leave.
    pub(crate) fn let_go(&mut self, stamp: u64, voices: &mut Voices) {
        if self.is_leaving() {
            self.blend.plan(&[], None, stamp, voices);
        }
    }

    /// Whether it fades out since no plan names it.
    pub(crate) fn is_leaving(&self) -> bool {
        self.unnamed_frames > HANDOVER_FRAMES
    }

    /// Mixes the next 20 ms. A fault in here costs this bed the frame.
    pub(crate) fn mix(&mut self, voices: Chorus<'_>, most: usize) {
        if self.sounds {
            *self.sum = [[0.0; FRAME_SAMPLES]; 2];
        }
        let Self { blend, sum, .. } = self;
        let done = catch_unwind(AssertUnwindSafe(|| blend.add(voices, most, sum)));
        self.panics += u64::from(done.is_err());
        self.sounds = done.unwrap_or(false);
    }

    pub(crate) fn panics(&self) -> u64 {
        self.panics
    }

    /// The newest 20 ms, when anybody is heard in them.
    pub(crate) fn sound(&self) -> Option<&[Frame; 2]> {
        self.sounds.then_some(&*self.sum)
    }
}

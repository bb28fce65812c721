//! An output: a bed's own stream, or everything that one listener hears.

use crate::FRAME_SAMPLES;
use crate::bed::BedSound;
use crate::blend::Blend;
use crate::bus::Bus;
use crate::desk::{Effort, To};
use crate::kernel::{self, Frame};
use crate::limits::{HANDOVER_FRAMES, LEAVING_FRAMES};
use crate::place::slewed;
use crate::voice::Chorus;
use std::panic::{AssertUnwindSafe, catch_unwind};
use torg_space::BedId;

/// One stream that the desk makes.
pub(crate) struct Output {
    pub(crate) to: To,
    /// The plan that named it last.
    pub(crate) stamp: u64,
    /// Frames since no plan names it.
    pub(crate) unnamed_frames: u64,
    /// Who is placed for this listener alone; nobody in a bed's own stream.
    pub(crate) near: Blend,
    /// The beds that are heard in it: one, and for a moment the one before.
    pub(crate) murmurs: Vec<Murmur>,
    pub(crate) bus: Bus,
    panics: u64,
    /// It fails at the next frame.
    #[cfg(test)]
    pub(crate) fails: bool,
}

/// A bed in an output.
pub(crate) struct Murmur {
    pub(crate) bed: BedId,
    /// Where the bed is among all; none when it is gone.
    pub(crate) index: Option<usize>,
    /// Where the gain goes to; none when the bed leaves.
    pub(crate) goal: Option<f32>,
    gain: f32,
    /// How far it is faded in, 0 to 1.
    share: f32,
}

impl Murmur {
    pub(crate) fn new(bed: BedId, goal: f32) -> Self {
        Self { bed, index: None, goal: Some(goal), gain: goal, share: 0.0 }
    }

    /// Adds the bed's newest frame. True when it is heard.
    fn add(&mut self, beds: &[BedSound], sum: &mut [Frame; 2]) -> bool {
        let bed = self.index.and_then(|index| beds.get(index)).filter(|bed| bed.id == self.bed);
        let Some((bed, sound)) = bed.and_then(|bed| Some((bed, bed.sound()?))) else {
            self.gain = self.goal.unwrap_or(self.gain);
            self.share = if self.goal.is_some() { 1.0 } else { 0.0 };
            return false;
        };
        let from = self.gain * self.share;
        let step = 1.0 / f32::from(LEAVING_FRAMES);
        match self.goal {
            Some(goal) => {
                self.gain = slewed(self.gain, goal);
                self.share = (self.share + step).min(1.0);
            }
            // A bed that nobody hears any more fades out by itself; twice would be a hole.
            None if bed.is_leaving() => {}
            None => self.share = (self.share - step).max(0.0),
        }
        let to = self.gain * self.share;
        if from == 0.0 && to == 0.0 {
            return false;
        }
        for (sum, sound) in sum.iter_mut().zip(sound) {
            kernel::add(sum, sound, from, to);
        }
        true
    }
}

impl Output {
    pub(crate) fn new(to: To, bitrate_bps: u32) -> Self {
        Self {
            to,
            stamp: 0,
            unnamed_frames: 0,
            near: Blend::default(),
            murmurs: Vec::new(),
            bus: Bus::new(bitrate_bps),
            panics: 0,
            #[cfg(test)]
            fails: false,
        }
    }

    pub(crate) fn panics(&self) -> u64 {
        self.panics
    }

    /// Makes the next 20 ms. A fault in here costs this output its state and this frame.
    pub(crate) fn make(&mut self, voices: Chorus<'_>, beds: &[BedSound], stamp: u64, effort: Effort) {
        if self.stamp != stamp {
            self.unnamed_frames += 1;
        }
        let done = catch_unwind(AssertUnwindSafe(|| self.mix_and_send(voices, beds, effort)));
        if done.is_err() {
            self.panics += 1;
            self.bus.start_over();
        }
    }

    fn mix_and_send(&mut self, voices: Chorus<'_>, beds: &[BedSound], effort: Effort) {
        #[cfg(test)]
        assert!(!std::mem::take(&mut self.fails), "as the test wants it");
        if let To::Bed(_) = self.to {
            // Nobody gets it as it is, nor is on the way to another: what sleeps may wake with any state, since who comes
            // next comes from elsewhere.
            let sound = self.murmurs.first().and_then(|murmur| beds.get(murmur.index?)?.sound());
            match sound {
                _ if self.unnamed_frames > HANDOVER_FRAMES => self.bus.start_over(),
                Some(sound) => self.bus.send(sound, true, effort.complexity),
                None if self.bus.is_awake() => self.bus.send(&SILENCE, false, effort.complexity),
                None => self.bus.skip(),
            }
            return;
        }
        let mut sum = [[0.0; FRAME_SAMPLES]; 2];
        let sounds = self.mix(voices, beds, effort.sources_max, &mut sum);
        self.bus.send(&sum, sounds, effort.complexity);
    }

    /// Adds what one listener hears in the next 20 ms. True when anybody is heard.
    fn mix(&mut self, voices: Chorus<'_>, beds: &[BedSound], most: usize, sum: &mut [Frame; 2]) -> bool {
        let mut sounds = self.near.add(voices, most, sum);
        self.murmurs.retain_mut(|murmur| {
            sounds |= murmur.add(beds, sum);
            murmur.goal.is_some() || murmur.share > 0.0
        });
        sounds
    }
}

static SILENCE: [Frame; 2] = [[0.0; FRAME_SAMPLES]; 2];

#[cfg(test)]
mod tests;

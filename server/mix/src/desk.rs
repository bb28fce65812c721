//! The desk: all sound of one space. Plans and packets go in, packets of mixes come out, 20 ms at a time.

use crate::bed::BedSound;
use crate::limits::{LINGER_FRAMES, SOURCES_MAX};
use crate::output::{Murmur, Output};
use crate::voice::Voices;
use crate::{FRAME_SAMPLES, MixTime, Packet, Refused};
use rayon::prelude::*;
use torg_protocol::ids::ParticipantId;
use torg_space::{BedId, ListenerMix, Mix};

mod figures;
pub use figures::Figures;

/// How a desk sounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Bits a second of a bed's stream.
    pub bed_bps: u32,
    /// Bits a second of a stream in which one listener gets everything.
    pub own_bps: u32,
    /// How hard the encoders try, 0 to 10.
    pub complexity: u8,
    /// Whether loudness is evened between speakers.
    pub even: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self { bed_bps: 48_000, own_bps: 64_000, complexity: 4, even: true }
    }
}

/// What a desk spends on its sound. A mixer that falls behind turns it down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effort {
    /// How hard the encoders try, 0 to 10.
    pub complexity: u8,
    /// How many voices are mixed in a bed or for a listener, the loudest.
    pub sources_max: usize,
}

/// For whom a packet is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum To {
    /// For everybody who gets the bed of this place as it is.
    Bed(BedId),
    /// For one listener, who gets everything in it.
    Own(ParticipantId),
}

/// A packet that a tick made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Made<'a> {
    /// For whom.
    pub to: To,
    /// Goes up by one with every packet of the stream; silence makes no packets and no gap.
    pub sequence: u16,
    /// In samples at 48 kHz, the same for all streams at one tick.
    pub timestamp: u32,
    /// The first packet after silence (RFC 3551, section 4.1).
    pub marker: bool,
    /// An Opus packet of 20 ms in stereo.
    pub payload: &'a [u8],
}

/// All sound of one space.
///
/// Work happens for who is heard: a voice is decoded only while a plan wants it, a bed is mixed once however many hear it,
/// and where nobody is heard nothing is encoded. A [`tick`](Self::tick) allocates nothing, unless a voice or a stream
/// sounds for the first time.
pub struct Desk {
    settings: Settings,
    effort: Effort,
    /// Ticks so far: the clock of all timestamps.
    frames: u64,
    /// Plans so far: what carries an older stamp is no longer in the plan.
    stamp: u64,
    voices: Voices,
    /// Ascending by place.
    beds: Vec<BedSound>,
    /// Ascending by whom they are for.
    outputs: Vec<Output>,
    gone: figures::Gone,
}

impl Desk {
    /// A desk without voices and listeners.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self {
            settings,
            effort: Effort { complexity: settings.complexity, sources_max: SOURCES_MAX },
            frames: 0,
            stamp: 0,
            voices: Voices::default(),
            beds: Vec::new(),
            outputs: Vec::new(),
            gone: figures::Gone::default(),
        }
    }

    /// From the next tick on this is heard. Who stays goes on without a break, who comes fades in, who leaves fades out.
    pub fn plan(&mut self, mix: &Mix) {
        self.stamp += 1;
        self.voices.begin_plan(self.stamp);
        self.voices.keep_loud(&mix.kept_loud);
        for bed in &mix.beds {
            let index = match self.beds.binary_search_by_key(&bed.id, |known| known.id) {
                Ok(index) => index,
                Err(index) => {
                    self.beds.insert(index, BedSound::new(bed.id));
                    index
                }
            };
            let known = &mut self.beds[index];
            known.stamp = self.stamp;
            known.unnamed_frames = 0;
            known.blend.plan(&bed.sources, None, self.stamp, &mut self.voices);
        }
        for listener in &mix.listeners {
            self.plan_listener(listener);
        }
        self.let_go();
    }

    fn plan_listener(&mut self, listener: &ListenerMix) {
        let bed = listener.bed.filter(|bed| self.bed_in_plan(*bed));
        let stamp = self.stamp;
        let Some(own) = &listener.own else {
            if let Some(bed) = bed {
                let output = self.output(To::Bed(bed));
                if output.murmurs.is_empty() {
                    output.murmurs.push(Murmur::new(bed, 1.0));
                }
            }
            return;
        };
        let index = self.output_index(To::Own(listener.listener));
        let output = &mut self.outputs[index];
        output.near.plan(&own.sources, Some(listener.listener), stamp, &mut self.voices);
        for murmur in &mut output.murmurs {
            murmur.goal = None;
        }
        let Some(bed) = bed else { return };
        let gain = if own.bed_gain.is_finite() { own.bed_gain.clamp(0.0, 1.0) } else { 0.0 };
        match output.murmurs.iter_mut().find(|murmur| murmur.bed == bed) {
            Some(murmur) => murmur.goal = Some(gain),
            None => output.murmurs.push(Murmur::new(bed, gain)),
        }
    }

    fn bed_in_plan(&self, bed: BedId) -> bool {
        let known = self.beds.binary_search_by_key(&bed, |known| known.id);
        known.is_ok_and(|index| self.beds[index].stamp == self.stamp)
    }

    fn output(&mut self, to: To) -> &mut Output {
        let index = self.output_index(to);
        &mut self.outputs[index]
    }

    /// Where the output is, which is in the plan now.
    fn output_index(&mut self, to: To) -> usize {
        let index = match self.outputs.binary_search_by_key(&to, |output| output.to) {
            Ok(index) => index,
            Err(index) => {
                let bitrate_bps = match to {
                    To::Bed(_) => self.settings.bed_bps,
                    To::Own(_) => self.settings.own_bps,
                };
                self.outputs.insert(index, Output::new(to, bitrate_bps));
                index
            }
        };
        self.outputs[index].stamp = self.stamp;
        self.outputs[index].unnamed_frames = 0;
        index
    }

    /// Lets what the plan no longer names fade out, and forgets what has.
    fn let_go(&mut self) {
        let (stamp, voices) = (self.stamp, &mut self.voices);
        for bed in self.beds.iter_mut().filter(|bed| bed.stamp != stamp) {
            bed.let_go(stamp, voices);
        }
        let gone = &mut self.gone;
        self.beds.retain(|bed| {
            let stays = bed.stamp == stamp || !bed.blend.is_empty();
            if !stays {
                gone.take_bed(bed);
            }
            stays
        });
        for output in self.outputs.iter_mut().filter(|output| output.stamp != stamp) {
            if let To::Own(_) = output.to {
                output.near.plan(&[], None, stamp, voices);
                output.murmurs.iter_mut().for_each(|murmur| murmur.goal = None);
            }
        }
        self.outputs.retain(|output| {
            let stays = output.stamp == stamp || output.unnamed_frames < LINGER_FRAMES;
            if !stays {
                gone.take(output);
            }
            stays
        });
        for murmur in self.outputs.iter_mut().flat_map(|output| &mut output.murmurs) {
            murmur.index = self.beds.binary_search_by_key(&murmur.bed, |bed| bed.id).ok();
        }
    }

    /// Takes in a packet of a speaker. Speakers who are in no mix are passed over, which costs next to nothing.
    ///
    /// # Errors
    /// When the packet is of no use; the reason is for counting, as there is nobody to tell.
    pub fn push(&mut self, packet: Packet<'_>, now: MixTime) -> Result<(), Refused> {
        self.voices.push(&packet, now)
    }

    /// Makes the next 20 ms of all streams. Uses the rayon pool in which it is called.
    pub fn tick(&mut self, now: MixTime) {
        self.frames += 1;
        let Self { voices, beds, outputs, effort, stamp, .. } = self;
        let (effort, stamp) = (*effort, *stamp);
        for bed in beds.iter_mut().filter(|bed| bed.stamp != stamp) {
            bed.unnamed_frames += 1;
            bed.let_go(stamp, voices);
        }
        let sounds = voices.pull(now, self.settings.even);
        let voices = voices.chorus();
        if sounds {
            beds.par_iter_mut().for_each(|bed| bed.mix(voices, effort.sources_max));
            let beds = &*beds;
            outputs.par_iter_mut().for_each(|output| output.make(voices, beds, stamp, effort));
        } else {
            // Silence costs less than waking other threads for it.
            beds.iter_mut().for_each(|bed| bed.mix(voices, effort.sources_max));
            outputs.iter_mut().for_each(|output| output.make(voices, beds, stamp, effort));
        }
    }

    /// What the last tick made. Streams in which nobody is heard made nothing.
    pub fn made(&self) -> impl Iterator<Item = Made<'_>> {
        let timestamp = (self.frames as u32).wrapping_mul(FRAME_SAMPLES as u32);
        self.outputs.iter().filter_map(move |output| {
            let sealed = output.bus.made()?;
            let (sequence, marker) = (sealed.sequence, sealed.marker);
            Some(Made { to: output.to, sequence, timestamp, marker, payload: sealed.payload })
        })
    }

    /// When the packets came, by the time they were pushed with, that are heard in the last tick for the first time. By
    /// this the caller knows how long the mix makes voices wait.
    pub fn heard(&self) -> impl Iterator<Item = MixTime> {
        self.voices.came()
    }

    /// From the next tick on, this much is spent.
    pub fn set_effort(&mut self, effort: Effort) {
        self.effort = effort;
    }

    /// What is spent now.
    #[must_use]
    pub fn effort(&self) -> Effort {
        self.effort
    }
}

#[cfg(test)]
mod tests;

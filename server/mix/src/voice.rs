//! The voices of a space: each is decoded once, whoever hears it, and only while some mix wants it.

use crate::kernel::Frame;
use crate::limits::VOICES_AT_ONCE;
use crate::shades::Shades;
use crate::source::SourceFigures;
use crate::speaker::Speaker;
use crate::{MixTime, Packet, Refused};
use rayon::prelude::*;
use std::collections::HashMap;
use torg_protocol::ids::ParticipantId;

/// One voice, as mixes take it.
pub(crate) struct Voice {
    speaker: ParticipantId,
    /// Only who sends has them.
    shades: Option<Box<Shades>>,
    sounds: bool,
    /// The amplitude (RMS) of the last frames.
    level: f32,
}

impl Voice {
    fn new(speaker: ParticipantId) -> Self {
        Self { speaker, shades: None, sounds: false, level: 0.0 }
    }

    /// How loud it is, an amplitude.
    pub(crate) fn level(&self) -> f32 {
        self.level
    }

    /// The newest frame, if there is anything to mix in it.
    pub(crate) fn shades(&self) -> Option<&Shades> {
        self.shades.as_deref().filter(|_| self.sounds)
    }

    /// The next frame is this.
    pub(crate) fn say(&mut self, sound: &Frame, muffles: bool, level: f32) {
        self.shades.get_or_insert_with(|| Box::new(Shades::new())).feed(sound, muffles);
        self.sounds = true;
        self.level = level;
    }

    /// The next frame is silent.
    pub(crate) fn rest(&mut self) {
        if let Some(shades) = &mut self.shades {
            shades.clear();
        }
        self.sounds = false;
        self.level = 0.0;
    }

    /// It is silent until further notice.
    pub(crate) fn hush(&mut self) {
        self.shades = None;
        self.sounds = false;
        self.level = 0.0;
    }
}

/// All voices of one frame.
#[derive(Clone, Copy)]
pub(crate) struct Chorus<'a>(&'a [Voice]);

impl<'a> Chorus<'a> {
    /// The voice at an index, if it is that speaker's still.
    pub(crate) fn at(self, index: usize, speaker: ParticipantId) -> Option<&'a Voice> {
        self.0.get(index).filter(|voice| voice.speaker == speaker)
    }
}

/// All speakers whom mixes want or wanted lately, and their voices.
#[derive(Default)]
pub(crate) struct Voices {
    /// Apart from `voices`, since many threads look at those at once and decoders can't be looked at so.
    speakers: Vec<Speaker>,
    /// At the same places.
    voices: Vec<Voice>,
    of: HashMap<ParticipantId, usize>,
    /// Places that nobody has.
    free: Vec<usize>,
    /// The newest plan.
    stamp: u64,
    /// Whose loudness is not evened, ascending.
    kept_loud: Vec<ParticipantId>,
    passed_over: u64,
    /// What speakers did who are forgotten.
    panics: u64,
    past: SourceFigures,
}

impl Voices {
    /// A new plan begins, with a stamp that no other had.
    pub(crate) fn begin_plan(&mut self, stamp: u64) {
        self.stamp = stamp;
        for (index, (speaker, voice)) in self.speakers.iter_mut().zip(&self.voices).enumerate() {
            if speaker.is_forgotten() && self.of.remove(&voice.speaker).is_some() {
                self.past += speaker.figures();
                self.panics += speaker.panics();
                *speaker = Speaker::default();
                self.free.push(index);
            }
        }
    }

    /// The plan leaves these as loud as they come; ascending.
    pub(crate) fn keep_loud(&mut self, kept_loud: &[ParticipantId]) {
        self.kept_loud.clear();
        self.kept_loud.extend_from_slice(kept_loud);
    }

    /// The plan wants a voice. Returns where it is, which holds as long as plans want it.
    pub(crate) fn want(&mut self, speaker: ParticipantId, muffled: bool) -> usize {
        let Self { speakers, voices, free, .. } = self;
        let index = *self.of.entry(speaker).or_insert_with(|| match free.pop() {
            Some(index) => {
                voices[index] = Voice::new(speaker);
                index
            }
            None => {
                speakers.push(Speaker::default());
                voices.push(Voice::new(speaker));
                voices.len() - 1
            }
        });
        speakers[index].want(self.stamp, muffled);
        index
    }

    /// Takes a packet in. Who is in no plan is passed over.
    pub(crate) fn push(&mut self, packet: &Packet<'_>, now: MixTime) -> Result<(), Refused> {
        let speaker = self.of.get(&packet.speaker).map(|index| &mut self.speakers[*index]);
        match speaker.filter(|speaker| speaker.is_wanted(self.stamp)) {
            Some(speaker) => speaker.push(packet, now),
            None => {
                self.passed_over += 1;
                Ok(())
            }
        }
    }

    /// Makes the next 20 ms of every voice, and says whether any sounds.
    pub(crate) fn pull(&mut self, now: MixTime, evens: bool) -> bool {
        let (stamp, kept_loud) = (self.stamp, &self.kept_loud);
        let both = self.speakers.par_iter_mut().zip(&mut self.voices).with_min_len(VOICES_AT_ONCE);
        both.for_each(|(speaker, voice)| {
            let evens = evens && kept_loud.binary_search(&voice.speaker).is_err();
            speaker.pull(voice, now, stamp, evens);
        });
        self.voices.iter().any(|voice| voice.sounds)
    }

    /// What the last pull made.
    pub(crate) fn chorus(&self) -> Chorus<'_> {
        Chorus(&self.voices)
    }
}

/// What is told of them.
impl Voices {
    pub(crate) fn decoders(&self) -> usize {
        self.speakers.iter().filter(|speaker| speaker.has_source()).count()
    }

    pub(crate) fn sounding(&self) -> usize {
        self.voices.iter().filter(|voice| voice.sounds).count()
    }

    /// When the packets came that are heard in the newest frame for the first time.
    pub(crate) fn came(&self) -> impl Iterator<Item = MixTime> {
        self.speakers.iter().filter_map(Speaker::came)
    }

    pub(crate) fn passed_over(&self) -> u64 {
        self.passed_over
    }

    pub(crate) fn panics(&self) -> u64 {
        self.panics + self.speakers.iter().map(Speaker::panics).sum::<u64>()
    }

    pub(crate) fn figures(&self) -> SourceFigures {
        let mut figures = self.past;
        self.speakers.iter().for_each(|speaker| figures += speaker.figures());
        figures
    }
}

/// Voices without packets.
#[cfg(test)]
impl Voices {
    /// A speaker whom a plan has named makes this sound in the next frame.
    pub(crate) fn say(&mut self, speaker: ParticipantId, sound: &Frame) {
        let Some(index) = self.of.get(&speaker) else { return };
        self.voices[*index].say(sound, true, crate::kernel::power(sound).sqrt());
    }

    /// The next pull of a speaker panics.
    pub(crate) fn fail(&mut self, speaker: ParticipantId) {
        self.speakers[self.of[&speaker]].fails = true;
    }
}

//! The voices of one mix, each with its place in it.

use crate::kernel::Frame;
use crate::limits::STAYS_FACTOR;
use crate::place::{Placing, Spot};
use crate::voice::{Chorus, Voices};
use torg_protocol::ids::ParticipantId;
use torg_space::MixSource;

/// One voice in a mix.
struct Part {
    speaker: ParticipantId,
    /// Where the voice is among all.
    voice: usize,
    /// Where the plan wants it; none when it leaves.
    goal: Option<Spot>,
    placing: Placing,
    /// The plan that named it last.
    stamp: u64,
}

/// Voices that are summed.
#[derive(Default)]
pub(crate) struct Blend {
    /// Ascending by speaker.
    parts: Vec<Part>,
    /// How loud each part is in this frame; kept so that choosing the loudest allocates nothing.
    loudness: Vec<f32>,
}

impl Blend {
    /// Takes over what the newest plan wants, except for `own`, the listener's own voice. Who is no longer in it leaves.
    pub(crate) fn plan(&mut self, sources: &[MixSource], own: Option<ParticipantId>, stamp: u64, voices: &mut Voices) {
        let known = self.parts.len();
        for source in sources.iter().filter(|source| Some(source.speaker) != own) {
            let spot = Spot::of(source);
            let voice = voices.want(source.speaker, spot.is_muffled());
            match self.parts[..known].binary_search_by_key(&source.speaker, |part| part.speaker) {
                Ok(index) => {
                    let part = &mut self.parts[index];
                    (part.voice, part.goal, part.stamp) = (voice, Some(spot), stamp);
                }
                Err(_) => {
                    let speaker = source.speaker;
                    let placing = Placing::new(spot);
                    self.parts.push(Part { speaker, voice, goal: Some(spot), placing, stamp });
                }
            }
        }
        for part in self.parts.iter_mut().filter(|part| part.stamp != stamp) {
            part.goal = None;
        }
        if self.parts.len() > known {
            self.parts.sort_unstable_by_key(|part| part.speaker);
            // A plan names nobody twice; if it did, one of both would be heard twice as loud.
            self.parts.dedup_by_key(|part| part.speaker);
        }
        self.loudness.reserve(self.parts.len());
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// Adds the newest frame to left and right: of those who speak the `most` loudest. True when anybody is heard.
    pub(crate) fn add(&mut self, voices: Chorus<'_>, most: usize, sum: &mut [Frame; 2]) -> bool {
        let least = self.least_loudness(voices, most);
        let mut sounds = false;
        self.parts.retain_mut(|part| {
            let voice = voices.at(part.voice, part.speaker);
            let Some((voice, shades)) = voice.and_then(|voice| Some((voice, voice.shades()?))) else {
                if let Some(goal) = part.goal {
                    part.placing.rest(goal);
                }
                return part.goal.is_some();
            };
            let goal = part.goal.filter(|_| part.loudness(voice.level()) >= least);
            let was_heard = part.placing.is_heard();
            if goal.is_some() || was_heard {
                part.placing.add(shades, goal, sum);
                sounds = true;
            }
            part.goal.is_some() || part.placing.is_heard()
        });
        sounds
    }

    /// How loud a voice must be to be among the `most` loudest.
    fn least_loudness(&mut self, voices: Chorus<'_>, most: usize) -> f32 {
        if self.parts.len() <= most {
            return 0.0;
        }
        self.loudness.clear();
        for part in self.parts.iter().filter(|part| part.goal.is_some()) {
            if let Some(voice) = voices.at(part.voice, part.speaker).filter(|voice| voice.shades().is_some()) {
                self.loudness.push(part.loudness(voice.level()));
            }
        }
        if self.loudness.len() <= most {
            return 0.0;
        }
        if most == 0 {
            return f32::INFINITY;
        }
        *self.loudness.select_nth_unstable_by(most - 1, |a, b| b.total_cmp(a)).1
    }
}

impl Part {
    /// How loud it is in the mix; who is heard already counts for more.
    fn loudness(&self, level: f32) -> f32 {
        let gain = self.goal.map_or(0.0, Spot::gain);
        gain * level * if self.placing.is_heard() { STAYS_FACTOR } else { 1.0 }
    }
}

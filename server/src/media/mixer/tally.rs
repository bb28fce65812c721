//! What the mixers count between two looks of the metrics.

use super::space::{MixingSpace, News};
use crate::mailbox::SpaceKey;
use crate::media::clock::FRAME;
use crate::metrics::{
    MEDIA_DROPPED, MIX_DESKS, MIX_EFFORT_STEP, MIX_ENCODED, MIX_FAULTS, MIX_FRAMES_LEFT_OUT, MIX_ROUND_SECONDS,
    MIX_ROUNDS_LATE, MIX_VOICES,
};
use metrics::{counter, gauge, histogram};
use std::collections::HashMap;
use std::time::{Duration, Instant};
use torg_mix::Figures;

/// How often the figures go to the metrics.
const PUBLISH_EVERY: Duration = Duration::from_millis(500);

/// Counters of the mixers since they were last published.
#[derive(Debug, Default)]
pub(super) struct MixTally {
    rounds: Vec<Duration>,
    late: u64,
    left_out: u64,
    dropped: u64,
    published_at: Option<Instant>,
    /// What the gauges were told last: several servers may live in one process, so they are moved and not set.
    desks: usize,
    step: usize,
}

impl MixTally {
    /// A round took so long, and was through so long after it was due.
    pub(super) fn round(&mut self, took: Duration, after_due: Duration) {
        self.rounds.push(took);
        self.late += u64::from(after_due > FRAME);
    }

    /// So many rounds were left out, in each of which so many outputs would have been made.
    pub(super) fn left_out(&mut self, rounds: u32, outputs: usize) {
        self.left_out += u64::from(rounds) * outputs as u64;
    }

    /// A worker did not take what was made.
    pub(super) fn dropped(&mut self, packets: usize) {
        self.dropped += packets as u64;
    }

    /// Publishes when it is time to.
    pub(super) fn publish_when_due(&mut self, spaces: &mut HashMap<SpaceKey, MixingSpace>, step: usize, now: Instant) {
        if self.published_at.is_none_or(|last| now.saturating_duration_since(last) >= PUBLISH_EVERY) {
            self.publish(spaces, step, now);
        }
    }

    /// Adds everything to the process's metrics and starts anew.
    pub(super) fn publish(&mut self, spaces: &mut HashMap<SpaceKey, MixingSpace>, step: usize, now: Instant) {
        self.rounds.drain(..).for_each(|took| histogram!(MIX_ROUND_SECONDS).record(took.as_secs_f64()));
        counter!(MIX_ROUNDS_LATE).increment(std::mem::take(&mut self.late));
        counter!(MIX_FRAMES_LEFT_OUT).increment(std::mem::take(&mut self.left_out));
        counter!(MEDIA_DROPPED, "reason" => "worker_full").increment(std::mem::take(&mut self.dropped));
        for space in spaces.values_mut() {
            let News { figures, refused, has_failed } = space.news();
            counter!(MEDIA_DROPPED, "reason" => "not_mixed").increment(refused);
            counter!(MIX_FAULTS).increment(u64::from(has_failed));
            if let Some((told, now)) = figures {
                publish_figures(told, now);
            }
        }
        let desks = spaces.values().filter(|space| space.has_desk()).count();
        gauge!(MIX_DESKS).increment(desks as f64 - self.desks as f64);
        gauge!(MIX_EFFORT_STEP).increment(step as f64 - self.step as f64);
        (self.desks, self.step, self.published_at) = (desks, step, Some(now));
    }
}

/// What a desk did since it was last asked.
fn publish_figures(told: Figures, now: Figures) {
    let [heard, concealed, _silent] = now.sources.frames;
    let [heard_before, concealed_before, _silent] = told.sources.frames;
    let kinds = [
        ("heard", heard_before, heard),
        ("concealed", concealed_before, concealed),
        ("decoded", told.sources.decoded, now.sources.decoded),
        ("recovered", told.sources.recovered, now.sources.recovered),
        ("garbage", told.sources.garbage, now.sources.garbage),
    ];
    for (kind, before, now) in kinds {
        counter!(MIX_VOICES, "kind" => kind).increment(now.saturating_sub(before));
    }
    counter!(MIX_ENCODED).increment(now.encoded.saturating_sub(told.encoded));
    counter!(MIX_FAULTS).increment(now.panics.saturating_sub(told.panics));
}

impl Drop for MixTally {
    fn drop(&mut self) {
        gauge!(MIX_DESKS).decrement(self.desks as f64);
        gauge!(MIX_EFFORT_STEP).decrement(self.step as f64);
    }
}

//! Playing a source: which packet comes next, what stands in for one that is missing, how a voice begins and ends.

use super::figures::SourceFigures;
use super::garbage::{Garbage, Guard, judge};
use super::jitter::Jitter;
use super::ring::{Ring, Slot};
use super::sound::{Fade, Sound};
use super::steer::{Steering, grid};
use super::stretch::Stretch;
use crate::codec::Decoder;
use crate::limits::{
    BEGIN_FADE, CONCEAL_FADE, CONCEAL_FULL, CONCEAL_STEP, END_FADE, GUARD_FADE, PIECE_MAX, PROBATION_PACKETS,
};
use crate::types::FRAME_SAMPLES;

/// A voice between its beginning and its end.
#[derive(Clone, Copy, Debug)]
struct Run {
    /// Up to where the speaker's sound has been decoded or stood in for, on the speaker's clock.
    cursor: i64,
    /// Sound made up beyond the cursor while nothing was there. If the packet at the cursor still comes, all have waited
    /// longer by this; if it was lost, it stood in for it.
    ahead: i64,
    /// Sound made up in a row.
    made_up: usize,
    packet_samples: usize,
}

/// Whether a voice sounds.
#[derive(Clone, Copy, Debug)]
enum State {
    Silent,
    Sounding(Run),
}

/// The playing of one source.
#[derive(Debug)]
pub(crate) struct Play {
    state: State,
    decoder: Decoder,
    sound: Sound,
    stretch: Stretch,
    guard: Guard,
    steering: Steering,
    /// The number of the last packet that was decoded or passed over.
    played: i64,
    /// Good packets still to come before the source is heard again.
    probation: u8,
    /// How much of the sound that waits is made up.
    made_up_waiting: usize,
}

impl Play {
    pub(crate) fn new() -> Self {
        Self {
            state: State::Silent,
            decoder: Decoder::new(),
            sound: Sound::new(),
            stretch: Stretch::default(),
            guard: Guard::default(),
            steering: Steering::default(),
            played: i64::MIN,
            probation: 0,
            made_up_waiting: 0,
        }
    }

    /// Whether there is anything to pull.
    pub(crate) fn is_sounding(&self) -> bool {
        matches!(self.state, State::Sounding(_)) || self.sound.len() > 0
    }

    /// Whether the packet's moment has passed.
    pub(crate) fn is_past(&self, sequence: i64) -> bool {
        sequence <= self.played
    }

    /// How long a punctual packet is to wait now.
    pub(crate) fn wait_now(&self) -> i64 {
        self.steering.wait_now()
    }

    /// The next packet is another stream's.
    pub(crate) fn forget(&mut self) {
        self.sound.land();
        self.decoder.reset();
        self.stretch.clear();
        self.guard = Guard::default();
        (self.state, self.played, self.probation, self.made_up_waiting) = (State::Silent, i64::MIN, 0, 0);
    }

    /// Begins a voice where none sounds, if its first packet has waited long enough: somewhere within the next frame.
    /// What waited much longer than it should is passed over.
    pub(crate) fn begin(&mut self, ring: &mut Ring, jitter: &Jitter, now: i64) {
        if !matches!(self.state, State::Silent) {
            return;
        }
        let wait = jitter.wait(now);
        while let Some(slot) = ring.after(self.played) {
            let grid = grid(slot.shape.samples);
            let waited = |slot: &Slot| now - jitter.punctual() - slot.start - (FRAME_SAMPLES as i64 - grid);
            let (sequence, start, this_waited) = (slot.sequence, slot.start, waited(slot));
            let too_long = this_waited >= wait + grid && ring.after(sequence).is_some_and(|next| waited(next) >= wait);
            if slot.shape.is_pause || too_long {
                ring.remove(sequence);
                self.played = sequence;
                continue;
            }
            let rest = self.sound.len() as i64;
            let blank = ((wait - this_waited).max(rest) + grid - 1) / grid * grid;
            if blank < FRAME_SAMPLES as i64 {
                self.sound.join_silence((blank - rest) as usize);
                let packet_samples = slot.shape.samples;
                self.state = State::Sounding(Run { cursor: start, ahead: 0, made_up: 0, packet_samples });
                self.steering.restart();
            }
            return;
        }
    }

    /// Lets at least a frame of sound wait. Returns whether some of it is made up.
    pub(crate) fn fill(&mut self, ring: &mut Ring, jitter: &mut Jitter, now: i64, figures: &mut SourceFigures) -> bool {
        // Every turn joins sound or takes a packet out of the ring.
        while self.sound.len() < FRAME_SAMPLES {
            match self.state {
                State::Silent => self.sound.join_silence(FRAME_SAMPLES - self.sound.len()),
                State::Sounding(run) => self.turn(run, ring, jitter, now, figures),
            }
        }
        self.made_up_waiting > 0
    }

    /// Steers how long packets wait, by putting in or taking out a little of the sound that waits.
    pub(crate) fn steer(&mut self, ring: &mut Ring, jitter: &Jitter, now: i64, figures: &mut SourceFigures) {
        let State::Sounding(run) = self.state else { return };
        if run.ahead > 0 {
            return;
        }
        let start = run.cursor - self.sound.len() as i64;
        let lead = now - jitter.punctual() - start;
        let goal = self.steering.look(lead, jitter.wait(now), self.sound.len(), run.packet_samples);
        if goal < 0 {
            let piece = usize::try_from(-goal).unwrap_or(PIECE_MAX).min(PIECE_MAX);
            self.look_ahead(FRAME_SAMPLES + piece, ring, now, figures);
        }
        let changed = self.stretch.change(&mut self.sound, goal);
        self.steering.changed(changed);
        figures.put_in_samples += changed.max(0).unsigned_abs();
        figures.taken_out_samples += changed.min(0).unsigned_abs();
    }

    /// Takes a frame out; there must be one.
    pub(crate) fn take(&mut self, frame: &mut [f32; FRAME_SAMPLES], figures: &mut SourceFigures) {
        self.sound.take(frame);
        self.stretch.pulled(frame);
        self.made_up_waiting = self.made_up_waiting.saturating_sub(FRAME_SAMPLES);
        if self.steering.should_skip() {
            self.sound.drop_waiting();
            self.sound.land();
            (self.state, self.made_up_waiting) = (State::Silent, 0);
            self.steering.restart();
            figures.skipped += 1;
        }
    }

    /// One step on: the next packet, or something in its place.
    fn turn(&mut self, run: Run, ring: &mut Ring, jitter: &mut Jitter, now: i64, figures: &mut SourceFigures) {
        let Some(slot) = ring.after(self.played) else { return self.starve(run, figures) };
        let gap = slot.start - run.cursor;
        let is_lost = slot.sequence > self.played + 1;
        if gap < 0 {
            // It overlaps with what has been stood in for.
            self.played = slot.sequence;
            figures.late += 1;
            ring.remove(self.played);
            return;
        }
        if is_lost && slot.shape.has_fec {
            jitter.lost(now);
        }
        if gap <= run.ahead {
            self.decode(ring, now, figures);
        } else if is_lost || gap <= END_FADE as i64 {
            self.mend(run, gap - run.ahead, ring, figures);
        } else {
            // Time passed on the speaker's clock and no packet is missing: a pause (DTX).
            self.end();
        }
    }

    /// Decodes the next packet.
    fn decode(&mut self, ring: &mut Ring, now: i64, figures: &mut SourceFigures) {
        let Some(slot) = ring.after(self.played) else { return };
        let (sequence, start, shape) = (slot.sequence, slot.start, slot.shape);
        self.played = sequence;
        if shape.is_pause {
            ring.remove(sequence);
            return self.end();
        }
        figures.decoded += 1;
        figures.waited_us += (now - slot.arrived + self.sound.len() as i64).max(0).unsigned_abs() * 125 / 6;
        let decoder = &mut self.decoder;
        let done = self.sound.write(shape.samples, |room| judge(decoder.decode(&slot.payload, room), room));
        ring.remove(sequence);
        match done {
            Ok(loud) => {
                self.probation = self.probation.saturating_sub(1);
                let fade = self.fade(loud, shape.samples);
                self.sound.join(shape.samples, fade);
            }
            Err(garbage) => self.pass_over(garbage, shape.samples, figures),
        }
        let cursor = start + shape.samples as i64;
        self.state = State::Sounding(Run { cursor, ahead: 0, made_up: 0, packet_samples: shape.samples });
    }

    /// Where the level goes for sound this loud: up, unless it is a burst or the source is on probation.
    fn fade(&mut self, loud: f32, samples: usize) -> Fade {
        let gain = self.guard.gain(loud, samples);
        match self.probation {
            0 if gain < self.sound.gain() => Fade::to(gain, GUARD_FADE),
            0 => Fade::to(gain, BEGIN_FADE),
            _ => Fade::to_nothing(BEGIN_FADE),
        }
    }

    /// What came can't be heard: the sound ends softly, and the source must show that it does better.
    fn pass_over(&mut self, garbage: Garbage, samples: usize, figures: &mut SourceFigures) {
        figures.garbage += 1;
        figures.panics += u64::from(garbage == Garbage::Panic);
        self.probation = PROBATION_PACKETS;
        self.decoder.reset();
        let before = self.sound.len();
        self.sound.land();
        let landed = self.sound.len() - before;
        self.sound.join_silence(samples.saturating_sub(landed));
    }

    /// Stands in for what is missing before the next packet, `missing` samples: from what that repeats, or made up.
    fn mend(&mut self, run: Run, missing: i64, ring: &Ring, figures: &mut SourceFigures) {
        let Some(slot) = ring.after(self.played) else { return };
        let cursor = run.cursor + run.ahead;
        let repeated = if slot.shape.has_fec { slot.shape.frame_samples as i64 } else { 0 };
        if missing == repeated {
            let decoder = &mut self.decoder;
            let write = |room: &mut [f32]| judge(decoder.recover(&slot.payload, room), room);
            let done = self.sound.write(slot.shape.frame_samples, write);
            match done {
                Ok(loud) => {
                    let fade = self.fade(loud, slot.shape.frame_samples);
                    self.sound.join(slot.shape.frame_samples, fade);
                    figures.recovered += 1;
                }
                Err(garbage) => self.pass_over(garbage, slot.shape.frame_samples, figures),
            }
            self.state = State::Sounding(Run { cursor: cursor + missing, ahead: 0, made_up: 0, ..run });
            return;
        }
        let unrepeated = if missing > repeated { missing - repeated } else { missing };
        let count = unrepeated.min(FRAME_SAMPLES as i64);
        let made_up = self.make_up(count as usize, run.made_up, figures);
        self.go_on(Run { cursor: cursor + count, ahead: 0, made_up, ..run });
    }

    /// Nothing is there: sound is made up until something comes, or until it has faded.
    fn starve(&mut self, run: Run, figures: &mut SourceFigures) {
        let count = (FRAME_SAMPLES - self.sound.len()).next_multiple_of(CONCEAL_STEP);
        let made_up = self.make_up(count, run.made_up, figures);
        self.go_on(Run { ahead: run.ahead + count as i64, made_up, ..run });
    }

    /// Made-up sound that has faded is silence.
    fn go_on(&mut self, run: Run) {
        self.state = if self.sound.gain() > 0.0 { State::Sounding(run) } else { State::Silent };
    }

    /// Makes sound up: at its level first, then fading. Returns how much has been made up in a row.
    fn make_up(&mut self, count: usize, before: usize, figures: &mut SourceFigures) -> usize {
        figures.concealed_samples += count as u64;
        let decoder = &mut self.decoder;
        let whole = count.next_multiple_of(CONCEAL_STEP);
        let done = self.sound.write(whole, |room| judge(decoder.conceal(room), room));
        match done {
            Ok(_) => {
                let full = CONCEAL_FULL.saturating_sub(before).min(count);
                let level = if self.probation > 0 { 0.0 } else { self.sound.gain() };
                self.sound.join(full, Fade::to(level, BEGIN_FADE));
                self.sound.join(count - full, Fade::to_nothing(CONCEAL_FADE));
                self.made_up_waiting += count;
            }
            Err(garbage) => self.pass_over(garbage, count, figures),
        }
        before + count
    }

    /// The speaker pauses: the sound ends softly.
    fn end(&mut self) {
        if self.sound.gain() > 0.0 {
            let decoder = &mut self.decoder;
            let done = self.sound.write(END_FADE, |room| judge(decoder.conceal(room), room));
            if done.is_ok() {
                self.sound.join(END_FADE, Fade::to_nothing(END_FADE));
            } else {
                self.sound.land();
            }
        }
        self.state = State::Silent;
    }

    /// Decodes what is there already until so much waits.
    fn look_ahead(&mut self, waiting: usize, ring: &mut Ring, now: i64, figures: &mut SourceFigures) {
        while self.sound.len() < waiting {
            let State::Sounding(run) = self.state else { return };
            let next = ring.after(self.played);
            if next.is_none_or(|slot| slot.start != run.cursor || slot.shape.is_pause) {
                return;
            }
            self.decode(ring, now, figures);
        }
    }
}

//! The decoded sound of a source that waits to be pulled: how it begins and ends without clicks, and pieces put in or
//! taken out.

use crate::limits::{BEGIN_FADE, CONCEAL_STEP, DC_FEEDBACK, PACKET_SAMPLES_MAX, PIECE_MAX};
use crate::types::FRAME_SAMPLES;

/// Sound that was pulled already, kept to go on from.
const PAST: usize = PIECE_MAX;

/// At most this waits: what is pulled, a piece twice, the rest of a packet, and one packet more.
const WAITING_MAX: usize = 2 * FRAME_SAMPLES + 2 * PIECE_MAX + CONCEAL_STEP + PACKET_SAMPLES_MAX;

/// Sound in order, with a little of the past before it.
#[derive(Debug)]
pub(crate) struct Sound {
    samples: Box<[f32]>,
    /// Where what waits begins; the past lies before it.
    head: usize,
    tail: usize,
    gain: f32,
    dc_in: f32,
    dc_out: f32,
}

/// Where the level goes, from 0 to 1, and by how much it may change a sample.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Fade {
    goal: f32,
    step: f32,
}

impl Fade {
    /// To nothing, in so many samples from full.
    pub(crate) fn to_nothing(samples: usize) -> Self {
        Self::to(0.0, samples)
    }

    /// To a level, as fast as from nothing to full in so many samples.
    pub(crate) fn to(goal: f32, samples: usize) -> Self {
        Self { goal, step: 1.0 / samples as f32 }
    }
}

impl Sound {
    pub(crate) fn new() -> Self {
        // More than may wait, so that what remains is moved to the front only now and then.
        let samples = vec![0.0; PAST + WAITING_MAX + 2 * FRAME_SAMPLES].into();
        Self { samples, head: PAST, tail: PAST, gain: 0.0, dc_in: 0.0, dc_out: 0.0 }
    }

    /// How many samples wait.
    pub(crate) fn len(&self) -> usize {
        self.tail - self.head
    }

    /// What waits.
    pub(crate) fn waiting(&self) -> &[f32] {
        &self.samples[self.head..self.tail]
    }

    /// The level that sound is faded to at this moment, 0 to 1.
    pub(crate) fn gain(&self) -> f32 {
        self.gain
    }

    /// Lets `write` fill at most `room` samples behind what waits, and returns what it did. What it wrote joins by
    /// [`join`](Self::join).
    pub(crate) fn write<T>(&mut self, room: usize, write: impl FnOnce(&mut [f32]) -> T) -> T {
        self.make_room(room);
        write(&mut self.samples[self.tail..self.tail + room])
    }

    /// Makes `count` samples that were written wait, without their constant shift and at a level that goes where it should.
    pub(crate) fn join(&mut self, count: usize, fade: Fade) {
        let fresh = &mut self.samples[self.tail..self.tail + count];
        if self.gain == 0.0
            && let Some(&first) = fresh.first()
        {
            // Begins at nothing, wherever the shift lies.
            (self.dc_in, self.dc_out) = (first, 0.0);
        }
        let (mut gain, mut dc_in, mut dc_out) = (self.gain, self.dc_in, self.dc_out);
        let mut without_shift = |sample: f32| {
            dc_out = sample - dc_in + DC_FEEDBACK * dc_out;
            dc_in = sample;
            // The filter can overshoot full scale after a jump of the shift.
            dc_out.clamp(-1.0, 1.0)
        };
        let fading = ((fade.goal - gain).abs() / fade.step).ceil() as usize;
        let (faded, steady) = fresh.split_at_mut(fading.min(count));
        for sample in faded {
            gain += (fade.goal - gain).clamp(-fade.step, fade.step);
            *sample = gain * without_shift(*sample);
        }
        if fading < count {
            gain = fade.goal;
        }
        for sample in steady {
            *sample = gain * without_shift(*sample);
        }
        // Far below any sound, so that the filter never reckons in denormal numbers.
        (self.gain, self.dc_in, self.dc_out) = (gain, dc_in, if dc_out.abs() < 1e-15 { 0.0 } else { dc_out });
        self.tail += count;
    }

    /// Adds silence.
    pub(crate) fn join_silence(&mut self, count: usize) {
        self.make_room(count);
        self.samples[self.tail..self.tail + count].fill(0.0);
        self.tail += count;
        self.gain = 0.0;
    }

    /// Ends the sound at once and softly without its decoder: the last of it backwards, upside down about its last
    /// sample so that the slope goes on, and fading.
    pub(crate) fn land(&mut self) {
        if self.gain == 0.0 {
            return;
        }
        self.make_room(BEGIN_FADE);
        let (last, tail) = (self.samples[self.tail - 1], self.tail);
        for index in 0..BEGIN_FADE {
            let mirrored = 2.0 * last - self.samples[tail - 2 - index];
            let share = 1.0 - (index + 1) as f32 / BEGIN_FADE as f32;
            // Squared: twice the last sample may lie in there.
            self.samples[tail + index] = mirrored.clamp(-1.0, 1.0) * share * share;
        }
        self.tail += BEGIN_FADE;
        self.gain = 0.0;
    }

    /// Takes a frame out; there must be one.
    pub(crate) fn take(&mut self, frame: &mut [f32; FRAME_SAMPLES]) {
        frame.copy_from_slice(&self.samples[self.head..self.head + FRAME_SAMPLES]);
        self.head += FRAME_SAMPLES;
    }

    /// Lets nothing wait any more.
    pub(crate) fn drop_waiting(&mut self) {
        self.tail = self.head;
    }

    /// Takes a piece of this length out of the front: it passes over into the equally long one behind it.
    pub(crate) fn shorten(&mut self, piece: usize) {
        let (from, to) = self.samples[self.head..self.tail].split_at_mut(piece);
        for (index, (to, from)) in to.iter_mut().zip(from).enumerate() {
            let share = (index as f32 + 0.5) / piece as f32;
            *to = *from * (1.0 - share) + *to * share;
        }
        // The past stays next to what waits.
        self.samples.copy_within(self.head - PAST..self.head, self.head + piece - PAST);
        self.head += piece;
    }

    /// Puts a piece of this length in at the front: what comes next passes over into the equally long past, so that what
    /// comes next can come then.
    pub(crate) fn lengthen(&mut self, piece: usize) {
        self.make_room(piece);
        let (head, tail) = (self.head, self.tail);
        self.samples.copy_within(head..tail, head + piece);
        for index in 0..piece {
            let share = (index as f32 + 0.5) / piece as f32;
            let next = self.samples[head + piece + index];
            let past = self.samples[head + index - piece];
            self.samples[head + index] = next * (1.0 - share) + past * share;
        }
        self.tail += piece;
    }

    /// What was pulled last, as much as a piece.
    pub(crate) fn past(&self) -> &[f32] {
        &self.samples[self.head - PAST..self.head]
    }

    /// Moves what waits, and the past before it, to the front when the end is near.
    fn make_room(&mut self, room: usize) {
        if self.tail + room > self.samples.len() {
            self.samples.copy_within(self.head - PAST..self.tail, 0);
            self.tail -= self.head - PAST;
            self.head = PAST;
        }
        assert!(self.tail + room <= self.samples.len(), "more sound waits than a source lets wait");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone(count: usize, from: usize) -> Vec<f32> {
        (from..from + count).map(|index| 0.5 * (index as f32 * std::f32::consts::TAU / 96.0).sin()).collect()
    }

    fn step_max(samples: &[f32]) -> f32 {
        samples.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f32::max)
    }

    fn with_tone(count: usize) -> Sound {
        let mut sound = Sound::new();
        sound.write(count, |room| room.copy_from_slice(&tone(count, 0)));
        sound.join(count, Fade::to(1.0, 1));
        sound
    }

    #[test]
    fn pieces_of_a_period_go_in_and_out_without_a_trace() {
        let mut sound = with_tone(4_000);
        let mut all = Vec::new();
        let mut frame = [0.0; FRAME_SAMPLES];
        sound.take(&mut frame);
        all.extend_from_slice(&frame);
        sound.shorten(192);
        sound.take(&mut frame);
        all.extend_from_slice(&frame);
        sound.lengthen(288);
        sound.take(&mut frame);
        all.extend_from_slice(&frame);
        assert_eq!(sound.len(), 4_000 + 288 - 192 - 3 * FRAME_SAMPLES);
        assert!(step_max(&all) < 0.033, "{}", step_max(&all));
        let quietest =
            all[100..].chunks(96).map(|period| period.iter().copied().fold(0.0, f32::max)).fold(1.0, f32::min);
        assert!(quietest > 0.47, "{quietest}");
    }

    #[test]
    fn sound_lands_without_a_click_wherever_it_is() {
        for count in 1_000..1_100 {
            let mut sound = with_tone(count);
            sound.land();
            assert!(step_max(sound.waiting()) < 0.05, "{count}: {}", step_max(sound.waiting()));
            assert_eq!(sound.waiting().last(), Some(&0.0));
        }
    }

    #[test]
    fn a_constant_shift_is_taken_out_and_makes_no_thump() {
        let mut sound = Sound::new();
        sound.write(4_800, |room| room.iter_mut().zip(tone(4_800, 0)).for_each(|(to, tone)| *to = tone + 0.4));
        sound.join(4_800, Fade::to(1.0, BEGIN_FADE));
        let (early, late) = sound.waiting().split_at(2_400);
        assert!(early.iter().all(|sample| sample.abs() < 0.6));
        let mean = late.iter().sum::<f32>() / late.len() as f32;
        assert!(mean.abs() < 0.01, "{mean}");
    }

    #[test]
    fn what_waits_never_outgrows_its_room() {
        let mut sound = Sound::new();
        let mut frame = [0.0; FRAME_SAMPLES];
        for _ in 0..50 {
            while sound.len() < 2 * FRAME_SAMPLES + PIECE_MAX {
                sound.write(PACKET_SAMPLES_MAX, |room| room.fill(0.1));
                sound.join(PACKET_SAMPLES_MAX, Fade::to(1.0, BEGIN_FADE));
            }
            sound.lengthen(PIECE_MAX);
            sound.take(&mut frame);
            sound.shorten(PIECE_MAX);
            sound.land();
        }
    }
}

//! A line between a speaker and a source: packets come late, out of order or not at all, and a clock pulls.

use crate::sender::Sent;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::hash::{BuildHasher, Hasher};
use std::ops::Range;
use torg_mix::source::{Pulled, Source, SourceFigures};
use torg_mix::{FRAME_SAMPLES, MixTime, Packet, Refused};
use torg_protocol::ids::ParticipantId;

/// The time of the first packet: clocks don't begin at nothing.
const START_US: u64 = 1_000_000;

/// When each packet comes.
pub(crate) struct Line {
    arrivals: Vec<(u64, Sent)>,
    /// How long after the beginning of the first packet's tick the pulls are.
    phase_us: u64,
    /// How much later each pull is, in microseconds; nothing if it is left out.
    tick: Box<dyn Fn(u64) -> Option<u64>>,
}

/// What came out of a source.
pub(crate) struct Heard {
    pub(crate) sound: Vec<f32>,
    pub(crate) pulled: Vec<Pulled>,
    pub(crate) refused: Vec<Refused>,
    pub(crate) figures: SourceFigures,
    /// How long the mean packet waited, and the longest mean of ten seconds, in milliseconds.
    pub(crate) waited_ms: f64,
    pub(crate) waited_ms_by_10_s: Vec<f64>,
}

impl Line {
    /// A perfect line: each packet comes when its sound ends.
    pub(crate) fn new(packets: Vec<Sent>) -> Self {
        let mut at = START_US;
        let mut last: Option<(u64, u32)> = None;
        let arrivals = packets.into_iter().map(|sent| {
            let step = last.map_or(0, |(stream, timestamp)| {
                let step = sent.timestamp.wrapping_sub(timestamp) as i32;
                // Where timestamps jump, packets come as before all the same.
                let sane = stream == sent.stream && (0..48_000 * 3_600).contains(&step);
                if sane { u64::from(step.unsigned_abs()) } else { sent.samples as u64 }
            });
            last = Some((sent.stream, sent.timestamp));
            at += step * 125 / 6;
            (at, sent)
        });
        Self { arrivals: arrivals.collect(), phase_us: 7_000, tick: Box::new(|_| Some(0)) }
    }

    pub(crate) fn phase_us(mut self, phase_us: u64) -> Self {
        self.phase_us = phase_us;
        self
    }

    /// Pulls come later by so many microseconds, or not at all, by their number.
    pub(crate) fn tick(mut self, tick: impl Fn(u64) -> Option<u64> + 'static) -> Self {
        self.tick = Box::new(tick);
        self
    }

    /// The speaker's clock is faster by so many millionths.
    pub(crate) fn drift(mut self, millionths: i64) -> Self {
        for (at, _) in &mut self.arrivals {
            let passed = (*at - START_US) as i64;
            *at = at.wrapping_add_signed(-passed * millionths / 1_000_000);
        }
        self
    }

    /// Each packet comes later by up to so many microseconds.
    pub(crate) fn jitter(mut self, most_us: u64, seed: u64) -> Self {
        let mut dice = ChaCha8Rng::seed_from_u64(seed);
        for (at, _) in &mut self.arrivals {
            *at += dice.random_range(0..=most_us);
        }
        self
    }

    /// Packets of a span of time, in microseconds since the first, come later by up to so many.
    pub(crate) fn jitter_within(mut self, span_us: Range<u64>, most_us: u64, seed: u64) -> Self {
        let mut dice = ChaCha8Rng::seed_from_u64(seed);
        for (at, _) in self.arrivals.iter_mut().filter(|(at, _)| span_us.contains(&(at - START_US))) {
            *at += dice.random_range(0..=most_us);
        }
        self
    }

    /// Some packets never come.
    pub(crate) fn lose(mut self, is_lost: impl Fn(usize) -> bool) -> Self {
        let mut index = 0;
        self.arrivals.retain(|_| {
            index += 1;
            !is_lost(index - 1)
        });
        self
    }

    /// A share of the packets never comes.
    pub(crate) fn lose_percent(self, percent: u32, seed: u64) -> Self {
        let mut dice = ChaCha8Rng::seed_from_u64(seed);
        let lost: Vec<bool> = self.arrivals.iter().map(|_| dice.random_ratio(percent, 100)).collect();
        self.lose(|index| lost[index])
    }

    /// Changes when packets come, by their number and time in microseconds since the first.
    pub(crate) fn delay(mut self, delay_us: impl Fn(usize, u64) -> u64) -> Self {
        for (index, (at, _)) in self.arrivals.iter_mut().enumerate() {
            *at += delay_us(index, *at - START_US);
        }
        self
    }

    /// Sets when packets come, in microseconds since the first, by their number and when they would have.
    pub(crate) fn delay_to(mut self, at_us: impl Fn(usize, u64) -> u64) -> Self {
        for (index, (at, _)) in self.arrivals.iter_mut().enumerate() {
            *at = START_US + at_us(index, *at - START_US);
        }
        self
    }

    /// Everything until a while after the last packet.
    pub(crate) fn hear(self) -> Heard {
        self.hear_by(&mut Source::new())
    }

    pub(crate) fn hear_by(mut self, source: &mut Source) -> Heard {
        self.arrivals.sort_by_key(|(at, _)| *at);
        let end_us = self.arrivals.last().map_or(START_US, |(at, _)| *at) + 400_000;
        let mut arrivals = self.arrivals.into_iter().peekable();
        let (mut sound, mut pulled, mut refused) = (Vec::new(), Vec::new(), Vec::new());
        let (mut spans, mut before) = (Vec::new(), source.figures());
        let first = before;
        let mut frame = [0.0; FRAME_SAMPLES];
        for tick in 0.. {
            let due_us = START_US + self.phase_us + tick * 20_000;
            if due_us > end_us {
                break;
            }
            let Some(late_us) = (self.tick)(tick) else { continue };
            let now_us = due_us + late_us;
            while let Some((at, sent)) = arrivals.next_if(|(at, _)| *at <= now_us) {
                let Sent { stream, sequence, timestamp, payload, .. } = &sent;
                let (stream, sequence, timestamp) = (*stream, *sequence, *timestamp);
                let packet = Packet { speaker: ParticipantId(1), stream, sequence, timestamp, payload };
                refused.extend(source.push(&packet, MixTime(at)).err());
            }
            pulled.push(source.pull(MixTime(now_us), &mut frame));
            sound.extend_from_slice(&frame);
            if tick % 500 == 499 {
                spans.push(waited_ms(before, source.figures()));
                before = source.figures();
            }
        }
        let figures = source.figures();
        let waited_ms = waited_ms(first, figures);
        Heard { sound, pulled, refused, figures, waited_ms, waited_ms_by_10_s: spans }
    }
}

fn waited_ms(from: SourceFigures, to: SourceFigures) -> f64 {
    (to.waited_us - from.waited_us) as f64 / (to.decoded - from.decoded).max(1) as f64 / 1_000.0
}

impl Heard {
    /// The sound between two moments, in milliseconds.
    pub(crate) fn between(&self, from_ms: usize, to_ms: usize) -> &[f32] {
        &self.sound[from_ms * 48..(to_ms * 48).min(self.sound.len())]
    }

    pub(crate) fn count(&self, what: Pulled) -> usize {
        self.pulled.iter().filter(|pulled| **pulled == what).count()
    }
}

/// The seeds to run: the one asked for, or the kept ones and a fresh one.
pub(crate) fn seeds(test: &str) -> Vec<u64> {
    let seeds = match std::env::var("TORG_SEED") {
        Ok(seed) => vec![seed.parse().expect("TORG_SEED is a whole number")],
        Err(_) => vec![1, 2026, std::collections::hash_map::RandomState::new().build_hasher().finish()],
    };
    println!("{test}: TORG_SEED is one of {seeds:?}");
    seeds
}

//! What order and time a packet has: numbers that wrap made into numbers that don't, jumps told from pauses, and a
//! source that floods shut out.

use super::shape::Shape;
use crate::limits::{
    BURST_SAMPLES, CONCEAL_STEP, JUMP_PAUSE, PACKET_SAMPLES_MAX, REOPEN_SAMPLES, SEQUENCE_STEP_MAX, TIMESTAMP_SLACK,
};
use crate::types::{Packet, Refused};

/// Where a packet belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Placed {
    /// Its number, one more than that of the packet before it.
    pub(crate) sequence: i64,
    /// Where its sound begins on the speaker's clock, in samples.
    pub(crate) start: i64,
    /// Whether its numbers didn't follow from the ones before, and were made to.
    pub(crate) jumped: bool,
}

/// The newest packet of a stream.
#[derive(Clone, Copy, Debug)]
struct Newest {
    sequence: u16,
    timestamp: u32,
    samples: i64,
    arrived: i64,
    placed: Placed,
}

/// The numbers of one stream.
#[derive(Debug, Default)]
pub(crate) struct Numbering {
    newest: Option<Newest>,
}

impl Numbering {
    /// The place of a packet that came at `now`, samples.
    ///
    /// # Errors
    /// [`Refused::Confused`] when an older packet's timestamp doesn't fit its number.
    pub(crate) fn place(&mut self, packet: &Packet<'_>, shape: Shape, now: i64) -> Result<Placed, Refused> {
        let samples = shape.samples as i64;
        let placed = match self.newest {
            None => Placed { sequence: i64::from(packet.sequence), start: i64::from(packet.timestamp), jumped: false },
            Some(newest) => {
                let step = i64::from(packet.sequence.wrapping_sub(newest.sequence) as i16);
                let span = i64::from(packet.timestamp.wrapping_sub(newest.timestamp) as i32);
                let placed = Placed {
                    sequence: newest.placed.sequence + step,
                    start: newest.placed.start + span,
                    jumped: false,
                };
                if (-SEQUENCE_STEP_MAX..=0).contains(&step) {
                    let span_min = step * PACKET_SAMPLES_MAX as i64 - TIMESTAMP_SLACK;
                    let fits = if step == 0 { span == 0 } else { (span_min..0).contains(&span) };
                    return if fits { Ok(placed) } else { Err(Refused::Confused) };
                }
                if newest.leads_to(step, span, now) { placed } else { newest.jump(now) }
            }
        };
        let (sequence, timestamp) = (packet.sequence, packet.timestamp);
        self.newest = Some(Newest { sequence, timestamp, samples, arrived: now, placed });
        Ok(placed)
    }
}

impl Newest {
    /// Whether a packet so many numbers and samples later can be this stream going on: no sound twice, and no more time
    /// passed than the packets between could hold and the clock has seen.
    fn leads_to(&self, step: i64, span: i64, now: i64) -> bool {
        let shortest = self.samples + (step - 1) * CONCEAL_STEP as i64;
        let longest = step * PACKET_SAMPLES_MAX as i64 + (now - self.arrived).max(0) + TIMESTAMP_SLACK;
        (1..=SEQUENCE_STEP_MAX).contains(&step) && (shortest..=longest).contains(&span)
    }

    /// The numbers of a packet that doesn't follow: it comes next all the same, after a pause if there was one.
    fn jump(&self, now: i64) -> Placed {
        let passed = now - self.arrived;
        let pause = if passed > self.samples + JUMP_PAUSE { passed } else { self.samples };
        Placed { sequence: self.placed.sequence + 1, start: self.placed.start + pause, jumped: true }
    }
}

/// Lets in as much sound as time passes, with room for bursts.
#[derive(Debug)]
pub(crate) struct Gate {
    /// How much may come now, samples.
    credit: i64,
    /// Whether it is shut, after a flood.
    shut: bool,
    last: Option<i64>,
}

impl Default for Gate {
    fn default() -> Self {
        Self { credit: BURST_SAMPLES, shut: false, last: None }
    }
}

impl Gate {
    /// Whether so many more samples may come in now.
    pub(crate) fn admits(&mut self, samples: i64, now: i64) -> bool {
        let passed = now.saturating_sub(self.last.unwrap_or(now)).clamp(0, BURST_SAMPLES);
        self.last = Some(now);
        // A quarter more than time passes: clocks drift, and a burst must be worked off.
        self.credit = (self.credit + passed + passed / 4).min(BURST_SAMPLES);
        if self.shut {
            // What comes meanwhile counts by half, so that a flood keeps itself shut out and a voice at its pace doesn't.
            self.credit = (self.credit - samples / 2).max(0);
            self.shut = self.credit < REOPEN_SAMPLES;
        } else {
            self.shut = self.credit < samples;
        }
        if !self.shut {
            self.credit -= samples;
        }
        !self.shut
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use torg_protocol::ids::ParticipantId;

    const SHAPE: Shape = Shape { samples: 960, frame_samples: 960, is_pause: false, has_fec: false };

    fn place(numbering: &mut Numbering, sequence: u16, timestamp: u32, now: i64) -> Result<Placed, Refused> {
        let packet = Packet { speaker: ParticipantId(1), stream: 1, sequence, timestamp, payload: &[] };
        numbering.place(&packet, SHAPE, now)
    }

    fn placed(sequence: i64, start: i64, jumped: bool) -> Result<Placed, Refused> {
        Ok(Placed { sequence, start, jumped })
    }

    #[test]
    fn numbers_go_on_where_they_wrap() {
        let mut numbering = Numbering::default();
        assert_eq!(place(&mut numbering, 65_535, u32::MAX - 959, 0), placed(65_535, 4_294_966_336, false));
        assert_eq!(place(&mut numbering, 1, 960, 1_920), placed(65_537, 4_294_968_256, false));
        assert_eq!(place(&mut numbering, 0, 0, 1_930), placed(65_536, 4_294_967_296, false), "out of order");
    }

    #[test]
    fn a_pause_is_no_jump_and_a_jump_is_no_pause() {
        let mut numbering = Numbering::default();
        let minute = 60 * 48_000;
        assert_eq!(place(&mut numbering, 1, 0, 0), placed(1, 0, false));
        assert_eq!(place(&mut numbering, 2, minute as u32, minute), placed(2, minute, false), "a pause");
        assert_eq!(place(&mut numbering, 3, 5, minute + 960), placed(3, minute + 960, true), "backwards");
        assert_eq!(
            place(&mut numbering, 4, 965, minute + 1_920),
            placed(4, minute + 1_920, false),
            "and on from there"
        );
        assert_eq!(place(&mut numbering, 5, 965, minute + 2_900), placed(5, minute + 2_880, true), "standing still");
        assert_eq!(place(&mut numbering, 6, 1 << 30, minute + 4_000), placed(6, minute + 3_840, true), "forwards");
        let after = place(&mut numbering, 40_000, (1 << 30) + 960, minute + 5_000);
        assert_eq!(after, placed(7, minute + 4_800, true), "other numbers");
    }

    #[test]
    fn old_numbers_with_strange_times_are_refused() {
        let mut numbering = Numbering::default();
        assert_eq!(place(&mut numbering, 10, 9_600, 0), placed(10, 9_600, false));
        assert_eq!(place(&mut numbering, 9, 9_700, 0), Err(Refused::Confused));
        assert_eq!(place(&mut numbering, 10, 9_700, 0), Err(Refused::Confused));
        assert_eq!(place(&mut numbering, 9, 8_640, 0), placed(9, 8_640, false));
    }

    #[test]
    fn a_flood_is_shut_out_and_a_burst_is_not() {
        let mut gate = Gate::default();
        assert!((0..150).all(|_| gate.admits(960, 0)), "three seconds at once");
        let mut through = 0;
        for packet in 0..5_000 {
            through += usize::from(gate.admits(960, packet * 96));
        }
        assert!(through < 20, "{through} of a flood came through");
        let start = 5_000 * 96;
        let heard = (0..100).filter(|packet| gate.admits(960, start + packet * 960)).count();
        assert!(heard > 50, "{heard} of 100 after the flood");
    }
}

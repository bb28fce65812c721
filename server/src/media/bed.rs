//! The leg of the bed: one listener's mixes as one continuous RTP stream, whichever mix it is.
//!
//! All mixes of one desk run on one clock, so a listener who is handed from one to the next gets timestamps that go on
//! as if nothing had happened, and sequence numbers that go on by one. A mix that begins does so from silence, and its
//! encoder too: who comes from another is handed over when it is whole, or there would be a hole and a burst. A desk that was made anew is glued on by the time
//! that passed, as a new speaker is in a [`Leg`](super::leg::Leg).

use super::leg::{CLOCK_PER_MS, FRAME_CLOCK, LegHeader};
use super::limits::{HANDING_ROUNDS_MAX, WARM_FRAMES};
use super::mixer::{DeskKey, MixOutput, MixedPacket};
use std::time::{Duration, Instant};

/// More packets of one mix than this are never lost on the way to a worker: it is another mix by the same name.
const LOST_MAX: u16 = 500;

/// One listener's leg of the bed.
#[derive(Debug)]
pub(super) struct BedLeg {
    output: Option<MixOutput>,
    /// What the listener gets: that, or for a moment what was before.
    sounding: Option<MixOutput>,
    /// Rounds since the two differ, and how many frames the new one has made since it began.
    handing: u8,
    young: u8,
    /// The number that the desk gave to the newest packet of what sounds; nothing before the first.
    made: Option<u16>,
    /// What is added to the timestamps of a desk.
    clock: Option<(DeskKey, u32)>,
    last_sequence: u16,
    last_timestamp: u32,
    last_sent: Option<Instant>,
}

impl BedLeg {
    /// A silent leg whose numbers start at random places, as RFC 3550 asks.
    pub(super) fn new(first_sequence: u16, first_timestamp: u32) -> Self {
        Self {
            output: None,
            sounding: None,
            handing: 0,
            young: 0,
            made: None,
            clock: None,
            last_sequence: first_sequence,
            last_timestamp: first_timestamp,
            last_sent: None,
        }
    }

    /// What the listener gets now.
    pub(super) fn sounding(&self) -> Option<MixOutput> {
        self.sounding
    }

    /// What the listener is on the way to, while something else sounds still.
    pub(super) fn comes(&self) -> Option<MixOutput> {
        self.output.filter(|_| self.output != self.sounding)
    }

    /// Carries another mix from now on, or none. None is at once.
    pub(super) fn carry(&mut self, output: Option<MixOutput>) {
        if output == self.output {
            return;
        }
        self.output = output;
        (self.handing, self.young) = (0, 0);
        if output.is_none() || self.sounding.is_none() {
            self.hand_over();
        }
    }

    /// One round of the mix that comes; what it made in it. When that is whole, or has taken too long, it sounds.
    pub(super) fn meet(&mut self, made: Option<&MixedPacket>) {
        self.handing += 1;
        let began_before = made.is_some_and(|packet| !packet.marker) && self.young == 0;
        self.young = made.map_or(0, |_| self.young + 1);
        if began_before || self.young >= WARM_FRAMES || self.handing >= HANDING_ROUNDS_MAX {
            self.hand_over();
        }
    }

    fn hand_over(&mut self) {
        if self.sounding != self.output {
            self.sounding = self.output;
            self.made = None;
        }
    }

    /// The header under which a packet of what sounds goes to the listener; `None` for one of another mix.
    pub(super) fn number(&mut self, desk: DeskKey, packet: &MixedPacket, now: Instant) -> Option<LegHeader> {
        if self.sounding != Some(packet.output) {
            return None;
        }
        let offset = match self.clock {
            Some((same, offset)) if same == desk => offset,
            _ => self.glue(desk, packet.timestamp, now),
        };
        let timestamp = packet.timestamp.wrapping_add(offset);
        // What was lost on the way here is lost for the listener too, and is to be concealed.
        let step = self.made.map_or(1, |made| packet.sequence.wrapping_sub(made));
        let step = if (1..=LOST_MAX).contains(&step) { step } else { 1 };
        let goes_on = self.last_sent.is_some() && timestamp == self.last_timestamp.wrapping_add(FRAME_CLOCK);
        let sequence = self.last_sequence.wrapping_add(step);
        self.made = Some(packet.sequence);
        self.last_sequence = sequence;
        self.last_timestamp = timestamp;
        self.last_sent = Some(now);
        Some(LegHeader { sequence, timestamp, marker: packet.marker || !goes_on, speaker: None })
    }

    fn glue(&mut self, desk: DeskKey, timestamp: u32, now: Instant) -> u32 {
        let passed = self.last_sent.map_or(Duration::ZERO, |last| now.saturating_duration_since(last));
        // Wraps as the clock itself does.
        let passed_clock = ((passed.as_millis() * CLOCK_PER_MS) as u32).max(FRAME_CLOCK);
        let offset = self.last_timestamp.wrapping_add(passed_clock).wrapping_sub(timestamp);
        self.clock = Some((desk, offset));
        offset
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use torg_protocol::ids::ParticipantId;
    use torg_space::BedId;

    const HERE: MixOutput = MixOutput::Bed(BedId(1));
    const THERE: MixOutput = MixOutput::Bed(BedId(2));
    const OWN: MixOutput = MixOutput::Own(ParticipantId(7));
    const DESK: DeskKey = DeskKey(1);

    fn packet(output: MixOutput, sequence: u16, timestamp: u32) -> MixedPacket {
        MixedPacket { output, sequence, timestamp, marker: false, payload: Bytes::from_static(&[1; 9]) }
    }

    #[test]
    fn walking_from_bed_to_bed_is_one_stream() {
        let now = Instant::now();
        let mut leg = BedLeg::new(65_534, u32::MAX - 1_500);
        leg.carry(Some(HERE));
        let first = leg.number(DESK, &packet(HERE, 900, 96_000), now).expect("the first bed");
        let second = leg.number(DESK, &packet(HERE, 901, 96_960), now).expect("the first bed");
        leg.carry(Some(THERE));
        leg.meet(Some(&packet(THERE, 4, 97_920)));
        assert!(leg.number(DESK, &packet(HERE, 902, 97_920), now).is_none(), "the bed that was left is heard no more");
        let third = leg.number(DESK, &packet(THERE, 4, 97_920), now).expect("the second bed");
        leg.carry(Some(OWN));
        leg.meet(Some(&packet(OWN, 77, 98_880)));
        let fourth = leg.number(DESK, &packet(OWN, 77, 98_880), now).expect("the own mix");
        assert_eq!([first, second, third, fourth].map(|header| header.sequence), [65_535, 0, 1, 2]);
        let steps = [(first, second), (second, third), (third, fourth)];
        assert!(steps.iter().all(|(one, next)| next.timestamp.wrapping_sub(one.timestamp) == 960));
        assert_eq!([first, second, third, fourth].map(|header| header.marker), [true, false, false, false]);
        assert_eq!(fourth.speaker, None);
    }

    /// Which of five rounds' packets of the bed before go out, when the one that comes makes these: nothing, its first
    /// packet after silence, or one more.
    fn goes_on_for(comes: [Option<bool>; 5]) -> usize {
        let now = Instant::now();
        let mut leg = BedLeg::new(9, 0);
        leg.carry(Some(HERE));
        leg.carry(Some(THERE));
        let mut heard = 0;
        for (round, begins) in comes.into_iter().enumerate() {
            let number = round as u16;
            let made = begins.map(|marker| MixedPacket { marker, ..packet(THERE, number, 0) });
            if leg.comes().is_some() {
                leg.meet(made.as_ref());
            }
            heard += usize::from(leg.number(DESK, &packet(HERE, number, 0), now).is_some());
        }
        assert_eq!((leg.sounding(), leg.comes()), (Some(THERE), None));
        heard
    }

    #[test]
    fn who_comes_to_another_bed_hears_the_one_before_until_that_is_whole() {
        let (begins, goes_on) = (Some(true), Some(false));
        assert_eq!(goes_on_for([goes_on; 5]), 0, "others hear it already");
        assert_eq!(goes_on_for([begins, goes_on, goes_on, goes_on, goes_on]), 2);
        assert_eq!(goes_on_for([None, begins, goes_on, goes_on, goes_on]), 3);
        assert_eq!(goes_on_for([None; 5]), 4, "nobody speaks there");
        let mut leg = BedLeg::new(9, 0);
        leg.carry(Some(HERE));
        leg.carry(Some(THERE));
        leg.carry(None);
        assert!(leg.number(DESK, &packet(HERE, 2, 0), Instant::now()).is_none(), "nothing is nothing at once");
    }

    #[test]
    fn a_loss_on_the_way_stays_one_and_silence_is_none() {
        let now = Instant::now();
        let mut leg = BedLeg::new(9, 0);
        leg.carry(Some(HERE));
        let mut sequence = |made, timestamp| leg.number(DESK, &packet(HERE, made, timestamp), now);
        assert_eq!(sequence(50, 0).map(|header| header.sequence), Some(10));
        assert_eq!(sequence(53, 2_880).map(|header| header.sequence), Some(13));
        let after_silence = sequence(54, 96_000).expect("the same bed");
        assert_eq!((after_silence.sequence, after_silence.marker), (14, true));
        assert_eq!(after_silence.timestamp, 960 + 96_000, "a gap in time without one in numbers is a pause");
    }

    #[test]
    fn a_desk_made_anew_goes_on_where_time_is() {
        let start = Instant::now();
        let mut leg = BedLeg::new(0, 0);
        leg.carry(Some(HERE));
        let before = leg.number(DESK, &packet(HERE, 800, 5_000_000), start).expect("the old desk");
        let later = start + Duration::from_millis(500);
        let after = leg.number(DeskKey(2), &packet(HERE, 3, 0), later).expect("the new desk");
        assert_eq!(after.timestamp.wrapping_sub(before.timestamp), 24_000);
        assert_eq!(after.sequence, 2, "numbers of another desk say nothing of what was lost");
    }
}

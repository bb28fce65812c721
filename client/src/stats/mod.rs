//! What a guest measures of its stay.

mod slot;
mod tally;

use crate::rtc::{BedPacket, VoicePacket};
use crate::sound::ear::{HeardFrame, HeardVoice};
use serde::Serialize;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};
use torg_protocol::ids::{AudioSlotIndex, ParticipantId};
use torg_protocol::limits::AUDIO_SLOTS;

pub(crate) use slot::{Labelled, SlotMeter};
pub use tally::VoiceTally;

/// The figures of a stay so far.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Statistics {
    /// From the offer to the first voice, the first time; nothing while none came.
    pub first_audio_ms: Option<f64>,
    /// Voice packets that came.
    pub packets_received: u64,
    /// Voice packets that did not, by their sequence numbers. A pause in speech is no loss.
    pub packets_lost: u64,
    /// Interarrival jitter (RFC 3550, section 6.4.1): that of the slot where it is worst.
    pub jitter_ms: f64,
    /// The longest time without a packet of somebody who was to be heard and spoke.
    pub longest_gap_ms: f64,
    /// What was heard, by speaker.
    pub heard: Vec<Heard>,
    /// Peer connections that had to be made anew.
    pub rejoins: u32,
    /// Packets that named a speaker whom their slot's label did not announce. Must be 0.
    pub mislabelled: u64,
    /// Packets of the speaker before that came after the slot got its new label. They are not played.
    pub after_relabel: u64,
    /// Voice packets sent.
    pub packets_sent: u64,
    /// Packets of the bed's section that came: the murmur, or everything in one stream.
    pub bed_packets_received: u64,
    /// Packets of the bed's section that did not.
    pub bed_packets_lost: u64,
}

/// How much of somebody was heard.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Heard {
    /// Who.
    pub name: String,
    /// Seconds above -60 dBFS, as heard: after distance and walls.
    pub seconds: f64,
    /// The level over those seconds, both ears together, RMS dBFS.
    pub rms_dbfs: f64,
}

/// Counts while the guest is in.
#[derive(Clone, Debug, Default)]
pub(crate) struct Meter {
    slots: [SlotMeter; AUDIO_SLOTS],
    bed: SlotMeter,
    bed_heard: VoiceTally,
    /// By name: after a restart of the server the same people have other ids.
    voices: BTreeMap<String, VoiceTally>,
    /// When the newest offer left, until something comes of it.
    offered: Option<Instant>,
    /// Of the first offer from which something came.
    first_audio: Option<Duration>,
    longest_gap: Duration,
    mislabelled: u64,
    after_relabel: u64,
    pub(crate) rejoins: u32,
    pub(crate) packets_sent: u64,
}

impl Meter {
    /// An offer leaves.
    pub(crate) fn offered(&mut self, now: Instant) {
        self.offered = Some(now);
    }

    /// A voice came. For the first one after an offer this says how long after.
    pub(crate) fn first_audio(&mut self, now: Instant) -> Option<Duration> {
        let after = now.saturating_duration_since(self.offered.take()?);
        self.first_audio.get_or_insert(after);
        Some(after)
    }

    /// The streams begin anew, under other numbers: a new peer connection.
    pub(crate) fn restart_streams(&mut self) {
        for slot in &mut self.slots {
            slot.restart();
        }
        self.bed.restart();
    }

    /// A slot has another label.
    pub(crate) fn label(&mut self, slot: AudioSlotIndex, speaker: Option<ParticipantId>, now: Instant) {
        let Some(slot) = self.slots.get_mut(usize::from(slot.0)) else { return };
        slot.label(speaker, now);
    }

    /// A packet came; says whose it is.
    pub(crate) fn received(&mut self, packet: &VoicePacket, name: Option<&str>, now: Instant) -> Labelled {
        let Some(slot) = self.slots.get_mut(usize::from(packet.slot.0)) else { return Labelled::Wrong };
        slot.count(packet.sequence);
        let labelled = slot.labelled(packet.csrc, now);
        match labelled {
            Labelled::Right => {
                if let Some(name) = name {
                    voice(&mut self.voices, name).packets += 1;
                }
                let gap = slot.time(packet, now);
                self.longest_gap = self.longest_gap.max(gap);
            }
            Labelled::Former => self.after_relabel += 1,
            Labelled::Wrong => self.mislabelled += 1,
        }
        labelled
    }

    /// A packet of the bed's section came.
    pub(crate) fn received_bed(&mut self, packet: &BedPacket) {
        self.bed.count(packet.sequence);
        self.bed_heard.packets += 1;
    }

    /// A frame was mixed: what each voice and the bed gave to it.
    pub(crate) fn heard<'a>(&mut self, heard: HeardFrame, name_of: impl Fn(ParticipantId) -> Option<&'a str>) {
        for HeardVoice { speaker, power } in heard.voices.into_iter().flatten() {
            if let Some(name) = name_of(speaker) {
                voice(&mut self.voices, name).heard(power);
            }
        }
        if let Some(power) = heard.bed {
            self.bed_heard.heard(power);
        }
    }

    /// Looks after gaps that last. `is_expected` says of a speaker whether they speak at this moment and are to
    /// be heard.
    pub(crate) fn watch_gaps(&mut self, now: Instant, is_expected: impl Fn(ParticipantId) -> bool) {
        for slot in &mut self.slots {
            self.longest_gap = self.longest_gap.max(slot.open_gap(now, &is_expected));
        }
    }

    pub(crate) fn voice(&self, name: &str) -> VoiceTally {
        self.voices.get(name).copied().unwrap_or_default()
    }

    pub(crate) fn bed(&self) -> VoiceTally {
        self.bed_heard
    }

    pub(crate) fn statistics(&self) -> Statistics {
        let sum = |part: fn(&SlotMeter) -> u64| self.slots.iter().map(part).sum();
        let jitter_ms = self.slots.iter().map(|slot| slot.jitter_ms).fold(0.0, f64::max);
        let heard = self.voices.iter().filter(|(_, tally)| tally.audible_frames > 0);
        Statistics {
            first_audio_ms: self.first_audio.map(to_ms),
            packets_received: sum(SlotMeter::received),
            packets_lost: sum(SlotMeter::lost),
            jitter_ms: to_ms(Duration::from_secs_f64(jitter_ms / 1e3)),
            longest_gap_ms: to_ms(self.longest_gap),
            heard: heard
                .map(|(name, tally)| Heard {
                    name: name.clone(),
                    seconds: tally.audible_s(),
                    rms_dbfs: (f64::from(tally.audible_dbfs()) * 100.0).round() / 100.0,
                })
                .collect(),
            rejoins: self.rejoins,
            mislabelled: self.mislabelled,
            after_relabel: self.after_relabel,
            packets_sent: self.packets_sent,
            bed_packets_received: self.bed.received(),
            bed_packets_lost: self.bed.lost(),
        }
    }
}

fn voice<'a>(voices: &'a mut BTreeMap<String, VoiceTally>, name: &str) -> &'a mut VoiceTally {
    if !voices.contains_key(name) {
        voices.insert(name.to_owned(), VoiceTally::default());
    }
    voices.get_mut(name).expect("it was put there if it was not")
}

pub(crate) fn to_ms(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1e6).round() / 1e3
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sound::FRAME_SAMPLES;
    use crate::sound::ear::Power;
    use bytes::Bytes;

    const ANN: ParticipantId = ParticipantId(1);
    const BOB: ParticipantId = ParticipantId(2);
    const CEM: ParticipantId = ParticipantId(3);
    const SLOT: AudioSlotIndex = AudioSlotIndex(0);

    struct Stream {
        meter: Meter,
        start: Instant,
    }

    impl Stream {
        fn new() -> Self {
            let (mut meter, start) = (Meter::default(), Instant::now());
            meter.label(SLOT, Some(ANN), start);
            Self { meter, start }
        }

        fn at(&self, ms: u64) -> Instant {
            self.start + Duration::from_millis(ms)
        }

        /// A packet by its number, the frame it holds, and when it comes.
        fn packet(&mut self, number: u16, frame: u32, ms: u64, csrc: Option<ParticipantId>) -> Labelled {
            let packet = VoicePacket {
                slot: SLOT,
                sequence: 65_500_u16.wrapping_add(number),
                timestamp: frame * FRAME_SAMPLES as u32,
                csrc,
                payload: Bytes::from_static(b"x"),
            };
            let now = self.at(ms);
            self.meter.received(&packet, Some("Ann"), now)
        }
    }

    #[test]
    fn losses_count_and_pauses_do_not() {
        let mut stream = Stream::new();
        for number in (0..100).filter(|number| number % 10 != 5) {
            let pause = if number >= 50 { 40 } else { 0 };
            let frame = u32::from(number) + pause;
            stream.packet(number, frame, u64::from(frame) * 20, Some(ANN));
        }
        let statistics = stream.meter.statistics();
        assert_eq!((statistics.packets_received, statistics.packets_lost), (90, 10));
        assert!((statistics.longest_gap_ms - 40.0).abs() < 0.01, "{}", statistics.longest_gap_ms);
        assert!(statistics.jitter_ms < 1e-9);
        stream.meter.restart_streams();
        stream.packet(1_000, 0, 10_000, Some(ANN));
        assert_eq!(stream.meter.statistics().packets_lost, 10, "new numbers are no loss");
    }

    #[test]
    fn jitter_is_that_of_the_rfc() {
        let mut stream = Stream::new();
        for number in 0..500_u16 {
            let late = u64::from(number % 2) * 8;
            stream.packet(number, u32::from(number), u64::from(number) * 20 + late, None);
        }
        assert!((stream.meter.statistics().jitter_ms - 8.0).abs() < 0.1);
    }

    #[test]
    fn a_gap_counts_while_it_lasts_if_somebody_speaks() {
        let mut stream = Stream::new();
        stream.packet(0, 0, 0, Some(ANN));
        for ms in (0..2_000).step_by(20) {
            let now = stream.at(ms);
            stream.meter.watch_gaps(now, |_| ms >= 1_000);
        }
        let gap_ms = stream.meter.statistics().longest_gap_ms;
        assert!((960.0..1_000.0).contains(&gap_ms), "from when they spoke: {gap_ms}");
    }

    #[test]
    fn the_label_tells_whose_a_packet_may_be() {
        let mut stream = Stream::new();
        assert_eq!(stream.packet(0, 0, 0, Some(ANN)), Labelled::Right);
        assert_eq!(stream.packet(1, 1, 20, Some(BOB)), Labelled::Wrong);
        let now = stream.at(40);
        stream.meter.label(SLOT, Some(BOB), now);
        assert_eq!(stream.packet(2, 2, 45, Some(ANN)), Labelled::Former);
        assert_eq!(stream.packet(3, 3, 60, Some(BOB)), Labelled::Right);
        assert_eq!(stream.packet(4, 4, 80, None), Labelled::Right, "an old server names nobody");
        let now = stream.at(100);
        stream.meter.label(SLOT, None, now);
        assert_eq!(stream.packet(5, 5, 110, Some(ANN)), Labelled::Former, "late by two labels");
        assert_eq!(stream.packet(6, 6, 120, Some(CEM)), Labelled::Wrong, "ahead of the label");
        assert_eq!(stream.packet(7, 7, 3_000, Some(ANN)), Labelled::Wrong, "too late to be late");
        let statistics = stream.meter.statistics();
        assert_eq!((statistics.mislabelled, statistics.after_relabel), (3, 2));
    }

    #[test]
    fn what_is_heard_is_measured_after_its_gains() {
        let mut meter = Meter::default();
        for frame in 0..100 {
            let power = if frame < 50 { 0.5 * 10f64.powf(-2.4) } else { 1e-9 };
            let mut heard = HeardFrame::default();
            heard.voices[3] = Some(HeardVoice { speaker: ANN, power: Power { left: power, right: power } });
            heard.bed = (frame < 10).then_some(Power { left: power, right: power });
            meter.heard(heard, |speaker| (speaker == ANN).then_some("Ann"));
        }
        assert_eq!(meter.bed().audible_frames, 10);
        let statistics = meter.statistics();
        assert_eq!(statistics.heard[0].seconds, 1.0);
        assert!((statistics.heard[0].rms_dbfs + 24.0).abs() < 0.01);
    }
}

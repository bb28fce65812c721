//! What is counted about one audio slot's stream, or about the bed's.

use crate::limits::FORMER_LABELS_MAX;
use crate::rtc::VoicePacket;
use crate::sound::{FRAME_SAMPLES, SAMPLE_RATE_HZ};
use std::collections::VecDeque;
use std::time::{Duration, Instant};
use torg_protocol::ids::ParticipantId;

/// Whose a packet is, by its slot's label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Labelled {
    /// The labelled speaker's: to be played.
    Right,
    /// The one's before, late: to be dropped.
    Former,
    /// Somebody else's: to be dropped, and a fault.
    Wrong,
}

/// A late packet may be so old, and not older: a server or a machine under load holds packets this long at worst.
const FORMER_LABEL_VALID: Duration = Duration::from_secs(2);

/// Somebody who speaks and is to be heard may be without a packet this long before the gap counts while it
/// lasts: shorter ones count when the next packet ends them.
const OPEN_GAP_COUNTS_FROM: Duration = Duration::from_millis(500);

/// One slot's stream.
#[derive(Clone, Debug, Default)]
pub(crate) struct SlotMeter {
    speaker: Option<ParticipantId>,
    /// Whom it carried until lately, and until when.
    formers: VecDeque<(ParticipantId, Instant)>,
    /// First and highest sequence number, counted on beyond 16 bits.
    span: Option<(i64, i64)>,
    received: u64,
    received_before: u64,
    lost_before: u64,
    last: Option<Arrival>,
    expected_since: Option<Instant>,
    pub(crate) jitter_ms: f64,
}

#[derive(Clone, Copy, Debug)]
struct Arrival {
    arrived: Instant,
    timestamp: u32,
    sequence: u16,
}

impl SlotMeter {
    /// Packets that came, over all peer connections.
    pub(crate) fn received(&self) -> u64 {
        self.received_before + self.received
    }

    /// The slot has another label.
    pub(crate) fn label(&mut self, speaker: Option<ParticipantId>, now: Instant) {
        if self.speaker != speaker {
            if let Some(former) = self.speaker {
                self.formers.push_back((former, now));
                self.formers.drain(..self.formers.len().saturating_sub(FORMER_LABELS_MAX));
            }
            self.speaker = speaker;
            self.last = None;
            self.expected_since = None;
        }
    }

    /// How long there has been no packet, if there should be some.
    pub(crate) fn open_gap(&mut self, now: Instant, is_expected: impl Fn(ParticipantId) -> bool) -> Duration {
        if !self.speaker.is_some_and(is_expected) {
            self.expected_since = None;
            return Duration::ZERO;
        }
        let since = *self.expected_since.get_or_insert(now);
        let last = self.last.map_or(since, |last| last.arrived.max(since));
        let gap = now.saturating_duration_since(last);
        if gap >= OPEN_GAP_COUNTS_FROM { gap } else { Duration::ZERO }
    }

    /// Another peer connection: its numbers begin anew.
    pub(crate) fn restart(&mut self) {
        self.lost_before = self.lost();
        self.received_before += self.received;
        self.received = 0;
        self.span = None;
        self.last = None;
    }

    /// What was counted so far does not count; the label stays.
    pub(crate) fn forget(&mut self) {
        let formers = std::mem::take(&mut self.formers);
        *self = Self { speaker: self.speaker, formers, ..Self::default() };
    }

    /// Packets missing, over all peer connections.
    pub(crate) fn lost(&self) -> u64 {
        let expected = self.span.map_or(0, |(first, highest)| highest - first + 1);
        self.lost_before + (expected as u64).saturating_sub(self.received)
    }

    /// Counts a packet by its number.
    pub(crate) fn count(&mut self, sequence: u16) {
        self.received += 1;
        let Some((first, highest)) = &mut self.span else {
            self.span = Some((i64::from(sequence), i64::from(sequence)));
            return;
        };
        let counted = *highest + i64::from(sequence.wrapping_sub(*highest as u16) as i16);
        *highest = (*highest).max(counted);
        *first = (*first).min(counted);
    }

    /// Whose a packet is that names this source.
    pub(crate) fn labelled(&self, csrc: Option<ParticipantId>, now: Instant) -> Labelled {
        match (csrc, self.speaker) {
            // Nothing in the packet says whose it is: the label must do.
            (None, Some(_)) => Labelled::Right,
            (Some(csrc), Some(speaker)) if csrc == speaker => Labelled::Right,
            _ => {
                let is_former = |&(former, until): &(ParticipantId, Instant)| {
                    csrc.is_none_or(|csrc| csrc == former) && now.saturating_duration_since(until) < FORMER_LABEL_VALID
                };
                if self.formers.iter().any(is_former) { Labelled::Former } else { Labelled::Wrong }
            }
        }
    }

    /// Takes the times of a packet of the labelled speaker; gives how long there was none, pauses not counted.
    pub(crate) fn time(&mut self, packet: &VoicePacket, now: Instant) -> Duration {
        let arrival = Arrival { arrived: now, timestamp: packet.timestamp, sequence: packet.sequence };
        let Some(last) = self.last.replace(arrival) else {
            return self.expected_since.map_or(Duration::ZERO, |since| now.saturating_duration_since(since));
        };
        let seconds = |samples: i32| f64::from(samples) / f64::from(SAMPLE_RATE_HZ);
        let spoken_s = seconds(packet.timestamp.wrapping_sub(last.timestamp) as i32);
        let arrived_s = now.saturating_duration_since(last.arrived).as_secs_f64();
        let frames = i32::from(packet.sequence.wrapping_sub(last.sequence) as i16);
        if frames <= 0 {
            // Out of order: the one before it has told its times.
            self.last = Some(Arrival { arrived: now, ..last });
            return Duration::ZERO;
        }
        let pause_s = (spoken_s - seconds(frames.saturating_mul(FRAME_SAMPLES as i32))).max(0.0);
        if pause_s == 0.0 {
            let transit_ms = (arrived_s - spoken_s).abs() * 1e3;
            self.jitter_ms += (transit_ms - self.jitter_ms) / 16.0;
        }
        Duration::from_secs_f64((arrived_s - pause_s).max(0.0))
    }
}

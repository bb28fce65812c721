//! Legs: one listener's audio slot as one continuous RTP stream, whoever speaks in it. How the leg of the bed goes on
//! is in [`bed`](super::bed).
//!
//! Sources are glued together by rewriting: the sequence number goes on by one, the timestamp by the time that
//! passed, so that a decoder sees a talk spurt after a pause and never a new stream (RFC 3550, section 5.1; the
//! technique is that of RFC 7667, section 3.7). SSRC and payload type are the leg's own.

use super::demux::PeerKey;
use bytes::Bytes;
use std::time::{Duration, Instant};
use torg_protocol::ids::ParticipantId;
use torg_protocol::limits::AUDIO_SLOTS;

/// A listener's legs: the audio slots, and after them the bed.
pub(super) const LEGS: usize = AUDIO_SLOTS + 1;

/// The number of the bed's leg.
pub(super) const BED_LEG: usize = AUDIO_SLOTS;

/// Opus runs on a clock of 48 kHz whatever it carries (RFC 7587, section 4.1).
pub(super) const CLOCK_PER_MS: u128 = 48;

/// One 20 ms frame: the least that the timestamp moves between two sources.
pub(super) const FRAME_CLOCK: u32 = 960;

/// A packet as it came from a speaker, decrypted, shared by all who hear it.
#[derive(Clone, Debug)]
pub(super) struct SourcePacket {
    pub(super) speaker: ParticipantId,
    /// The speaker's peer connection: a new one starts a new stream of numbers.
    pub(super) stream: PeerKey,
    pub(super) sequence: u16,
    pub(super) timestamp: u32,
    pub(super) marker: bool,
    pub(super) payload: Bytes,
    /// When it came to us.
    pub(super) arrived: Instant,
    /// When its worker had it in hand.
    pub(super) taken: Instant,
}

/// The header of a packet on its way to a listener.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct LegHeader {
    pub(super) sequence: u16,
    pub(super) timestamp: u32,
    pub(super) marker: bool,
    /// The contributing source (RFC 3550, section 5.1): whose voice it is, so that no one need trust the label. A mix
    /// names nobody.
    pub(super) speaker: Option<ParticipantId>,
}

/// One audio slot of one listener.
#[derive(Debug)]
pub(super) struct Leg {
    state: LegState,
    last_sequence: u16,
    last_timestamp: u32,
    last_sent: Option<Instant>,
}

#[derive(Debug)]
enum LegState {
    /// Nobody speaks here.
    Silent,
    /// Routed, but no packet came yet.
    Waiting { speaker: ParticipantId },
    /// Rewriting one source by constant offsets.
    Glued { speaker: ParticipantId, stream: PeerKey, first_sequence: u16, sequence_offset: u16, timestamp_offset: u32 },
}

impl Leg {
    /// A silent leg whose numbers start at random places, as RFC 3550 asks.
    pub(super) fn new(first_sequence: u16, first_timestamp: u32) -> Self {
        Self {
            state: LegState::Silent,
            last_sequence: first_sequence,
            last_timestamp: first_timestamp,
            last_sent: None,
        }
    }

    /// Whom the leg carries.
    pub(super) fn speaker(&self) -> Option<ParticipantId> {
        match self.state {
            LegState::Silent => None,
            LegState::Waiting { speaker } | LegState::Glued { speaker, .. } => Some(speaker),
        }
    }

    /// Carries another speaker from now on, or nobody.
    pub(super) fn carry(&mut self, speaker: Option<ParticipantId>) {
        if speaker != self.speaker() {
            self.state = speaker.map_or(LegState::Silent, |speaker| LegState::Waiting { speaker });
        }
    }

    /// When the leg last sent a packet.
    pub(super) fn last_sent(&self) -> Option<Instant> {
        self.last_sent
    }

    /// The header under which a packet goes to the listener; `None` for a packet that is not of the leg's
    /// speaker, or that was sent before the leg took the source up.
    pub(super) fn rewrite(&mut self, packet: &SourcePacket, now: Instant) -> Option<LegHeader> {
        if self.speaker() != Some(packet.speaker) {
            return None;
        }
        let glued = matches!(self.state, LegState::Glued { stream, .. } if stream == packet.stream);
        if !glued {
            self.glue(packet, now);
        }
        let LegState::Glued { first_sequence, sequence_offset, timestamp_offset, .. } = self.state else {
            return None;
        };
        // Older than the first one: its place in the listener's stream is taken by the speaker before.
        let behind_first = packet.sequence.wrapping_sub(first_sequence) as i16;
        let rewritten_sequence = packet.sequence.wrapping_add(sequence_offset);
        let ahead_of_last = rewritten_sequence.wrapping_sub(self.last_sequence) as i16;
        if behind_first < 0 && ahead_of_last < 0 {
            return None;
        }
        let header = LegHeader {
            sequence: rewritten_sequence,
            timestamp: packet.timestamp.wrapping_add(timestamp_offset),
            marker: packet.marker || !glued,
            speaker: Some(packet.speaker),
        };
        if ahead_of_last > 0 {
            self.last_sequence = header.sequence;
            self.last_timestamp = header.timestamp;
        }
        // Far on, so that the test above never mistakes half a turn of the 16 bits for the past.
        if behind_first > 0x4000 {
            self.move_first(packet.sequence.wrapping_sub(0x2000));
        }
        self.last_sent = Some(now);
        Some(header)
    }

    fn glue(&mut self, packet: &SourcePacket, now: Instant) {
        let passed = self.last_sent.map_or(Duration::ZERO, |last| now.saturating_duration_since(last));
        // Wraps as the clock itself does.
        let passed_clock = ((passed.as_millis() * CLOCK_PER_MS) as u32).max(FRAME_CLOCK);
        self.state = LegState::Glued {
            speaker: packet.speaker,
            stream: packet.stream,
            first_sequence: packet.sequence,
            sequence_offset: self.last_sequence.wrapping_add(1).wrapping_sub(packet.sequence),
            timestamp_offset: self.last_timestamp.wrapping_add(passed_clock).wrapping_sub(packet.timestamp),
        };
    }

    fn move_first(&mut self, sequence: u16) {
        if let LegState::Glued { first_sequence, .. } = &mut self.state {
            *first_sequence = sequence;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANN: ParticipantId = ParticipantId(1);
    const BOB: ParticipantId = ParticipantId(2);

    fn packet(speaker: ParticipantId, stream: u64, sequence: u16, timestamp: u32) -> SourcePacket {
        let payload = Bytes::from_static(&[0x5A; 20]);
        let arrived = Instant::now();
        let taken = arrived;
        SourcePacket { speaker, stream: PeerKey(stream), sequence, timestamp, marker: false, payload, arrived, taken }
    }

    #[test]
    fn two_speakers_make_one_stream() {
        let start = Instant::now();
        let mut leg = Leg::new(65_534, u32::MAX - 500);
        leg.carry(Some(ANN));
        let first = leg.rewrite(&packet(ANN, 1, 40_000, 1_000), start).expect("Ann's");
        let second = leg.rewrite(&packet(ANN, 1, 40_001, 1_960), start).expect("Ann's");
        assert_eq!((first.sequence, second.sequence), (65_535, 0));
        assert_eq!(second.timestamp.wrapping_sub(first.timestamp), 960);
        assert!(first.marker && !second.marker, "a new source starts a talk spurt");

        leg.carry(Some(BOB));
        assert!(leg.rewrite(&packet(ANN, 1, 40_002, 2_920), start).is_none(), "nobody under another's name");
        let later = start + Duration::from_millis(500);
        let third = leg.rewrite(&packet(BOB, 2, 7, 99), later).expect("Bob's");
        assert_eq!(third.sequence, 1);
        assert_eq!(third.timestamp.wrapping_sub(second.timestamp), 24_000);
        assert_eq!(third.speaker, Some(BOB));
    }

    #[test]
    fn loss_and_reorder_pass_through() {
        let now = Instant::now();
        let mut leg = Leg::new(9, 0);
        leg.carry(Some(ANN));
        let sequence = |leg: &mut Leg, number| leg.rewrite(&packet(ANN, 1, number, 0), now).map(|h| h.sequence);
        assert_eq!(sequence(&mut leg, 100), Some(10));
        assert_eq!(sequence(&mut leg, 103), Some(13), "a gap stays a gap");
        assert_eq!(sequence(&mut leg, 102), Some(12), "late, but after the first");
        assert_eq!(sequence(&mut leg, 99), None, "before the first: that place is taken");
    }

    #[test]
    fn a_speaker_who_comes_back_with_a_new_connection_goes_on() {
        let now = Instant::now();
        let mut leg = Leg::new(0, 0);
        leg.carry(Some(ANN));
        leg.rewrite(&packet(ANN, 1, 500, 5), now).expect("the first connection");
        let header = leg.rewrite(&packet(ANN, 9, 3, 70_000), now).expect("the second");
        assert_eq!((header.sequence, header.timestamp), (2, 960 + 960));
    }

    #[test]
    fn hours_of_talk_never_stall() {
        let now = Instant::now();
        let mut leg = Leg::new(0, 0);
        leg.carry(Some(ANN));
        for number in 0..300_000u32 {
            let header = leg.rewrite(&packet(ANN, 1, number as u16, number.wrapping_mul(960)), now);
            assert_eq!(header.map(|header| header.sequence), Some((number + 1) as u16), "packet {number}");
        }
    }
}

//! One stream's jitter buffer: packets in the order of their sequence numbers, about 60 ms behind.
//!
//! Three things look alike and are told apart here. A *loss* is a gap in the sequence numbers: it is concealed.
//! A *pause* (DTX) is a gap in the timestamps with none in the sequence: it is silence. *Starving* is a late
//! packet: it is concealed for a moment, and the packet still played when it comes, which leaves the buffer
//! deeper by what it lacked.

use super::FRAME_SAMPLES;
use crate::limits::JITTER_PACKETS_MAX;
use bytes::Bytes;
use std::collections::BTreeMap;

/// Frames of silence between a spurt's first packet and its first sound: 60 ms.
const FILL_FRAMES: u32 = 3;

/// Frames made up before a starving voice is silent.
const STARVED_FRAMES_MAX: u32 = 3;

/// A run of losses that is concealed; a longer one is jumped over.
const CONCEALED_FRAMES_MAX: i64 = 5;

/// Depth at which the buffer is cut back to [`DEPTH_KEPT_SAMPLES`]: after a stall the voice must not stay late.
const DEPTH_SAMPLES_MAX: i64 = 10 * FRAME_SAMPLES as i64;
const DEPTH_KEPT_SAMPLES: i64 = 4 * FRAME_SAMPLES as i64;

/// Timestamps this near to their time are on time: some senders' frames jitter by a millisecond or two.
const TIMESTAMP_SLACK_SAMPLES: i64 = 240;

/// A sequence number farther off than this starts the count anew.
const SEQUENCE_JUMP_MAX: i64 = 3_000;

/// What comes out next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Pulled {
    /// A packet, to be decoded.
    Packet(Bytes),
    /// A frame is missing, to be concealed.
    Missing,
    /// Nothing for this frame.
    Silence,
}

#[derive(Debug)]
enum Playout {
    /// No voice.
    Idle,
    /// A voice has begun; frames of silence left before it plays.
    Filling { frames_left: u32 },
    /// Playing.
    Playing { next_sequence: i64, due_timestamp: i64, starved_frames: u32 },
}

/// A jitter buffer.
#[derive(Debug)]
pub(crate) struct JitterBuffer {
    /// By sequence number, counted on beyond 16 bits.
    packets: BTreeMap<i64, Waiting>,
    playout: Playout,
    /// The newest sequence number and timestamp.
    newest: Option<(i64, i64)>,
}

#[derive(Debug)]
struct Waiting {
    timestamp: i64,
    payload: Bytes,
}

impl JitterBuffer {
    pub(crate) fn new() -> Self {
        Self { packets: BTreeMap::new(), playout: Playout::Idle, newest: None }
    }

    /// Forgets everything: what comes next is another stream.
    pub(crate) fn clear(&mut self) {
        *self = Self::new();
    }

    /// Takes a packet as it comes from the network.
    pub(crate) fn insert(&mut self, sequence: u16, timestamp: u32, payload: Bytes) {
        let (sequence, timestamp) = self.count_on(sequence, timestamp);
        if let Playout::Playing { next_sequence, .. } = self.playout
            && sequence < next_sequence
        {
            return;
        }
        self.packets.entry(sequence).or_insert(Waiting { timestamp, payload });
        if self.packets.len() > JITTER_PACKETS_MAX {
            self.packets.pop_first();
        }
    }

    /// The next thing to play. After a packet, [`JitterBuffer::played`] must be told how long it was.
    pub(crate) fn pull(&mut self) -> Pulled {
        match self.playout {
            Playout::Idle if self.packets.is_empty() => return Pulled::Silence,
            Playout::Idle => {
                self.playout = Playout::Filling { frames_left: FILL_FRAMES - 1 };
                return Pulled::Silence;
            }
            Playout::Filling { frames_left: frames_left @ 1.. } => {
                self.playout = Playout::Filling { frames_left: frames_left - 1 };
                return Pulled::Silence;
            }
            Playout::Filling { .. } => {
                let Some((&next_sequence, first)) = self.packets.first_key_value() else {
                    self.playout = Playout::Idle;
                    return Pulled::Silence;
                };
                self.playout = Playout::Playing { next_sequence, due_timestamp: first.timestamp, starved_frames: 0 };
            }
            Playout::Playing { .. } => {}
        }
        self.cut_back();
        self.play()
    }

    /// Tells how long the packet was that [`JitterBuffer::pull`] gave.
    pub(crate) fn played(&mut self, samples: usize) {
        if let Playout::Playing { due_timestamp, .. } = &mut self.playout {
            *due_timestamp += samples as i64;
        }
    }

    fn play(&mut self) -> Pulled {
        let frame = FRAME_SAMPLES as i64;
        let Playout::Playing { next_sequence, due_timestamp, starved_frames } = &mut self.playout else {
            return Pulled::Silence;
        };
        let Some((&sequence, head)) = self.packets.first_key_value() else {
            *starved_frames += 1;
            *due_timestamp += frame;
            if *starved_frames <= STARVED_FRAMES_MAX {
                return Pulled::Missing;
            }
            self.playout = Playout::Idle;
            return Pulled::Silence;
        };
        *starved_frames = 0;
        let lost = sequence - *next_sequence;
        if (1..=CONCEALED_FRAMES_MAX).contains(&lost) {
            *next_sequence += 1;
            *due_timestamp += frame;
            return Pulled::Missing;
        }
        let early_samples = head.timestamp - *due_timestamp;
        if lost == 0 && early_samples > DEPTH_SAMPLES_MAX {
            // A pause so long that its end is a new spurt.
            self.playout = Playout::Filling { frames_left: FILL_FRAMES - 1 };
            return Pulled::Silence;
        }
        if lost == 0 && early_samples > TIMESTAMP_SLACK_SAMPLES {
            *due_timestamp += frame;
            return Pulled::Silence;
        }
        *next_sequence = sequence + 1;
        *due_timestamp = head.timestamp;
        let packet = self.packets.pop_first().expect("its head was just looked at");
        Pulled::Packet(packet.1.payload)
    }

    /// Drops the oldest packets when too many wait.
    fn cut_back(&mut self) {
        let Some((_, newest_timestamp)) = self.newest else { return };
        let Playout::Playing { next_sequence, due_timestamp, .. } = &mut self.playout else { return };
        let span = |packets: &BTreeMap<i64, Waiting>| {
            packets.first_key_value().map_or(0, |(_, head)| newest_timestamp - head.timestamp)
        };
        // Only a full buffer is deep: a pause between two packets is not.
        let full = |packets: &BTreeMap<i64, Waiting>| packets.len() as i64 * FRAME_SAMPLES as i64 >= DEPTH_SAMPLES_MAX;
        if span(&self.packets) < DEPTH_SAMPLES_MAX || !full(&self.packets) {
            return;
        }
        while span(&self.packets) > DEPTH_KEPT_SAMPLES && self.packets.len() > 1 {
            self.packets.pop_first();
        }
        if let Some((&sequence, head)) = self.packets.first_key_value() {
            *next_sequence = sequence;
            *due_timestamp = head.timestamp;
        }
    }

    /// Counts sequence number and timestamp on beyond their bits (RFC 3550, appendix A.1).
    fn count_on(&mut self, sequence: u16, timestamp: u32) -> (i64, i64) {
        if let Some((newest_sequence, newest_timestamp)) = self.newest {
            let ahead = i64::from(sequence.wrapping_sub(newest_sequence as u16) as i16);
            let counted = (newest_sequence + ahead, {
                let ahead = i64::from(timestamp.wrapping_sub(newest_timestamp as u32) as i32);
                newest_timestamp + ahead
            });
            if ahead.abs() <= SEQUENCE_JUMP_MAX {
                self.newest = Some((newest_sequence.max(counted.0), newest_timestamp.max(counted.1)));
                return counted;
            }
            self.clear();
        }
        let first = (i64::from(sequence), i64::from(timestamp));
        self.newest = Some(first);
        first
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A packet whose payload is its number; its time is 20 ms times `frame`.
    fn insert(buffer: &mut JitterBuffer, number: u16, frame: u32) {
        let sequence = 65_530_u16.wrapping_add(number);
        let timestamp = (u32::MAX - 3_000).wrapping_add(frame * FRAME_SAMPLES as u32);
        buffer.insert(sequence, timestamp, Bytes::from(number.to_be_bytes().to_vec()));
    }

    fn pull(buffer: &mut JitterBuffer) -> String {
        match buffer.pull() {
            Pulled::Packet(payload) => {
                buffer.played(FRAME_SAMPLES);
                u16::from_be_bytes([payload[0], payload[1]]).to_string()
            }
            Pulled::Missing => "missing".to_owned(),
            Pulled::Silence => "-".to_owned(),
        }
    }

    fn story(buffer: &mut JitterBuffer, frames: usize) -> String {
        (0..frames).map(|_| pull(buffer)).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn plays_in_order_sixty_milliseconds_behind() {
        let mut buffer = JitterBuffer::new();
        let mut heard = Vec::new();
        for number in 0..12 {
            insert(&mut buffer, number, u32::from(number));
            heard.push(pull(&mut buffer));
        }
        assert_eq!(heard.join(" "), "- - - 0 1 2 3 4 5 6 7 8", "through the turn of sequence and timestamp");
    }

    #[test]
    fn puts_right_what_comes_out_of_order_or_twice() {
        let mut buffer = JitterBuffer::new();
        for number in [1, 0, 0, 3, 2, 3] {
            insert(&mut buffer, number, u32::from(number));
        }
        assert_eq!(story(&mut buffer, 7), "- - - 0 1 2 3");
    }

    #[test]
    fn conceals_a_loss() {
        let mut buffer = JitterBuffer::new();
        for number in [0, 1, 4, 5] {
            insert(&mut buffer, number, u32::from(number));
        }
        assert_eq!(story(&mut buffer, 9), "- - - 0 1 missing missing 4 5");
    }

    #[test]
    fn a_pause_is_silence_and_no_loss() {
        let mut buffer = JitterBuffer::new();
        insert(&mut buffer, 0, 0);
        insert(&mut buffer, 1, 1);
        insert(&mut buffer, 2, 5);
        insert(&mut buffer, 3, 6);
        assert_eq!(story(&mut buffer, 10), "- - - 0 1 - - - 2 3");
    }

    #[test]
    fn a_late_packet_is_still_played() {
        let mut buffer = JitterBuffer::new();
        insert(&mut buffer, 0, 0);
        assert_eq!(story(&mut buffer, 6), "- - - 0 missing missing");
        insert(&mut buffer, 1, 1);
        insert(&mut buffer, 2, 2);
        assert_eq!(story(&mut buffer, 2), "1 2");
        assert_eq!(story(&mut buffer, 5), "missing missing missing - -", "then the voice has ended");
        insert(&mut buffer, 3, 40);
        assert_eq!(story(&mut buffer, 4), "- - - 3", "and begins anew");
    }

    #[test]
    fn a_stall_does_not_leave_the_voice_late() {
        let mut buffer = JitterBuffer::new();
        insert(&mut buffer, 0, 0);
        assert_eq!(story(&mut buffer, 4), "- - - 0");
        for number in 1..40 {
            insert(&mut buffer, number, u32::from(number));
        }
        assert_eq!(pull(&mut buffer), "35");
    }

    #[test]
    fn garbage_is_bounded() {
        let mut buffer = JitterBuffer::new();
        let mut state = 7_u32;
        for _ in 0..20_000 {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            buffer.insert((state >> 16) as u16, state.rotate_left(7), Bytes::new());
            if state.is_multiple_of(3)
                && let Pulled::Packet(_) = buffer.pull()
            {
                buffer.played(5_760);
            }
            assert!(buffer.packets.len() <= JITTER_PACKETS_MAX);
        }
    }
}

//! Faults inside: each costs one voice or one stream a moment, and the space goes on.

use super::*;
use crate::STEREO_SAMPLES;
use crate::codec::Encoder;
use torg_space::{MixSource, OwnMix};

const ANN: ParticipantId = ParticipantId(1);
const BOB: ParticipantId = ParticipantId(2);

/// Ann and Bob hear each other.
fn plan() -> Mix {
    let hears = |listener, speaker| {
        let source = MixSource { speaker, gain: 0.5, azimuth_rad: 0.0, low_pass_hz: f32::INFINITY };
        ListenerMix { listener, bed: None, own: Some(OwnMix { bed_gain: 0.0, sources: vec![source] }) }
    };
    Mix { version: 1, listeners: vec![hears(ANN, BOB), hears(BOB, ANN)], ..Mix::default() }
}

/// A desk at which both have spoken for `frames`.
struct Talk {
    desk: Desk,
    encoder: Encoder,
    frame: u16,
}

impl Talk {
    fn new() -> Self {
        let mut desk = Desk::new(Settings::default());
        desk.plan(&plan());
        Self { desk, encoder: Encoder::new(64_000, 4), frame: 0 }
    }

    fn run(&mut self, frames: u16) {
        for _ in 0..frames {
            let at = |index: usize| ((usize::from(self.frame) * FRAME_SAMPLES + index / 2) as f32 * 0.06).sin() * 0.3;
            let sound: [f32; STEREO_SAMPLES] = std::array::from_fn(at);
            let payload = self.encoder.encode(&sound).expect("sound can be encoded");
            let (sequence, timestamp) = (self.frame, u32::from(self.frame) * FRAME_SAMPLES as u32);
            let now = MixTime(u64::from(self.frame) * 20_000);
            for speaker in [ANN, BOB] {
                let packet = Packet { speaker, stream: 1, sequence, timestamp, payload };
                self.desk.push(packet, now).expect("packets in order");
            }
            self.desk.tick(MixTime(now.0 + 5_000));
            self.frame += 1;
        }
    }

    /// Who got a packet in the last frame.
    fn heard(&self) -> Vec<To> {
        self.desk.made().map(|made| made.to).collect()
    }
}

#[test]
fn a_voice_that_fails_inside_is_silent_for_a_moment_and_nobody_else_is() {
    let mut talk = Talk::new();
    talk.run(20);
    talk.desk.voices.fail(ANN);
    talk.run(8);
    assert_eq!(talk.desk.figures().panics, 1);
    assert!(talk.heard().contains(&To::Own(ANN)), "Bob is heard");
    talk.run(20);
    assert_eq!(talk.heard(), [To::Own(ANN), To::Own(BOB)], "and Ann again");
    assert_eq!(talk.desk.figures().panics, 1);
}

#[test]
fn a_stream_that_fails_inside_misses_a_frame_and_goes_on() {
    let mut talk = Talk::new();
    talk.run(20);
    talk.desk.outputs[0].fails = true;
    talk.run(1);
    assert_eq!(talk.heard(), [To::Own(BOB)]);
    talk.run(1);
    assert_eq!(talk.heard(), [To::Own(ANN), To::Own(BOB)]);
    assert_eq!(talk.desk.figures().panics, 1);
}

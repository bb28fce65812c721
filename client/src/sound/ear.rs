//! The ear: eight audio slots, each decoded and placed, mixed to one stereo stream.

use super::jitter::{JitterBuffer, Pulled};
use super::opus::VoiceDecoder;
use super::pan::StereoGain;
use super::{FRAME_SAMPLES, MonoFrame, StereoFrame};
use crate::rtc::VoicePacket;
use std::collections::VecDeque;
use torg_protocol::ids::{AudioSlotIndex, ParticipantId};
use torg_protocol::limits::AUDIO_SLOTS;

/// The ear of one listener.
pub(crate) struct Ear {
    slots: [Slot; AUDIO_SLOTS],
}

/// What one voice gave to a frame, after its gains.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct HeardVoice {
    pub(crate) speaker: ParticipantId,
    /// Mean square of the left ear.
    pub(crate) left: f64,
    /// Mean square of the right ear.
    pub(crate) right: f64,
}

/// What each slot gave to a frame.
pub(crate) type HeardVoices = [Option<HeardVoice>; AUDIO_SLOTS];

struct Slot {
    /// Whose voice the slot carries, as the server labelled it.
    speaker: Option<ParticipantId>,
    /// A voice that the slot carried until now: it fades out over one frame, without a click.
    leaving: Option<ParticipantId>,
    jitter: JitterBuffer,
    decoder: VoiceDecoder,
    /// Decoded and not yet played.
    sound: VecDeque<f32>,
    /// The gain at the end of the last frame: each frame goes over from it to the new one.
    gain: StereoGain,
}

impl Ear {
    pub(crate) fn new() -> Self {
        let slot = |_| Slot {
            speaker: None,
            leaving: None,
            jitter: JitterBuffer::new(),
            decoder: VoiceDecoder::new(),
            sound: VecDeque::new(),
            gain: StereoGain::SILENT,
        };
        Self { slots: std::array::from_fn(slot) }
    }

    /// From now on a slot carries this speaker, or nobody. Slots that don't exist are ignored.
    pub(crate) fn label(&mut self, slot: AudioSlotIndex, speaker: Option<ParticipantId>) {
        let Some(slot) = self.slots.get_mut(usize::from(slot.0)) else { return };
        if slot.speaker == speaker {
            return;
        }
        slot.leaving = slot.leaving.or(slot.speaker);
        slot.speaker = speaker;
    }

    /// Takes a packet of a slot's labelled speaker.
    pub(crate) fn receive(&mut self, packet: VoicePacket) {
        let Some(slot) = self.slots.get_mut(usize::from(packet.slot.0)) else { return };
        if slot.leaving.is_some() {
            // The new voice is here before the frame in which the old one fades.
            slot.let_go();
        }
        if slot.speaker.is_some() {
            slot.jitter.insert(packet.sequence, packet.timestamp, packet.payload);
        }
    }

    /// Mixes the next 20 ms into `out` and tells who gave what to it. `gain_of` says how loud and from where a
    /// speaker is heard at the end of these 20 ms.
    pub(crate) fn mix(&mut self, gain_of: impl Fn(ParticipantId) -> StereoGain, out: &mut StereoFrame) -> HeardVoices {
        out.fill(0.0);
        let mut heard = [None; AUDIO_SLOTS];
        for (slot, heard) in self.slots.iter_mut().zip(&mut heard) {
            *heard = slot.mix(&gain_of, out);
        }
        for sample in out {
            *sample = sample.clamp(-1.0, 1.0);
        }
        heard
    }
}

impl Slot {
    fn mix(&mut self, gain_of: impl Fn(ParticipantId) -> StereoGain, out: &mut StereoFrame) -> Option<HeardVoice> {
        let speaker = self.leaving.or(self.speaker)?;
        let target = if self.leaving.is_some() { StereoGain::SILENT } else { gain_of(speaker) };
        let frame = self.next_frame();
        let from = std::mem::replace(&mut self.gain, target);
        if self.leaving.is_some() {
            self.let_go();
        }
        let frame = frame?;
        let (mut left_sum, mut right_sum) = (0.0, 0.0);
        for (index, (pair, sample)) in out.chunks_exact_mut(2).zip(frame).enumerate() {
            let share = (index + 1) as f32 / FRAME_SAMPLES as f32;
            let left = sample * (from.left + (target.left - from.left) * share);
            let right = sample * (from.right + (target.right - from.right) * share);
            pair[0] += left;
            pair[1] += right;
            left_sum += f64::from(left * left);
            right_sum += f64::from(right * right);
        }
        let mean = |sum: f64| sum / FRAME_SAMPLES as f64;
        Some(HeardVoice { speaker, left: mean(left_sum), right: mean(right_sum) })
    }

    /// The slot's next 20 ms; nothing while there is only silence.
    fn next_frame(&mut self) -> Option<MonoFrame> {
        while self.sound.len() < FRAME_SAMPLES {
            match self.jitter.pull() {
                Pulled::Packet(payload) => {
                    let samples = self.decoder.decode(&payload);
                    self.jitter.played(samples.len());
                    self.sound.extend(samples);
                }
                Pulled::Missing => self.sound.extend(self.decoder.conceal()),
                Pulled::Silence => break,
            }
        }
        if self.sound.is_empty() {
            return None;
        }
        let mut frame = [0.0; FRAME_SAMPLES];
        let length = self.sound.len().min(FRAME_SAMPLES);
        for (sample, played) in frame.iter_mut().zip(self.sound.drain(..length)) {
            *sample = played;
        }
        Some(frame)
    }

    fn let_go(&mut self) {
        self.leaving = None;
        self.jitter.clear();
        self.decoder.reset();
        self.sound.clear();
        self.gain = StereoGain::SILENT;
    }
}

#[cfg(test)]
mod tests {
    use super::super::level::dbfs;
    use super::super::source::{Microphone, Sound, Tone};
    use super::*;
    use glam::Vec2;

    const ANN: ParticipantId = ParticipantId(1);
    const BOB: ParticipantId = ParticipantId(2);
    const SLOT: AudioSlotIndex = AudioSlotIndex(3);

    struct Mouth {
        microphone: Microphone,
        sent: u16,
    }

    impl Mouth {
        fn new() -> Self {
            Self { microphone: Microphone::new(Sound::Tone(Tone::new(440.0))), sent: 0 }
        }

        fn speak(&mut self, ear: &mut Ear, csrc: ParticipantId) {
            let payload = self.microphone.next().expect("a tone never ends").payload;
            let timestamp = u32::from(self.sent) * FRAME_SAMPLES as u32;
            ear.receive(VoicePacket { slot: SLOT, sequence: self.sent, timestamp, csrc: Some(csrc), payload });
            self.sent += 1;
        }
    }

    fn hear(ear: &mut Ear, gain: StereoGain) -> (StereoFrame, Vec<HeardVoice>) {
        let mut out = [0.0; 2 * FRAME_SAMPLES];
        let heard = ear.mix(|_| gain, &mut out).into_iter().flatten().collect();
        (out, heard)
    }

    #[test]
    fn a_tone_comes_out_at_its_level_times_the_gain() {
        for (gain, expected_dbfs) in [(1.0, -12.0), (0.5, -18.02), (0.25, -24.04)] {
            for offset in [Vec2::X, Vec2::Y, Vec2::new(-3.0, 1.0)] {
                let (mut ear, mut mouth) = (Ear::new(), Mouth::new());
                ear.label(SLOT, Some(ANN));
                let (mut power, mut frames) = (0.0, 0);
                for frame in 0..60 {
                    mouth.speak(&mut ear, ANN);
                    let (_, heard) = hear(&mut ear, StereoGain::of(gain, offset));
                    if frame >= 15 {
                        power += heard[0].left + heard[0].right;
                        frames += 1;
                    }
                }
                let level_dbfs = dbfs(power / f64::from(frames));
                assert!((level_dbfs - expected_dbfs).abs() < 0.2, "gain {gain}: {level_dbfs:.2}");
            }
        }
    }

    #[test]
    fn an_unlabelled_slot_is_silent() {
        let (mut ear, mut mouth) = (Ear::new(), Mouth::new());
        for _ in 0..20 {
            mouth.speak(&mut ear, ANN);
            let (out, heard) = hear(&mut ear, StereoGain::of(1.0, Vec2::X));
            assert!(heard.is_empty() && out.iter().all(|&sample| sample == 0.0));
        }
    }

    #[test]
    fn a_voice_leaves_within_a_frame_and_without_a_click() {
        let (mut ear, mut mouth) = (Ear::new(), Mouth::new());
        ear.label(SLOT, Some(ANN));
        for _ in 0..20 {
            mouth.speak(&mut ear, ANN);
            hear(&mut ear, StereoGain::of(1.0, Vec2::X));
        }
        ear.label(SLOT, Some(BOB));
        let (last, heard) = hear(&mut ear, StereoGain::of(1.0, Vec2::X));
        assert_eq!(heard[0].speaker, ANN);
        assert!(last[1_918].abs() < 0.001 && last[1_919].abs() < 0.001, "faded out");
        let (after, heard) = hear(&mut ear, StereoGain::of(1.0, Vec2::X));
        assert!(heard.is_empty() && after.iter().all(|&sample| sample == 0.0));
        for _ in 0..6 {
            mouth.speak(&mut ear, BOB);
            hear(&mut ear, StereoGain::of(1.0, Vec2::X));
        }
        assert_eq!(hear(&mut ear, StereoGain::of(1.0, Vec2::X)).1[0].speaker, BOB);
    }
}

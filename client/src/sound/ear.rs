//! The ear: eight audio slots, each decoded and placed, and the bed, mixed to one stereo stream.

use super::pan::StereoGain;
use super::ramp::Ramp;
use super::stream::Stream;
use super::{FRAME_SAMPLES, MonoFrame, StereoFrame};
use crate::rtc::{BedPacket, VoicePacket};
use std::time::Duration;
use torg_protocol::geometry::BROADCAST_DUCK_DB;
use torg_protocol::ids::{AudioSlotIndex, ParticipantId};
use torg_protocol::limits::AUDIO_SLOTS;
use torg_protocol::people::Listening;
use torg_protocol::units::amplitude_from_db;

/// How long it takes until all else is quiet under a broadcast, and until it is back: short enough that no word of it is
/// lost, long enough that nobody is startled.
const DUCK: Duration = Duration::from_millis(150);

/// How long one way of listening goes over to the other. Both bring the same voices, one of them later, so that in between
/// they partly cancel each other out: that must be over before anybody notices.
const HANDOVER: Duration = Duration::from_millis(40);

/// The ear of one listener.
pub(crate) struct Ear {
    slots: [Slot; AUDIO_SLOTS],
    bed: Bed,
    /// The factor on all but broadcasts.
    duck: Ramp,
    /// 0 while voices come forwarded, 1 while everything comes in the bed's stream.
    mixed: Ramp,
}

/// What the ear is in at the end of a frame.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scene {
    /// Whether somebody speaks over everything.
    pub(crate) ducks: bool,
    /// Which of the two ways of listening plays.
    pub(crate) plays: Listening,
    /// The factor on the amplitude of the murmur, where voices come forwarded.
    pub(crate) murmur: f32,
}

/// How a voice comes to the ear.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct PlacedVoice {
    /// How loud and from where.
    pub(crate) gain: StereoGain,
    /// A broadcast: it is not ducked.
    pub(crate) over_everything: bool,
}

/// What one voice gave to a frame, after its gains.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct HeardVoice {
    pub(crate) speaker: ParticipantId,
    pub(crate) power: Power,
}

/// What went into both ears over a frame.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Power {
    /// Mean square of the left ear.
    pub(crate) left: f64,
    /// Mean square of the right ear.
    pub(crate) right: f64,
}

/// What went into a frame.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct HeardFrame {
    /// What each slot gave.
    pub(crate) voices: [Option<HeardVoice>; AUDIO_SLOTS],
    /// What the bed's stream gave, if anything came in it.
    pub(crate) bed: Option<Power>,
}

struct Slot {
    /// Whose voice the slot carries, as the server labelled it.
    speaker: Option<ParticipantId>,
    /// A voice that the slot carried until now: it fades out over one frame, without a click.
    leaving: Option<ParticipantId>,
    stream: Stream,
    /// The gain at the end of the last frame: each frame goes over from it to the new one.
    gain: StereoGain,
}

struct Bed {
    stream: Stream,
    /// The factor at the end of the last frame.
    gain: f32,
}

impl Ear {
    /// An ear that listens this way from the start.
    pub(crate) fn new(listening: Listening) -> Self {
        let slot = |_| Slot { speaker: None, leaving: None, stream: Stream::mono(), gain: StereoGain::SILENT };
        Self {
            slots: std::array::from_fn(slot),
            bed: Bed { stream: Stream::stereo(), gain: 0.0 },
            duck: Ramp::new(1.0, 1.0 - amplitude_from_db(BROADCAST_DUCK_DB), DUCK),
            mixed: Ramp::new(mixed_share(listening), 1.0, HANDOVER),
        }
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
            slot.stream.receive(packet.sequence, packet.timestamp, packet.payload);
        }
    }

    /// Takes a packet of the bed's section.
    pub(crate) fn receive_bed(&mut self, packet: BedPacket) {
        self.bed.stream.receive(packet.sequence, packet.timestamp, packet.payload);
    }

    /// All streams begin anew, under other numbers: a new peer connection.
    pub(crate) fn restart_streams(&mut self) {
        for slot in &mut self.slots {
            slot.let_go();
        }
        self.bed.stream.clear();
    }

    /// Mixes the next 20 ms into `out` and tells who gave what to it. `voice_of` says how a speaker is heard at the end
    /// of these 20 ms, and `scene` all else.
    pub(crate) fn mix(
        &mut self,
        scene: Scene,
        voice_of: impl Fn(ParticipantId) -> PlacedVoice,
        out: &mut StereoFrame,
    ) -> HeardFrame {
        out.fill(0.0);
        let duck = self.duck.toward(if scene.ducks { amplitude_from_db(BROADCAST_DUCK_DB) } else { 1.0 });
        let mixed = self.mixed.toward(mixed_share(scene.plays));
        let gain_of = |speaker| {
            let voice = voice_of(speaker);
            voice.gain.times((1.0 - mixed) * if voice.over_everything { 1.0 } else { duck })
        };
        let mut heard = HeardFrame::default();
        for (slot, voice) in self.slots.iter_mut().zip(&mut heard.voices) {
            *voice = slot.mix(gain_of, out);
        }
        // One stream with everything in it is played as it comes: its murmur, and what a broadcast does, are in it.
        heard.bed = self.bed.mix(mixed + (1.0 - mixed) * scene.murmur * duck, out);
        for sample in out {
            *sample = sample.clamp(-1.0, 1.0);
        }
        heard
    }
}

fn mixed_share(listening: Listening) -> f32 {
    match listening {
        Listening::Forwarded => 0.0,
        Listening::Mixed => 1.0,
    }
}

impl Slot {
    fn mix(&mut self, gain_of: impl Fn(ParticipantId) -> StereoGain, out: &mut StereoFrame) -> Option<HeardVoice> {
        let speaker = self.leaving.or(self.speaker)?;
        let target = if self.leaving.is_some() { StereoGain::SILENT } else { gain_of(speaker) };
        let mut frame: MonoFrame = [0.0; FRAME_SAMPLES];
        let sounds = self.stream.next(&mut frame);
        let from = std::mem::replace(&mut self.gain, target);
        if self.leaving.is_some() {
            self.let_go();
        }
        if !sounds {
            return None;
        }
        let mut power = Power::default();
        for (index, (pair, sample)) in out.chunks_exact_mut(2).zip(frame).enumerate() {
            let share = (index + 1) as f32 / FRAME_SAMPLES as f32;
            let left = sample * (from.left + (target.left - from.left) * share);
            let right = sample * (from.right + (target.right - from.right) * share);
            pair[0] += left;
            pair[1] += right;
            power.add(left, right);
        }
        Some(HeardVoice { speaker, power })
    }

    fn let_go(&mut self) {
        self.leaving = None;
        self.stream.clear();
        self.gain = StereoGain::SILENT;
    }
}

impl Bed {
    fn mix(&mut self, target: f32, out: &mut StereoFrame) -> Option<Power> {
        let from = std::mem::replace(&mut self.gain, target);
        let mut frame: StereoFrame = [0.0; 2 * FRAME_SAMPLES];
        if !self.stream.next(&mut frame) {
            return None;
        }
        let mut power = Power::default();
        for (index, (pair, sound)) in out.chunks_exact_mut(2).zip(frame.chunks_exact(2)).enumerate() {
            let share = (index + 1) as f32 / FRAME_SAMPLES as f32;
            let gain = from + (target - from) * share;
            pair[0] += sound[0] * gain;
            pair[1] += sound[1] * gain;
            power.add(sound[0] * gain, sound[1] * gain);
        }
        Some(power)
    }
}

impl Power {
    /// One pair of samples of a frame.
    fn add(&mut self, left: f32, right: f32) {
        self.left += f64::from(left * left) / FRAME_SAMPLES as f64;
        self.right += f64::from(right * right) / FRAME_SAMPLES as f64;
    }
}

#[cfg(test)]
mod tests {
    use super::super::level::{dbfs, mean_square};
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

        fn murmur(&mut self, ear: &mut Ear) {
            let payload = self.microphone.next().expect("a tone never ends").payload;
            let timestamp = u32::from(self.sent) * FRAME_SAMPLES as u32;
            ear.receive_bed(BedPacket { sequence: self.sent, timestamp, payload });
            self.sent += 1;
        }
    }

    const QUIET: Scene = Scene { ducks: false, plays: Listening::Forwarded, murmur: 0.0 };

    fn hear(ear: &mut Ear, gain: StereoGain) -> (StereoFrame, Vec<HeardVoice>) {
        let mut out = [0.0; 2 * FRAME_SAMPLES];
        let voice = |_| PlacedVoice { gain, over_everything: false };
        let heard = ear.mix(QUIET, voice, &mut out).voices.into_iter().flatten().collect();
        (out, heard)
    }

    #[test]
    fn a_tone_comes_out_at_its_level_times_the_gain() {
        for (gain, expected_dbfs) in [(1.0, -12.0), (0.5, -18.02), (0.25, -24.04)] {
            for offset in [Vec2::X, Vec2::Y, Vec2::new(-3.0, 1.0)] {
                let (mut ear, mut mouth) = (Ear::new(Listening::Forwarded), Mouth::new());
                ear.label(SLOT, Some(ANN));
                let (mut power, mut frames) = (0.0, 0);
                for frame in 0..60 {
                    mouth.speak(&mut ear, ANN);
                    let (_, heard) = hear(&mut ear, StereoGain::of(gain, offset));
                    if frame >= 15 {
                        power += heard[0].power.left + heard[0].power.right;
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
        let (mut ear, mut mouth) = (Ear::new(Listening::Forwarded), Mouth::new());
        for _ in 0..20 {
            mouth.speak(&mut ear, ANN);
            let (out, heard) = hear(&mut ear, StereoGain::of(1.0, Vec2::X));
            assert!(heard.is_empty() && out.iter().all(|&sample| sample == 0.0));
        }
    }

    #[test]
    fn a_voice_leaves_within_a_frame_and_without_a_click() {
        let (mut ear, mut mouth) = (Ear::new(Listening::Forwarded), Mouth::new());
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

    /// Both ears together over the next frames, dBFS, a frame each.
    fn levels(ear: &mut Ear, mouths: &mut [Mouth], scene: Scene, frames: usize) -> Vec<f32> {
        let level = |_| {
            mouths[0].speak(ear, ANN);
            if let Some(bed) = mouths.get_mut(1) {
                bed.murmur(ear);
            }
            let mut out = [0.0; 2 * FRAME_SAMPLES];
            let voice = |_| PlacedVoice { gain: StereoGain::of(1.0, Vec2::X), over_everything: false };
            ear.mix(scene, voice, &mut out);
            dbfs(2.0 * mean_square(&out))
        };
        (0..frames).map(level).collect()
    }

    #[test]
    fn a_broadcast_ducks_all_else_by_twelve_db_and_smoothly() {
        let (mut ear, mut mouths) = (Ear::new(Listening::Forwarded), [Mouth::new()]);
        ear.label(SLOT, Some(ANN));
        let before = levels(&mut ear, &mut mouths, QUIET, 40);
        let under = levels(&mut ear, &mut mouths, Scene { ducks: true, ..QUIET }, 40);
        let after = levels(&mut ear, &mut mouths, QUIET, 40);
        assert!((before[39] + 12.0).abs() < 0.2, "{:.2}", before[39]);
        assert!((under[39] + 24.0).abs() < 0.2, "{:.2}", under[39]);
        assert!((after[39] + 12.0).abs() < 0.2, "{:.2}", after[39]);
        assert!(under[..8].windows(2).all(|pair| pair[1] < pair[0] && pair[0] - pair[1] < 4.0), "{under:?}");
        assert!(under[5] > -23.0 && under[8] < -23.8, "within about 150 ms: {under:?}");
    }

    #[test]
    fn the_murmur_is_turned_down_here_and_one_stream_is_played_as_it_is() {
        let (mut ear, mut mouths) = (Ear::new(Listening::Forwarded), [Mouth::new(), Mouth::new()]);
        let murmur = |murmur| Scene { murmur, ..QUIET };
        let mixed = Scene { plays: Listening::Mixed, ducks: true, murmur: 0.0 };
        // A tone of -12 dBFS in either ear is -9 in both.
        for (what, scene, expected_dbfs) in [
            ("20 dB down", murmur(0.1), -29.0),
            ("under a broadcast", Scene { ducks: true, ..murmur(0.1) }, -41.0),
            ("everything in one stream", mixed, -9.0),
        ] {
            let heard = levels(&mut ear, &mut mouths, scene, 40)[39];
            assert!((heard - expected_dbfs).abs() < 0.3, "{what}: {heard:.2}");
        }
        let off = levels(&mut ear, &mut mouths, murmur(0.0), 40)[39];
        assert!(off < -100.0, "{off:.2}");
    }

    #[test]
    fn one_way_of_listening_goes_over_to_the_other() {
        let (mut ear, mut mouths) = (Ear::new(Listening::Forwarded), [Mouth::new(), Mouth::new()]);
        ear.label(SLOT, Some(ANN));
        levels(&mut ear, &mut mouths, QUIET, 40);
        // The same voice both ways, in step: once in one ear, once in both.
        for (plays, end_dbfs) in [(Listening::Mixed, -9.0), (Listening::Forwarded, -12.0)] {
            let over = levels(&mut ear, &mut mouths, Scene { plays, ..QUIET }, 20);
            assert!(over.iter().all(|level| (-12.3..-8.7).contains(level)), "{plays:?}: {over:?}");
            assert!((over[19] - end_dbfs).abs() < 0.2, "{plays:?}: {over:?}");
        }
    }
}

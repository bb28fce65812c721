//! The guest's mouth and ear: one step every 20 ms, in the session's own task.

use crate::broadcast::Murmur;
use crate::error::GuestError;
use crate::limits::MICROPHONE_CATCH_UP_FRAMES_MAX;
use crate::options::{Options, SoundSource};
use crate::rtc::{BedPacket, VoicePacket};
use crate::sound::ear::{Ear, HeardFrame};
use crate::sound::mischief::MischiefMaker;
use crate::sound::source::{Clip, Microphone, Sound, SpokenFrame, Tone};
use crate::sound::{FRAME_MS, FRAME_SAMPLES, Recorder, SAMPLE_RATE_HZ, StereoFrame, read_mono};
use crate::world::World;
use std::time::{Duration, Instant};
use torg_protocol::ids::{AudioSlotIndex, ParticipantId};
use torg_protocol::people::Listening;

/// What speaks.
enum Mouth {
    Microphone(Box<Microphone>),
    Mischief(Box<MischiefMaker>),
}

impl Mouth {
    async fn of(source: SoundSource) -> Result<Self, GuestError> {
        let sound = match source {
            SoundSource::Mischief(kind, seed) => return Ok(Self::Mischief(Box::new(MischiefMaker::new(kind, seed)?))),
            SoundSource::Tone { hertz } => Sound::Tone(Tone::new(hertz)),
            SoundSource::File(path) => {
                // A long file takes a moment to read and resample.
                let read = tokio::task::spawn_blocking(move || read_mono(&path)).await;
                Sound::Clip(Clip::new(read.expect("reading a file does not panic")?))
            }
        };
        Ok(Self::Microphone(Box::new(Microphone::new(sound))))
    }

    /// What leaves in the next 20 ms; nothing for a pause.
    fn next(&mut self) -> Option<Vec<SpokenFrame>> {
        match self {
            Self::Microphone(microphone) => microphone.next().map(|frame| vec![frame]),
            Self::Mischief(maker) => maker.next(),
        }
    }

    /// Lets 20 ms pass unsent.
    fn skip(&mut self) {
        match self {
            Self::Microphone(microphone) => microphone.skip(),
            Self::Mischief(maker) => drop(maker.next()),
        }
    }
}

/// Mouth, ear and recording.
pub(super) struct SoundDesk {
    mouth: Option<Mouth>,
    pub(super) muted: bool,
    /// How sound is to come.
    pub(super) listening: Listening,
    /// How loud the murmur is to be.
    pub(super) murmur: Murmur,
    /// Whether voices are decoded, or only counted.
    decodes: bool,
    ear: Ear,
    recorder: Option<Recorder>,
    /// When the guest came in: the recording's first sample.
    began: Instant,
    /// Frames mixed since.
    frames: u64,
    out: Box<StereoFrame>,
}

impl SoundDesk {
    /// Opens the files that the options name.
    pub(super) async fn open(options: &Options) -> Result<Self, GuestError> {
        let mouth = match options.sound.clone() {
            Some(source) => Some(Mouth::of(source).await?),
            None => None,
        };
        Ok(Self {
            mouth,
            muted: false,
            listening: options.listening,
            murmur: options.murmur,
            decodes: options.decodes,
            ear: Ear::new(options.listening),
            recorder: options.record.as_deref().map(Recorder::create).transpose()?,
            began: Instant::now(),
            frames: 0,
            out: Box::new([0.0; 2 * FRAME_SAMPLES]),
        })
    }

    /// The stay begins.
    pub(super) fn begin(&mut self, now: Instant) {
        self.began = now;
    }

    pub(super) fn has_microphone(&self) -> bool {
        self.mouth.is_some()
    }

    pub(super) fn label(&mut self, slot: AudioSlotIndex, speaker: Option<ParticipantId>) {
        self.ear.label(slot, speaker);
    }

    /// Forgets all voices: another run of the server has other ids.
    pub(super) fn forget_voices(&mut self) {
        self.ear = Ear::new(self.listening);
    }

    /// Another peer connection: its streams have other numbers.
    pub(super) fn restart_streams(&mut self) {
        self.ear.restart_streams();
    }

    pub(super) fn receive(&mut self, packet: VoicePacket) {
        if self.decodes {
            self.ear.receive(packet);
        }
    }

    pub(super) fn receive_bed(&mut self, packet: BedPacket) {
        if self.decodes {
            self.ear.receive_bed(packet);
        }
    }

    /// What the microphone gives for this step; nothing when there is none, it is muted, its file is at its end,
    /// or the step is so late that a sound card would have skipped it.
    pub(super) fn speak(&mut self, now: Instant) -> Option<Vec<SpokenFrame>> {
        let late_frames = self.due_frames(now).saturating_sub(self.frames);
        let mouth = self.mouth.as_mut()?;
        if self.muted || late_frames > MICROPHONE_CATCH_UP_FRAMES_MAX {
            mouth.skip();
            return None;
        }
        mouth.next()
    }

    /// Mixes the next 20 ms and records them; tells what was heard.
    pub(super) fn hear(&mut self, world: &World, now: Instant) -> Result<HeardFrame, GuestError> {
        let heard = self.mix(world, now);
        if let Some(recorder) = &mut self.recorder {
            recorder.write(self.out.as_slice())?;
        }
        Ok(heard)
    }

    fn mix(&mut self, world: &World, now: Instant) -> HeardFrame {
        self.frames += 1;
        let scene = world.scene(self.murmur.gain, now);
        self.ear.mix(scene, |speaker| world.voice(speaker, now), &mut self.out)
    }

    /// Ends the recording: its length is the stay's, to the sample.
    pub(super) fn finish(mut self, world: &World, now: Instant) -> Result<(), GuestError> {
        let stay_samples = samples_in(now.saturating_duration_since(self.began));
        let Some(mut recorder) = self.recorder.take() else { return Ok(()) };
        loop {
            let missing = stay_samples.saturating_sub(self.frames * FRAME_SAMPLES as u64) as usize;
            if missing == 0 {
                return recorder.finish();
            }
            // What this last stretch gives to the figures is left out: it is shorter than their step.
            let _ = self.mix(world, now);
            recorder.write(&self.out[..2 * missing.min(FRAME_SAMPLES)])?;
        }
    }

    fn due_frames(&self, now: Instant) -> u64 {
        now.saturating_duration_since(self.began).as_millis() as u64 / FRAME_MS
    }
}

fn samples_in(stay: Duration) -> u64 {
    (stay.as_nanos() * u128::from(SAMPLE_RATE_HZ) / 1_000_000_000) as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sound::Recording;

    #[tokio::test]
    async fn the_recording_is_as_long_as_the_stay() {
        let path = std::env::temp_dir().join(format!("torg-guest-stay-{}.wav", std::process::id()));
        let world = World::golden(Instant::now());
        for stay_ms in [0, 7, 20, 1_000, 1_013] {
            let mut desk = SoundDesk::open(&Options::named("Ann").record(&path)).await.expect("a desk");
            let start = Instant::now();
            desk.begin(start);
            for _ in 0..stay_ms / 40 {
                let _ = desk.hear(&world, start).expect("written");
            }
            desk.finish(&world, start + Duration::from_millis(stay_ms)).expect("finished");
            let recording = Recording::read(&path).expect("read");
            assert!((recording.seconds() * 1e3 - stay_ms as f64).abs() < 0.03, "{stay_ms} ms");
            assert!(recording.is_silent(0.0..2.0));
        }
        std::fs::remove_file(path).expect("removed");
    }

    #[tokio::test]
    async fn a_stalled_microphone_skips_and_does_not_burst() {
        let mut desk = SoundDesk::open(&Options::named("Ann").tone(440.0)).await.expect("a desk");
        let start = Instant::now();
        desk.begin(start);
        assert!(desk.speak(start + Duration::from_millis(100)).is_some());
        assert!(desk.speak(start + Duration::from_millis(1_000)).is_none());
        desk.muted = true;
        assert!(desk.speak(start).is_none());
    }
}

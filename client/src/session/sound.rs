//! The guest's mouth and ear: one step every 20 ms, in the session's own task.

use crate::error::GuestError;
use crate::limits::MICROPHONE_CATCH_UP_FRAMES_MAX;
use crate::options::{Options, SoundSource};
use crate::rtc::VoicePacket;
use crate::sound::ear::{Ear, HeardVoices};
use crate::sound::pan::StereoGain;
use crate::sound::source::{Clip, Microphone, Sound, SpokenFrame, Tone};
use crate::sound::{FRAME_MS, FRAME_SAMPLES, Recorder, SAMPLE_RATE_HZ, StereoFrame, read_mono};
use std::time::{Duration, Instant};
use torg_protocol::ids::{AudioSlotIndex, ParticipantId};

/// Mouth, ear and recording.
pub(super) struct SoundDesk {
    microphone: Option<Microphone>,
    pub(super) muted: bool,
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
        let sound = match options.sound.clone() {
            None => None,
            Some(SoundSource::Tone { hertz }) => Some(Sound::Tone(Tone::new(hertz))),
            Some(SoundSource::File(path)) => {
                // A long file takes a moment to read and resample.
                let read = tokio::task::spawn_blocking(move || read_mono(&path)).await;
                Some(Sound::Clip(Clip::new(read.expect("reading a file does not panic")?)))
            }
        };
        Ok(Self {
            microphone: sound.map(Microphone::new),
            muted: false,
            decodes: options.decodes,
            ear: Ear::new(),
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
        self.microphone.is_some()
    }

    pub(super) fn label(&mut self, slot: AudioSlotIndex, speaker: Option<ParticipantId>) {
        self.ear.label(slot, speaker);
    }

    /// Forgets all voices: another run of the server has other ids.
    pub(super) fn forget_voices(&mut self) {
        self.ear = Ear::new();
    }

    pub(super) fn receive(&mut self, packet: VoicePacket) {
        if self.decodes {
            self.ear.receive(packet);
        }
    }

    /// What the microphone gives for this step; nothing when there is none, it is muted, its file is at its end,
    /// or the step is so late that a sound card would have skipped it.
    pub(super) fn speak(&mut self, now: Instant) -> Option<SpokenFrame> {
        let late_frames = self.due_frames(now).saturating_sub(self.frames);
        let microphone = self.microphone.as_mut()?;
        if self.muted || late_frames > MICROPHONE_CATCH_UP_FRAMES_MAX {
            microphone.skip();
            return None;
        }
        microphone.next()
    }

    /// Mixes the next 20 ms and records them; tells what was heard.
    pub(super) fn hear(&mut self, gain_of: impl Fn(ParticipantId) -> StereoGain) -> Result<HeardVoices, GuestError> {
        let heard = self.ear.mix(gain_of, &mut self.out);
        self.frames += 1;
        if let Some(recorder) = &mut self.recorder {
            recorder.write(self.out.as_slice())?;
        }
        Ok(heard)
    }

    /// Ends the recording: its length is the stay's, to the sample.
    pub(super) fn finish(
        mut self,
        now: Instant,
        gain_of: impl Fn(ParticipantId) -> StereoGain,
    ) -> Result<(), GuestError> {
        let stay_samples = samples_in(now.saturating_duration_since(self.began));
        let Some(mut recorder) = self.recorder.take() else { return Ok(()) };
        loop {
            let missing = stay_samples.saturating_sub(self.frames * FRAME_SAMPLES as u64) as usize;
            if missing == 0 {
                return recorder.finish();
            }
            // What this last stretch gives to the figures is left out: it is shorter than their step.
            let _ = self.ear.mix(&gain_of, &mut self.out);
            self.frames += 1;
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
        for stay_ms in [0, 7, 20, 1_000, 1_013] {
            let mut desk = SoundDesk::open(&Options::named("Ann").record(&path)).await.expect("a desk");
            let start = Instant::now();
            desk.begin(start);
            for _ in 0..stay_ms / 40 {
                let _ = desk.hear(|_| StereoGain::SILENT).expect("written");
            }
            desk.finish(start + Duration::from_millis(stay_ms), |_| StereoGain::SILENT).expect("finished");
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

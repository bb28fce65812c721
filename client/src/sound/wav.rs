//! Sound files: played into the microphone, and written from the ear.

use super::level::{dbfs, mean_square};
use super::{FRAME_SAMPLES, SAMPLE_RATE_HZ};
use crate::error::GuestError;
use crate::limits::PLAY_SECONDS_MAX;
use std::f64::consts::PI;
use std::fs::File;
use std::io::BufWriter;
use std::ops::Range;
use std::path::{Path, PathBuf};

fn failed(path: &Path, why: &dyn std::fmt::Display) -> GuestError {
    GuestError::File { path: path.to_owned(), why: why.to_string() }
}

/// Reads a WAV file of any rate and number of channels as one channel of 48 kHz.
///
/// # Errors
/// [`GuestError::File`] for what is no WAV file, or is longer than half an hour.
pub(crate) fn read_mono(path: &Path) -> Result<Vec<f32>, GuestError> {
    let mut reader = hound::WavReader::open(path).map_err(|error| failed(path, &error))?;
    let spec = reader.spec();
    if u64::from(reader.duration()) > PLAY_SECONDS_MAX * u64::from(spec.sample_rate) {
        return Err(failed(path, &format!("longer than {} minutes", PLAY_SECONDS_MAX / 60)));
    }
    if spec.sample_rate < 4_000 || spec.channels == 0 {
        return Err(failed(path, &"fewer than 4,000 samples a second are no sound"));
    }
    let samples: Result<Vec<f32>, hound::Error> = match spec.sample_format {
        hound::SampleFormat::Float => reader.samples::<f32>().collect(),
        hound::SampleFormat::Int => {
            let full_scale = 2f32.powi(i32::from(spec.bits_per_sample) - 1);
            reader.samples::<i32>().map(|sample| sample.map(|sample| sample as f32 / full_scale)).collect()
        }
    };
    let samples = samples.map_err(|error| failed(path, &error))?;
    let channels = usize::from(spec.channels);
    let mono: Vec<f32> = samples.chunks_exact(channels).map(|all| all.iter().sum::<f32>() / channels as f32).collect();
    Ok(resample(&mono, spec.sample_rate))
}

/// Zero crossings of the resampler's sinc to each side.
const SINC_CROSSINGS: usize = 16;

/// Steps of the kernel's table between two zero crossings; read with linear interpolation in between.
const SINC_STEPS: usize = 512;

/// To 48 kHz by a sinc under a Blackman window, band-limited to the lower of the two rates.
fn resample(samples: &[f32], rate_hz: u32) -> Vec<f32> {
    if rate_hz == SAMPLE_RATE_HZ {
        return samples.to_vec();
    }
    let kernel = sinc_kernel();
    let step = f64::from(rate_hz) / f64::from(SAMPLE_RATE_HZ);
    let cutoff = (1.0 / step).min(1.0);
    let reach = SINC_CROSSINGS as f64 / cutoff;
    let at = |centre: f64| {
        let first = (centre - reach).ceil().max(0.0) as usize;
        let last = ((centre + reach).floor() as usize + 1).min(samples.len());
        let near = samples.get(first..last).unwrap_or_default();
        let weighed = near.iter().enumerate().map(|(index, &sample)| {
            let place = ((first + index) as f64 - centre).abs() * cutoff * SINC_STEPS as f64;
            let (below, share) = (place as usize, place.fract() as f32);
            match kernel.get(below..below + 2) {
                Some(pair) => sample * (pair[0] + (pair[1] - pair[0]) * share),
                None => 0.0,
            }
        });
        weighed.sum::<f32>() * cutoff as f32
    };
    let length = (samples.len() as f64 / step).floor() as usize;
    (0..length).map(|index| at(index as f64 * step)).collect()
}

/// One half of the kernel, from its middle outwards.
fn sinc_kernel() -> Vec<f32> {
    let at = |index: usize| {
        let crossings = index as f64 / SINC_STEPS as f64;
        let turn = PI * crossings / SINC_CROSSINGS as f64;
        let window = 0.42 + 0.5 * turn.cos() + 0.08 * (2.0 * turn).cos();
        let angle = PI * crossings;
        let sinc = if index == 0 { 1.0 } else { angle.sin() / angle };
        (sinc * window) as f32
    };
    (0..=SINC_CROSSINGS * SINC_STEPS).map(at).collect()
}

/// Writes what the ear hears: 48 kHz, 16 bits, stereo, without a gap.
pub(crate) struct Recorder {
    path: PathBuf,
    writer: hound::WavWriter<BufWriter<File>>,
}

impl Recorder {
    /// Begins a file, over any older one.
    ///
    /// # Errors
    /// [`GuestError::File`] where it can't be written.
    pub(crate) fn create(path: &Path) -> Result<Self, GuestError> {
        let spec = hound::WavSpec {
            channels: 2,
            sample_rate: SAMPLE_RATE_HZ,
            bits_per_sample: 16,
            sample_format: hound::SampleFormat::Int,
        };
        let writer = hound::WavWriter::create(path, spec).map_err(|error| failed(path, &error))?;
        Ok(Self { path: path.to_owned(), writer })
    }

    /// Writes samples, left and right in turn.
    pub(crate) fn write(&mut self, stereo: &[f32]) -> Result<(), GuestError> {
        for &sample in stereo {
            let sample = (sample.clamp(-1.0, 1.0) * f32::from(i16::MAX)).round() as i16;
            self.writer.write_sample(sample).map_err(|error| failed(&self.path, &error))?;
        }
        Ok(())
    }

    /// Writes the header's lengths and closes the file.
    pub(crate) fn finish(self) -> Result<(), GuestError> {
        self.writer.finalize().map_err(|error| failed(&self.path, &error))
    }
}

/// A recording of an ear, read back to be measured.
///
/// Levels are of both ears together, `sqrt(L^2 + R^2)`: the level of a voice whatever its direction.
pub struct Recording {
    left: Vec<f32>,
    right: Vec<f32>,
}

impl Recording {
    /// Reads a recording that a guest wrote.
    ///
    /// # Errors
    /// [`GuestError::File`] for what is no stereo WAV file of 48 kHz and 16 bits.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, GuestError> {
        let path = path.as_ref();
        let reader = hound::WavReader::open(path).map_err(|error| failed(path, &error))?;
        let spec = reader.spec();
        if (spec.channels, spec.sample_rate, spec.bits_per_sample) != (2, SAMPLE_RATE_HZ, 16) {
            return Err(failed(path, &"not 48 kHz, 16 bits, stereo"));
        }
        let samples: Result<Vec<i16>, hound::Error> = reader.into_samples::<i16>().collect();
        let samples = samples.map_err(|error| failed(path, &error))?;
        let ear = |side: usize| {
            samples.chunks_exact(2).map(|pair| f32::from(pair[side]) / f32::from(i16::MAX)).collect::<Vec<_>>()
        };
        Ok(Self { left: ear(0), right: ear(1) })
    }

    /// Its length, seconds.
    #[must_use]
    pub fn seconds(&self) -> f64 {
        self.left.len() as f64 / f64::from(SAMPLE_RATE_HZ)
    }

    /// The level of a stretch (in seconds from the start, cut to the recording's length), RMS dBFS.
    #[must_use]
    pub fn rms_dbfs(&self, stretch_s: Range<f64>) -> f32 {
        dbfs(self.mean_square(&self.left, &stretch_s) + self.mean_square(&self.right, &stretch_s))
    }

    /// The level of the left and of the right ear in a stretch, RMS dBFS.
    #[must_use]
    pub fn ears_dbfs(&self, stretch_s: Range<f64>) -> (f32, f32) {
        (dbfs(self.mean_square(&self.left, &stretch_s)), dbfs(self.mean_square(&self.right, &stretch_s)))
    }

    /// Whether each sample of a stretch is nothing at all.
    #[must_use]
    pub fn is_silent(&self, stretch_s: Range<f64>) -> bool {
        let range = self.range(&stretch_s);
        self.left[range.clone()].iter().chain(&self.right[range]).all(|&sample| sample == 0.0)
    }

    /// The level of each frame of 20 ms, RMS dBFS: the way to see a gap or a fade.
    #[must_use]
    pub fn frames_dbfs(&self) -> Vec<f32> {
        let frames = self.left.chunks_exact(FRAME_SAMPLES).zip(self.right.chunks_exact(FRAME_SAMPLES));
        frames.map(|(left, right)| dbfs(mean_square(left) + mean_square(right))).collect()
    }

    fn mean_square(&self, ear: &[f32], stretch_s: &Range<f64>) -> f64 {
        mean_square(&ear[self.range(stretch_s)])
    }

    fn range(&self, stretch_s: &Range<f64>) -> Range<usize> {
        let sample = |seconds: f64| ((seconds * f64::from(SAMPLE_RATE_HZ)).max(0.0) as usize).min(self.left.len());
        let start = sample(stretch_s.start);
        start..sample(stretch_s.end).max(start)
    }
}

#[cfg(test)]
mod tests {
    use super::super::source::Tone;
    use super::*;

    fn scratch(name: &str) -> PathBuf {
        std::env::temp_dir().join(format!("torg-guest-{}-{name}.wav", std::process::id()))
    }

    #[test]
    fn what_is_recorded_can_be_measured() {
        let path = scratch("recorded");
        let mut recorder = Recorder::create(&path).expect("a file");
        let mut tone = Tone::new(440.0);
        for _ in 0..50 {
            let stereo: Vec<f32> = tone.frame().iter().flat_map(|&sample| [sample * 0.6, sample * 0.8]).collect();
            recorder.write(&stereo).expect("written");
        }
        recorder.write(&[0.0; 2 * 480]).expect("written");
        recorder.finish().expect("finished");
        let recording = Recording::read(&path).expect("read");
        assert!((recording.seconds() - 1.01).abs() < 1e-9);
        assert!((recording.rms_dbfs(0.0..1.0) + 12.0).abs() < 0.02);
        let (left, right) = recording.ears_dbfs(0.0..1.0);
        assert!((left + 16.44).abs() < 0.02 && (right + 13.94).abs() < 0.02);
        assert!(recording.is_silent(1.0..2.0) && !recording.is_silent(0.0..1.0));
        std::fs::remove_file(path).expect("removed");
    }

    #[test]
    fn files_of_any_rate_and_channels_keep_pitch_and_level() {
        for (rate_hz, channels) in [(8_000, 1), (44_100, 2), (48_000, 2), (96_000, 1)] {
            let path = scratch(&format!("{rate_hz}"));
            let spec = hound::WavSpec {
                channels,
                sample_rate: rate_hz,
                bits_per_sample: 24,
                sample_format: hound::SampleFormat::Int,
            };
            let mut writer = hound::WavWriter::create(&path, spec).expect("a file");
            for index in 0..rate_hz {
                let sample = 0.5 * (2.0 * PI * 440.0 * f64::from(index) / f64::from(rate_hz)).sin();
                for _ in 0..channels {
                    writer.write_sample((sample * 8_388_607.0) as i32).expect("written");
                }
            }
            writer.finalize().expect("finished");
            let sound = read_mono(&path).expect("read");
            assert_eq!(sound.len(), 48_000);
            let middle = &sound[4_800..43_200];
            assert!((dbfs(mean_square(middle)) + 9.03).abs() < 0.05, "{rate_hz} Hz");
            let rising = middle.windows(2).filter(|pair| pair[0] <= 0.0 && pair[1] > 0.0).count();
            assert!((351..=353).contains(&rising), "440 Hz for 0.8 s, {rising} periods from {rate_hz} Hz");
            std::fs::remove_file(path).expect("removed");
        }
    }

    #[test]
    fn what_is_no_sound_file_is_refused_with_its_name() {
        let path = scratch("none");
        std::fs::write(&path, b"no sound").expect("written");
        let refusal = read_mono(&path).expect_err("refused").to_string();
        assert!(refusal.contains("torg-guest"), "{refusal}");
        std::fs::remove_file(path).expect("removed");
    }
}

//! The rate of everything here: 48 kHz, whatever the file has.

use crate::SoundError;
use crate::limits::FILTER_TAPS;
use crate::source::Source;
use rubato::audioadapter_buffers::direct::InterleavedSlice;
use rubato::{
    Async, FixedAsync, Indexing, Resampler, SincInterpolationParameters, SincInterpolationType, WindowFunction,
};
use torg_mix::{FRAME_SAMPLES, SAMPLE_RATE_HZ, STEREO_SAMPLES};

/// A source brought to 48 kHz.
pub(crate) struct At48k {
    source: Source,
    resampler: Option<Async<f32>>,
    /// What was read and is not used up, left and right in turn.
    read: Vec<f32>,
    /// What was made and is not taken, left and right in turn.
    made: Vec<f32>,
    /// Samples that the filter makes before the first of the sound.
    delay: usize,
    samples: u64,
    left: u64,
}

impl At48k {
    pub(crate) fn new(source: Source) -> Result<Self, SoundError> {
        let rate_hz = source.rate_hz();
        let samples = (source.frames() * u64::from(SAMPLE_RATE_HZ)).div_ceil(u64::from(rate_hz));
        let resampler = if rate_hz == SAMPLE_RATE_HZ { None } else { Some(resampler(rate_hz)?) };
        let delay = resampler.as_ref().map_or(0, Resampler::output_delay);
        Ok(Self { source, resampler, read: Vec::new(), made: Vec::new(), delay, samples, left: samples })
    }

    /// How many samples of each channel there are.
    pub(crate) fn samples(&self) -> u64 {
        self.samples
    }

    /// The next frame, left and right in turn; silence after the end.
    pub(crate) fn next(&mut self, frame: &mut [f32; STEREO_SAMPLES]) {
        frame.fill(0.0);
        let wanted = usize::try_from(self.left).unwrap_or(usize::MAX).min(FRAME_SAMPLES);
        if wanted == 0 {
            return;
        }
        while self.made.len() < 2 * wanted && self.make() {}
        let taken = self.made.len().min(2 * wanted);
        frame[..taken].copy_from_slice(&self.made[..taken]);
        self.made.drain(..taken);
        self.left -= wanted as u64;
    }

    /// Makes some more; whether there is any more.
    fn make(&mut self) -> bool {
        let Some(resampler) = &mut self.resampler else { return self.source.read(&mut self.made) };
        let needed = resampler.input_frames_next();
        while self.read.len() < 2 * needed && self.source.read(&mut self.read) {}
        // After the end it is fed silence, until all that is in the filter has come out.
        let here = self.read.len().max(2 * needed);
        self.read.resize(here, 0.0);
        let before = self.made.len();
        let makes = resampler.output_frames_next();
        self.made.resize(before + 2 * makes, 0.0);
        let done = (|| {
            let read = InterleavedSlice::new(&self.read, 2, needed).ok()?;
            let mut made = InterleavedSlice::new_mut(&mut self.made[before..], 2, makes).ok()?;
            resampler.process_into_buffer(&read, &mut made, Some(&Indexing::new())).ok()
        })();
        let Some((used, written)) = done else {
            // It has what it asked for, so this doesn't happen; if it does, the rest is silence.
            self.made.truncate(before);
            return false;
        };
        self.read.drain(..(2 * used).min(self.read.len()));
        self.made.truncate(before + 2 * written);
        let early = self.delay.min(self.made.len() / 2);
        self.made.drain(..2 * early);
        self.delay -= early;
        true
    }
}

fn resampler(rate_hz: u32) -> Result<Async<f32>, SoundError> {
    let ratio = f64::from(SAMPLE_RATE_HZ) / f64::from(rate_hz);
    let filter = SincInterpolationParameters::new(FILTER_TAPS, WindowFunction::BlackmanHarris2)
        .interpolation(SincInterpolationType::Quadratic);
    let made = Async::new_sinc(ratio, 1.0, &filter, FRAME_SAMPLES, 2, FixedAsync::Output);
    made.map_err(|_| SoundError::Rate(rate_hz))
}

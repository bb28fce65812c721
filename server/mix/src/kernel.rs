//! The inner loops: what runs for each voice, each ear and each sample. Written over whole lanes, so that the compiler
//! makes vector instructions of them.

use crate::FRAME_SAMPLES;

/// Samples taken together: two vectors of the smallest machines.
const LANES: usize = 8;

/// 20 ms of one channel.
pub(crate) type Frame = [f32; FRAME_SAMPLES];

/// Adds `sound` times a factor to `sum`. The factor goes evenly from `from`, which the last sample of the frame before
/// had, to `to`, which the last sample of this one has.
pub(crate) fn add(sum: &mut Frame, sound: &Frame, from: f32, to: f32) {
    if from == to {
        for (sum, sound) in sum.iter_mut().zip(sound) {
            *sum += sound * to;
        }
        return;
    }
    let step = (to - from) / FRAME_SAMPLES as f32;
    let stride = step * LANES as f32;
    let mut factors: [f32; LANES] = std::array::from_fn(|lane| from + step * (lane + 1) as f32);
    for (sum, sound) in sum.as_chunks_mut::<LANES>().0.iter_mut().zip(sound.as_chunks::<LANES>().0) {
        for lane in 0..LANES {
            sum[lane] += sound[lane] * factors[lane];
            factors[lane] += stride;
        }
    }
}

/// Multiplies `sound` by a factor that goes evenly from `from` to `to`.
pub(crate) fn scale(sound: &mut Frame, from: f32, to: f32) {
    if from == 1.0 && to == 1.0 {
        return;
    }
    let step = (to - from) / FRAME_SAMPLES as f32;
    let stride = step * LANES as f32;
    let mut factors: [f32; LANES] = std::array::from_fn(|lane| from + step * (lane + 1) as f32);
    for sound in sound.as_chunks_mut::<LANES>().0 {
        for lane in 0..LANES {
            sound[lane] *= factors[lane];
            factors[lane] += stride;
        }
    }
}

/// The largest magnitude in `sound`.
pub(crate) fn peak(sound: &[f32]) -> f32 {
    let (lanes, rest) = sound.as_chunks::<LANES>();
    let mut peaks = [0.0_f32; LANES];
    for sound in lanes {
        for lane in 0..LANES {
            let magnitude = sound[lane].abs();
            peaks[lane] = if magnitude > peaks[lane] { magnitude } else { peaks[lane] };
        }
    }
    rest.iter().map(|sample| sample.abs()).chain(peaks).fold(0.0, f32::max)
}

/// The mean power of `sound` around its mean: what is left when a constant offset is taken away.
pub(crate) fn power(sound: &Frame) -> f32 {
    let mut sums = [0.0_f32; LANES];
    let mut squares = [0.0_f32; LANES];
    for sound in sound.as_chunks::<LANES>().0 {
        for lane in 0..LANES {
            sums[lane] += sound[lane];
            squares[lane] += sound[lane] * sound[lane];
        }
    }
    let mean = sums.iter().sum::<f32>() / FRAME_SAMPLES as f32;
    (squares.iter().sum::<f32>() / FRAME_SAMPLES as f32 - mean * mean).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ramp_begins_where_the_last_one_ended_and_ends_where_it_should() {
        let sound = [1.0; FRAME_SAMPLES];
        let mut sum = [0.0; FRAME_SAMPLES];
        add(&mut sum, &sound, 0.25, 0.75);
        let step = 0.5 / FRAME_SAMPLES as f32;
        assert!((sum[0] - 0.25 - step).abs() < 1e-6, "{}", sum[0]);
        assert!((sum[FRAME_SAMPLES - 1] - 0.75).abs() < 1e-4, "{}", sum[FRAME_SAMPLES - 1]);
        assert!(sum.windows(2).all(|pair| (pair[1] - pair[0] - step).abs() < 1e-5));
        add(&mut sum, &sound, 0.5, 0.5);
        assert!((sum[FRAME_SAMPLES - 1] - 1.25).abs() < 1e-4);
        scale(&mut sum, 0.0, 1.0);
        assert!((sum[FRAME_SAMPLES / 2 - 1] - 0.5).abs() < 0.01);
    }

    #[test]
    fn peak_and_power_are_those_of_the_sound() {
        let mut sound: Frame = std::array::from_fn(|n| 0.5 * (n as f32 * std::f32::consts::TAU / 48.0).sin() + 0.1);
        assert!((power(&sound) - 0.125).abs() < 1e-4, "an offset is no sound: {}", power(&sound));
        sound[955] = -0.9;
        assert_eq!(peak(&sound), 0.9);
        assert_eq!(peak(&sound[..3]), sound[2]);
        assert_eq!(peak(&[]), 0.0);
    }
}

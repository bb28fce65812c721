//! What an ear would notice, in numbers.

/// The level of sound in dB below a full square wave.
pub(crate) fn dbfs(sound: &[f32]) -> f32 {
    let power = sound.iter().map(|sample| f64::from(sample * sample)).sum::<f64>() / sound.len().max(1) as f64;
    10.0 * power.max(1e-12).log10() as f32
}

/// The largest step from one sample to the next.
pub(crate) fn step_max(sound: &[f32]) -> f32 {
    sound.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f32::max)
}

/// The largest step of a sine of this pitch and amplitude.
pub(crate) fn step_of(hertz: f32, amplitude: f32) -> f32 {
    2.0 * amplitude * (std::f32::consts::PI * hertz / 48_000.0).sin()
}

/// The largest click, as the step out of silence that splatters as much in 5 ms above about 10 kHz: four one-pole filters
/// in a row. What a voice itself has up there counts too.
pub(crate) fn click_max(sound: &[f32]) -> f32 {
    let mut high = sound.to_vec();
    for _ in 0..4 {
        let (mut last_in, mut last_out) = (0.0, 0.0);
        for sample in &mut high {
            let out = 0.35 * (last_out + *sample - last_in);
            (last_in, last_out) = (*sample, out);
            *sample = out;
        }
    }
    // A step of 1 comes out of these filters at -54.5 dBFS.
    let loudest = high.chunks(240).map(dbfs).fold(-120.0, f32::max);
    10.0_f32.powf((loudest + 54.5) / 20.0)
}

#[test]
fn a_click_is_measured_by_its_size_and_a_tone_is_none() {
    for size in [0.01, 0.1, 0.5] {
        let mut sound = vec![0.0; 2_000];
        sound[900..].fill(size);
        let click = click_max(&sound);
        assert!((click / size - 1.0).abs() < 0.1, "{size}: {click}");
    }
    let tone = crate::sender::tone(440.0, 0.5, 48_000);
    assert!(click_max(&tone) < 0.03, "{}", click_max(&tone));
}

/// The largest click that tests with tones of amplitude 0.5 allow.
pub(crate) const CLICK_MAX: f32 = 0.05;

/// How much of sound is the sine of this pitch, as an amplitude.
pub(crate) fn amplitude_of(hertz: f32, sound: &[f32]) -> f32 {
    let (mut sine, mut cosine) = (0.0_f64, 0.0_f64);
    for (index, sample) in sound.iter().enumerate() {
        let phase = index as f64 * f64::from(hertz) / 48_000.0 * std::f64::consts::TAU;
        sine += f64::from(*sample) * phase.sin();
        cosine += f64::from(*sample) * phase.cos();
    }
    (2.0 * sine.hypot(cosine) / sound.len().max(1) as f64) as f32
}

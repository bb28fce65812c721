//! Loudness.

use torg_protocol::units::VoiceLevel;

/// What counts as sound: a 16-bit recording's noise lies far below, a whisper above.
pub(crate) const AUDIBLE_DBFS: f32 = -60.0;

/// The mean square of samples; 0 for none.
#[must_use]
pub(crate) fn mean_square(samples: &[f32]) -> f64 {
    if samples.is_empty() {
        return 0.0;
    }
    samples.iter().map(|&sample| f64::from(sample) * f64::from(sample)).sum::<f64>() / samples.len() as f64
}

/// RMS relative to full scale (a square wave at full scale is 0 dBFS): -3.01 for a full sine.
#[must_use]
pub(crate) fn dbfs(mean_square: f64) -> f32 {
    (10.0 * mean_square.max(1e-20).log10()) as f32
}

/// The level of a frame as RFC 6464 sends it. dBov of a signal is its RMS relative to the overload point, a
/// square wave at full scale, so it is dBFS as measured here.
#[must_use]
pub(crate) fn voice_level(samples: &[f32]) -> VoiceLevel {
    let minus_dbov = -dbfs(mean_square(samples));
    VoiceLevel::from_minus_dbov(minus_dbov.round().clamp(0.0, 127.0) as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_of_known_signals() {
        assert!((dbfs(mean_square(&[1.0, -1.0, 1.0, -1.0])) - 0.0).abs() < 1e-6);
        assert_eq!(voice_level(&[0.0; 960]), VoiceLevel::SILENT);
        assert_eq!(voice_level(&[]), VoiceLevel::SILENT);
        assert_eq!(voice_level(&[0.5; 960]).minus_dbov(), 6);
        assert_eq!(voice_level(&[7.0; 960]).minus_dbov(), 0, "louder than full scale stays at the top");
    }
}

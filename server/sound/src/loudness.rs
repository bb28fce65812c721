//! How loud a sound is, and by how much to turn it up or down (EBU R 128, ITU-R BS.1770-5).

use crate::SoundError;
use crate::limits::{GAIN_DB_MAX, MEASURED_MS_MIN, MEASURED_S_MAX, TALK_LUFS, TRUE_PEAK_DBTP};
use crate::source::Source;
use ebur128::{EbuR128, Mode};
use torg_protocol::geometry::BACKGROUND_GAIN_DB;

/// How loud a sound is to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loudness {
    /// As loud as somebody who speaks to all.
    Talk,
    /// So much quieter that it can be talked over.
    Background,
}

impl Loudness {
    /// The loudness that the whole is brought to, in LUFS.
    fn target_lufs(self) -> f64 {
        match self {
            Self::Talk => TALK_LUFS,
            Self::Background => TALK_LUFS + f64::from(BACKGROUND_GAIN_DB),
        }
    }
}

/// By which factor a sound is to be turned. Reads of it what is measured.
pub(crate) fn gain(source: &mut Source, loudness: Loudness) -> Result<f32, SoundError> {
    let rate_hz = source.rate_hz();
    let unmeasured = |_| SoundError::Rate(rate_hz);
    let mut meter = EbuR128::new(2, rate_hz, Mode::I | Mode::TRUE_PEAK).map_err(unmeasured)?;
    let (least, most) = (MEASURED_MS_MIN * u64::from(rate_hz) / 1_000, MEASURED_S_MAX * u64::from(rate_hz));
    let mut block = Vec::new();
    let (mut short, mut measured) = (Vec::new(), 0);
    while measured < most && source.read(&mut block) {
        measured += (block.len() / 2) as u64;
        meter.add_frames_f32(&block).map_err(unmeasured)?;
        if measured < least {
            short.extend_from_slice(&block);
        }
        block.clear();
    }
    while measured < least && !short.is_empty() {
        measured += (short.len() / 2) as u64;
        meter.add_frames_f32(&short).map_err(unmeasured)?;
    }
    let peak = (0..2).filter_map(|channel| meter.true_peak(channel).ok()).fold(0.0, f64::max);
    let lufs = meter.loudness_global().unwrap_or(f64::NEG_INFINITY);
    Ok(10.0_f64.powf(gain_db(lufs, peak, loudness) / 20.0) as f32)
}

/// Turned towards its target, and no further than its peak and reason allow. Silence has no loudness and stays as it is.
fn gain_db(lufs: f64, peak: f64, loudness: Loudness) -> f64 {
    if !lufs.is_finite() || !peak.is_finite() || peak <= 0.0 {
        return 0.0;
    }
    let room_db = TRUE_PEAK_DBTP - 20.0 * peak.log10();
    (loudness.target_lufs() - lufs).min(room_db).min(GAIN_DB_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loudness_peak_and_reason_bound_the_gain() {
        let talk = |lufs, peak| gain_db(lufs, peak, Loudness::Talk);
        assert!((talk(-30.0, 0.1) - 7.0).abs() < 1e-9, "by loudness");
        assert!((talk(-30.0, 0.8) - (-1.0 - 20.0 * 0.8_f64.log10())).abs() < 1e-9, "by the peak");
        assert!((talk(-65.0, 0.001) - GAIN_DB_MAX).abs() < 1e-9, "by reason");
        assert!((talk(-10.0, 1.5) - -13.0).abs() < 1e-9, "down");
        assert_eq!(talk(f64::NEG_INFINITY, 0.0), 0.0, "silence has no loudness");
        let quieter = talk(-20.0, 0.5) - gain_db(-20.0, 0.5, Loudness::Background);
        assert!((quieter - -f64::from(BACKGROUND_GAIN_DB)).abs() < 1e-6);
    }
}

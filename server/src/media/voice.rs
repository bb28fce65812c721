//! Voice: how loud a source is at this moment, from the levels that its packets carry (RFC 6464).

use std::time::{Duration, Instant};
use torg_protocol::units::VoiceLevel;

/// Without a packet for this long a source is silent: DTX stops sending when nothing is said.
const SILENT_AFTER: Duration = Duration::from_millis(200);

/// Changes smaller than this many dB are not worth telling.
const STEP_DB: u8 = 3;

/// The level of one source between two reports.
#[derive(Debug)]
pub(super) struct VoiceMeter {
    /// The loudest since the last report, in -dBov: small is loud.
    loudest: Option<u8>,
    last_packet: Option<Instant>,
    told: VoiceLevel,
}

impl VoiceMeter {
    pub(super) fn new() -> Self {
        Self { loudest: None, last_packet: None, told: VoiceLevel::SILENT }
    }

    /// A packet came with this level; one without a level counts as 30 dB below full, clearly speech, since a
    /// client that tells no levels must still be heard.
    pub(super) fn packet(&mut self, level: Option<VoiceLevel>, now: Instant) {
        let level = level.map_or(30, VoiceLevel::minus_dbov);
        self.loudest = Some(self.loudest.map_or(level, |loudest| loudest.min(level)));
        self.last_packet = Some(now);
    }

    /// Whether a packet came within the time.
    pub(super) fn flowed_within(&self, window: Duration, now: Instant) -> bool {
        self.last_packet.is_some_and(|last| now.saturating_duration_since(last) <= window)
    }

    /// The level to tell, if it changed enough since the last one told.
    pub(super) fn report(&mut self, now: Instant) -> Option<VoiceLevel> {
        let level = match self.loudest.take() {
            Some(loudest) => VoiceLevel::from_minus_dbov(loudest),
            None if self.flowed_within(SILENT_AFTER, now) => return None,
            None => VoiceLevel::SILENT,
        };
        let differs = level.minus_dbov().abs_diff(self.told.minus_dbov()) >= STEP_DB;
        let falls_silent = level == VoiceLevel::SILENT && self.told != level;
        (differs || falls_silent).then(|| {
            self.told = level;
            level
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_the_loudest_and_then_silence_once() {
        let start = Instant::now();
        let at = |ms| start + Duration::from_millis(ms);
        let mut meter = VoiceMeter::new();
        meter.packet(Some(VoiceLevel::from_minus_dbov(40)), at(0));
        meter.packet(Some(VoiceLevel::from_minus_dbov(25)), at(20));
        assert_eq!(meter.report(at(30)), Some(VoiceLevel::from_minus_dbov(25)));
        meter.packet(Some(VoiceLevel::from_minus_dbov(26)), at(40));
        assert_eq!(meter.report(at(50)), None, "one dB is no news");
        assert_eq!(meter.report(at(100)), None, "a pause between two packets is no silence");
        assert_eq!(meter.report(at(500)), Some(VoiceLevel::SILENT));
        assert_eq!(meter.report(at(600)), None);
    }
}

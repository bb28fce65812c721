//! One participant's voice: what is shown of its level, and how much it has spoken lately.

use crate::limits::{COOLING, FULL_MINUS_DBOV, HEAT_MAX, QUIET_MINUS_DBOV, QUIET_WEIGHT, SHOWN_EVERY, SHOWN_STEP_DB};
use torg_protocol::units::{DurationMs, TimeMs, VoiceLevel};

/// The voice of one participant.
#[derive(Clone, Debug)]
pub(crate) struct Voice {
    level: VoiceLevel,
    shown: VoiceLevel,
    shown_at: TimeMs,
    heat: u8,
    warm_until: TimeMs,
}

impl Voice {
    pub(crate) fn new(now: TimeMs) -> Self {
        Self { level: VoiceLevel::SILENT, shown: VoiceLevel::SILENT, shown_at: TimeMs(0), heat: 0, warm_until: now }
    }

    /// How much this voice has spoken lately: up at once with the level, down step by step, 0 to [`HEAT_MAX`]. Whole
    /// steps, so that voices which only grow cold change rarely, and every run computes the same.
    pub(crate) fn heat(&self) -> u8 {
        self.heat
    }

    /// The level that was shown last; nothing of a silent voice.
    pub(crate) fn shown(&self) -> Option<VoiceLevel> {
        Some(self.shown).filter(|level| *level != VoiceLevel::SILENT)
    }

    /// Takes in a measured level.
    pub(crate) fn hear(&mut self, now: TimeMs, level: VoiceLevel) {
        self.level = level;
        if heat_of(level) >= self.heat {
            self.heat = heat_of(level);
            self.warm_until = now + COOLING;
        }
    }

    /// The microphone went off: silent at once. Says whether that has to be shown.
    pub(crate) fn hush(&mut self, now: TimeMs) -> bool {
        *self = Self { shown: self.shown, shown_at: self.shown_at, ..Self::new(now) };
        let shows = self.shown != VoiceLevel::SILENT;
        self.shown = VoiceLevel::SILENT;
        self.shown_at = if shows { now } else { self.shown_at };
        shows
    }

    /// Lets time pass: a voice that is less loud than it was cools down to what it is.
    pub(crate) fn cool(&mut self, now: TimeMs) {
        let least = heat_of(self.level);
        while self.heat > least && self.warm_until <= now {
            self.heat -= 1;
            self.warm_until = self.warm_until + COOLING;
        }
        if self.heat == least {
            self.warm_until = now + COOLING;
        }
    }

    /// The level to show, when it differs enough from what was shown last and that is long enough ago.
    pub(crate) fn show(&mut self, now: TimeMs) -> Option<VoiceLevel> {
        let level = if is_quiet(self.level) { VoiceLevel::SILENT } else { self.level };
        let changed = match (level, self.shown) {
            (level, shown) if level == shown => false,
            (VoiceLevel::SILENT, _) | (_, VoiceLevel::SILENT) => true,
            (level, shown) => level.minus_dbov().abs_diff(shown.minus_dbov()) >= SHOWN_STEP_DB,
        };
        let DurationMs(shown_for_ms) = now.since(self.shown_at);
        if !changed || shown_for_ms < SHOWN_EVERY.0 {
            return None;
        }
        (self.shown, self.shown_at) = (level, now);
        Some(level)
    }
}

/// What a voice weighs in the choice of whom a listener gets: full when it speaks, little when it only might.
pub(super) fn weight(heat: u8) -> f32 {
    QUIET_WEIGHT + (1.0 - QUIET_WEIGHT) * f32::from(heat) / f32::from(HEAT_MAX)
}

fn is_quiet(level: VoiceLevel) -> bool {
    level.minus_dbov() >= QUIET_MINUS_DBOV
}

fn heat_of(level: VoiceLevel) -> u8 {
    let above_quiet_db = u32::from(QUIET_MINUS_DBOV.saturating_sub(level.minus_dbov()));
    let full_db = u32::from(QUIET_MINUS_DBOV - FULL_MINUS_DBOV);
    // At most HEAT_MAX, so it fits.
    (above_quiet_db * u32::from(HEAT_MAX)).div_ceil(full_db).min(u32::from(HEAT_MAX)) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    fn level(minus_dbov: u8) -> VoiceLevel {
        VoiceLevel::from_minus_dbov(minus_dbov)
    }

    #[test]
    fn a_word_counts_for_five_seconds() {
        let mut voice = Voice::new(TimeMs(0));
        voice.hear(TimeMs(1_000), level(20));
        assert_eq!(voice.heat(), HEAT_MAX);
        voice.cool(TimeMs(9_000));
        assert_eq!(voice.heat(), HEAT_MAX, "who goes on speaking as loud stays");
        voice.hear(TimeMs(9_000), VoiceLevel::SILENT);
        voice.cool(TimeMs(9_149));
        assert_eq!(voice.heat(), HEAT_MAX);
        voice.cool(TimeMs(11_400));
        assert_eq!(voice.heat(), HEAT_MAX / 2);
        voice.cool(TimeMs(14_000));
        assert_eq!(voice.heat(), 0);
        assert_eq!((weight(0), weight(HEAT_MAX)), (QUIET_WEIGHT, 1.0));
    }

    #[test]
    fn levels_are_shown_when_they_differ_and_not_too_often() {
        let mut voice = Voice::new(TimeMs(0));
        assert_eq!(voice.show(TimeMs(1_000)), None);
        voice.hear(TimeMs(1_000), level(30));
        assert_eq!(voice.show(TimeMs(1_000)), Some(level(30)));
        voice.hear(TimeMs(1_020), level(20));
        assert_eq!(voice.show(TimeMs(1_050)), None, "too soon");
        assert_eq!(voice.show(TimeMs(1_100)), Some(level(20)), "but not forgotten");
        voice.hear(TimeMs(1_300), level(22));
        assert_eq!(voice.show(TimeMs(1_300)), None, "nobody sees 2 dB");
        voice.hear(TimeMs(1_500), level(90));
        assert_eq!(voice.show(TimeMs(1_500)), Some(VoiceLevel::SILENT), "a quiet room is silence");
    }

    #[test]
    fn a_muted_voice_is_silent_at_once() {
        let mut voice = Voice::new(TimeMs(0));
        assert!(!voice.hush(TimeMs(500)), "it was silent");
        voice.hear(TimeMs(1_000), level(30));
        assert!(voice.show(TimeMs(1_000)).is_some());
        assert!(voice.hush(TimeMs(1_010)));
        assert_eq!((voice.heat(), voice.show(TimeMs(2_000))), (0, None));
    }
}

//! Units: metres, milliseconds, decibels. The unit stands last in a name, or is the type.

use serde::{Deserialize, Serialize};
use std::ops::{Add, Sub};
use ts_rs::TS;

/// A moment: milliseconds since the Unix epoch by the server's clock. Within one run of a space it never runs
/// backwards.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[ts(type = "number & { readonly __brand: 'TimeMs' }")]
#[serde(transparent)]
pub struct TimeMs(pub u64);

/// A length of time in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[ts(type = "number & { readonly __brand: 'DurationMs' }")]
#[serde(transparent)]
pub struct DurationMs(pub u64);

impl TimeMs {
    /// The time from `earlier` to this moment; nothing when `earlier` is later.
    #[must_use]
    pub fn since(self, earlier: Self) -> DurationMs {
        DurationMs(self.0.saturating_sub(earlier.0))
    }
}

impl Add<DurationMs> for TimeMs {
    type Output = Self;
    fn add(self, duration: DurationMs) -> Self {
        Self(self.0.saturating_add(duration.0))
    }
}

impl Sub<DurationMs> for TimeMs {
    type Output = Self;
    fn sub(self, duration: DurationMs) -> Self {
        Self(self.0.saturating_sub(duration.0))
    }
}

/// A voice level as RFC 6464 carries it: 0 is as loud as can be, 127 is silence, in steps of -1 dB relative to
/// digital overload (dBov).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[ts(type = "number & { readonly __brand: 'VoiceLevel' }")]
#[serde(transparent)]
pub struct VoiceLevel(u8);

impl VoiceLevel {
    /// No sound at all.
    pub const SILENT: Self = Self(127);

    /// A level from the seven bits of RFC 6464; larger values are silence.
    #[must_use]
    pub fn from_minus_dbov(minus_dbov: u8) -> Self {
        Self(minus_dbov.min(127))
    }

    /// The level as RFC 6464 writes it, 0 (loud) to 127 (silent).
    #[must_use]
    pub fn minus_dbov(self) -> u8 {
        self.0
    }
}

/// How loud the murmur is for somebody: 0 (off) to 100 (as loud as its law says).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, TS)]
#[ts(type = "number & { readonly __brand: 'MurmurPercent' }")]
#[serde(transparent)]
pub struct MurmurPercent(u8);

/// Why a number is no [`MurmurPercent`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the murmur goes from 0 (off) to 100 percent")]
pub struct NotAPercentage;

impl MurmurPercent {
    /// No murmur.
    pub const OFF: Self = Self(0);

    /// A share of the full murmur.
    ///
    /// # Errors
    /// [`NotAPercentage`] above 100.
    pub fn new(percent: u8) -> Result<Self, NotAPercentage> {
        if percent <= 100 { Ok(Self(percent)) } else { Err(NotAPercentage) }
    }

    /// 0 to 100.
    #[must_use]
    pub fn percent(self) -> u8 {
        self.0
    }

    /// The factor on the amplitude, 0 to 1: the square of the share, so that half the way sounds like half (-12 dB).
    #[must_use]
    pub fn gain(self) -> f32 {
        (f32::from(self.0) / 100.0).powi(2)
    }
}

impl<'de> Deserialize<'de> for MurmurPercent {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(u8::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

/// Turns decibels into a factor on the amplitude: -6.02 dB is 0.5.
#[must_use]
pub fn amplitude_from_db(db: f32) -> f32 {
    10f32.powf(db / 20.0)
}

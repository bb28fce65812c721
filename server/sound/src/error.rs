//! Why a file can't be played.

use crate::limits::{CHANNELS_MAX, FILE_BYTES_MAX, LASTS_MIN_MAX, RATE_HZ_MAX, RATE_HZ_MIN};

/// Why a file can't be played. One sentence, fit to show.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SoundError {
    /// Neither of the formats that can be read.
    #[error("this is neither a WAV file nor Opus in Ogg: export the sound as one of these")]
    Format,
    /// Larger than any file that is taken.
    #[error("the file is larger than {} MiB", FILE_BYTES_MAX >> 20)]
    TooLarge,
    /// It lasts longer than any sound that is played.
    #[error("the sound lasts longer than {} hours", LASTS_MIN_MAX / 60)]
    TooLong,
    /// Nothing to hear in it.
    #[error("the file holds less than 20 ms of sound")]
    TooShort,
    /// Samples of a kind that can't be read.
    #[error(
        "the WAV file holds something else than PCM of 8 to 32 bits or floats of 32 bits: export it as one of these"
    )]
    Coding,
    /// More channels than two, or none.
    #[error("the file has {0} channels: mix it down to {CHANNELS_MAX} at most")]
    Channels(u16),
    /// No rate at which anybody records.
    #[error("the file claims {0} samples a second: {RATE_HZ_MIN} to {RATE_HZ_MAX} can be played")]
    Rate(u32),
    /// Ogg with something else inside.
    #[error("the Ogg file holds something else than Opus: export the sound as Opus or WAV")]
    NotOpus,
    /// Opus of a version that is to come.
    #[error("the Opus file is of a version that this server doesn't know")]
    Version,
    /// Several streams one after another in one file.
    #[error("the Ogg file is a chain of several sounds: play them one by one")]
    Chained,
    /// Several streams at once in one file.
    #[error("the Ogg file holds several streams at once: export the sound alone")]
    Multiplexed,
    /// Parts contradict each other, or checksums do.
    #[error("the file is damaged")]
    Damaged,
}

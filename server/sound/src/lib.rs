//! Sounds that a square plays: a file, as Opus packets of 20 ms at the level at which it shall be heard.
//!
//! | module | holds |
//! | --- | --- |
//! | [`Sound`] | a file on its way to packets, frame by frame, as they are asked for |
//! | `source` | the file at its own rate: WAV by `hound`, Opus in Ogg by `ogg` and the codec |
//! | `loudness` | how loud it is (EBU R 128), and by how much to turn it up or down |
//! | `rate` | brought to 48 kHz |
//! | `shape` | turned, faded at both ends, and kept below full scale |
//! | [`limits`] | every bound, and why |
//!
//! Files come from outside: whatever is in them, nothing here panics, and each fault has its sentence.
//!
//! ```
//! use torg_sound::{Loudness, Sound, SoundError};
//!
//! let refused = Sound::open("no sound at all".into(), Loudness::Talk);
//! assert_eq!(refused.err(), Some(SoundError::Format));
//! ```

mod error;
pub mod limits;
mod loudness;
mod rate;
mod shape;
mod sound;
mod source;
#[cfg(test)]
mod tests;

pub use error::SoundError;
pub use loudness::Loudness;
pub use sound::Sound;

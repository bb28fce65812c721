//! Sound: what the guest's microphone gives and what its ear gets.
//!
//! | file | holds |
//! | --- | --- |
//! | `source` | the microphone: a tone, a file |
//! | `mischief` | what no honest client sends |
//! | `opus` | the codec, behind one small door |
//! | `level` | loudness in dBFS and in RFC 6464's steps |
//! | `jitter` | one stream's jitter buffer |
//! | `stream` | from packets to frames: jitter buffer and decoder |
//! | `pan` | gain and direction to left and right |
//! | `ramp` | a factor that goes over to another without a click |
//! | `ear` | eight slots and the bed, mixed to one stereo stream |
//! | `wav` | sound files, read and written |

pub(crate) mod ear;
pub(crate) mod jitter;
pub(crate) mod level;
pub(crate) mod mischief;
pub(crate) mod opus;
pub(crate) mod pan;
mod ramp;
pub(crate) mod source;
mod stream;
mod wav;

pub use wav::Recording;
pub(crate) use wav::{Recorder, read_mono};

/// Samples a second of everything here, as WebRTC's Opus has it (RFC 7587).
pub(crate) const SAMPLE_RATE_HZ: u32 = 48_000;

/// Samples of one channel in a frame of 20 ms: the step in which the guest speaks and hears.
pub(crate) const FRAME_SAMPLES: usize = 960;

/// A frame's length, milliseconds.
pub(crate) const FRAME_MS: u64 = 20;

/// One frame of one channel.
pub(crate) type MonoFrame = [f32; FRAME_SAMPLES];

/// One frame of two channels, left and right in turn.
pub(crate) type StereoFrame = [f32; 2 * FRAME_SAMPLES];

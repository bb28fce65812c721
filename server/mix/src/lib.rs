//! The mixer: packets of speakers in, frames of sound inside, packets of mixes out. It knows no clock, no socket and no
//! task; time is handed in.
//!
//! | module | holds |
//! | --- | --- |
//! | [`Desk`] | all sound of one space: plans and packets in, packets of beds and of listeners' own mixes out |
//! | `voice`, `speaker`, `even`, `shades` | each voice once: decoded, evened, filtered in every way that anybody needs |
//! | `blend`, `place` | which voices a mix holds, and where around its listener |
//! | `bed`, `output`, `bus`, `limiter` | the murmur of a place, a listener's stream, limited and encoded |
//! | `kernel` | the inner loops |
//! | [`codec`] | Opus, by one of two implementations: Rust, or libopus by the feature `libopus` |
//! | [`source`] | one speaker's way from packets to frames of 20 ms: waiting, concealing, keeping time |
//! | [`types`] | samples, time, packets, refusals |
//! | [`limits`] | every bound and every tuned number, and why |
//!
//! Nothing that a speaker sends panics in here or comes out louder than full scale. After a warm-up nothing allocates.
//!
//! ```
//! use torg_mix::codec::Encoder;
//! use torg_mix::source::{Pulled, Source};
//! use torg_mix::{FRAME_SAMPLES, MixTime, Packet};
//! use torg_protocol::ids::ParticipantId;
//!
//! let mut encoder = Encoder::new(64_000, 5);
//! let mut ann = Source::new();
//! let mut frame = [0.0; FRAME_SAMPLES];
//! let mut heard = 0;
//! for tick in 0..50_u16 {
//!     let now = MixTime(u64::from(tick) * 20_000);
//!     let sound: Vec<f32> = (0..2 * FRAME_SAMPLES).map(|i| ((i / 2) as f32 * 0.05).sin() * 0.25).collect();
//!     let payload = encoder.encode(sound.as_slice().try_into().expect("two channels"))?;
//!     let timestamp = u32::from(tick) * FRAME_SAMPLES as u32;
//!     ann.push(&Packet { speaker: ParticipantId(1), stream: 1, sequence: tick, timestamp, payload }, now)?;
//!     heard += usize::from(ann.pull(now, &mut frame) == Pulled::Voice);
//! }
//! assert!(heard > 40);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod bed;
mod blend;
mod bus;
pub mod codec;
mod desk;
mod even;
mod kernel;
mod limiter;
pub mod limits;
mod output;
mod place;
mod shades;
pub mod source;
mod speaker;
pub mod types;
mod voice;

#[cfg(test)]
#[path = "../tests/support/measure.rs"]
mod measure;

pub use desk::{Desk, Effort, Figures, Made, Settings, To};
pub use types::{FRAME_SAMPLES, MixTime, Packet, Refused, SAMPLE_RATE_HZ, STEREO_SAMPLES};

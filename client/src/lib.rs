//! A native guest of a Torg square: what tests tell their stories with, and what stands behind the command
//! `torg-guest`.
//!
//! | module | holds |
//! | --- | --- |
//! | [`Link`], [`Options`] | where to go, and how to come in |
//! | [`Guest`] | the handle: walk, sit down, listen, leave |
//! | [`View`], [`World`], [`Air`] | what the guest knows at a moment |
//! | [`Emulator`], [`Mischief`] | bad networks and bad clients, for tests |
//! | [`Audience`] | to whom a guest speaks over everything |
//! | [`Statistics`], [`Recording`] | what it measured, and what its ear got |
//! | `line`, `session` | the websocket, and the task that runs the stay |
//! | `sound` | tone, codec, jitter buffer, ear, sound files |
//! | [`crowd`] | hundreds of guests in one process |
//! | `rtc` | the WebRTC library, named nowhere else |
//!
//! ```no_run
//! use std::time::Duration;
//! use torg_client::{Guest, Link, Options};
//!
//! # async fn story() -> Result<(), Box<dyn std::error::Error>> {
//! let link: Link = "http://127.0.0.1:8080/s/torget#TOKEN".parse()?;
//! let mut ann = Guest::join(&link, Options::named("Ann").at(3.0, 4.0).tone(440.0)).await?;
//! let mut bob = Guest::join(&link, Options::named("Bob").at(4.0, 4.0)).await?;
//! bob.wait_until_hears("Ann", Duration::from_secs(3)).await?;
//! ann.table("Table 1").await?;
//! bob.wait_until_silent("Ann", Duration::from_millis(500), Duration::from_secs(3)).await?;
//! let figures = bob.leave().await?;
//! assert_eq!(figures.mislabelled, 0);
//! # Ok(())
//! # }
//! ```

mod air;
mod broadcast;
mod circle;
mod clock;
pub mod crowd;
mod error;
mod event;
mod guest;
mod limits;
mod line;
mod link;
mod market;
mod options;
mod rtc;
mod session;
mod sound;
mod stats;
mod view;
mod world;

pub use air::Air;
pub use broadcast::{Audience, NotAnAudience};
pub use error::GuestError;
pub use event::{Event, Piece, Speech};
pub use guest::{Guest, Loudness};
pub use link::{Link, LinkError};
pub use market::Market;
pub use options::{Emulator, Options};
pub use sound::Recording;
pub use sound::mischief::Mischief;
pub use stats::{Heard, Statistics, VoiceTally};
pub use view::{LineState, MediaState, View};
pub use world::{HeardBy, Person, World};

//! The harness of the stories: a real server on a free port, real guests, real sound.
//!
//! | module | holds |
//! | --- | --- |
//! | [`Square`] | a server of its own, with its data in a folder of its own |
//! | [`Relay`] | a line that can be cut |
//! | [`Script`] | a program that calls the API with a link's token |
//! | [`Recording`] | what an ear got, and how loud a tone is in it |
//! | [`chord`], [`bursts`], [`tone`] | sounds that can be measured in what others hear |
//! | [`Foreign`] | a client that isn't ours at the doors for WHIP and WHEP: GStreamer |
//! | [`Stranger`] | a client that says anything |
//!
//! ```no_run
//! use std::time::Duration;
//! use torg_tests::{Square, named};
//!
//! # async fn story() -> Result<(), torg_client::GuestError> {
//! let square = Square::start().await;
//! let ann = square.guest(named("Ann").at(10.0, 20.0).tone(450.0)).await;
//! let mut bob = square.guest(named("Bob").at(11.0, 20.0)).await;
//! bob.wait_until_hears("Ann", Duration::from_secs(3)).await?;
//! ann.leave().await?;
//! # Ok(())
//! # }
//! ```

mod foreign;
mod http;
mod recording;
mod relay;
mod script;
mod signal;
mod square;
mod stranger;

pub use foreign::Foreign;
pub use http::{Reply, request};
pub use recording::Recording;
pub use relay::Relay;
pub use script::Script;
pub use signal::{CHORD_HERTZ, bursts, chord, tone};
pub use square::{Links, Square, map, named};
pub use stranger::Stranger;

//! The control channel: JSON text frames over the websocket, one tagged message each.
//!
//! The client speaks first, with [`ClientMessage::Hello`]; the server answers with [`ServerMessage::Welcome`] or
//! with [`ServerMessage::Refused`] and closes.

mod change;
mod client;
mod refusal;
mod server;

pub use crate::people::{Destination, Door};
pub use change::{Change, SlotText, TopicText};
pub use client::{ClientMessage, OfferedTrack, Start, TrackPurpose};
pub use refusal::{GoodbyeReason, Refusal, RefusalCode};
pub use server::{HelpCall, Made, MediaState, ParticipantView, ServerMessage, SpaceView, Uplink, Waiting, Welcome};

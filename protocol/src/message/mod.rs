//! The control channel: JSON text frames over the websocket, one tagged message each.
//!
//! The client speaks first, with [`ClientMessage::Hello`]; the server answers with [`ServerMessage::Welcome`] or
//! with [`ServerMessage::Refused`] and closes.

mod client;
mod refusal;
mod server;

pub use client::{ClientMessage, OfferedTrack, Start, TrackPurpose};
pub use refusal::{GoodbyeReason, Refusal, RefusalCode};
pub use server::{MediaState, ParticipantView, ServerMessage, SpaceView, Uplink, Welcome};

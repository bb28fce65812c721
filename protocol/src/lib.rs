//! What the square, the browser and the native guest say to each other.
//!
//! This crate is the shared language of Torg and imports nothing else of ours. `PROTOCOL.md` beside it tells
//! the same in prose; `fixtures/` holds golden messages that the Rust and the TypeScript tests both read.
//!
//! | module | holds |
//! | --- | --- |
//! | [`ids`], [`units`] | newtypes for every id and unit |
//! | [`text`] | names parsed once, at the edge |
//! | [`geometry`] | points, walls, segments of motion, the hearing law |
//! | [`people`] | roles, microphones, presence, what holds a participant |
//! | [`map`] | the map of a square as it is written in JSON |
//! | [`agenda`] | slots, topics, visits: the marketplace as everybody sees it |
//! | [`message`] | [`ClientMessage`] and [`ServerMessage`], the control channel |
//! | [`frame`] | the binary frames for motion and voice levels |
//! | [`limits`] | every bound of the wire, and why |
//!
//! ```
//! use torg_protocol::message::ClientMessage;
//!
//! let walk = r#"{"type":"walk_to","to":{"x":4.5,"y":12.0}}"#;
//! let message: ClientMessage = serde_json::from_str(walk)?;
//! assert!(matches!(message, ClientMessage::WalkTo { .. }));
//! # Ok::<(), serde_json::Error>(())
//! ```

pub mod agenda;
pub mod frame;
pub mod geometry;
pub mod ids;
pub mod limits;
pub mod map;
pub mod message;
pub mod people;
pub mod text;
pub mod units;

pub use message::{ClientMessage, ServerMessage};

/// The version of the protocol that this crate speaks. A client says it in its hello; another version is
/// refused with [`message::RefusalCode::ProtocolVersion`].
pub const PROTOCOL_VERSION: u16 = 1;

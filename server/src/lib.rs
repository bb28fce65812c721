//! The server of the square.

pub mod clock;
pub mod config;
pub mod limits;
pub mod links;
pub mod mailbox;
pub mod media;
pub mod outbox;
pub mod store;

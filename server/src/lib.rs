//! The server of the square.

pub mod mailbox;

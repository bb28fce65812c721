//! The pure engine of a space.

mod command;
mod event;
mod refusal;
mod routes;

pub use command::{Ask, Command, Start};
pub use event::{Audience, Event, Happening, Person, View};
pub use refusal::Refusal;
pub use routes::{ListenerRoutes, Routes};

/// The space.
#[derive(Debug)]
pub struct Space {}

//! The pure engine of a space: commands in, events out, time and seed handed in.

mod command;
mod event;
mod hearing;
pub mod limits;
mod map;
mod motion;
mod refusal;
mod routes;
mod space;
mod view;

pub use command::{Ask, Command, Start};
pub use event::{Audience, Event, Happening, Person, View};
pub use map::{Map, MapError, Table};
pub use refusal::Refusal;
pub use routes::{ListenerRoutes, Routes};
pub use space::Space;

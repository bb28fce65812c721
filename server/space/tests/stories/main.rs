//! What people do on a square, told by commands and events.

mod coming;
mod sound;
mod stage;
mod walking;

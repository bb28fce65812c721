//! What people do on a square, told by commands and events.

mod broadcast;
mod coming;
mod mixed;
mod murmur;
mod sound;
mod stage;
mod walking;

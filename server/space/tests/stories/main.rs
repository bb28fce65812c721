//! What people do on a square, told by commands and events.

mod broadcast;
mod coming;
mod kinds;
mod listen;
mod mixed;
mod murmur;
mod passing;
mod piece;
mod plenum;
mod sound;
mod stage;
mod walking;

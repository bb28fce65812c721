//! Places, walls, motion and hearing: the geometry that the engine, the guest and the browser share.
//!
//! Rust and TypeScript compute these alike; `fixtures/gain.json` and `fixtures/motion.json` hold the vectors.

mod hearing;
mod motion;
mod point;

pub use hearing::{
    BACKGROUND_GAIN_DB, BROADCAST_DUCK_DB, BUMBLEBEE_GAIN_DB, HearingLaw, HearingPreset, OPEN_WALL_GAIN_DB, Placed,
    placed_gain,
};
pub use motion::{Segment, WALKING_SPEED_M_S, Walk};
pub use point::{NotAPlace, Point};

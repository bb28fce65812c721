//! One speaker, from packets on a bad line to frames: what is heard, how late, and what bad input does. The same tests
//! hold for both codecs: `cargo test -p torg-mix` and `cargo test -p torg-mix --features libopus`.
//!
//! Tests with random input print their seed; `TORG_SEED=n` runs that one again.

mod bad_input;
mod codec;
mod drift;
mod level;
mod line;
mod loss;
mod measure;
mod pauses;
mod sender;
mod waiting;

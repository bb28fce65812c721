//! Every bound and tuning of the engine in one place, and why it is what it is.

use torg_protocol::units::DurationMs;

/// People in one space unless told otherwise: a conference, and what one core serves with room to spare.
pub const PARTICIPANTS_MAX: usize = 1_000;

/// How long the place of somebody whose connection dropped is held: a change of network takes 10 to 20 s.
pub const HOLD: DurationMs = DurationMs(30_000);

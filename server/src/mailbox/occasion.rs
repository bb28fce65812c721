//! What is told to whoever listens outside of the square.

use torg_protocol::agenda::Slot;
use torg_protocol::ids::SpaceId;
use torg_protocol::text::Label;
use torg_protocol::units::TimeMs;

/// Something happened in a space, and is written down.
#[derive(Clone, Debug, PartialEq)]
pub struct Occasion {
    /// In which space.
    pub space: SpaceId,
    /// What it is called.
    pub name: Label,
    /// When.
    pub at: TimeMs,
    /// What.
    pub what: What,
}

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// The bell: a slot opened.
    SlotOpened(Slot),
    /// The bell: a slot closed.
    SlotClosed(Slot),
    /// The space was closed for good.
    SpaceClosed,
}

//! What can be read of a guest at any moment.

use crate::error::GuestError;
use crate::stats::{Meter, Statistics, VoiceTally};
use crate::world::World;
use std::time::Instant;
use torg_protocol::message::Refusal;

/// The state of a guest: read it with [`crate::Guest::view`], or wait for it with [`crate::Guest::wait_until`].
#[derive(Clone, Debug)]
pub struct View {
    /// The guest's view of the space.
    pub world: World,
    /// How the line to the server stands.
    pub line: LineState,
    /// How the peer connection stands.
    pub media: MediaState,
    /// Refusals of things asked since the guest came in, counted.
    pub refusals: u64,
    /// The newest of them.
    pub last_refusal: Option<Refusal>,
    /// How often the guest came back after a broken line.
    pub returns: u32,
    /// When the guest came in: its recording's first sample.
    pub began: Instant,
    pub(crate) meter: Meter,
}

/// How the line to the server stands.
#[derive(Clone, Debug)]
pub enum LineState {
    /// Connected.
    In,
    /// Broken; the guest comes back by itself.
    Returning,
    /// Over for good.
    Over(GuestError),
}

/// How the peer connection stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MediaState {
    /// There is to be none.
    None,
    /// It is being made.
    Connecting,
    /// Sound can flow.
    Connected,
    /// There will be none, and why.
    Failed(String),
}

impl View {
    /// Whether the line has broken since the guest had come back so many times.
    pub(crate) fn line_broke_since(&self, returns: u32) -> bool {
        self.returns != returns || !matches!(self.line, LineState::In)
    }

    /// The figures of the stay so far.
    #[must_use]
    pub fn statistics(&self) -> Statistics {
        self.meter.statistics()
    }

    /// What was counted about the bed's stream so far: the murmur, or everything in one.
    #[must_use]
    pub fn bed(&self) -> VoiceTally {
        self.meter.bed()
    }

    /// What was counted about one voice so far.
    #[must_use]
    pub fn voice(&self, name: &str) -> VoiceTally {
        self.meter.voice(name)
    }
}

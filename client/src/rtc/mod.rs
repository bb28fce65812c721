//! The WebRTC library behind a door: no other module of the client names it.
//!
//! | file | holds |
//! | --- | --- |
//! | `peer` | one guest's peer connection, on the asynchronous `webrtc` crate |
//! | `lean` | the same on the sans-IO `rtc` crate, for crowds |
//! | `setup` | what both offer: codec, extension, sections |
//! | `answer` | what both read from the server's answer |
//! | `socket` | the UDP socket under `peer`, with the network emulator |
//! | `flight` | sends the last flight of the DTLS handshake again, which the library forgets |

mod answer;
mod flight;
#[cfg(test)]
mod loopback;

pub(crate) mod lean;
mod peer;
mod setup;
mod socket;

pub(crate) use peer::{Peer, PeerEvent, PeerPlan};
pub(crate) use socket::EmulatorState;

use bytes::Bytes;
use torg_protocol::ids::{AudioSlotIndex, ParticipantId};

/// Where a stream that comes down belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Section {
    /// A voice.
    Slot(AudioSlotIndex),
    /// The murmur, or everything in one stream.
    Bed,
}

/// Sound that comes down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum SoundPacket {
    Voice(VoicePacket),
    Bed(BedPacket),
}

/// A packet of the bed's section, in stereo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BedPacket {
    pub(crate) sequence: u16,
    pub(crate) timestamp: u32,
    /// One Opus packet.
    pub(crate) payload: Bytes,
}

/// A packet of a voice, as it comes out of an audio slot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct VoicePacket {
    /// The slot by which it came.
    pub(crate) slot: AudioSlotIndex,
    pub(crate) sequence: u16,
    pub(crate) timestamp: u32,
    /// Whose voice it is, as the server says in the packet (the first contributing source, RFC 3550); nothing
    /// where the server says nothing.
    pub(crate) csrc: Option<ParticipantId>,
    /// One Opus packet.
    pub(crate) payload: Bytes,
}

/// Why a peer connection can't be made, in words.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct PeerError(pub(crate) String);

//! What http asks of a keeper for programs that know nothing of the protocol (PROTOCOL.md, "Standard doors"): streams that
//! come by WHIP, listeners by WHEP, and sounds that are played.

use super::PeerId;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::{SecureRandom as _, SystemRandom};
use std::fmt;
use torg_protocol::ids::ParticipantId;
use torg_protocol::text::{Label, PersonName};
use torg_sound::Sound;

/// A door that stands open for one program, as its address names it. Nobody can guess one.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct DoorId([u8; Self::BYTES]);

impl DoorId {
    const BYTES: usize = 16;

    /// A door that there has never been.
    ///
    /// # Panics
    /// When the machine gives no random numbers any more: it gave some for the key at the start.
    #[must_use]
    pub fn fresh() -> Self {
        let mut bytes = [0; Self::BYTES];
        SystemRandom::new().fill(&mut bytes).expect("the machine gave random numbers for the key at the start");
        Self(bytes)
    }

    /// Reads what stands in an address; nothing that is not one of ours.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        // Exactly what we write: a text that decodes to the same bytes in another way is no second name of the door.
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        Some(Self(bytes.try_into().ok()?))
    }
}

impl fmt::Display for DoorId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(self.0))
    }
}

impl fmt::Debug for DoorId {
    /// Who knows a door's id may shut it, so it stands in no log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DoorId(secret)")
    }
}

/// Through which of the two doors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Way {
    /// A stream comes in (RFC 9725).
    Whip,
    /// A listener comes in (draft-ietf-wish-whep).
    Whep,
}

/// To whom a voice speaks, as a request says it. Zones are looked up by the keeper, who knows the map.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Addressee {
    /// The whole space.
    #[default]
    Everybody,
    /// All who have the role of a convener or bring a topic.
    Conveners,
    /// Whoever is in the zone of this name.
    Zone(Label),
}

/// Who comes in, and for what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entrance {
    /// A stream, which speaks over everything.
    Stream {
        /// To whom.
        to: Addressee,
    },
    /// A listener.
    Listener {
        /// As it sounds where: at the zone or the open table of this name; nothing means the stage.
        at: Option<Label>,
    },
}

/// A program wants in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComeByDoor {
    /// For what.
    pub entrance: Entrance,
    /// The name that everybody sees.
    pub name: PersonName,
    /// The token of the person who lets it in, if they named themselves.
    pub person: Option<String>,
    /// The names of the offer's ICE sessions, which [`DoorStands`](super::call::Asked::DoorStands) gives back.
    pub ice: Vec<String>,
}

/// A program is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DoorOpened {
    /// By which door.
    pub door: DoorId,
    /// Whose peer connection its offer makes.
    pub peer: PeerId,
}

/// Somebody wants a sound to be played.
#[derive(Debug)]
pub struct PlaySound {
    /// The token of the person who asks, if they named themselves.
    pub person: Option<String>,
    /// To whom.
    pub to: Addressee,
    /// Whether it is there to be talked over.
    pub background: bool,
    /// The name that everybody sees.
    pub name: PersonName,
    /// What is played.
    pub sound: Box<Sound>,
}

/// A sound that is played.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlayedSound {
    /// Which: its participant.
    pub id: ParticipantId,
    /// The name that everybody sees.
    pub name: PersonName,
    /// To whom.
    pub to: Addressee,
    /// Whether it is there to be talked over.
    pub background: bool,
    /// How long it lasts.
    pub lasts_ms: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_door_is_named_in_one_way_only() {
        let door = DoorId::fresh();
        let text = door.to_string();
        assert_eq!(text.len(), 22);
        assert_eq!(DoorId::parse(&text), Some(door));
        assert_ne!(DoorId::fresh(), door);
        for other in ["", "door", &text[1..], &format!("{text}A"), &format!("{text}=="), "ååååååååååå"] {
            assert_eq!(DoorId::parse(other), None, "{other:?}");
        }
        assert_eq!(format!("{door:?}"), "DoorId(secret)");
    }
}

//! Ids: one newtype each, so that a table can never be taken for a seat.

use serde::{Deserialize, Serialize};
use std::fmt;
use ts_rs::TS;

macro_rules! number_id {
    ($(#[$doc:meta])* $name:ident($inner:ty), $brand:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
        #[ts(type = $brand)]
        #[serde(transparent)]
        pub struct $name(pub $inner);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

number_id!(
    /// One person in one space, from entering to leaving. Never reused while the space runs.
    ParticipantId(u32),
    "number & { readonly __brand: 'ParticipantId' }"
);
number_id!(
    /// A table of the map: its place in the map's list of tables.
    TableId(u16),
    "number & { readonly __brand: 'TableId' }"
);
number_id!(
    /// A zone of the map: its place in the map's list of zones.
    ZoneId(u16),
    "number & { readonly __brand: 'ZoneId' }"
);
number_id!(
    /// A seat at a table, counted from 0 at the top, clockwise.
    SeatIndex(u16),
    "number & { readonly __brand: 'SeatIndex' }"
);
number_id!(
    /// One of a listener's pre-negotiated downstream audio tracks, counted from 0.
    AudioSlotIndex(u8),
    "number & { readonly __brand: 'AudioSlotIndex' }"
);

number_id!(
    /// A slot of the agenda. Given once in the life of a space, never reused.
    SlotId(u32),
    "number & { readonly __brand: 'SlotId' }"
);
number_id!(
    /// A topic of the marketplace. Given once in the life of a space, never reused.
    TopicId(u32),
    "number & { readonly __brand: 'TopicId' }"
);
number_id!(
    /// A comment on a topic. Given once in the life of a space, never reused.
    CommentId(u32),
    "number & { readonly __brand: 'CommentId' }"
);
number_id!(
    /// A visit: one stay of one participant at one table. Given once in the life of a space, never reused.
    VisitId(u32),
    "number & { readonly __brand: 'VisitId' }"
);
number_id!(
    /// What a client calls one of its requests, so that it knows the answer. Chosen by the client.
    RequestId(u32),
    "number & { readonly __brand: 'RequestId' }"
);

/// The name of a space in links: 1 to 40 lower-case letters, digits and hyphens.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, TS)]
#[ts(type = "string & { readonly __brand: 'SpaceId' }")]
#[serde(transparent)]
pub struct SpaceId(String);

/// Why a text is no [`SpaceId`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a space id has 1 to 40 characters out of a-z, 0-9 and '-'")]
pub struct NotASpaceId;

impl SpaceId {
    /// Parses the id of a space as it stands in a link.
    ///
    /// # Errors
    /// [`NotASpaceId`] when the text is empty, too long or has other characters.
    pub fn parse(text: &str) -> Result<Self, NotASpaceId> {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if (1..=40).contains(&text.len()) && text.bytes().all(plain) {
            Ok(Self(text.to_owned()))
        } else {
            Err(NotASpaceId)
        }
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SpaceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for SpaceId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_space_id_cannot_leave_its_folder() {
        for bad in ["", "../etc", "A", "a/b", "a.b", "å", &"a".repeat(41)] {
            assert_eq!(SpaceId::parse(bad), Err(NotASpaceId), "{bad:?}");
        }
        assert!(SpaceId::parse("torg-2026").is_ok());
    }
}

//! The agenda and the marketplace, as everybody in a space sees them.
//!
//! The agenda is a list of slots. Topics wait in the tray or are placed on a [`Cell`]: one table in one slot. All of
//! it is small enough to be kept whole by every client; what a topic says at length ([`TopicDetail`]) is read when
//! somebody opens it.

use crate::ids::{CommentId, ParticipantId, SlotId, TableId, TopicId, VisitId};
use crate::message::ServerMessage;
use crate::text::{Label, PersonName, Prose, Title};
use crate::units::TimeMs;
use serde::{Deserialize, Serialize};
use std::fmt;
use ts_rs::TS;

/// A block of time. Slots may touch and overlap; a table carries one topic at a time all the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Slot {
    /// Which.
    pub id: SlotId,
    /// What it is called: "Round 1".
    pub name: Label,
    /// What happens in it.
    pub kind: SlotKind,
    /// When it opens, the server's time.
    pub starts_at: TimeMs,
    /// When it closes; later than it opens.
    pub ends_at: TimeMs,
}

/// What happens in a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SlotKind {
    /// Everybody together.
    Plenum,
    /// Topics at tables.
    Topics,
    /// A break, away from the screen.
    Break,
}

/// A place on the board: one table in one slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Cell {
    /// The slot; one of [`SlotKind::Topics`].
    pub slot: SlotId,
    /// The table.
    pub table: TableId,
}

/// Who brings a topic, wrote a comment, or sat at a table. The name is the one that they had then; somebody named
/// through the API may never have been in the space.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct NamedPerson {
    /// Who, if they have been in the space.
    pub participant: Option<ParticipantId>,
    /// Their name.
    pub name: PersonName,
}

/// A topic as it stands on its card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct TopicCard {
    /// Which.
    pub id: TopicId,
    /// What it is called.
    pub title: Title,
    /// Who brings it.
    pub convener: NamedPerson,
    /// Who brings it along with them.
    pub co_conveners: Vec<NamedPerson>,
    /// The slot that they would like.
    pub wish: Option<SlotId>,
    /// Where it is placed; in the tray while nowhere.
    pub placed: Option<Cell>,
    /// What it needs.
    pub needs: Vec<Need>,
    /// The language it is held in; any if none is named.
    pub language: Option<LanguageTag>,
    /// How many would like to come.
    pub interested: u16,
    /// How many comments there are.
    pub comments: u16,
    /// A topic that this one's convener was asked to merge with, by that one's convener.
    pub merge_proposed_by: Option<TopicId>,
}

/// What a topic needs of its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Need {
    /// A quiet corner.
    Quiet,
    /// A shared screen.
    Screen,
    /// A closed table.
    Closed,
    /// Somebody who facilitates.
    Facilitator,
}

/// A language (BCP 47): two or three letters, lower case, perhaps a region: `nb`, `en-gb`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, TS)]
#[ts(type = "string & { readonly __brand: 'LanguageTag' }")]
#[serde(transparent)]
pub struct LanguageTag(String);

/// Why a text is no [`LanguageTag`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a language is named by two or three letters, as `nb`, perhaps with a region, as `en-gb`")]
pub struct NotALanguage;

impl LanguageTag {
    /// Parses a language tag; upper case becomes lower.
    ///
    /// # Errors
    /// [`NotALanguage`].
    pub fn parse(text: &str) -> Result<Self, NotALanguage> {
        let lower = text.to_ascii_lowercase();
        let (language, region) = lower.split_once('-').map_or((lower.as_str(), None), |(l, r)| (l, Some(r)));
        let letters = |part: &str| part.bytes().all(|byte| byte.is_ascii_lowercase());
        let is_region = |part: &str| (2..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric());
        if (2..=3).contains(&language.len()) && letters(language) && region.is_none_or(is_region) {
            Ok(Self(lower))
        } else {
            Err(NotALanguage)
        }
    }

    /// The tag as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for LanguageTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for LanguageTag {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

/// What a topic says at length; read when somebody opens it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct TopicDetail {
    /// Which topic.
    pub topic: TopicId,
    /// What it is about, and why.
    pub description: Prose,
    /// What people wrote under it, oldest first.
    pub comments: Vec<Comment>,
    /// Who has been at its table: for its conveners and for hosts, else nothing.
    pub visits: Option<Vec<Visit>>,
}

/// A comment on a topic.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Comment {
    /// Which.
    pub id: CommentId,
    /// Who wrote it.
    pub by: NamedPerson,
    /// When.
    pub at: TimeMs,
    /// What.
    pub text: Prose,
}

/// One stay at one table. A stay that goes on over the bell is two visits: one for each topic.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Visit {
    /// Which.
    pub id: VisitId,
    /// Who.
    pub who: NamedPerson,
    /// Where.
    pub table: TableId,
    /// The topic that the table had then.
    pub topic: Option<TopicId>,
    /// The slot that it was in.
    pub slot: Option<SlotId>,
    /// From when.
    pub from: TimeMs,
    /// Until when; nothing while it goes on.
    pub to: Option<TimeMs>,
}

/// The whole agenda and marketplace, as they come with the welcome.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AgendaView {
    /// The slots, by start, then by id.
    pub slots: Vec<Slot>,
    /// The topics, by id; withdrawn and merged ones are not among them.
    pub topics: Vec<TopicCard>,
    /// The topics that you marked.
    pub my_interests: Vec<TopicId>,
}

impl AgendaView {
    /// Takes in what the server tells. Returns whether it was about the agenda; a view that takes in every message since
    /// its welcome is what a new welcome would bring.
    pub fn hear(&mut self, message: &ServerMessage) -> bool {
        match message {
            ServerMessage::SlotChanged { slot } => {
                self.slots.retain(|other| other.id != slot.id);
                let key = |slot: &Slot| (slot.starts_at, slot.id);
                let at = self.slots.partition_point(|other| key(other) < key(slot));
                self.slots.insert(at, slot.clone());
            }
            ServerMessage::SlotRemoved { slot } => self.slots.retain(|other| other.id != *slot),
            ServerMessage::TopicChanged { topic } => {
                match self.topics.binary_search_by_key(&topic.id, |card| card.id) {
                    Ok(at) => self.topics[at] = topic.clone(),
                    Err(at) => self.topics.insert(at, topic.clone()),
                }
            }
            ServerMessage::TopicRemoved { topic, .. } => {
                self.topics.retain(|card| card.id != *topic);
                self.my_interests.retain(|other| other != topic);
            }
            ServerMessage::MyInterests { topics } => self.my_interests.clone_from(topics),
            _ => return false,
        }
        true
    }
}

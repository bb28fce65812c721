//! What facts are made of beside ids, and what can be asked of any of them.

use super::change::{Actor, TopicText};
use super::fact::Fact;
use super::personal::Personal;
use serde::{Deserialize, Serialize};
use torg_protocol::agenda::{LanguageTag, Need};
use torg_protocol::ids::{ParticipantId, SlotId};

/// What a topic says, as it is written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TopicWords {
    /// Its title.
    pub title: Personal,
    /// What it is about, and why.
    pub description: Personal,
    /// The slot that its conveners would like.
    pub wish: Option<SlotId>,
    /// What it needs, sorted.
    pub needs: Vec<Need>,
    /// The language it is held in.
    pub language: Option<LanguageTag>,
}

impl TopicWords {
    /// What somebody typed, as it is written. The text is whoever's who wrote it.
    pub(super) fn of(writer: ParticipantId, text: &TopicText) -> Self {
        let mut needs = text.needs.clone();
        needs.sort_unstable();
        needs.dedup();
        Self {
            title: Personal::new(writer, &text.title),
            description: Personal::new(writer, &text.description),
            wish: text.wish,
            needs,
            language: text.language.clone(),
        }
    }

    /// Whether both say the same, whoever wrote them.
    pub(super) fn says_as(&self, other: &Self) -> bool {
        let says = |words: &Self| {
            let text = (words.title.as_str().to_owned(), words.description.as_str().to_owned());
            (text, words.wish, words.needs.clone(), words.language.clone())
        };
        says(self) == says(other)
    }

    pub(super) fn personal_mut(&mut self, visit: &mut dyn FnMut(&mut Personal)) {
        visit(&mut self.title);
        visit(&mut self.description);
    }
}

/// Who brings a topic.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bringer {
    /// Somebody of the space, under the name of that moment.
    Person(ParticipantId),
    /// Somebody named through the API.
    Outside(Personal),
}

impl Bringer {
    /// Who, if it is somebody of the space.
    pub(super) fn person(&self) -> Option<ParticipantId> {
        match self {
            Self::Person(person) => Some(*person),
            Self::Outside(_) => None,
        }
    }
}

impl Fact {
    /// Shows `visit` every personal text in it, to be sealed or opened in place.
    pub fn personal_mut(&mut self, visit: &mut dyn FnMut(&mut Personal)) {
        match self {
            Self::PersonCame { name, .. } | Self::PersonRenamed { name, .. } => visit(name),
            Self::TopicPosted { text, convener, .. } => {
                text.personal_mut(visit);
                if let Bringer::Outside(name) = convener {
                    visit(name);
                }
            }
            Self::TopicEdited { text, .. } => text.personal_mut(visit),
            Self::ConvenerSet { convener: Bringer::Outside(name), .. } => visit(name),
            Self::CommentAdded { text, .. } => visit(text),
            Self::TurnedAway { words, .. } | Self::Removed { words, .. } | Self::HelpCalled { words, .. } => {
                visit(words);
            }
            _ => {}
        }
    }

    /// Who did it, if it was somebody of the space.
    #[must_use]
    pub fn by(&self) -> Option<ParticipantId> {
        match self {
            Self::SlotAdded { by, .. }
            | Self::SlotEdited { by, .. }
            | Self::SlotRemoved { by, .. }
            | Self::TopicPosted { by, .. }
            | Self::TopicEdited { by, .. }
            | Self::TopicPlaced { by, .. }
            | Self::TopicUnplaced { by, .. }
            | Self::TopicWithdrawn { by, .. }
            | Self::CoConvenersSet { by, .. }
            | Self::ConvenerSet { by, .. }
            | Self::SpaceClosed { by }
            | Self::MergeProposed { by, .. }
            | Self::MergeDeclined { by, .. }
            | Self::TopicMerged { by, .. }
            | Self::CommentRemoved { by, .. }
            | Self::RoleGranted { by, .. }
            | Self::DoorSet { by, .. }
            | Self::CapacitySet { by, .. }
            | Self::Admitted { by, .. }
            | Self::TurnedAway { by, .. }
            | Self::Muted { by, .. }
            | Self::AskedToUnmute { by, .. }
            | Self::WordLent { by, .. }
            | Self::Moved { by, .. }
            | Self::Removed { by, .. } => by.person(),
            Self::PersonCame { person, .. }
            | Self::PersonCameBack { person, .. }
            | Self::PersonRenamed { person, .. }
            | Self::TopicTakenOver { person, .. }
            | Self::InterestSet { person, .. }
            | Self::CommentAdded { person, .. }
            | Self::VisitBegan { person, .. }
            | Self::SpeechBegan { person, .. }
            | Self::HelpCalled { person, .. } => Some(*person),
            Self::HelpTaken { helper, .. } => Some(*helper),
            Self::HelpEnded { by, .. } | Self::KeptOut { by, .. } => by.and_then(Actor::person),
            Self::SlotOpened { .. }
            | Self::SlotClosed { .. }
            | Self::VisitTurned { .. }
            | Self::VisitEnded { .. }
            | Self::SpeechEnded { .. }
            | Self::SpaceRan {} => None,
        }
    }
}

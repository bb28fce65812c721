//! What the ledger holds, as it is written in a snapshot. Everything that only helps to find things is in
//! [`Index`](super::index::Index).

use super::personal::{Personal, unknown_name};
use super::written::{Bringer, TopicWords};
use crate::limits::PARTICIPANTS_MAX;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use torg_protocol::agenda::{Cell, NamedPerson, Slot};
use torg_protocol::ids::{CommentId, ParticipantId, SlotId, TableId, TopicId, VisitId};
use torg_protocol::people::{Addressed, Door, Role};
use torg_protocol::units::TimeMs;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Book {
    pub(super) people: BTreeMap<ParticipantId, Member>,
    pub(super) slots: BTreeMap<SlotId, SlotEntry>,
    /// Withdrawn and merged ones too: visits refer to them.
    pub(super) topics: BTreeMap<TopicId, TopicEntry>,
    pub(super) visits: BTreeMap<VisitId, VisitEntry>,
    pub(super) help: BTreeMap<ParticipantId, HelpEntry>,
    pub(super) door: Door,
    pub(super) capacity: u16,
    /// Whether the space was closed for good.
    #[serde(default)]
    pub(super) closed: bool,
    /// Who was lent the word; they keep it when they go and come again.
    #[serde(default)]
    pub(super) word_lent: BTreeSet<ParticipantId>,
    /// Closed tables that broadcasts stay out of.
    #[serde(default)]
    pub(super) kept_out: BTreeSet<TableId>,
    /// Who speaks over everything, and to whom.
    #[serde(default)]
    pub(super) speeches: BTreeMap<ParticipantId, Addressed>,
    pub(super) newest: Newest,
    /// The last moment of which anything is known.
    pub(super) last: TimeMs,
    /// When a slot opened or closed last.
    pub(super) last_bell: TimeMs,
}

/// The highest ids given so far: ids are never given twice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Newest {
    pub(super) person: u32,
    pub(super) slot: u32,
    pub(super) topic: u32,
    pub(super) comment: u32,
    pub(super) visit: u32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Member {
    /// Every name that they had; the last is the one they have. What happened refers to the name of its time.
    pub(super) names: Vec<Personal>,
    pub(super) role: Role,
    /// Whether the role was given by somebody, and not by a link.
    pub(super) granted: bool,
    /// Whether they have been let in.
    pub(super) admitted: bool,
    /// Whether they may not come back.
    pub(super) barred: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct SlotEntry {
    pub(super) slot: Slot,
    pub(super) phase: Phase,
    /// When it was added or edited last.
    pub(super) changed_at: TimeMs,
}

/// Where a slot stands against its bells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Phase {
    Ahead,
    Running { since: TimeMs },
    Over,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct TopicEntry {
    pub(super) text: TopicWords,
    pub(super) convener: Named,
    pub(super) co_conveners: Vec<Named>,
    pub(super) placed: Option<Cell>,
    /// When it was placed last.
    pub(super) placed_at: TimeMs,
    pub(super) interested: BTreeSet<ParticipantId>,
    pub(super) comments: Vec<CommentEntry>,
    pub(super) merge_proposed_by: Option<TopicId>,
    pub(super) fate: Fate,
}

/// What became of a topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Fate {
    Live,
    Withdrawn,
    MergedInto(TopicId),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct CommentEntry {
    pub(super) id: CommentId,
    pub(super) by: Named,
    pub(super) at: TimeMs,
    pub(super) text: Personal,
}

/// Somebody under the name that they had then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Named {
    Person {
        id: ParticipantId,
        /// Which of their names.
        name: usize,
    },
    Outside(Personal),
}

impl Named {
    pub(super) fn person(&self) -> Option<ParticipantId> {
        match self {
            Self::Person { id, .. } => Some(*id),
            Self::Outside(_) => None,
        }
    }

    /// Whether this is who is meant.
    pub(super) fn is(&self, bringer: &Bringer) -> bool {
        match (self, bringer) {
            (Self::Person { id, .. }, Bringer::Person(person)) => id == person,
            (Self::Outside(mine), Bringer::Outside(name)) => mine == name,
            _ => false,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct VisitEntry {
    pub(super) who: ParticipantId,
    /// Which of their names.
    pub(super) name: usize,
    pub(super) table: TableId,
    pub(super) topic: Option<TopicId>,
    pub(super) slot: Option<SlotId>,
    pub(super) from: TimeMs,
    pub(super) to: Option<TimeMs>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct HelpEntry {
    pub(super) words: Personal,
    pub(super) since: TimeMs,
    pub(super) helper: Option<ParticipantId>,
}

impl Default for Book {
    fn default() -> Self {
        Self {
            people: BTreeMap::new(),
            slots: BTreeMap::new(),
            topics: BTreeMap::new(),
            visits: BTreeMap::new(),
            help: BTreeMap::new(),
            door: Door::Open,
            capacity: u16::try_from(PARTICIPANTS_MAX).unwrap_or(u16::MAX),
            closed: false,
            word_lent: BTreeSet::new(),
            kept_out: BTreeSet::new(),
            speeches: BTreeMap::new(),
            newest: Newest::default(),
            last: TimeMs(0),
            last_bell: TimeMs(0),
        }
    }
}

impl Book {
    /// Somebody under their name of this moment.
    pub(super) fn named(&self, id: ParticipantId) -> Named {
        let name = self.people.get(&id).map_or(0, |member| member.names.len().saturating_sub(1));
        Named::Person { id, name }
    }

    /// Somebody as the wire shows them.
    pub(super) fn show(&self, named: &Named) -> NamedPerson {
        match named {
            Named::Person { id, name } => self.show_person(*id, *name),
            Named::Outside(name) => NamedPerson { participant: None, name: name.name() },
        }
    }

    pub(super) fn show_person(&self, id: ParticipantId, name: usize) -> NamedPerson {
        let names = self.people.get(&id).map_or(&[][..], |member| &member.names);
        let name = names.get(name).or(names.last()).map_or_else(unknown_name, Personal::name);
        NamedPerson { participant: Some(id), name }
    }

    pub(super) fn live(&self, topic: TopicId) -> Option<&TopicEntry> {
        self.topics.get(&topic).filter(|entry| entry.fate == Fate::Live)
    }

    /// Shows `visit` every personal text.
    pub(super) fn personal_mut(&mut self, visit: &mut dyn FnMut(&mut Personal)) {
        self.people.values_mut().flat_map(|member| &mut member.names).for_each(&mut *visit);
        for topic in self.topics.values_mut() {
            topic.text.personal_mut(visit);
            let bringers = std::iter::once(&mut topic.convener).chain(&mut topic.co_conveners);
            for named in bringers.chain(topic.comments.iter_mut().map(|comment| &mut comment.by)) {
                if let Named::Outside(name) = named {
                    visit(name);
                }
            }
            topic.comments.iter_mut().for_each(|comment| visit(&mut comment.text));
        }
        self.help.values_mut().for_each(|call| visit(&mut call.words));
    }
}

impl TopicEntry {
    /// Everybody of the space who brings it.
    pub(super) fn conveners(&self) -> impl Iterator<Item = ParticipantId> + '_ {
        std::iter::once(&self.convener).chain(&self.co_conveners).filter_map(Named::person)
    }

    pub(super) fn is_convened_by(&self, who: ParticipantId) -> bool {
        self.conveners().any(|convener| convener == who)
    }
}

//! The ledger: what lasts of a space. Beside [`Space`](crate::Space), which knows where people are at this moment, it
//! knows the agenda, the topics, who came and in which role, who sat where with which topic, and how the door stands.
//!
//! It is made of [`Fact`]s and nothing else:
//!
//! ```text
//! change ── decide ──▶ facts ── written and committed ──▶ apply
//!  time  ── due ─────▶
//! ```
//!
//! [`Ledger::decide`] refuses or says which facts a change makes, and changes nothing. [`Ledger::apply`] takes a fact in;
//! it never fails and decides nothing, so the same facts at the same times make the same ledger. Whoever keeps two of
//! them, one ahead of what is committed, can hand facts on before the ones before them are on disk.
//!
//! ```
//! use torg_protocol::people::Role;
//! use torg_protocol::text::{PersonName, Prose, Title};
//! use torg_protocol::units::TimeMs;
//! use torg_space::ledger::{Actor, Change, Comer, Ledger, Moment, Seating, TopicText};
//! use torg_space::Map;
//!
//! let (map, seating) = (Map::default_square(), Seating::default());
//! let moment = Moment { now: TimeMs(0), map: &map, seating: &seating, waiting: &[] };
//! let mut ledger = Ledger::default();
//! let name = PersonName::parse("Ann")?;
//! let ann = ledger.come(&Comer { known: None, name: &name, link: Role::Participant, population: 0 })?;
//! ledger.apply_all(moment.now, &ann.facts);
//! let text = TopicText {
//!     title: Title::parse("Night shifts")?,
//!     description: Prose::default(),
//!     wish: None,
//!     needs: vec![],
//!     language: None,
//! };
//! let post = Change::PostTopic { text, convener: None, at: None, anyway: false };
//! let facts = ledger.decide(&moment, Actor::Person(ann.participant), &post)?;
//! ledger.apply_all(moment.now, &facts);
//! assert_eq!(ledger.agenda(ann.participant).topics[0].title.as_str(), "Night shifts");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod apply;
mod book;
mod change;
mod clock;
mod coming;
mod decide;
mod fact;
mod index;
mod personal;
mod refusal;
mod repeated;
mod rights;
mod seating;
mod speaking;
mod view;
mod visits;
mod written;

pub use change::{Actor, Change, SlotText, TopicText};
pub use clock::Absences;
pub use coming::{Comer, Coming};
pub use fact::Fact;
pub use personal::Personal;
pub use refusal::LedgerRefusal;
pub use repeated::Repeated;
pub use rights::{Deed, Right, right};
pub use seating::{Seating, Stay};
pub use view::Call;
pub use written::{Bringer, TopicWords};

use crate::map::Map;
use book::Book;
use index::Index;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use torg_protocol::ids::{ParticipantId, SlotId, TopicId};
use torg_protocol::units::TimeMs;

/// What lasts of a space. Written and read as JSON, it is a snapshot.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ledger {
    book: Book,
    index: Index,
}

/// What a change is decided by beside the ledger.
#[derive(Clone, Copy, Debug)]
pub struct Moment<'a> {
    /// The time.
    pub now: TimeMs,
    /// The map, for its tables.
    pub map: &'a Map,
    /// Who is in, and who sits where.
    pub seating: &'a Seating,
    /// Who waits in the lobby.
    pub waiting: &'a [ParticipantId],
}

/// What people learn when a fact is taken in. Levels, not edges: whoever is told reads how it stands now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum News {
    /// A slot is new or changed.
    Slot(SlotId),
    /// A slot is gone.
    SlotGone(SlotId),
    /// The bell: a slot opened.
    Opened(SlotId),
    /// The bell: a slot closed.
    Closed(SlotId),
    /// A topic is new or changed.
    Topic(TopicId),
    /// A topic is gone.
    TopicGone(TopicId),
    /// What somebody marked changed.
    Interests(ParticipantId),
    /// How the door stands.
    Door,
    /// Calls for help changed: this person's.
    Help(ParticipantId),
    /// Whether somebody was lent the word.
    Word(ParticipantId),
    /// Which tables broadcasts stay out of.
    KeptOut,
}

impl Ledger {
    /// Decides, and takes in what was decided, with the turns of visits that come of it: what whoever is ahead of the
    /// disk does. The facts are those to be written.
    ///
    /// # Errors
    /// As [`Ledger::decide`]; then nothing changed.
    pub fn act(&mut self, moment: &Moment<'_>, by: Actor, change: &Change) -> Result<Vec<Fact>, LedgerRefusal> {
        let mut facts = self.decide(moment, by, change)?;
        self.apply_all(moment.now, &facts);
        if facts.iter().any(Fact::moves_topics) {
            let turns = self.turns(moment.now, moment.seating);
            self.apply_all(moment.now, &turns);
            facts.extend(turns);
        }
        Ok(facts)
    }

    /// Takes facts in, one after the other. The news are those of all of them.
    pub fn apply_all<'a>(&mut self, at: TimeMs, facts: impl IntoIterator<Item = &'a Fact>) -> Vec<News> {
        facts.into_iter().flat_map(|fact| self.apply(at, fact)).collect()
    }

    /// Shows `visit` every personal text in it, to be sealed before a snapshot is written, or opened after.
    pub fn personal_mut(&mut self, visit: &mut dyn FnMut(&mut Personal)) {
        self.book.personal_mut(visit);
        self.index = Index::build(&self.book);
    }
}

impl Serialize for Ledger {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.book.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Ledger {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let book = Book::deserialize(deserializer)?;
        let index = Index::build(&book);
        Ok(Self { book, index })
    }
}

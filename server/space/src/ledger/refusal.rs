//! Why the ledger refuses. Each text is one sentence, fit to show to a person.

use super::rights::Deed;

/// A refusal of the ledger.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LedgerRefusal {
    /// The role may not do this.
    #[error("this takes another role: {}", .0.who())]
    NotAllowed(Deed),
    /// It is somebody else's topic, comment or call.
    #[error("{0}")]
    NotYours(&'static str),
    /// Nobody has this id.
    #[error("nobody with this id has been in this space")]
    UnknownPerson,
    /// There is no such topic.
    #[error("there is no such topic any more: it was withdrawn or merged into another")]
    UnknownTopic,
    /// There is no such slot.
    #[error("there is no such slot any more")]
    UnknownSlot,
    /// There is no such comment.
    #[error("there is no such comment any more")]
    UnknownComment,
    /// There is no such table.
    #[error("there is no such table")]
    UnknownTable,
    /// Another topic has the cell, or one that overlaps it.
    #[error("\"{title}\" is at {table} in {slot}")]
    CellTaken {
        /// The topic that holds it.
        title: String,
        /// The table.
        table: String,
        /// That topic's slot.
        slot: String,
    },
    /// A slot's new times would put two topics at one table at once.
    #[error("\"{one}\" and \"{other}\" would be at one table at the same time: move one of them first")]
    WouldMeet {
        /// A topic of the slot.
        one: String,
        /// A topic of another slot.
        other: String,
    },
    /// A convener has another topic at that time.
    #[error("{name} has \"{title}\" in {slot}, at the same time")]
    ConvenerBusy {
        /// The convener.
        name: String,
        /// The other topic.
        title: String,
        /// Its slot.
        slot: String,
    },
    /// The slot is no slot for topics.
    #[error("{0} takes no topics")]
    NoTopics(String),
    /// The slot is over.
    #[error("{0} is over")]
    SlotOver(String),
    /// A time that can't be.
    #[error("{0}")]
    Time(&'static str),
    /// As many as there may be are there.
    #[error("there are {max} {what} already, as many as there may be")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// How many.
        max: usize,
    },
    /// It is not the moment.
    #[error("{0}")]
    NotNow(&'static str),
    /// Nothing was written.
    #[error("a comment needs some words")]
    NoWords,
    /// Nobody new comes in.
    #[error("the space takes nobody new at the moment")]
    DoorLocked,
    /// This person may not come back.
    #[error("you were shown out of this space")]
    Barred,
    /// As many people as may be in are in.
    #[error("the space is full ({max} people)")]
    SpaceFull {
        /// How many it holds.
        max: usize,
    },
}

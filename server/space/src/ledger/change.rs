//! What can be asked of a [`Ledger`](super::Ledger). Not the wire: the keeper translates, and whoever holds one of these
//! holds text that was parsed.

use serde::{Deserialize, Serialize};
use torg_protocol::agenda::{Cell, LanguageTag, Need, SlotKind};
use torg_protocol::ids::{CommentId, ParticipantId, SlotId, TableId, TopicId};
use torg_protocol::people::{Destination, Door, Role};
use torg_protocol::text::{Label, PersonName, Prose, Title};
use torg_protocol::units::TimeMs;

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Actor {
    /// Somebody of the space.
    Person(ParticipantId),
    /// Whoever holds a link's token and asks through the API.
    Link(Role),
}

impl Actor {
    /// The participant, if it is one.
    #[must_use]
    pub fn person(self) -> Option<ParticipantId> {
        match self {
            Self::Person(participant) => Some(participant),
            Self::Link(_) => None,
        }
    }
}

/// A change that lasts. What each does is told at the wire's type of the same name.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "the fields are those of the wire's Change, which are documented there")]
pub enum Change {
    /// Bring a topic; `convener` names who brings one through the API.
    PostTopic { text: TopicText, convener: Option<PersonName>, at: Option<Cell>, anyway: bool },
    /// Say it another way.
    EditTopic { topic: TopicId, text: TopicText },
    /// Change several things of a topic at once, or none of them, through the API: what it says, who brings it, and
    /// where it is (`Some(None)`: back to the tray).
    ReviseTopic {
        topic: TopicId,
        text: Option<TopicText>,
        convener: Option<PersonName>,
        at: Option<Option<Cell>>,
        anyway: bool,
    },
    /// Put a topic on a free cell.
    PlaceTopic { topic: TopicId, at: Cell, anyway: bool },
    /// Back to the tray.
    UnplaceTopic { topic: TopicId },
    /// Take it back.
    WithdrawTopic { topic: TopicId },
    /// Who brings it along.
    SetCoConveners { topic: TopicId, participants: Vec<ParticipantId> },
    /// Merge `with` into `topic`?
    ProposeMerge { topic: TopicId, with: TopicId },
    /// Whether `topic` goes into the one that asked.
    AnswerMerge { topic: TopicId, agree: bool },
    /// Host a topic whose conveners are not there.
    HostTopic { topic: TopicId },
    /// I would like to come.
    SetInterest { topic: TopicId, interested: bool },
    /// Write under a topic.
    AddComment { topic: TopicId, text: Prose },
    /// Take a comment away.
    RemoveComment { topic: TopicId, comment: CommentId },
    /// A new slot.
    AddSlot { text: SlotText },
    /// Change a slot.
    EditSlot { slot: SlotId, text: SlotText },
    /// Take a slot away.
    RemoveSlot { slot: SlotId },
    /// Give somebody a role.
    GrantRole { participant: ParticipantId, role: Role },
    /// Let somebody in.
    Admit { participant: ParticipantId },
    /// Let all in.
    AdmitAll,
    /// Let somebody not in.
    TurnAway { participant: ParticipantId, words: Prose },
    /// How the door stands.
    SetDoor { door: Door },
    /// How many may be in.
    SetCapacity { people: u16 },
    /// Close the space for good.
    CloseSpace,
    /// Mute somebody.
    Mute { participant: ParticipantId },
    /// Ask somebody to open the microphone.
    AskToUnmute { participant: ParticipantId },
    /// Lend somebody the word, or take it back.
    LendWord { participant: ParticipantId, lent: bool },
    /// Whether broadcasts stay out of a closed table.
    KeepOut { table: TableId, kept_out: bool },
    /// Walk somebody to a place.
    Move { participant: ParticipantId, to: Destination },
    /// Show somebody out.
    Remove { participant: ParticipantId, words: Prose, for_good: bool },
    /// Call those who help.
    CallForHelp { words: Prose },
    /// Take care of a call, or end it.
    EndHelp { participant: ParticipantId },
    /// Another name.
    Rename { name: PersonName },
}

/// What a topic says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopicText {
    /// Its title.
    pub title: Title,
    /// What it is about, and why.
    pub description: Prose,
    /// The slot that its conveners would like.
    pub wish: Option<SlotId>,
    /// What it needs; each need counts once.
    pub needs: Vec<Need>,
    /// The language it is held in.
    pub language: Option<LanguageTag>,
}

/// What a slot is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlotText {
    /// Its name.
    pub name: Label,
    /// What happens in it.
    pub kind: SlotKind,
    /// When it opens.
    pub starts_at: TimeMs,
    /// When it closes.
    pub ends_at: TimeMs,
}

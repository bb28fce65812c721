//! What a client asks for that lasts: each is a request, answered by [`super::ServerMessage::Done`] once it is
//! committed, or by [`super::ServerMessage::Refused`] with the request's number.

use crate::agenda::{Cell, LanguageTag, Need, SlotKind};
use crate::ids::{CommentId, ParticipantId, SlotId, TableId, TopicId};
use crate::people::{Destination, Door, Role};
use crate::units::TimeMs;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A lasting change. Text comes as typed and is refused by name ([`super::RefusalCode::Name`],
/// [`super::RefusalCode::Text`]) when it can't be taken.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Change {
    /// Bring a topic.
    PostTopic {
        /// What it says.
        topic: TopicText,
        /// Where to place it at once; first come, first placed.
        #[serde(default)]
        #[ts(optional = nullable)]
        at: Option<Cell>,
        /// Place it although the convener has another topic at that time.
        #[serde(default)]
        #[ts(optional = nullable)]
        anyway: Option<bool>,
    },
    /// Conveners, hosts: say it another way.
    EditTopic {
        /// Which.
        topic: TopicId,
        /// What it says from now on, whole.
        text: TopicText,
    },
    /// Conveners, hosts: put a topic on a free cell.
    PlaceTopic {
        /// Which.
        topic: TopicId,
        /// Where.
        at: Cell,
        /// Place it although a convener has another topic at that time.
        #[serde(default)]
        #[ts(optional = nullable)]
        anyway: Option<bool>,
    },
    /// Conveners, hosts: back to the tray.
    UnplaceTopic {
        /// Which.
        topic: TopicId,
    },
    /// Conveners, hosts: take it back. Its visits stay in the record.
    WithdrawTopic {
        /// Which.
        topic: TopicId,
    },
    /// Conveners, hosts: who brings it along with them, from now on.
    SetCoConveners {
        /// Which.
        topic: TopicId,
        /// Who.
        participants: Vec<ParticipantId>,
    },
    /// A convener asks another topic's conveners to merge it into the asker's own.
    ProposeMerge {
        /// The asker's own topic, which stays.
        topic: TopicId,
        /// The topic that would go into it.
        with: TopicId,
    },
    /// A convener of the topic that would go answers.
    AnswerMerge {
        /// The topic that would go.
        topic: TopicId,
        /// Whether it does.
        agree: bool,
    },
    /// Become the convener of a topic whose own are not at its table, two minutes into the slot or later, while
    /// sitting there.
    HostTopic {
        /// Which.
        topic: TopicId,
    },
    /// I would like to come.
    SetInterest {
        /// To which topic.
        topic: TopicId,
        /// Whether.
        interested: bool,
    },
    /// Write under a topic.
    AddComment {
        /// Which.
        topic: TopicId,
        /// What.
        text: String,
    },
    /// Its writer, conveners of the topic, hosts: take a comment away.
    RemoveComment {
        /// Of which topic.
        topic: TopicId,
        /// Which.
        comment: CommentId,
    },
    /// Hosts: a new slot.
    AddSlot {
        /// What it is.
        slot: SlotText,
    },
    /// Hosts: change a slot. Topics stay on their cells.
    EditSlot {
        /// Which.
        slot: SlotId,
        /// What it is from now on, whole.
        text: SlotText,
    },
    /// Hosts: take a slot away. Its topics go back to the tray.
    RemoveSlot {
        /// Which.
        slot: SlotId,
    },
    /// Hosts: give somebody a role, for as long as the space lives or until another is given.
    GrantRole {
        /// Whom.
        participant: ParticipantId,
        /// Which.
        role: Role,
    },
    /// Those at the door: let somebody in who waits in the lobby.
    Admit {
        /// Whom.
        participant: ParticipantId,
    },
    /// Those at the door: let all in.
    AdmitAll {},
    /// Those at the door: let somebody not in.
    TurnAway {
        /// Whom.
        participant: ParticipantId,
        /// What they read.
        words: String,
    },
    /// Hosts: who comes by the join link from now on.
    SetDoor {
        /// How it stands.
        door: Door,
    },
    /// Hosts: how many may be in at once.
    SetCapacity {
        /// People.
        people: u16,
    },
    /// Hosts, facilitators: mute somebody's microphone. They can open it again.
    Mute {
        /// Whom.
        participant: ParticipantId,
    },
    /// Hosts, facilitators: ask somebody to open their microphone.
    AskToUnmute {
        /// Whom.
        participant: ParticipantId,
    },
    /// Hosts: lend somebody the word, so that they may speak to all, or take it back.
    LendWord {
        /// Whom.
        participant: ParticipantId,
        /// Whether they have it.
        lent: bool,
    },
    /// Hosts; at their own table facilitators and who brings its topic: whether broadcasts stay out of a closed table.
    KeepOut {
        /// Which table.
        table: TableId,
        /// Whether they stay out.
        kept_out: bool,
    },
    /// Hosts, helpers: walk somebody to a place.
    Move {
        /// Whom.
        participant: ParticipantId,
        /// Where.
        to: Destination,
    },
    /// Hosts: show somebody out.
    Remove {
        /// Whom.
        participant: ParticipantId,
        /// What they read.
        words: String,
        /// Whether they may not come back.
        for_good: bool,
    },
    /// Call those who help.
    CallForHelp {
        /// What about; may be empty.
        words: String,
    },
    /// Helpers: I take care of this call; or its caller: never mind.
    EndHelp {
        /// Whose call.
        participant: ParticipantId,
    },
}

/// What a topic says, as typed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct TopicText {
    /// Its title.
    pub title: String,
    /// What it is about, and why.
    #[serde(default)]
    pub description: String,
    /// The slot that its conveners would like.
    #[serde(default)]
    pub wish: Option<SlotId>,
    /// What it needs.
    #[serde(default)]
    pub needs: Vec<Need>,
    /// The language it is held in.
    #[serde(default)]
    pub language: Option<LanguageTag>,
}

/// What a slot is, as typed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct SlotText {
    /// Its name.
    pub name: String,
    /// What happens in it.
    pub kind: SlotKind,
    /// When it opens.
    pub starts_at: TimeMs,
    /// When it closes.
    pub ends_at: TimeMs,
}

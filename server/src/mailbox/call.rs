//! What is asked of a space by the API: not by somebody on the square, but by whoever holds a link's token.
//!
//! Text is parsed before it gets here; names of tables and people are looked up by the keeper, who knows them.

use super::door::{ComeByDoor, DoorId, DoorOpened, PlaySound, PlayedSound, Way};
use tokio::sync::oneshot;
use torg_protocol::agenda::{LanguageTag, Need, Slot, SlotKind};
use torg_protocol::ids::{ParticipantId, SlotId, TopicId, VisitId};
use torg_protocol::map::MapSpec;
use torg_protocol::message::{Refusal, RefusalCode};
use torg_protocol::people::Role;
use torg_protocol::text::{Label, PersonName, Prose, Title};
use torg_protocol::units::TimeMs;
use torg_space::ledger::SlotText;

/// Where the answer goes. What was asked to change is answered when it is committed.
pub type Reply<T> = oneshot::Sender<Result<T, Denied>>;

/// Why a call was not done; then nothing of it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Denied {
    /// In a code and a sentence.
    pub refusal: Refusal,
    /// By which field of the request, where it is one.
    pub field: Option<&'static str>,
}

impl Denied {
    /// Something is wrong with a field.
    pub fn by_field(field: &'static str, code: RefusalCode, words: impl Into<String>) -> Self {
        Self { refusal: Refusal::new(code, words), field: Some(field) }
    }
}

impl From<Refusal> for Denied {
    fn from(refusal: Refusal) -> Self {
        Self { refusal, field: None }
    }
}

/// A call to a running space.
#[derive(Debug)]
pub struct Call {
    /// What the token's role is.
    pub role: Role,
    /// What is asked.
    pub what: Asked,
}

/// What is asked.
#[derive(Debug)]
#[expect(missing_docs, reason = "the replies and the fields say what they are by their types")]
pub enum Asked {
    /// The slots, by start.
    Slots { reply: Reply<Vec<Slot>> },
    /// A new slot.
    AddSlot { text: SlotText, reply: Reply<Slot> },
    /// Another slot than before.
    EditSlot { slot: SlotId, edit: SlotEdit, reply: Reply<Slot> },
    /// A slot goes; its topics go back to the tray.
    RemoveSlot { slot: SlotId, reply: Reply<()> },
    /// The topics, by id.
    Topics { reply: Reply<Vec<Topic>> },
    /// One topic.
    Topic { topic: TopicId, reply: Reply<Topic> },
    /// A new topic.
    PostTopic { topic: Box<NewTopic>, reply: Reply<Topic> },
    /// Another topic than before.
    EditTopic { topic: TopicId, edit: Box<TopicEdit>, reply: Reply<Topic> },
    /// A topic is withdrawn.
    WithdrawTopic { topic: TopicId, reply: Reply<()> },
    /// Visits with higher ids than this one: a page of them, and none after the last.
    Visits { after: VisitId, reply: Reply<Vec<VisitRow>> },
    /// The name of the space, its slots and its topics.
    Agenda { reply: Reply<Agenda> },
    /// Whether the space may be arranged otherwise (its name, its map), and whether voices may carry farther or less: nothing
    /// is changed yet.
    MayChange { arranges: bool, map: Option<Box<MapSpec>>, hearing: bool, reply: Reply<()> },
    /// A program wants in by one of the standard doors. It is in when this is answered.
    ComeByDoor { come: Box<ComeByDoor>, reply: Reply<DoorOpened> },
    /// The names of the ICE sessions of a door that stands.
    DoorStands { way: Way, door: DoorId, reply: Reply<Vec<String>> },
    /// The program that came by a door goes.
    LeaveByDoor { way: Way, door: DoorId, reply: Reply<()> },
    /// Whether whoever asks may play sounds, and whether there is room for one.
    MayPlay { person: Option<String>, reply: Reply<()> },
    /// A sound is played from now on.
    PlaySound { play: PlaySound, reply: Reply<PlayedSound> },
    /// The sounds that are played, in the order in which they began.
    Sounds { reply: Reply<Vec<PlayedSound>> },
    /// A sound ends.
    EndSound { sound: ParticipantId, person: Option<String>, reply: Reply<()> },
    /// Close the space for good.
    Close { reply: Reply<()> },
}

/// What changes of a slot.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are those of a slot")]
pub struct SlotEdit {
    pub name: Option<Label>,
    pub kind: Option<SlotKind>,
    pub starts_at: Option<TimeMs>,
    pub ends_at: Option<TimeMs>,
}

/// A topic to be posted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewTopic {
    /// What it is called.
    pub title: Title,
    /// What it is about, and why.
    pub description: Prose,
    /// Who brings it: the one person of the space who is called so, else just the name.
    pub convener: PersonName,
    /// The slot; with a table the topic is placed, without one this is the slot that is wished for.
    pub slot: Option<SlotId>,
    /// The name of the table.
    pub table: Option<String>,
    /// What it needs.
    pub needs: Vec<Need>,
    /// The language it is held in.
    pub language: Option<LanguageTag>,
    /// Place it though its convener has another topic at that time.
    pub anyway: bool,
}

/// What changes of a topic: what is not named stays as it is, `Some(None)` takes it away.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are those of a new topic")]
pub struct TopicEdit {
    pub title: Option<Title>,
    pub description: Option<Prose>,
    pub convener: Option<PersonName>,
    pub slot: Option<Option<SlotId>>,
    pub table: Option<Option<String>>,
    pub needs: Option<Vec<Need>>,
    pub language: Option<Option<LanguageTag>>,
    pub anyway: bool,
}

/// A topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Topic {
    /// Which.
    pub id: TopicId,
    /// What it is called.
    pub title: Title,
    /// What it is about, and why.
    pub description: Prose,
    /// Who brings it.
    pub convener: PersonName,
    /// Who brings it along with them.
    pub co_conveners: Vec<PersonName>,
    /// The slot it is placed in; while it has no table, the one that is wished for.
    pub slot: Option<SlotId>,
    /// The name of its table.
    pub table: Option<String>,
    /// What it needs.
    pub needs: Vec<Need>,
    /// The language it is held in.
    pub language: Option<LanguageTag>,
    /// How many would like to come.
    pub interested: u16,
    /// How many comments there are.
    pub comments: u16,
}

/// One stay at one table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VisitRow {
    /// Which.
    pub id: VisitId,
    /// Who, under the name that they had then.
    pub who: PersonName,
    /// Which participant that is.
    pub participant: Option<ParticipantId>,
    /// The name of the table.
    pub table: String,
    /// The topic that the table had then, and its title.
    pub topic: Option<(TopicId, Title)>,
    /// The slot that it was in.
    pub slot: Option<SlotId>,
    /// What the slot is called, if it is there still.
    pub slot_name: Option<Label>,
    /// From when.
    pub from: TimeMs,
    /// Until when; nothing while it goes on.
    pub to: Option<TimeMs>,
}

/// The agenda of a space.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agenda {
    /// The name of the space.
    pub name: Label,
    /// The slots, by start.
    pub slots: Vec<Slot>,
    /// The topics, by id.
    pub topics: Vec<Topic>,
    /// The time now.
    pub now: TimeMs,
}

//! Facts: everything that happened and lasts, as it is written. A [`Ledger`](super::Ledger) is what its facts made of it,
//! and nothing else.
//!
//! Facts are read again years later. A kind keeps its name and its meaning for ever; one that must change gets the next
//! number, and the old one is still understood.

use super::change::Actor;
use super::personal::Personal;
use super::written::{Bringer, TopicWords};
use serde::{Deserialize, Serialize};
use torg_protocol::agenda::{Cell, Slot};
use torg_protocol::ids::{CommentId, ParticipantId, SlotId, TableId, TopicId, VisitId};
use torg_protocol::people::{Addressed, Destination, Door, Role};
use torg_protocol::units::TimeMs;

macro_rules! facts {
    ($($(#[$doc:meta])* $kind:literal $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty),* $(,)? })*) => {
        /// Something that happened and lasts. Written as JSON with its `kind`.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[serde(tag = "kind")]
        pub enum Fact {
            $($(#[$doc])* #[serde(rename = $kind)] $name { $($(#[$field_doc])* $field: $type),* },)*
        }

        impl Fact {
            /// Every kind there is.
            pub const KINDS: &[&str] = &[$($kind),*];

            /// The name of its kind, as it stands in the JSON too.
            #[must_use]
            pub fn kind(&self) -> &'static str {
                match self {
                    $(Self::$name { .. } => $kind,)*
                }
            }
        }
    };
}

facts! {
    /// Somebody came for the first time.
    "person_came.1" PersonCame {
        /// Who they are from now on.
        person: ParticipantId,
        /// Their name.
        name: Personal,
        /// By which link.
        role: Role,
        /// Whether they wait in the lobby.
        waits: bool,
    }
    /// Somebody came again, by a link of another role or past a lobby that they had waited in.
    "person_came_back.1" PersonCameBack {
        /// Who.
        person: ParticipantId,
        /// What they may do now.
        role: Role,
        /// Whether they wait in the lobby.
        waits: bool,
    }
    /// Somebody took another name.
    "person_renamed.1" PersonRenamed {
        /// Who.
        person: ParticipantId,
        /// The new name.
        name: Personal,
    }
    /// A new slot.
    "slot_added.1" SlotAdded {
        /// As it is.
        slot: Slot,
        /// By whom.
        by: Actor,
    }
    /// A slot changed.
    "slot_edited.1" SlotEdited {
        /// As it is now.
        slot: Slot,
        /// By whom.
        by: Actor,
    }
    /// A slot was taken away.
    "slot_removed.1" SlotRemoved {
        /// Which.
        slot: SlotId,
        /// By whom.
        by: Actor,
    }
    /// The bell.
    "slot_opened.1" SlotOpened {
        /// Which.
        slot: SlotId,
        /// When it was due.
        bell: TimeMs,
    }
    /// The bell.
    "slot_closed.1" SlotClosed {
        /// Which.
        slot: SlotId,
        /// When it was due.
        bell: TimeMs,
    }
    /// A topic was brought.
    "topic_posted.1" TopicPosted {
        /// Which it is.
        topic: TopicId,
        /// What it says.
        text: TopicWords,
        /// Who brings it.
        convener: Bringer,
        /// Who asked for it.
        by: Actor,
    }
    /// A topic says something else.
    "topic_edited.1" TopicEdited {
        /// Which.
        topic: TopicId,
        /// What it says now.
        text: TopicWords,
        /// By whom.
        by: Actor,
    }
    /// A topic was put on the board.
    "topic_placed.1" TopicPlaced {
        /// Which.
        topic: TopicId,
        /// Where.
        at: Cell,
        /// By whom.
        by: Actor,
    }
    /// A topic went back to the tray.
    "topic_unplaced.1" TopicUnplaced {
        /// Which.
        topic: TopicId,
        /// By whom.
        by: Actor,
    }
    /// A topic was taken back.
    "topic_withdrawn.1" TopicWithdrawn {
        /// Which.
        topic: TopicId,
        /// By whom.
        by: Actor,
    }
    /// A topic has other conveners beside the first.
    "co_conveners_set.1" CoConvenersSet {
        /// Which.
        topic: TopicId,
        /// Who.
        participants: Vec<ParticipantId>,
        /// By whom.
        by: Actor,
    }
    /// Somebody else brings a topic, as was said through the API.
    "convener_set.1" ConvenerSet {
        /// Which.
        topic: TopicId,
        /// Who.
        convener: Bringer,
        /// By whom.
        by: Actor,
    }
    /// Conveners of a topic were asked to merge it into another.
    "merge_proposed.1" MergeProposed {
        /// The topic that stays.
        topic: TopicId,
        /// The topic that would go.
        with: TopicId,
        /// By whom.
        by: Actor,
    }
    /// They would rather not.
    "merge_declined.1" MergeDeclined {
        /// The topic that would have gone.
        topic: TopicId,
        /// By whom.
        by: Actor,
    }
    /// A topic went into another.
    "topic_merged.1" TopicMerged {
        /// The topic that went.
        topic: TopicId,
        /// The topic that stays.
        into: TopicId,
        /// Who agreed to it.
        by: Actor,
    }
    /// Somebody hosts a topic whose conveners were not there.
    "topic_taken_over.1" TopicTakenOver {
        /// Which.
        topic: TopicId,
        /// Who.
        person: ParticipantId,
    }
    /// Somebody would like to come, or would not any more.
    "interest_set.1" InterestSet {
        /// To which topic.
        topic: TopicId,
        /// Who.
        person: ParticipantId,
        /// Whether.
        interested: bool,
    }
    /// Somebody wrote under a topic.
    "comment_added.1" CommentAdded {
        /// Which it is.
        comment: CommentId,
        /// Under which topic.
        topic: TopicId,
        /// Who.
        person: ParticipantId,
        /// What.
        text: Personal,
    }
    /// A comment was taken away.
    "comment_removed.1" CommentRemoved {
        /// Which.
        comment: CommentId,
        /// Under which topic.
        topic: TopicId,
        /// By whom.
        by: Actor,
    }
    /// Somebody sat down.
    "visit_began.1" VisitBegan {
        /// Which visit it is.
        visit: VisitId,
        /// Who.
        person: ParticipantId,
        /// Where.
        table: TableId,
        /// The table's topic.
        topic: Option<TopicId>,
        /// The slot.
        slot: Option<SlotId>,
        /// Since when.
        from: TimeMs,
    }
    /// What a table carries changed under somebody who stayed: one visit ends, another begins.
    "visit_turned.1" VisitTurned {
        /// The visit that ends.
        visit: VisitId,
        /// The visit that begins.
        next: VisitId,
        /// The table's topic from then on.
        topic: Option<TopicId>,
        /// The slot from then on.
        slot: Option<SlotId>,
        /// When.
        bell: TimeMs,
    }
    /// Somebody left a table.
    "visit_ended.1" VisitEnded {
        /// Which visit.
        visit: VisitId,
        /// When. Not after the visit's beginning means that there was none.
        to: TimeMs,
    }
    /// The space was closed for good. Nothing follows.
    "space_closed.1" SpaceClosed {
        /// By whom.
        by: Actor,
    }
    /// The space ran at this moment, and people sat where they sat.
    "space_ran.1" SpaceRan {}
    /// Somebody was given a role.
    "role_granted.1" RoleGranted {
        /// Whom.
        person: ParticipantId,
        /// Which.
        role: Role,
        /// By whom.
        by: Actor,
    }
    /// The door stands another way.
    "door_set.1" DoorSet {
        /// How.
        door: Door,
        /// By whom.
        by: Actor,
    }
    /// Another number of people may be in at once.
    "capacity_set.1" CapacitySet {
        /// How many.
        people: u16,
        /// By whom.
        by: Actor,
    }
    /// Somebody was let in from the lobby.
    "admitted.1" Admitted {
        /// Who.
        person: ParticipantId,
        /// By whom.
        by: Actor,
    }
    /// Somebody was not let in from the lobby.
    "turned_away.1" TurnedAway {
        /// Who.
        person: ParticipantId,
        /// What they read.
        words: Personal,
        /// By whom.
        by: Actor,
    }
    /// Somebody's microphone was muted.
    "muted.1" Muted {
        /// Whose.
        person: ParticipantId,
        /// By whom.
        by: Actor,
    }
    /// Somebody was asked to open their microphone.
    "asked_to_unmute.1" AskedToUnmute {
        /// Who.
        person: ParticipantId,
        /// By whom.
        by: Actor,
    }
    /// Somebody was lent the word, or it was taken back.
    "word_lent.1" WordLent {
        /// Whom.
        person: ParticipantId,
        /// Whether they have it from then on.
        lent: bool,
        /// By whom.
        by: Actor,
    }
    /// Broadcasts stay out of a closed table, or do no more; by nobody when the table went, or opened, with a new map.
    "kept_out.1" KeptOut {
        /// Which table.
        table: TableId,
        /// Whether they stay out from then on.
        kept_out: bool,
        /// By whom.
        by: Option<Actor>,
    }
    /// Somebody began to speak over everything.
    "speech_began.1" SpeechBegan {
        /// Who.
        person: ParticipantId,
        /// To whom.
        to: Addressed,
    }
    /// Somebody speaks over nothing any more: by their own will or not. Comes once for each that began.
    "speech_ended.1" SpeechEnded {
        /// Who.
        person: ParticipantId,
    }
    /// Somebody was walked to a place.
    "moved.1" Moved {
        /// Who.
        person: ParticipantId,
        /// Where.
        to: Destination,
        /// By whom.
        by: Actor,
    }
    /// Somebody was shown out.
    "removed.1" Removed {
        /// Who.
        person: ParticipantId,
        /// What they read.
        words: Personal,
        /// Whether they may not come back.
        for_good: bool,
        /// By whom.
        by: Actor,
    }
    /// Somebody called for help.
    "help_called.1" HelpCalled {
        /// Who.
        person: ParticipantId,
        /// What about.
        words: Personal,
    }
    /// Somebody takes care of a call.
    "help_taken.1" HelpTaken {
        /// Whose call.
        person: ParticipantId,
        /// Who takes care.
        helper: ParticipantId,
    }
    /// A call for help ended; by nobody when its caller left.
    "help_ended.1" HelpEnded {
        /// Whose call.
        person: ParticipantId,
        /// By whom.
        by: Option<Actor>,
    }
}

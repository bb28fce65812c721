//! Events: everything that a [`Space`](crate::Space) tells, and to whom.

use crate::refusal::Refusal;
use std::collections::BTreeMap;
use torg_protocol::geometry::{HearingPreset, Segment};
use torg_protocol::ids::{AudioSlotIndex, ParticipantId, TableId};
use torg_protocol::people::{
    Broadcast, Listening, Microphone, ParticipantKind, Place, Plenum, Presence, Role, TalkingPiece,
};
use torg_protocol::text::PersonName;
use torg_protocol::units::{MurmurPercent, VoiceLevel};

/// Something that happened.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Who learns of it.
    pub to: Audience,
    /// What happened.
    pub what: Happening,
}

/// Who learns of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Everybody in the space.
    Everybody,
    /// Everybody but one: who enters gets the whole view instead.
    EverybodyBut(ParticipantId),
    /// One participant.
    Only(ParticipantId),
}

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Happening {
    /// Somebody came in.
    Entered(Person),
    /// Somebody left; they are gone from every view.
    Left(ParticipantId),
    /// Somebody walks another way, or stopped.
    Moved(ParticipantId, Segment),
    /// Somebody sat down, stood up or stepped out.
    PlaceChanged(ParticipantId, Place),
    /// Somebody's microphone changed.
    MicrophoneChanged(ParticipantId, Microphone),
    /// Somebody's connection dropped or came back.
    PresenceChanged(ParticipantId, Presence),
    /// Somebody has another name.
    Renamed(ParticipantId, PersonName),
    /// Somebody has another role.
    RoleChanged(ParticipantId, Role),
    /// Somebody's voice level changed enough to show.
    Spoke(ParticipantId, VoiceLevel),
    /// How far voices carry changed.
    HearingChanged(HearingPreset),
    /// One of the listener's audio slots will carry another speaker, or nobody. Goes to that listener only, and
    /// before the routes that carry the speaker's sound.
    SlotLabelled(AudioSlotIndex, Option<ParticipantId>),
    /// Who speaks over everything, and to whom: all of them, in the order in which they began.
    BroadcastsChanged(Vec<Broadcast>),
    /// Whose broadcasts reach the listener from now on, ascending: of those who speak to them over everything, all who
    /// have their microphone on. Goes to that listener only, and before the routes or the mix that carry them.
    SpokenTo(Vec<ParticipantId>),
    /// The tables at which a talking piece goes round, ascending: all of them.
    PiecesChanged(Vec<TalkingPiece>),
    /// The call to the plenum that stands, or that none does any more.
    PlenumChanged(Option<Plenum>),
    /// The tables that let themselves be listened to, ascending: all of them.
    LetListen(Vec<TableId>),
    /// Somebody hears a table better whose wall they pass, or none any more. Comes before the sound.
    Bumblebee(ParticipantId, Option<TableId>),
    /// How sound comes to the listener from now on. Goes to that listener only, who asked for it.
    ListeningChanged(Listening, MurmurPercent),
    /// Something asked earlier turned out to be impossible: a table filled up while walking to it.
    Refused(Refusal),
}

/// A participant as all others may see them.
#[derive(Clone, Debug, PartialEq)]
pub struct Person {
    /// Who.
    pub id: ParticipantId,
    /// Their name.
    pub name: PersonName,
    /// What stands behind them.
    pub kind: ParticipantKind,
    /// What they may do.
    pub role: Role,
    /// Where they walk or stand.
    pub motion: Segment,
    /// What holds them.
    pub place: Place,
    /// What their microphone does.
    pub microphone: Microphone,
    /// Whether they are connected.
    pub presence: Presence,
}

/// What one participant may see of the space. Built whole at entering, then kept up by events alone.
#[derive(Clone, Debug, PartialEq)]
pub struct View {
    /// How far voices carry.
    pub hearing: HearingPreset,
    /// Everybody, by id.
    pub people: BTreeMap<ParticipantId, Person>,
    /// The level shown of everybody who is not silent.
    pub voices: BTreeMap<ParticipantId, VoiceLevel>,
    /// What the participant's own audio slots carry: nothing, for who gets everything in one stream.
    pub audio_slots: [Option<ParticipantId>; torg_protocol::limits::AUDIO_SLOTS],
    /// How sound comes to the participant.
    pub listening: Listening,
    /// How loud their murmur is.
    pub murmur: MurmurPercent,
    /// Who speaks over everything, in the order in which they began.
    pub broadcasts: Vec<Broadcast>,
    /// Whose broadcasts reach the participant, ascending.
    pub spoken_to: Vec<ParticipantId>,
    /// The tables at which a talking piece goes round, ascending.
    pub pieces: Vec<TalkingPiece>,
    /// The call to the plenum that stands.
    pub plenum: Option<Plenum>,
    /// The tables that let themselves be listened to, ascending.
    pub let_listen: Vec<TableId>,
    /// Who hears a table better whose wall they pass, by participant.
    pub bumblebees: BTreeMap<ParticipantId, TableId>,
}

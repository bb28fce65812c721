//! Commands: everything that can be asked of a [`Space`](crate::Space). Not the wire: the keeper translates.

use torg_protocol::geometry::{HearingPreset, Point, Walk};
use torg_protocol::ids::{ParticipantId, TableId, ZoneId};
use torg_protocol::people::{Addressed, Listening, Microphone, ParticipantKind, PieceMove, Role};
use torg_protocol::text::PersonName;
use torg_protocol::units::{MurmurPercent, VoiceLevel};

/// Something asked of the space on behalf of one participant.
#[derive(Clone, Debug, PartialEq)]
pub struct Command {
    /// Who asks, or whom it is about.
    pub participant: ParticipantId,
    /// What is asked.
    pub what: Ask,
}

/// What is asked.
#[derive(Clone, Debug, PartialEq)]
pub enum Ask {
    /// Come in. The id must be new to this space.
    Enter {
        /// The name to show.
        name: PersonName,
        /// What stands behind them. Only persons walk and talk; a listener has everything in one stream from the start,
        /// whose murmur is full.
        kind: ParticipantKind,
        /// What this person may do.
        role: Role,
        /// What the microphone does.
        microphone: Microphone,
        /// Where to stand; nothing means the foyer, else the middle.
        start: Option<Start>,
    },
    /// Go, for good.
    Leave,
    /// The connection dropped: the place is held for a while.
    Drop,
    /// The connection is back.
    Return,
    /// Arrow keys.
    Walk(Walk),
    /// Walk to a place, round walls and tables; a place inside a table's rim means that table.
    WalkTo(Point),
    /// Walk to a table and sit down.
    JoinTable(TableId),
    /// Stand up and step out.
    LeaveTable,
    /// The microphone changed.
    SetMicrophone(Microphone),
    /// Whether what arrives there is played.
    SetEars {
        /// Open ears are counted as hearing.
        open: bool,
    },
    /// How sound shall come from now on.
    SetListening {
        /// As voices each, or as one stream.
        listening: Listening,
        /// How loud the murmur is; off: none is mixed.
        murmur: MurmurPercent,
    },
    /// Hosts, who was lent the word, streams and sounds: this voice goes over everything from now on. Who speaks over
    /// everything already speaks to others from now on.
    Speak {
        /// To whom.
        to: Addressed,
        /// Whether it is there to be talked over: sounds.
        background: bool,
    },
    /// This voice is one among others again.
    EndSpeech,
    /// Something is done with the talking piece of a table.
    MovePiece {
        /// Which table.
        table: TableId,
        /// What.
        piece: PieceMove,
        /// Whether who asks has the right to bring it, put it away and give it, whoever holds it: the keeper knows.
        by_right: bool,
    },
    /// Hosts: everybody is walked together in a moment.
    CallPlenum {
        /// To which zone; nothing means the stage, or the foyer, or the middle of the square.
        zone: Option<ZoneId>,
    },
    /// Hosts: nobody is walked after all.
    EndPlenum,
    /// This participant stays, whatever the plenum.
    DeclinePlenum,
    /// Who sits at an open table: whether who passes by may listen.
    LetListen {
        /// The table.
        table: TableId,
        /// Whether they may.
        allowed: bool,
    },
    /// Whether this participant was lent the word; the keeper asks this, when the ledger says so. Who has it no more
    /// speaks over nothing any more, unless the role allows it.
    SetWord {
        /// Whether they have it.
        lent: bool,
    },
    /// Whether this participant brings a topic, and so is one of all conveners; the keeper asks this.
    SetConvenes(bool),
    /// Another name.
    Rename(PersonName),
    /// Another role; the keeper asks this, when the ledger says so.
    SetRole(Role),
    /// Hosts: how far voices carry.
    SetHearing(HearingPreset),
    /// What the media plane measured of this participant's voice.
    Voice(VoiceLevel),
}

/// Where to stand at the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// At a place, checked like the end of a walk.
    At(Point),
    /// On a free seat of a table.
    Table(TableId),
}

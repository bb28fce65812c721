//! What happens to a guest, as it happens.

use serde::Serialize;
use torg_protocol::message::{GoodbyeReason, RefusalCode};
use torg_protocol::people::ParticipantKind;
use torg_protocol::units::TimeMs;

/// Something that happened. As JSON it is one object with `event` as its tag.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// The guest is in.
    Joined {
        /// The space's name.
        space: String,
        /// The guest's id there.
        id: u32,
        /// How many people are there, the guest included.
        people: usize,
        /// Whether this is the place of the session before.
        resumed: bool,
    },
    /// Sound can flow.
    MediaConnected {
        /// From the offer to here.
        after_ms: f64,
        /// Tries before this one that failed.
        rejoins: u32,
    },
    /// The peer connection is gone; the guest makes a new one.
    MediaLost {
        /// Why.
        why: String,
    },
    /// The first voice that came through a peer connection.
    FirstAudio {
        /// From the offer to here.
        after_ms: f64,
    },
    /// Somebody came in.
    Entered {
        /// Who.
        name: String,
        /// What stands behind them.
        kind: ParticipantKind,
    },
    /// Somebody left.
    Left {
        /// Who.
        name: String,
    },
    /// Somebody sat down.
    SatDown {
        /// Who.
        name: String,
        /// At which table.
        table: String,
    },
    /// Somebody stood up.
    StoodUp {
        /// Who.
        name: String,
    },
    /// Somebody who stood up is out of the table's wall of sound.
    SteppedOut {
        /// Who.
        name: String,
    },
    /// A voice came into an audio slot, or left it.
    AudioSlot {
        /// Which slot.
        slot: u8,
        /// Whose voice it carries from now on.
        speaker: Option<String>,
    },
    /// A topic is new or changed.
    Topic {
        /// What it is called.
        title: String,
        /// Who brings it.
        convener: String,
        /// In which slot, if it is placed.
        slot: Option<String>,
        /// At which table, if it is placed.
        table: Option<String>,
        /// How many would like to come.
        interested: u16,
    },
    /// A topic was taken back, or merged into another.
    TopicGone {
        /// What it was called.
        title: String,
    },
    /// The bell: a slot opened.
    SlotOpened {
        /// What it is called.
        slot: String,
    },
    /// The bell: a slot closed.
    SlotClosed {
        /// What it is called.
        slot: String,
    },
    /// The convener of the topic at the guest's table is not there.
    WhoHosts {
        /// What it is called.
        title: String,
    },
    /// Who speaks over everything from now on: all of them.
    BroadcastsChanged {
        /// In the order in which they began.
        broadcasts: Vec<Speech>,
    },
    /// Whose broadcasts reach the guest from now on: all of them.
    SpokenTo {
        /// Who.
        names: Vec<String>,
    },
    /// Somebody was lent the word, or has it no more.
    WordLent {
        /// Who.
        name: String,
        /// Whether they have it.
        lent: bool,
    },
    /// The closed tables that broadcasts stay out of: all of them.
    KeptOut {
        /// Which.
        tables: Vec<String>,
    },
    /// The tables at which a talking piece goes round: all of them.
    PiecesChanged {
        /// By table.
        pieces: Vec<Piece>,
    },
    /// Everybody is called to the plenum.
    PlenumCalled {
        /// Who calls.
        by: String,
        /// To which zone; nothing means the middle of the square.
        zone: Option<String>,
        /// When people are walked, by the server's clock.
        walks_at: TimeMs,
        /// How many stay where they are.
        declined: u16,
    },
    /// No call to the plenum stands any more: people were walked, or it was taken back.
    PlenumOver,
    /// The tables that let themselves be listened to: all of them.
    LetListen {
        /// Which.
        tables: Vec<String>,
    },
    /// Somebody hears a table better than its wall allows, or none any more.
    Passes {
        /// Who.
        name: String,
        /// Which table.
        table: Option<String>,
    },
    /// Whether the space has a bell of its own.
    BellSound {
        /// Whether.
        set: bool,
    },
    /// Somebody muted the guest.
    Muted {
        /// Who.
        by: String,
    },
    /// The server refused something and says why.
    Refused {
        /// Which refusal.
        code: RefusalCode,
        /// Its sentence.
        message: String,
    },
    /// The line to the server broke; the guest comes back by itself.
    Disconnected {
        /// Why.
        why: String,
    },
    /// The session is over.
    Ended {
        /// By the server for this reason; nothing when the guest left or gave up.
        reason: Option<GoodbyeReason>,
    },
}

/// Somebody who speaks over everything.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Speech {
    /// Who.
    pub name: String,
    /// To whom: `everybody`, `conveners`, `zone:NAME`.
    pub to: String,
    /// Whether it is there to be talked over.
    pub background: bool,
}

impl std::fmt::Display for Speech {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { name, to, background } = self;
        let does = if *background { "plays in the background" } else { "speaks" };
        write!(f, "{name} {does} to {to}")
    }
}

/// A talking piece.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Piece {
    /// At which table.
    pub table: String,
    /// Who holds it; nobody while it lies in the middle.
    pub holder: Option<String>,
}

impl std::fmt::Display for Piece {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.holder {
            Some(holder) => write!(f, "{holder} has the talking piece at {}", self.table),
            None => write!(f, "the talking piece lies in the middle of {}", self.table),
        }
    }
}

fn listed(all: &[impl ToString]) -> String {
    all.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

impl std::fmt::Display for Event {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Joined { space, people, resumed: false, .. } => write!(f, "in {space}, {people} people here"),
            Self::Joined { space, .. } => write!(f, "back in {space}, at the place from before"),
            Self::MediaConnected { after_ms, rejoins: 0 } => write!(f, "sound connected after {after_ms:.0} ms"),
            Self::MediaConnected { after_ms, rejoins } => {
                write!(f, "sound connected after {after_ms:.0} ms and {rejoins} failed tries")
            }
            Self::MediaLost { why } => write!(f, "sound connection lost ({why}), trying again"),
            Self::FirstAudio { after_ms } => write!(f, "first sound after {after_ms:.0} ms"),
            Self::Entered { name, kind: ParticipantKind::Person } => write!(f, "{name} came in"),
            Self::Entered { name, kind: ParticipantKind::Listener } => write!(f, "{name} listens in from outside"),
            Self::Entered { name, kind: ParticipantKind::Stream } => write!(f, "{name} streams in from outside"),
            Self::Entered { name, kind: ParticipantKind::Sound } => write!(f, "{name} is played"),
            Self::Left { name } => write!(f, "{name} left"),
            Self::SatDown { name, table } => write!(f, "{name} sat down at {table}"),
            Self::StoodUp { name } => write!(f, "{name} stood up"),
            Self::SteppedOut { name } => write!(f, "{name} stepped out"),
            Self::AudioSlot { slot, speaker: Some(name) } => write!(f, "slot {slot} carries {name}"),
            Self::AudioSlot { slot, speaker: None } => write!(f, "slot {slot} is free"),
            Self::Topic { title, convener, slot: Some(slot), table: Some(table), .. } => {
                write!(f, "{title}, brought by {convener}, is at {table} in {slot}")
            }
            Self::Topic { title, convener, .. } => write!(f, "{title}, brought by {convener}, waits for a table"),
            Self::TopicGone { title } => write!(f, "{title} is gone"),
            Self::SlotOpened { slot } => write!(f, "{slot} begins"),
            Self::SlotClosed { slot } => write!(f, "{slot} is over"),
            Self::WhoHosts { title } => write!(f, "who hosts {title}?"),
            Self::BroadcastsChanged { broadcasts } if broadcasts.is_empty() => {
                write!(f, "nobody speaks over everything")
            }
            Self::BroadcastsChanged { broadcasts } => write!(f, "{}", listed(broadcasts)),
            Self::SpokenTo { names } if names.is_empty() => write!(f, "no broadcast reaches here"),
            Self::SpokenTo { names } => write!(f, "over everything else comes {}", names.join(", ")),
            Self::WordLent { name, lent: true } => write!(f, "{name} was lent the word"),
            Self::WordLent { name, lent: false } => write!(f, "{name} has the word no more"),
            Self::KeptOut { tables } if tables.is_empty() => write!(f, "broadcasts enter every table"),
            Self::KeptOut { tables } => write!(f, "broadcasts stay out of {}", tables.join(", ")),
            Self::PiecesChanged { pieces } if pieces.is_empty() => write!(f, "no talking piece goes round"),
            Self::PiecesChanged { pieces } => write!(f, "{}", listed(pieces)),
            Self::PlenumCalled { by, zone, declined, .. } => {
                let place = zone.as_deref().unwrap_or("the middle");
                write!(f, "{by} calls everybody to {place}, {declined} stay")
            }
            Self::PlenumOver => write!(f, "nobody calls to the plenum any more"),
            Self::LetListen { tables } if tables.is_empty() => write!(f, "no table lets who passes listen"),
            Self::LetListen { tables } => write!(f, "who passes may listen to {}", tables.join(", ")),
            Self::Passes { name, table: Some(table) } => write!(f, "{name} listens to {table} in passing"),
            Self::Passes { name, table: None } => write!(f, "{name} listens to no table in passing"),
            Self::BellSound { set: true } => write!(f, "the space has a bell of its own"),
            Self::BellSound { set: false } => write!(f, "the space has no bell of its own"),
            Self::Muted { by } => write!(f, "muted by {by}"),
            Self::Refused { message, .. } => write!(f, "refused: {message}"),
            Self::Disconnected { why } => write!(f, "connection lost ({why}), coming back"),
            Self::Ended { reason: Some(reason) } => write!(f, "the server ended the session: {reason:?}"),
            Self::Ended { reason: None } => write!(f, "left"),
        }
    }
}

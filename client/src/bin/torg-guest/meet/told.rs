//! What guests tell of a meeting: for people, or one JSON object a line.

use serde::Serialize;
use std::io::Write as _;
use std::time::Instant;
use torg_client::{Event, View};
use torg_protocol::agenda::{Slot, TopicCard, Visit};
use torg_protocol::ids::{SlotId, TopicId};
use torg_protocol::people::{ParticipantKind, Role};
use torg_protocol::units::TimeMs;

/// Something that a guest knows to be so.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "fact", rename_all = "snake_case")]
pub(super) enum Fact {
    /// In, for the first time or again, and on which seat.
    In { id: u32, role: Role, table: Option<String>, resumed: bool },
    /// The line broke.
    Lost { why: String },
    /// Sat down.
    Sat { table: String },
    /// Stood up.
    Rose,
    /// Is out of the table's wall of sound.
    Left,
    /// A voice came, the first one since an offer for a peer connection.
    Heard { after_ms: f64 },
    /// The server has acknowledged a topic.
    Posted { topic: TopicId, title: String },
    /// The server has acknowledged where it is held.
    Placed { topic: TopicId, title: String, slot: SlotId, table: String },
    /// The server has acknowledged a slot.
    Slot { slot: SlotId, name: String, starts_at: TimeMs, ends_at: TimeMs },
    /// The server has acknowledged a role.
    Granted { to: String, role: Role },
    /// The server lets the guest speak over everything.
    Speaks { to: String },
    /// Whose broadcasts reach the guest from now on: all of them.
    SpokenTo { names: Vec<String> },
    /// The server has acknowledged who has the word.
    Lent { to: String, lent: bool },
    /// The server has acknowledged whether broadcasts stay out of a table.
    KeptOut { table: String, kept_out: bool },
    /// What all are told: talking pieces, the plenum, who may listen in passing, the bell.
    Told {
        #[serde(flatten)]
        event: Event,
    },
    /// The board, and who is there.
    Board { slots: Vec<Slot>, topics: Vec<TopicCard>, people: Vec<There> },
    /// What is recorded.
    Visits { visits: Vec<Visit> },
    /// Says goodbye.
    Leaves,
    /// What a line said is done.
    Done { line: String },
    /// It can't be done.
    Failed { line: String, why: String },
}

/// Somebody who is there.
#[derive(Clone, Debug, Serialize)]
pub(super) struct There {
    id: u32,
    name: String,
    kind: ParticipantKind,
    role: Role,
    table: Option<String>,
}

#[derive(Serialize)]
struct ToldLine<'a> {
    at: TimeMs,
    guest: &'a str,
    #[serde(flatten)]
    fact: &'a Fact,
}

/// Prints what guests tell.
#[derive(Clone, Copy, Debug)]
pub(super) struct Teller {
    pub(super) json: bool,
    pub(super) began: Instant,
}

impl Teller {
    /// `at` is the server's time as the guest knows it.
    pub(super) fn tell(self, at: TimeMs, guest: &str, fact: &Fact) {
        let line = if self.json {
            serde_json::to_string(&ToldLine { at, guest, fact }).unwrap_or_default()
        } else {
            format!("{:8.3} s  {guest}: {fact}", self.began.elapsed().as_secs_f64())
        };
        let mut stdout = std::io::stdout().lock();
        // A reader that is gone needs no lines.
        let _ = writeln!(stdout, "{line}").and_then(|()| stdout.flush());
    }
}

impl Fact {
    /// What an event says of the guest itself, or of what all are told.
    pub(super) fn of_event(event: &Event, me: &str, view: &View) -> Option<Self> {
        Some(match event {
            Event::Joined { id, resumed, .. } => {
                let table = table_of(view, view.world.me());
                Self::In { id: *id, role: view.world.role(), table, resumed: *resumed }
            }
            Event::Disconnected { why } => Self::Lost { why: why.clone() },
            Event::SatDown { name, table } if name == me => Self::Sat { table: table.clone() },
            Event::StoodUp { name } if name == me => Self::Rose,
            Event::SteppedOut { name } if name == me => Self::Left,
            Event::SpokenTo { names } => Self::SpokenTo { names: names.clone() },
            Event::PiecesChanged { .. }
            | Event::PlenumCalled { .. }
            | Event::PlenumOver
            | Event::LetListen { .. }
            | Event::Passes { .. }
            | Event::BellSound { .. } => Self::Told { event: event.clone() },
            Event::FirstAudio { after_ms } => Self::Heard { after_ms: *after_ms },
            _ => return None,
        })
    }

    /// The board and who is there, as a guest sees them.
    pub(super) fn board(view: &View) -> Self {
        let there = |(id, person): (&torg_protocol::ids::ParticipantId, &torg_client::Person)| There {
            id: id.0,
            name: person.view.name.as_str().to_owned(),
            kind: person.view.kind,
            role: person.view.role,
            table: table_of(view, *id),
        };
        let agenda = &view.world.market().agenda;
        let people = view.world.people().iter().map(there).collect();
        Self::Board { slots: agenda.slots.clone(), topics: agenda.topics.clone(), people }
    }
}

fn table_of(view: &View, who: torg_protocol::ids::ParticipantId) -> Option<String> {
    let table = view.world.people().get(&who)?.view.place.table()?;
    Some(view.world.space().map.tables.get(usize::from(table.0))?.name.as_str().to_owned())
}

impl std::fmt::Display for Fact {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::In { table: Some(table), .. } => write!(f, "in, at {table}"),
            Self::In { .. } => write!(f, "in"),
            Self::Lost { why } => write!(f, "lost the line ({why}), comes back"),
            Self::Sat { table } => write!(f, "sat down at {table}"),
            Self::Rose => write!(f, "stood up"),
            Self::Left => write!(f, "left the table"),
            Self::Heard { after_ms } => write!(f, "hears voices, {after_ms:.0} ms after asking for sound"),
            Self::Posted { topic, title } => write!(f, "\"{title}\" is posted, number {}", topic.0),
            Self::Placed { title, table, .. } => write!(f, "\"{title}\" is placed at {table}"),
            Self::Slot { name, .. } => write!(f, "the slot {name} stands"),
            Self::Granted { to, role } => write!(f, "{to} is {}", role.as_str()),
            Self::Speaks { to } => write!(f, "speaks over everything to {to}"),
            Self::SpokenTo { names } if names.is_empty() => write!(f, "no broadcast reaches here"),
            Self::SpokenTo { names } => write!(f, "over everything else comes {}", names.join(", ")),
            Self::Lent { to, lent: true } => write!(f, "{to} has the word"),
            Self::Lent { to, lent: false } => write!(f, "{to} has the word no more"),
            Self::KeptOut { table, kept_out: true } => write!(f, "broadcasts stay out of {table}"),
            Self::KeptOut { table, kept_out: false } => write!(f, "broadcasts enter {table}"),
            Self::Told { event } => write!(f, "{event}"),
            Self::Board { slots, topics, people } => {
                write!(f, "{} slots, {} topics, {} people", slots.len(), topics.len(), people.len())
            }
            Self::Visits { visits } => {
                write!(f, "{} visits", visits.len())?;
                for Visit { who, table, topic, from, to, .. } in visits {
                    let topic = topic.map_or_else(String::new, |topic| format!(", topic {}", topic.0));
                    let until = to.map_or_else(|| "now".to_owned(), |to| to.0.to_string());
                    write!(f, "\n            {} at table {}{topic}, {} to {until}", who.name, table.0, from.0)?;
                }
                Ok(())
            }
            Self::Leaves => write!(f, "leaves"),
            Self::Done { line } => write!(f, "done: {line}"),
            Self::Failed { line, why } => write!(f, "can't: {line}: {why}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_all_are_told_is_one_flat_object() {
        let plenum = Event::PlenumCalled { by: "Ann".to_owned(), zone: None, walks_at: TimeMs(10), declined: 2 };
        let fact = Fact::Told { event: plenum };
        assert_eq!(fact.to_string(), "Ann calls everybody to the middle, 2 stay");
        let line = serde_json::to_value(ToldLine { at: TimeMs(5), guest: "Bob", fact: &fact }).expect("plain data");
        assert_eq!((&line["fact"], &line["event"]), (&"told".into(), &"plenum_called".into()));
        assert_eq!((&line["at"], &line["walks_at"], &line["by"]), (&5.into(), &10.into(), &"Ann".into()));
    }
}

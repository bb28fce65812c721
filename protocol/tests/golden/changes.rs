//! Every lasting change that a client can ask for.

use serde_json::{Value, json};
use torg_protocol::agenda::{Cell, LanguageTag, Need, SlotKind};
use torg_protocol::geometry::Point;
use torg_protocol::ids::{CommentId, ParticipantId, RequestId, SlotId, TableId, TopicId};
use torg_protocol::message::{Change, ClientMessage, SlotText, TopicText};
use torg_protocol::people::{Destination, Door, Role};
use torg_protocol::units::TimeMs;

const TOPIC: TopicId = TopicId(7);
const BO: ParticipantId = ParticipantId(2);
const AT: Cell = Cell { slot: SlotId(3), table: TableId(1) };

/// Each change as a request.
pub(crate) fn requests() -> Vec<ClientMessage> {
    let numbered = (0..).zip(changes());
    numbered.map(|(number, change)| ClientMessage::Change { request: RequestId(number), change }).collect()
}

fn changes() -> Vec<Change> {
    [topics(), slots(), people()].concat()
}

fn topics() -> Vec<Change> {
    let text = TopicText {
        title: "Nattevakter på sykehjem".into(),
        description: "Hvem tar dem?\nOg hvorfor?".into(),
        wish: Some(SlotId(4)),
        needs: vec![Need::Quiet, Need::Screen, Need::Closed, Need::Facilitator],
        language: LanguageTag::parse("nb-no").ok(),
    };
    let short =
        TopicText { title: "Kaffe".into(), description: String::new(), wish: None, needs: vec![], language: None };
    vec![
        Change::PostTopic { topic: text.clone(), at: None, anyway: None },
        Change::PostTopic { topic: short, at: Some(AT), anyway: Some(true) },
        Change::EditTopic { topic: TOPIC, text },
        Change::PlaceTopic { topic: TOPIC, at: AT, anyway: None },
        Change::UnplaceTopic { topic: TOPIC },
        Change::WithdrawTopic { topic: TOPIC },
        Change::SetCoConveners { topic: TOPIC, participants: vec![BO, ParticipantId(9)] },
        Change::ProposeMerge { topic: TOPIC, with: TopicId(8) },
        Change::AnswerMerge { topic: TopicId(8), agree: true },
        Change::HostTopic { topic: TOPIC },
        Change::SetInterest { topic: TOPIC, interested: true },
        Change::AddComment { topic: TOPIC, text: "Jeg har en turnus".into() },
        Change::RemoveComment { topic: TOPIC, comment: CommentId(5) },
    ]
}

fn slots() -> Vec<Change> {
    let slot = |kind| SlotText {
        name: "Runde 1".into(),
        kind,
        starts_at: TimeMs(1_790_000_000_000),
        ends_at: TimeMs(1_790_002_700_000),
    };
    let kinds = [SlotKind::Plenum, SlotKind::Topics, SlotKind::Break];
    let mut changes: Vec<Change> = kinds.map(|kind| Change::AddSlot { slot: slot(kind) }).into();
    changes.push(Change::EditSlot { slot: SlotId(3), text: slot(SlotKind::Topics) });
    changes.push(Change::RemoveSlot { slot: SlotId(3) });
    changes
}

fn people() -> Vec<Change> {
    let words = || "Kom gjerne igjen i morgen".to_owned();
    let place = Point::from_metres(4.5, 12.0).expect("on the map");
    let mut changes = vec![
        Change::Admit { participant: BO },
        Change::AdmitAll {},
        Change::TurnAway { participant: BO, words: words() },
        Change::SetCapacity { people: 120 },
        Change::Mute { participant: BO },
        Change::AskToUnmute { participant: BO },
        Change::LendWord { participant: BO, lent: true },
        Change::KeepOut { table: TableId(1), kept_out: false },
        Change::Move { participant: BO, to: Destination::At(place) },
        Change::Move { participant: BO, to: Destination::Table(TableId(1)) },
        Change::Remove { participant: BO, words: words(), for_good: false },
        Change::CallForHelp { words: String::new() },
        Change::EndHelp { participant: BO },
    ];
    changes.extend(Role::ALL.map(|role| Change::GrantRole { participant: BO, role }));
    changes.extend([Door::Open, Door::Lobby, Door::Locked].map(|door| Change::SetDoor { door }));
    changes
}

/// Requests that are none, and why.
pub(crate) fn refused() -> Vec<(&'static str, Value)> {
    let change = |change: Value| json!({"type": "change", "request": 1, "change": change});
    vec![
        ("a change without a number", json!({"type": "change", "change": {"type": "admit_all"}})),
        ("a change nobody knows", change(json!({"type": "burn_topic", "topic": 7}))),
        ("a cell without a table", change(json!({"type": "place_topic", "topic": 7, "at": {"slot": 3}}))),
        ("a role nobody has", change(json!({"type": "grant_role", "participant": 2, "role": "king"}))),
        (
            "a language that is none",
            change(json!({"type": "post_topic", "topic": {"title": "Kaffe", "language": "norwegian"}})),
        ),
        (
            "a time with a fraction",
            change(json!({"type": "add_slot",
                "slot": {"name": "Runde 1", "kind": "topics", "starts_at": 1.5, "ends_at": 2}})),
        ),
    ]
}

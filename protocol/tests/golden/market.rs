//! What the server tells of the agenda, the marketplace, roles and doors.

use crate::server_messages::{ANN, BO, CEM, NOW, label, name};
use torg_protocol::ServerMessage;
use torg_protocol::agenda::{
    AgendaView, Cell, Comment, LanguageTag, NamedPerson, Need, Slot, SlotKind, TopicCard, TopicDetail, Visit,
};
use torg_protocol::ids::{CommentId, RequestId, SlotId, TableId, TopicId, VisitId};
use torg_protocol::message::{HelpCall, Made, Waiting};
use torg_protocol::people::{Door, Role};
use torg_protocol::text::{Prose, Title};
use torg_protocol::units::TimeMs;

const TOPIC: TopicId = TopicId(7);
const ROUND: SlotId = SlotId(3);

fn prose(text: &str) -> Prose {
    Prose::parse(text).expect("prose")
}

fn ann() -> NamedPerson {
    NamedPerson { participant: Some(ANN), name: name("Åse-Marie Ødegård") }
}

fn slot(kind: SlotKind) -> Slot {
    Slot { id: ROUND, name: label("Runde 1"), kind, starts_at: NOW, ends_at: TimeMs(NOW.0 + 2_700_000) }
}

fn card() -> TopicCard {
    TopicCard {
        id: TOPIC,
        title: Title::parse("Nattevakter på sykehjem").expect("a title"),
        convener: ann(),
        co_conveners: vec![NamedPerson { participant: None, name: name("Per fra NAV") }],
        wish: Some(SlotId(4)),
        placed: Some(Cell { slot: ROUND, table: TableId(1) }),
        needs: vec![Need::Quiet, Need::Screen],
        language: LanguageTag::parse("nb").ok(),
        interested: 12,
        comments: 1,
        merge_proposed_by: Some(TopicId(8)),
    }
}

fn tray() -> TopicCard {
    TopicCard {
        id: TopicId(8),
        placed: None,
        wish: None,
        language: None,
        needs: vec![],
        co_conveners: vec![],
        merge_proposed_by: None,
        ..card()
    }
}

fn visit(to: Option<TimeMs>) -> Visit {
    Visit {
        id: VisitId(1),
        who: ann(),
        table: TableId(1),
        topic: Some(TOPIC),
        slot: Some(ROUND),
        from: TimeMs(NOW.0 - 60_000),
        to,
    }
}

/// The agenda of a welcome.
pub(crate) fn agenda() -> AgendaView {
    AgendaView { slots: vec![slot(SlotKind::Topics)], topics: vec![card(), tray()], my_interests: vec![TOPIC] }
}

/// Every message about the marketplace and the door.
pub(crate) fn messages() -> Vec<ServerMessage> {
    let comment = Comment { id: CommentId(5), by: ann(), at: NOW, text: prose("Jeg har en turnus.\nDen er gammel.") };
    let detail = |visits| {
        let description = prose("Hvem tar dem?");
        let comments = vec![comment.clone()];
        ServerMessage::TopicDetail(Box::new(TopicDetail { topic: TOPIC, description, comments, visits }))
    };
    let done = |made| ServerMessage::Done { request: RequestId(1), made };
    let call = |helper| HelpCall { participant: BO, words: prose("Ingen lyd"), since: NOW, helper };
    let waiting = Waiting { participant: CEM, name: name("李雷"), since: NOW };
    let mut messages = vec![
        done(None),
        done(Some(Made::Topic(TOPIC))),
        done(Some(Made::Slot(ROUND))),
        done(Some(Made::Comment(CommentId(5)))),
        ServerMessage::SlotRemoved { slot: ROUND },
        ServerMessage::TopicChanged { topic: card() },
        ServerMessage::TopicChanged { topic: tray() },
        ServerMessage::TopicRemoved { topic: TOPIC, into: None },
        ServerMessage::TopicRemoved { topic: TOPIC, into: Some(TopicId(8)) },
        ServerMessage::MyInterests { topics: vec![TOPIC] },
        detail(None),
        detail(Some(vec![visit(None)])),
        ServerMessage::Visits { visits: vec![visit(Some(NOW)), visit(None)] },
        ServerMessage::SlotOpened { slot: ROUND },
        ServerMessage::SlotClosed { slot: ROUND },
        ServerMessage::WhoHosts { topic: TOPIC },
        ServerMessage::InLobby { name: label("Torget i Bø") },
        ServerMessage::Door { door: Door::Lobby, capacity: 120, waiting: vec![waiting] },
        ServerMessage::Door { door: Door::Open, capacity: 1_000, waiting: vec![] },
        ServerMessage::Door { door: Door::Locked, capacity: 1, waiting: vec![] },
        ServerMessage::HelpCalls { calls: vec![call(None), call(Some(ANN))] },
        ServerMessage::AskedToUnmute { by: ANN },
        ServerMessage::MutedBy { by: ANN },
    ];
    let kinds = [SlotKind::Plenum, SlotKind::Topics, SlotKind::Break];
    messages.extend(kinds.map(|kind| ServerMessage::SlotChanged { slot: slot(kind) }));
    messages.extend(Role::ALL.map(|role| ServerMessage::RoleChanged { participant: BO, role }));
    messages
}

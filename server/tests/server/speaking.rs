//! Speaking to all over real websockets: who may, whom it reaches, and what of it lives through a kill.

use crate::program;
use crate::support::{Came, Client, Server};
use serde_json::{Value, json};
use torg_protocol::ServerMessage;
use torg_protocol::ids::{ParticipantId, TableId};
use torg_protocol::message::RefusalCode;
use torg_protocol::people::{Addressed, Broadcast};

/// The closed one of the first square.
const SPRUCE: TableId = TableId(5);

async fn join(link: &str, fields: Value) -> Client {
    Client::join(link, fields).await.expect("let in")
}

fn with_microphone(name: &str) -> Value {
    json!({ "name": name, "microphone": "on" })
}

impl Client {
    async fn speaks_to_all(&mut self) {
        self.say(json!({ "type": "speak", "to": { "kind": "everybody" } })).await;
    }

    /// Asks for a change and waits for the answer.
    async fn asks(&mut self, change: Value) -> Result<(), RefusalCode> {
        self.say(json!({ "type": "change", "request": 1, "change": change })).await;
        let answer = |came| match came {
            Came::Told(ServerMessage::Done { .. }) => Some(Ok(())),
            Came::Told(ServerMessage::Refused { code, request: Some(_), .. }) => Some(Err(code)),
            _ => None,
        };
        self.socket.until("the answer", answer).await
    }

    async fn lends(&mut self, to: ParticipantId, lent: bool) -> Result<(), RefusalCode> {
        self.asks(json!({ "type": "lend_word", "participant": to, "lent": lent })).await
    }

    async fn keeps_out(&mut self, table: TableId, kept_out: bool) -> Result<(), RefusalCode> {
        self.asks(json!({ "type": "keep_out", "table": table, "kept_out": kept_out })).await
    }

    /// Who speaks to all, when it is told next.
    async fn broadcasts(&mut self) -> Vec<ParticipantId> {
        let changed = |came| match came {
            Came::Told(ServerMessage::BroadcastsChanged { broadcasts }) => Some(broadcasts),
            _ => None,
        };
        let broadcasts = self.socket.until("who speaks to all", changed).await;
        broadcasts.into_iter().map(|broadcast| broadcast.speaker).collect()
    }

    async fn spoken_to(&mut self) -> Vec<ParticipantId> {
        let changed = |came| match came {
            Came::Told(ServerMessage::SpokenTo { speakers }) => Some(speakers),
            _ => None,
        };
        self.socket.until("whose broadcasts come", changed).await
    }

    async fn is_refused(&mut self) -> RefusalCode {
        self.socket.refused().await.code
    }
}

#[tokio::test]
async fn a_host_speaks_and_everybody_is_told_of_it_also_behind_a_closed_wall() {
    let server = Server::start().await;
    let mut host = join(&server.running.host_link, with_microphone("Host")).await;
    let mut ann = server.join_with(json!({ "name": "Ann", "start": { "table": "Spruce" } })).await.expect("let in");
    let mut eva = server.join_with(json!({ "name": "Eva", "start": { "at": { "x": 1, "y": 1 } } })).await.expect("in");
    host.speaks_to_all().await;
    for listener in [&mut ann, &mut eva] {
        assert_eq!(listener.broadcasts().await, [host.id()]);
        assert_eq!(listener.spoken_to().await, [host.id()]);
    }
    assert_eq!(host.broadcasts().await, [host.id()], "the speaker is told too");
    let late = server.join("Late").await;
    let to_all = Broadcast { speaker: host.id(), to: Addressed::Everybody {}, background: false };
    assert_eq!(late.welcome.broadcasts, [to_all]);
    host.say(json!({ "type": "end_speech" })).await;
    for listener in [&mut ann, &mut eva] {
        assert_eq!(listener.broadcasts().await, []);
        assert_eq!(listener.spoken_to().await, []);
    }
    server.stop().await;
}

#[tokio::test]
async fn who_was_lent_the_word_speaks_until_it_is_taken_back() {
    let server = Server::start().await;
    let mut host = server.join_as_host("Host").await;
    let mut ann = server.join_with(with_microphone("Ann")).await.expect("let in");
    let mut eva = server.join("Eva").await;
    ann.speaks_to_all().await;
    assert_eq!(ann.is_refused().await, RefusalCode::NotAllowed);
    assert_eq!(ann.lends(ann.id(), true).await, Err(RefusalCode::NotAllowed));
    assert_eq!(host.lends(ParticipantId(77), true).await, Err(RefusalCode::Unknown));
    for _ in 0..2 {
        assert_eq!(host.lends(ann.id(), true).await, Ok(()), "asking twice does no harm");
    }
    let lent = ServerMessage::WordLent { participant: ann.id(), lent: true };
    let told = |came| matches!(came, Came::Told(message) if message == lent).then_some(());
    eva.socket.until("who has the word", told).await;
    ann.speaks_to_all().await;
    assert_eq!(eva.broadcasts().await, [ann.id()]);
    assert_eq!(eva.spoken_to().await, [ann.id()]);
    host.lends(ann.id(), false).await.expect("a host may");
    assert_eq!(eva.broadcasts().await, []);
    assert_eq!(eva.spoken_to().await, []);
    ann.speaks_to_all().await;
    assert_eq!(ann.is_refused().await, RefusalCode::NotAllowed);
    server.stop().await;
}

#[tokio::test]
async fn who_would_not_be_heard_is_refused_in_words() {
    let server = Server::start().await;
    let mut silent = server.join_as_host("Silent").await;
    silent.speaks_to_all().await;
    assert_eq!(silent.is_refused().await, RefusalCode::NoMicrophone);
    let at_table = json!({ "name": "Host", "microphone": "on", "start": { "table": "Spruce" } });
    let mut host = join(&server.running.host_link, at_table).await;
    host.speaks_to_all().await;
    assert_eq!(host.is_refused().await, RefusalCode::BehindClosedWall);
    host.say(json!({ "type": "leave_table" })).await;
    let stood_up = |came| match came {
        Came::Told(ServerMessage::PlaceChanged { place, .. }) => place.table().is_none().then_some(()),
        _ => None,
    };
    host.socket.until("standing outside", stood_up).await;
    host.say(json!({ "type": "speak", "to": { "kind": "zone", "zone": 99 } })).await;
    assert_eq!(host.is_refused().await, RefusalCode::Unknown);
    host.speaks_to_all().await;
    assert_eq!(host.broadcasts().await, [host.id()]);
    // Whoever sits down behind a closed wall speaks over nothing any more.
    host.say(json!({ "type": "join_table", "table": SPRUCE })).await;
    assert_eq!(host.broadcasts().await, []);

    let mut others = Vec::new();
    for number in 0..4 {
        let mut other = join(&server.running.host_link, with_microphone(&format!("Host {number}"))).await;
        other.speaks_to_all().await;
        assert_eq!(other.broadcasts().await.len(), number + 1);
        others.push(other);
    }
    let mut fifth = join(&server.running.host_link, with_microphone("Fifth")).await;
    fifth.speaks_to_all().await;
    assert_eq!(fifth.is_refused().await, RefusalCode::TooMany);
    drop(others);
    server.stop().await;
}

#[tokio::test]
async fn the_word_and_what_is_kept_out_live_through_kill_9() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut first = program::start(folder.path()).await;
    let mut host = join(&first.host_link, with_microphone("Host")).await;
    let ann = join(&first.join_link, with_microphone("Ann")).await;
    host.lends(ann.id(), true).await.expect("a host may");
    assert_eq!(host.keeps_out(TableId(0), true).await, Err(RefusalCode::NotNow), "it is open");
    assert_eq!(host.keeps_out(TableId(77), true).await, Err(RefusalCode::UnknownTable));
    host.keeps_out(SPRUCE, true).await.expect("a host may");
    host.speaks_to_all().await;
    assert_eq!(host.broadcasts().await, [host.id()]);
    first.child.kill().and_then(|()| first.child.wait()).expect("killed");

    let again = program::start(folder.path()).await;
    let mut eva = join(&again.join_link, json!({ "name": "Eva", "start": { "table": "Spruce" } })).await;
    assert_eq!((&eva.welcome.kept_out[..], eva.welcome.broadcasts.len()), (&[SPRUCE][..], 0));
    let fields = json!({ "name": "Ann", "microphone": "on", "person": ann.welcome.person });
    let mut back = join(&again.join_link, fields).await;
    assert_eq!((back.id(), &back.welcome.word_lent[..]), (ann.id(), &[ann.id()][..]));
    let lent = ServerMessage::WordLent { participant: ann.id(), lent: true };
    let told = |came| matches!(came, Came::Told(message) if message == lent).then_some(());
    eva.socket.until("who came with the word", told).await;
    let mut bob = join(&again.join_link, json!({ "name": "Bob" })).await;
    back.speaks_to_all().await;
    assert_eq!(bob.broadcasts().await, [ann.id()]);
    assert_eq!(bob.spoken_to().await, [ann.id()]);
    // What Eva is told of the same tick comes before the pong.
    eva.say(json!({ "type": "ping", "nonce": 7 })).await;
    let mut heard = Vec::new();
    let pong = |came| match came {
        Came::Told(ServerMessage::SpokenTo { speakers }) => {
            heard.extend(speakers);
            None
        }
        came => matches!(came, Came::Told(ServerMessage::Pong { nonce: 7, .. })).then_some(()),
    };
    eva.socket.until("a pong", pong).await;
    assert_eq!(heard, [], "it stays out of a closed table that keeps it out");
}

//! Coming in, and seeing each other.

use crate::support::{Came, Client, Server, Socket, hello_with, links_by_command, parts_of_link};
use serde_json::json;
use torg_protocol::geometry::Point;
use torg_protocol::message::{GoodbyeReason, MediaState, RefusalCode};
use torg_protocol::people::{Place, Role};
use torg_protocol::{PROTOCOL_VERSION, ServerMessage};

#[tokio::test]
async fn a_link_lets_in_with_its_role_and_the_whole_view() {
    let server = Server::start().await;
    let ann = server.join("Ann").await;
    let host = server.join_as_host("Hilde").await;
    assert_eq!((ann.welcome.role, host.welcome.role), (Role::Participant, Role::Host));
    assert_eq!(ann.welcome.protocol, PROTOCOL_VERSION);
    assert!(!ann.welcome.resumed);
    assert_eq!(ann.welcome.media, MediaState::Offer);
    assert_eq!(ann.welcome.space.name.as_str(), "Torg");
    assert_eq!(ann.welcome.space.map.tables.len(), 6);
    let names: Vec<_> = host.welcome.participants.iter().map(|person| person.name.as_str()).collect();
    assert_eq!(names, ["Ann", "Hilde"]);
    server.stop().await;
}

#[tokio::test]
async fn a_walk_is_seen_by_another() {
    let server = Server::start().await;
    let mut ann = server.join("Ann").await;
    let mut bob = server.join("Bob").await;
    let entered = |came| match came {
        Came::Told(ServerMessage::Entered { participant }) => Some(participant),
        _ => None,
    };
    let seen = ann.socket.until("Bob's coming in", entered).await;
    assert_eq!((seen.id, seen.name.as_str()), (bob.id(), "Bob"));
    let from = seen.motion.from.metres();
    let to = json!({ "x": from.x + 1.0, "y": from.y });
    bob.say(json!({ "type": "walk_to", "to": to })).await;
    let segment = ann.sees_moving(bob.id()).await;
    let goal = Point::from_metres(f64::from(from.x) + 1.0, f64::from(from.y)).expect("a place");
    assert!(segment.to.distance_m(goal) < 0.5, "{segment:?}");
    bob.say(json!({ "type": "leave" })).await;
    let left = |came| matches!(came, Came::Told(ServerMessage::Left { participant }) if participant == bob.welcome.you);
    ann.socket.until("Bob's leaving", |came| left(came).then_some(())).await;
    bob.socket.closed().await;
    server.stop().await;
}

#[tokio::test]
async fn tables_have_as_many_seats_as_they_have() {
    let server = Server::start().await;
    let ann = server.join("Ann").await;
    let table = &ann.welcome.space.map.tables[0];
    let start = json!({ "table": table.name });
    let mut seated = Vec::new();
    for number in 0..table.seats {
        let name = format!("Guest {number}");
        let guest = server.join_with(json!({ "name": name, "start": start })).await.expect("a free seat");
        let me = guest.welcome.participants.iter().find(|person| person.id == guest.id()).expect("myself");
        assert!(matches!(me.place, Place::Seat { table, .. } if table.0 == 0), "{:?}", me.place);
        seated.push(guest);
    }
    let refused = server.join_with(json!({ "name": "Late", "start": start })).await.err().expect("no seat");
    assert_eq!((refused.code, refused.closes), (RefusalCode::TableFull, true));
    assert!(refused.message.contains(table.name.as_str()), "{}", refused.message);
    let mut ann = ann;
    ann.say(json!({ "type": "join_table", "table": 0 })).await;
    let refused = ann.socket.refused().await;
    assert_eq!((refused.code, refused.closes), (RefusalCode::TableFull, false));
    ann.say(json!({ "type": "join_table", "table": 99 })).await;
    assert_eq!(ann.socket.refused().await.code, RefusalCode::UnknownTable);
    server.stop().await;
}

#[tokio::test]
async fn hello_is_refused_in_words() {
    let server = Server::start().await;
    let check = async |fields, code| {
        let refused = server.join_with(fields).await.err().expect("refused");
        assert_eq!((refused.code, refused.closes), (code, true), "{}", refused.message);
        assert!(refused.message.len() > 15, "words: {}", refused.message);
    };
    check(json!({ "token": "wrong" }), RefusalCode::Link).await;
    check(json!({ "token": "x".repeat(200) }), RefusalCode::Link).await;
    check(json!({ "protocol": PROTOCOL_VERSION + 1, "news": [1] }), RefusalCode::ProtocolVersion).await;
    check(json!({ "name": "\u{202E}nnA" }), RefusalCode::Name).await;
    check(json!({ "name": "An\u{0}n" }), RefusalCode::Name).await;
    check(json!({ "name": "  " }), RefusalCode::Name).await;
    check(json!({ "microphone": "loud" }), RefusalCode::Malformed).await;
    check(json!({ "unknown": 1 }), RefusalCode::Malformed).await;
    check(json!({ "start": { "table": "Nowhere" } }), RefusalCode::UnknownTable).await;
    check(json!({ "start": { "at": { "x": 599, "y": 1 } } }), RefusalCode::Place).await;
    check(json!({ "start": { "at": { "x": -1, "y": 1 } } }), RefusalCode::Place).await;
    let elsewhere = server.running.join_link.replace("/s/torg#", "/s/elsewhere#");
    let refused = Client::join(&elsewhere, json!({})).await.err().expect("refused");
    assert_eq!((refused.code, refused.closes), (RefusalCode::UnknownSpace, true));
    server.stop().await;
}

#[tokio::test]
async fn pages_of_other_sites_do_not_get_in() {
    let server = Server::start().await;
    let (url, token) = parts_of_link(&server.running.join_link);
    let foreign = Socket::open(&url, &[("origin", "https://evil.example.com")]).await;
    let Err(tokio_tungstenite::tungstenite::Error::Http(answer)) = foreign else { panic!("a foreign page got in") };
    assert_eq!(answer.status(), 403);
    let own = format!("http://{}", server.addr());
    let mut socket = Socket::open(&url, &[("origin", &own)]).await.expect("our own page");
    socket.say(hello_with(&token, json!({}))).await;
    assert!(matches!(socket.next().await, Came::Told(ServerMessage::Welcome(_))));
    server.stop().await;
}

#[tokio::test]
async fn renewed_links_shut_out_who_came_by_the_old() {
    let server = Server::start().await;
    let mut ann = server.join("Ann").await;
    let url = format!("http://{}", server.addr());
    let same = links_by_command(&server.data(), &["--public-url", &url]).expect("links");
    assert_eq!(same.join_link, server.running.join_link);
    let fresh = links_by_command(&server.data(), &["--public-url", &url, "--renew"]).expect("new links");
    let refused = server.join_with(json!({})).await.err().expect("an old link");
    assert_eq!(refused.code, RefusalCode::Link);
    assert_eq!(ann.socket.goodbye().await, GoodbyeReason::LinkRevoked);
    let bob = Client::join(&fresh.join_link, json!({ "name": "Bob" })).await.expect("the new link");
    assert_eq!(bob.welcome.participants.len(), 1, "who came by the old link is gone");
    server.stop().await;
}

#[tokio::test]
async fn hosts_change_how_far_voices_carry_and_others_may_not() {
    let server = Server::start().await;
    let mut ann = server.join("Ann").await;
    let mut host = server.join_as_host("Hilde").await;
    ann.say(json!({ "type": "set_hearing", "preset": "hall" })).await;
    assert_eq!(ann.socket.refused().await.code, RefusalCode::NotAllowed);
    host.say(json!({ "type": "set_hearing", "preset": "hall" })).await;
    let changed = |came| matches!(came, Came::Told(ServerMessage::HearingChanged { .. })).then_some(());
    ann.socket.until("the change", changed).await;
    let bob = server.join("Bob").await;
    assert_eq!(bob.welcome.space.map.hearing, torg_protocol::geometry::HearingPreset::Hall);
    server.stop().await;
}

//! Messages that no honest client sends: each gets its name, and nobody else notices.

use crate::support::{Came, Client, Server, Socket, hello_with, parts_of_link};
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;
use torg_protocol::ServerMessage;
use torg_protocol::limits::{MESSAGE_BYTES_MAX, MESSAGES_BURST, OFFER_BYTES_MAX};
use torg_protocol::message::RefusalCode;

async fn check(ann: &mut Client, text: &str, code: RefusalCode) {
    ann.socket.say(text).await;
    let refused = ann.socket.refused().await;
    assert_eq!((refused.code, refused.closes), (code, false), "{}", refused.message);
}

#[tokio::test]
async fn bad_messages_are_named_and_the_session_goes_on() {
    let server = Server::start().await;
    let mut ann = server.join("Ann").await;
    let mut bob = server.join("Bob").await;
    check(&mut ann, "nonsense", RefusalCode::Malformed).await;
    check(&mut ann, r#"{"type":"fly"}"#, RefusalCode::Malformed).await;
    check(&mut ann, &hello_with("token", json!({})).to_string(), RefusalCode::Malformed).await;
    check(&mut ann, &"[".repeat(100), RefusalCode::TooDeep).await;
    check(&mut ann, &"x".repeat(OFFER_BYTES_MAX + 1), RefusalCode::TooLarge).await;
    let long_name = json!({ "type": "set_name", "name": "a".repeat(MESSAGE_BYTES_MAX) }).to_string();
    check(&mut ann, &long_name, RefusalCode::TooLarge).await;
    let bidi_name = json!({ "type": "set_name", "name": "\u{2066}Ann" }).to_string();
    check(&mut ann, &bidi_name, RefusalCode::Name).await;
    check(&mut ann, r#"{"type":"walk_to","to":{"x":1e999,"y":1}}"#, RefusalCode::Place).await;
    check(&mut ann, r#"{"type":"offer","sdp":"nonsense","tracks":[]}"#, RefusalCode::OfferUnreadable).await;
    ann.socket.send(Message::binary(vec![1, 2, 3])).await;
    assert_eq!(ann.socket.refused().await.code, RefusalCode::Malformed);
    ann.is_alive().await;
    bob.is_alive().await;
    server.stop().await;
}

#[tokio::test]
async fn too_frequent_messages_are_passed_over() {
    let server = Server::start().await;
    let mut ann = server.join("Ann").await;
    let mut bob = server.join("Bob").await;
    for nonce in 0..3 * MESSAGES_BURST {
        ann.say(json!({ "type": "ping", "nonce": nonce })).await;
    }
    let refused = ann.socket.refused().await;
    assert_eq!((refused.code, refused.closes), (RefusalCode::TooFrequent, false));
    bob.is_alive().await;
    // After a breath, there is room again.
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    ann.is_alive().await;
    server.stop().await;
}

#[tokio::test]
async fn a_flood_ends_the_session() {
    let server = Server::start().await;
    let mut ann = server.join("Ann").await;
    for nonce in 0..3_000 {
        ann.say(json!({ "type": "ping", "nonce": nonce })).await;
    }
    let closing = |came| match came {
        Came::Told(ServerMessage::Refused { code: RefusalCode::TooFrequent, closes: true, .. }) => Some(()),
        _ => None,
    };
    ann.socket.until("the end", closing).await;
    server.stop().await;
}

#[tokio::test]
async fn beyond_all_measure_the_session_ends_with_its_reason() {
    let server = Server::start().await;
    let mut ann = server.join("Ann").await;
    ann.socket.say("x".repeat(8 * OFFER_BYTES_MAX)).await;
    let refused = ann.socket.refused().await;
    assert_eq!((refused.code, refused.closes), (RefusalCode::TooLarge, true));
    server.stop().await;
}

#[tokio::test]
async fn nothing_is_done_before_the_hello() {
    let server = Server::start().await;
    let (url, token) = parts_of_link(&server.running.join_link);
    for first in [r#"{"type":"leave"}"#.to_owned(), "nonsense".to_owned(), "[".repeat(50)] {
        let mut socket = Socket::open(&url, &[]).await.expect("a websocket");
        socket.say(&first).await;
        let refused = socket.refused().await;
        assert!(refused.closes, "{}", refused.message);
        socket.closed().await;
    }
    let mut socket = Socket::open(&url, &[]).await.expect("a websocket");
    socket.send(Message::binary(vec![0; 20])).await;
    assert_eq!(socket.refused().await.code, RefusalCode::Malformed);
    let mut socket = Socket::open(&url, &[]).await.expect("a websocket");
    socket.say(hello_with(&token, json!({ "name": "a".repeat(OFFER_BYTES_MAX) }))).await;
    assert_eq!(socket.refused().await.code, RefusalCode::TooLarge);
    server.stop().await;
}

/// Who does not read is cut off once the outbox is full, long before the line counts as dead.
#[tokio::test]
async fn who_reads_too_slowly_is_cut_off() {
    let server = Server::start().await;
    let (url, token) = parts_of_link(&server.running.join_link);
    let mut slow = Socket::open_slow(&url).await;
    slow.say(hello_with(&token, json!({ "name": "Slow" }))).await;
    let you = slow.welcomed().await;
    let mut eva = server.join("Eva").await;
    let mut busy = Vec::new();
    for number in 0..24 {
        busy.push(server.join(&format!("Busy {number}")).await);
    }
    let away = |came| match came {
        Came::Told(ServerMessage::PresenceChanged { participant, .. }) => (participant == you).then_some(()),
        _ => None,
    };
    // Each new name goes to everybody.
    let renaming = async {
        for round in 0.. {
            for client in &mut busy {
                client.say(json!({ "type": "set_name", "name": format!("{round}{}", "𝒜".repeat(50)) })).await;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    let began = std::time::Instant::now();
    tokio::select! {
        () = renaming => {}
        () = eva.socket.until("the slow one's going", away) => {}
    }
    assert!(began.elapsed() < torg_server::limits::SILENCE_MAX, "cut off for silence, not for falling behind");
    server.stop().await;
}

/// Both take ten seconds, so they take the same ten.
#[tokio::test]
async fn silence_ends_a_session_before_the_hello_and_after() {
    let server = Server::start().await;
    let (url, _) = parts_of_link(&server.running.join_link);
    let mut mute = Socket::open(&url, &[]).await.expect("a websocket");
    let mut eva = server.join("Eva").await;
    // Holds the socket open and never reads, so it answers no ping.
    let dead = server.join("Dead").await;
    let began = std::time::Instant::now();
    let away = |came| match came {
        Came::Told(ServerMessage::PresenceChanged { participant, .. }) => {
            (participant == dead.welcome.you).then_some(())
        }
        _ => None,
    };
    let (refused, ()) = tokio::join!(mute.refused(), eva.socket.until("the dead line", away));
    assert!(began.elapsed() > std::time::Duration::from_secs(5), "{:?}", began.elapsed());
    assert_eq!((refused.code, refused.closes), (RefusalCode::Malformed, true));
    assert!(refused.message.contains("no hello came"), "{}", refused.message);
    server.stop().await;
}

//! `GET /api/spaces/{id}`: who stands before the door sees whose it is and how many are in.

use crate::support::{Answer, PATIENCE, Server, ask, parts_of_link};
use serde_json::json;
use std::time::Instant;

async fn glance(server: &Server, space: &str, token: Option<&str>) -> Answer {
    let bearer = token.map(|token| format!("Bearer {token}"));
    let headers: Vec<_> = bearer.iter().map(|bearer| ("Authorization", bearer.as_str())).collect();
    ask(server.addr(), "GET", &format!("/api/spaces/{space}"), &headers, b"").await
}

async fn counts(server: &Server, token: &str, people: usize) {
    let end = Instant::now() + PATIENCE;
    loop {
        let seen = glance(server, "torg", Some(token)).await.json();
        if seen == json!({ "id": "torg", "name": "Torg", "people": people }) {
            return;
        }
        assert!(Instant::now() < end, "{people} people were never counted: {seen}");
    }
}

#[tokio::test]
async fn the_name_and_the_head_count_are_seen_from_the_door() {
    let server = Server::start().await;
    let (_, token) = parts_of_link(&server.running.join_link);
    let (_, host_token) = parts_of_link(&server.running.host_link);
    let first = glance(&server, "torg", Some(&token)).await;
    assert_eq!((first.status, first.header("cache-control")), (200, Some("no-store")));
    assert_eq!(first.json(), json!({ "id": "torg", "name": "Torg", "people": 0 }));
    let mut ann = server.join("Ann").await;
    let _bob = server.join("Bob").await;
    counts(&server, &token, 2).await;
    counts(&server, &host_token, 2).await;
    ann.say(json!({ "type": "leave" })).await;
    counts(&server, &token, 1).await;
    server.stop().await;
}

#[tokio::test]
async fn without_a_link_nothing_is_seen() {
    let server = Server::start().await;
    let (_, token) = parts_of_link(&server.running.join_link);
    let check = async |space: &str, token: Option<&str>, status: u16, code: &str| {
        let answer = glance(&server, space, token).await;
        assert_eq!((answer.status, answer.json()["code"].as_str()), (status, Some(code)), "{space} {token:?}");
        assert!(answer.json()["message"].as_str().is_some_and(|words| words.contains(' ')), "{}", answer.text());
        let challenge = match code {
            "token_missing" => Some("Bearer"),
            "link" => Some("Bearer error=\"invalid_token\""),
            _ => None,
        };
        assert_eq!(answer.header("www-authenticate"), challenge);
    };
    check("torg", None, 401, "token_missing").await;
    check("torg", Some("wrong"), 401, "link").await;
    check("torg", Some(&"x".repeat(4_000)), 401, "link").await;
    check("elsewhere", Some(&token), 404, "unknown_space").await;
    check("No-Id", Some(&token), 404, "unknown_space").await;
    server.stop().await;
}

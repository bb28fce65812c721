//! `POST /api/spaces`, and that what it made stays.

use crate::support::{Answer, Client, Server, ask};
use serde_json::{Value, json};
use torg_protocol::message::RefusalCode;

const ADMIN_TOKEN: &str = "an admin token of some length";

async fn make(server: &Server, headers: &[(&str, &str)], body: &Value) -> Answer {
    ask(server.addr(), "POST", "/api/spaces", headers, body.to_string().as_bytes()).await
}

#[tokio::test]
async fn a_space_is_made_and_lives_through_a_restart() {
    let server = Server::start().await;
    let map = json!({
        "width_m": 20, "height_m": 12, "hearing": "close", "walls": [[10, 0, 10, 5]],
        "tables": [{ "name": "Youth work", "x": 5, "y": 6, "radius_m": 1.6, "seats": 4, "wall": "closed" }],
        "zones": [{ "name": "Foyer", "kind": "foyer", "x": 14, "y": 6, "width_m": 4, "height_m": 4 }]
    });
    let made = make(&server, &[], &json!({ "name": "Circle", "map": map })).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let made = made.json();
    let link = made["join_link"].as_str().expect("a join link").to_owned();
    let id = made["id"].as_str().expect("an id").to_owned();
    assert!(link.contains(&format!("/s/{id}#")), "{link}");
    let host = Client::join(made["host_link"].as_str().expect("a host link"), json!({})).await.expect("let in");
    assert_eq!(host.welcome.role, torg_protocol::people::Role::Host);
    assert_eq!(host.welcome.space.name.as_str(), "Circle");
    assert_eq!(host.welcome.space.map.tables[0].name.as_str(), "Youth work");

    // The other square knows nothing of it.
    let torg = server.join("Ann").await;
    assert_eq!(torg.welcome.participants.len(), 1);
    let token = link.split_once('#').expect("a token").1;
    let crossed = server.join_with(json!({ "token": token })).await.err().expect("another square's token");
    assert_eq!(crossed.code, RefusalCode::Link);

    let old = server.addr().to_string();
    let server = Server::start_in(server.stop().await, |_| {}).await;
    let link = link.replace(&old, &server.addr().to_string());
    let ann = Client::join(&link, json!({ "start": { "table": "Youth work" } })).await.expect("let in again");
    assert_eq!(ann.welcome.space.name.as_str(), "Circle");
    server.stop().await;
}

#[tokio::test]
async fn without_a_map_it_is_the_default_square() {
    let server = Server::start().await;
    let made = make(&server, &[], &json!({ "name": "Wednesday" })).await.json();
    let ann = Client::join(made["join_link"].as_str().expect("a link"), json!({})).await.expect("let in");
    assert_eq!(ann.welcome.space.map.tables.len(), 6);
    server.stop().await;
}

#[tokio::test]
async fn bad_requests_are_refused_in_words() {
    let server = Server::start().await;
    let check = async |body: &str, status: u16, code: &str| {
        let answer = ask(server.addr(), "POST", "/api/spaces", &[], body.as_bytes()).await;
        assert_eq!((answer.status, answer.json()["code"].as_str()), (status, Some(code)), "{}", answer.text());
        assert!(answer.json()["message"].as_str().is_some_and(|words| words.len() > 15), "{}", answer.text());
    };
    check("", 400, "malformed").await;
    check("{", 400, "malformed").await;
    check("[]", 400, "malformed").await;
    check(r#"{"map": null}"#, 400, "malformed").await;
    check(r#"{"name": "A", "colour": "red"}"#, 400, "malformed").await;
    check(&format!(r#"{{"name": "A", "map": {}}}"#, "[".repeat(500)), 400, "malformed").await;
    check(r#"{"name": "  "}"#, 422, "name").await;
    check(&json!({ "name": "a\u{202E}b" }).to_string(), 422, "name").await;
    check(r#"{"name": "A", "map": {}}"#, 422, "map").await;
    check(r#"{"name": "A", "map": {"width_m": 1, "height_m": 9}}"#, 422, "map").await;
    check(r#"{"name": "A", "map": {"width_m": 9, "height_m": 9, "hearing": "far"}}"#, 422, "map").await;
    check(&format!(r#"{{"name": "A", "map": "{}"}}"#, "x".repeat(300_000)), 413, "too_large").await;
    server.stop().await;
}

#[tokio::test]
async fn from_elsewhere_it_takes_the_admin_token() {
    let server = Server::start_with(|config| {
        let options = torg_server::config::ServeOptions {
            listen: Some(config.listen),
            data: Some(config.data.clone()),
            admin_token: Some(ADMIN_TOKEN.to_owned()),
            ..Default::default()
        };
        *config = torg_server::config::Config::resolve(options).expect("a config");
    })
    .await;
    let body = json!({ "name": "Circle" });
    let forwarded = ("X-Forwarded-For", "203.0.113.9");
    let right = format!("Bearer {ADMIN_TOKEN}");
    let check = async |headers: &[(&str, &str)], status: u16, code: Option<&str>| {
        let answer = make(&server, headers, &body).await;
        assert_eq!((answer.status, answer.json()["code"].as_str()), (status, code), "{headers:?} {}", answer.text());
    };
    check(&[], 201, None).await;
    check(&[forwarded], 401, Some("token_missing")).await;
    check(&[forwarded, ("Authorization", "Bearer wrong")], 403, Some("token_wrong")).await;
    check(&[forwarded, ("Authorization", &right)], 201, None).await;
    check(&[("Forwarded", "for=203.0.113.9")], 401, Some("token_missing")).await;
    check(&[("Host", "rebound.example.com")], 401, Some("token_missing")).await;
    check(&[("Origin", "https://evil.example.com")], 403, Some("origin")).await;
    server.stop().await;
}

#[tokio::test]
async fn without_an_admin_token_nobody_makes_spaces_from_elsewhere() {
    let server = Server::start().await;
    let forwarded = ("X-Forwarded-For", "203.0.113.9");
    for headers in [&[forwarded][..], &[forwarded, ("Authorization", "Bearer ")]] {
        let answer = make(&server, headers, &json!({ "name": "Circle" })).await;
        assert_eq!(answer.status, 403, "{}", answer.text());
    }
    server.stop().await;
}

//! What whoever runs a server sees of it.

use crate::SOON;
use serde_json::json;
use torg_tests::{Square, named, request};

#[tokio::test(flavor = "multi_thread")]
async fn the_page_comes_with_a_strict_policy() {
    let square = Square::start().await;
    let (page, _) = square.links().join.split_once('#').expect("a link has a token");
    let path = &page[page.find("/s/").expect("a link has a path")..];
    let reply = request(square.address(), "GET", path, &[], "").await;
    assert_eq!(reply.status, 200);
    assert!(reply.body.contains("<!doctype html>") || reply.body.contains("<!DOCTYPE html>"), "{}", reply.body);
    for needed in ["content-security-policy:", "x-content-type-options: nosniff", "referrer-policy:"] {
        assert!(reply.head.contains(needed), "{needed} is missing:\n{}", reply.head);
    }
    assert!(!reply.head.contains("unsafe-inline"), "{}", reply.head);
}

#[tokio::test(flavor = "multi_thread")]
async fn health_metrics_and_the_description_of_the_interface_are_there() {
    let square = Square::start().await;
    let ann = square.guest(named("Ann").at(10.0, 10.0).tone(450.0)).await;
    let mut bob = square.guest(named("Bob").at(11.0, 10.0)).await;
    bob.wait_until_hears("Ann", SOON).await.expect("she speaks");
    for path in ["/healthz", "/readyz"] {
        assert_eq!(request(square.address(), "GET", path, &[], "").await.status, 200, "{path}");
    }
    let api = request(square.address(), "GET", "/openapi.json", &[], "").await;
    let api: serde_json::Value = serde_json::from_str(&api.body).expect("JSON");
    assert!(api["paths"]["/api/spaces"]["post"].is_object(), "{api}");
    let metrics = request(square.address(), "GET", "/metrics", &[], "").await.body;
    for needed in ["torg_participants", "torg_media_peers", "torg_media_packets_total", "torg_media_bytes_total"] {
        assert!(metrics.contains(needed), "{needed} is missing:\n{metrics}");
    }
    assert!(!metrics.contains("Ann"), "no names");
    ann.leave().await.expect("figures");
}

#[tokio::test(flavor = "multi_thread")]
async fn spaces_and_their_links_live_through_a_restart() {
    let mut square = Square::start_to_restart().await;
    let links = square.space("Another", &json!({"width_m": 10, "height_m": 10})).await;
    square.restart().await;
    let host = square.guest_by(&links.host, named("Host").without_media()).await;
    let guest = square.guest_by(&links.join, named("Guest").without_media()).await;
    let name = guest.view().world.space().name.to_string();
    assert_eq!(name, "Another");
    assert_eq!(host.view().world.role(), torg_protocol::people::Role::Host);
    assert_eq!(guest.view().world.role(), torg_protocol::people::Role::Participant);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_map_that_cannot_be_walked_is_refused_in_words() {
    let square = Square::start().await;
    let maps = [
        json!({"width_m": 0, "height_m": 10}),
        json!({"width_m": 1e9, "height_m": 10}),
        json!({"width_m": 10, "height_m": 10, "tables": [{"name": "T", "x": 50, "y": 5, "radius_m": 1, "seats": 4}]}),
        json!({"width_m": 10, "height_m": 10, "tables": [{"name": "", "x": 5, "y": 5, "radius_m": 1, "seats": 4}]}),
        json!({"width_m": 10, "height_m": 10, "ceiling": 3}),
    ];
    for map in maps {
        let body = json!({"name": "Bad", "map": map}).to_string();
        let reply = request(square.address(), "POST", "/api/spaces", &["content-type: application/json"], &body).await;
        assert!((400..500).contains(&reply.status), "{map}: {reply:?}");
        assert!(reply.body.len() > 20, "{map}: in words: {reply:?}");
    }
    let forwarded = ["content-type: application/json", "x-forwarded-for: 203.0.113.9"];
    let body = json!({"name": "From outside"}).to_string();
    let reply = request(square.address(), "POST", "/api/spaces", &forwarded, &body).await;
    assert!([401, 403].contains(&reply.status), "{reply:?}");
}

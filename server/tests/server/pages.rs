//! What a browser and a monitor get.

use crate::support::{Server, ask, get};

#[tokio::test]
async fn the_front_page_leads_in_from_this_machine_and_explains_elsewhere() {
    let server = Server::start().await;
    let here = get(server.addr(), "/").await;
    assert_eq!(here.status, 303);
    let location = here.header("location").expect("a place to go");
    assert!(server.running.join_link.ends_with(location), "{location}");
    let forwarded = ("X-Forwarded-For", "203.0.113.9");
    let elsewhere = ask(server.addr(), "GET", "/", &[forwarded, ("Accept-Language", "nb")], b"").await;
    assert_eq!(elsewhere.status, 200);
    assert!(elsewhere.text().contains("Velkommen til torget"), "{}", elsewhere.text());
    assert!(!elsewhere.text().contains(location.split_once('#').expect("a token").1), "the token stays here");
    server.stop().await;
}

#[tokio::test]
async fn the_app_is_served_at_its_spaces_alone() {
    let server = Server::start().await;
    let app = ask(server.addr(), "GET", "/s/torg", &[("Accept-Encoding", "br")], b"").await;
    match app.status {
        200 => {
            let tag = app.header("etag").expect("a tag").to_owned();
            assert_eq!(app.header("cache-control"), Some("no-cache"));
            let known = [("Accept-Encoding", "br"), ("If-None-Match", tag.as_str())];
            let again = ask(server.addr(), "GET", "/s/torg", &known, b"").await;
            assert_eq!((again.status, again.body.len()), (304, 0));
        }
        // Built without the web app: then it says how to build with it.
        501 => assert!(app.text().contains("cargo build --release"), "{}", app.text()),
        other => panic!("{other}: {}", app.text()),
    }
    for nowhere in ["/s/nowhere", "/s/..%2F..%2Fetc", "/s/UPPER", "/nothing.js", "/index.html", "/s/", "/../x"] {
        let answer = get(server.addr(), nowhere).await;
        assert_eq!(answer.status, 404, "{nowhere}");
        assert!(answer.text().contains("<h1>"), "words: {}", answer.text());
    }
    server.stop().await;
}

#[tokio::test]
async fn every_answer_is_hardened() {
    let server = Server::start().await;
    for path in ["/", "/s/torg", "/s/nowhere", "/healthz", "/page.css", "/openapi.json"] {
        let answer = get(server.addr(), path).await;
        let policy = answer.header("content-security-policy").expect("a policy").to_owned();
        assert!(policy.contains("default-src 'self'") && policy.contains("frame-ancestors 'none'"), "{policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
        assert!(policy.contains(&format!("ws://{}", server.addr())), "{policy}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
        assert_eq!(answer.header("referrer-policy"), Some("no-referrer"), "{path}");
        assert!(answer.header("permissions-policy").is_some_and(|policy| policy.contains("microphone=(self)")));
    }
    let injected = ask(server.addr(), "GET", "/healthz", &[("Host", "x; script-src *")], b"").await;
    let policy = injected.header("content-security-policy").expect("a policy");
    assert!(!policy.contains('*'), "{policy}");
    server.stop().await;
}

#[tokio::test]
async fn monitors_get_their_figures() {
    let server = Server::start().await;
    let _ann = server.join("Ann").await;
    assert_eq!(get(server.addr(), "/healthz").await.text(), "ok\n");
    assert_eq!(get(server.addr(), "/readyz").await.text(), "ok\n");
    let figures = get(server.addr(), "/metrics").await;
    assert_eq!(figures.status, 200);
    let figures = figures.text();
    for name in [
        "torg_participants",
        "torg_media_peers",
        "torg_media_packets_total{direction=\"in\"}",
        "torg_media_packets_total{direction=\"out\"}",
        "torg_media_bytes_total",
        "torg_tick_seconds_bucket",
        "torg_sessions",
    ] {
        assert!(figures.lines().any(|line| line.starts_with(name)), "{name} is missing in:\n{figures}");
    }
    assert!(!figures.contains("Ann"), "no names in figures");
    let forwarded = ("X-Forwarded-For", "203.0.113.9");
    assert_eq!(ask(server.addr(), "GET", "/metrics", &[forwarded], b"").await.status, 401);
    server.stop().await;
}

#[tokio::test]
async fn the_interface_describes_itself() {
    let server = Server::start().await;
    let document = get(server.addr(), "/openapi.json").await.json();
    assert!(document["paths"]["/api/spaces"]["post"]["responses"]["422"].is_object(), "{document}");
    assert_eq!(document["components"]["schemas"]["Table"]["properties"]["radius_m"]["type"], "number");
    server.stop().await;
}

//! What the server refuses, by name, while others notice nothing.

use crate::{SOON, listen};
use serde_json::{Value, json};
use torg_protocol::limits::{MESSAGE_BYTES_MAX, MESSAGES_BURST, OFFER_BYTES_MAX};
use torg_tests::{Square, Stranger, named, request};

/// Knocks with a hello that was changed, and gives the refusal's code.
async fn knock(link: &str, change: impl FnOnce(&mut Value)) -> String {
    let mut stranger = Stranger::at_the_door(link).await;
    let mut hello = stranger.hello("Stranger");
    change(&mut hello);
    stranger.say(&hello).await;
    let (code, closes) = stranger.refusal().await;
    assert!(closes, "{code}: who is not let in is shown out");
    assert!(stranger.is_shown_out().await, "{code}: and the line is closed");
    code
}

#[tokio::test(flavor = "multi_thread")]
async fn at_the_door() {
    let square = Square::start().await;
    let join = &square.links().join;
    assert_eq!(knock(join, |hello| hello["protocol"] = json!(0)).await, "protocol_version");
    assert_eq!(knock(join, |hello| hello["protocol"] = json!(999)).await, "protocol_version");
    assert_eq!(knock(join, |hello| hello["token"] = json!("")).await, "link");
    assert_eq!(knock(join, |hello| hello["token"] = json!("A".repeat(43))).await, "link");
    assert_eq!(knock(join, |hello| hello["token"] = json!("A".repeat(60_000))).await, "link");
    assert_eq!(knock(join, |hello| hello["name"] = json!("")).await, "name");
    assert_eq!(knock(join, |hello| hello["name"] = json!("An\u{0}n")).await, "name");
    assert_eq!(knock(join, |hello| hello["name"] = json!("\u{202e}nnA")).await, "name");
    assert_eq!(knock(join, |hello| hello["name"] = json!("n".repeat(61))).await, "name");
    assert_eq!(knock(join, |hello| hello["start"] = json!({"at": {"x": 500, "y": 20}})).await, "place");
    assert_eq!(knock(join, |hello| hello["start"] = json!({"table": "Nowhere"})).await, "unknown_table");
    assert_eq!(knock(join, |hello| *hello = json!({"type": "walk", "walk": "north"})).await, "malformed");
    assert_eq!(knock(join, |hello| *hello = json!(["hello"])).await, "malformed");
    let elsewhere = join.replace("/s/", "/s/nowhere-");
    assert_eq!(knock(&elsewhere, |_| {}).await, "unknown_space");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_somebody_else_is_turned_away() {
    let square = Square::start().await;
    let (page, _) = square.links().join.split_once('#').expect("a link has a token");
    let path = page[page.find("/s/").expect("a link has a path")..].replace("/s/", "/ws/");
    let upgrade = |origin: &str| {
        let origin = format!("origin: {origin}");
        let (path, address) = (path.clone(), square.address());
        async move {
            let headers = [
                "connection: upgrade",
                "upgrade: websocket",
                "sec-websocket-version: 13",
                "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==",
                &origin,
            ];
            request(address, "GET", &path, &headers, "").await.status
        }
    };
    assert_eq!(upgrade("https://elsewhere.example").await, 403);
    assert_eq!(upgrade("null").await, 403);
    assert_eq!(upgrade("http://127.0.0.1:1").await, 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn inside_and_the_session_goes_on() {
    let square = Square::start().await;
    let mut stranger = Stranger::inside(&square.links().join, "Stranger").await;
    let deep = format!("{}1{}", "[".repeat(40), "]".repeat(40));
    let texts = [
        ("not json".to_owned(), "malformed"),
        (json!({"type": "fly"}).to_string(), "malformed"),
        (json!({"type": "walk_to", "to": {"x": -1, "y": 0}}).to_string(), "place"),
        (r#"{"type":"walk_to","to":{"x":1e999,"y":0}}"#.to_owned(), "place"),
        (format!(r#"{{"type":"ping","nonce":{deep}}}"#), "too_deep"),
        (json!({"type": "set_name", "name": "n".repeat(MESSAGE_BYTES_MAX)}).to_string(), "too_large"),
        (json!({"type": "offer", "sdp": "v".repeat(OFFER_BYTES_MAX), "tracks": []}).to_string(), "too_large"),
        (json!({"type": "set_name", "name": "\u{200b}"}).to_string(), "name"),
        (json!({"type": "join_table", "table": 999}).to_string(), "unknown_table"),
        (json!({"type": "walk_to", "to": {"x": 300, "y": 300}}).to_string(), "place"),
        (json!({"type": "set_hearing", "preset": "hall"}).to_string(), "not_allowed"),
    ];
    for (text, code) in texts {
        let shown = text.chars().take(60).collect::<String>();
        stranger.say_text(text).await;
        assert_eq!(stranger.refusal().await, (code.to_owned(), false), "{shown}");
    }
    stranger.say(&json!({"type": "ping", "nonce": 7})).await;
    assert_eq!(stranger.until("pong").await["nonce"], 7);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_says_too_much_is_slowed_and_others_notice_nothing() {
    let square = Square::start().await;
    let mut ann = square.guest(named("Ann").at(10.0, 10.0).tone(450.0)).await;
    let mut bob = square.guest(named("Bob").at(11.0, 10.0)).await;
    ann.wait_until("somebody who listens", SOON, |view| {
        view.world.heard_by().is_some_and(|heard| heard.listeners == 1)
    })
    .await
    .expect("Bob hears her");
    bob.wait_until_hears("Ann", SOON).await.expect("she speaks");
    let mut stranger = Stranger::inside(&square.links().join, "Stranger").await;
    for nonce in 0..2 * MESSAGES_BURST {
        stranger.say(&json!({"type": "ping", "nonce": nonce})).await;
    }
    assert_eq!(stranger.refusal().await.0, "too_frequent");
    stranger.say_bytes(vec![0xff; 4_096]).await;
    listen(1.0).await;
    let figures = bob.leave().await.expect("figures");
    assert_eq!(figures.packets_lost, 0);
    assert!(figures.longest_gap_ms < 200.0, "{figures:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_offers_are_named() {
    let square = Square::start().await;
    let mut stranger = Stranger::inside(&square.links().join, "Stranger").await;
    let microphone = json!([{"mid": "0", "purpose": {"kind": "microphone"}}]);
    let good = OFFER.replace('\n', "\r\n");
    let offers = [
        ("nonsense".to_owned(), "offer_unreadable"),
        ("v=0\r\n".to_owned(), "offer_lacks"),
        (good.replace("a=ice-pwd:", "a=ice-nothing:"), "offer_lacks"),
        (good.replace("a=fingerprint:", "a=nothing:"), "offer_lacks"),
        (good.replace("a=rtcp-mux\r\n", ""), "offer_lacks"),
        (good.replace("BUNDLE 0", "BUNDLE"), "offer_lacks"),
        (good.replace("a=mid:0", "a=mid:1"), "offer_lacks"),
        (good.replace("a=sendonly", "a=recvonly"), "offer_lacks"),
        (good.replace("m=audio", "m=video"), "offer_lacks"),
        (good.replace("opus/48000/2", "PCMU/8000"), "codec"),
    ];
    for (sdp, code) in offers {
        stranger.say(&json!({"type": "offer", "sdp": sdp, "tracks": microphone})).await;
        assert_eq!(stranger.refusal().await, (code.to_owned(), false), "{sdp}");
    }
    stranger.say(&json!({"type": "offer", "sdp": good, "tracks": microphone})).await;
    let answer = stranger.until("answer").await;
    assert!(answer["sdp"].as_str().is_some_and(|sdp| sdp.contains("a=ice-lite") && sdp.contains("a=candidate:")));
}

/// The least that can be offered.
const OFFER: &str = "\
v=0
o=- 1 1 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE 0
m=audio 9 UDP/TLS/RTP/SAVPF 111
c=IN IP4 0.0.0.0
a=mid:0
a=sendonly
a=rtcp-mux
a=setup:actpass
a=ice-ufrag:abcd
a=ice-pwd:abcdefghijklmnopqrstuvwx
a=fingerprint:sha-256 00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF
a=rtpmap:111 opus/48000/2
a=fmtp:111 minptime=10;useinbandfec=1
a=ssrc:1234 cname:stranger
";

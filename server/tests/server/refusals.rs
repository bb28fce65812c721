//! What the API refuses, each with a code, a sentence, and the field that is wrong; and what it takes though it looks
//! bad.

use crate::script::{Script, moment, topic_with};
use crate::support::{Server, ask};
use serde_json::{Value, json};
use torg_protocol::people::Role;
use torg_space::ledger::{Deed, Right, right};

#[tokio::test]
async fn the_wrong_field_is_named() {
    let server = Server::start().await;
    let host = Script::of_host(&server);
    let round = host.slot("Round 1", 10, 50).await;
    let lunch = json!({ "name": "Lunch", "starts_at": moment(50), "ends_at": moment(60), "kind": "break" });
    let lunch = host.post("/slots", &lunch).await.is(201)["id"].clone();
    let long = "å".repeat(10_000);
    for (field, value, words) in [
        ("title", json!(long), "at most 140 characters"),
        ("title", json!(" \u{200b}"), "control characters"),
        ("title", json!("…"), "at least one letter or digit"),
        ("title", Value::Null, "null"),
        ("title", json!(7), "integer"),
        ("description", json!(long), "at most 2000 characters"),
        ("convener", json!(long), "at most 60 characters"),
        ("convener", json!(["Ann"]), "sequence"),
        ("slot", json!(77), "there is no slot 77"),
        ("slot", json!(-1), "-1"),
        ("slot", json!("Round 1"), "Round 1"),
        ("slot", json!(1e300), "floating point"),
        ("slot", json!(long), "string"),
        ("table", json!("Nowhere"), "no table named \"Nowhere\""),
        ("table", json!(long), "at most 80 characters"),
        ("table", json!(2), "integer"),
        ("language", json!("a language"), "language"),
        ("needs[0]", json!(["a piano"]), "a piano"),
        ("colour", json!("red"), "colour"),
    ] {
        let key = field.split('[').next().expect("a name");
        let mut topic = topic_with(json!({ "slot": round, "table": "Oak" }));
        topic[key] = value;
        let refused = host.post("/topics", &topic).await.refuses_field(field);
        assert!(refused.contains(words) && refused.chars().count() < 400, "{field}: {refused}");
    }
    let without_slot = host.post("/topics", &topic_with(json!({ "table": "Oak" }))).await.refuses_field("slot");
    assert_eq!(without_slot, "a topic at a table needs a slot too: name both, or neither");
    host.post("/topics", &json!({ "title": "T" })).await.refuses_field("convener");
    let at_lunch = host.post("/topics", &topic_with(json!({ "slot": lunch, "table": "Oak" }))).await;
    assert_eq!(at_lunch.refuses(409, "slot_closed"), "Lunch takes no topics");

    let slot = |from: &str, to: &str| json!({ "name": "S", "starts_at": from, "ends_at": to, "kind": "topics" });
    for (field, body) in [
        ("ends_at", slot(&moment(10), &moment(10))),
        ("ends_at", slot(&moment(10), &moment(10 + 8 * 24 * 60))),
        ("starts_at", slot("2031-10-26T09:00:00", &moment(10))),
        ("starts_at", slot("half past nine", &moment(10))),
        ("ends_at", slot(&moment(10), "9999-99-99T00:00:00Z")),
        ("starts_at", slot("1969-01-01T00:00:00Z", &moment(10))),
        ("kind", json!({ "name": "S", "starts_at": moment(1), "ends_at": moment(2), "kind": "party" })),
        ("name", json!({ "name": "", "starts_at": moment(1), "ends_at": moment(2), "kind": "topics" })),
        ("name", json!({ "starts_at": moment(1), "ends_at": moment(2), "kind": "topics" })),
    ] {
        host.post("/slots", &body).await.refuses_field(field);
    }
    host.patch(&format!("/slots/{round}"), &json!({ "ends_at": moment(5) })).await.refuses_field("ends_at");
    host.patch("", &json!({ "name": "\u{202e}" })).await.refuses_field("name");
    host.patch("", &json!({ "map": { "width_m": 1 } })).await.refuses_field("map");
    host.patch("", &json!({ "hearing": "far" })).await.refuses_field("hearing");
    assert_eq!(host.get("/topics").await.is(200), json!([]), "nothing of it is there");
    server.stop().await;
}

#[tokio::test]
async fn what_is_no_json_object_is_refused() {
    let server = Server::start().await;
    let host = Script::of_host(&server);
    for body in [&b""[..], b"{", b"[]", b"null", b"title=T", b"{\"name", b"\xff\xfe"] {
        for path in ["/topics", "/slots"] {
            host.call("POST", path, body).await.refuses(400, "malformed");
        }
        host.call("PATCH", "", body).await.refuses(400, "malformed");
    }
    host.call("PATCH", "", br#"{"name": "T"} {}"#).await.refuses(400, "malformed");
    let deep = format!("{{\"map\": {}", "[".repeat(10_000));
    host.call("PATCH", "", deep.as_bytes()).await.refuses(400, "malformed");
    // Half a pair of UTF-16 is no text; a NUL is, and is refused as what it is.
    host.call("POST", "/topics", br#"{"title": "\ud800", "convener": "Ann"}"#).await.refuses(400, "malformed");
    host.call("POST", "/topics", b"{\"title\": \"a\x00b\", \"convener\": \"Ann\"}").await.refuses(400, "malformed");
    host.call("POST", "/topics", br#"{"title": "a\u0000b", "convener": "Ann"}"#).await.refuses_field("title");
    host.call("POST", "/topics", &vec![b' '; 65 * 1024]).await.refuses(413, "too_large");
    host.call("PUT", "/topics", b"{}").await.is_status(405);
    server.stop().await;
}

/// Strings that break programs that paste text together, cut it by bytes, trust its direction, or take it for a formula.
const NASTY: &[&str] = &[
    "null",
    "-0",
    "1e999",
    "'; DROP TABLE entry; --",
    "\" OR \"\"=\"",
    "<svg/onload=alert(1)>",
    "</script><b>bold",
    "&lt;&#x41;",
    "=HYPERLINK(\"http://evil.example\",\"a\")",
    "+1+cmd|' /C calc'!A0",
    "@SUM(1)",
    "-2+3",
    "\tTAB first",
    "one, two; three: \\four\\n",
    "BEGIN:VEVENT",
    "a\r\nEND:VCALENDAR",
    "$(id) `id` ${x} %s %n",
    "../../etc/passwd",
    "C:\\AUX",
    "a\u{0}b",
    "a\u{7}b",
    "a\u{7f}\u{85}b",
    "\u{feff}a",
    "a\u{202e}b",
    "\u{2067}a\u{2069}",
    "a\u{200b}\u{200d}b",
    "a\u{2028}b\u{2029}",
    "ﷺ",
    "Å vs A\u{30a}",
    "Z\u{351}\u{36b}\u{343}a\u{334}\u{321}lgo",
    "👩‍👩‍👧‍👦 🏴\u{e0067}\u{e0062}\u{e007f} 1",
    "𝔘𝔫𝔦𝔠𝔬𝔡𝔢",
    "مرحبا שלום",
    "漢字かなカナ한글",
    "İıſß",
    "\u{e000}private 1",
    "a\u{ffff}",
];

#[tokio::test]
async fn nasty_strings_are_taken_whole_or_refused_in_words_in_every_field() {
    let server = Server::start().await;
    let host = Script::of_host(&server);
    let round = host.slot("Round 1", 10, 50).await;
    let mut taken = 0;
    for nasty in NASTY {
        let topic = topic_with(json!({}));
        for (path, body, field) in [
            ("/topics", &topic, "title"),
            ("/topics", &topic, "description"),
            ("/topics", &topic, "convener"),
            ("/slots", &json!({ "name": "S", "starts_at": moment(1), "ends_at": moment(2), "kind": "topics" }), "name"),
        ] {
            let mut body = body.clone();
            body[field] = json!(nasty);
            let answer = host.post(path, &body).await;
            if answer.status == 201 {
                let whole = nasty.trim().replace("\r\n", "\n");
                assert_eq!(answer.json()[field], json!(whole), "{nasty:?} in {field}");
                taken += 1;
            } else {
                answer.refuses_field(field);
            }
        }
        for (path, body, field) in [
            ("/topics", topic_with(json!({ "slot": round, "table": nasty })), "table"),
            ("/topics", topic_with(json!({ "language": nasty })), "language"),
            ("/topics", topic_with(json!({ "needs": [nasty] })), "needs[0]"),
            ("/topics", topic_with(json!({ "slot": nasty })), "slot"),
            ("/slots", json!({ "name": "S", "starts_at": nasty, "ends_at": moment(2), "kind": "topics" }), "starts_at"),
            ("/slots", json!({ "name": "S", "starts_at": moment(1), "ends_at": moment(2), "kind": nasty }), "kind"),
        ] {
            let answer = host.post(path, &body).await;
            // "null" is a word of three to eight letters, which a language may be.
            assert!(answer.status == 201 && field == "language" || answer.status == 422, "{nasty:?} in {field}");
        }
    }
    assert!(taken > 2 * NASTY.len(), "most are honest text: {taken}");
    let calendar = host.get("/agenda.ics").await.text();
    let parsed: icalendar::Calendar = calendar.parse().expect("a calendar still");
    let slots = host.get("/slots").await.is(200).as_array().map_or(0, Vec::len);
    assert_eq!(parsed.components.len(), slots, "an event for each slot and none that a name has brought in");
    let (renamed, name) = (host.patch("", &json!({ "name": "=1+1, \"quoted\"" })).await, "=1+1, \"quoted\"");
    assert_eq!(renamed.is(200)["name"], name);
    server.stop().await;
}

#[tokio::test]
async fn each_call_takes_the_role_of_its_command() {
    let server = Server::start().await;
    let host = Script::of_host(&server);
    let new_slot = json!({ "name": "S", "starts_at": moment(-1), "ends_at": moment(2), "kind": "topics" });
    for role in Role::ALL {
        let script = Script::of_role(&server, role);
        let (slot, topic) = (host.slot("Round", 10, 20).await, host.topic(json!({})).await);
        for path in ["", "/slots", "/topics", "/agenda.ics", &format!("/topics/{topic}")] {
            script.get(path).await.is_status(200);
        }
        let (slot, topic) = (format!("/slots/{slot}"), format!("/topics/{topic}"));
        for (method, path, body, deed, status) in [
            ("POST", "/topics", topic_with(json!({})), Deed::PostTopic, 201),
            ("PATCH", &topic, json!({ "title": "Else" }), Deed::ArrangeTopic, 200),
            ("DELETE", &topic, json!({}), Deed::ArrangeTopic, 204),
            ("POST", "/slots", new_slot.clone(), Deed::ArrangeSlots, 201),
            ("PATCH", &slot, json!({ "name": "Else" }), Deed::ArrangeSlots, 200),
            ("DELETE", &slot, json!({}), Deed::ArrangeSlots, 204),
            ("GET", "/visits", json!({}), Deed::ReadVisits, 200),
            ("GET", "/visits.csv", json!({}), Deed::ReadVisits, 200),
            ("PATCH", "", json!({ "name": "Else" }), Deed::ArrangeSpace, 200),
            ("PATCH", "", json!({ "hearing": "hall" }), Deed::SetHearing, 200),
        ] {
            let answer = script.call(method, path, body.to_string().as_bytes()).await;
            if right(role, deed) == Right::Yes {
                answer.is_status(status);
            } else {
                answer.refuses(403, "not_allowed");
            }
        }
        if right(role, Deed::CloseSpace) != Right::Yes {
            script.delete("").await.refuses(403, "not_allowed");
        }
    }
    server.stop().await;
}

#[tokio::test]
async fn only_a_token_of_this_space_opens_it() {
    let server = Server::start().await;
    let host = Script::of_host(&server);
    let (slot, topic) = (host.slot("Round", 10, 20).await, host.topic(json!({})).await);
    let other = ask(server.addr(), "POST", "/api/spaces", &[], br#"{"name": "Circle"}"#).await.is(201);
    let theirs = other["host_link"].as_str().and_then(|link| link.split('#').nth(1)).expect("a token");
    let (slot, topic) = (format!("/slots/{slot}"), format!("/topics/{topic}"));
    let new_slot = json!({ "name": "S", "starts_at": moment(-1), "ends_at": moment(2), "kind": "topics" });
    for (method, path, body) in [
        ("GET", "", json!({})),
        ("PATCH", "", json!({ "name": "Theirs" })),
        ("DELETE", "", json!({})),
        ("GET", "/slots", json!({})),
        ("POST", "/slots", new_slot),
        ("PATCH", &*slot, json!({ "name": "Theirs" })),
        ("DELETE", &*slot, json!({})),
        ("GET", "/topics", json!({})),
        ("POST", "/topics", topic_with(json!({}))),
        ("GET", &*topic, json!({})),
        ("PATCH", &*topic, json!({ "title": "Theirs" })),
        ("DELETE", &*topic, json!({})),
        ("GET", "/visits", json!({})),
        ("GET", "/visits.csv", json!({})),
        ("GET", "/agenda.ics", json!({})),
    ] {
        let body = body.to_string();
        for token in [theirs, "wrong", &"x".repeat(2_000)] {
            host.with_token(token).call(method, path, body.as_bytes()).await.refuses(401, "link");
        }
        let missing = ask(server.addr(), method, &format!("/api/spaces/torg{path}"), &[], body.as_bytes()).await;
        missing.refuses(401, "token_missing");
        assert_eq!(missing.header("www-authenticate"), Some("Bearer"));
        let bearer = [("Authorization", "Bearer x")];
        let nowhere = format!("/api/spaces/nowhere{path}");
        ask(server.addr(), method, &nowhere, &bearer, body.as_bytes()).await.refuses(404, "unknown_space");
    }
    host.get("/topics").await.is(200).as_array().filter(|topics| topics.len() == 1).expect("nothing was done");
    server.stop().await;
}

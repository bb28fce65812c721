//! Another name or map for a space that has a past, and its end; and who sat where meanwhile.

use crate::script::{Script, moment};
use crate::support::{Came, Client, PATIENCE, Server, ask};
use serde_json::{Value, json};
use std::time::Instant;
use torg_protocol::ServerMessage;
use torg_protocol::message::{GoodbyeReason, RefusalCode};

/// The visits, once they are as they should be: they are written a moment after somebody has sat down.
async fn visits_when(script: &Script, fits: impl Fn(&[Value]) -> bool) -> Vec<Value> {
    let end = Instant::now() + PATIENCE;
    loop {
        let visits = script.get("/visits").await.is(200);
        let visits = visits.as_array().expect("a list").clone();
        if fits(&visits) {
            return visits;
        }
        assert!(Instant::now() < end, "{visits:?}");
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
}

#[tokio::test]
async fn a_topic_that_moves_while_it_runs_ends_one_visit_and_begins_another() {
    let server = Server::start().await;
    let host = Script::of_host(&server);
    let _bob = server.join_with(json!({ "name": "=Bob, \"B\"", "start": { "table": "Oak" } })).await.expect("in");
    visits_when(&host, |visits| visits.len() == 1 && visits[0]["topic"].is_null()).await;
    let slot = json!({ "name": "Now", "starts_at": moment(-1), "ends_at": moment(9), "kind": "topics" });
    let slot = host.post("/slots", &slot).await.is(201)["id"].clone();
    let topic = host.topic(json!({ "title": "+Rota", "slot": slot, "table": "Oak" })).await;
    visits_when(&host, |visits| visits.last().is_some_and(|visit| visit["topic"] == topic)).await;
    let moved = host.patch(&format!("/topics/{topic}"), &json!({ "table": "Birch" })).await.is(200);
    assert_eq!((&moved["table"], &moved["slot"]), (&json!("Birch"), &slot));
    let visits = visits_when(&host, |visits| visits.last().is_some_and(|visit| visit["topic"].is_null())).await;
    assert_eq!(visits.last().map(|visit| &visit["to"]), Some(&Value::Null), "it runs");
    for pair in visits.windows(2) {
        assert_eq!(pair[0]["to"], pair[1]["from"], "one ends where the next begins");
    }
    let with_topic: Vec<&Value> = visits.iter().filter(|visit| visit["topic"] == topic).collect();
    assert_eq!(with_topic.len(), 1, "{visits:?}");
    assert_eq!((&with_topic[0]["topic_title"], &with_topic[0]["slot_name"]), (&json!("+Rota"), &json!("Now")));

    let table = host.get("/visits.csv").await;
    assert_eq!(table.header("content-type"), Some("text/csv; charset=utf-8; header=present"));
    let mut rows = csv::Reader::from_reader(&*table.body);
    assert_eq!(
        rows.headers().expect("a head").iter().collect::<Vec<_>>().join(" "),
        "who table topic slot from to topic_title slot_name participant id"
    );
    let rows: Vec<_> = rows.records().map(|row| row.expect("a row")).collect();
    assert_eq!(rows.len(), visits.len());
    for (row, visit) in rows.iter().zip(&visits) {
        assert_eq!((&row[0], &row[1]), ("'=Bob, \"B\"", "Oak"), "no spreadsheet runs a name");
        assert_eq!(&row[4], visit["from"].as_str().expect("a moment"));
        assert_eq!(&row[5], visit["to"].as_str().unwrap_or(""));
        assert!(row[6].is_empty() || &row[6] == "'+Rota");
    }
    server.stop().await;
}

#[tokio::test]
async fn a_table_goes_when_nobody_uses_it_and_the_others_keep_their_place() {
    let server = Server::start().await;
    let host = Script::of_host(&server);
    let map = host.patch("", &json!({})).await.is(200)["map"].clone();
    let with_tables = |change: &dyn Fn(&mut Vec<Value>)| {
        let mut map = map.clone();
        change(map["tables"].as_array_mut().expect("tables"));
        json!({ "map": map })
    };
    let fewer = with_tables(&|tables| drop(tables.pop()));
    let mut bob = server.join_with(json!({ "name": "Bob", "start": { "table": "Spruce" } })).await.expect("in");
    let words = host.patch("", &fewer).await.refuses(409, "not_now");
    assert_eq!(words, "1 person sits at Spruce: the table can't be taken away before they have left");
    bob.say(json!({ "type": "leave" })).await;
    bob.socket.closed().await;
    let slot = host.slot("Round 1", 10, 50).await;
    let topic = host.topic(json!({ "slot": slot, "table": "Spruce" })).await;
    let words = host.patch("", &fewer).await.refuses(409, "not_now");
    assert_eq!(words, "\"Night shifts\" is placed at Spruce: move it to another table first");
    host.patch(&format!("/topics/{topic}"), &json!({ "table": "Oak" })).await.is(200);
    let renamed = with_tables(&|tables| tables[0]["name"] = json!("Elm"));
    let words = host.patch("", &renamed).await.refuses(409, "not_now");
    assert!(words.contains("Birch is number 1"), "{words}");

    // Who is in comes back to the new map by themselves.
    let mut eva = server.join("Eva").await;
    let now = host.patch("", &fewer).await.is(200);
    assert_eq!(now["map"]["tables"].as_array().map(Vec::len), Some(5));
    assert_eq!(eva.socket.goodbye().await, GoodbyeReason::SpaceRestarts);
    let back = server.join("Eva").await;
    assert_eq!(back.welcome.space.map.tables.len(), 5);
    assert_eq!(host.look_at(topic).await["table"], "Oak", "topics stay where they are");
    host.post("/topics", &json!({ "title": "T", "convener": "A", "slot": slot, "table": "Spruce" }))
        .await
        .refuses_field("table");
    server.stop().await;
}

#[tokio::test]
async fn another_name_and_hearing_are_for_now_and_for_later() {
    let server = Server::start().await;
    let host = Script::of_host(&server);
    let mut ann = server.join("Ann").await;
    let changed = host.patch("", &json!({ "name": "Autumn", "hearing": "hall" })).await.is(200);
    assert_eq!((&changed["name"], &changed["map"]["hearing"]), (&json!("Autumn"), &json!("hall")));
    let hall = |came| matches!(came, Came::Told(ServerMessage::HearingChanged { .. })).then_some(());
    ann.socket.until("the new hearing", hall).await;
    assert_eq!(host.get("").await.is(200)["name"], "Autumn");
    let server = Server::start_in(server.stop().await, |_| {}).await;
    let ann = server.join("Ann").await;
    assert_eq!(ann.welcome.space.name.as_str(), "Autumn");
    assert_eq!(ann.welcome.space.map.hearing, torg_protocol::geometry::HearingPreset::Hall);
    server.stop().await;
}

#[tokio::test]
async fn a_space_that_is_closed_ends_for_everybody_and_for_good() {
    let server = Server::start().await;
    let made = ask(server.addr(), "POST", "/api/spaces", &[], br#"{"name": "Circle"}"#).await.is(201);
    let link = |key: &str| made[key].as_str().expect("a link").to_owned();
    let host = Script::with_link(&server, &link("host_link"));
    let mut ann = Client::join(&link("join_link"), json!({})).await.expect("let in");
    let mut elsewhere = server.join("Eva").await;
    host.topic(json!({})).await;
    host.delete("").await.is(204);
    assert_eq!(ann.socket.goodbye().await, GoodbyeReason::SpaceClosed);
    ann.socket.closed().await;
    elsewhere.is_alive().await;

    let check = async |server: &Server| {
        let host = Script::with_link(server, &link("host_link"));
        for (method, path) in [("GET", ""), ("GET", "/topics"), ("POST", "/topics"), ("DELETE", ""), ("PATCH", "")] {
            let body = br#"{"title": "T", "convener": "A"}"#;
            let body = if path.is_empty() { &b"{}"[..] } else { body };
            let words = host.call(method, path, body).await.refuses(404, "unknown_space");
            assert!(words.contains("closed for good"), "{words}");
        }
        let join_link = link("join_link");
        let (_, rest) = join_link.split_once("/s/").expect("a link");
        let refused = Client::join(&format!("http://{}/s/{rest}", server.addr()), json!({})).await.err();
        let refused = refused.expect("closed");
        assert_eq!(refused.code, RefusalCode::UnknownSpace);
        assert!(refused.message.contains("closed for good"), "{}", refused.message);
        let (path, _) = rest.split_once('#').expect("a token");
        assert_eq!(ask(server.addr(), "GET", &format!("/s/{path}"), &[], b"").await.status, 404);
    };
    check(&server).await;
    // What lasts of it is in the record, and its file beside the others, out of use.
    let server = Server::start_in(server.stop().await, |_| {}).await;
    check(&server).await;
    let id = made["id"].as_str().expect("an id");
    assert!(server.data().join(format!("spaces/{id}.closed")).exists());
    assert!(!server.data().join(format!("spaces/{id}.json")).exists());

    // The square that is open to whoever sits at this machine can be closed too: another one takes its place.
    Script::of_host(&server).delete("").await.is(204);
    let next = ask(server.addr(), "GET", "/", &[], b"").await;
    let place = next.header("location").expect("the way to the next one");
    assert!(next.status == 303 && !place.starts_with("/s/torg#"), "{place}");
    server.stop().await;
}

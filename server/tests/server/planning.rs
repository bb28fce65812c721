//! The plan of the day over REST: slots and topics, and the agenda as a calendar.

use crate::script::{Script, topic_with};
use crate::support::{Came, Server};
use serde_json::{Value, json};
use torg_protocol::ServerMessage;
use torg_protocol::people::Role;

#[tokio::test]
async fn slots_are_made_moved_and_taken_away() {
    let server = Server::start().await;
    let host = Script::of_host(&server);
    host.get("/slots").await.is(200).as_array().filter(|slots| slots.is_empty()).expect("an empty list");
    let plenum = json!({
        "name": "Opening", "kind": "plenum",
        "starts_at": "2031-10-26T09:00:00+01:00", "ends_at": "2031-10-26T09:30:00.5+01:00"
    });
    let made = host.post("/slots", &plenum).await;
    let at_first = json!({
        "id": 1, "name": "Opening", "kind": "plenum",
        "starts_at": "2031-10-26T08:00:00Z", "ends_at": "2031-10-26T08:30:00.5Z"
    });
    assert_eq!(made.is(201), at_first);
    assert_eq!(made.header("location"), Some("/api/spaces/torg/slots/1"));
    assert_eq!(made.header("cache-control"), Some("no-store"));
    // What runs already and what is over can be told too.
    let running = host.slot("Running", -10, 50).await;
    let over = host.slot("Yesterday", -1_500, -1_440).await;
    let names = |slots: Value| -> Vec<String> {
        slots.as_array().expect("a list").iter().map(|slot| slot["name"].as_str().expect("a name").into()).collect()
    };
    assert_eq!(names(host.get("/slots").await.is(200)), ["Yesterday", "Running", "Opening"], "by their beginning");

    let moved = host.patch("/slots/1", &json!({ "name": "Welcome", "ends_at": "2031-10-26T10:00:00+01:00" })).await;
    let mut later = at_first;
    (later["name"], later["ends_at"]) = (json!("Welcome"), json!("2031-10-26T09:00:00Z"));
    assert_eq!(moved.is(200), later);
    assert_eq!(host.patch("/slots/1", &json!({})).await.is(200), later, "nothing asked, nothing changed");
    host.delete(&format!("/slots/{over}")).await.is(204);
    host.delete(&format!("/slots/{over}")).await.refuses(404, "unknown");
    host.patch("/slots/99", &json!({ "name": "X" })).await.refuses(404, "unknown");
    host.patch("/slots/one", &json!({ "name": "X" })).await.refuses(404, "unknown");

    // What goes sends its topics back to the tray.
    let topic = host.topic(json!({ "slot": running, "table": "Oak" })).await;
    host.delete(&format!("/slots/{running}")).await.is(204);
    let tray = host.look_at(topic).await;
    assert_eq!((&tray["slot"], &tray["table"]), (&Value::Null, &Value::Null));
    server.stop().await;
}

#[tokio::test]
async fn topics_are_posted_moved_and_withdrawn_and_everybody_sees_it() {
    let server = Server::start().await;
    let host = Script::of_host(&server);
    let mut bob = server.join("Bob").await;
    let (one, two) = (host.slot("Round 1", 10, 50).await, host.slot("Round 2", 50, 90).await);
    let fields = json!({
        "title": "  Night shifts ", "description": "Who,\r\nand when", "convener": "Bob", "slot": one, "table": "Oak",
        "needs": ["screen", "quiet"], "language": "nb"
    });
    let posted = host.post("/topics", &fields).await;
    let whole = json!({
        "id": 1, "title": "Night shifts", "description": "Who,\nand when", "convener": "Bob", "co_conveners": [],
        "slot": one, "table": "Oak", "needs": ["quiet", "screen"], "language": "nb", "interested": 0, "comments": 0
    });
    assert_eq!(posted.is(201), whole);
    assert_eq!(posted.header("location"), Some("/api/spaces/torg/topics/1"));
    let card = bob.socket.until("the topic", |came| match came {
        Came::Told(ServerMessage::TopicChanged { topic }) if topic.placed.is_some() => Some(topic),
        _ => None,
    });
    let card = card.await;
    assert_eq!(card.convener.participant, Some(bob.id()), "the one person who is called so brings it");

    // Without a table a slot is a wish.
    let wish = host.topic(json!({ "title": "Day shifts", "convener": "Nobody we know", "slot": two })).await;
    let wished = host.look_at(wish).await;
    assert_eq!((&wished["slot"], &wished["table"]), (&json!(two), &Value::Null));
    assert_eq!(host.get("/topics").await.is(200), json!([whole, wished]));

    // All of a change, or nothing of it.
    let change = json!({ "title": "Nights", "slot": two, "table": "Oak", "convener": "Eva" });
    let moved = host.patch("/topics/1", &change).await.is(200);
    for (key, value) in change.as_object().expect("fields") {
        assert_eq!(moved[key], *value, "{key}");
    }
    let refused = host.patch("/topics/1", &json!({ "title": "Else", "slot": 77 })).await;
    assert!(refused.refuses_field("slot").contains("there is no slot 77"));
    assert_eq!(host.look_at(1).await, moved);
    // To another table alone; then off it, which leaves the slot as a wish; then out of it.
    let at_birch = host.patch("/topics/1", &json!({ "table": "Birch" })).await.is(200);
    assert_eq!((&at_birch["slot"], &at_birch["table"]), (&json!(two), &json!("Birch")));
    let off = host.patch("/topics/1", &json!({ "table": null, "slot": two })).await.is(200);
    assert_eq!((&off["slot"], &off["table"]), (&json!(two), &Value::Null));
    let out = host.patch("/topics/1", &json!({ "slot": null, "language": null })).await.is(200);
    assert_eq!((&out["slot"], &out["language"]), (&Value::Null, &Value::Null));

    host.delete("/topics/1").await.is(204);
    host.get("/topics/1").await.refuses(404, "unknown");
    host.delete("/topics/1").await.refuses(404, "unknown");
    host.patch("/topics/1", &json!({ "title": "Again" })).await.refuses(404, "unknown");
    assert_eq!(host.get("/topics").await.is(200).as_array().map(Vec::len), Some(1));
    server.stop().await;
}

#[tokio::test]
async fn one_of_two_posts_for_a_cell_is_told_who_has_it() {
    let server = Server::start().await;
    let host = Script::of_host(&server);
    let round = host.slot("Round 1", 10, 50).await;
    let post = |title: &str| topic_with(json!({ "title": title, "convener": title, "slot": round, "table": "Oak" }));
    let (day, night) = (post("Day"), post("Night"));
    let answers: [_; 2] = tokio::join!(host.post("/topics", &day), host.post("/topics", &night)).into();
    let [winner, loser] = if answers[0].status == 201 {
        answers
    } else {
        let [a, b] = answers;
        [b, a]
    };
    let title = winner.is(201)["title"].clone();
    let words = loser.refuses(409, "cell_taken");
    assert_eq!(words, format!("{title} is at Oak in Round 1"));
    assert_eq!(host.get("/topics").await.is(200).as_array().map(Vec::len), Some(1), "nothing is half there");
    // Who has another topic at that time is not in two places without being told.
    let busy = json!({ "title": "Also", "convener": "Bob", "slot": round, "table": "Birch" });
    let _bob = server.join("Bob").await;
    host.topic(busy.clone()).await;
    let twice = json!({ "title": "And", "convener": "Bob", "slot": round, "table": "Rowan" });
    let words = host.post("/topics", &twice).await.refuses(409, "convener_busy");
    assert_eq!(words, "Bob has \"Also\" in Round 1, at the same time");
    host.topic(json!({ "title": "And", "convener": "Bob", "slot": round, "table": "Rowan", "anyway": true })).await;
    server.stop().await;
}

/// A night in autumn: the clock on the wall shows half past two twice, and the slots are half an hour each all the same.
#[tokio::test]
async fn an_agenda_over_midnight_and_the_end_of_summer_time_is_one_line_of_time() {
    let server = Server::start().await;
    let host = Script::of_host(&server);
    for (name, starts_at, ends_at) in [
        ("Late", "2032-10-30T23:30:00+02:00", "2032-10-31T00:30:00+02:00"),
        ("First half past two", "2032-10-31T02:30:00+02:00", "2032-10-31T03:00:00+02:00"),
        ("Second half past two", "2032-10-31T02:30:00+01:00", "2032-10-31T03:00:00+01:00"),
    ] {
        let slot = json!({ "name": name, "starts_at": starts_at, "ends_at": ends_at, "kind": "topics" });
        let id = host.post("/slots", &slot).await.is(201)["id"].clone();
        host.topic(json!({ "title": format!("{name}; with a comma, and more"), "slot": id, "table": "Oak" })).await;
    }
    let backwards = json!({
        "name": "X", "kind": "topics", "starts_at": "2032-10-31T02:30:00+01:00", "ends_at": "2032-10-31T02:45:00+02:00"
    });
    host.post("/slots", &backwards).await.refuses_field("ends_at");

    let calendar = host.get("/agenda.ics").await;
    assert_eq!(calendar.header("content-type"), Some("text/calendar; charset=utf-8"));
    let text = calendar.text();
    assert!(text.lines().all(|line| line.len() <= 75) && text.ends_with("END:VCALENDAR\r\n"), "{text}");
    let calendar: icalendar::Calendar = text.parse().expect("a calendar");
    let events = calendar.components.iter().filter_map(icalendar::CalendarComponent::as_event);
    assert_eq!(events.count(), 6, "a slot and a topic each");
    let starts: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("DTSTART:")).collect();
    for start in ["20321030T213000Z", "20321031T003000Z", "20321031T013000Z"] {
        assert_eq!(starts.iter().filter(|other| **other == start).count(), 2, "{starts:?}");
    }
    assert!(text.contains("DTEND:20321030T223000Z") && !text.contains("TZID"), "{text}");
    assert!(text.contains("SUMMARY:Late\\; with a comma\\, and more"), "{text}");
    server.stop().await;
}

#[tokio::test]
async fn what_the_api_is_told_comes_back_after_a_restart_and_no_name_stands_open_in_a_file() {
    let server = Server::start().await;
    let host = Script::of_host(&server);
    let round = host.slot("Round 1", 10, 50).await;
    let told = json!({
        "title": "Borrowed title", "description": "Borrowed words", "convener": "Ingeborg Outside",
        "slot": round, "table": "Oak"
    });
    let topic = host.topic(told).await;
    host.patch(&format!("/topics/{topic}"), &json!({ "convener": "Ingeborg Again" })).await.is(200);
    let before = host.get("/topics").await.is(200);
    let folder = server.stop().await;
    let mut files = vec![folder.path().to_owned()];
    while let Some(path) = files.pop() {
        if path.is_dir() {
            files.extend(std::fs::read_dir(&path).expect("a folder").flatten().map(|entry| entry.path()));
            continue;
        }
        let bytes = std::fs::read(&path).expect("a file");
        for words in [&b"Ingeborg"[..], b"Borrowed"] {
            assert!(!bytes.windows(words.len()).any(|window| window == words), "{} shows a name", path.display());
        }
    }
    let server = Server::start_in(folder, |_| {}).await;
    let host = Script::of_host(&server);
    assert_eq!(host.get("/topics").await.is(200), before);
    assert_eq!(before[0]["convener"], "Ingeborg Again");
    assert_eq!(host.get("/slots").await.is(200)[0]["id"], round);
    server.stop().await;
}

#[tokio::test]
async fn links_are_handed_out_to_who_may_give_their_role() {
    let server = Server::start().await;
    let roles = |links: &Value| -> Vec<String> {
        let links = links.as_array().expect("a list");
        links.iter().map(|link| link["role"].as_str().expect("a role").to_owned()).collect()
    };
    let all = Script::of_host(&server).get("/links").await.is(200);
    assert_eq!(roles(&all), ["host", "co_host", "facilitator", "convener", "reporter", "helper", "participant"]);
    let co_host = Script::of_role(&server, Role::CoHost).get("/links").await.is(200);
    assert_eq!(roles(&co_host), roles(&all)[1..], "who can't make hosts has no link for them");
    for role in [Role::Facilitator, Role::Helper, Role::Participant] {
        assert_eq!(roles(&Script::of_role(&server, role).get("/links").await.is(200)), ["participant"], "{role:?}");
    }
    let link = all[6]["link"].as_str().expect("a link");
    assert_eq!(link, server.running.join_link, "the same as was printed");
    Script::with_link(&server, all[5]["link"].as_str().expect("a link")).get("/topics").await.is(200);
    Script::of_host(&server).with_token("wrong").get("/links").await.refuses(401, "link");
    server.stop().await;
}

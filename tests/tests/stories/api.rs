//! A script brings the plan of the day over REST, people live it, and the script reads what came of it.

use crate::SOON;
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use torg_tests::{Reply, Script, Square, named};

fn in_minutes(minutes: i64) -> String {
    (OffsetDateTime::now_utc() + time::Duration::minutes(minutes)).format(&Rfc3339).expect("a moment of our days")
}

/// The visits, once they are as they should be: what people do is written a moment later.
async fn visits_when(script: &Script, fits: impl Fn(&[Value]) -> bool) -> Vec<Value> {
    let end = Instant::now() + SOON;
    loop {
        let visits = script.get("/visits").await.json();
        let visits = visits.as_array().expect("a list").clone();
        if fits(&visits) || Instant::now() > end {
            return visits;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_brings_the_plan_and_reads_who_sat_where() {
    let square = Square::start().await;
    let script = Script::with_link(&square.links().host);
    let mut ann = square.guest(named("Ann").at(8.0, 28.0).without_media()).await;
    let mut bob = square.guest(named("Bob").at(12.0, 31.0).without_media()).await;

    let round = json!({ "name": "Round 1", "kind": "topics", "starts_at": in_minutes(-5), "ends_at": in_minutes(40) });
    let round = script.post("/slots", &round).await.made();
    let rota = json!({
        "title": "Rota", "description": "Who works when", "convener": "Ann", "slot": round["id"], "table": "Open"
    });
    let rota = script.post("/topics", &rota).await.made();
    let elsewhere = json!({ "title": "Coffee", "convener": "Eva", "slot": round["id"], "table": "Other" });
    let _coffee = script.post("/topics", &elsewhere).await.made();

    // People see the plan at once, and go where it says.
    for guest in [&mut ann, &mut bob] {
        guest.wait_until_placed("Rota", SOON).await.expect("it is told");
        guest.table_of("Rota").await.expect("a seat");
    }
    let sits = |visit: &Value| visit["topic"] == rota["id"] && visit["slot"] == round["id"] && visit["table"] == "Open";
    let both = visits_when(&script, |visits| visits.iter().filter(|visit| sits(visit)).count() == 2).await;
    let mut who: Vec<&str> =
        both.iter().filter(|visit| sits(visit)).filter_map(|visit| visit["who"].as_str()).collect();
    who.sort_unstable();
    assert_eq!(who, ["Ann", "Bob"], "{both:?}");
    assert!(both.iter().all(|visit| visit["to"].is_null()), "they still sit there");

    // Bob follows the law of two feet, and the topic moves under Ann's eyes: she stays, at a table without it.
    bob.leave_table().await.expect("nobody holds him");
    let ended = |visits: &[Value]| visits.iter().any(|visit| visit["who"] == "Bob" && visit["to"].is_string());
    assert!(ended(&visits_when(&script, ended).await));
    let moved = script.patch(&format!("/topics/{}", rota["id"]), &json!({ "table": "Closed" })).await;
    assert_eq!((moved.status, &moved.json()["table"]), (200, &json!("Closed")));
    let turned = |visits: &[Value]| {
        visits.iter().filter(|visit| visit["who"] == "Ann").map(|visit| visit["topic"].is_null()).eq([false, true])
    };
    let visits = visits_when(&script, turned).await;
    assert!(turned(&visits), "{visits:?}");

    let table = script.get("/visits.csv").await;
    assert_eq!(table.body.lines().count(), visits.len() + 1, "{}", table.body);
    assert!(table.body.lines().any(|row| row.starts_with("Bob,Open,") && row.contains(",Rota,Round 1,")));
    let calendar = script.get("/agenda.ics").await;
    assert!(calendar.head.contains("text/calendar"), "{}", calendar.head);
    for line in
        ["SUMMARY:Round 1\r\n", "SUMMARY:Rota\r\n", "LOCATION:Closed\r\n", "DESCRIPTION:Ann\\n\\nWho works when\r\n"]
    {
        assert!(calendar.body.contains(line), "{line} is missing:\n{}", calendar.body);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_space_holds_two_thousand_topics() {
    const TOPICS: usize = 2_000;
    const AT_ONCE: usize = 16;
    let square = Square::start().await;
    let script = Script::with_link(&square.links().host);
    let mut here = square.guest(named("Here").without_media()).await;
    let post = async |number: usize| -> Reply {
        let topic = json!({ "title": format!("Topic {number}"), "convener": format!("Person {number}") });
        script.post("/topics", &topic).await
    };
    let mut numbers: Vec<usize> = (0..TOPICS).collect();
    while !numbers.is_empty() {
        let some: Vec<usize> = numbers.split_off(numbers.len().saturating_sub(AT_ONCE));
        for reply in futures_util::future::join_all(some.into_iter().map(&post)).await {
            let _topic = reply.made();
        }
    }
    let all = script.get("/topics").await.json();
    assert_eq!(all.as_array().map(Vec::len), Some(TOPICS), "one list, not a page of it");
    let topics = |view: &torg_client::View| view.world.market().agenda.topics.len() == TOPICS;
    here.wait_until("all of them", SOON, topics).await.expect("who is in was told of each");
    let mut late = square.guest(named("Late").without_media()).await;
    late.wait_until("all of them", SOON, topics).await.expect("who comes later sees them all");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_too_often_is_told_when_to_come_again() {
    let square = Square::start().await;
    let script = Script::with_link(&square.links().join);
    let end = Instant::now() + 3 * SOON;
    let told = loop {
        assert!(Instant::now() < end, "nobody said that it is too much");
        let replies = futures_util::future::join_all((0..100).map(|_| script.get("/slots"))).await;
        if let Some(reply) = replies.into_iter().find(|reply| reply.status != 200) {
            break reply;
        }
    };
    assert_eq!((told.status, told.json()["code"].as_str()), (429, Some("too_frequent")), "{told:?}");
    let wait = told.head.lines().find_map(|line| line.strip_prefix("retry-after: ")).expect("a time");
    tokio::time::sleep(Duration::from_secs(wait.trim().parse().expect("seconds"))).await;
    assert_eq!(script.get("/slots").await.status, 200, "then it goes on");
    assert_eq!(Script::with_link(&square.links().host).get("/slots").await.status, 200, "others never noticed");
}

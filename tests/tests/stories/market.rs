//! A small Open Space: people bring topics, find their tables, and the bell and the visits follow them.

use crate::{SOON, listen};
use std::time::{Duration, Instant};
use torg_client::{Guest, GuestError};
use torg_protocol::agenda::Visit;
use torg_protocol::message::{Change, RefusalCode};
use torg_tests::{Square, named};

/// A slot that begins soon enough to be waited for, and late enough to be filled: the table is two seconds away.
const BEGINS_IN: Duration = Duration::from_secs(8);
const LASTS: Duration = Duration::from_secs(600);

fn code(error: &GuestError) -> Option<RefusalCode> {
    match error {
        GuestError::Refused(refusal) => Some(refusal.code),
        _ => None,
    }
}

/// Somebody's visits once none goes on any more: walking out takes a moment, and what came of it is written before it
/// is told.
async fn settled_visits(guest: &mut Guest) -> Vec<Visit> {
    let end = Instant::now() + SOON;
    loop {
        let visits = guest.read_visits(false).await.expect("one's own");
        if visits.iter().all(|visit| visit.to.is_some()) || Instant::now() > end {
            return visits;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_topic_is_posted_found_and_visited() {
    let square = Square::start().await;
    let mut host = square.guest_by(&square.links().host, named("Host").without_media()).await;
    let mut ann = square.guest(named("Ann").at(8.0, 28.0).tone(450.0)).await;
    let mut bob = square.guest(named("Bob").at(12.0, 31.0)).await;
    let round = host.add_slot("Round 1", BEGINS_IN, LASTS).await.expect("a host may");
    assert_eq!(
        code(&bob.add_slot("Mine", BEGINS_IN, LASTS).await.expect_err("no host")),
        Some(RefusalCode::NotAllowed)
    );

    ann.wait_until("the slot", SOON, |view| view.world.market().slot("Round 1").is_some()).await.expect("it is told");
    let rota = ann.post_topic("Rota", Some(("Round 1", "Open"))).await.expect("the cell is free");
    bob.wait_until_placed("Rota", SOON).await.expect("it is told");
    let taken = bob.post_topic("Coffee", Some(("Round 1", "Open"))).await.expect_err("first come, first placed");
    assert_eq!(code(&taken), Some(RefusalCode::CellTaken));
    assert!(taken.to_string().contains("\"Rota\" is at Open in Round 1"), "{taken}");

    // Bob sits down before the bell, Ann after it: he has two visits, she has one.
    bob.table_of("Rota").await.expect("a seat");
    bob.wait_until_opens(round, BEGINS_IN + SOON).await.expect("the bell");
    ann.table_of("Rota").await.expect("a seat");
    bob.wait_until_hears("Ann", SOON).await.expect("they talk");
    listen(1.0).await;
    bob.leave_table().await.expect("the law of two feet");

    let visits = settled_visits(&mut bob).await;
    assert_eq!(visits.iter().map(|visit| visit.topic).collect::<Vec<_>>(), [None, Some(rota)]);
    assert_eq!(visits[0].to, Some(visits[1].from), "one ends where the other begins");
    assert!(visits[1].to.is_some() && visits[1].slot == Some(round));
    assert_eq!(code(&bob.read_visits(true).await.expect_err("no host")), Some(RefusalCode::NotAllowed));
    let all = host.read_visits(true).await.expect("a host may");
    assert_eq!(all.iter().filter(|visit| visit.topic == Some(rota)).count(), 2);
    assert_eq!(all.iter().filter(|visit| visit.to.is_none()).count(), 1, "Ann still sits there");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_again_still_brings_their_topic() {
    let square = Square::start().await;
    let mut ann = square.guest(named("Ann").without_media()).await;
    let topic = ann.post_topic("Rota", None).await.expect("into the tray");
    let (id, token) = (ann.id(), ann.person_token());
    ann.leave().await.expect("goodbye");
    let mut stranger = square.guest(named("Ann").without_media()).await;
    let refused = stranger.request(Change::WithdrawTopic { topic }).await.expect_err("a name is no proof");
    assert_eq!(code(&refused), Some(RefusalCode::NotAllowed));
    let mut back = square.guest(named("Ann").as_person(token).without_media()).await;
    assert_eq!(back.id(), id);
    back.request(Change::WithdrawTopic { topic }).await.expect("it is hers");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_muted_by_a_host_is_not_heard_whatever_they_send() {
    let square = Square::start().await;
    let mut host = square.guest_by(&square.links().host, named("Host").at(20.0, 20.0).without_media()).await;
    // This guest goes on sending: that nothing arrives is the server's doing.
    let ann = square.guest(named("Ann").at(10.0, 10.0).tone(450.0)).await;
    let mut bob = square.guest(named("Bob").at(11.0, 10.0)).await;
    bob.wait_until_hears("Ann", SOON).await.expect("she speaks");
    host.request(Change::Mute { participant: ann.id() }).await.expect("a host may");
    listen(0.5).await;
    let before = bob.view().voice("Ann").packets;
    let sent = ann.statistics().packets_sent;
    listen(1.5).await;
    assert!(ann.statistics().packets_sent > sent, "she goes on sending");
    assert_eq!(bob.view().voice("Ann").packets, before, "not one packet");
    ann.unmute().await.expect("by herself");
    bob.wait_until_hears("Ann", SOON).await.expect("she speaks again");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_waits_in_the_lobby_is_let_in_by_a_helper() {
    let square = Square::start().await;
    let mut host = square.guest_by(&square.links().host, named("Host").without_media()).await;
    let door = torg_protocol::people::Door::Lobby;
    host.request(Change::SetDoor { door }).await.expect("a host may");
    let link = square.links().join.parse().expect("a link");
    let coming = tokio::spawn(async move { Guest::join(&link, named("Ann").without_media()).await });
    let waits = |view: &torg_client::View| view.world.market().door.as_ref().is_some_and(|(_, who)| who.len() == 1);
    host.wait_until("somebody at the door", SOON, waits).await.expect("she is announced");
    assert!(!coming.is_finished());
    host.request(Change::AdmitAll {}).await.expect("a host may");
    let ann = tokio::time::timeout(SOON, coming).await.expect("in time").expect("no panic").expect("let in");
    host.wait_until_sees("Ann", SOON).await.expect("she is there");
    drop(ann);
}

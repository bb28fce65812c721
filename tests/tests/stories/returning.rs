//! Lines break and servers restart.

use crate::{SOON, listen};
use serde_json::json;
use std::time::Duration;
use torg_client::{Event, Guest, LineState};
use torg_protocol::people::{Place, Presence};
use torg_tests::{Relay, Square, Stranger, named};

/// How a guest sees somebody's connection.
fn presence(guest: &Guest, name: &str) -> Option<Presence> {
    guest.view().world.person(name).map(|person| person.view.presence)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cut_line_costs_neither_the_place_nor_the_sound() {
    let square = Square::start().await;
    let mut ann = square.guest(named("Ann").at_table("Open").tone(450.0)).await;
    let mut bob = square.guest(named("Bob").at_table("Open").tone(700.0)).await;
    let mut events = ann.events();
    ann.wait_until_hears("Bob", SOON).await.expect("at one table");
    bob.wait_until_hears("Ann", SOON).await.expect("at one table");
    let (id, place) = (ann.id(), ann.position());

    ann.cut_socket().await.expect("cut");
    ann.wait_until_back(SOON).await.expect("back by itself");
    listen(1.0).await;

    assert_eq!((ann.id(), ann.position()), (id, place), "the same person at the same place");
    assert_eq!(ann.view().returns, 1);
    let me = ann.view().world.people()[&id].view.place;
    assert!(matches!(me, Place::Seat { .. }), "{me:?}");
    let all: Vec<_> = std::iter::from_fn(|| events.try_recv().ok()).collect();
    assert!(all.iter().any(|event| matches!(event, Event::Joined { resumed: true, .. })), "{all:?}");
    let connected = all.iter().filter(|event| matches!(event, Event::MediaConnected { .. })).count();
    assert_eq!(connected, 1, "the peer connection was kept: {all:?}");
    let (ann, bob) = (ann.leave().await.expect("figures"), bob.leave().await.expect("figures"));
    assert!(ann.longest_gap_ms < 200.0, "Ann heard on: {ann:?}");
    assert!(bob.longest_gap_ms < 200.0, "Bob heard on: {bob:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_is_down_for_a_while_is_shown_and_comes_back() {
    let square = Square::start().await;
    let relay = Relay::start(square.address()).await;
    let mut ann = square.guest_by(&relay.link(&square.links().join), named("Ann").at(10.0, 10.0).tone(450.0)).await;
    let mut bob = square.guest(named("Bob").at(11.0, 10.0)).await;
    bob.wait_until_hears("Ann", SOON).await.expect("she speaks");
    let id = ann.id();

    relay.take_down();
    let away =
        |view: &torg_client::View| view.world.person("Ann").is_some_and(|ann| ann.view.presence == Presence::Away);
    bob.wait_until("Ann to be away", SOON, away).await.expect("everybody sees it");
    listen(2.0).await;
    assert!(bob.hears("Ann").await, "her sound goes past the broken line");
    relay.restore();
    ann.wait_until_back(SOON).await.expect("back by itself");
    bob.wait_until("Ann to be here", SOON, |view| !away(view)).await.expect("everybody sees it");

    assert_eq!(ann.id(), id);
    assert_eq!(presence(&bob, "Ann"), Some(Presence::Here));
    assert!(bob.leave().await.expect("figures").longest_gap_ms < 200.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_taken_back_many_times_still_works() {
    let square = Square::start().await;
    let mut ann = square.guest(named("Ann").at(10.0, 10.0).without_media()).await;
    let id = ann.id();
    for returns in 1..=4 {
        ann.cut_socket().await.expect("cut");
        ann.wait_until("coming back", SOON, |view| view.returns >= returns && matches!(view.line, LineState::In))
            .await
            .expect("back by itself");
        assert_eq!(ann.id(), id, "return {returns}");
    }
    assert_eq!(ann.view().world.people().len(), 1, "nobody was left behind");
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_restart_people_stand_where_they_stood() {
    let mut square = Square::start_to_restart().await;
    let mut ann = square.guest(named("Ann").at(10.0, 10.0).tone(450.0)).await;
    let mut bob = square.guest(named("Bob").at(12.0, 10.0)).await;
    bob.wait_until_hears("Ann", SOON).await.expect("she speaks");
    ann.walk_to(14.0, 12.0).await.expect("a free way");

    square.restart().await;
    for guest in [&mut ann, &mut bob] {
        let back = |view: &torg_client::View| view.returns > 0 && matches!(view.line, LineState::In);
        guest.wait_until("coming back", 3 * SOON, back).await.expect("back by itself, by the same link");
        guest.wait_until_back(SOON).await.expect("with sound");
    }
    assert_eq!(ann.position().centimetres(), (1_400, 1_200));
    assert_eq!(bob.position().centimetres(), (1_200, 1_000));
    bob.wait_until_hears("Ann", SOON).await.expect("she speaks again");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_knocks_while_the_server_stops_is_told_to_come_back() {
    let mut square = Square::start().await;
    let mut strangers = Vec::new();
    for _ in 0..40 {
        strangers.push(Stranger::at_the_door(&square.links().join).await);
    }
    let knocking = strangers.into_iter().zip(0u64..).map(|(mut stranger, number)| {
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(number)).await;
            let hello = stranger.hello(&format!("Stranger {number}"));
            stranger.say(&hello).await;
            let mut heard = Vec::new();
            while let Some(message) = stranger.next().await {
                heard.push(message);
            }
            heard
        })
    });
    let knocking: Vec<_> = knocking.collect();
    square.stop().await;
    for knock in knocking {
        let heard = knock.await.expect("no panic");
        assert!(heard.iter().all(|message| message["type"] != "refused"), "nobody is sent away for good: {heard:?}");
        let last = heard.last().map(|message| (&message["type"], &message["reason"]));
        assert_eq!(last, Some((&json!("goodbye"), &json!("server_stops"))), "{heard:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_place_is_held_for_a_while_and_a_goodbye_frees_it_at_once() {
    let square = Square::start().await;
    let ann = square.guest(named("Ann").at_table("Open").without_media()).await;
    let cem = square.guest(named("Cem").at_table("Open").without_media()).await;
    let mut bob = square.guest(named("Bob").without_media()).await;
    bob.wait_until_sees("Ann", SOON).await.expect("she is here");
    cem.leave().await.expect("goodbye");
    let cem_gone = |view: &torg_client::View| view.world.person("Cem").is_none();
    bob.wait_until("Cem to be gone", Duration::from_secs(2), cem_gone).await.expect("at once");

    drop(ann);
    let away =
        |view: &torg_client::View| view.world.person("Ann").is_some_and(|ann| ann.view.presence == Presence::Away);
    bob.wait_until("Ann to be away", SOON, away).await.expect("her laptop is closed");
    listen(3.0).await;
    let seat = bob.view().world.person("Ann").map(|ann| ann.view.place);
    assert!(matches!(seat, Some(Place::Seat { .. })), "her seat is held: {seat:?}");
    let gone = |view: &torg_client::View| view.world.person("Ann").is_none();
    bob.wait_until("Ann to be gone", Duration::from_secs(40), gone).await.expect("not for ever");
}

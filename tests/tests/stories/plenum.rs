//! Everybody is called together.

use crate::{SOON, code, listen};
use serde_json::json;
use std::time::{Duration, Instant};
use torg_client::Guest;
use torg_protocol::message::RefusalCode;
use torg_protocol::people::Place;
use torg_tests::{Links, Square, map, named};

/// How long after the call people are walked.
const NOTICE: Duration = Duration::from_secs(10);

/// How much earlier or later than said that may be.
const OFF: Duration = Duration::from_millis(1_500);

/// The longest way on the map, at walking speed.
const WALK: Duration = Duration::from_secs(40);

/// The stage: x, y, width and height, metres.
const STAGE: (f32, f32, f32, f32) = (24.0, 8.0, 10.0, 6.0);

/// Nobody stands in another's place.
const APART_M: f32 = 0.5;

async fn with_stage(square: &Square) -> Links {
    let mut map = map();
    let (x, y, width_m, height_m) = STAGE;
    let stage = json!({"name": "Stage", "kind": "stage", "x": x, "y": y, "width_m": width_m, "height_m": height_m});
    map["zones"].as_array_mut().expect("zones").push(stage);
    square.space("A square with a stage", &map).await
}

fn is_on_stage(guest: &Guest) -> bool {
    let (at, (x, y, width_m, height_m)) = (guest.position().metres(), STAGE);
    (x..=x + width_m).contains(&at.x) && (y..=y + height_m).contains(&at.y)
}

async fn waits_for_the_stage(guest: &mut Guest) {
    let end = Instant::now() + WALK;
    while !is_on_stage(guest) {
        assert!(Instant::now() < end, "{} is at {:?}, not on the stage", guest.name(), guest.position());
        listen(0.1).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_is_walked_to_the_stage_but_who_declined() {
    let square = Square::start().await;
    let links = with_stage(&square).await;
    let come = |options| square.guest_by(&links.join, options);
    let mut host = square.guest_by(&links.host, named("Host").at(5.0, 5.0).tone(450.0)).await;
    let mut behind_the_wall = come(named("Behind the wall").at_table("Closed").tone(700.0)).await;
    let mut stays = come(named("Stays").at_table("Closed")).await;
    let mut at_table = come(named("At a table").at_table("Open")).await;
    let mut standing = come(named("Standing").at(55.0, 20.0)).await;

    let refused = standing.call_plenum(None).await.expect_err("a participant may not");
    assert_eq!(code(&refused), RefusalCode::NotAllowed, "{refused}");
    assert_eq!(code(&stays.decline_plenum().await.expect_err("nobody calls")), RefusalCode::NotNow);
    let called = Instant::now();
    host.call_plenum(None).await.expect("hosts may");
    let (stage, _) = host.view().world.zone("Stage").expect("a zone");
    stays.wait_until("the call", SOON, |view| view.world.air().plenum.is_some()).await.expect("everybody is told");
    let plenum = stays.view().world.air().plenum.expect("it stands");
    assert_eq!((plenum.by, plenum.zone, plenum.declined), (host.id(), Some(stage), 0));
    stays.decline_plenum().await.expect("everybody may");
    let one = |view: &torg_client::View| view.world.air().plenum.is_some_and(|plenum| plenum.declined == 1);
    standing.wait_until("who declined", SOON, one).await.expect("everybody is told how many");
    let over = |view: &torg_client::View| view.world.air().plenum.is_none();
    assert!(matches!(place_of(&behind_the_wall), Place::Seat { .. }), "nobody is walked before it is time");
    standing.wait_until("the walk", NOTICE + SOON, over).await.expect("then nobody calls any more");
    let waited = called.elapsed();
    println!("walked {:.2} s after the call", waited.as_secs_f64());
    assert!(waited > NOTICE - OFF && waited < NOTICE + OFF, "{waited:?}");

    let mut there = [&mut host, &mut behind_the_wall, &mut at_table, &mut standing];
    for guest in &mut there {
        waits_for_the_stage(guest).await;
        assert_eq!(place_of(guest), Place::Square, "{}", guest.name());
    }
    assert!(matches!(place_of(&stays), Place::Seat { .. }), "who declined stays");
    listen(3.0).await;
    for (number, one) in there.iter().enumerate() {
        for other in &there[number + 1..] {
            let apart_m = one.position().distance_m(other.position());
            assert!(apart_m > APART_M, "{} and {} stand {apart_m:.2} m apart", one.name(), other.name());
        }
    }
    // They came to hear each other.
    at_table.wait_until_hears("Host", SOON).await.expect("on one stage");
    at_table.wait_until_hears("Behind the wall", SOON).await.expect("out of the closed table");
    assert_eq!(stays.view().voice("Host").packets, 0, "not one packet through the closed wall");
}

fn place_of(guest: &Guest) -> Place {
    let view = guest.view();
    view.world.people().get(&guest.id()).map(|me| me.view.place).expect("the guest is in")
}

#[tokio::test(flavor = "multi_thread")]
async fn who_takes_the_call_back_walks_nobody_and_who_calls_again_calls_anew() {
    let square = Square::start().await;
    let links = with_stage(&square).await;
    let mut host = square.guest_by(&links.host, named("Host").at(5.0, 5.0).without_media()).await;
    let mut ann = square.guest_by(&links.join, named("Ann").at_table("Open").without_media()).await;
    let over = |view: &torg_client::View| view.world.air().plenum.is_none();
    host.call_plenum(Some("Stage")).await.expect("hosts may");
    ann.wait_until("the call", SOON, |view| !over(view)).await.expect("told");
    ann.decline_plenum().await.expect("everybody may");
    host.end_plenum().await.expect("hosts may");
    ann.wait_until("the end", SOON, over).await.expect("told");
    assert_eq!(code(&host.end_plenum().await.expect_err("nobody calls")), RefusalCode::NotNow);
    listen(NOTICE.as_secs_f64() + 2.0).await;
    assert!(matches!(place_of(&ann), Place::Seat { .. }) && !is_on_stage(&host), "nobody was walked");

    // Who declined before did not decline this one; and it may be somewhere else.
    host.call_plenum(Some("Foyer")).await.expect("hosts may");
    let anew = |view: &torg_client::View| view.world.air().plenum.is_some_and(|plenum| plenum.declined == 0);
    ann.wait_until("another call", SOON, anew).await.expect("nobody has declined");
    ann.wait_until("the walk", NOTICE + SOON, over).await.expect("then nobody calls any more");
    let in_foyer = |guest: &Guest| {
        let at = guest.position().metres();
        (28.0..=32.0).contains(&at.x) && (1.0..=5.0).contains(&at.y)
    };
    let end = Instant::now() + WALK;
    while !in_foyer(&ann) || !in_foyer(&host) {
        assert!(Instant::now() < end, "Ann is at {:?}, the host at {:?}", ann.position(), host.position());
        listen(0.1).await;
    }
}

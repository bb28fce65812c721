//! Walking between talks.

use crate::{SOON, listen};
use std::time::Duration;
use torg_client::{Event, GuestError};
use torg_protocol::message::RefusalCode;
use torg_tests::{Square, named};

const QUIET: Duration = Duration::from_millis(500);

/// How often an event of a kind happened since the guest joined.
fn count(events: &mut tokio::sync::broadcast::Receiver<Event>, is_it: impl Fn(&Event) -> bool) -> usize {
    std::iter::from_fn(|| events.try_recv().ok()).filter(is_it).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn walking_to_another_table_brings_its_voices_without_renegotiation() {
    let square = Square::start().await;
    let _ann = square.guest(named("Ann").at_table("Open").tone(450.0)).await;
    let _bob = square.guest(named("Bob").at_table("Other").tone(700.0)).await;
    let mut cem = square.guest(named("Cem").at_table("Open")).await;
    let mut events = cem.events();
    cem.wait_until_hears("Ann", SOON).await.expect("the first table talks");
    assert!(!cem.hears("Bob").await, "the other table is 40 m away");
    cem.table("Other").await.expect("a seat");
    cem.wait_until_hears("Bob", SOON).await.expect("the other table talks");
    cem.wait_until_silent("Ann", QUIET, SOON).await.expect("the first table is 40 m away");
    cem.table("Open").await.expect("a seat");
    cem.wait_until_hears("Ann", SOON).await.expect("back at the first table");
    let connections =
        count(&mut events, |event| matches!(event, Event::MediaConnected { .. } | Event::MediaLost { .. }));
    assert_eq!(connections, 1, "one peer connection for it all");
    assert_eq!(cem.leave().await.expect("figures").mislabelled, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_label_changes_before_its_sound() {
    let square = Square::start().await;
    // Twelve speakers in a row and eight slots: who walks along them hears a new voice every second or so.
    let mut speakers = Vec::new();
    for number in 0..12_u32 {
        let (x_m, hertz) = (4.0 + 4.0 * f64::from(number), 300.0 + 50.0 * number as f32);
        speakers.push(square.guest(named(&format!("Speaker {number}")).at(x_m, 12.0).tone(hertz)).await);
    }
    let mut walker = square.guest(named("Walker").at(2.0, 14.0)).await;
    let mut events = walker.events();
    walker.wait_until_hears("Speaker 0", SOON).await.expect("the first of the row");
    walker.walk_to(50.0, 14.0).await.expect("a free way");
    walker.wait_until_hears("Speaker 11", SOON).await.expect("the last of the row");
    walker.walk_to(2.0, 14.0).await.expect("a free way");
    walker.wait_until_hears("Speaker 0", SOON).await.expect("the first of the row");
    let labels = count(&mut events, |event| matches!(event, Event::AudioSlot { speaker: Some(_), .. }));
    let figures = walker.leave().await.expect("figures");
    assert!(labels >= 12, "{labels} labels");
    assert_eq!(figures.mislabelled, 0, "no packet came under another's name");
    assert!(figures.packets_received > 1_000, "{figures:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_table_says_so() {
    let square = Square::start().await;
    let mut seated = Vec::new();
    for number in 0..4 {
        seated.push(square.guest(named(&format!("Guest {number}")).at_table("Open").without_media()).await);
    }
    let mut late = square.guest(named("Late").at(10.0, 30.0).without_media()).await;
    let refused = late.table("Open").await.expect_err("four seats");
    let GuestError::Refused(refusal) = refused else { panic!("{refused}") };
    assert_eq!(refusal.code, RefusalCode::TableFull);
    assert!(refusal.message.contains("Open"), "{}", refusal.message);
    seated.remove(0).leave().await.expect("goodbye");
    late.wait_until("a free seat", SOON, |view| view.world.people().len() == 4).await.expect("one has left");
    late.table("Open").await.expect("a seat is free now");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_muted_guest_sends_nothing() {
    let square = Square::start().await;
    let ann = square.guest(named("Ann").at(10.0, 10.0).tone(450.0)).await;
    let mut bob = square.guest(named("Bob").at(11.0, 10.0)).await;
    bob.wait_until_hears("Ann", SOON).await.expect("she speaks");
    ann.mute().await.expect("muted");
    listen(0.3).await;
    let before = bob.view().voice("Ann").packets;
    listen(1.5).await;
    assert_eq!(bob.view().voice("Ann").packets, before, "not one packet");
    ann.unmute().await.expect("open");
    bob.wait_until_hears("Ann", SOON).await.expect("she speaks again");
}

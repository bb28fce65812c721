//! What walls of sound let through.

use crate::{SOON, assert_level, expected_db, listen};
use torg_protocol::geometry::{HearingPreset, OPEN_WALL_GAIN_DB};
use torg_tests::{Recording, Square, named};

#[tokio::test(flavor = "multi_thread")]
async fn nothing_crosses_a_closed_wall_in_either_direction() {
    let square = Square::start().await;
    let file = square.file("outside.wav");
    let mut inside = square.guest(named("Inside").at_table("Closed").tone(450.0)).await;
    let mut beside = square.guest(named("Beside").at_table("Closed").tone(700.0)).await;
    // Two metres from the centre: a step from the rim.
    let outside = square.guest(named("Outside").at(30.0, 31.9).tone(950.0).record(&file)).await;
    inside.wait_until_hears("Beside", SOON).await.expect("at one table everybody is heard");
    beside.wait_until_hears("Inside", SOON).await.expect("at one table everybody is heard");
    listen(4.0).await;
    assert_eq!(inside.view().voice("Outside").packets, 0, "not one packet came in");
    assert_eq!(beside.view().voice("Outside").packets, 0, "not one packet came in");
    let outside = outside.leave().await.expect("figures");
    assert_eq!(outside.packets_received, 0, "not one packet went out");
    assert!(outside.packets_sent > 150, "and it was not for want of talking");
    let recording = Recording::read(&file);
    assert!(recording.peak_db(0.0..recording.seconds()) < -90.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_wall_closes_behind_who_sits_down_and_opens_for_who_leaves() {
    let square = Square::start().await;
    let mut walker = square.guest(named("Walker").at(30.0, 28.0).tone(450.0)).await;
    let mut outside = square.guest(named("Outside").at(30.0, 31.9).tone(700.0)).await;
    outside.wait_until_hears("Walker", SOON).await.expect("both are outside");
    walker.table("Closed").await.expect("a seat");
    // Packets that were on their way when the wall closed have come by now.
    listen(0.3).await;
    let before = (walker.view().voice("Outside").packets, outside.view().voice("Walker").packets);
    listen(3.0).await;
    let after = (walker.view().voice("Outside").packets, outside.view().voice("Walker").packets);
    assert_eq!(before, after, "not one packet through the wall");
    walker.leave_table().await.expect("out");
    outside.wait_until_hears("Walker", SOON).await.expect("outside again");
    walker.wait_until_hears("Outside", SOON).await.expect("outside again");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_wall_muffles_by_fifteen_db() {
    let square = Square::start().await;
    let file = square.file("outside.wav");
    let _inside = square.guest(named("Inside").at_table("Open").tone(450.0)).await;
    let mut outside = square.guest(named("Outside").at(10.0, 29.0).record(&file)).await;
    outside.wait_until_hears("Inside", SOON).await.expect("an open wall lets something through");
    listen(2.5).await;
    let distance_m = outside.position().distance_m(outside.position_of("Inside").expect("she sits there"));
    outside.leave().await.expect("figures");
    let recording = Recording::read(&file);
    let end = recording.seconds() - 0.3;
    let law_db = expected_db(HearingPreset::Room.law().gain(distance_m)) + f64::from(OPEN_WALL_GAIN_DB);
    assert_level("through an open wall", recording.level_db(450.0, end - 2.0..end), law_db);
}

#[tokio::test(flavor = "multi_thread")]
async fn at_one_table_everybody_is_heard_in_full() {
    let square = Square::start().await;
    let file = square.file("bob.wav");
    let _ann = square.guest(named("Ann").at_table("Open").tone(450.0)).await;
    let _cem = square.guest(named("Cem").at_table("Open").tone(950.0)).await;
    let mut bob = square.guest(named("Bob").at_table("Open").record(&file)).await;
    bob.wait_until_hears("Ann", SOON).await.expect("Ann sits here");
    bob.wait_until_hears("Cem", SOON).await.expect("Cem sits here");
    listen(2.5).await;
    bob.leave().await.expect("figures");
    let recording = Recording::read(&file);
    let end = recording.seconds() - 0.3;
    for hertz in [450.0, 950.0] {
        assert_level("at one table", recording.level_db(hertz, end - 2.0..end), expected_db(1.0));
    }
}

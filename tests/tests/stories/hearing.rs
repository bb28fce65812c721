//! How loud people hear each other.

use crate::{SOON, assert_level, expected_db, listen};
use torg_protocol::geometry::HearingPreset;
use torg_tests::{Recording, Square, named};

#[tokio::test(flavor = "multi_thread")]
async fn two_guests_at_one_metre_hear_each_other_in_full() {
    let square = Square::start().await;
    let (ann_file, bob_file) = (square.file("ann.wav"), square.file("bob.wav"));
    let mut ann = square.guest(named("Ann").at(10.0, 10.0).tone(450.0).record(&ann_file)).await;
    let mut bob = square.guest(named("Bob").at(11.0, 10.0).tone(700.0).record(&bob_file)).await;
    ann.wait_until_hears("Bob", SOON).await.expect("Ann hears Bob");
    bob.wait_until_hears("Ann", SOON).await.expect("Bob hears Ann");
    listen(3.0).await;
    let (ann, bob) = (ann.leave().await.expect("figures"), bob.leave().await.expect("figures"));

    for (file, theirs, own) in [(ann_file, 700.0, 450.0), (bob_file, 450.0, 700.0)] {
        let recording = Recording::read(&file);
        let end = recording.seconds() - 0.5;
        assert_level("at one metre", recording.level_db(theirs, end - 2.0..end), expected_db(1.0));
        assert!(recording.level_db(own, end - 2.0..end) < -60.0, "nobody hears themselves");
    }
    assert_eq!((ann.packets_lost, bob.packets_lost), (0, 0));
    assert_eq!((ann.mislabelled, bob.mislabelled), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn levels_follow_the_law_by_distance() {
    let square = Square::start().await;
    let speaker = square.guest(named("Speaker").at(2.0, 10.0).tone(450.0)).await;
    let mut listeners = Vec::new();
    for distance_m in [1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 10.0, 11.0] {
        let file = square.file(&format!("{distance_m}.wav"));
        let listener = named(&format!("At {distance_m} m")).at(2.0 + distance_m, 10.0).record(&file);
        listeners.push((distance_m, file, square.guest(listener).await));
    }
    for (_, _, listener) in &mut listeners {
        listener.wait_until_hears("Speaker", SOON).await.expect("everybody near hears the speaker");
    }
    listen(2.5).await;
    let law = HearingPreset::Room.law();
    println!("distance m   law dB   heard dB");
    let mut heard = Vec::new();
    for (distance_m, file, listener) in listeners {
        listener.leave().await.expect("figures");
        let recording = Recording::read(&file);
        let end = recording.seconds() - 0.3;
        let level_db = recording.level_db(450.0, end - 2.0..end);
        let law_db = expected_db(law.gain(distance_m as f32));
        println!("{distance_m:10}   {law_db:6.2}   {level_db:8.2}");
        heard.push((distance_m, level_db, law_db));
    }
    speaker.leave().await.expect("figures");
    for (distance_m, level_db, law_db) in heard {
        assert_level(&format!("at {distance_m} m"), level_db, law_db);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn at_the_edge_there_is_nothing() {
    let square = Square::start().await;
    let edge_m = f64::from(HearingPreset::Room.law().edge_m);
    let file = square.file("far.wav");
    let near = square.guest(named("Near").at(2.0, 10.0).tone(450.0)).await;
    let far = square.guest(named("Far").at(2.0 + edge_m, 10.0).tone(700.0).record(&file)).await;
    listen(3.0).await;
    let (near, far) = (near.leave().await.expect("figures"), far.leave().await.expect("figures"));
    assert_eq!((near.packets_received, far.packets_received), (0, 0), "not one packet");
    assert!(near.packets_sent > 100 && far.packets_sent > 100, "both spoke");
    let recording = Recording::read(&file);
    assert!(recording.peak_db(0.0..recording.seconds()) < -90.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_changes_how_far_voices_carry() {
    let square = Square::start().await;
    let mut host = square.guest_by(&square.links().host, named("Host").without_media()).await;
    let _speaker = square.guest(named("Speaker").at(2.0, 10.0).tone(450.0)).await;
    let mut listener = square.guest(named("Listener").at(10.0, 10.0)).await;
    listener.wait_until_hears("Speaker", SOON).await.expect("eight metres are within twelve");
    host.set_hearing(HearingPreset::Close).await.expect("hosts may");
    let quiet = std::time::Duration::from_millis(500);
    listener.wait_until_silent("Speaker", quiet, SOON).await.expect("eight metres are beyond six");
    host.set_hearing(HearingPreset::Hall).await.expect("hosts may");
    listener.wait_until_hears("Speaker", SOON).await.expect("eight metres are within twenty-four");
    listener.set_hearing(HearingPreset::Close).await.expect_err("others may not");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_in_sees_at_once_who_speaks() {
    let square = Square::start().await;
    let mut ann = square.guest(named("Ann").at(10.0, 10.0).tone(450.0)).await;
    let speaks = |view: &torg_client::View| view.world.person("Ann").is_some_and(|ann| ann.level.is_some());
    ann.wait_until("her own level", SOON, speaks).await.expect("she speaks");
    // A tone never changes, so the server has nothing new to tell of it.
    listen(1.0).await;
    let mut bob = square.guest(named("Bob").at(11.0, 10.0).without_media()).await;
    bob.wait_until("Ann's level", SOON, speaks).await.expect("told with the welcome");
}

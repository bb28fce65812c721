//! Everything in one stream, mixed and placed by the server.

use crate::{SOON, TONE_DB, assert_absent, assert_level, expected_db, listen, murmur_db};
use torg_protocol::geometry::HearingPreset;
use torg_protocol::people::Listening;
use torg_tests::{Recording, Square, chord, named};

/// The longest silence that a change of the way of listening may make, seconds.
const SWITCH_GAP_S: f64 = 0.06;

/// What of it may be heard as a click, dB below full scale.
const CLICK_DB: f64 = -45.0;

/// All silences of one such change together, seconds.
const SWITCH_LOSS_S: f64 = 0.08;

#[tokio::test(flavor = "multi_thread")]
async fn levels_follow_the_law_as_with_voices_forwarded() {
    let square = Square::start().await;
    let speaker = square.guest(named("Speaker").at(2.0, 10.0).tone(450.0)).await;
    let mut listeners = Vec::new();
    for distance_m in [1.0, 4.0, 8.0] {
        let file = square.file(&format!("{distance_m}.wav"));
        let options = named(&format!("At {distance_m} m")).at(2.0 + distance_m, 10.0).mixed().record(&file);
        listeners.push((distance_m, file, square.guest(options).await));
    }
    for (.., listener) in &mut listeners {
        listener.wait_until_hears_bed(SOON).await.expect("everybody near hears the speaker");
    }
    // Slots go on for a moment after somebody asks for one stream, so that nothing is missed.
    listen(1.0).await;
    let in_slots = |listener: &torg_client::Guest| listener.statistics().packets_received;
    let before: Vec<u64> = listeners.iter().map(|(.., listener)| in_slots(listener)).collect();
    listen(3.0).await;
    println!("distance m   law dB   heard dB");
    for ((distance_m, file, listener), before) in listeners.into_iter().zip(before) {
        let figures = listener.leave().await.expect("figures");
        assert_eq!(figures.packets_received, before, "nothing comes in audio slots");
        let recording = Recording::read(&file);
        let end = recording.seconds() - 0.3;
        let law_db = expected_db(HearingPreset::Room.law().gain(distance_m as f32));
        let level_db = recording.level_db(450.0, end - 2.0..end);
        println!("{distance_m:10}   {law_db:6.2}   {level_db:8.2}");
        assert_level(&format!("at {distance_m} m"), level_db, law_db);
    }
    speaker.leave().await.expect("figures");
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_sounds_from_where_they_stand_and_nobody_hears_themselves() {
    let square = Square::start().await;
    let file = square.file("middle.wav");
    // Four metres off, since five in full would together be louder than a stream can be.
    let around = [
        ("West", 16.0, 10.0, 300.0_f32, -90.0),
        ("North-west", 17.17, 7.17, 450.0, -45.0),
        ("North", 20.0, 6.0, 600.0, 0.0),
        ("North-east", 22.83, 7.17, 750.0, 45.0),
        ("East", 24.0, 10.0, 950.0, 90.0),
    ];
    let mut people = Vec::new();
    for (name, x_m, y_m, hertz, _) in around {
        people.push(square.guest(named(name).at(x_m, y_m).tone(hertz)).await);
    }
    let mut middle = square.guest(named("Middle").at(20.0, 10.0).tone(1_300.0).mixed().record(&file)).await;
    middle.wait_until_hears_bed(SOON).await.expect("five people around");
    listen(3.5).await;
    assert!(middle.leave().await.expect("figures").packets_sent > 100, "she spoke all the time");
    let recording = Recording::read(&file);
    let end = recording.seconds() - 0.3;
    println!("direction   left dB   right dB   both dB");
    let mut last_db = f64::NEG_INFINITY;
    for (name, _, _, hertz, degrees) in around {
        let hertz = f64::from(hertz);
        let (left_db, right_db) = recording.ears_db(hertz, end - 2.0..end);
        let both_db = recording.level_db(hertz, end - 2.0..end);
        println!("{degrees:9}   {left_db:7.2}   {right_db:8.2}   {both_db:7.2}");
        assert_level(name, both_db, expected_db(HearingPreset::Room.law().gain(4.0)));
        let to_right_db = right_db - left_db;
        assert!(to_right_db > last_db + 2.0, "{name} is farther to the right than the one before");
        last_db = to_right_db;
        match degrees {
            -90.0 => assert!(to_right_db < -8.0, "{to_right_db:.1} dB"),
            0.0 => assert!(to_right_db.abs() < 1.0, "{to_right_db:.1} dB"),
            90.0 => assert!(to_right_db > 8.0, "{to_right_db:.1} dB"),
            _ => {}
        }
    }
    assert_absent("her own voice", &recording, 1_300.0, end - 2.0..end);
}

#[tokio::test(flavor = "multi_thread")]
async fn walls_hold_in_one_stream_as_well() {
    let square = Square::start().await;
    let (inside_file, outside_file) = (square.file("inside.wav"), square.file("outside.wav"));
    let _talks = square.guest(named("Talks").at_table("Closed").tone(450.0)).await;
    let mut inside = square.guest(named("Inside").at_table("Closed").mixed().murmur(0.0).record(&inside_file)).await;
    let outside = square.guest(named("Outside").at(30.0, 31.9).mixed().murmur(0.0).record(&outside_file)).await;
    inside.wait_until_hears_bed(SOON).await.expect("at one table everybody is heard");
    listen(2.5).await;
    assert_eq!(outside.view().bed().packets, 0, "not one packet for who stands outside");
    let alone_s = inside.stay().as_secs_f64();
    let _stranger = square.guest(named("Passer-by").at(31.0, 31.0).tone(700.0)).await;
    let mut outside = outside;
    outside.wait_until_hears_bed(SOON).await.expect("somebody outside");
    listen(2.5).await;
    inside.leave().await.expect("figures");
    outside.leave().await.expect("figures");
    let (inside, outside) = (Recording::read(&inside_file), Recording::read(&outside_file));
    let (inside_end, outside_end) = (inside.seconds() - 0.3, outside.seconds() - 0.3);
    assert_level("at one table", inside.level_db(450.0, alone_s - 1.5..alone_s), expected_db(1.0));
    assert_absent("inside", &inside, 700.0, inside_end - 2.0..inside_end);
    assert_absent("outside", &outside, 450.0, outside_end - 2.0..outside_end);
    assert_level("outside", outside.level_db(700.0, outside_end - 2.0..outside_end), expected_db(1.0));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_murmur_is_in_the_one_stream_as_loud_as_was_asked() {
    let square = Square::start().await;
    let (file, calm_file) = (square.file("with.wav"), square.file("without.wav"));
    let _near = square.guest(named("Near").at(42.0, 11.5).tone(450.0)).await;
    let _far = square.guest(named("Far").at(2.0, 10.0).tone(700.0)).await;
    let mut with = square.guest(named("With").at(42.0, 10.0).mixed().murmur(-6.0).record(&file)).await;
    let mut without = square.guest(named("Without").at(42.0, 10.2).mixed().record(&calm_file)).await;
    with.wait_until_hears_bed(SOON).await.expect("near and far");
    without.wait_until_hears_bed(SOON).await.expect("near");
    listen(3.5).await;
    with.leave().await.expect("figures");
    without.leave().await.expect("figures");
    let (with, without) = (Recording::read(&file), Recording::read(&calm_file));
    for (what, recording) in [("with", &with), ("without", &without)] {
        let end = recording.seconds() - 0.3;
        assert_level(what, recording.level_db(450.0, end - 2.0..end), expected_db(1.0));
    }
    let end = with.seconds() - 0.3;
    assert_level("the murmur", with.level_db(700.0, end - 2.0..end), murmur_db(40.0) - 6.0);
    let end = without.seconds() - 0.3;
    assert_absent("without murmur", &without, 700.0, end - 2.0..end);
}

#[tokio::test(flavor = "multi_thread")]
async fn changing_between_both_ways_of_listening_is_no_gap() {
    let square = Square::start().await;
    let (sound, file) = (square.file("chord.wav"), square.file("listener.wav"));
    chord(&sound, 60.0);
    let _speaker = square.guest(named("Speaker").at(10.0, 10.0).play(&sound)).await;
    let mut listener = square.guest(named("Listener").at(11.0, 10.0).record(&file)).await;
    listener.wait_until_hears("Speaker", SOON).await.expect("one metre");
    listen(2.0).await;
    let mut changes = Vec::new();
    for listening in [Listening::Mixed, Listening::Forwarded, Listening::Mixed, Listening::Forwarded] {
        changes.push((listening, listener.stay().as_secs_f64()));
        listener.set_listening(listening).await.expect("asked");
        listen(2.5).await;
    }
    let figures = listener.leave().await.expect("figures");
    assert!(figures.packets_received > 200 && figures.bed_packets_received > 200, "both came: {figures:?}");
    assert_eq!((figures.mislabelled, figures.rejoins), (0, 0));
    let recording = Recording::read(&file);
    println!("to          quiet ms, at most   quiet ms, all   quietest dB   loudest dB   clicks dB");
    for (listening, at_s) in changes {
        let around = at_s..at_s + 1.5;
        let levels_db = recording.short_levels_db(around.clone());
        let gap_s = recording.longest_below_s(TONE_DB - 12.0, around.clone());
        let lost_s = 0.02 * levels_db.iter().filter(|&&level_db| level_db < TONE_DB - 12.0).count() as f64;
        let quietest_db = levels_db.iter().copied().fold(f64::INFINITY, f64::min);
        let loudest_db = levels_db.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let click_db = recording.clicks_db(around).into_iter().fold(f64::NEG_INFINITY, f64::max);
        let (gap_ms, lost_ms) = (1e3 * gap_s, 1e3 * lost_s);
        let to = format!("{listening:?}");
        println!("{to:9}   {gap_ms:17.0}   {lost_ms:13.0}   {quietest_db:11.1}   {loudest_db:10.1}   {click_db:9.1}");
        assert!(gap_s <= SWITCH_GAP_S, "to {to}: silence of {gap_ms:.0} ms: {levels_db:.1?}");
        assert!(lost_s <= SWITCH_LOSS_S, "to {to}: {lost_ms:.0} ms are missing: {levels_db:.1?}");
        assert!(loudest_db < TONE_DB + 4.0, "to {to}: both at once: {levels_db:.1?}");
        assert!(click_db < CLICK_DB, "to {to}: a click at {click_db:.1} dB");
    }
    for (what, from_s) in [("mixed", changes_end(&recording, 1)), ("forwarded", changes_end(&recording, 0))] {
        let levels_db = recording.short_levels_db(from_s..from_s + 0.5);
        let mean_db = levels_db.iter().sum::<f64>() / levels_db.len() as f64;
        assert_level(what, mean_db, expected_db(1.0));
    }
}

/// A moment of the last stretch but so many, in the middle of it: each lasts 2.5 s.
fn changes_end(recording: &Recording, back: usize) -> f64 {
    recording.seconds() - 1.0 - 2.5 * back as f64
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_change_in_one_stream_without_renegotiation() {
    let square = Square::start().await;
    let file = square.file("cem.wav");
    let _ann = square.guest(named("Ann").at_table("Open").tone(450.0)).await;
    let _bob = square.guest(named("Bob").at_table("Other").tone(700.0)).await;
    let mut cem = square.guest(named("Cem").at_table("Open").mixed().record(&file)).await;
    cem.wait_until_hears_bed(SOON).await.expect("the first table talks");
    listen(2.0).await;
    let first_s = cem.stay().as_secs_f64();
    cem.table("Other").await.expect("a seat");
    listen(2.0).await;
    let figures = cem.leave().await.expect("figures");
    assert_eq!(figures.rejoins, 0);
    let recording = Recording::read(&file);
    let end = recording.seconds() - 0.3;
    assert_level("at the first", recording.level_db(450.0, first_s - 1.0..first_s), expected_db(1.0));
    assert_absent("at the first", &recording, 700.0, first_s - 1.0..first_s);
    assert_level("at the other", recording.level_db(700.0, end - 1.0..end), expected_db(1.0));
    assert_absent("at the other", &recording, 450.0, end - 1.0..end);
}

//! The murmur of the far square.

use crate::{SOON, TONE_DB, assert_absent, assert_level, listen, murmur_db};
use torg_protocol::geometry::HearingPreset;
use torg_tests::{Recording, Square, chord, named};

/// A dip that nobody notices while somebody walks, dB.
const HOLE_DB: f64 = 2.5;

/// How far one piece of 20 ms of a steady murmur may lie from the one before, dB. On a machine at rest it is 0.9, less than
/// a step of the law from cell to cell (1.3 at thirty metres).
const STEP_DB: f64 = 3.0;

/// What of it may be heard as a click, dB below full scale: the murmur itself is 20 dB and more above.
const CLICK_DB: f64 = -65.0;

#[tokio::test(flavor = "multi_thread")]
async fn far_voices_are_murmur_at_the_level_of_its_law_and_from_their_side() {
    let square = Square::start().await;
    let _speaker = square.guest(named("Speaker").at(2.0, 10.0).tone(450.0)).await;
    let mut heard = Vec::new();
    // Middles of cells of 4 m, so that the distance is that of the law; all to the right of the speaker.
    for (x_m, gain_db) in [(22.0, 0.0), (22.0, -10.0), (42.0, 0.0)] {
        let file = square.file(&format!("{x_m} {gain_db}.wav"));
        let options = named(&format!("At {x_m} m, {gain_db} dB")).at(x_m, 10.0).murmur(gain_db).record(&file);
        heard.push((x_m, f64::from(gain_db), file, square.guest(options).await));
    }
    for (.., listener) in &mut heard {
        listener.wait_until_hears_bed(SOON).await.expect("a murmur");
    }
    listen(4.0).await;
    println!("distance m   turned down dB   law dB   heard dB   left dB   right dB");
    for (x_m, gain_db, file, listener) in heard {
        let figures = listener.leave().await.expect("figures");
        assert_eq!((figures.packets_received, figures.mislabelled), (0, 0), "no voice, only murmur");
        assert!(figures.bed_packets_received > 100, "{figures:?}");
        let recording = Recording::read(&file);
        let end = recording.seconds() - 0.3;
        let (level_db, law_db) = (recording.level_db(450.0, end - 2.0..end), murmur_db(x_m as f32 - 2.0) + gain_db);
        let (left_db, right_db) = recording.ears_db(450.0, end - 2.0..end);
        println!("{:10}   {gain_db:14}   {law_db:6.2}   {level_db:8.2}   {left_db:7.2}   {right_db:8.2}", x_m - 2.0);
        assert_level(&format!("at {} m", x_m - 2.0), level_db, law_db);
        assert!(left_db > right_db + 6.0, "it comes from the left: {left_db:.1} and {right_db:.1} dB");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_murmur_there_is_none() {
    let square = Square::start().await;
    let file = square.file("calm.wav");
    let _speaker = square.guest(named("Speaker").at(2.0, 10.0).tone(450.0)).await;
    let mut calm = square.guest(named("Calm").at(22.0, 10.0).record(&file)).await;
    listen(2.0).await;
    calm.set_murmur(Some(-6.0)).await.expect("asked");
    calm.wait_until_hears_bed(SOON).await.expect("now there is");
    calm.set_murmur(None).await.expect("asked");
    listen(1.0).await;
    let before = calm.view().bed().packets;
    listen(1.5).await;
    assert_eq!(calm.view().bed().packets, before, "not one packet more");
    calm.leave().await.expect("figures");
    let recording = Recording::read(&file);
    assert!(recording.peak_db(0.0..1.9) < -90.0, "silence until it was asked for");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_swells_as_one_walks_up_and_the_voice_steps_out_of_it() {
    let square = Square::start().await;
    let (sound, file) = (square.file("chord.wav"), square.file("walker.wav"));
    // Broad sound: of one tone, the murmur and the voice could cancel each other out where both are heard.
    chord(&sound, 60.0);
    let _speaker = square.guest(named("Speaker").at(50.0, 14.0).play(&sound)).await;
    let mut walker = square.guest(named("Walker").at(10.0, 14.0).murmur(0.0).record(&file)).await;
    walker.wait_until_hears_bed(SOON).await.expect("a murmur");
    listen(1.5).await;
    let set_off_s = walker.stay().as_secs_f64();
    walker.walk_to(48.5, 14.0).await.expect("a free way");
    let arrived_s = walker.stay().as_secs_f64();
    listen(1.0).await;
    let figures = walker.leave().await.expect("figures");
    assert!(figures.packets_received > 50 && figures.bed_packets_received > 300, "{figures:?}");

    let recording = Recording::read(&file);
    let levels_db = recording.short_levels_db(set_off_s - 0.5..arrived_s + 0.5);
    let smooth_db: Vec<f64> = levels_db.chunks_exact(5).map(|piece| piece.iter().sum::<f64>() / 5.0).collect();
    println!("distance m   heard dB");
    for (number, level_db) in smooth_db.iter().enumerate().step_by(5) {
        let walked_m = (3.0 * (number as f64 * 0.1 - 0.5)).clamp(0.0, 38.5);
        println!("{:10.1}   {level_db:8.2}", 40.0 - walked_m);
    }
    assert!(smooth_db[0] < TONE_DB - 22.0, "far away it is quiet: {:.1} dB", smooth_db[0]);
    assert!(smooth_db[smooth_db.len() - 2] > TONE_DB - 1.0, "near by it is full: {smooth_db:.1?}");
    let (mut loudest_db, mut hole_db) = (f64::NEG_INFINITY, 0.0_f64);
    for level_db in &smooth_db {
        hole_db = hole_db.max(loudest_db - level_db);
        loudest_db = loudest_db.max(*level_db);
    }
    println!("the deepest hole on the way: {hole_db:.2} dB");
    assert!(hole_db < HOLE_DB, "{hole_db:.2} dB: {smooth_db:.1?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn from_cell_to_cell_there_is_neither_click_nor_gap() {
    let square = Square::start().await;
    let file = square.file("walker.wav");
    let _speaker = square.guest(named("Speaker").at(2.0, 14.0).tone(450.0)).await;
    let mut walker = square.guest(named("Walker").at(30.0, 14.0).murmur(0.0).record(&file)).await;
    walker.wait_until_hears_bed(SOON).await.expect("a murmur");
    listen(6.0).await;
    let from_s = walker.stay().as_secs_f64();
    let still_s = from_s - 5.0;
    walker.walk_to(58.0, 14.0).await.expect("a free way, through seven cells");
    walker.walk_to(30.0, 14.0).await.expect("and back");
    let to_s = walker.stay().as_secs_f64();
    let figures = walker.leave().await.expect("figures");

    let recording = Recording::read(&file);
    let levels_db = recording.short_levels_of_db(450.0, from_s..to_s);
    let clicks_db = recording.clicks_db(from_s..to_s);
    let loudest = |levels_db: &[f64]| levels_db.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let (click_db, still_db) = (loudest(&clicks_db), loudest(&recording.clicks_db(still_s..from_s)));
    let law_db = murmur_db(56.0);
    let largest_step_db = levels_db.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f64::max);
    let quietest_db = levels_db.iter().copied().fold(0.0, f64::min);
    println!("walking through 14 cells, {} packets, {} lost:", figures.bed_packets_received, figures.bed_packets_lost);
    for (number, (tone_db, click_db)) in levels_db.iter().zip(&clicks_db).enumerate() {
        if *tone_db < law_db - HOLE_DB || *click_db > CLICK_DB {
            let walked_m = 0.06 * number as f64;
            let x_m = 30.0 + if walked_m > 28.0 { 56.0 - walked_m } else { walked_m };
            println!("at about {x_m:.1} m: the tone at {tone_db:.1} dB, above it {click_db:.1} dB");
        }
    }
    println!("largest step from 20 ms to 20 ms {largest_step_db:.2} dB, quietest {quietest_db:.1} dB");
    println!("nothing clicks above {click_db:.1} dB ({still_db:.1} dB standing still)");
    assert!(largest_step_db < STEP_DB, "{levels_db:.1?}");
    assert!(quietest_db > law_db - HOLE_DB, "no gap: {levels_db:.1?}");
    assert!(click_db < CLICK_DB, "no click: {clicks_db:.1?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_from_behind_a_closed_wall_is_in_any_murmur() {
    let square = Square::start().await;
    let (file, far_file) = (square.file("near.wav"), square.file("far.wav"));
    let mut inside = square.guest(named("Inside").at_table("Closed").tone(450.0).murmur(0.0)).await;
    let beside = square.guest(named("Beside").at_table("Closed").tone(1_100.0).murmur(0.0)).await;
    inside.wait_until_hears("Beside", SOON).await.expect("at one table everybody is heard");
    let mut near = square.guest(named("Near").at(30.0, 27.0).murmur(0.0).record(&file)).await;
    let mut far = square.guest(named("Far").at(6.0, 10.0).murmur(0.0).record(&far_file)).await;
    listen(3.0).await;
    for guest in [&near, &far, &inside, &beside] {
        assert_eq!(guest.view().bed().packets, 0, "{}: nobody else speaks, so there is no murmur", guest.name());
    }
    let only_closed_s = near.stay().as_secs_f64();
    // Now there is a murmur, and still nothing of the closed table in it.
    let _open = square.guest(named("Open").at(46.0, 10.0).tone(700.0)).await;
    for guest in [&mut near, &mut far] {
        guest.wait_until_hears_bed(SOON).await.expect("a murmur");
    }
    near.walk_to(30.0, 31.0).await.expect("up to the wall");
    listen(3.0).await;
    assert_eq!(inside.view().bed().packets, 0, "a closed table has no murmur");
    assert_eq!(beside.view().bed().packets, 0, "a closed table has no murmur");
    for (guest, file, distance_m) in [(near, file, None), (far, far_file, Some(40.0))] {
        let name = guest.name().to_owned();
        assert_eq!(guest.leave().await.expect("figures").packets_received, 0, "{name}: no voice either");
        let recording = Recording::read(&file);
        let end = recording.seconds() - 0.3;
        assert!(recording.peak_db(0.0..only_closed_s.min(2.5)) < -90.0, "{name}: silence at first");
        for hertz in [450.0, 1_100.0] {
            assert_absent(&name, &recording, hertz, end - 2.5..end);
        }
        if let Some(distance_m) = distance_m {
            assert_level(&name, recording.level_db(700.0, end - 2.0..end), murmur_db(distance_m));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_in_their_own_murmur() {
    let square = Square::start().await;
    let file = square.file("ann.wav");
    let mut ann = square.guest(named("Ann").at(30.0, 14.0).tone(450.0).murmur(0.0).record(&file)).await;
    listen(2.0).await;
    assert_eq!(ann.view().bed().packets, 0, "alone there is no murmur");
    ann.walk_to(42.0, 14.0).await.expect("a free way");
    assert_eq!(ann.view().bed().packets, 0, "nor does her voice stay behind where she was");
    let _far = square.guest(named("Far").at(2.0, 14.0).tone(700.0)).await;
    ann.wait_until_hears_bed(SOON).await.expect("a murmur of somebody else");
    listen(1.0).await;
    let walk_s = ann.stay().as_secs_f64();
    ann.walk_to(22.0, 14.0).await.expect("a free way");
    ann.walk_to(34.0, 14.0).await.expect("and back");
    let end_s = ann.stay().as_secs_f64();
    ann.leave().await.expect("figures");
    let recording = Recording::read(&file);
    assert_absent("standing", &recording, 450.0, walk_s - 0.9..walk_s);
    assert_absent("walking", &recording, 450.0, walk_s..end_s);
    assert!(recording.level_db(700.0, walk_s - 0.9..walk_s) > murmur_db(40.0) - 2.0, "but the other is there");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_how_far_voices_carry_makes_no_burst() {
    let square = Square::start().await;
    let (sound, file) = (square.file("chord.wav"), square.file("listener.wav"));
    chord(&sound, 60.0);
    let mut host = square.guest_by(&square.links().host, named("Host").without_media()).await;
    let _speaker = square.guest(named("Speaker").at(2.0, 14.0).play(&sound)).await;
    let mut listener = square.guest(named("Listener").at(18.0, 14.0).murmur(0.0).record(&file)).await;
    listener.wait_until_hears_bed(SOON).await.expect("sixteen metres are beyond twelve");
    listen(1.0).await;
    let from_s = listener.stay().as_secs_f64();
    for preset in [HearingPreset::Hall, HearingPreset::Close, HearingPreset::Hall, HearingPreset::Room] {
        host.set_hearing(preset).await.expect("hosts may");
        listen(1.0).await;
    }
    listener.leave().await.expect("figures");
    let recording = Recording::read(&file);
    let levels_db = recording.short_levels_db(from_s..recording.seconds() - 0.2);
    let loudest_db = levels_db.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    // In the hall the reference is 4 m: a quarter at sixteen, as a voice or, for a moment, as both.
    let law_db = TONE_DB + 20.0 * (4.0_f64 / 16.0).log10();
    println!("loudest 20 ms {loudest_db:.1} dB, the law says {law_db:.1}");
    assert!(loudest_db < law_db + 4.0, "{levels_db:.1?}");
    let clicks_db = recording.clicks_db(from_s..recording.seconds() - 0.2);
    let click_db = clicks_db.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    println!("nothing clicks above {click_db:.1} dB");
    assert!(click_db < CLICK_DB + 10.0, "{clicks_db:.1?}");
}

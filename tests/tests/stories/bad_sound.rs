//! Clients that send what no honest client sends: others hear no burst of it, and nothing else breaks.

use crate::{SOON, TONE_DB, listen};
use torg_client::Mischief;
use torg_tests::{Recording, Square, named, request};

/// Where the mischief comes from: 4 m, so half as loud by the law as it was sent.
const MISCHIEF_M: f64 = 4.0;

/// The loudest that 20 ms of mischief may be for somebody so far away, dB: its own full scale, 6 dB down by the law.
const BURST_DB: f64 = -6.0;

/// The same for kinds that hold nothing but a tone as loud as everybody's: 6 dB down by the law, and 6 dB of room.
const TONE_BURST_DB: f64 = TONE_DB;

/// The longest silence that the mischief of somebody else may make in an honest voice, seconds.
const GAP_S: f64 = 0.08;

/// The seed of everything random here.
const SEED: u64 = 20_261_127;

#[tokio::test(flavor = "multi_thread")]
async fn nobody_else_hears_a_burst_or_a_gap_of_it() {
    println!("seed {SEED}");
    println!("mischief         way         honest dB   longest gap ms   loudest rest dB   direct current");
    let mut faults = Vec::new();
    for kind in Mischief::ALL {
        let square = Square::start().await;
        let _honest = square.guest(named("Honest").at(10.0, 11.0).tone(450.0)).await;
        let mut listeners = Vec::new();
        for (way, options) in
            [("forwarded", named("Forwarded").at(10.0, 10.0)), ("mixed", named("Mixed").at(10.0, 10.0).mixed())]
        {
            let file = square.file(&format!("{way}.wav"));
            listeners.push((way, file.clone(), square.guest(options.record(&file)).await));
        }
        listeners[0].2.wait_until_hears("Honest", SOON).await.expect("one metre");
        listeners[1].2.wait_until_hears_bed(SOON).await.expect("one metre");
        listen(1.5).await;
        let begin_s: Vec<f64> = listeners.iter().map(|(.., guest)| guest.stay().as_secs_f64()).collect();
        let maker = named("Mischief").at(10.0 + MISCHIEF_M, 10.0).mischief(kind, SEED);
        let maker = square.guest(maker).await;
        listen(4.0).await;
        assert!(maker.leave().await.expect("figures").packets_sent > 80, "{kind:?} was sent");
        listen(1.0).await;
        for ((way, file, guest), begin_s) in listeners.into_iter().zip(begin_s) {
            let figures = guest.leave().await.expect("figures");
            assert_eq!((figures.mislabelled, figures.rejoins), (0, 0), "{kind:?}, {way}: {figures:?}");
            let recording = Recording::read(&file);
            let all = begin_s..recording.seconds() - 0.3;
            let honest_db = recording.level_db(450.0, all.clone());
            let longest_s = recording.longest_below_s(TONE_DB - 12.0, all.clone());
            let rest_db = recording.rest_db(&[450.0], all.clone()).into_iter().fold(-120.0, f64::max);
            let direct = recording.direct_current(all);
            let kind_name = format!("{kind:?}");
            println!(
                "{kind_name:14}   {way:9}   {honest_db:9.2}   {:14.0}   {rest_db:15.1}   {direct:14.4}",
                1e3 * longest_s
            );
            let mut fault = |is: bool, what: &str| {
                if is {
                    faults.push(format!("{kind:?}, {way}: {what}"));
                }
            };
            fault((honest_db - TONE_DB).abs() > 1.0, "the honest voice's level");
            fault(longest_s > GAP_S, "a gap in the honest voice");
            let bound_db = match kind {
                // Packets of several encoders that know nothing of each other are as good as malformed ones.
                Mischief::Malformed | Mischief::FrameSizes | Mischief::DirectCurrent | Mischief::Clipped => BURST_DB,
                _ => TONE_BURST_DB,
            };
            fault(rest_db > bound_db, "a burst");
            fault(direct > 0.02, "direct current");
        }
        assert_eq!(request(square.address(), "GET", "/healthz", &[], "").await.status, 200, "{kind:?}");
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn all_of_it_at_once_breaks_neither_murmur_nor_mixed_mode() {
    let square = Square::start().await;
    let (near_file, far_file) = (square.file("near.wav"), square.file("far.wav"));
    let mut makers = Vec::new();
    for (number, kind) in Mischief::ALL.into_iter().enumerate() {
        let options = named(&format!("{kind:?}")).at(4.0 + number as f64, 10.0).mischief(kind, SEED + number as u64);
        makers.push(square.guest(options).await);
    }
    let mut near = square.guest(named("Near").at(8.0, 11.0).mixed().murmur(0.0).record(&near_file)).await;
    let mut far = square.guest(named("Far").at(46.0, 10.0).murmur(0.0).record(&far_file)).await;
    near.wait_until_hears_bed(SOON).await.expect("they are loud");
    far.wait_until_hears_bed(SOON).await.expect("they are loud");
    listen(5.0).await;
    // Somebody honest among them is still heard.
    let honest = square.guest(named("Honest").at(8.0, 12.0).tone(450.0)).await;
    listen(3.0).await;
    for guest in makers.into_iter().chain([honest]) {
        guest.leave().await.expect("figures");
    }
    listen(1.5).await;
    let quiet = (near.view().bed().packets, far.view().bed().packets);
    listen(1.0).await;
    assert_eq!((near.view().bed().packets, far.view().bed().packets), quiet, "all have gone, so nothing comes");
    near.leave().await.expect("figures");
    far.leave().await.expect("figures");
    let (near, far) = (Recording::read(&near_file), Recording::read(&far_file));
    let loudest = |recording: &Recording| {
        recording.short_levels_db(0.0..recording.seconds()).into_iter().fold(f64::NEG_INFINITY, f64::max)
    };
    println!("loudest 20 ms: near {:.1} dB, far {:.1} dB; seed {SEED}", loudest(&near), loudest(&far));
    // Both ears at full scale are 3 dB above one; forty metres off it is a twentieth, of eight.
    assert!(loudest(&near) <= 3.01 && loudest(&far) < -6.0);
    let end = near.seconds() - 3.0;
    assert!(near.level_db(450.0, end - 2.0..end) > TONE_DB - 6.0, "the honest voice is heard");
    assert_eq!(request(square.address(), "GET", "/healthz", &[], "").await.status, 200);
}

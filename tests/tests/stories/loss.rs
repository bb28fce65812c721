//! What is left of a voice when the network loses packets, in both ways of listening.

use crate::{SOON, TONE_DB, listen};
use torg_client::Emulator;
use torg_tests::{CHORD_HERTZ, Recording, Square, chord, named};

/// How many seconds of it are looked at.
const SECONDS: f64 = 6.0;

/// What may become of a voice at a share of packets lost, on the way up and on the way down again.
struct Bound {
    loss: f32,
    /// Of the mean power, dB.
    off_db: f64,
    /// The longest silence, seconds.
    gap_s: f64,
    /// The share of pieces of 20 ms that are more than 6 dB too quiet.
    weak: f64,
}

const BOUNDS: [Bound; 3] = [
    Bound { loss: 0.05, off_db: 1.5, gap_s: 0.2, weak: 0.15 },
    Bound { loss: 0.10, off_db: 2.0, gap_s: 0.3, weak: 0.25 },
    Bound { loss: 0.20, off_db: 4.0, gap_s: 0.5, weak: 0.5 },
];

#[tokio::test(flavor = "multi_thread")]
async fn a_voice_stays_a_voice_at_five_ten_and_twenty_percent() {
    println!("loss   way         mean dB   weak %   longest gap ms   loudest rest dB   lost of received");
    let mut faults = Vec::new();
    for Bound { loss, off_db, gap_s, weak } in BOUNDS {
        let square = Square::start().await;
        let sound = square.file("chord.wav");
        chord(&sound, 60.0);
        let lossy = |seed| Emulator::loss(loss, seed);
        let _speaker = square.guest(named("Speaker").at(10.0, 10.0).play(&sound).behind(lossy(3))).await;
        let mut listeners = Vec::new();
        for (way, options) in
            [("forwarded", named("Forwarded").at(11.0, 10.0)), ("mixed", named("Mixed").at(11.0, 10.0).mixed())]
        {
            let file = square.file(&format!("{way}.wav"));
            listeners.push((way, file.clone(), square.guest(options.behind(lossy(5)).record(&file)).await));
        }
        listeners[0].2.wait_until_hears("Speaker", SOON).await.expect("one metre");
        listeners[1].2.wait_until_hears_bed(SOON).await.expect("one metre");
        listen(SECONDS + 2.0).await;
        for (way, file, guest) in listeners {
            let figures = guest.leave().await.expect("figures");
            let recording = Recording::read(&file);
            let end = recording.seconds() - 0.3;
            let levels_db = recording.short_levels_db(end - SECONDS..end);
            let power =
                levels_db.iter().map(|level_db| 10f64.powf(level_db / 10.0)).sum::<f64>() / levels_db.len() as f64;
            let mean_db = 10.0 * power.log10();
            let weak_share =
                levels_db.iter().filter(|&&level_db| level_db < TONE_DB - 6.0).count() as f64 / levels_db.len() as f64;
            let longest_s = recording.longest_below_s(TONE_DB - 12.0, end - SECONDS..end);
            let rest_db = recording.rest_db(&CHORD_HERTZ, end - SECONDS..end).into_iter().fold(-120.0, f64::max);
            let lost = figures.packets_lost + figures.bed_packets_lost;
            let received = figures.packets_received + figures.bed_packets_received;
            println!(
                "{:3.0} %  {way:9}   {mean_db:7.2}   {:6.1}   {:14.0}   {rest_db:15.1}   {lost} of {received}",
                100.0 * loss,
                100.0 * weak_share,
                1e3 * longest_s
            );
            let mut fault = |is: bool, what: &str| {
                if is {
                    faults.push(format!("{way} at {loss}: {what}"));
                }
            };
            fault((mean_db - TONE_DB).abs() > off_db, "its level");
            fault(longest_s > gap_s, "its longest gap");
            fault(weak_share > weak, "too many weak pieces");
            fault(rest_db > TONE_DB + 3.0, "a burst");
        }
    }
    assert!(faults.is_empty(), "{faults:?}");
}

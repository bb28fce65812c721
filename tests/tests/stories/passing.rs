//! Listening to a table in passing, with its consent.

use crate::{SOON, code, expected_db, host, listen};
use std::path::PathBuf;
use torg_client::Guest;
use torg_protocol::geometry::{BUMBLEBEE_GAIN_DB, HearingPreset, OPEN_WALL_GAIN_DB};
use torg_protocol::message::RefusalCode;
use torg_tests::{Recording, Square, named};

/// How far what passes the wall may lie from the law, dB.
const TOLERANCE_DB: f64 = 0.5;

/// How much louder than the wall allows nothing may be before all are told, dB.
const BEFORE_DB: f64 = 1.5;

/// How long after a guest was told a story may notice it on a busy machine, seconds.
const WOKEN_S: f64 = 0.1;

/// Somebody who stands by the table and hears it.
struct Passer {
    what: &'static str,
    file: PathBuf,
    guest: Guest,
    /// By the law without any wall, dB.
    law_db: f64,
    /// When what was so, seconds into the recording.
    moments_s: Vec<f64>,
}

impl Passer {
    fn mark(&mut self) {
        self.moments_s.push(self.guest.stay().as_secs_f64());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_passes_hears_the_table_six_db_better_and_all_are_told() {
    let square = Square::start().await;
    let mut host = host(&square, named("Host").at(55.0, 5.0).without_media()).await;
    let mut ann = square.guest(named("Ann").at_table("Open").tone(450.0)).await;
    let mut passers = Vec::new();
    // Some two metres from the rim.
    for (what, x_m) in [("forwarded", 9.6), ("mixed", 10.4)] {
        let file = square.file(&format!("{what}.wav"));
        let options = named(what).at(x_m, 30.2).record(&file);
        let guest = square.guest(if what == "mixed" { options.mixed() } else { options }).await;
        let distance_m = guest.position().distance_m(guest.position_of("Ann").expect("she sits there"));
        let law_db = expected_db(HearingPreset::Room.law().gain(distance_m));
        passers.push(Passer { what, file, guest, law_db, moments_s: Vec::new() });
    }
    passers[0].guest.wait_until_hears("Ann", SOON).await.expect("an open wall");
    passers[1].guest.wait_until_hears_bed(SOON).await.expect("an open wall");
    listen(3.0).await;
    assert!(ann.view().world.air().bumblebees.is_empty(), "nobody listens without consent");

    ann.let_listen("Open", true).await.expect("she sits there");
    for passer in &mut passers {
        passer.guest.wait_until_passes(passer.what, Some("Open"), SOON).await.expect("told");
        passer.mark();
    }
    for who in [&mut ann, &mut host] {
        for what in ["forwarded", "mixed"] {
            who.wait_until_passes(what, Some("Open"), SOON).await.expect("everybody is told");
        }
    }
    listen(3.0).await;
    passers.iter_mut().for_each(Passer::mark);
    ann.let_listen("Open", false).await.expect("she sits there");
    for what in ["forwarded", "mixed"] {
        host.wait_until_passes(what, None, SOON).await.expect("everybody is told");
    }
    listen(3.0).await;
    for passer in passers {
        hears_better_in_between(passer).await;
    }
}

async fn hears_better_in_between(passer: Passer) {
    let Passer { what, file, guest, law_db, moments_s } = passer;
    assert_eq!(guest.leave().await.expect("figures").mislabelled, 0, "{what}");
    let recording = Recording::read(&file);
    let (told_s, withdrawn_s, end_s) = (moments_s[0], moments_s[1], recording.seconds() - 0.3);
    let wall_db = law_db + f64::from(OPEN_WALL_GAIN_DB);
    let level = |range| recording.level_db(450.0, range);
    let (before_db, passing_db, after_db) =
        (level(told_s - 1.5..told_s), level(withdrawn_s - 2.0..withdrawn_s), level(end_s - 1.5..end_s));
    println!(
        "{what}: {before_db:.2} dB through the wall, {passing_db:.2} in passing, {after_db:.2} after; the law says \
         {law_db:.2} without a wall"
    );
    let better_db = wall_db + f64::from(BUMBLEBEE_GAIN_DB);
    for (when, heard_db, expected_db) in
        [("before", before_db, wall_db), ("in passing", passing_db, better_db), ("after", after_db, wall_db)]
    {
        let off_db = (heard_db - expected_db).abs();
        assert!(off_db <= TOLERANCE_DB, "{what}, {when}: {heard_db:.2} dB where the law says {expected_db:.2}");
    }
    let early = told_s - 1.0..told_s - WOKEN_S;
    let early_db = recording.short_levels_of_db(450.0, early).into_iter().fold(f64::MIN, f64::max);
    assert!(early_db < wall_db + BEFORE_DB, "{what}: {early_db:.2} dB before it was told");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_goes_on_or_sits_down_passes_no_more_and_it_ends_with_the_last_at_the_table() {
    let square = Square::start().await;
    let mut ann = square.guest(named("Ann").at_table("Open").without_media()).await;
    let mut bob = square.guest(named("Bob").at(10.0, 20.0).without_media()).await;
    ann.let_listen("Open", true).await.expect("she sits there");
    let table = ann.view().world.table("Open").map(|(table, _)| table).expect("a table");
    let lets = move |view: &torg_client::View| view.world.air().let_listen == [table];
    bob.wait_until("word of it", SOON, lets).await.expect("everybody is told");
    listen(0.5).await;
    assert!(ann.view().world.air().bumblebees.is_empty(), "twelve metres off nobody passes");
    bob.walk_to(10.0, 30.5).await.expect("a free way");
    ann.wait_until_passes("Bob", Some("Open"), SOON).await.expect("he is two metres from the rim");
    bob.walk_to(10.0, 20.0).await.expect("a free way");
    ann.wait_until_passes("Bob", None, SOON).await.expect("he has gone on");
    bob.walk_to(10.0, 30.5).await.expect("a free way");
    ann.wait_until_passes("Bob", Some("Open"), SOON).await.expect("he is back");
    let mut late = square.guest(named("Late").at(40.0, 20.0).without_media()).await;
    late.wait_until_passes("Bob", Some("Open"), SOON).await.expect("who comes later sees it as well");
    bob.table("Open").await.expect("a seat");
    ann.wait_until_passes("Bob", None, SOON).await.expect("he sits at the table");
    ann.leave_table().await.expect("nobody holds her");
    assert!(lets(&late.view()), "Bob still sits there");
    bob.leave_table().await.expect("nobody holds him");
    let nobody = |view: &torg_client::View| view.world.air().let_listen.is_empty();
    late.wait_until("the end", SOON, nobody).await.expect("nobody sits there who could consent");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_table_lets_nobody_listen() {
    let square = Square::start().await;
    let mut inside = square.guest(named("Inside").at_table("Closed").tone(450.0)).await;
    let mut outside = square.guest(named("Outside").at(30.0, 31.5)).await;
    let mixed = square.guest(named("Mixed").at(30.6, 31.4).mixed().murmur(0.0)).await;
    let refused = inside.let_listen("Closed", true).await.expect_err("a closed wall");
    assert_eq!(code(&refused), RefusalCode::NotAllowed, "{refused}");
    let refused = outside.let_listen("Open", true).await.expect_err("who does not sit there");
    assert_eq!(code(&refused), RefusalCode::NotAllowed, "{refused}");
    listen(3.0).await;
    assert_eq!((outside.view().voice("Inside").packets, mixed.view().bed().packets), (0, 0), "not one packet");
    assert!(inside.statistics().packets_sent > 100, "and it was not for want of talking");
    assert!(outside.view().world.air().bumblebees.is_empty() && outside.view().world.air().let_listen.is_empty());
}

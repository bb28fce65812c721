//! A talking piece goes round: of those who sit at its table only who holds it is heard, by anybody.

use crate::{SOON, TONE_DB, assert_level, code, expected_db, host, listen};
use std::ops::Range;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use torg_client::{Audience, Guest, Options};
use torg_protocol::message::RefusalCode;
use torg_protocol::people::Microphone;
use torg_tests::{Recording, Square, named};

/// Until somebody who was given the piece is heard by others: a tick, a label's silence and a listener's buffer, on a machine
/// that does other things as well.
const HANDED_OVER: Duration = Duration::from_millis(1_000);

/// After this nothing is on its way any more that was said before.
const STILL_ON_ITS_WAY_S: f64 = 0.5;

/// Until a mixed stream holds nothing of what was said before: its buffers and tails are longer.
const STILL_IN_THE_MIX_S: f64 = 1.5;

/// Two people who sit at the table, and speak.
const ANN: (&str, f64) = ("Ann", 450.0);
const BOB: (&str, f64) = ("Bob", 700.0);

/// Somebody who listens.
struct Ear {
    what: &'static str,
    file: PathBuf,
    guest: Guest,
}

impl Ear {
    async fn listens(square: &Square, what: &'static str, options: Options) -> Self {
        let file = square.file(&format!("{what}.wav"));
        let guest = square.guest(options.record(&file)).await;
        Self { what, file, guest }
    }
}

/// Ann and Bob at the open table, and who listens: one each way at the table, and one each way outside its wall.
struct Circle {
    host: Guest,
    ann: Guest,
    bob: Guest,
    /// They get voices one by one.
    forwarded: Vec<Ear>,
    /// They get all in one stream.
    mixed: Vec<Ear>,
}

impl Circle {
    async fn sit_down(square: &Square) -> Self {
        let host = host(square, named("Host").at(2.0, 2.0).without_media()).await;
        let ann = square.guest(named(ANN.0).at_table("Open").tone(ANN.1 as f32)).await;
        let bob = square.guest(named(BOB.0).at_table("Open").tone(BOB.1 as f32)).await;
        let forwarded = vec![
            Ear::listens(square, "forwarded, at the table", named("Inside").at_table("Open")).await,
            Ear::listens(square, "forwarded, outside", named("Outside").at(9.5, 30.5)).await,
        ];
        let mixed = vec![
            Ear::listens(square, "mixed, at the table", named("Inside, mixed").at_table("Open").mixed()).await,
            Ear::listens(square, "mixed, outside", named("Outside, mixed").at(10.5, 30.5).mixed()).await,
        ];
        let mut circle = Self { host, ann, bob, forwarded, mixed };
        for ear in &mut circle.forwarded {
            for name in [ANN.0, BOB.0] {
                ear.guest.wait_until_hears(name, SOON).await.expect(ear.what);
            }
        }
        for ear in &mut circle.mixed {
            ear.guest.wait_until_hears_bed(SOON).await.expect(ear.what);
        }
        circle
    }

    /// Packets of somebody's voice that came to those who get voices one by one, and to the other one who speaks.
    fn packets_of(&self, name: &str) -> Vec<u64> {
        let speakers = [&self.ann, &self.bob].into_iter().filter(|guest| guest.name() != name);
        speakers
            .chain(self.forwarded.iter().map(|ear| &ear.guest))
            .map(|guest| guest.view().voice(name).packets)
            .collect()
    }

    fn mixed_packets(&self) -> Vec<u64> {
        self.mixed.iter().map(|ear| ear.guest.view().bed().packets).collect()
    }

    /// What each of those who get one stream has recorded so far, seconds.
    fn moments_s(&self) -> Vec<f64> {
        self.mixed.iter().map(|ear| ear.guest.stay().as_secs_f64()).collect()
    }

    /// Everybody who gets voices one by one hears somebody, soon after they were given the piece.
    async fn hear_soon(&mut self, name: &str, given: Instant) {
        let listeners = [&mut self.ann, &mut self.bob].into_iter().filter(|guest| guest.name() != name);
        for guest in listeners.chain(self.forwarded.iter_mut().map(|ear| &mut ear.guest)) {
            guest.wait_until_hears(name, SOON).await.expect("who holds the piece is heard");
            let took = given.elapsed();
            println!("{} hears {name} {} ms after it was given", guest.name(), took.as_millis());
            assert!(took < HANDED_OVER, "{took:?}");
        }
    }

    /// Not one packet of somebody comes to anybody for a while, though they speak.
    async fn stay_unheard(&self, name: &str) {
        listen(STILL_ON_ITS_WAY_S).await;
        let speaker = if name == ANN.0 { &self.ann } else { &self.bob };
        let sent = || speaker.statistics().packets_sent;
        let (before, sent_before) = (self.packets_of(name), sent());
        listen(1.5).await;
        assert_eq!(self.packets_of(name), before, "not one packet of {name}");
        assert!(sent() > sent_before + 50, "and it was not for want of talking");
    }

    fn microphones_are_on(&self) {
        for ear in self.forwarded.iter().chain(&self.mixed) {
            for name in [ANN.0, BOB.0] {
                let microphone = ear.guest.view().world.person(name).map(|person| person.view.microphone);
                assert_eq!(microphone, Some(Microphone::On), "{name}, as {} sees it", ear.what);
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_who_holds_it_is_heard_by_anybody() {
    let square = Square::start().await;
    let mut circle = Circle::sit_down(&square).await;
    circle.host.bring_piece("Open").await.expect("hosts may");
    circle.bob.wait_until_holds("Open", None, SOON).await.expect("it lies in the middle");
    // Nobody holds it: nobody is heard.
    for name in [ANN.0, BOB.0] {
        circle.stay_unheard(name).await;
    }
    listen(STILL_IN_THE_MIX_S).await;
    let silent = circle.mixed_packets();
    listen(1.0).await;
    assert_eq!(circle.mixed_packets(), silent, "not one packet of a mix in which nobody speaks");
    circle.microphones_are_on();

    let given = Instant::now();
    circle.ann.take_piece().await.expect("it lies in the middle");
    circle.hear_soon(ANN.0, given).await;
    circle.stay_unheard(BOB.0).await;
    let ann_s = circle.moments_s();

    let given = Instant::now();
    circle.ann.give_piece(BOB.0).await.expect("who holds it may");
    circle.hear_soon(BOB.0, given).await;
    circle.stay_unheard(ANN.0).await;
    listen(STILL_IN_THE_MIX_S).await;
    let bob_s = circle.moments_s();
    circle.microphones_are_on();

    let given = Instant::now();
    circle.host.put_piece_away("Open").await.expect("hosts may");
    circle.hear_soon(ANN.0, given).await;
    circle.hear_soon(BOB.0, Instant::now()).await;
    listen(1.5).await;
    let Circle { mixed, forwarded, .. } = circle;
    for ((ear, ann_s), bob_s) in mixed.into_iter().zip(ann_s).zip(bob_s) {
        one_stream_holds_who_holds_the_piece(ear, ann_s, bob_s).await;
    }
    for ear in forwarded {
        assert_eq!(ear.guest.leave().await.expect("figures").mislabelled, 0, "{}", ear.what);
    }
}

/// `ann_s` and `bob_s` are ends of stretches in which each of them alone was heard.
async fn one_stream_holds_who_holds_the_piece(ear: Ear, ann_s: f64, bob_s: f64) {
    let Ear { what, file, guest } = ear;
    guest.leave().await.expect("figures");
    let recording = Recording::read(&file);
    for (end_s, heard, unheard) in [(ann_s, ANN, BOB), (bob_s, BOB, ANN)] {
        let range = end_s - 1.0..end_s;
        let level_db = recording.level_db(heard.1, range.clone());
        println!("{what}: {} at {level_db:.2} dB", heard.0);
        if what.contains("at the table") {
            assert_level(&format!("{what}: {}", heard.0), level_db, expected_db(1.0));
        } else {
            assert!(level_db > TONE_DB - 30.0, "{what}: {} at {level_db:.1} dB through the wall", heard.0);
        }
        is_only_noise(&format!("{what}: {}", unheard.0), &recording, unheard.1, range);
    }
    let end = recording.seconds() - 0.3;
    for (name, hertz) in [ANN, BOB] {
        assert!(recording.level_db(hertz, end - 1.0..end) > TONE_DB - 30.0, "{what}: {name} is heard again");
    }
}

/// A tone is not there: what lies at its frequency is the codec's noise, no louder than at frequencies beside it where nobody
/// hums. A stream that was decoded and encoded twice has more of it than a voice that was forwarded.
fn is_only_noise(what: &str, recording: &Recording, hertz: f64, seconds: Range<f64>) {
    let level_db = recording.level_db(hertz, seconds.clone());
    let beside_db = [-100.0, -50.0, 50.0, 100.0].map(|away| recording.level_db(hertz + away, seconds.clone()));
    let noise_db = beside_db.into_iter().fold(f64::NEG_INFINITY, f64::max);
    println!("{what}: {level_db:.1} dB, beside it {beside_db:.1?}");
    assert!(
        level_db < TONE_DB - 50.0 && level_db < noise_db + 6.0,
        "{what}: {level_db:.1} dB, beside it {beside_db:.1?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn it_lies_in_the_middle_when_its_holder_goes_and_is_gone_when_all_have() {
    let square = Square::start().await;
    let mut host = host(&square, named("Host").at(2.0, 2.0).without_media()).await;
    let seated = |name: &str| named(name).at_table("Open").without_media();
    let (mut ann, mut bob) = (square.guest(seated("Ann")).await, square.guest(seated("Bob")).await);
    let mut outside = square.guest(named("Outside").at(10.0, 20.0).without_media()).await;
    for (refused, why) in [
        (ann.bring_piece("Open").await, RefusalCode::NotAllowed),
        (ann.take_piece().await, RefusalCode::NotNow),
        (host.give_piece("Ann").await, RefusalCode::NotNow),
    ] {
        assert_eq!(code(&refused.expect_err("not so")), why);
    }
    host.bring_piece("Open").await.expect("hosts may");
    outside.wait_until_holds("Open", None, SOON).await.expect("everybody is told");
    assert_eq!(code(&outside.put_piece_away("Open").await.expect_err("a passer-by")), RefusalCode::NotAllowed);
    host.give_piece("Ann").await.expect("hosts may");
    outside.wait_until_holds("Open", Some("Ann"), SOON).await.expect("everybody is told");
    assert_eq!(code(&bob.take_piece().await.expect_err("she holds it")), RefusalCode::NotNow);
    ann.leave_table().await.expect("nobody holds her");
    bob.wait_until_holds("Open", None, SOON).await.expect("it stays at the table");
    bob.take_piece().await.expect("it lies in the middle");
    outside.wait_until_holds("Open", Some("Bob"), SOON).await.expect("everybody is told");
    // Nobody waits for a line that broke.
    bob.cut_socket().await.expect("cut");
    outside.wait_until_holds("Open", None, SOON).await.expect("at once");
    bob.wait_until_back(SOON).await.expect("he comes back");
    bob.take_piece().await.expect("it still lies there");
    bob.lay_piece_down().await.expect("he holds it");
    bob.leave_table().await.expect("nobody holds him");
    outside.wait_until("no piece", SOON, |view| view.world.piece("Open").is_none()).await.expect("nobody sits there");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_speaks_to_all_is_heard_without_it() {
    let square = Square::start().await;
    let mut host = host(&square, named("Host").at_table("Open").tone(450.0)).await;
    let mut ann = square.guest(named("Ann").at_table("Open")).await;
    let mut far = square.guest(named("Far").at(55.0, 5.0)).await;
    ann.wait_until_hears("Host", SOON).await.expect("at one table");
    host.bring_piece("Open").await.expect("hosts may");
    host.give_piece("Ann").await.expect("hosts may");
    ann.wait_until_silent("Host", Duration::from_millis(500), SOON).await.expect("Ann holds it");
    host.speak_to(&Audience::Everybody).await.expect("hosts may");
    far.wait_until_hears("Host", SOON).await.expect("to everybody");
    ann.wait_until_hears("Host", SOON).await.expect("and at the table");
    host.end_speech().await.expect("ended");
    listen(STILL_ON_ITS_WAY_S).await;
    let before = ann.view().voice("Host").packets;
    listen(1.0).await;
    assert_eq!(ann.view().voice("Host").packets, before, "not one packet");
}

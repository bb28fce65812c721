//! A host, or whoever has the word, speaks to all.

use crate::{SOON, assert_absent, assert_level, code, expected_db, host, listen};
use torg_client::{Audience, Event, Guest, GuestError};
use torg_protocol::geometry::BROADCAST_DUCK_DB;
use torg_protocol::limits::BROADCASTS_MAX;
use torg_protocol::message::RefusalCode;
use torg_protocol::people::Role;
use torg_tests::{Recording, Square, named};

/// What of a ramp may be heard as a click, dB below full scale: far below every voice.
const CLICK_DB: f64 = -50.0;

fn hears_no_broadcast(guest: &Guest) -> bool {
    guest.view().world.air().spoken_to.is_empty()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_is_heard_in_full_at_the_far_end_and_all_else_is_ducked() {
    let square = Square::start().await;
    let mut host = host(&square, named("Host").at(2.0, 2.0).tone(450.0)).await;
    let _neighbour = square.guest(named("Neighbour").at(58.0, 20.0).tone(700.0)).await;
    let mut listeners = Vec::new();
    for (what, options) in
        [("forwarded", named("Forwarded").at(57.0, 20.0)), ("mixed", named("Mixed").at(57.0, 19.6).mixed())]
    {
        let file = square.file(&format!("{what}.wav"));
        listeners.push((what, file.clone(), square.guest(options.record(&file)).await));
    }
    listeners[0].2.wait_until_hears("Neighbour", SOON).await.expect("one metre");
    listeners[1].2.wait_until_hears_bed(SOON).await.expect("one metre");
    listen(2.5).await;
    let begins: Vec<f64> = listeners.iter().map(|(.., guest)| guest.stay().as_secs_f64()).collect();
    host.speak_to(&Audience::Everybody).await.expect("hosts may");
    listen(3.0).await;
    let listens = u16::try_from(host.view().world.people().len() - 1).expect("few");
    let counts = move |view: &torg_client::View| {
        view.world.heard_by().is_some_and(|heard| heard.listeners == listens && heard.in_earshot == listens)
    };
    host.wait_until("everybody to be counted", SOON, counts).await.expect("an honest badge");
    let ends: Vec<f64> = listeners.iter().map(|(.., guest)| guest.stay().as_secs_f64()).collect();
    host.end_speech().await.expect("ended");
    listen(3.0).await;

    let duck_db = expected_db(1.0) + f64::from(BROADCAST_DUCK_DB);
    for ((what, file, guest), (begin_s, end_s)) in listeners.into_iter().zip(begins.into_iter().zip(ends)) {
        let figures = guest.leave().await.expect("figures");
        assert_eq!(figures.mislabelled, 0, "{what}");
        let recording = Recording::read(&file);
        let last = recording.seconds() - 0.3;
        let level = |hertz, range| recording.level_db(hertz, range);
        let (before, under, after) = (begin_s - 1.2..begin_s, end_s - 1.5..end_s, last - 1.2..last);
        println!(
            "{what}: host {:.2} dB, neighbour {:.2} dB before, {:.2} under, {:.2} after",
            level(450.0, under.clone()),
            level(700.0, before.clone()),
            level(700.0, under.clone()),
            level(700.0, after.clone())
        );
        assert_level(&format!("{what}: before"), level(700.0, before.clone()), expected_db(1.0));
        assert_absent(&format!("{what}: the host before"), &recording, 450.0, before);
        assert_level(&format!("{what}: the host"), level(450.0, under.clone()), expected_db(1.0));
        assert_level(&format!("{what}: ducked"), level(700.0, under.clone()), duck_db);
        let (left_db, right_db) = recording.ears_db(450.0, under);
        assert!((left_db - right_db).abs() < 1.0, "{what}: from straight ahead, {left_db:.1} and {right_db:.1} dB");
        assert_level(&format!("{what}: after"), level(700.0, after.clone()), expected_db(1.0));
        assert_absent(&format!("{what}: the host after"), &recording, 450.0, after);
        let loudest_db = recording.clicks_db(begin_s - 0.5..last).into_iter().fold(f64::NEG_INFINITY, f64::max);
        println!("{what}: nothing clicks above {loudest_db:.1} dB");
        assert!(loudest_db < CLICK_DB, "{what}: the ramps click at {loudest_db:.1} dB");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_enters_a_closed_table_unless_it_is_kept_out_and_never_leaves_one() {
    let square = Square::start().await;
    let mut host = host(&square, named("Host").at(5.0, 5.0).tone(450.0)).await;
    let mut inside = square.guest(named("Inside").at_table("Closed").tone(700.0)).await;
    let mut mixed = square.guest(named("Mixed").at_table("Closed").mixed()).await;
    let mut outside = square.guest(named("Outside").at(30.0, 20.0)).await;
    host.speak_to(&Audience::Everybody).await.expect("hosts may");
    for guest in [&mut inside, &mut mixed, &mut outside] {
        guest.wait_until_spoken_to("Host", SOON).await.expect("everybody");
    }
    inside.wait_until_hears("Host", SOON).await.expect("through the closed wall");
    outside.wait_until_hears("Host", SOON).await.expect("far away");
    assert_eq!(host.view().voice("Inside").packets, 0, "the wall lets nothing out");

    host.keep_out("Closed", true).await.expect("hosts may");
    for guest in [&mut inside, &mut mixed] {
        guest.wait_until("silence", SOON, |view| view.world.air().spoken_to.is_empty()).await.expect("kept out");
    }
    listen(0.5).await;
    let before = inside.view().voice("Host").packets;
    listen(1.0).await;
    assert_eq!(inside.view().voice("Host").packets, before, "not one packet");
    assert!(outside.hears("Host").await, "others hear on");
    let closed = inside.view().world.table("Closed").map(|(table, _)| table).expect("a table");
    assert_eq!(outside.view().world.air().kept_out, [closed], "everybody is told");
    host.keep_out("Closed", false).await.expect("hosts may");
    inside.wait_until_hears("Host", SOON).await.expect("let in again");

    // Who sits down behind a closed wall speaks over nothing any more, and can't begin there.
    host.table("Closed").await.expect("a seat");
    outside.wait_until("the end", SOON, |view| view.world.air().broadcasts.is_empty()).await.expect("it ends");
    listen(0.5).await;
    let before = outside.view().voice("Host").packets;
    listen(1.0).await;
    assert_eq!(outside.view().voice("Host").packets, before, "not one packet leaves");
    let refused = host.speak_to(&Audience::Everybody).await.expect_err("behind a closed wall");
    assert_eq!(code(&refused), RefusalCode::BehindClosedWall, "{refused}");
    assert_eq!(code(&inside.keep_out("Closed", true).await.expect_err("a participant")), RefusalCode::NotAllowed);
    // A facilitator may, at the table where they sit.
    let facilitator = inside.id();
    host.request(torg_protocol::message::Change::GrantRole { participant: facilitator, role: Role::Facilitator })
        .await
        .expect("a host grants");
    inside.keep_out("Closed", true).await.expect("at their own table");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_zone_alone_is_spoken_to_and_whoever_walks_into_it() {
    let square = Square::start().await;
    let mut host = host(&square, named("Host").at(5.0, 35.0).tone(450.0)).await;
    let mut inside = square.guest(named("In the foyer").at(30.0, 3.0)).await;
    let mut outside = square.guest(named("Outside").at(40.0, 15.0)).await;
    let foyer = Audience::Zone("Foyer".to_owned());
    host.speak_to(&foyer).await.expect("hosts may");
    inside.wait_until_hears("Host", SOON).await.expect("in the zone");
    let told = |view: &torg_client::View| view.world.air().broadcasts.len() == 1;
    outside.wait_until("word of it", SOON, told).await.expect("everybody sees who speaks");
    listen(1.0).await;
    assert!(hears_no_broadcast(&outside), "but not a word of it reaches who is elsewhere");
    assert_eq!(outside.view().voice("Host").packets, 0);
    outside.walk_to(30.5, 3.5).await.expect("a free way");
    outside.wait_until_hears("Host", SOON).await.expect("now in the zone");
    inside.walk_to(30.0, 15.0).await.expect("a free way");
    inside.wait_until("silence", SOON, |view| view.world.air().spoken_to.is_empty()).await.expect("out of the zone");
    let refused = host.speak_to(&Audience::Zone("Nowhere".to_owned())).await.expect_err("no such zone");
    assert!(matches!(refused, GuestError::Unknown(_)), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn conveners_alone_are_spoken_to() {
    let square = Square::start().await;
    let mut host = host(&square, named("Host").at(5.0, 35.0).tone(450.0)).await;
    let mut brings = square.guest(named("Brings a topic").at(40.0, 10.0)).await;
    let mut role = square.guest(named("Has the role").at(50.0, 20.0)).await;
    let other = square.guest(named("Other").at(41.0, 10.0)).await;
    brings.post_topic("Rota", None).await.expect("posted");
    let grant = torg_protocol::message::Change::GrantRole { participant: role.id(), role: Role::Convener };
    host.request(grant).await.expect("hosts may");
    host.speak_to(&Audience::Conveners).await.expect("hosts may");
    brings.wait_until_hears("Host", SOON).await.expect("a convener by a topic");
    role.wait_until_hears("Host", SOON).await.expect("a convener by role");
    listen(1.0).await;
    assert!(hears_no_broadcast(&other));
    assert_eq!(other.view().voice("Host").packets, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_word_is_lent_and_taken_back() {
    let square = Square::start().await;
    let mut host = host(&square, named("Host").at(5.0, 5.0).without_media()).await;
    let mut ann = square.guest(named("Ann").at(10.0, 20.0).tone(450.0)).await;
    let mut far = square.guest(named("Far").at(55.0, 20.0)).await;
    let mut events = far.events();
    let refused = ann.speak_to(&Audience::Everybody).await.expect_err("a participant may not");
    assert_eq!(code(&refused), RefusalCode::NotAllowed, "{refused}");
    let refused = ann.lend_word("Ann", true).await.expect_err("nor lend it to herself");
    assert_eq!(code(&refused), RefusalCode::NotAllowed, "{refused}");
    host.lend_word("Ann", true).await.expect("hosts may");
    ann.wait_until("the word", SOON, |view| view.world.air().word_lent == [view.world.me()]).await.expect("told");
    ann.speak_to(&Audience::Everybody).await.expect("now she may");
    far.wait_until_hears("Ann", SOON).await.expect("from 45 metres");
    host.lend_word("Ann", false).await.expect("hosts may");
    far.wait_until("the end", SOON, |view| view.world.air().broadcasts.is_empty())
        .await
        .expect("it ends with the word");
    listen(0.5).await;
    let before = far.view().voice("Ann").packets;
    listen(1.0).await;
    assert_eq!(far.view().voice("Ann").packets, before, "not one packet");
    let told: Vec<String> = std::iter::from_fn(|| events.try_recv().ok())
        .filter(|event| {
            matches!(event, Event::BroadcastsChanged { .. } | Event::SpokenTo { .. } | Event::WordLent { .. })
        })
        .map(|event| event.to_string())
        .collect();
    for line in ["Ann was lent the word", "Ann speaks to everybody", "over everything else comes Ann"] {
        assert!(told.iter().any(|told| told == line), "{line} is missing: {told:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_no_microphone_and_who_is_one_too_many_is_refused() {
    let square = Square::start().await;
    let mut silent = host(&square, named("Silent").at(5.0, 5.0)).await;
    let refused = silent.speak_to(&Audience::Everybody).await.expect_err("without a microphone");
    assert_eq!(code(&refused), RefusalCode::NoMicrophone, "{refused}");
    let mut hosts = Vec::new();
    for number in 0..BROADCASTS_MAX {
        let options =
            named(&format!("Host {number}")).at(5.0 + 2.0 * number as f64, 8.0).tone(450.0 + 50.0 * number as f32);
        let mut guest = host(&square, options).await;
        guest.speak_to(&Audience::Everybody).await.expect("up to four");
        hosts.push(guest);
    }
    let mut late = host(&square, named("Late").at(20.0, 20.0).tone(950.0)).await;
    let refused = late.speak_to(&Audience::Everybody).await.expect_err("one too many");
    assert_eq!(code(&refused), RefusalCode::TooMany, "{refused}");
    for number in 0..BROADCASTS_MAX {
        late.wait_until_hears(&format!("Host {number}"), SOON).await.expect("all four at once");
    }
    hosts.pop().expect("four").leave().await.expect("figures");
    late.wait_until("a free place", SOON, |view| view.world.air().broadcasts.len() == BROADCASTS_MAX - 1)
        .await
        .expect("who leaves speaks no more");
    late.speak_to(&Audience::Everybody).await.expect("there is room now");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dropped_line_keeps_the_broadcast_and_a_muted_speaker_is_silent() {
    let square = Square::start().await;
    let mut host = host(&square, named("Host").at(5.0, 5.0).tone(450.0)).await;
    let mut far = square.guest(named("Far").at(55.0, 20.0)).await;
    host.speak_to(&Audience::Everybody).await.expect("hosts may");
    far.wait_until_hears("Host", SOON).await.expect("from 50 metres");
    host.cut_socket().await.expect("cut");
    host.wait_until_back(SOON).await.expect("back by itself");
    listen(0.5).await;
    assert!(host.view().world.air().broadcasts_by(host.id()), "the welcome says that it goes on");
    assert!(far.hears("Host").await);
    host.mute().await.expect("muted");
    listen(0.5).await;
    let before = far.view().voice("Host").packets;
    listen(1.0).await;
    assert_eq!(far.view().voice("Host").packets, before, "not one packet");
    host.unmute().await.expect("open");
    far.wait_until_hears("Host", SOON).await.expect("she speaks on");
}

//! Programs that are not ours come in by the standard doors: GStreamer publishes by WHIP and listens by WHEP.

use crate::{SOON, assert_level, expected_db, host, listen};
use serde_json::json;
use std::time::Duration;
use torg_client::View;
use torg_protocol::geometry::HearingPreset;
use torg_protocol::people::{Microphone, ParticipantKind};
use torg_tests::{Foreign, Links, Recording, Script, Square, map, named};

/// After so long without a packet somebody else may publish with the same token.
const FALLEN_SILENT_S: f64 = 4.0;

/// Whether the stories here can be told: they are left out in words where there is no GStreamer.
async fn is_there() -> bool {
    match Foreign::missing().await {
        Some(missing) => {
            println!("left out: {missing}. Debian and Ubuntu: `cargo xtask test stories` installs it by apt-get");
            false
        }
        None => true,
    }
}

fn sees(name: &'static str, kind: ParticipantKind) -> impl Fn(&View) -> bool {
    move |view| view.world.person(name).is_some_and(|person| person.view.kind == kind)
}

fn misses(name: &'static str) -> impl Fn(&View) -> bool {
    move |view| view.world.person(name).is_none()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_from_elsewhere_is_heard_everywhere_and_seen_by_all() {
    if !is_there().await {
        return;
    }
    let square = Square::start().await;
    let door = Script::with_link(&square.links().host);
    let mut listeners = Vec::new();
    for (what, options) in [
        ("forwarded, far", named("Forwarded").at(57.0, 36.0)),
        ("mixed, far", named("Mixed").at(56.0, 36.0).mixed()),
        ("at an open table", named("Open").at_table("Open")),
        ("at a closed table", named("Closed").at_table("Closed")),
    ] {
        let file = square.file(&format!("{what}.wav"));
        listeners.push((what, file.clone(), square.guest(options.record(&file)).await));
    }
    let mut studio = Foreign::publishes(&door.url("/whip?to=everybody&name=Studio"), door.token(), 450.0);
    let location = studio.stands().await;
    for (what, _, guest) in &mut listeners {
        guest.wait_until("the stream", SOON, sees("Studio", ParticipantKind::Stream)).await.expect(what);
        guest.wait_until_spoken_to("Studio", SOON).await.expect(what);
        let microphone = guest.view().world.person("Studio").map(|person| person.view.microphone);
        assert_eq!(microphone, Some(Microphone::On), "{what}");
        match *what {
            "mixed, far" => guest.wait_until_hears_bed(SOON).await.expect(what),
            _ => guest.wait_until_hears("Studio", SOON).await.expect(what),
        }
    }
    listen(3.0).await;
    let heard_s: Vec<f64> = listeners.iter().map(|(.., guest)| guest.stay().as_secs_f64()).collect();

    // The same token publishes once.
    let mut second = Foreign::publishes(&door.url("/whip?name=Second"), door.token(), 700.0);
    let (status, posted) = second.posted().await;
    assert_eq!(status, 409, "{posted}");
    assert!(misses("Second")(&listeners[0].2.view()), "and was never seen");

    assert_eq!(studio.leaves().await, 200);
    for (what, _, guest) in &mut listeners {
        guest.wait_until("the end", SOON, misses("Studio")).await.expect(what);
        assert!(guest.view().world.air().broadcasts.is_empty(), "{what}");
    }
    let again = door.send_to("DELETE", &location, &[], &[]).await;
    assert_eq!(again.status, 404, "{again:?}");
    for ((what, file, guest), heard_s) in listeners.into_iter().zip(heard_s) {
        assert_eq!(guest.leave().await.expect("figures").mislabelled, 0, "{what}");
        let recording = Recording::read(&file);
        let level_db = recording.level_db(450.0, heard_s - 2.0..heard_s);
        let (left_db, right_db) = recording.ears_db(450.0, heard_s - 2.0..heard_s);
        println!("{what}: {level_db:.2} dB");
        assert_level(what, level_db, expected_db(1.0));
        assert!((left_db - right_db).abs() < 1.0, "{what}: from straight ahead, {left_db:.1} and {right_db:.1} dB");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_broke_off_makes_room_and_a_host_may_end_one() {
    if !is_there().await {
        return;
    }
    let square = Square::start().await;
    let door = Script::with_link(&square.links().host);
    let mut host = host(&square, named("Host").at(57.0, 36.0)).await;
    let mut broken = Foreign::publishes(&door.url("/whip?name=Broken"), door.token(), 450.0);
    broken.stands().await;
    host.wait_until_hears("Broken", SOON).await.expect("at the far end");
    // Without a word: the program is killed.
    drop(broken);
    listen(FALLEN_SILENT_S).await;
    let mut next = Foreign::publishes(&door.url("/whip?name=Next"), door.token(), 700.0);
    let location = next.stands().await;
    host.wait_until_hears("Next", SOON).await.expect("with the same token");
    host.wait_until("the first to be gone", SOON, misses("Broken")).await.expect("its place was taken");
    host.end_sound("Next").await.expect("hosts may");
    let gone = door.send_to("DELETE", &location, &[], &[]).await;
    assert_eq!(gone.status, 404, "{gone:?}");
    let heard = host.view().voice("Next").packets;
    listen(1.0).await;
    assert_eq!(host.view().voice("Next").packets, heard, "not one packet more");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_session_of_a_stream_is_what_the_rfc_says() {
    if !is_there().await {
        return;
    }
    let square = Square::start().await;
    let door = Script::with_link(&square.links().host);
    let mut studio = Foreign::publishes(&door.url("/whip?name=Studio"), door.token(), 450.0);
    let (status, posted) = studio.posted().await;
    assert_eq!((status, posted["headers"]["content-type"].as_str()), (201, Some("application/sdp")), "{posted}");
    let location = posted["headers"]["location"].as_str().expect("a location").to_owned();
    let etag = posted["headers"]["etag"].as_str().expect("an entity tag").to_owned();
    studio.until("connected").await;
    let fragment = "content-type: application/trickle-ice-sdpfrag";
    let candidate = "a=ice-ufrag:EsAw\r\na=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\n\
                     a=mid:audio0\r\na=candidate:1 1 UDP 2015363327 192.0.2.1 5000 typ host\r\n";
    // The same session's candidates name its own ufrag: it is in the offer.
    let offer = posted["offer"].as_str().unwrap_or_default();
    let line = |name: &str| offer.lines().find(|line| line.starts_with(name)).unwrap_or_default().to_owned();
    let own = candidate
        .replace("a=ice-ufrag:EsAw", &line("a=ice-ufrag:"))
        .replace("a=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1", &line("a=ice-pwd:"));
    let tag = format!("if-match: {etag}");
    for (what, method, headers, body, status) in [
        ("candidates", "PATCH", vec![fragment, &tag], own.as_str(), 204),
        ("candidates of no session", "PATCH", vec![fragment], own.as_str(), 428),
        ("candidates of another session", "PATCH", vec![fragment, "if-match: \"another\""], own.as_str(), 412),
        ("a restart", "PATCH", vec![fragment, "if-match: *"], candidate, 422),
        ("what is no fragment", "PATCH", vec!["content-type: application/json", &tag], "{}", 415),
        ("another method", "PUT", vec!["content-type: application/sdp"], "v=0", 405),
    ] {
        let reply = door.send_to(method, &location, &headers, body.as_bytes()).await;
        println!("{what}: {} {}", reply.status, reply.body);
        assert_eq!(reply.status, status, "{what}: {reply:?}");
    }
    assert_eq!(studio.leaves().await, 200, "it stands after all that");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_publish_and_what_is_no_sound_is_refused_in_words() {
    if !is_there().await {
        return;
    }
    let square = Square::start().await;
    let (door, other) = (Script::with_link(&square.links().host), Script::with_link(&square.links().join));
    let mut guest = square.guest(named("Guest").without_media()).await;
    let mut video = Foreign::publishes_video(&door.url("/whip?name=Camera"), door.token());
    let (status, posted) = video.posted().await;
    assert_eq!(status, 422, "{posted}");
    let words = posted["body"].as_str().unwrap_or_default();
    println!("video only: {words}");
    assert!(words.contains("offer_lacks") && words.contains("video"), "it says what is missing: {words}");
    let mut by_join_link = Foreign::publishes(&other.url("/whip?name=Mine"), other.token(), 450.0);
    let (status, posted) = by_join_link.posted().await;
    assert_eq!(status, 403, "{posted}");
    let offer = posted["offer"].as_str().unwrap_or_default().as_bytes();
    let sdp = "content-type: application/sdp";
    for (what, reply, status) in [
        ("as text", door.send("POST", "/whip", "text/plain", offer).await, 415),
        ("what is no offer", door.send_with("POST", "/whip", &[sdp], b"hello").await, 400),
        ("to nowhere", door.send_with("POST", "/whip?to=zone:Nowhere", &[sdp], offer).await, 422),
        ("a session that never was", door.send("DELETE", "/whip/never", "text/plain", b"").await, 404),
    ] {
        println!("{what}: {} {}", reply.status, reply.body);
        assert_eq!(reply.status, status, "{what}: {reply:?}");
        assert!(reply.json()["message"].as_str().is_some_and(|words| words.len() > 10), "{what}: {reply:?}");
    }
    guest.wait_until("a look around", SOON, |view| view.world.people().len() == 1).await.expect("nobody came of it");
}

/// The square of stories, with a stage in its lower right corner.
async fn with_stage(square: &Square) -> Links {
    let mut map = map();
    let stage = json!({"name": "Stage", "kind": "stage", "x": 50, "y": 10, "width_m": 8, "height_m": 6});
    map["zones"].as_array_mut().expect("zones").push(stage);
    square.space("A square with a stage", &map).await
}

#[tokio::test(flavor = "multi_thread")]
async fn who_listens_from_elsewhere_hears_the_stage_and_is_seen_and_counted() {
    if !is_there().await {
        return;
    }
    let square = Square::start().await;
    let links = with_stage(&square).await;
    let door = Script::with_link(&links.join);
    let mut speaker = square.guest_by(&links.join, named("Speaker").at(56.0, 13.0).tone(450.0)).await;
    let mut far = square.guest_by(&links.join, named("Far").at(2.0, 2.0).without_media()).await;
    let file = square.file("reception.wav");
    let mut reception = Foreign::listens(&door.url("/whep?name=Reception"), door.token(), &file);
    let location = reception.stands().await;
    reception.until("sound").await;
    for guest in [&mut speaker, &mut far] {
        guest
            .wait_until("the listener", SOON, sees("Reception", ParticipantKind::Listener))
            .await
            .expect("never hidden");
    }
    let counted =
        |view: &View| view.world.heard_by().is_some_and(|heard| heard.listeners == 1 && heard.in_earshot == 1);
    speaker.wait_until("being counted", SOON, counted).await.expect("an honest badge");
    listen(4.0).await;
    let distance_m = speaker.position().distance_m(speaker.position_of("Reception").expect("it stands there"));
    assert_eq!(reception.leaves().await, 200);
    for guest in [&mut speaker, &mut far] {
        guest.wait_until("the end", SOON, misses("Reception")).await.expect("told");
    }
    assert_eq!(door.send_to("DELETE", &location, &[], &[]).await.status, 404);
    let recording = Recording::read(&file);
    let end = recording.seconds() - 0.5;
    assert!(end > 3.0, "{end} s were recorded");
    let law_db = expected_db(HearingPreset::Room.law().gain(distance_m));
    let level_db = recording.level_db(450.0, end - 2.0..end);
    let (left_db, right_db) = recording.ears_db(450.0, end - 2.0..end);
    println!(
        "{distance_m:.1} m off: {level_db:.2} dB, the law says {law_db:.2}; left {left_db:.1}, right {right_db:.1}"
    );
    assert_level("from the stage", level_db, law_db);
    assert!(right_db > left_db + 3.0, "decoded as stereo: the speaker stands to the right");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_listens_from_elsewhere_sits_at_an_open_table_and_never_at_a_closed_one() {
    if !is_there().await {
        return;
    }
    let square = Square::start().await;
    let door = Script::with_link(&square.links().join);
    let mut ann = square.guest(named("Ann").at_table("Open").tone(450.0)).await;
    let _inside = square.guest(named("Inside").at_table("Closed").tone(700.0)).await;
    let mut closed = Foreign::listens(&door.url("/whep?at=Closed&name=Wall"), door.token(), &square.file("no.wav"));
    let (status, posted) = closed.posted().await;
    println!("at a closed table: {}", posted["body"]);
    assert_eq!(status, 403, "{posted}");
    let file = square.file("table.wav");
    let mut table = Foreign::listens(&door.url("/whep?at=Open&name=Chair"), door.token(), &file);
    table.stands().await;
    table.until("sound").await;
    let seated = |view: &View| {
        let chair = view.world.person("Chair").map(|person| person.view.id);
        let open = view.world.table("Open").map(|(table, _)| table);
        chair.is_some_and(|chair| view.world.seated_at(chair) == open)
    };
    ann.wait_until("somebody at the table", SOON, seated).await.expect("seen where they listen");
    assert!(misses("Wall")(&ann.view()));
    listen(3.5).await;
    assert_eq!(table.leaves().await, 200);
    let recording = Recording::read(&file);
    let end = recording.seconds() - 0.5;
    let level_db = recording.level_db(450.0, end - 2.0..end);
    println!("at the table: {level_db:.2} dB");
    assert_level("at one table", level_db, expected_db(1.0));
    assert!(recording.level_db(700.0, end - 2.0..end) < -70.0, "nothing through the closed wall");
    listen(0.1).await;
    ann.wait_until("a free chair", Duration::from_secs(5), misses("Chair")).await.expect("told");
}

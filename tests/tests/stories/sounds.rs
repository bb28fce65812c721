//! Files that are played: a talk's sound, music in the break, a bell of the space's own.

use crate::{SOON, TONE_DB, assert_absent, assert_level, expected_db, host, listen};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::time::Duration;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use torg_client::{Guest, View};
use torg_protocol::geometry::{BACKGROUND_GAIN_DB, BROADCAST_DUCK_DB};
use torg_protocol::people::ParticipantKind;
use torg_tests::{Recording, Script, Square, named, tone};

/// What is played. The loudness of a sine of 1 kHz is its power in both channels together (ITU-R BS.1770-5, annex 1), so its
/// level tells its loudness.
const SONG_HZ: f64 = 1_000.0;

/// How loud a talk is heard, dB: -23 LUFS (EBU R 128) over two channels that are alike, so half of it in each; and one of
/// them is what comes from straight ahead in full.
const TALK_DB: f64 = -26.01;

/// How loud the file itself is: what is heard does not depend on it.
const FILE_DB: f64 = -31.0;

const NEIGHBOUR_HZ: f64 = 700.0;

fn wav(square: &Square, hertz: f64, seconds: f64) -> Vec<u8> {
    let file = square.file("song.wav");
    tone(&file, hertz, FILE_DB, seconds);
    std::fs::read(file).expect("just written")
}

async fn play(script: &Script, what: &str, file: &[u8]) -> Value {
    script.send("POST", &format!("/sounds?{what}"), "audio/wav", file).await.made()
}

/// Two who listen far from the stage, each their way, beside somebody who hums.
async fn listeners(square: &Square) -> Vec<(&'static str, PathBuf, Guest)> {
    let mut listeners = Vec::new();
    for what in ["forwarded", "mixed"] {
        let file = square.file(&format!("{what}.wav"));
        let options = named(what).at(57.0, if what == "mixed" { 19.6 } else { 20.0 }).record(&file);
        let mut guest = square.guest(if what == "mixed" { options.mixed() } else { options }).await;
        match what {
            "mixed" => guest.wait_until_hears_bed(SOON).await.expect("one metre"),
            _ => guest.wait_until_hears("Neighbour", SOON).await.expect("one metre"),
        }
        listeners.push((what, file, guest));
    }
    listeners
}

fn sees(name: &'static str, kind: ParticipantKind) -> impl Fn(&View) -> bool {
    move |view| view.world.person(name).is_some_and(|person| person.view.kind == kind)
}

fn moments_s(listeners: &[(&str, PathBuf, Guest)]) -> Vec<f64> {
    listeners.iter().map(|(.., guest)| guest.stay().as_secs_f64()).collect()
}

/// What was heard in the last 1.5 s before each of some moments: the song, and the neighbour.
fn levels_db(recording: &Recording, end_s: f64) -> (f64, f64) {
    let range = end_s - 1.5..end_s;
    (recording.level_db(SONG_HZ, range.clone()), recording.level_db(NEIGHBOUR_HZ, range))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_talk_is_heard_in_full_and_music_can_be_talked_over() {
    let square = Square::start().await;
    let script = Script::with_link(&square.links().host);
    let mut host = host(&square, named("Host").at(2.0, 2.0).without_media()).await;
    let _neighbour = square.guest(named("Neighbour").at(58.0, 20.0).tone(NEIGHBOUR_HZ as f32)).await;
    let mut listeners = listeners(&square).await;
    listen(2.0).await;
    let before = moments_s(&listeners);

    let song = wav(&square, SONG_HZ, 60.0);
    play(&script, "to=everybody&as=talk&name=Talk", &song).await;
    host.wait_until("the talk in the list", SOON, sees("Talk", ParticipantKind::Sound)).await.expect("seen by all");
    for (what, _, guest) in &mut listeners {
        guest.wait_until_spoken_to("Talk", SOON).await.expect(what);
    }
    listen(3.5).await;
    let talk = moments_s(&listeners);
    host.end_sound("Talk").await.expect("hosts may");
    listen(1.0).await;
    let heard = listeners[0].2.view().voice("Talk").packets;
    listen(0.5).await;
    assert_eq!(listeners[0].2.view().voice("Talk").packets, heard, "not one packet more");

    play(&script, "as=background&name=Music", &song).await;
    host.wait_until("the music in the list", SOON, sees("Music", ParticipantKind::Sound)).await.expect("seen by all");
    listen(3.5).await;
    let music = moments_s(&listeners);
    // A talk over the music: both sounds at once.
    let mut speaker = square.guest_by(&square.links().host, named("Speaker").at(2.0, 4.0).tone(450.0)).await;
    speaker.speak_to(&torg_client::Audience::Everybody).await.expect("hosts may");
    listen(3.5).await;
    let over = moments_s(&listeners);
    for (number, (what, file, guest)) in listeners.into_iter().enumerate() {
        assert_eq!(guest.leave().await.expect("figures").mislabelled, 0, "{what}");
        let recording = Recording::read(&file);
        let in_full = expected_db(1.0);
        let ducked_db = |level_db: f64| level_db + f64::from(BROADCAST_DUCK_DB);
        let music_db = TALK_DB + f64::from(BACKGROUND_GAIN_DB);
        assert_absent(what, &recording, SONG_HZ, before[number] - 1.5..before[number]);
        for (when, end_s, song_db, neighbour_db) in [
            ("under a talk", talk[number], TALK_DB, ducked_db(in_full)),
            ("with music", music[number], music_db, in_full),
            ("with somebody who speaks over the music", over[number], ducked_db(music_db), ducked_db(in_full)),
        ] {
            let (song, neighbour) = levels_db(&recording, end_s);
            println!("{what}, {when}: what is played {song:.2} dB, the neighbour {neighbour:.2} dB");
            assert_level(&format!("{what}, {when}: what is played"), song, song_db);
            assert_level(&format!("{what}, {when}: the neighbour"), neighbour, neighbour_db);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_played_ends_by_itself_or_when_it_is_told_to() {
    let square = Square::start().await;
    let script = Script::with_link(&square.links().host);
    let mut far = square.guest(named("Far").at(57.0, 30.0)).await;
    play(&script, "name=Short", &wav(&square, SONG_HZ, 3.0)).await;
    far.wait_until_hears("Short", SOON).await.expect("at the far end");
    far.wait_until("its end", SOON, |view| view.world.person("Short").is_none()).await.expect("after three seconds");
    let packets = far.view().voice("Short").packets;
    println!("{packets} packets of 3 s");
    assert!((140..=160).contains(&packets), "{packets} packets of 20 ms");

    play(&script, "name=Long", &wav(&square, SONG_HZ, 60.0)).await;
    far.wait_until_hears("Long", SOON).await.expect("at the far end");
    let all = script.get("/sounds").await.json();
    let [sound] = all.as_array().expect("a list").as_slice() else { panic!("{all}") };
    assert_eq!(sound["name"], "Long", "{sound}");
    let ended = script.delete(&format!("/sounds/{}", sound["id"])).await;
    assert!((200..300).contains(&ended.status), "{ended:?}");
    far.wait_until("its end", SOON, |view| view.world.person("Long").is_none()).await.expect("at once");
    assert_eq!(script.get("/sounds").await.json(), json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_played_is_refused_in_words_and_so_is_who_may_not() {
    let square = Square::start().await;
    let (host, other) = (Script::with_link(&square.links().host), Script::with_link(&square.links().join));
    let song = wav(&square, SONG_HZ, 30.0);
    let refused = other.send("POST", "/sounds?name=Mine", "audio/wav", &song).await;
    assert_eq!(refused.status, 403, "{refused:?}");
    let mut rest = 20_261_127_u32;
    let noise: Vec<u8> = std::iter::repeat_with(|| {
        rest = rest.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (rest >> 24) as u8
    })
    .take(50_000)
    .collect();
    for (what, body) in [("nothing", &[][..]), ("noise", &noise), ("half a header", &song[..30])] {
        let refused = host.send("POST", "/sounds?name=Odd", "audio/wav", body).await;
        assert!((400..500).contains(&refused.status), "{what}: {refused:?}");
        let words = refused.json()["message"].as_str().unwrap_or_default().to_owned();
        assert!(words.len() > 20, "{what}: {refused:?}");
    }
    assert_eq!(host.get("/sounds").await.json(), json!([]), "nothing of it is played");
    // As many as may be at once, and one more.
    for name in ["One", "Two"] {
        play(&host, &format!("as=background&name={name}"), &song).await;
    }
    let refused = host.send("POST", "/sounds?name=Three", "audio/wav", &song).await;
    assert!((400..500).contains(&refused.status), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bell_of_the_space_s_own_rings_when_a_slot_opens() {
    let square = Square::start().await;
    let script = Script::with_link(&square.links().host);
    let file = square.file("far.wav");
    let mut far = square.guest(named("Far").at(57.0, 30.0).record(&file)).await;
    assert!(!far.view().world.air().bell_sound);
    let put = script.send("PUT", "/bell", "audio/wav", &wav(&square, SONG_HZ, 3.0)).await;
    assert!((200..300).contains(&put.status), "{put:?}");
    far.wait_until("word of a bell", SOON, |view| view.world.air().bell_sound).await.expect("all are told");
    assert!(square.guest(named("Late").without_media()).await.view().world.air().bell_sound, "who comes later too");

    let at = |seconds| (OffsetDateTime::now_utc() + Duration::from_secs(seconds)).format(&Rfc3339).expect("a moment");
    let slot = json!({ "name": "Round 1", "kind": "topics", "starts_at": at(2), "ends_at": at(1_800) });
    let _slot = script.post("/slots", &slot).await.made();
    let rings = |view: &View| view.world.air().broadcasts.iter().any(|broadcast| broadcast.background);
    far.wait_until("the bell", SOON, rings).await.expect("it opens in two seconds");
    let began_s = far.stay().as_secs_f64();
    far.wait_until("its end", SOON, |view| view.world.air().broadcasts.is_empty()).await.expect("it is short");
    let ended_s = far.stay().as_secs_f64();
    println!("the bell rang for {:.1} s", ended_s - began_s);

    let gone = script.delete("/bell").await;
    assert!((200..300).contains(&gone.status), "{gone:?}");
    far.wait_until("word of no bell", SOON, |view| !view.world.air().bell_sound).await.expect("all are told");
    far.leave().await.expect("figures");
    let recording = Recording::read(&file);
    assert_absent("before", &recording, SONG_HZ, began_s - 1.0..began_s);
    let level_db = recording.level_db(SONG_HZ, began_s + 0.5..ended_s - 0.5);
    println!("the bell is heard at {level_db:.2} dB, somebody who hums at {TONE_DB:.2}");
    assert_level("the bell", level_db, TALK_DB + f64::from(BACKGROUND_GAIN_DB));
}

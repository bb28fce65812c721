//! Sounds that are played, and the bell of a space's own, over real HTTP.

use super::house::{Answer, Guest, House, Told};
use crate::mailbox::MediaEvent;
use serde_json::{Value, json};
use std::time::Duration;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use torg_protocol::ServerMessage;
use torg_protocol::ids::ParticipantId;
use torg_protocol::message::ParticipantView;
use torg_protocol::people::{ParticipantKind, Role};

/// A tone of so many milliseconds as WAV: 48 kHz, mono, 16 bit.
fn tone(milliseconds: u32) -> Vec<u8> {
    let samples = milliseconds * 48;
    let bytes = samples * 2;
    let mut wav = Vec::new();
    wav.extend(b"RIFF");
    wav.extend((36 + bytes).to_le_bytes());
    wav.extend(b"WAVEfmt ");
    wav.extend(16_u32.to_le_bytes());
    for field in [1_u16, 1] {
        wav.extend(field.to_le_bytes());
    }
    for field in [48_000_u32, 96_000] {
        wav.extend(field.to_le_bytes());
    }
    for field in [2_u16, 16] {
        wav.extend(field.to_le_bytes());
    }
    wav.extend(b"data");
    wav.extend(bytes.to_le_bytes());
    for sample in 0..samples {
        let value = (f64::from(sample) * 440.0 * std::f64::consts::TAU / 48_000.0).sin() * 8_000.0;
        #[expect(clippy::cast_possible_truncation, reason = "8,000 fits")]
        wav.extend((value as i16).to_le_bytes());
    }
    wav
}

impl House {
    async fn plays(&self, role: Role, query: &str, more: &[(&str, &str)]) -> Answer {
        self.call(role, "POST", &format!("/sounds{query}"), more, &tone(400)).await
    }

    async fn sounds(&self) -> Value {
        self.call(Role::Participant, "GET", "/sounds", &[], b"").await.is(200).json()
    }

    async fn ends(&self, role: Role, sound: &Value, more: &[(&str, &str)]) -> Answer {
        self.call(role, "DELETE", &format!("/sounds/{sound}"), more, b"").await
    }

    async fn puts_bell(&self, role: Role, bell: &[u8]) -> Answer {
        self.call(role, "PUT", "/bell", &[], bell).await
    }

    /// A slot that opens in a moment.
    async fn opens_slot(&self) {
        let moment = |milliseconds| {
            let at = OffsetDateTime::now_utc() + time::Duration::milliseconds(milliseconds);
            at.format(&Rfc3339).expect("a moment of our days")
        };
        let slot = json!({ "name": "Round", "starts_at": moment(300), "ends_at": moment(3_600_000), "kind": "break" });
        self.call(Role::Host, "POST", "/slots", &[], slot.to_string().as_bytes()).await.is(201);
    }
}

impl Guest {
    async fn sees_background(&mut self) -> Vec<(ParticipantId, bool)> {
        self.until(|message| match message {
            ServerMessage::BroadcastsChanged { broadcasts } => {
                Some(broadcasts.iter().map(|broadcast| (broadcast.speaker, broadcast.background)).collect())
            }
            _ => None,
        })
        .await
    }

    async fn hears_of_bell(&mut self) -> bool {
        self.until(|message| match message {
            ServerMessage::BellSound { set } => Some(set),
            _ => None,
        })
        .await
    }
}

#[tokio::test]
async fn a_sound_is_played_to_all_and_ends_by_itself_or_as_asked() {
    let house = House::open().await;
    let mut ann = house.join(Role::Participant, "Ann").await;
    let answer = house.plays(Role::Host, "?name=Music&as=background", &[]).await.is(201);
    let sound = answer.json();
    let id = u32::MAX;
    assert_eq!(sound, json!({ "id": id, "name": "Music", "to": "everybody", "as": "background", "lasts_ms": 400 }));
    assert_eq!(answer.header("location"), Some(format!("/api/spaces/torg/sounds/{id}").as_str()));
    let ParticipantView { id: seen, kind, name, .. } = ann.sees_coming().await;
    assert_eq!((seen, kind, name.as_str()), (ParticipantId(id), ParticipantKind::Sound, "Music"));
    assert_eq!(ann.sees_background().await, [(ParticipantId(id), true)]);
    let played = |told: &Told| matches!(told, Told::Play(peer) if peer.participant.0 == id);
    assert!(house.told().iter().any(played));

    let talk = house.plays(Role::CoHost, "?to=zone:Foyer", &[]).await.is(201).json();
    assert_eq!(talk, json!({ "id": id - 1, "name": "Sound", "to": "zone:Foyer", "as": "talk", "lasts_ms": 400 }));
    assert_eq!(house.sounds().await, json!([sound, talk]));
    house.plays(Role::Host, "", &[]).await.refuses(409, "too_many");
    house.media_says(MediaEvent::PlayedOut(ParticipantId(id))).await;
    ann.sees_leaving(ParticipantId(id)).await;
    house.ends(Role::Host, &talk["id"], &[]).await.is(204);
    ann.sees_leaving(ParticipantId(id - 1)).await;
    house.ends(Role::Host, &talk["id"], &[]).await.refuses(404, "unknown");
    assert_eq!(house.sounds().await, json!([]));
    house.close().await;
}

#[tokio::test]
async fn sounds_are_for_hosts_and_who_was_lent_the_word() {
    let house = House::open().await;
    let mut host = house.join(Role::Host, "Host").await;
    let mut ann = house.join(Role::Participant, "Ann").await;
    let person = ann.welcome.person.clone();
    let named = [("Torg-Person", person.as_str())];
    house.plays(Role::Participant, "", &[]).await.refuses(403, "not_allowed");
    house.plays(Role::Helper, "", &named).await.refuses(403, "not_allowed");
    host.does(json!({ "type": "lend_word", "participant": ann.id(), "lent": true })).await;
    let sound = house.plays(Role::Participant, "", &named).await.is(201).json();
    house.plays(Role::Participant, "", &[]).await.refuses(403, "not_allowed");
    house.ends(Role::Participant, &sound["id"], &[]).await.refuses(403, "not_allowed");
    house.ends(Role::Participant, &sound["id"], &named).await.is(204);
    let sound = house.plays(Role::Host, "", &[]).await.is(201).json();
    ann.says(json!({ "type": "end_sound", "sound": sound["id"] })).await;
    ann.sees_leaving(ParticipantId(u32::try_from(sound["id"].as_u64().expect("an id")).expect("an id"))).await;
    host.does(json!({ "type": "lend_word", "participant": ann.id(), "lent": false })).await;
    house.plays(Role::Participant, "", &named).await.refuses(403, "not_allowed");
    house.close().await;
}

#[tokio::test]
async fn what_is_no_sound_is_refused_by_name() {
    let house = House::open().await;
    house.call(Role::Host, "POST", "/sounds", &[], b"hello").await.refuses(422, "sound");
    house.call(Role::Host, "POST", "/sounds", &[], b"").await.refuses(422, "sound");
    for query in ["?as=loud", "?to=nobody", "?name=%00", "?colour=red", "?to=zone:Nowhere"] {
        house.plays(Role::Host, query, &[]).await.refuses(422, "field");
    }
    for sound in ["x", "1", "4294967295", "4294967296"] {
        house.ends(Role::Host, &Value::String(sound.into()), &[]).await.refuses(404, "unknown");
    }
    house.close().await;
}

#[tokio::test]
async fn a_bell_is_hung_rings_when_a_slot_opens_and_lives_through_a_new_start() {
    let house = House::open().await;
    let mut ann = house.join(Role::Participant, "Ann").await;
    assert!(!ann.welcome.bell_sound);
    house.puts_bell(Role::Helper, &tone(400)).await.refuses(403, "not_allowed");
    house.puts_bell(Role::Host, b"ding").await.refuses(422, "sound");
    house.puts_bell(Role::Host, &vec![0; 2 * 1024 * 1024 + 1]).await.refuses(413, "too_large");
    let words = house.puts_bell(Role::Host, &tone(15_100)).await.refuses(422, "sound");
    assert!(words.contains("15 s"), "{words}");
    house.puts_bell(Role::Host, &tone(400)).await.is(204);
    assert!(ann.hears_of_bell().await);
    house.opens_slot().await;
    let bell = ann.sees_coming().await;
    assert_eq!((bell.kind, bell.name.as_str()), (ParticipantKind::Sound, "Bell"));
    assert_eq!(ann.sees_background().await, [(bell.id, true)]);
    assert_eq!(house.sounds().await, json!([]), "nobody started it");
    house.media_says(MediaEvent::PlayedOut(bell.id)).await;
    ann.sees_leaving(bell.id).await;

    let folder = house.close().await;
    let house = House::open_in(folder).await;
    let mut ann = house.join(Role::Participant, "Ann").await;
    assert!(ann.welcome.bell_sound);
    house.call(Role::Helper, "DELETE", "/bell", &[], b"").await.refuses(403, "not_allowed");
    house.call(Role::Host, "DELETE", "/bell", &[], b"").await.is(204);
    assert!(!ann.hears_of_bell().await);
    house.call(Role::Host, "DELETE", "/bell", &[], b"").await.is(204);
    house.opens_slot().await;
    let opened = |message| matches!(message, ServerMessage::SlotOpened { .. }).then_some(());
    ann.until(opened).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(!house.told().iter().any(|told| matches!(told, Told::Play(_))), "the app rings its own");
    house.close().await;
}

#[tokio::test]
async fn a_closed_space_leaves_no_bell() {
    let house = House::open().await;
    house.puts_bell(Role::Host, &tone(400)).await.is(204);
    let bell = house.data().join("spaces/torg.bell");
    assert!(bell.exists());
    house.call(Role::Host, "DELETE", "", &[], b"").await.is(204);
    assert!(!bell.exists());
    house.close().await;
}

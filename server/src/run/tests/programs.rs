//! Who is in by a standard door: whom it takes, where they stand, and what ends it.

use super::doors::{OFFER, SDP};
use super::house::{Answer, Guest, House, PATIENCE, Told};
use crate::mailbox::{Flow, MediaEvent};
use serde_json::json;
use std::time::Duration;
use torg_protocol::ServerMessage;
use torg_protocol::ids::{ParticipantId, TableId};
use torg_protocol::message::RefusalCode;
use torg_protocol::people::{Addressed, ParticipantKind, Place, Role};

impl House {
    async fn offers_for(&self, person: &str, path: &str) -> Answer {
        self.call(Role::Participant, "POST", path, &[SDP, ("Torg-Person", person)], OFFER).await
    }
}

impl Guest {
    /// Where somebody comes in whom this guest sees next.
    async fn sees_standing(&mut self) -> (ParticipantId, Place) {
        let seen = self.sees_coming().await;
        (seen.id, seen.place)
    }
}

#[tokio::test]
async fn a_token_lets_one_stream_in_and_one_that_fell_silent_makes_room() {
    let house = House::open().await;
    let mut ann = house.join(Role::Participant, "Ann").await;
    let first = house.comes(Role::Host, "/whip?name=First").await;
    let first_id = ann.sees_coming().await.id;
    house.offers(Role::Host, "/whip").await.refuses(409, "not_now");
    // Another token has a stream of its own.
    let other = house.comes(Role::CoHost, "/whip?name=Other").await;
    let other_id = ann.sees_coming().await.id;
    let flow = |flows: &[(ParticipantId, bool)]| {
        MediaEvent::Flow(Flow { worker: 0, peers: flows.to_vec(), forwarded: vec![] })
    };
    house.media_says(MediaEvent::Connected(first_id)).await;
    for _ in 0..6 {
        tokio::time::sleep(Duration::from_millis(500)).await;
        house.media_says(flow(&[(first_id, true), (other_id, false)])).await;
    }
    house.offers(Role::Host, "/whip").await.refuses(409, "not_now");
    house.comes(Role::CoHost, "/whip?name=Again").await;
    ann.sees_leaving(other_id).await;
    house.at(&other, "DELETE", &[], b"").await.refuses(404, "unknown");
    // One that has ended makes room at once.
    house.at(&first, "DELETE", &[], b"").await.is(200);
    house.comes(Role::Host, "/whip").await;
    house.close().await;
}

#[tokio::test]
async fn who_was_given_a_role_lets_a_stream_in_by_naming_themself() {
    let house = House::open().await;
    let mut host = house.join(Role::Host, "Host").await;
    let ann = house.join(Role::Participant, "Ann").await;
    let bob = house.join(Role::Participant, "Bob").await;
    for person in [&ann, &bob] {
        house.offers_for(&person.welcome.person, "/whip").await.refuses(403, "not_allowed");
        host.does(json!({ "type": "grant_role", "participant": person.id(), "role": "co_host" })).await;
    }
    house.offers(Role::Participant, "/whip").await.refuses(403, "not_allowed");
    house.offers_for("7.nonsense", "/whip").await.refuses(401, "link");
    house.offers_for(&"x".repeat(1_000), "/whip").await.refuses(401, "link");
    house.offers_for(&ann.welcome.person, "/whip").await.is(201);
    house.offers_for(&ann.welcome.person, "/whip").await.refuses(409, "not_now");
    house.offers_for(&bob.welcome.person, "/whip").await.is(201);
    // Who was shown out for good lets nobody in any more.
    host.does(json!({ "type": "remove", "participant": bob.id(), "words": "", "for_good": true })).await;
    house.offers_for(&bob.welcome.person, "/whip").await.refuses(403, "turned_away");
    house.close().await;
}

#[tokio::test]
async fn a_listener_stands_where_they_want_to_listen_and_at_no_closed_table() {
    let house = House::open().await;
    let mut ann = house.join(Role::Participant, "Ann").await;
    house.comes(Role::Participant, "/whep?name=Hall").await;
    let hall = ann.sees_coming().await;
    assert_eq!((hall.kind, hall.name.as_str()), (ParticipantKind::Listener, "Hall"));
    let stage = ann.welcome.space.map.zones.iter().find(|zone| zone.name.as_str() == "Stage").expect("a stage");
    let at = hall.motion.to.metres();
    assert!((at.x - (stage.x + stage.width_m / 2.0)).abs() < 0.1 && at.y >= stage.y, "{at} is on {stage:?}");
    let door = house.comes(Role::Participant, "/whep?at=Oak").await;
    let (listener, place) = ann.sees_standing().await;
    assert_eq!(place.table(), Some(TableId(2)));
    // A visit is written down a moment after it began.
    let visits = async {
        loop {
            let visits = house.call(Role::Host, "GET", "/visits", &[], b"").await.is(200).json();
            if visits[0].is_object() {
                return visits;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let visits = tokio::time::timeout(PATIENCE, visits).await.expect("in time");
    assert_eq!((&visits[0]["who"], &visits[0]["table"]), (&json!("Listener"), &json!("Oak")));
    house.comes(Role::Participant, "/whep?at=Foyer").await;
    assert_eq!(ann.sees_standing().await.1, Place::Square);
    let words = house.offers(Role::Participant, "/whep?at=Spruce").await.refuses(403, "not_allowed");
    assert!(words.contains("closed table"), "{words}");
    let words = house.offers(Role::Participant, "/whep?at=Nowhere").await.refuses(422, "field");
    assert!(words.contains("no table named \"Nowhere\""), "{words}");
    // Whoever is shown out is gone, and so is the door.
    let mut host = house.join(Role::Host, "Host").await;
    host.does(json!({ "type": "remove", "participant": listener, "words": "Bye", "for_good": false })).await;
    ann.sees_leaving(listener).await;
    house.at(&door, "DELETE", &[], b"").await.refuses(404, "unknown");
    house.close().await;
}

#[tokio::test]
async fn a_table_without_a_free_seat_takes_no_listener() {
    let house = House::open().await;
    for _ in 0..6 {
        house.comes(Role::Participant, "/whep?at=Oak").await;
    }
    house.offers(Role::Participant, "/whep?at=Oak").await.refuses(409, "table_full");
    house.close().await;
}

#[tokio::test]
async fn programs_stop_at_a_lobby_a_locked_door_and_a_full_space() {
    let house = House::open().await;
    let mut host = house.join(Role::Host, "Host").await;
    host.does(json!({ "type": "set_door", "door": "lobby" })).await;
    let words = house.offers(Role::Participant, "/whep").await.refuses(403, "door_locked");
    assert!(words.contains("lobby"), "{words}");
    host.does(json!({ "type": "set_door", "door": "locked" })).await;
    house.offers(Role::Participant, "/whep").await.refuses(403, "door_locked");
    house.comes(Role::Helper, "/whep").await;
    host.does(json!({ "type": "set_door", "door": "open" })).await;
    // The host and the helper's listener are in; a listener counts.
    host.does(json!({ "type": "set_capacity", "people": 3 })).await;
    house.comes(Role::Participant, "/whep").await;
    let full = house.offers(Role::Participant, "/whep").await;
    assert!(full.header("retry-after").is_some());
    full.refuses(503, "space_full");
    house.close().await;
}

#[tokio::test]
async fn whose_peer_connection_is_lost_is_gone_with_their_door() {
    let house = House::open().await;
    let mut ann = house.join(Role::Participant, "Ann").await;
    let door = house.comes(Role::Host, "/whip").await;
    let stream = ann.sees_coming().await.id;
    house.media_says(MediaEvent::Connected(stream)).await;
    house.media_says(MediaEvent::Lost(stream)).await;
    ann.sees_leaving(stream).await;
    house.at(&door, "DELETE", &[], b"").await.refuses(404, "unknown");
    house.comes(Role::Host, "/whip").await;
    house.close().await;
}

#[tokio::test]
async fn a_stream_speaks_to_whom_it_is_told_to_and_is_ended_by_a_host() {
    let house = House::open().await;
    let mut host = house.join(Role::Host, "Host").await;
    let mut ann = house.join(Role::Participant, "Ann").await;
    house.comes(Role::Host, "/whip?to=zone:Foyer").await;
    let to = host.until(|message| match message {
        ServerMessage::BroadcastsChanged { broadcasts } => broadcasts.first().map(|broadcast| broadcast.to),
        _ => None,
    });
    let Addressed::Zone { zone } = to.await else { panic!("to a zone") };
    assert_eq!(host.welcome.space.map.zones[usize::from(zone.0)].name.as_str(), "Foyer");
    let stream = ann.sees_coming().await.id;
    ann.says(json!({ "type": "end_sound", "sound": stream })).await;
    assert_eq!(ann.is_refused().await, RefusalCode::NotAllowed);
    host.says(json!({ "type": "end_sound", "sound": ann.id() })).await;
    assert_eq!(host.is_refused().await, RefusalCode::Unknown);
    host.says(json!({ "type": "end_sound", "sound": stream })).await;
    ann.sees_leaving(stream).await;
    house.close().await;
}

#[tokio::test]
async fn a_stream_that_is_shown_out_while_its_offer_is_answered_has_no_peer_connection() {
    let house = House::open().await;
    let mut host = house.join(Role::Host, "Host").await;
    let slow = [OFFER, b"a=slow\r\n"].concat();
    let ending = async {
        let stream = host.sees_coming().await.id;
        host.says(json!({ "type": "end_sound", "sound": stream })).await;
        stream
    };
    let (answer, stream) = tokio::join!(house.call(Role::Host, "POST", "/whip", &[SDP], &slow), ending);
    answer.refuses(404, "unknown");
    let is_closed = |told: &&Told| matches!(told, Told::Close(peer) if peer.participant == stream);
    let last = house.told().iter().filter(is_closed).count();
    assert_eq!(last, 2, "once when it left, and once more after the offer");
    house.close().await;
}

#[tokio::test]
async fn renewed_links_show_programs_out_too() {
    let house = House::open().await;
    let mut ann = house.join(Role::Participant, "Ann").await;
    house.comes(Role::Participant, "/whep").await;
    let listener = ann.sees_coming().await.id;
    let store = crate::store::Store::open_beside(&house.data()).expect("the store");
    store.renew(&torg_protocol::ids::SpaceId::parse("torg").expect("an id")).expect("renewed");
    let waited = async {
        let is_closed = |told: &Told| matches!(told, Told::Close(peer) if peer.participant == listener);
        while !house.told().iter().any(is_closed) {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(PATIENCE, waited).await.expect("in time");
    house.close().await;
}

//! Streams by WHIP and listeners by WHEP, over real HTTP.

use super::house::{Answer, Guest, House, Told};
use crate::mailbox::Offered;
use std::time::Duration;
use torg_protocol::ServerMessage;
use torg_protocol::ids::ParticipantId;
use torg_protocol::people::{ParticipantKind, Role};

pub(super) const SDP: (&str, &str) = ("Content-Type", "application/sdp");
const CANDIDATES: (&str, &str) = ("Content-Type", "application/trickle-ice-sdpfrag");
pub(super) const OFFER: &[u8] = b"v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n\
a=sendonly\r\na=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\na=rtpmap:111 opus/48000/2\r\n";

/// What came of an offer.
pub(super) struct Door {
    pub(super) place: String,
    tag: String,
}

impl House {
    pub(super) async fn offers(&self, role: Role, path: &str) -> Answer {
        self.call(role, "POST", path, &[SDP], OFFER).await
    }

    /// Comes in by an offer.
    pub(super) async fn comes(&self, role: Role, path: &str) -> Door {
        Door::of(&self.offers(role, path).await.is(201))
    }

    pub(super) async fn at(&self, door: &Door, method: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let path = door.place.strip_prefix("/api/spaces/torg").expect("a place in the square");
        self.call(Role::Host, method, path, headers, body).await
    }
}

impl Door {
    fn of(answer: &Answer) -> Self {
        let header = |name| answer.header(name).expect("a header").to_owned();
        Self { place: header("location"), tag: header("etag") }
    }
}

impl Guest {
    async fn sees_speaking(&mut self) -> Vec<ParticipantId> {
        self.until(|message| match message {
            ServerMessage::BroadcastsChanged { broadcasts } => {
                assert!(broadcasts.iter().all(|broadcast| !broadcast.background));
                Some(broadcasts.iter().map(|broadcast| broadcast.speaker).collect())
            }
            _ => None,
        })
        .await
    }
}

#[tokio::test]
async fn a_stream_comes_in_speaks_over_everything_and_goes() {
    let house = House::open().await;
    let mut ann = house.join(Role::Participant, "Ann").await;
    let answer = house.offers(Role::Host, "/whip?name=Studio").await.is(201);
    assert_eq!(answer.header("content-type"), Some("application/sdp"));
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    assert_eq!(answer.body, "v=0\r\ns=the answer\r\n");
    let door = Door::of(&answer);
    assert!(door.place.starts_with("/api/spaces/torg/whip/"), "{}", door.place);
    assert!(door.tag.starts_with('"') && door.tag.ends_with('"') && door.tag.len() > 10, "{}", door.tag);
    let stream = ann.sees_coming().await;
    assert_eq!((stream.kind, stream.name.as_str()), (ParticipantKind::Stream, "Studio"));
    assert_eq!(ann.sees_speaking().await, [stream.id]);
    let is_offer = |told: &Told| matches!(told, Told::Offer(peer, Offered::Publisher) if peer.participant == stream.id);
    assert!(house.told().iter().any(is_offer), "{:?}", house.told());

    // Any other link than the one it came by, and than those who show people out, is refused.
    let path = door.place.strip_prefix("/api/spaces/torg").expect("a place in the square");
    house.call(Role::Participant, "DELETE", path, &[], b"").await.refuses(403, "not_allowed");
    house.at(&door, "DELETE", &[], b"").await.is(200);
    ann.sees_leaving(stream.id).await;
    house.at(&door, "DELETE", &[], b"").await.refuses(404, "unknown");
    let closed = |told: &Told| matches!(told, Told::Close(peer) if peer.participant == stream.id);
    assert!(house.told().iter().any(closed));
    house.close().await;
}

#[tokio::test]
async fn offers_are_refused_as_rfc_9725_says_and_nobody_flickers() {
    let house = House::open().await;
    let mut ann = house.join(Role::Participant, "Ann").await;
    for way in ["/whip", "/whep"] {
        let post =
            |headers: &'static [(&str, &str)], body: &'static [u8]| house.call(Role::Host, "POST", way, headers, body);
        let wrong_kind = post(&[("Content-Type", "application/json")], OFFER).await;
        assert_eq!(wrong_kind.header("accept-post"), Some("application/sdp"));
        wrong_kind.refuses(415, "media_type");
        post(&[], OFFER).await.refuses(415, "media_type");
        post(&[SDP], b"").await.refuses(400, "offer_unreadable");
        post(&[SDP], b"hello").await.refuses(400, "offer_unreadable");
        post(&[SDP], b"v=0\xff").await.refuses(400, "offer_unreadable");
        post(&[SDP], b"v=0\r\nm=video 9 X 96\r\n").await.refuses(422, "offer_lacks");
        let large = vec![b'v'; 200_000];
        house.call(Role::Host, "POST", way, &[SDP], &large).await.refuses(413, "too_large");
        for query in ["?colour=red", "?name=", "?name=%00", "?name=a&name=b"] {
            house.offers(Role::Host, &format!("{way}{query}")).await.refuses(422, "field");
        }
        let path = format!("/api/spaces/torg{way}");
        let no_token = house.ask("POST", &path, &[SDP], OFFER).await;
        assert_eq!(no_token.header("www-authenticate"), Some("Bearer"));
        assert_eq!(no_token.header("access-control-allow-origin"), Some("*"), "a page reads refusals too");
        no_token.refuses(401, "token_missing");
        let wrong = house.ask("POST", &path, &[SDP, ("Authorization", "Bearer x")], OFFER).await;
        assert_eq!(wrong.header("www-authenticate"), Some("Bearer error=\"invalid_token\""));
        wrong.refuses(401, "link");
        let token = format!("Bearer {}", house.token(Role::Host));
        let elsewhere = format!("/api/spaces/nowhere{way}");
        house.ask("POST", &elsewhere, &[SDP, ("Authorization", &token)], OFFER).await.refuses(404, "unknown_space");
        for method in ["GET", "HEAD", "PUT", "DELETE", "PATCH"] {
            let answer = house.call(Role::Host, method, way, &[], b"").await.is(405);
            assert_eq!(answer.header("allow"), Some("POST, OPTIONS"), "{method}");
        }
        let person = house.call(Role::Host, "POST", way, &[SDP, ("Torg-Person", "1.x")], OFFER).await;
        if way == "/whip" {
            person.refuses(401, "link");
        }
    }
    for to in ["nobody", "zone:", "zone:Nowhere"] {
        house.offers(Role::Host, &format!("/whip?to={to}")).await.refuses(422, "field");
    }
    let by_participant = house.offers(Role::Participant, "/whip").await;
    assert_eq!(by_participant.header("www-authenticate"), Some("Bearer error=\"insufficient_scope\""));
    assert!(by_participant.refuses(403, "not_allowed").contains("host or co-host"));
    // The one listener who came with a person's token that a listener needs not.
    assert_eq!(ann.sees_coming().await.kind, ParticipantKind::Listener);
    // The next one comes, and goes since its offer can't be answered after all.
    let full = [OFFER, b"a=full\r\n"].concat();
    let answer = house.call(Role::Host, "POST", "/whip", &[SDP], &full).await;
    assert!(answer.header("retry-after").is_some());
    answer.refuses(503, "media_full");
    let stream = ann.sees_coming().await;
    assert_eq!(stream.kind, ParticipantKind::Stream, "nobody else was seen");
    ann.sees_leaving(stream.id).await;
    house.close().await;
}

#[tokio::test]
async fn candidates_are_taken_and_ice_is_not_restarted() {
    let house = House::open().await;
    for (role, way) in [(Role::Host, "/whip"), (Role::Participant, "/whep")] {
        let door = house.comes(role, way).await;
        let tag = ("If-Match", door.tag.as_str());
        let candidate =
            b"a=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\na=candidate:1 1 UDP 1 192.0.2.1 1 typ host\r\n";
        house.at(&door, "PATCH", &[CANDIDATES, tag], candidate).await.is(204);
        house.at(&door, "PATCH", &[CANDIDATES], candidate).await.refuses(428, "precondition");
        house
            .at(&door, "PATCH", &[CANDIDATES, ("If-Match", "\"other\"")], candidate)
            .await
            .refuses(412, "precondition");
        house.at(&door, "PATCH", &[CANDIDATES, ("If-Match", "*")], candidate).await.refuses(422, "ice_restart");
        let restart = b"a=ice-ufrag:efgh\r\na=ice-pwd:9876543210987654321098\r\n";
        house.at(&door, "PATCH", &[CANDIDATES, tag], restart).await.refuses(422, "ice_restart");
        house.at(&door, "PATCH", &[CANDIDATES, tag], b"").await.refuses(400, "malformed");
        let wrong_kind = house.at(&door, "PATCH", &[SDP, tag], candidate).await;
        assert_eq!(wrong_kind.header("accept-patch"), Some("application/trickle-ice-sdpfrag"));
        wrong_kind.refuses(415, "media_type");
        house.at(&door, "PATCH", &[CANDIDATES, tag], &[b'a'; 20_000]).await.refuses(413, "too_large");
        for method in ["GET", "HEAD", "POST", "PUT"] {
            let answer = house.at(&door, method, &[], b"").await.is(405);
            assert_eq!(answer.header("allow"), Some("DELETE, PATCH, OPTIONS"), "{method}");
        }
        // The same door is none of the other way.
        let other = door.place.replace("whip", "x").replace("whep", "whip").replace("/x/", "/whep/");
        let elsewhere = Door { place: other, tag: door.tag.clone() };
        house.at(&elsewhere, "PATCH", &[CANDIDATES, tag], candidate).await.refuses(404, "unknown");
        house.at(&elsewhere, "DELETE", &[], b"").await.refuses(404, "unknown");
        let nowhere = Door { place: format!("/api/spaces/torg{way}/nowhere"), tag: String::new() };
        house.at(&nowhere, "PATCH", &[CANDIDATES, tag], candidate).await.refuses(404, "unknown");
        house.at(&door, "DELETE", &[], b"").await.is(200);
        house.at(&door, "PATCH", &[CANDIDATES, tag], candidate).await.refuses(404, "unknown");
    }
    house.close().await;
}

#[tokio::test]
async fn pages_of_other_sites_may_use_the_doors_and_nothing_else() {
    let house = House::open().await;
    let origin = ("Origin", "https://player.example.org");
    for (path, accepts) in [("/whip", "accept-post"), ("/whep", "accept-post"), ("/whip/x", "accept-patch")] {
        let path = format!("/api/spaces/torg{path}");
        let asked = [origin, ("Access-Control-Request-Method", "POST")];
        let answer = house.ask("OPTIONS", &path, &asked, b"").await.is(204);
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
        assert!(answer.header("access-control-allow-methods").is_some_and(|methods| methods.contains("PATCH")));
        assert!(answer.header("access-control-allow-headers").is_some_and(|headers| headers.contains("authorization")));
        assert!(answer.header(accepts).is_some_and(|kind| kind.starts_with("application/")));
    }
    let topics = house.call(Role::Host, "GET", "/topics", &[origin], b"").await.is(200);
    assert_eq!(topics.header("access-control-allow-origin"), None);
    let sounds = house.call(Role::Host, "GET", "/sounds", &[origin], b"").await.is(200);
    assert_eq!(sounds.header("access-control-allow-origin"), None);
    house.close().await;
}

#[tokio::test]
async fn who_hangs_up_before_the_answer_leaves_nobody_behind() {
    let house = House::open().await;
    let mut ann = house.join(Role::Participant, "Ann").await;
    let slow = [OFFER, b"a=slow\r\n"].concat();
    let asked =
        tokio::time::timeout(Duration::from_millis(250), house.call(Role::Host, "POST", "/whip", &[SDP], &slow));
    assert!(asked.await.is_err(), "the answer takes longer");
    let stream = ann.sees_coming().await.id;
    ann.sees_leaving(stream).await;
    house.close().await;
}

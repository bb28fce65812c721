//! The standard doors, as programs meet them that know nothing of the protocol, before any sound flows.

use crate::support::{Answer, Came, Server, ask, get, parts_of_link};
use torg_protocol::ServerMessage;
use torg_protocol::people::ParticipantKind;

const SDP: (&str, &str) = ("Content-Type", "application/sdp");

async fn knock(server: &Server, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
    let bearer = format!("Bearer {}", parts_of_link(&server.running.host_link).1);
    let mut with_token = vec![("Authorization", bearer.as_str())];
    with_token.extend(headers);
    ask(server.addr(), method, &format!("/api/spaces/torg{path}"), &with_token, body).await
}

#[tokio::test]
async fn what_is_no_offer_is_refused_in_words() {
    let server = Server::start().await;
    for way in ["/whip", "/whep"] {
        knock(&server, "POST", way, &[SDP], b"").await.refuses(400, "offer_unreadable");
        knock(&server, "POST", way, &[SDP], b"hello").await.refuses(400, "offer_unreadable");
        knock(&server, "POST", way, &[SDP], b"v=0\r\nhello").await.refuses(422, "offer_lacks");
        knock(&server, "POST", way, &[], b"v=0").await.refuses(415, "media_type");
        knock(&server, "GET", way, &[], b"").await.refuses(405, "method");
        knock(&server, "DELETE", &format!("{way}/nowhere"), &[], b"").await.refuses(404, "unknown");
        knock(&server, "POST", &format!("{way}/nowhere"), &[SDP], b"").await.refuses(405, "method");
        let nobody = ask(server.addr(), "POST", &format!("/api/spaces/torg{way}"), &[SDP], b"v=0").await;
        assert_eq!(nobody.header("www-authenticate"), Some("Bearer"));
        nobody.refuses(401, "token_missing");
    }
    server.stop().await;
}

/// An offer of a section for sound and one for a picture, as programs make them.
fn offer(direction: &str) -> String {
    let fingerprint = "4E:7F:77:DB:7E:A3:A6:4E:5D:27:EB:39:D2:1B:96:9F:91:C9:58:8B:30:B4:AA:0F:77:60:5A:F3:86:60:03:F3";
    format!(
        "v=0\r\no=- 3877212184 0 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0 1\r\na=setup:actpass\r\n\
         a=ice-ufrag:nxcM\r\na=ice-pwd:ezjAjgSSLLvbRhUA1zc6Se\r\na=fingerprint:sha-256 {fingerprint}\r\n\
         m=audio 9 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 0.0.0.0\r\na=mid:0\r\na={direction}\r\na=rtcp-mux\r\n\
         a=rtpmap:111 opus/48000/2\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\nc=IN IP4 0.0.0.0\r\na=mid:1\r\n\
         a={direction}\r\na=rtcp-mux\r\na=rtpmap:96 H264/90000\r\n"
    )
}

#[tokio::test]
async fn an_offer_is_answered_and_the_program_is_in_until_it_goes() {
    let server = Server::start().await;
    let mut ann = server.join("Ann").await;
    for (way, direction, other) in [("/whip", "sendonly", "recvonly"), ("/whep", "recvonly", "sendonly")] {
        let wrong = knock(&server, "POST", way, &[SDP], offer(other).as_bytes()).await;
        wrong.refuses(422, "offer_lacks");
        let answer = knock(&server, "POST", way, &[SDP], offer(direction).as_bytes()).await;
        answer.is_status(201);
        assert_eq!(answer.header("content-type"), Some("application/sdp"));
        assert!(answer.text().contains("m=audio") && answer.text().contains("m=video 0"), "{}", answer.text());
        let seen = ann.socket.until("who comes", |came| match came {
            Came::Told(ServerMessage::Entered { participant }) => Some(participant),
            _ => None,
        });
        let seen = seen.await;
        let kind = if way == "/whip" { ParticipantKind::Stream } else { ParticipantKind::Listener };
        assert_eq!(seen.kind, kind, "nobody was seen who could not come");
        let place = answer.header("location").expect("a place").to_owned();
        let door = place.strip_prefix("/api/spaces/torg").expect("a place in the square");
        let tag = answer.header("etag").expect("a tag").to_owned();
        let candidates = ("Content-Type", "application/trickle-ice-sdpfrag");
        let candidate = b"a=ice-ufrag:nxcM\r\na=ice-pwd:ezjAjgSSLLvbRhUA1zc6Se\r\na=end-of-candidates\r\n";
        knock(&server, "PATCH", door, &[candidates, ("If-Match", &tag)], candidate).await.is_status(204);
        knock(&server, "DELETE", door, &[], b"").await.is_status(200);
        let left = |came| matches!(came, Came::Told(ServerMessage::Left { participant }) if participant == seen.id);
        ann.socket.until("who goes", |came| left(came).then_some(())).await;
        knock(&server, "DELETE", door, &[], b"").await.refuses(404, "unknown");
    }
    server.stop().await;
}

#[tokio::test]
async fn a_sound_is_played_to_its_end() {
    let server = Server::start().await;
    let mut ann = server.join("Ann").await;
    // Half a second of WAV: 8 kHz, mono, 8 bit.
    let mut wave =
        b"RIFF\xc4\x0f\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x40\x1f\0\0\x01\0\x08\0data\xa0\x0f\0\0".to_vec();
    wave.extend((0..4_000_u16).map(|sample| if sample / 8 % 2 == 0 { 96_u8 } else { 160 }));
    let sound = knock(&server, "POST", "/sounds?as=background", &[], &wave).await.is(201);
    assert_eq!(sound["lasts_ms"], 500);
    let id = sound["id"].as_u64().expect("an id");
    let began = tokio::time::Instant::now();
    let left = |came| matches!(came, Came::Told(ServerMessage::Left { participant }) if u64::from(participant.0) == id);
    ann.socket.until("its end", |came| left(came).then_some(())).await;
    assert!(began.elapsed().as_millis() > 200, "it was played");
    assert_eq!(knock(&server, "GET", "/sounds", &[], b"").await.is(200), serde_json::json!([]));
    let figures = get(server.addr(), "/metrics").await.text();
    assert!(!figures.contains("\ntorg_sounds_played_total 0"), "it was counted");
    server.stop().await;
}

#[tokio::test]
async fn a_program_is_told_what_a_door_takes() {
    let server = Server::start().await;
    let endpoint = ask(server.addr(), "OPTIONS", "/api/spaces/torg/whip", &[], b"").await;
    assert_eq!((endpoint.status, endpoint.header("accept-post")), (204, Some("application/sdp")));
    let session = ask(server.addr(), "OPTIONS", "/api/spaces/torg/whep/x", &[], b"").await;
    let candidates = Some("application/trickle-ice-sdpfrag");
    assert_eq!((session.status, session.header("accept-patch")), (204, candidates));
    server.stop().await;
}

#[tokio::test]
async fn doors_and_sounds_stand_among_the_figures() {
    let server = Server::start().await;
    let figures = get(server.addr(), "/metrics").await.text();
    for name in ["torg_streams", "torg_listeners", "torg_sounds", "torg_sounds_played_total"] {
        assert!(figures.contains(&format!("\n{name} ")), "{name} is missing");
    }
    server.stop().await;
}

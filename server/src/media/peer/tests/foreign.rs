//! The library answers foreign offers, and their clients come up.

use super::*;
use crate::media::leg::BED_LEG;
use crate::media::peer::foreign::offers;

fn config() -> PeerConfig {
    let certificate = Certificate::generate().expect("a certificate");
    PeerConfig { certificate, udp: vec![SocketAddr::from(SERVER)], tcp: vec![SocketAddr::from(SERVER)] }
}

fn answer(offer: &str, offered: &Offered) -> String {
    let checked = Peer::check(offer, offered).expect("an offer that can be answered");
    let (_peer, _ice, answer) = Peer::answer(&config(), checked, Instant::now()).expect("an answer");
    answer
}

/// The sections of an answer, each by its kind and its port.
fn sections(answer: &str) -> Vec<String> {
    let first = answer.lines().filter_map(|line| line.strip_prefix("m="));
    first.map(|line| line.split(' ').take(2).collect::<Vec<_>>().join(" ")).collect()
}

#[test]
fn the_offers_of_known_programs_are_answered_in_their_shape() {
    let publishers = [
        (offers::obs(), &["audio 9", "video 0"][..], "a=group:BUNDLE 0\r\n"),
        (offers::gstreamer(), &["video 9", "audio 9"], "a=group:BUNDLE video0 audio1\r\n"),
        (offers::aiortc(), &["audio 9"], "a=group:BUNDLE 0\r\n"),
        (offers::plain(), &["audio 9"], ""),
    ];
    for (offer, wanted, group) in publishers {
        let answer = answer(&offer, &Offered::Publisher);
        assert_eq!(sections(&answer), wanted, "{answer}");
        assert!(answer.contains(group) && answer.matches("a=group:").count() <= 1, "{answer}");
        assert!(answer.contains("a=recvonly") && answer.contains("a=setup:passive"), "{answer}");
        assert!(answer.contains("a=ice-lite") && answer.contains(" 1002 typ host"), "{answer}");
        assert!(answer.contains("stereo=1") && !answer.contains("usedtx"), "{answer}");
        assert!(RTCSessionDescription::answer(answer).is_ok());
    }
}

#[test]
fn a_player_is_answered_with_one_stream() {
    for offer in [offers::chromium_player(), offers::aiortc(), offers::plain()] {
        let answer = answer(&offer, &Offered::Listener);
        assert!(answer.contains("a=sendonly") && answer.contains("sprop-stereo=1"), "{answer}");
        assert_eq!(answer.matches("opus/48000/2").count(), 1, "{answer}");
        assert!(answer.contains("a=ssrc:"), "{answer}");
    }
}

/// A client of the library as a foreign program: one section of sound, and one that is turned down.
fn foreign_client(now: Instant, direction: RTCRtpTransceiverDirection) -> RTCPeerConnection {
    let mut media = MediaEngine::default();
    let codec = RTCRtpCodecParameters { rtp_codec: setup::opus(), payload_type: 109 };
    media.register_codec(codec, RtpCodecKind::Audio).expect("Opus");
    let settings = SettingEngineBuilder::new().with_srtp_protection_profiles(MODERN.to_vec()).build();
    let built = RTCPeerConnectionBuilder::new().with_media_engine(media).with_setting_engine(settings).build(now);
    let mut client = built.expect("a client");
    // Two sections of sound, of which the second is to be turned down: one is enough.
    for number in 0..2 {
        let init = RTCRtpTransceiverInit { direction, streams: Vec::new(), send_encodings: Vec::new() };
        let added = if direction == RTCRtpTransceiverDirection::Sendonly {
            client.add_transceiver_from_track(setup::leg_track(number, MICROPHONE_SSRC + number as u32), Some(init))
        } else {
            client.add_transceiver_from_kind(RtpCodecKind::Audio, Some(init))
        };
        added.expect("a section");
    }
    let candidate = setup::host_candidate(SocketAddr::from(CLIENT), Transport::Udp).expect("a candidate");
    client.add_local_candidate(candidate).expect("a candidate");
    client
}

/// The client's offer, changed on its way.
fn pair(direction: RTCRtpTransceiverDirection, offered: &Offered, change: impl Fn(&str) -> String) -> Pair {
    let now = Instant::now();
    let mut client = foreign_client(now, direction);
    let offer = client.create_offer(None).expect("an offer");
    client.set_local_description(now, offer).expect("set");
    let sdp = change(&client.local_description().expect("a description").sdp);
    let config = config();
    let checked = Peer::check(&sdp, offered).expect("a fitting offer");
    let (server, _ice, answer) = Peer::answer(&config, checked, now).expect("an answer");
    assert_eq!(sections(&answer).len(), 2, "{answer}");
    let answer = RTCSessionDescription::answer(answer).expect("readable");
    client.set_remote_description(now, answer).expect("acceptable");
    Pair::of(client, server, config, now, Lose::Nothing)
}

fn voices(pair: &Pair) -> Vec<(u16, Option<VoiceLevel>)> {
    let voices = pair.happened.iter().filter_map(|event| match event {
        PeerEvent::Voice(voice) => Some((voice.sequence, voice.level)),
        _ => None,
    });
    voices.collect()
}

#[test]
fn a_publisher_comes_up_and_is_heard_without_levels() {
    let mut pair = pair(RTCRtpTransceiverDirection::Sendonly, &Offered::Publisher, str::to_owned);
    pair.connect(Duration::from_secs(2)).expect("connected");
    pair.speak(10);
    pair.speak(11);
    pair.step();
    assert_eq!(voices(&pair), [(10, None), (11, None)]);
}

#[test]
fn a_publisher_is_heard_though_its_offer_names_no_source() {
    let without = |sdp: &str| {
        sdp.lines().filter(|line| !line.starts_with("a=ssrc")).fold(String::new(), |sdp, line| sdp + line + "\r\n")
    };
    let mut pair = pair(RTCRtpTransceiverDirection::Sendonly, &Offered::Publisher, without);
    pair.connect(Duration::from_secs(2)).expect("connected");
    (10..20).for_each(|sequence| pair.speak(sequence));
    pair.step();
    assert!(voices(&pair).len() >= 9, "{:?}", voices(&pair));
}

#[test]
fn a_player_comes_up_and_hears_the_stream() {
    let mut pair = pair(RTCRtpTransceiverDirection::Recvonly, &Offered::Listener, str::to_owned);
    pair.connect(Duration::from_secs(2)).expect("connected");
    assert!(pair.server.has_leg(BED_LEG) && !pair.server.has_leg(0), "one stream, and no audio slot");
    let header = LegHeader { sequence: 7, timestamp: 960, marker: true, speaker: None };
    pair.client_hears(BED_LEG, header, b"everything");
    (0..4).for_each(|_| pair.step());
    let [heard] = &pair.heard[..] else { panic!("one packet, not {}", pair.heard.len()) };
    assert_eq!(
        (&heard.header.csrc[..], &heard.payload[..], heard.header.payload_type),
        (&[][..], &b"everything"[..], 109)
    );
}

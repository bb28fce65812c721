//! What is taken of foreign offers, and the shape of their answers, without the library.

use super::offers::{aiortc, chromium_player, gstreamer, obs, plain};
use super::*;

/// An answer to one section as the library writes it.
fn library_answer(mid: &str, payload_type: u8, direction: &str) -> String {
    format!(
        "v=0\r\no=- 7 7 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=fingerprint:sha-256 AA\r\na=ice-lite\r\na=group:BUNDLE {mid}\r\n\
         m=audio 9 UDP/TLS/RTP/SAVPF {payload_type}\r\nc=IN IP4 0.0.0.0\r\na=setup:passive\r\na=mid:{mid}\r\n\
         a=rtcp-mux\r\na=rtcp-rsize\r\na=rtpmap:{payload_type} opus/48000/2\r\n\
         a=fmtp:{payload_type} minptime=10;usedtx=1\r\na={direction}\r\n\
         a=candidate:1 1 udp 5 192.0.2.1 5 typ host\r\na=candidate:1 2 udp 5 192.0.2.1 5 typ host\r\n"
    )
}

fn restored(checked: &CheckedOffer, payload_type: u8, direction: &str) -> String {
    let outline = checked.outline.as_ref().expect("a foreign offer has an outline");
    outline.restore(&library_answer(&checked.purposes[0].0, payload_type, direction))
}

fn lines<'a>(sdp: &'a str, beginning: &str) -> Vec<&'a str> {
    sdp.lines().filter(|line| line.starts_with(beginning)).collect()
}

fn code(sdp: &str, door: Door) -> Option<RefusalCode> {
    check(sdp, door).err().map(|refusal| refusal.code)
}

#[test]
fn of_an_offer_by_obs_the_sound_is_taken_and_the_picture_turned_down() {
    let checked = check(&obs(), Door::Publisher).expect("an offer");
    assert_eq!(checked.purposes, [("0".to_owned(), TrackPurpose::Microphone {})]);
    assert_eq!(lines(&checked.sdp, "m="), ["m=audio 9 UDP/TLS/RTP/SAVPF 111"]);
    assert_eq!(lines(&checked.sdp, "a=ice-ufrag:"), ["a=ice-ufrag:nxcM"], "what holds for all holds for the section");
    assert_eq!(lines(&checked.sdp, "a=ssrc:"), ["a=ssrc:3388068600 cname:publisher"]);
    let answer = restored(&checked, 111, "recvonly");
    assert_eq!(
        lines(&answer, "m="),
        ["m=audio 9 UDP/TLS/RTP/SAVPF 111", "m=video 0 UDP/TLS/RTP/SAVPF 96"],
        "every section has its place"
    );
    assert_eq!(lines(&answer, "a=group:"), ["a=group:BUNDLE 0"], "who is turned down is in no group");
    assert_eq!(lines(&answer, "a=mid:"), ["a=mid:0", "a=mid:1"]);
    assert_eq!(
        lines(&answer, "a=candidate:"),
        ["a=candidate:1 1 udp 5 192.0.2.1 5 typ host"],
        "RTCP goes the same way"
    );
    assert!(!answer.contains("rtcp-rsize"), "nobody asked for it");
    assert_eq!(lines(&answer, "a=fmtp:111"), ["a=fmtp:111 minptime=10;useinbandfec=1;stereo=1"]);
    assert!(answer.ends_with("a=inactive\r\n") && !answer.contains("\r\n\r\n"), "{answer}");
}

#[test]
fn sound_that_comes_second_in_a_bundle_is_taken_where_it_stands() {
    let checked = check(&gstreamer(), Door::Publisher).expect("an offer");
    assert_eq!(checked.purposes[0].0, "audio1");
    assert_eq!(lines(&checked.sdp, "a=rtpmap:"), ["a=rtpmap:97 opus/48000/2"], "the one that is Opus");
    let answer = restored(&checked, 97, "recvonly");
    assert_eq!(lines(&answer, "m="), ["m=video 9 UDP/TLS/RTP/SAVPF 96", "m=audio 9 UDP/TLS/RTP/SAVPF 97"]);
    assert_eq!(
        lines(&answer, "a=group:"),
        ["a=group:BUNDLE video0 audio1"],
        "the sound has its transport from the picture"
    );
    let picture = answer.split("m=audio").next().expect("the picture's section");
    assert_eq!(lines(picture, "a=inactive").len(), 1, "it is idle");
    assert_eq!((lines(picture, "a=candidate:").len(), lines(picture, "a=setup:passive").len()), (1, 1), "{picture}");
    assert_eq!(lines(&answer, "a=rtcp-rsize").len(), 1, "it was offered");
    assert_eq!(lines(&answer, "a=rtpmap:97"), ["a=rtpmap:97 OPUS/48000/2"], "in the client's own spelling");
    assert_eq!(lines(&answer, "a=rtpmap:96"), ["a=rtpmap:96 VP8/90000"]);

    let data =
        gstreamer().replace("m=video 9 UDP/TLS/RTP/SAVPF 96", "m=application 9 UDP/DTLS/SCTP webrtc-datachannel");
    let answer = restored(&check(&data, Door::Publisher).expect("an offer"), 97, "recvonly");
    assert_eq!(
        lines(&answer, "m="),
        ["m=application 0 UDP/DTLS/SCTP webrtc-datachannel", "m=audio 9 UDP/TLS/RTP/SAVPF 97"],
        "what is no media carries nothing"
    );
    assert_eq!(lines(&answer, "a=group:"), ["a=group:BUNDLE audio1"]);
}

#[test]
fn a_section_that_has_the_transport_of_another_finds_it_there() {
    // As RFC 9143, section 7.2 has it: what belongs to the transport stands in the first section alone.
    let bare = gstreamer();
    let (first, second) = bare.split_once("m=audio").expect("two sections");
    let keeps = |line: &&str| !["a=ice-", "a=setup", "a=fingerprint"].iter().any(|name| line.starts_with(name));
    let second: String = second.lines().filter(keeps).map(|line| format!("{line}\r\n")).collect();
    let checked = check(&format!("{first}m=audio{second}"), Door::Publisher).expect("an offer");
    assert_eq!(lines(&checked.sdp, "a=ice-pwd:"), ["a=ice-pwd:bqOBHq2kkw7mHJYyeZCa0kFZmA2yG8sD"]);
    assert_eq!(lines(&checked.sdp, "a=fingerprint:").len(), 1);
}

#[test]
fn sound_both_ways_fits_either_door() {
    for (door, purpose, direction) in [
        (Door::Publisher, TrackPurpose::Microphone {}, "a=sendonly"),
        (Door::Listener, TrackPurpose::Bed {}, "a=recvonly"),
    ] {
        let checked = check(&aiortc(), door).expect("an offer");
        assert_eq!(checked.purposes, [("0".to_owned(), purpose)]);
        assert!(checked.sdp.contains(direction) && !checked.sdp.contains("candidate"), "{}", checked.sdp);
        assert_eq!(lines(&checked.sdp, "a=extmap:").len(), 2, "levels, and which section a packet is of");
    }
}

#[test]
fn a_player_gets_one_stream_and_no_picture() {
    let checked = check(&chromium_player(), Door::Listener).expect("an offer");
    assert_eq!(lines(&checked.sdp, "m="), ["m=audio 9 UDP/TLS/RTP/SAVPF 111"]);
    assert_eq!(lines(&checked.sdp, "a=extmap:").len(), 2);
    let answer = restored(&checked, 111, "sendonly");
    assert_eq!(lines(&answer, "m="), ["m=audio 9 UDP/TLS/RTP/SAVPF 111", "m=video 0 UDP/TLS/RTP/SAVPF 96"]);
    assert_eq!(lines(&answer, "a=fmtp:"), ["a=fmtp:111 minptime=10;useinbandfec=1;sprop-stereo=1"]);
    assert_eq!(code(&chromium_player(), Door::Publisher), Some(RefusalCode::OfferLacks), "it sends nothing");
    assert_eq!(code(&obs(), Door::Listener), Some(RefusalCode::OfferLacks), "it receives nothing");
}

#[test]
fn who_names_no_section_and_no_group_gets_neither_back() {
    let checked = check(&plain(), Door::Publisher).expect("an offer");
    assert_eq!(lines(&checked.sdp, "a=mid:"), ["a=mid:0"], "the library needs a name");
    assert_eq!(lines(&checked.sdp, "a=setup:"), ["a=setup:active"], "the default of RFC 4145");
    let answer = restored(&checked, 109, "recvonly");
    assert_eq!(lines(&answer, "m="), ["m=audio 9 UDP/TLS/RTP/SAVP 109"], "the protocol that was offered");
    assert!(!answer.contains("a=mid:") && !answer.contains("a=group:"), "{answer}");
}

#[test]
fn every_fault_of_a_foreign_offer_has_its_name() {
    let good = obs();
    let picture_alone = |sdp: &str| sdp.replace("m=audio", "m=video");
    let faults = [
        (String::new(), RefusalCode::OfferUnreadable),
        (good.clone() + &"a=x\r\n".repeat(OFFER_BYTES_MAX / 5), RefusalCode::OfferUnreadable),
        ("v=0\r\ns=-\r\n".to_owned(), RefusalCode::OfferLacks),
        (picture_alone(&good), RefusalCode::OfferLacks),
        (good.replace("opus/48000/2", "PCMA/8000"), RefusalCode::Codec),
        (good.replace("a=rtcp-mux\r\n", ""), RefusalCode::OfferLacks),
        (good.replace("a=ice-ufrag", "a=ice-nothing"), RefusalCode::OfferLacks),
        (good.replace("a=ice-pwd", "a=ice-nothing"), RefusalCode::OfferLacks),
        (good.replace("a=fingerprint", "a=finger"), RefusalCode::OfferLacks),
        (good.replace("setup:actpass", "setup:passive"), RefusalCode::OfferLacks),
        (good.replace("UDP/TLS/RTP/SAVPF", "RTP/AVP"), RefusalCode::OfferLacks),
        (good.replace("m=audio 57249", "m=audio 0"), RefusalCode::OfferLacks),
        (good.replace("a=sendonly", "a=inactive"), RefusalCode::OfferLacks),
        (good.replace("a=mid:1", "a=mid:0"), RefusalCode::OfferLacks),
        (good.replace("a=mid:1", "a=mid:a b"), RefusalCode::OfferUnreadable),
        (good.replace("a=mid:1", &format!("a=mid:{}", "m".repeat(500))), RefusalCode::OfferUnreadable),
        (good.replace("t=0 0", "t=0 0\r\na=ice-lite"), RefusalCode::OfferLacks),
        (good.clone() + &"m=video 9 UDP/TLS/RTP/SAVPF 96\r\n".repeat(SECTIONS_MAX), RefusalCode::OfferLacks),
    ];
    for (sdp, want) in faults {
        assert_eq!(code(&sdp, Door::Publisher), Some(want), "{sdp}");
    }
    let refusal = check(&picture_alone(&good), Door::Publisher).expect_err("no sound");
    assert!(refusal.message.contains("only video"), "{}", refusal.message);
}

#[test]
fn the_first_section_of_several_that_fits_is_taken() {
    let other = "m=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:7\r\na=sendonly\r\na=rtcp-mux\r\na=rtpmap:0 PCMU/8000\r\n";
    let twice = obs().replace("m=audio", &format!("{other}m=audio")) + &other.replace("mid:7", "mid:8");
    let checked = check(&twice, Door::Publisher).expect("an offer");
    assert_eq!(checked.purposes[0].0, "0", "sends, and offers Opus");
    let answer = restored(&checked, 111, "recvonly");
    let ports = lines(&answer, "m=").into_iter().filter_map(|line| line.split(' ').nth(1)).collect::<Vec<_>>();
    assert_eq!(ports, ["0", "9", "0", "0"]);
}

#[test]
fn cut_and_broken_offers_never_panic() {
    let offers = [obs(), gstreamer(), aiortc(), chromium_player(), plain()];
    for offer in &offers {
        for end in 0..offer.len() {
            for door in [Door::Publisher, Door::Listener] {
                let _ = check(&offer[..end], door).map(|checked| restored(&checked, 111, "recvonly"));
            }
        }
    }
    let seed = u64::from_be_bytes(crate::media::peer::random());
    println!("seed {seed}");
    let mut state = seed | 1;
    let mut next = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    for _ in 0..5_000 {
        let mut lines: Vec<&str> = offers[next(offers.len())].lines().collect();
        for _ in 0..=next(4) {
            let (from, to) = (next(lines.len()), next(lines.len()));
            match next(3) {
                0 => lines.swap(from, to),
                1 => lines[to] = lines[from],
                _ => lines[to] = &lines[to][..next(lines[to].len() + 1)],
            }
        }
        let broken = lines.join("\r\n");
        let _ = check(&broken, Door::Publisher).map(|checked| restored(&checked, 111, "recvonly"));
    }
}

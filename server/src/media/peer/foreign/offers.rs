//! Offers as programs make them, for tests: the shape is theirs, names and keys are made up.

const FINGERPRINT: &str =
    "4E:7F:77:DB:7E:A3:A6:4E:5D:27:EB:39:D2:1B:96:9F:91:C9:58:8B:30:B4:AA:0F:77:60:5A:F3:86:60:03:F3";

/// Puts the fingerprint in and ends the lines as a session description does.
fn sdp(text: &str) -> String {
    let text = text.replace("FINGERPRINT", FINGERPRINT);
    text.lines().map(|line| line.trim().to_owned() + "\r\n").collect()
}

/// OBS Studio 30 (libdatachannel): what holds for all stands before the sections, ports are real or 9.
pub(in crate::media::peer) fn obs() -> String {
    sdp("v=0
        o=rtc 3877212184 0 IN IP4 127.0.0.1
        s=-
        t=0 0
        a=group:BUNDLE 0 1
        a=group:LS 0 1
        a=msid-semantic:WMS *
        a=setup:actpass
        a=ice-ufrag:nxcM
        a=ice-pwd:ezjAjgSSLLvbRhUA1zc6Se
        a=ice-options:ice2,trickle
        a=fingerprint:sha-256 FINGERPRINT
        m=audio 57249 UDP/TLS/RTP/SAVPF 111
        c=IN IP4 192.0.2.53
        a=mid:0
        a=sendonly
        a=ssrc:3388068600 cname:Yuu1KDxQcc3L5CpY
        a=ssrc:3388068600 msid:XmQSKutZo7zYcEQl XmQSKutZo7zYcEQl-audio
        a=msid:XmQSKutZo7zYcEQl XmQSKutZo7zYcEQl-audio
        a=rtcp-mux
        a=rtpmap:111 opus/48000/2
        a=fmtp:111 minptime=10;maxaveragebitrate=96000;stereo=1;sprop-stereo=1;useinbandfec=1
        m=video 57249 UDP/TLS/RTP/SAVPF 96
        c=IN IP4 192.0.2.53
        a=mid:1
        a=sendonly
        a=ssrc:3388068601 cname:Yuu1KDxQcc3L5CpY
        a=msid:XmQSKutZo7zYcEQl XmQSKutZo7zYcEQl-video
        a=rtcp-mux
        a=rtpmap:96 H264/90000
        a=rtcp-fb:96 nack
        a=rtcp-fb:96 nack pli
        a=rtcp-fb:96 goog-remb
        a=fmtp:96 profile-level-id=42e01f;packetization-mode=1;level-asymmetry-allowed=1")
}

/// GStreamer's whipsink (webrtcbin): the picture first, names in capitals, mids in words.
pub(in crate::media::peer) fn gstreamer() -> String {
    sdp("v=0
        o=- 1508934012468921342 0 IN IP4 0.0.0.0
        s=-
        t=0 0
        a=ice-options:trickle
        a=group:BUNDLE video0 audio1
        m=video 9 UDP/TLS/RTP/SAVPF 96
        c=IN IP4 0.0.0.0
        a=setup:actpass
        a=ice-ufrag:wXnlrJVxbZWsQ5kX3iZ7mvYNeDPkzqVk
        a=ice-pwd:bqOBHq2kkw7mHJYyeZCa0kFZmA2yG8sD
        a=rtcp-mux
        a=rtcp-rsize
        a=sendonly
        a=rtpmap:96 VP8/90000
        a=rtcp-fb:96 nack pli
        a=framerate:30
        a=ssrc:3484078950 msid:user3344942761@host-c94b3a webrtctransceiver0
        a=ssrc:3484078950 cname:user3344942761@host-c94b3a
        a=mid:video0
        a=fingerprint:sha-256 FINGERPRINT
        a=rtcp-mux-only
        m=audio 0 UDP/TLS/RTP/SAVPF 97 0
        c=IN IP4 0.0.0.0
        a=setup:actpass
        a=ice-ufrag:wXnlrJVxbZWsQ5kX3iZ7mvYNeDPkzqVk
        a=ice-pwd:bqOBHq2kkw7mHJYyeZCa0kFZmA2yG8sD
        a=bundle-only
        a=rtcp-mux
        a=rtcp-rsize
        a=sendonly
        a=rtpmap:97 OPUS/48000/2
        a=rtcp-fb:97 transport-cc
        a=fmtp:97 sprop-maxcapturerate=48000;sprop-stereo=1
        a=ssrc:2215743210 msid:user3344942761@host-c94b3a webrtctransceiver1
        a=ssrc:2215743210 cname:user3344942761@host-c94b3a
        a=mid:audio1
        a=fingerprint:sha-256 FINGERPRINT
        a=rtcp-mux-only")
}

/// aiortc: candidates in the offer, several fingerprints, sound both ways.
pub(in crate::media::peer) fn aiortc() -> String {
    sdp("v=0
        o=- 3912345678 3912345678 IN IP4 0.0.0.0
        s=-
        t=0 0
        a=group:BUNDLE 0
        a=msid-semantic:WMS *
        m=audio 40123 UDP/TLS/RTP/SAVPF 96 0 8
        c=IN IP4 192.0.2.7
        a=sendrecv
        a=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid
        a=extmap:2 urn:ietf:params:rtp-hdrext:ssrc-audio-level
        a=mid:0
        a=msid:6b8d1b0c-8f5c-4d3a-9f0e-8a3c4d5e6f70 2e3f4a5b-6c7d-4e8f-9a0b-1c2d3e4f5a6b
        a=rtcp:9 IN IP4 0.0.0.0
        a=rtcp-mux
        a=ssrc:1844674407 cname:0fd1b6c2-9d0d-4a3b-8a44-5f2b7a6f9d11
        a=rtpmap:96 opus/48000/2
        a=rtpmap:0 PCMU/8000
        a=rtpmap:8 PCMA/8000
        a=candidate:5d41402abc4b2a76b9719d911017c592 1 udp 2130706431 192.0.2.7 40123 typ host
        a=end-of-candidates
        a=ice-ufrag:Zs9Q
        a=ice-pwd:Yr7hPq2LmN4tVw8XzB1cKd
        a=fingerprint:sha-256 FINGERPRINT
        a=setup:actpass")
}

/// Chromium as a WHEP player: it receives sound and picture, each with many codecs.
pub(in crate::media::peer) fn chromium_player() -> String {
    sdp("v=0
        o=- 8302999682125171423 2 IN IP4 127.0.0.1
        s=-
        t=0 0
        a=group:BUNDLE 0 1
        a=extmap-allow-mixed
        a=msid-semantic: WMS
        m=audio 9 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126
        c=IN IP4 0.0.0.0
        a=rtcp:9 IN IP4 0.0.0.0
        a=ice-ufrag:gydc
        a=ice-pwd:qEA+KCGezaoGknNYbpAADXBK
        a=ice-options:trickle
        a=fingerprint:sha-256 FINGERPRINT
        a=setup:actpass
        a=mid:0
        a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level
        a=extmap:2 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time
        a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01
        a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid
        a=recvonly
        a=rtcp-mux
        a=rtcp-rsize
        a=rtpmap:111 opus/48000/2
        a=rtcp-fb:111 transport-cc
        a=fmtp:111 minptime=10;stereo=1;useinbandfec=1
        a=rtpmap:63 red/48000/2
        a=fmtp:63 111/111
        a=rtpmap:9 G722/8000
        a=rtpmap:0 PCMU/8000
        a=rtpmap:8 PCMA/8000
        a=rtpmap:13 CN/8000
        a=rtpmap:110 telephone-event/48000
        a=rtpmap:126 telephone-event/8000
        m=video 9 UDP/TLS/RTP/SAVPF 96 97
        c=IN IP4 0.0.0.0
        a=rtcp:9 IN IP4 0.0.0.0
        a=ice-ufrag:gydc
        a=ice-pwd:qEA+KCGezaoGknNYbpAADXBK
        a=ice-options:trickle
        a=fingerprint:sha-256 FINGERPRINT
        a=setup:actpass
        a=mid:1
        a=recvonly
        a=rtcp-mux
        a=rtcp-rsize
        a=rtpmap:96 VP8/90000
        a=rtcp-fb:96 nack pli
        a=rtpmap:97 rtx/90000
        a=fmtp:97 apt=96")
}

/// A small device: one section, no BUNDLE group, no mid, no direction.
pub(in crate::media::peer) fn plain() -> String {
    sdp("v=0
        o=device 1 1 IN IP4 192.0.2.9
        s=-
        c=IN IP4 192.0.2.9
        t=0 0
        a=fingerprint:sha-256 FINGERPRINT
        a=ice-ufrag:abcd
        a=ice-pwd:0123456789012345678901
        m=audio 5004 UDP/TLS/RTP/SAVP 109
        a=rtcp-mux
        a=rtpmap:109 opus/48000/2")
}

//! The peer against a real client of the same library, in simulated time: handshakes with loss, protection,
//! bounds before authentication, and what a listener gets.

mod foreign;
mod legs;

use super::*;
use crate::mailbox::Offered;
use crate::media::demux::Transport;
use crate::media::leg::LegHeader;
use rtc::peer_connection::RTCPeerConnectionBuilder;
use rtc::peer_connection::configuration::media_engine::MediaEngine;
use rtc::peer_connection::configuration::setting_engine::SettingEngineBuilder;
use rtc::peer_connection::sdp::RTCSessionDescription;
use rtc::rtp_transceiver::rtp_sender::{RTCRtpCodecParameters, RTCRtpHeaderExtensionCapability, RtpCodecKind};
use rtc::rtp_transceiver::{RTCRtpTransceiverDirection, RTCRtpTransceiverInit};
use std::time::Duration;
use torg_protocol::ids::{AudioSlotIndex, ParticipantId};
use torg_protocol::limits::AUDIO_SLOTS;

const CLIENT: ([u8; 4], u16) = ([127, 0, 0, 1], 1_001);
const SERVER: ([u8; 4], u16) = ([127, 0, 0, 1], 1_002);
const MICROPHONE_SSRC: u32 = 77;
const STEP: Duration = Duration::from_millis(5);

/// Which datagrams of a handshake get lost: by direction and by number.
#[derive(Clone, Copy, Debug)]
enum Lose {
    Nothing,
    FromClient(usize),
    FromServer(usize),
}

/// Both ends and the network between them.
struct Pair {
    client: RTCPeerConnection,
    /// The library's fault is the client's as well; a browser resends by itself.
    client_flight: LastFlight,
    server: Peer,
    config: PeerConfig,
    now: Instant,
    happened: Vec<PeerEvent>,
    heard: Vec<rtc::rtp::Packet>,
    is_client_up: bool,
    handshake_datagrams: [usize; 2],
    lose: Lose,
}

fn client(
    now: Instant,
    profiles: &[rtc::dtls::extension::extension_use_srtp::SrtpProtectionProfile],
) -> RTCPeerConnection {
    let mut media = MediaEngine::default();
    let codec = RTCRtpCodecParameters { rtp_codec: setup::opus(), payload_type: 109 };
    media.register_codec(codec, RtpCodecKind::Audio).expect("Opus");
    let level = RTCRtpHeaderExtensionCapability { uri: setup::AUDIO_LEVEL_URI.to_owned() };
    media.register_header_extension(level, RtpCodecKind::Audio, None).expect("levels");
    let settings = SettingEngineBuilder::new().with_srtp_protection_profiles(profiles.to_vec()).build();
    let mut client = RTCPeerConnectionBuilder::new()
        .with_media_engine(media)
        .with_setting_engine(settings)
        .build(now)
        .expect("a client");
    let track = setup::leg_track(0, MICROPHONE_SSRC);
    let direction = RTCRtpTransceiverDirection::Sendonly;
    let init = RTCRtpTransceiverInit { direction, streams: Vec::new(), send_encodings: Vec::new() };
    client.add_transceiver_from_track(track, Some(init)).expect("a microphone");
    for _ in 0..LEGS {
        let direction = RTCRtpTransceiverDirection::Recvonly;
        let init = RTCRtpTransceiverInit { direction, streams: Vec::new(), send_encodings: Vec::new() };
        client.add_transceiver_from_kind(RtpCodecKind::Audio, Some(init)).expect("a leg");
    }
    let candidate = setup::host_candidate(SocketAddr::from(CLIENT), Transport::Udp).expect("a candidate");
    client.add_local_candidate(candidate).expect("a candidate");
    client
}

fn tracks_of(sdp: &str) -> Vec<OfferedTrack> {
    let mids = sdp.lines().filter_map(|line| line.strip_prefix("a=mid:"));
    let purpose = |number: usize| match number {
        0 => TrackPurpose::Microphone {},
        number if number == LEGS => TrackPurpose::Bed {},
        slot => TrackPurpose::AudioSlot { slot: AudioSlotIndex(slot as u8 - 1) },
    };
    mids.enumerate().map(|(number, mid)| OfferedTrack { mid: mid.to_owned(), purpose: purpose(number) }).collect()
}

use torg_protocol::message::OfferedTrack;

impl Pair {
    fn new(lose: Lose, client_profiles: &[rtc::dtls::extension::extension_use_srtp::SrtpProtectionProfile]) -> Self {
        let now = Instant::now();
        let mut client = client(now, client_profiles);
        let offer = client.create_offer(None).expect("an offer");
        client.set_local_description(now, offer).expect("set");
        let sdp = client.local_description().expect("a description").sdp;
        let config = PeerConfig {
            certificate: Certificate::generate().expect("a certificate"),
            udp: vec![SocketAddr::from(SERVER)],
            tcp: Vec::new(),
        };
        let offer = Peer::check(&sdp, &Offered::Tracks(tracks_of(&sdp))).expect("a whole offer");
        let (server, _ice, answer) = Peer::answer(&config, offer, now).expect("an answer");
        let answer = RTCSessionDescription::answer(answer).expect("readable");
        client.set_remote_description(now, answer).expect("acceptable");
        Self::of(client, server, config, now, lose)
    }

    fn of(client: RTCPeerConnection, server: Peer, config: PeerConfig, now: Instant, lose: Lose) -> Self {
        Self {
            client,
            client_flight: LastFlight::new(),
            server,
            config,
            now,
            happened: Vec::new(),
            heard: Vec::new(),
            is_client_up: false,
            handshake_datagrams: [0; 2],
            lose,
        }
    }

    fn is_lost(&mut self, from_server: bool, bytes: &[u8]) -> bool {
        if !flight::is_dtls(bytes) {
            return false;
        }
        let number = &mut self.handshake_datagrams[usize::from(from_server)];
        *number += 1;
        match self.lose {
            Lose::Nothing => false,
            Lose::FromClient(lost) => !from_server && lost + 1 == *number,
            Lose::FromServer(lost) => from_server && lost + 1 == *number,
        }
    }

    fn server_gets(&mut self, bytes: BytesMut) -> Result<(), Dropped> {
        let from = Remote { address: SocketAddr::from(CLIENT), transport: Transport::Udp };
        let to = Some(IpAddr::from(SERVER.0));
        self.server.input(&self.config, from, to, bytes, self.now)
    }

    fn client_gets(&mut self, bytes: BytesMut) {
        if flight::is_handshake(&bytes) {
            self.client_flight.answered();
        }
        let transport = TransportContext {
            local_addr: SocketAddr::from(CLIENT),
            peer_addr: SocketAddr::from(SERVER),
            transport_protocol: TransportProtocol::UDP,
            ecn: None,
        };
        let _ = self.client.handle_read(TaggedBytesMut { now: self.now, transport, message: bytes });
    }

    /// One step of time: timers, then everything that is to be sent, both ways.
    fn step(&mut self) {
        self.now += STEP;
        self.server.timeout(self.now);
        if self.client.poll_timeout().is_some_and(|due| due <= self.now) {
            let _ = self.client.handle_timeout(self.now);
        }
        let mut from_client: Vec<BytesMut> = Vec::new();
        if !self.is_client_up {
            from_client.extend_from_slice(self.client_flight.due(self.now));
        }
        while let Some(message) = self.client.poll_write() {
            self.client_flight.keep(&message.message, self.now);
            from_client.push(message.message);
        }
        for bytes in from_client {
            if !self.is_lost(false, &bytes) {
                let _ = self.server_gets(bytes);
            }
        }
        self.server.poll(&mut self.happened);
        let mut from_server = Vec::new();
        self.server.transmits(self.now, &mut from_server);
        for outbound in from_server {
            assert_eq!(outbound.to.address, SocketAddr::from(CLIENT));
            if !self.is_lost(true, &outbound.bytes) {
                self.client_gets(outbound.bytes);
            }
        }
        while let Some(event) = self.client.poll_event() {
            if let RTCPeerConnectionEvent::OnConnectionStateChangeEvent(RTCPeerConnectionState::Connected) = event {
                self.is_client_up = true;
            }
        }
        while let Some(message) = self.client.poll_read() {
            if let RTCMessage::RtpPacket(_, packet) = message.message {
                self.heard.push(packet);
            }
        }
    }

    /// Protects a packet as a worker does; where it goes, and what goes there.
    fn server_sends(&mut self, leg: usize, header: LegHeader, payload: &'static [u8]) -> (Remote, BytesMut) {
        let mut batch = Batch::default();
        self.server.seal(leg, header, &Bytes::from_static(payload), self.now, &mut batch);
        if let Some(sealed) = batch.iter().next() {
            return (self.server.way().expect("a way").0, BytesMut::from(sealed));
        }
        let mut out = Vec::new();
        self.server.transmits(self.now, &mut out);
        let media = out.into_iter().find(|outbound| outbound.bytes[0] >= 128).expect("a media packet");
        (media.to, media.bytes)
    }

    /// The same, and it arrives.
    fn client_hears(&mut self, leg: usize, header: LegHeader, payload: &'static [u8]) {
        let (_, media) = self.server_sends(leg, header, payload);
        self.client_gets(media);
    }

    /// Steps until both are up; the simulated time it took, or nothing within `limit`.
    fn connect(&mut self, limit: Duration) -> Option<Duration> {
        let start = self.now;
        while self.now - start < limit {
            self.step();
            if self.is_client_up && self.server.is_connected() {
                return Some(self.now - start);
            }
        }
        None
    }

    fn speak(&mut self, sequence: u16) {
        let header = rtc::rtp::Header {
            version: 2,
            payload_type: 109,
            sequence_number: sequence,
            timestamp: u32::from(sequence) * 960,
            ssrc: MICROPHONE_SSRC,
            ..Default::default()
        };
        let payload = Bytes::from_static(b"opus");
        let message = RTCMessage::RtpPacket(Default::default(), rtc::rtp::Packet { header, payload });
        self.client.handle_write(TaggedRTCMessage { now: self.now, message }).expect("written");
    }
}

use rtc::dtls::extension::extension_use_srtp::SrtpProtectionProfile as Profile;
const MODERN: [Profile; 2] = [Profile::Srtp_Aes128_Cm_Hmac_Sha1_80, Profile::Srtp_Aead_Aes_128_Gcm];

#[test]
fn any_one_lost_handshake_datagram_delays_and_never_hangs() {
    let mut whole = Pair::new(Lose::Nothing, &MODERN);
    whole.connect(Duration::from_secs(2)).expect("a handshake without loss");
    let [from_client, from_server] = whole.handshake_datagrams;
    assert!(from_client >= 2 && from_server >= 2, "flights both ways");
    let losses = (0..from_client).map(Lose::FromClient).chain((0..from_server).map(Lose::FromServer));
    for lose in losses {
        let took = Pair::new(lose, &MODERN).connect(Duration::from_secs(5));
        assert!(took.is_some(), "never connected with {lose:?}");
    }
}

#[test]
fn gcm_is_agreed_though_the_client_puts_the_older_first() {
    let mut pair = Pair::new(Lose::Nothing, &MODERN);
    pair.connect(Duration::from_secs(2)).expect("connected");
    // GCM's tag is 16 bytes, the older's 10: the length of a packet tells what was agreed.
    assert_eq!(protected_overhead(&mut pair), 16);
}

#[test]
fn a_client_without_gcm_is_served_all_the_same() {
    let mut pair = Pair::new(Lose::Nothing, &[Profile::Srtp_Aes128_Cm_Hmac_Sha1_80]);
    pair.connect(Duration::from_secs(12)).expect("connected by the older protection");
    assert_eq!(protected_overhead(&mut pair), 10);
    let header = LegHeader { sequence: 2, timestamp: 1_920, marker: false, speaker: Some(ParticipantId(5)) };
    pair.client_hears(0, header, b"voice");
    pair.step();
    assert_eq!(pair.heard.last().map(|packet| &packet.payload[..]), Some(&b"voice"[..]));
}

fn protected_overhead(pair: &mut Pair) -> usize {
    let header = LegHeader { sequence: 1, timestamp: 960, marker: true, speaker: Some(ParticipantId(5)) };
    let (_, media) = pair.server_sends(0, header, &[9; 50]);
    let (rtp_header, contributing_source) = (12, 4);
    media.len() - rtp_header - contributing_source - 50
}

#[test]
fn a_microphone_is_heard_and_its_sender_gets_reports() {
    let mut pair = Pair::new(Lose::Nothing, &MODERN);
    pair.connect(Duration::from_secs(2)).expect("connected");
    pair.speak(10);
    pair.speak(11);
    pair.step();
    let voices = pair.happened.iter().filter_map(|event| match event {
        PeerEvent::Voice(voice) => Some(voice.sequence),
        _ => None,
    });
    assert_eq!(voices.collect::<Vec<_>>(), [10, 11]);
}

/// A binding request as far as a peer reads it (RFC 8489); whether it is signed, the demultiplexer has seen.
fn nominating_request() -> BytesMut {
    let mut request = BytesMut::from(&[0, 1, 0, 36, 0x21, 0x12, 0xA4, 0x42][..]);
    request.extend_from_slice(&[7; 12]);
    request.extend_from_slice(&[0, 6, 0, 4, b'a', b':', b'b', b'c', 0, 0x25, 0, 0, 0, 8, 0, 20]);
    request.extend_from_slice(&[0; 20]);
    request
}

#[test]
fn a_client_that_nominates_another_way_is_sent_there() {
    let mut pair = Pair::new(Lose::Nothing, &MODERN);
    pair.connect(Duration::from_secs(2)).expect("connected");
    let other = Remote { address: SocketAddr::from(([192, 0, 2, 5], 1_001)), transport: Transport::Udp };
    let to = Some(IpAddr::from([192, 0, 2, 1]));
    pair.server.input(&pair.config, other, to, nominating_request(), pair.now).expect("taken");
    let header = LegHeader { sequence: 7, timestamp: 960, marker: true, speaker: Some(ParticipantId(1)) };
    assert_eq!(pair.server_sends(0, header, b"voice").0, other);
    assert_eq!(pair.server.way(), Some((other, to)));
}

#[test]
fn reports_of_loss_reach_us() {
    let mut pair = Pair::new(Lose::Nothing, &MODERN);
    pair.connect(Duration::from_secs(2)).expect("connected");
    let header = LegHeader { sequence: 7, timestamp: 960, marker: true, speaker: Some(ParticipantId(1)) };
    pair.client_hears(0, header, b"voice");
    (0..4).for_each(|_| pair.step());
    let ssrc = pair.heard[0].header.ssrc;
    let report = rtc::rtcp::reception_report::ReceptionReport { ssrc, fraction_lost: 64, ..Default::default() };
    let reports = ReceiverReport { ssrc: MICROPHONE_SSRC, reports: vec![report], ..Default::default() };
    let message = RTCMessage::RtcpPacket(Default::default(), vec![Box::new(reports)]);
    pair.client.handle_write(TaggedRTCMessage { now: pair.now, message }).expect("written");
    pair.step();
    let lost = pair.happened.iter().find_map(|event| match event {
        PeerEvent::Loss(part) => Some(*part),
        _ => None,
    });
    assert_eq!(lost, Some(0.25));
}

#[test]
fn media_before_the_handshake_and_from_too_many_sources_is_dropped() {
    let mut pair = Pair::new(Lose::Nothing, &MODERN);
    let rtp = |ssrc: u32| {
        let mut bytes = BytesMut::zeroed(60);
        bytes[0] = 0x80;
        bytes[1] = 109;
        bytes[8..12].copy_from_slice(&ssrc.to_be_bytes());
        bytes
    };
    assert_eq!(pair.server_gets(rtp(1)), Err(Dropped::EarlyMedia));
    pair.connect(Duration::from_secs(2)).expect("connected");
    let dropped = (0..1_000).filter(|&ssrc| pair.server_gets(rtp(ssrc)) == Err(Dropped::TooManySources)).count();
    assert_eq!(dropped, 1_000 - SSRCS_PER_PEER_MAX);
}

#[test]
fn public_addresses_stand_in_the_answer() {
    let now = Instant::now();
    let mut client = client(now, &MODERN);
    let offer = client.create_offer(None).expect("an offer");
    client.set_local_description(now, offer).expect("set");
    let sdp = client.local_description().expect("a description").sdp;
    let public: SocketAddr = "203.0.113.7:3478".parse().expect("an address");
    let certificate = Certificate::generate().expect("a certificate");
    let config = PeerConfig { certificate, udp: vec![public], tcp: vec![public] };
    let offer = Peer::check(&sdp, &Offered::Tracks(tracks_of(&sdp))).expect("a whole offer");
    let (_peer, _ice, answer) = Peer::answer(&config, offer, now).expect("an answer");
    assert!(answer.contains("a=ice-lite") && answer.contains("a=setup:passive"));
    assert!(answer.contains("udp") && answer.contains("203.0.113.7 3478 typ host"));
    assert!(answer.contains("tcptype passive"));
    assert!(answer.contains("usedtx=1") && answer.contains("useinbandfec=1"), "{answer}");
}

#[test]
fn garbage_never_panics() {
    let mut pair = Pair::new(Lose::Nothing, &MODERN);
    pair.connect(Duration::from_secs(2)).expect("connected");
    let seed = u64::from_be_bytes(random());
    println!("seed {seed}");
    let mut state = seed | 1;
    for _ in 0..20_000 {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let length = (state >> 33) as usize % 80;
        let mut bytes = BytesMut::zeroed(length);
        bytes.iter_mut().enumerate().for_each(|(at, byte)| *byte = (state >> (at % 8 * 8)) as u8 ^ at as u8);
        let _ = pair.server_gets(bytes);
    }
    pair.server.poll(&mut pair.happened);
    assert!(pair.server.is_connected(), "garbage from the peer's own address ends nothing");
}

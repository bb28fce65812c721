//! A server of one guest, for tests: answers an offer, echoes the microphone into slots and bed, over real sockets.

use super::flight::{Flight, is_dtls};
use super::lean::SharedCertificate;
use super::setup::{SECTIONS_DOWN, engines, opus};
use bytes::BytesMut;
use rtc::ice::tcp_type::TcpType;
use rtc::media_stream::MediaStreamTrack;
use rtc::peer_connection::configuration::RTCConfigurationBuilder;
use rtc::peer_connection::configuration::setting_engine::SettingEngineBuilder;
use rtc::peer_connection::message::RTCMessage;
use rtc::peer_connection::sdp::RTCSessionDescription;
use rtc::peer_connection::transport::{CandidateConfig, CandidateHostConfig, RTCDtlsRole, RTCIceCandidate};
use rtc::peer_connection::{RTCPeerConnection, RTCPeerConnectionBuilder};
use rtc::rtp_transceiver::rtp_sender::{RTCRtpCodingParameters, RTCRtpEncodingParameters, RtpCodecKind};
use rtc::rtp_transceiver::{RTCRtpSenderId, RTCRtpTransceiverDirection, RTCRtpTransceiverInit};
use rtc::sansio::Protocol;
use rtc::shared::tcp_framing::{TcpFrameDecoder, frame_packet};
use rtc::shared::{TaggedBytesMut, TransportContext, TransportProtocol};
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream, UdpSocket};

/// The first slot's synchronisation source; the others follow.
const FIRST_SSRC: u32 = 7_000;

pub(super) struct Loopback {
    connection: RTCPeerConnection,
    sections: Vec<RTCRtpSenderId>,
    socket: UdpSocket,
    listener: TcpListener,
    stream: Option<(TcpStream, SocketAddr, TcpFrameDecoder)>,
    flight: Flight,
    /// Whose voice the echo is said to be.
    csrc: u32,
}

impl Loopback {
    pub(super) async fn answer(offer: String, csrc: u32) -> (Self, String) {
        let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a socket");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a listener");
        let now = Instant::now();
        let (media, interceptors) = engines().expect("engines");
        let certificate = SharedCertificate::generate().expect("a certificate");
        let settings =
            SettingEngineBuilder::new().with_lite(true).with_answering_dtls_role(RTCDtlsRole::Server).build();
        let mut connection = RTCPeerConnectionBuilder::new()
            .with_configuration(RTCConfigurationBuilder::new().with_certificates(vec![certificate.0]).build())
            .with_setting_engine(settings)
            .with_media_engine(media)
            .with_interceptor_registry(interceptors)
            .build(now)
            .expect("a connection");
        let udp = socket.local_addr().expect("an address");
        let tcp = listener.local_addr().expect("an address");
        for (address, network, tcp_type) in [(udp, "udp", TcpType::default()), (tcp, "tcp", TcpType::Passive)] {
            let base_config = CandidateConfig {
                network: network.to_owned(),
                address: address.ip().to_string(),
                port: address.port(),
                component: 1,
                ..Default::default()
            };
            let candidate = CandidateHostConfig { base_config, tcp_type }.new_candidate_host().expect("a candidate");
            let candidate = RTCIceCandidate::from(&candidate).to_json().expect("a candidate");
            connection.add_local_candidate(candidate).expect("taken");
        }
        let sections = (0..SECTIONS_DOWN as u32).map(|section| add_section(&mut connection, section)).collect();
        let offer = RTCSessionDescription::offer(offer).expect("an offer");
        connection.set_remote_description(now, offer).expect("taken");
        let answer = connection.create_answer(None).expect("an answer");
        connection.set_local_description(now, answer).expect("taken");
        let sdp = connection.local_description().expect("there is one").sdp;
        let flight = Flight::default();
        (Self { connection, sections, socket, listener, stream: None, flight, csrc }, sdp)
    }

    /// Serves until it is dropped.
    pub(super) async fn run(mut self) {
        let mut datagram = vec![0; 2_048];
        let mut bytes = vec![0; 4_096];
        loop {
            self.pump().await;
            let due = self.connection.poll_timeout().into_iter().chain(self.flight.due()).min();
            let due = due.unwrap_or_else(|| Instant::now() + Duration::from_secs(1));
            tokio::select! {
                received = self.socket.recv_from(&mut datagram) => {
                    let (length, from) = received.expect("a datagram");
                    let local = self.socket.local_addr().expect("an address");
                    self.input(local, from, TransportProtocol::UDP, &datagram[..length]);
                }
                accepted = self.listener.accept() => {
                    let (stream, from) = accepted.expect("a stream");
                    self.stream = Some((stream, from, TcpFrameDecoder::new()));
                }
                read = read(&mut self.stream, &mut bytes) => {
                    let (mut packets, from) = (Vec::new(), read.1);
                    if let Some((_, _, decoder)) = &mut self.stream {
                        decoder.extend_from_slice(&bytes[..read.0]);
                        packets.extend(std::iter::from_fn(|| decoder.next_packet()));
                    }
                    let local = self.listener.local_addr().expect("an address");
                    for packet in packets {
                        self.input(local, from, TransportProtocol::TCP, &packet);
                    }
                }
                () = tokio::time::sleep_until(due.into()) => {
                    let _ = self.connection.handle_timeout(Instant::now());
                }
            }
        }
    }

    fn input(&mut self, local: SocketAddr, from: SocketAddr, transport_protocol: TransportProtocol, bytes: &[u8]) {
        if is_dtls(bytes) {
            self.flight.received();
        }
        let transport = TransportContext { local_addr: local, peer_addr: from, ecn: None, transport_protocol };
        let message = TaggedBytesMut { now: Instant::now(), transport, message: BytesMut::from(bytes) };
        let _ = self.connection.handle_read(message);
    }

    async fn pump(&mut self) {
        let now = Instant::now();
        while self.connection.poll_event().is_some() {}
        while let Some(message) = self.connection.poll_read() {
            let RTCMessage::RtpPacket(_, mut packet) = message.message else { continue };
            packet.header.csrc = vec![self.csrc];
            packet.header.extension = false;
            packet.header.extensions.clear();
            // Every section gets the voice, as if there were eight speakers and a murmur of one.
            for (ssrc, &section) in (FIRST_SSRC..).zip(&self.sections) {
                packet.header.ssrc = ssrc;
                let mut sender = self.connection.rtp_sender(section).expect("a sender");
                sender.write_rtp(now, packet.clone()).expect("sent");
            }
        }
        for (datagram, to) in self.flight.take_due(now) {
            let _ = self.socket.try_send_to(&datagram, to);
        }
        while let Some(written) = self.connection.poll_write() {
            let to = written.transport.peer_addr;
            if written.transport.transport_protocol == TransportProtocol::TCP {
                if let Some((stream, _, _)) = &mut self.stream {
                    stream.write_all(&frame_packet(&written.message)).await.expect("written");
                }
                continue;
            }
            if is_dtls(&written.message) {
                self.flight.sent(now, &written.message, to);
            }
            let _ = self.socket.try_send_to(&written.message, to);
        }
    }
}

fn add_section(connection: &mut RTCPeerConnection, section: u32) -> RTCRtpSenderId {
    let coding = RTCRtpCodingParameters { ssrc: Some(FIRST_SSRC + section), ..Default::default() };
    let encoding = RTCRtpEncodingParameters { rtp_coding_parameters: coding, codec: opus(), ..Default::default() };
    let (stream, id) = (format!("section{section}"), format!("section{section}-track"));
    let track = MediaStreamTrack::new(stream, id.clone(), id, RtpCodecKind::Audio, vec![encoding]);
    let direction = RTCRtpTransceiverDirection::Sendonly;
    let init = RTCRtpTransceiverInit { direction, streams: vec![], send_encodings: vec![] };
    let id = connection.add_transceiver_from_track(track, Some(init)).expect("a section");
    connection.rtp_transceiver(id).and_then(|transceiver| transceiver.sender()).expect("a sender")
}

async fn read(stream: &mut Option<(TcpStream, SocketAddr, TcpFrameDecoder)>, bytes: &mut [u8]) -> (usize, SocketAddr) {
    match stream {
        Some((stream, from, _)) => match stream.read(bytes).await {
            Ok(length) if length > 0 => (length, *from),
            _ => std::future::pending().await,
        },
        None => std::future::pending().await,
    }
}

mod tests {
    use super::super::{EmulatorState, Peer, PeerEvent, PeerPlan, SoundPacket, VoicePacket};
    use super::*;
    use crate::options::Emulator;
    use crate::sound::source::{Microphone, Sound, Tone};
    use std::net::IpAddr;
    use std::sync::Arc;
    use tokio::sync::mpsc;
    use tokio::time::timeout;
    use torg_protocol::ids::ParticipantId;

    /// How long a connection took to come up, and the packets of one second of a tone, echoed.
    struct Stay {
        connected_after: Duration,
        packets: Vec<VoicePacket>,
        /// Packets of the bed.
        bed: usize,
    }

    async fn stay(over_tcp: bool, emulator: Emulator) -> Option<Stay> {
        let (events, mut happened) = mpsc::channel(10_000);
        let plan = PeerPlan {
            number: 1,
            local_ip: IpAddr::from([127, 0, 0, 1]),
            over_tcp,
            has_microphone: true,
            emulator: Arc::new(EmulatorState::new(emulator)),
            events,
        };
        let (mut peer, offer) = Peer::offer(plan).await.expect("an offer");
        assert_eq!(offer.matches("stereo=1").count(), 10, "on the microphone, on each slot and on the bed");
        let (server, answer) = Loopback::answer(offer, 42).await;
        let server = tokio::spawn(server.run());
        let began = Instant::now();
        peer.answer(&answer).await.expect("a usable answer");
        let connected = async {
            loop {
                if let (_, PeerEvent::Connected) = happened.recv().await.expect("events") {
                    return began.elapsed();
                }
            }
        };
        let connected_after = timeout(Duration::from_secs(5), connected).await.ok()?;
        let mut microphone = Microphone::new(Sound::Tone(Tone::new(440.0)));
        for _ in 0..50 {
            peer.speak(microphone.next().expect("a tone never ends")).await;
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
        let (mut packets, mut bed) = (Vec::new(), 0);
        while let Ok((_, event)) = happened.try_recv() {
            match event {
                PeerEvent::Packet(SoundPacket::Voice(packet), _) => packets.push(packet),
                PeerEvent::Packet(SoundPacket::Bed(_), _) => bed += 1,
                PeerEvent::Connected | PeerEvent::Failed => {}
            }
        }
        peer.close().await;
        server.abort();
        Some(Stay { connected_after, packets, bed })
    }

    #[tokio::test]
    async fn a_voice_comes_back_in_every_slot_with_its_speaker_and_in_the_bed() {
        let stay = stay(false, Emulator::default()).await.expect("connected");
        assert!(stay.bed >= 45, "{} packets of the bed", stay.bed);
        assert!(stay.packets.len() >= 8 * 45, "{} packets", stay.packets.len());
        assert!(stay.packets.iter().all(|packet| packet.csrc == Some(ParticipantId(42))));
        for slot in 0..8 {
            assert!(stay.packets.iter().filter(|packet| packet.slot.0 == slot).count() >= 45, "slot {slot}");
        }
    }

    #[tokio::test]
    async fn it_goes_over_tcp_as_well() {
        let stay = stay(true, Emulator::default()).await.expect("connected");
        assert!(stay.packets.len() >= 8 * 45, "{} packets", stay.packets.len());
    }

    #[tokio::test]
    async fn any_lost_datagram_of_the_handshake_is_made_good() {
        for number in 0..6 {
            for emulator in [Emulator::drop_dtls_sent(number), Emulator::drop_dtls_received(number)] {
                let shown = format!("{emulator:?}");
                let stay = stay(false, emulator).await;
                let Some(stay) = stay else { panic!("did not connect with {shown}") };
                assert!(stay.connected_after < Duration::from_secs(2), "{:?} with {shown}", stay.connected_after);
                assert!(stay.packets.len() >= 8 * 45, "{} packets with {shown}", stay.packets.len());
            }
        }
    }

    #[tokio::test]
    async fn lossy_networks_lose_packets_and_no_connections() {
        for seed in 0..3 {
            let Some(stay) = stay(false, Emulator::loss(0.1, seed)).await else { panic!("seed {seed} hangs") };
            let received = stay.packets.len();
            assert!((8 * 30..8 * 48).contains(&received), "seed {seed}: {received} of 400");
        }
    }
}

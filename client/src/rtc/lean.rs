//! A peer connection on the sans-IO `rtc` crate: no task, no timer, no socket of its own. For crowds, where a
//! driver a guest would be the load that is measured.
//!
//! After each of [`LeanPeer::receive`], [`LeanPeer::handle_timeout`] and [`LeanPeer::speak`], drain
//! [`LeanPeer::poll`] and then [`LeanPeer::next_datagram`].

use super::answer::Answer;
use super::flight::{Flight, is_dtls};
use super::peer::sound_packet;
use super::setup::{Packetizer, SECTIONS_DOWN, engines, microphone_track, one_way, purposes, settings};
use super::{PeerError, Section, SoundPacket};
use crate::sound::source::SpokenFrame;
use bytes::{Bytes, BytesMut};
use rtc::crypto::SignatureScheme;
use rtc::ice::tcp_type::TcpType;
use rtc::peer_connection::certificate::{CertificateParams, RTCCertificate};
use rtc::peer_connection::configuration::RTCConfigurationBuilder;
use rtc::peer_connection::event::RTCPeerConnectionEvent;
use rtc::peer_connection::message::RTCMessage;
use rtc::peer_connection::sdp::RTCSessionDescription;
use rtc::peer_connection::state::RTCPeerConnectionState;
use rtc::peer_connection::transport::{CandidateConfig, CandidateHostConfig, RTCIceCandidate, RTCIceCandidateInit};
use rtc::peer_connection::{RTCPeerConnection, RTCPeerConnectionBuilder};
use rtc::rtp_transceiver::rtp_sender::RtpCodecKind;
use rtc::rtp_transceiver::{RTCRtpSenderId, RTCRtpTransceiverDirection};
use rtc::sansio::Protocol;
use rtc::shared::{TaggedBytesMut, TransportContext, TransportProtocol};
use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;
use std::time::Instant;
use torg_protocol::message::OfferedTrack;
use torg_protocol::units::VoiceLevel;

/// The certificate that all guests of a crowd share: making one takes longer than all else of a join.
#[derive(Clone)]
pub(crate) struct SharedCertificate(pub(super) RTCCertificate);

impl SharedCertificate {
    pub(crate) fn generate() -> Result<Self, PeerError> {
        let in_words = |error: &dyn std::fmt::Display| PeerError(error.to_string());
        let provider = rtc::crypto::default_provider().map_err(|error| in_words(&error))?;
        let params = CertificateParams::new(vec!["guest".to_owned()]).map_err(|error| in_words(&error))?;
        Ok(Self(RTCCertificate::generate(provider.crypto(), SignatureScheme::EcdsaP256Sha256, params)?))
    }
}

/// What a lean peer connection tells.
#[derive(Debug)]
pub(crate) enum LeanEvent {
    Connected,
    Failed,
    Packet(SoundPacket),
}

pub(crate) struct LeanPeer {
    connection: RTCPeerConnection,
    microphone: Option<RTCRtpSenderId>,
    packets: Packetizer,
    tracks: Vec<OfferedTrack>,
    streams: HashMap<u32, Section>,
    local: SocketAddr,
    flight: Flight,
    /// Datagrams of a flight that go out again.
    again: VecDeque<(Vec<u8>, SocketAddr)>,
}

impl LeanPeer {
    /// Makes a peer connection for a socket bound to `local`; gives it and its offer.
    pub(crate) fn offer(
        local: SocketAddr,
        has_microphone: bool,
        certificate: &SharedCertificate,
        now: Instant,
    ) -> Result<(Self, String), PeerError> {
        let (media, interceptors) = engines()?;
        let certificates = vec![certificate.0.clone()];
        let mut connection = RTCPeerConnectionBuilder::new()
            .with_configuration(RTCConfigurationBuilder::new().with_certificates(certificates).build())
            .with_setting_engine(settings())
            .with_media_engine(media)
            .with_interceptor_registry(interceptors)
            .build(now)?;
        connection.add_local_candidate(host_candidate(local)?)?;
        let packets = Packetizer::new();
        let mut transceivers = Vec::with_capacity(1 + SECTIONS_DOWN);
        let mut microphone = None;
        if has_microphone {
            let sendonly = one_way(RTCRtpTransceiverDirection::Sendonly);
            let id = connection.add_transceiver_from_track(microphone_track(packets.ssrc), sendonly)?;
            microphone = connection.rtp_transceiver(id).and_then(|transceiver| transceiver.sender());
            transceivers.push(id);
        }
        for _ in 0..SECTIONS_DOWN {
            let recvonly = one_way(RTCRtpTransceiverDirection::Recvonly);
            transceivers.push(connection.add_transceiver_from_kind(RtpCodecKind::Audio, recvonly)?);
        }
        let offer = connection.create_offer(None)?;
        let sdp = offer.sdp.clone();
        connection.set_local_description(now, offer)?;
        let mid = |id| connection.rtp_transceiver(id).and_then(|transceiver| transceiver.mid().clone());
        let mids: Option<Vec<String>> = transceivers.into_iter().map(mid).collect();
        let tracks = purposes(mids.ok_or_else(|| PeerError("a section has no mid".to_owned()))?, has_microphone);
        let peer = Self {
            connection,
            microphone,
            packets,
            tracks,
            streams: HashMap::new(),
            local,
            flight: Flight::default(),
            again: VecDeque::new(),
        };
        Ok((peer, sdp))
    }

    /// What the offer's sections are for.
    pub(crate) fn tracks(&self) -> Vec<OfferedTrack> {
        self.tracks.clone()
    }

    /// Takes the server's answer: from here on it connects.
    pub(crate) fn answer(&mut self, sdp: &str, now: Instant) -> Result<(), PeerError> {
        let answer = Answer::read(sdp, &self.tracks, false, self.local.ip());
        if answer.candidates.is_empty() {
            return Err(PeerError(format!("the server offers no address that {} reaches", self.local.ip())));
        }
        self.packets.level_id = answer.level_id;
        self.streams = answer.streams;
        self.connection.set_remote_description(now, RTCSessionDescription::answer(answer.sdp)?)?;
        Ok(())
    }

    /// Takes a datagram from the socket.
    pub(crate) fn receive(&mut self, datagram: &[u8], from: SocketAddr, now: Instant) {
        if is_dtls(datagram) {
            self.flight.received();
        }
        let transport = TransportContext {
            local_addr: self.local,
            peer_addr: from,
            ecn: None,
            transport_protocol: TransportProtocol::UDP,
        };
        // What can't be read is not ours: a datagram of an older connection, or garbage.
        let _ = self.connection.handle_read(TaggedBytesMut { now, transport, message: BytesMut::from(datagram) });
    }

    /// When to call [`LeanPeer::handle_timeout`].
    pub(crate) fn due(&mut self) -> Option<Instant> {
        self.connection.poll_timeout().into_iter().chain(self.flight.due()).min()
    }

    pub(crate) fn handle_timeout(&mut self, now: Instant) {
        if self.connection.poll_timeout().is_some_and(|due| due <= now) {
            // A connection whose time is up tells so by an event.
            let _ = self.connection.handle_timeout(now);
        }
        self.again.extend(self.flight.take_due(now));
    }

    /// The next thing to tell.
    pub(crate) fn poll(&mut self) -> Option<LeanEvent> {
        while let Some(event) = self.connection.poll_event() {
            match event {
                RTCPeerConnectionEvent::OnConnectionStateChangeEvent(RTCPeerConnectionState::Connected) => {
                    self.flight.finish();
                    return Some(LeanEvent::Connected);
                }
                RTCPeerConnectionEvent::OnConnectionStateChangeEvent(RTCPeerConnectionState::Failed) => {
                    return Some(LeanEvent::Failed);
                }
                _ => {}
            }
        }
        while let Some(message) = self.connection.poll_read() {
            if let RTCMessage::RtpPacket(_, packet) = message.message
                && let Some(packet) = sound_packet(packet, Some(&self.streams))
            {
                return Some(LeanEvent::Packet(packet));
            }
        }
        None
    }

    /// The next datagram to send, and where to.
    pub(crate) fn next_datagram(&mut self, now: Instant) -> Option<(BytesMut, SocketAddr)> {
        if let Some((datagram, to)) = self.again.pop_front() {
            return Some((BytesMut::from(&datagram[..]), to));
        }
        let written = self.connection.poll_write()?;
        if is_dtls(&written.message) {
            self.flight.sent(now, &written.message, written.transport.peer_addr);
        }
        Some((written.message, written.transport.peer_addr))
    }

    /// Sends the next 20 ms of the microphone.
    pub(crate) fn speak(&mut self, payload: Bytes, level: VoiceLevel, voice: bool, now: Instant) {
        let packet = self.packets.packet(SpokenFrame::of(payload, level), voice);
        if let Some(sender) = self.microphone.and_then(|id| self.connection.rtp_sender(id)) {
            let mut sender = sender;
            // It fails only while the connection goes down, which is told by an event.
            let _ = sender.write_rtp(now, packet);
        }
    }

    /// Lets 20 ms of the microphone pass unsent.
    pub(crate) fn pause(&mut self) {
        self.packets.pause();
    }
}

fn host_candidate(local: SocketAddr) -> Result<RTCIceCandidateInit, PeerError> {
    let base_config = CandidateConfig {
        network: "udp".to_owned(),
        address: local.ip().to_string(),
        port: local.port(),
        component: 1,
        ..Default::default()
    };
    let candidate = CandidateHostConfig { base_config, tcp_type: TcpType::default() }.new_candidate_host()?;
    Ok(RTCIceCandidate::from(&candidate).to_json()?)
}

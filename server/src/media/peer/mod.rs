//! One participant's peer connection. The only place where the WebRTC library is named.
//!
//! Sans I/O, as the library is: [`Peer::input`] takes a datagram, [`Peer::timeout`] the passing of time; then
//! [`Peer::poll`] gives what happened and [`Peer::transmits`] what is to be sent. Voices go past the library:
//! [`Peer::seal`] protects a packet for one leg where it lies. What the library lacks is added around it:
//! resending of lost handshake flights, bounds on state made before authentication, and the choice of SRTP protection.

mod answer;
mod flight;
mod foreign;
mod hello;
mod keys;
mod offer;
mod seal;
mod setup;
#[cfg(test)]
mod tests;

pub(super) use offer::CheckedOffer;
pub(super) use setup::{Certificate, IceCredentials};

use super::batch::Batch;
use super::demux::{Remote, Transport};
use super::leg::{LEGS, LegHeader};
use super::limits::SSRCS_PER_PEER_MAX;
use super::stun::{BindingRequest, is_stun};
use answer::{Blueprint, local_address};
use bytes::{Bytes, BytesMut};
use flight::LastFlight;
use keys::KeyTap;
use ring::rand::{SecureRandom, SystemRandom};
use rtc::peer_connection::RTCPeerConnection;
use rtc::peer_connection::event::RTCPeerConnectionEvent;
use rtc::peer_connection::message::{RTCMessage, TaggedRTCMessage};
use rtc::peer_connection::state::RTCPeerConnectionState;
use rtc::rtcp::receiver_report::ReceiverReport;
use rtc::sansio::Protocol;
use rtc::shared::{TaggedBytesMut, TransportContext, TransportProtocol};
use seal::Sealer;
use setup::Protection;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Instant;
use torg_protocol::message::TrackPurpose;
use torg_protocol::units::VoiceLevel;

/// The clock of Opus in RTP, whatever it carries (RFC 7587).
const CLOCK_RATE: u32 = 48_000;

/// What each section of an offer is for, by mid, in the order of the offer.
type Purposes = Vec<(String, TrackPurpose)>;

/// What all peers of the process share.
pub(super) struct PeerConfig {
    pub(super) certificate: Certificate,
    /// Our UDP addresses, as offered to clients.
    pub(super) udp: Vec<SocketAddr>,
    /// Our TCP addresses, as offered to clients.
    pub(super) tcp: Vec<SocketAddr>,
}

/// Something that happened in a peer connection.
#[derive(Debug)]
pub(super) enum PeerEvent {
    /// The handshake is through.
    Connected,
    /// It failed, or the other side closed it.
    Failed,
    /// A packet of the microphone.
    Voice(VoicePacket),
    /// The listener reports what part of a leg's packets it lost lately, 0 to 1.
    Loss(f32),
}

/// A packet of somebody's microphone, decrypted.
#[derive(Debug)]
pub(super) struct VoicePacket {
    pub(super) sequence: u16,
    pub(super) timestamp: u32,
    pub(super) marker: bool,
    pub(super) level: Option<VoiceLevel>,
    pub(super) payload: Bytes,
}

/// Why a datagram was not given to the library; the names of the drop counter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dropped {
    /// Media before the handshake is through: the library would queue it without a bound.
    EarlyMedia,
    /// More SSRCs than one client can have.
    TooManySources,
}

impl Dropped {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::EarlyMedia => "early_media",
            Self::TooManySources => "too_many_sources",
        }
    }
}

/// A datagram to send.
#[derive(Debug)]
pub(super) struct Outbound {
    pub(super) to: Remote,
    /// The address of ours that the remote knows.
    pub(super) from: Option<IpAddr>,
    pub(super) bytes: BytesMut,
}

enum Stage {
    /// From the answer to the end of the handshake. Keeps what it takes to build the connection anew.
    Handshaking(Box<Blueprint>),
    Connected,
    Over,
}

/// A downstream leg as negotiated.
#[derive(Clone, Copy, Debug)]
struct LegStream {
    ssrc: u32,
    payload_type: u8,
}

/// A participant's peer connection.
pub(super) struct Peer {
    connection: RTCPeerConnection,
    stage: Stage,
    legs: [Option<LegStream>; LEGS],
    level_extension: Option<u8>,
    tap: Arc<KeyTap>,
    /// From the end of the handshake on, where the protection is the one that we seal by ourselves.
    sealer: Option<Sealer>,
    /// When the library wants to be told the time. Asking it sweeps all of its parts, so it is asked only when
    /// something has gone in.
    due: Option<Instant>,
    /// Whether something went in since the library was last asked what is to be sent.
    may_transmit: bool,
    flight: LastFlight,
    resending: Vec<BytesMut>,
    sources: Vec<u32>,
    /// The way of the newest check: by which remote the client is reached, and at which address of ours it reaches us.
    path: Option<(Remote, Option<IpAddr>)>,
    /// The way that the client nominated last. The library stays with the first, though a client may find a better one
    /// and give up the first (RFC 8445, section 8.1.1): what is sent there is lost.
    nominated: Option<(Remote, Option<IpAddr>)>,
    /// At which address of ours each candidate was reached; behind a NAT that is another one.
    reached: Vec<(SocketAddr, IpAddr)>,
}

impl Peer {
    /// Whether sound can flow.
    pub(super) fn is_connected(&self) -> bool {
        matches!(self.stage, Stage::Connected)
    }

    /// Takes a datagram that the demultiplexer found to be this peer's. `to` is the address of ours it came to.
    pub(super) fn input(
        &mut self,
        config: &PeerConfig,
        from: Remote,
        to: Option<IpAddr>,
        bytes: BytesMut,
        now: Instant,
    ) -> Result<(), Dropped> {
        let local = local_address(config, from.transport, to);
        let first = bytes.first().copied().unwrap_or_default();
        if first >= 128 {
            self.admit_media(&bytes)?;
        } else if flight::is_dtls(&bytes) {
            self.input_handshake(config, &bytes, now);
        } else {
            self.input_check(from, local, to, &bytes);
        }
        self.give(from, local, bytes, now);
        Ok(())
    }

    /// Notes the way of a connectivity check. The demultiplexer has seen that a request is signed.
    fn input_check(&mut self, from: Remote, local: SocketAddr, to: Option<IpAddr>, bytes: &BytesMut) {
        self.path = Some((from, to));
        if let Some(to) = to {
            self.reached.retain(|(candidate, _)| *candidate != local);
            self.reached.push((local, to));
        }
        if BindingRequest::parse(bytes).is_some_and(|request| request.is_nominating) {
            self.nominated = self.path;
            if let Stage::Handshaking(blueprint) = &mut self.stage {
                blueprint.nomination = Some((from, local, bytes.clone()));
            }
        }
    }

    /// Media only after the handshake, and from a bounded number of SSRCs.
    fn admit_media(&mut self, bytes: &[u8]) -> Result<(), Dropped> {
        if !self.is_connected() {
            return Err(Dropped::EarlyMedia);
        }
        let is_rtcp = bytes.get(1).is_some_and(|kind| (192..=223).contains(kind));
        let ssrc_at = if is_rtcp { 4 } else { 8 };
        let Some(ssrc) = bytes.get(ssrc_at..ssrc_at + 4) else { return Ok(()) };
        let ssrc = u32::from_be_bytes([ssrc[0], ssrc[1], ssrc[2], ssrc[3]]);
        if self.sources.contains(&ssrc) {
            return Ok(());
        }
        if self.sources.len() >= SSRCS_PER_PEER_MAX {
            return Err(Dropped::TooManySources);
        }
        self.sources.push(ssrc);
        Ok(())
    }

    fn input_handshake(&mut self, config: &PeerConfig, bytes: &[u8], now: Instant) {
        if !flight::is_handshake(bytes) {
            return;
        }
        self.flight.answered();
        match &self.stage {
            Stage::Connected => self.resending.extend_from_slice(self.flight.repeated(now)),
            Stage::Handshaking(blueprint) if blueprint.protection == Protection::Gcm => {
                if hello::offers_gcm(bytes) == Some(false) {
                    self.rebuild_without_gcm(config, now);
                }
            }
            Stage::Handshaking(_) | Stage::Over => {}
        }
    }

    fn give(&mut self, from: Remote, local: SocketAddr, bytes: BytesMut, now: Instant) {
        let transport_protocol = match from.transport {
            Transport::Udp => TransportProtocol::UDP,
            Transport::Tcp => TransportProtocol::TCP,
        };
        let transport = TransportContext { local_addr: local, peer_addr: from.address, transport_protocol, ecn: None };
        // Errors here are about one datagram: a bad tag, a replay. The next one may be good.
        if let Err(error) = self.connection.handle_read(TaggedBytesMut { now, transport, message: bytes }) {
            tracing::trace!(%error, "a datagram was refused");
        }
        self.went_in();
    }

    /// Something went into the library: it may have to send, and its timers may stand otherwise.
    fn went_in(&mut self) {
        self.may_transmit = true;
        self.due = self.connection.poll_timeout();
    }

    /// Lets time pass: timers of the library, and lost handshake datagrams sent again. Whether anything may have
    /// come of it.
    pub(super) fn timeout(&mut self, now: Instant) -> bool {
        if self.due.is_some_and(|due| due <= now) {
            if let Err(error) = self.connection.handle_timeout(now) {
                tracing::trace!(%error, "a timer of the library failed");
            }
            self.went_in();
        }
        if matches!(self.stage, Stage::Handshaking(_)) {
            self.replay_nomination(now);
            self.resending.extend_from_slice(self.flight.due(now));
        }
        self.may_transmit || !self.resending.is_empty()
    }

    /// Whether the client offered a section for a leg.
    pub(super) fn has_leg(&self, leg: usize) -> bool {
        self.legs[leg].is_some()
    }

    /// Protects a packet for a leg and adds it to the batch. Legs that were not offered are passed over.
    /// With the older protection it takes the library's way and comes out of [`Peer::transmits`].
    pub(super) fn seal(&mut self, leg: usize, header: LegHeader, payload: &Bytes, now: Instant, batch: &mut Batch) {
        let Some(stream) = self.legs[leg] else { return };
        match &mut self.sealer {
            Some(sealer) => sealer.seal(leg, stream, header, payload, batch),
            None => self.write(stream, header, payload.clone(), now),
        }
    }

    /// Where sealed packets go: the way that the client nominated last.
    pub(super) fn way(&self) -> Option<(Remote, Option<IpAddr>)> {
        self.nominated.or(self.path)
    }

    fn write(&mut self, stream: LegStream, header: LegHeader, payload: Bytes, now: Instant) {
        let header = rtc::rtp::Header {
            version: 2,
            marker: header.marker,
            payload_type: stream.payload_type,
            sequence_number: header.sequence,
            timestamp: header.timestamp,
            ssrc: stream.ssrc,
            csrc: header.speaker.iter().map(|speaker| speaker.0).collect(),
            ..Default::default()
        };
        let packet = rtc::rtp::Packet { header, payload };
        // Straight into the pipeline: the sender's own call copies its parameters to check each packet, and ours
        // were checked when the answer was made.
        let message = RTCMessage::RtpPacket(Default::default(), packet);
        if let Err(error) = self.connection.handle_write(TaggedRTCMessage { now, message }) {
            tracing::trace!(%error, "a packet was refused");
        }
        self.may_transmit = true;
    }

    /// What happened since the last call.
    pub(super) fn poll(&mut self, happened: &mut Vec<PeerEvent>) {
        while let Some(event) = self.connection.poll_event() {
            let RTCPeerConnectionEvent::OnConnectionStateChangeEvent(state) = event else { continue };
            match state {
                RTCPeerConnectionState::Connected if !self.is_connected() => {
                    self.connected();
                    happened.push(PeerEvent::Connected);
                }
                RTCPeerConnectionState::Failed | RTCPeerConnectionState::Closed => {
                    self.stage = Stage::Over;
                    happened.push(PeerEvent::Failed);
                }
                _ => {}
            }
        }
        while let Some(message) = self.connection.poll_read() {
            match message.message {
                RTCMessage::RtpPacket(_, packet) => happened.push(PeerEvent::Voice(self.voice(packet))),
                RTCMessage::RtcpPacket(_, reports) => {
                    let reports = reports.iter().filter_map(|report| report.as_any().downcast_ref::<ReceiverReport>());
                    let lost = reports.flat_map(|report| &report.reports);
                    happened.extend(lost.map(|report| PeerEvent::Loss(f32::from(report.fraction_lost) / 256.0)));
                }
                _ => {}
            }
        }
    }

    fn connected(&mut self) {
        let agreed = std::mem::replace(&mut self.stage, Stage::Connected);
        if let Stage::Handshaking(blueprint) = agreed
            && blueprint.protection == Protection::Gcm
        {
            self.sealer = self.tap.take().and_then(|master| Sealer::new(&master, &*self.tap));
        }
    }

    fn voice(&self, packet: rtc::rtp::Packet) -> VoicePacket {
        let level = self.level_extension.and_then(|id| packet.header.get_extension(id));
        VoicePacket {
            sequence: packet.header.sequence_number,
            timestamp: packet.header.timestamp,
            marker: packet.header.marker,
            level: level.and_then(|bytes| bytes.first().map(|byte| VoiceLevel::from_minus_dbov(byte & 0x7F))),
            payload: packet.payload,
        }
    }

    /// What is to be sent, drained.
    pub(super) fn transmits(&mut self, now: Instant, out: &mut Vec<Outbound>) {
        if let Some((to, from)) = self.way() {
            out.extend(self.resending.drain(..).map(|bytes| Outbound { to, from, bytes }));
        }
        if !std::mem::take(&mut self.may_transmit) {
            return;
        }
        while let Some(message) = self.connection.poll_write() {
            if matches!(self.stage, Stage::Handshaking(_)) || flight::is_handshake(&message.message) {
                self.flight.keep(&message.message, now);
            }
            let transport = match message.transport.transport_protocol {
                TransportProtocol::TCP => Transport::Tcp,
                _ => Transport::Udp,
            };
            let local = message.transport.local_addr;
            let answered = Remote { address: message.transport.peer_addr, transport };
            let reached = self.reached.iter().find(|(candidate, _)| *candidate == local).map(|(_, at)| *at);
            // An answer to a check goes back the way that the check came, all else the way that was nominated.
            let nominated = self.nominated.filter(|_| !is_stun(&message.message));
            let (to, from) = nominated.unwrap_or((answered, reached));
            out.push(Outbound { to, from, bytes: message.message });
        }
    }

    /// Says goodbye; what that takes is in [`Peer::transmits`].
    pub(super) fn close(&mut self) {
        self.stage = Stage::Over;
        let _ = self.connection.close();
        self.may_transmit = true;
    }
}

/// Random bytes of the system.
pub(super) fn random<const BYTES: usize>() -> [u8; BYTES] {
    let mut bytes = [0; BYTES];
    SystemRandom::new().fill(&mut bytes).expect("the system has randomness, or nothing here is safe");
    bytes
}

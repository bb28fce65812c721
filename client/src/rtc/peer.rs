//! One guest's peer connection, on the asynchronous `webrtc` crate.

use super::answer::Answer;
use super::setup::{Packetizer, SECTIONS_DOWN, engines, microphone_track, one_way, purposes, settings};
use super::socket::{EmulatorState, GuestRuntime};
use super::{BedPacket, PeerError, Section, SoundPacket, VoicePacket};
use crate::limits::VOICE_PAYLOAD_BYTES_MAX;
use crate::sound::source::SpokenFrame;
use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Instant;
use tokio::sync::mpsc;
use torg_protocol::ids::ParticipantId;
use torg_protocol::message::OfferedTrack;
use webrtc::media_stream::track_local::TrackLocal;
use webrtc::media_stream::track_local::static_rtp::TrackLocalStaticRTP;
use webrtc::media_stream::track_remote::{TrackRemote, TrackRemoteEvent};
use webrtc::peer_connection::{
    PeerConnection, PeerConnectionBuilder, PeerConnectionEventHandler, RTCIceCandidateInit, RTCPeerConnectionState,
    RTCSessionDescription,
};
use webrtc::rtp_transceiver::RTCRtpTransceiverDirection;

/// How a peer connection is to be made.
pub(crate) struct PeerPlan {
    /// Counted by the guest; comes back with each event, so that those of an older peer connection are known.
    pub(crate) number: u32,
    /// Our end of the line to the server.
    pub(crate) local_ip: IpAddr,
    pub(crate) over_tcp: bool,
    pub(crate) has_microphone: bool,
    pub(crate) emulator: Arc<EmulatorState>,
    /// Where its events go. Packets that find it full are lost, as on the network.
    pub(crate) events: mpsc::Sender<(u32, PeerEvent)>,
}

/// What a peer connection tells.
#[derive(Debug)]
pub(crate) enum PeerEvent {
    /// Sound can flow.
    Connected,
    /// It failed for good.
    Failed,
    /// Sound, and when it came.
    Packet(SoundPacket, Instant),
}

/// A peer connection of one guest.
pub(crate) struct Peer {
    connection: Arc<dyn PeerConnection>,
    microphone: Option<Arc<TrackLocalStaticRTP>>,
    packets: Packetizer,
    tracks: Vec<OfferedTrack>,
    streams: StreamTable,
    over_tcp: bool,
    local_ip: IpAddr,
}

/// Which stream belongs to which section: known when the answer is there, before the first packet.
type StreamTable = Arc<OnceLock<HashMap<u32, Section>>>;

struct Handler {
    number: u32,
    events: mpsc::Sender<(u32, PeerEvent)>,
    streams: StreamTable,
    secured: Arc<AtomicBool>,
}

impl Peer {
    /// Makes a peer connection; gives it and its offer.
    pub(crate) async fn offer(plan: PeerPlan) -> Result<(Self, String), PeerError> {
        let (media, interceptors) = engines()?;
        let streams = StreamTable::default();
        let secured = Arc::new(AtomicBool::new(false));
        let handler = Handler {
            number: plan.number,
            events: plan.events,
            streams: Arc::clone(&streams),
            secured: Arc::clone(&secured),
        };
        let own_end = vec![SocketAddr::new(plan.local_ip, 0)];
        let builder = PeerConnectionBuilder::<SocketAddr>::new()
            .with_media_engine(media)
            .with_interceptor_registry(interceptors)
            .with_setting_engine(settings())
            .with_runtime(Arc::new(GuestRuntime { emulator: plan.emulator, secured }))
            .with_handler(Arc::new(handler));
        let builder = if plan.over_tcp { builder.with_tcp_addrs(own_end) } else { builder.with_udp_addrs(own_end) };
        let connection: Arc<dyn PeerConnection> = Arc::new(builder.build().await?);

        let packets = Packetizer::new();
        let mut transceivers = Vec::with_capacity(1 + SECTIONS_DOWN);
        let mut microphone = None;
        if plan.has_microphone {
            let track = Arc::new(TrackLocalStaticRTP::new(microphone_track(packets.ssrc)));
            let sendonly = one_way(RTCRtpTransceiverDirection::Sendonly);
            let local = Arc::clone(&track) as Arc<dyn TrackLocal>;
            transceivers.push(connection.add_transceiver_from_track(local, sendonly).await?);
            microphone = Some(track);
        }
        for _ in 0..SECTIONS_DOWN {
            let recvonly = one_way(RTCRtpTransceiverDirection::Recvonly);
            let kind = rtc::rtp_transceiver::rtp_sender::RtpCodecKind::Audio;
            transceivers.push(connection.add_transceiver_from_kind(kind, recvonly).await?);
        }
        let offer = connection.create_offer(None).await?;
        connection.set_local_description(offer.clone()).await?;
        let mut mids = Vec::with_capacity(transceivers.len());
        for transceiver in transceivers {
            mids.push(transceiver.mid().await?.ok_or_else(|| PeerError("a section has no mid".to_owned()))?);
        }
        let tracks = purposes(mids, plan.has_microphone);
        let (over_tcp, local_ip) = (plan.over_tcp, plan.local_ip);
        Ok((Self { connection, microphone, packets, tracks, streams, over_tcp, local_ip }, offer.sdp))
    }

    /// What the offer's sections are for.
    pub(crate) fn tracks(&self) -> Vec<OfferedTrack> {
        self.tracks.clone()
    }

    /// Takes the server's answer: from here on it connects.
    pub(crate) async fn answer(&mut self, sdp: &str) -> Result<(), PeerError> {
        let answer = Answer::read(sdp, &self.tracks, self.over_tcp, self.local_ip);
        if answer.candidates.is_empty() {
            let transport = if self.over_tcp { "TCP" } else { "UDP" };
            return Err(PeerError(format!("the server offers no {transport} address that {} reaches", self.local_ip)));
        }
        self.packets.level_id = answer.level_id;
        let _ = self.streams.set(answer.streams);
        self.connection.set_remote_description(RTCSessionDescription::answer(answer.sdp)?).await?;
        for candidate in answer.candidates.into_iter().filter(|_| self.over_tcp) {
            // One by one, since only so does the library connect to them.
            let candidate =
                RTCIceCandidateInit { candidate, sdp_mid: Some(self.tracks[0].mid.clone()), ..Default::default() };
            self.connection.add_ice_candidate(candidate).await?;
        }
        Ok(())
    }

    /// Sends a frame of the microphone, as speech.
    pub(crate) async fn speak(&mut self, frame: SpokenFrame) {
        let Some(microphone) = &self.microphone else { return };
        let packet = self.packets.packet(frame, true);
        // It fails only while the connection goes down, which is told by an event.
        let _ = microphone.write_rtp(packet).await;
    }

    /// Lets 20 ms of the microphone pass unsent.
    pub(crate) fn pause(&mut self) {
        self.packets.pause();
    }

    /// Takes the connection down.
    pub(crate) async fn close(self) {
        let _ = self.connection.close().await;
    }
}

#[async_trait::async_trait]
impl PeerConnectionEventHandler for Handler {
    async fn on_connection_state_change(&self, state: RTCPeerConnectionState) {
        let event = match state {
            RTCPeerConnectionState::Connected => {
                self.secured.store(true, Ordering::Release);
                PeerEvent::Connected
            }
            RTCPeerConnectionState::Failed => PeerEvent::Failed,
            // A disconnected one may come back by itself; a closed one is our own doing.
            _ => return,
        };
        let _ = self.events.send((self.number, event)).await;
    }

    async fn on_track(&self, track: Arc<dyn TrackRemote>) {
        let (number, events, streams) = (self.number, self.events.clone(), Arc::clone(&self.streams));
        tokio::spawn(async move {
            while let Some(event) = track.poll().await {
                let TrackRemoteEvent::OnRtpPacket(packet) = event else { continue };
                if let Some(packet) = sound_packet(packet, streams.get()) {
                    let _ = events.try_send((number, PeerEvent::Packet(packet, Instant::now())));
                }
            }
        });
    }
}

/// A packet as the guest reads it; nothing for what belongs to no section.
pub(super) fn sound_packet(packet: rtc::rtp::Packet, streams: Option<&HashMap<u32, Section>>) -> Option<SoundPacket> {
    let rtc::rtp::Packet { header, payload } = packet;
    let section = *streams?.get(&header.ssrc)?;
    if !(1..=VOICE_PAYLOAD_BYTES_MAX).contains(&payload.len()) {
        return None;
    }
    let (sequence, timestamp) = (header.sequence_number, header.timestamp);
    Some(match section {
        Section::Slot(slot) => {
            let csrc = header.csrc.first().copied().map(ParticipantId);
            SoundPacket::Voice(VoicePacket { slot, sequence, timestamp, csrc, payload })
        }
        Section::Bed => SoundPacket::Bed(BedPacket { sequence, timestamp, payload }),
    })
}

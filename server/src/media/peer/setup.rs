//! How a peer connection of the library is configured. Each setting stands here with its reason.

use super::CLOCK_RATE;
use super::keys::KeyTap;
use crate::media::demux::Transport;
use rtc::crypto::RTCCryptoProvider;
use rtc::interceptor::{self, Interceptor, Packet, Registry, Slot, StreamInfo, TaggedPacket};
use rtc::media_stream::MediaStreamTrack;
use rtc::peer_connection::certificate::{CertificateParams, RTCCertificate};
use rtc::peer_connection::configuration::RTCConfigurationBuilder;
use rtc::peer_connection::configuration::media_engine::{MIME_TYPE_OPUS, MediaEngine};
use rtc::peer_connection::configuration::setting_engine::SettingEngineBuilder;
use rtc::peer_connection::transport::{
    CandidateConfig, CandidateHostConfig, RTCDtlsRole, RTCIceCandidate, RTCIceCandidateInit,
};
use rtc::peer_connection::{RTCPeerConnection, RTCPeerConnectionBuilder};
use rtc::rtp_transceiver::rtp_sender::{
    RTCRtpCodec, RTCRtpCodecParameters, RTCRtpCodingParameters, RTCRtpEncodingParameters,
    RTCRtpHeaderExtensionCapability, RtpCodecKind,
};
use rtc::sansio::Protocol;
use rtc::shared::error::{Error, Result};
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The header extension for audio levels (RFC 6464).
pub(super) const AUDIO_LEVEL_URI: &str = "urn:ietf:params:rtp-hdrext:ssrc-audio-level";
const MID_URI: &str = "urn:ietf:params:rtp-hdrext:sdes:mid";

/// The library's own guess of a lost peer. It speaks of a lost one too early between Firefox's checks, so we
/// count silence ourselves and only keep it from giving up first.
const ICE_DISCONNECTED: Duration = Duration::from_secs(15);
const ICE_FAILED: Duration = Duration::from_secs(30);

/// Where RTCP must be marked for the application, or the chain swallows it: above the report generators.
const DELIVER_RTCP_SLOT: usize = 14_000;

/// The SRTP protection to agree on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Protection {
    /// AEAD_AES_128_GCM: half the cost and no SHA-1.
    Gcm,
    /// AES_CM_128_HMAC_SHA1_80, for clients that lack GCM.
    CounterModeSha1,
}

/// The DTLS certificate that all peer connections of the process share.
#[derive(Clone)]
pub(in crate::media) struct Certificate(RTCCertificate);

impl Certificate {
    /// A new self-signed ECDSA P-256 certificate.
    ///
    /// # Errors
    /// When the crypto provider has no randomness.
    pub(in crate::media) fn generate() -> anyhow::Result<Self> {
        let provider = rtc::crypto::default_provider()?;
        let params = CertificateParams::new(vec!["torg".to_owned()])?;
        let scheme = rtc::crypto::SignatureScheme::EcdsaP256Sha256;
        Ok(Self(RTCCertificate::generate(provider.crypto(), scheme, params)?))
    }
}

/// The ICE credentials of a peer (RFC 8445, section 5.3), ours.
#[derive(Clone, Debug)]
pub(in crate::media) struct IceCredentials {
    pub(in crate::media) fragment: String,
    pub(in crate::media) password: String,
}

/// A peer connection that answers: ICE-lite, DTLS server, Opus with audio levels.
pub(super) fn peer_connection(
    certificate: &Certificate,
    ice: &IceCredentials,
    protection: Protection,
    tap: &Arc<KeyTap>,
    now: Instant,
) -> Result<RTCPeerConnection> {
    use rtc::dtls::extension::extension_use_srtp::SrtpProtectionProfile as Profile;
    let profile = match protection {
        Protection::Gcm => Profile::Srtp_Aead_Aes_128_Gcm,
        Protection::CounterModeSha1 => Profile::Srtp_Aes128_Cm_Hmac_Sha1_80,
    };
    let settings = SettingEngineBuilder::new()
        .with_lite(true)
        .with_crypto_provider(Arc::clone(tap) as Arc<dyn RTCCryptoProvider>)
        // 61 ms to connect as server, 204 as client: the browser's first flight comes without a wait for ours.
        .with_answering_dtls_role(RTCDtlsRole::Server)
        .with_srtp_protection_profiles(vec![profile])
        .with_ice_credentials(ice.fragment.clone(), ice.password.clone())
        .with_ice_timeouts(Some(ICE_DISCONNECTED), Some(ICE_FAILED), None)
        .with_multicast_dns_mode(rtc::ice::mdns::MulticastDnsMode::Disabled)
        .build();
    let mut media = MediaEngine::default();
    media.register_codec(RTCRtpCodecParameters { rtp_codec: opus(), payload_type: 111 }, RtpCodecKind::Audio)?;
    // The library's helper registers levels for no kind, and mid for video alone.
    for uri in [AUDIO_LEVEL_URI, MID_URI] {
        let capability = RTCRtpHeaderExtensionCapability { uri: uri.to_owned() };
        media.register_header_extension(capability, RtpCodecKind::Audio, None)?;
    }
    // Reports to who sends us sound, so that browsers adapt their redundancy to loss. Nothing else: every
    // interceptor costs each forwarded packet.
    let reports = interceptor::ReceiverReportBuilder::new().build();
    let registry =
        Registry::new().with(Slot::ReceiverReport, reports).with(Slot::from(DELIVER_RTCP_SLOT), DeliverRtcp::default());
    RTCPeerConnectionBuilder::new()
        .with_configuration(RTCConfigurationBuilder::new().with_certificates(vec![certificate.0.clone()]).build())
        .with_setting_engine(settings)
        .with_media_engine(media)
        .with_interceptor_registry(registry)
        .build(now)
}

pub(super) fn opus() -> RTCRtpCodec {
    RTCRtpCodec {
        mime_type: MIME_TYPE_OPUS.to_owned(),
        clock_rate: CLOCK_RATE,
        channels: 2,
        sdp_fmtp_line: "minptime=10;useinbandfec=1;usedtx=1".to_owned(),
        rtcp_feedback: Vec::new(),
    }
}

/// The track of a downstream leg: an audio slot or the bed.
pub(super) fn leg_track(leg: usize, ssrc: u32) -> MediaStreamTrack {
    let encoding = RTCRtpEncodingParameters {
        rtp_coding_parameters: RTCRtpCodingParameters { ssrc: Some(ssrc), ..Default::default() },
        codec: opus(),
        ..Default::default()
    };
    // A stream of its own for each leg: browsers would otherwise hold voices back to be in step with each other.
    let name = format!("leg-{leg}");
    MediaStreamTrack::new(name.clone(), name.clone(), name, RtpCodecKind::Audio, vec![encoding])
}

/// A host candidate of ours. The library stores addresses for NAT 1:1 and never reads them, so public ones are
/// added like any other.
pub(super) fn host_candidate(address: SocketAddr, transport: Transport) -> Result<RTCIceCandidateInit> {
    let (network, tcp_type) = match transport {
        Transport::Udp => ("udp", rtc::ice::tcp_type::TcpType::Unspecified),
        Transport::Tcp => ("tcp", rtc::ice::tcp_type::TcpType::Passive),
    };
    let base_config = CandidateConfig {
        network: network.to_owned(),
        address: address.ip().to_string(),
        port: address.port(),
        component: 1,
        ..Default::default()
    };
    let candidate = CandidateHostConfig { base_config, tcp_type }.new_candidate_host()?;
    RTCIceCandidate::from(&candidate).to_json()
}

/// Marks RTCP for delivery to the application.
#[derive(Default)]
struct DeliverRtcp {
    reading: VecDeque<TaggedPacket>,
    writing: VecDeque<TaggedPacket>,
}

impl Protocol<TaggedPacket, TaggedPacket, ()> for DeliverRtcp {
    type Rout = TaggedPacket;
    type Wout = TaggedPacket;
    type Eout = ();
    type Error = Error;
    type Time = Instant;

    fn handle_read(&mut self, mut packet: TaggedPacket) -> Result<()> {
        if matches!(packet.message.packet, Packet::Rtcp(_)) {
            packet.message.add(interceptor::Attribute::DeliverToApplication);
        }
        self.reading.push_back(packet);
        Ok(())
    }

    fn poll_read(&mut self) -> Option<TaggedPacket> {
        self.reading.pop_front()
    }

    fn handle_write(&mut self, packet: TaggedPacket) -> Result<()> {
        self.writing.push_back(packet);
        Ok(())
    }

    fn poll_write(&mut self) -> Option<TaggedPacket> {
        self.writing.pop_front()
    }
}

impl Interceptor for DeliverRtcp {
    fn bind_local_stream(&mut self, _stream: &StreamInfo) {}
    fn unbind_local_stream(&mut self, _stream: &StreamInfo) {}
    fn bind_remote_stream(&mut self, _stream: &StreamInfo) {}
    fn unbind_remote_stream(&mut self, _stream: &StreamInfo) {}
}

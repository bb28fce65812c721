//! What a guest offers: Opus, the audio level, a microphone up, eight audio slots and the bed down.

use super::PeerError;
use crate::sound::source::SpokenFrame;
use crate::sound::{FRAME_SAMPLES, SAMPLE_RATE_HZ};
use bytes::Bytes;
use rtc::interceptor::Registry;
use rtc::media_stream::MediaStreamTrack;
use rtc::peer_connection::configuration::interceptor_registry::configure_rtcp_reports;
use rtc::peer_connection::configuration::media_engine::{MIME_TYPE_OPUS, MediaEngine};
use rtc::peer_connection::configuration::setting_engine::{SettingEngine, SettingEngineBuilder};
use rtc::rtp_transceiver::rtp_sender::{
    RTCRtpCodec, RTCRtpCodecParameters, RTCRtpCodingParameters, RTCRtpEncodingParameters,
    RTCRtpHeaderExtensionCapability, RtpCodecKind,
};
use rtc::rtp_transceiver::{RTCRtpTransceiverDirection, RTCRtpTransceiverInit};
use std::time::Duration;
use torg_protocol::ids::AudioSlotIndex;
use torg_protocol::limits::AUDIO_SLOTS;
use torg_protocol::message::{OfferedTrack, TrackPurpose};
use webrtc::peer_connection::SrtpProtectionProfile;

/// The audio level header extension (RFC 6464).
pub(super) const AUDIO_LEVEL_URI: &str = "urn:ietf:params:rtp-hdrext:ssrc-audio-level";

/// The payload type by which a guest calls Opus.
const OPUS_PAYLOAD_TYPE: u8 = 111;

/// Between two rounds of ICE checks.
const ICE_CHECK_PERIOD: Duration = Duration::from_millis(50);

/// Checks of a pair before it is given up: they go on as long as one try of a peer connection.
const ICE_CHECKS_MAX: u16 = 40;

impl From<rtc::shared::error::Error> for PeerError {
    fn from(error: rtc::shared::error::Error) -> Self {
        Self(error.to_string())
    }
}

pub(super) fn opus() -> RTCRtpCodec {
    RTCRtpCodec {
        mime_type: MIME_TYPE_OPUS.to_owned(),
        clock_rate: SAMPLE_RATE_HZ,
        channels: 2,
        // Without `stereo=1` in the offer, what comes down is to be decoded as one channel (RFC 7587); the bed is stereo.
        sdp_fmtp_line: "minptime=10;stereo=1;useinbandfec=1".to_owned(),
        rtcp_feedback: vec![],
    }
}

/// Codec, header extension and reports of a peer connection.
pub(super) fn engines() -> Result<(MediaEngine, Registry), PeerError> {
    let mut media = MediaEngine::default();
    let codec = RTCRtpCodecParameters { rtp_codec: opus(), payload_type: OPUS_PAYLOAD_TYPE };
    media.register_codec(codec, RtpCodecKind::Audio)?;
    let extension = RTCRtpHeaderExtensionCapability { uri: AUDIO_LEVEL_URI.to_owned() };
    media.register_header_extension(extension, RtpCodecKind::Audio, None)?;
    Ok((media, configure_rtcp_reports(Registry::new())))
}

pub(super) fn settings() -> SettingEngine {
    SettingEngineBuilder::new()
        .with_multicast_dns_mode(rtc::ice::mdns::MulticastDnsMode::Disabled)
        .with_include_loopback_candidate(true)
        // Ta of RFC 8445, section 14.2, in the place of the library's 200 ms: a connection takes two rounds.
        .with_ice_connection_attempts(Some(ICE_CHECK_PERIOD), Some(ICE_CHECKS_MAX))
        // GCM costs the server half of what SHA-1 does, and it follows our order.
        .with_srtp_protection_profiles(vec![
            SrtpProtectionProfile::Srtp_Aead_Aes_128_Gcm,
            SrtpProtectionProfile::Srtp_Aes128_Cm_Hmac_Sha1_80,
        ])
        .build()
}

/// The microphone's track, sending under this synchronisation source.
pub(super) fn microphone_track(ssrc: u32) -> MediaStreamTrack {
    let coding = RTCRtpCodingParameters { ssrc: Some(ssrc), ..Default::default() };
    let encoding = RTCRtpEncodingParameters { rtp_coding_parameters: coding, codec: opus(), ..Default::default() };
    let name = |what: &str| format!("microphone-{what}");
    MediaStreamTrack::new(name("stream"), name("track"), name("label"), RtpCodecKind::Audio, vec![encoding])
}

pub(super) fn one_way(direction: RTCRtpTransceiverDirection) -> Option<RTCRtpTransceiverInit> {
    Some(RTCRtpTransceiverInit { direction, streams: vec![], send_encodings: vec![] })
}

/// Sections of an offer that bring sound down: the audio slots and the bed.
pub(super) const SECTIONS_DOWN: usize = AUDIO_SLOTS + 1;

/// What the offer's sections are for, by their mids in the order in which they were made: the microphone first,
/// if there is one, then the slots, and the bed at the end.
pub(super) fn purposes(mids: Vec<String>, has_microphone: bool) -> Vec<OfferedTrack> {
    let microphone = has_microphone.then_some(TrackPurpose::Microphone {});
    let slots = (0..AUDIO_SLOTS as u8).map(|slot| TrackPurpose::AudioSlot { slot: AudioSlotIndex(slot) });
    let purposes = microphone.into_iter().chain(slots).chain([TrackPurpose::Bed {}]);
    mids.into_iter().zip(purposes).map(|(mid, purpose)| OfferedTrack { mid, purpose }).collect()
}

/// Makes the microphone's packets: numbers and times run on, whether sent or not.
#[derive(Debug)]
pub(super) struct Packetizer {
    pub(super) ssrc: u32,
    /// The negotiated id of the audio level, if the server took it.
    pub(super) level_id: Option<u8>,
    sequence: u16,
    timestamp: u32,
    /// Whether the next packet is the first after a pause (RFC 3551, section 4.1).
    begins: bool,
}

impl Packetizer {
    pub(super) fn new() -> Self {
        Self {
            ssrc: rand::random_range(1..u32::MAX),
            level_id: None,
            sequence: rand::random(),
            timestamp: rand::random(),
            begins: true,
        }
    }

    /// Lets 20 ms pass unsent.
    pub(super) fn pause(&mut self) {
        self.timestamp = self.timestamp.wrapping_add(FRAME_SAMPLES as u32);
        self.begins = true;
    }

    /// The packet of a frame. `voice` says that it is speech (the V bit of RFC 6464).
    pub(super) fn packet(&mut self, frame: SpokenFrame, voice: bool) -> rtc::rtp::Packet {
        self.sequence = self.sequence.wrapping_add(frame.sequence_jump);
        self.timestamp = self.timestamp.wrapping_add(frame.time_jump);
        let mut header = rtc::rtp::Header {
            version: 2,
            payload_type: OPUS_PAYLOAD_TYPE,
            sequence_number: self.sequence,
            timestamp: self.timestamp,
            ssrc: self.ssrc,
            marker: self.begins,
            ..Default::default()
        };
        if let Some(id) = self.level_id {
            let byte = frame.level.minus_dbov() | if voice { 0x80 } else { 0 };
            // One byte under an id that was negotiated always fits.
            let _ = header.set_extension(id, Bytes::copy_from_slice(&[byte]));
        }
        self.sequence = self.sequence.wrapping_add(1);
        self.timestamp = self.timestamp.wrapping_add(frame.samples);
        self.begins = false;
        rtc::rtp::Packet { header, payload: frame.payload }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use torg_protocol::units::VoiceLevel;

    #[test]
    fn packets_number_on_and_a_pause_shows_in_time_alone() {
        let mut packets = Packetizer::new();
        packets.level_id = Some(3);
        let level = VoiceLevel::from_minus_dbov(12);
        let first = packets.packet(SpokenFrame::of(Bytes::from_static(b"a"), level), true).header;
        assert!(first.marker);
        assert_eq!(first.get_extension(3).as_deref(), Some(&[0x8C][..]));
        packets.pause();
        let second = packets.packet(SpokenFrame::of(Bytes::from_static(b"b"), level), false).header;
        assert_eq!(second.sequence_number, first.sequence_number.wrapping_add(1));
        assert_eq!(second.timestamp, first.timestamp.wrapping_add(1_920));
        assert!(second.marker);
        assert_eq!(second.get_extension(3).as_deref(), Some(&[0x0C][..]));
        let odd = SpokenFrame { time_jump: 100, sequence_jump: u16::MAX, ..SpokenFrame::of(Bytes::new(), level) };
        let third = packets.packet(odd, true).header;
        assert_eq!(third.sequence_number, second.sequence_number, "back by one, and on by one");
        assert_eq!(third.timestamp, second.timestamp.wrapping_add(960 + 100));
    }
}

//! Answering: from an offer to a peer connection, and once more where the client needs the older protection.

use super::flight::LastFlight;
use super::foreign::{self, Door};
use super::keys::KeyTap;
use super::offer::{self, CheckedOffer};
use super::setup::{self, IceCredentials, Protection};
use super::{LegStream, Peer, PeerConfig, Stage, random};
use crate::mailbox::Offered;
use crate::media::demux::{Remote, Transport};
use crate::media::leg::{BED_LEG, LEGS};
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use bytes::BytesMut;
use rtc::peer_connection::sdp::RTCSessionDescription;
use rtc::rtp_transceiver::{RTCRtpTransceiverDirection, RTCRtpTransceiverInit};
use rtc::sansio::Protocol;
use std::net::{IpAddr, SocketAddr};
use std::time::Instant;
use torg_protocol::message::{Refusal, RefusalCode, TrackPurpose};

/// What a peer connection is built from.
pub(super) struct Blueprint {
    pub(super) offer: CheckedOffer,
    pub(super) ice: IceCredentials,
    pub(super) ssrcs: [u32; LEGS],
    pub(super) protection: Protection,
    /// The newest request that nominated a pair, to be replayed to a connection that is built anew.
    pub(super) nomination: Option<(Remote, SocketAddr, BytesMut)>,
}

impl Peer {
    /// Checks an offer. Cheap, and gives every fault its name.
    pub(in crate::media) fn check(sdp: &str, offered: &Offered) -> Result<CheckedOffer, Refusal> {
        match offered {
            Offered::Tracks(tracks) => offer::check(sdp, tracks),
            Offered::Publisher => foreign::check(sdp, Door::Publisher),
            Offered::Listener => foreign::check(sdp, Door::Listener),
        }
    }

    /// Answers an offer. Takes about a millisecond of CPU.
    pub(in crate::media) fn answer(
        config: &PeerConfig,
        offer: CheckedOffer,
        now: Instant,
    ) -> Result<(Self, IceCredentials, String), Refusal> {
        let ice = IceCredentials {
            fragment: STANDARD_NO_PAD.encode(random::<6>()),
            password: STANDARD_NO_PAD.encode(random::<18>()),
        };
        // The low bits tell the legs apart, so no two are alike.
        let base = u32::from_be_bytes(random()) & !0xFF;
        let ssrcs = std::array::from_fn(|leg| base | leg as u32 | 0x80);
        let outline = offer.outline.clone();
        let blueprint = Blueprint { offer, ice: ice.clone(), ssrcs, protection: Protection::Gcm, nomination: None };
        let (peer, sdp) = Self::build(config, blueprint, now).map_err(|error| {
            Refusal::new(RefusalCode::OfferUnreadable, format!("the offer cannot be answered: {error}"))
        })?;
        let sdp = match outline {
            Some(outline) => outline.restore(&sdp),
            None => sdp,
        };
        Ok((peer, ice, sdp))
    }

    fn build(config: &PeerConfig, blueprint: Blueprint, now: Instant) -> anyhow::Result<(Self, String)> {
        let tap = KeyTap::new()?;
        let mut connection =
            setup::peer_connection(&config.certificate, &blueprint.ice, blueprint.protection, &tap, now)?;
        for (addresses, transport) in [(&config.udp, Transport::Udp), (&config.tcp, Transport::Tcp)] {
            for &address in addresses {
                connection.add_local_candidate(setup::host_candidate(address, transport)?)?;
            }
        }
        for (_, purpose) in &blueprint.offer.purposes {
            if let Some(leg) = leg_of(*purpose) {
                let direction = RTCRtpTransceiverDirection::Sendonly;
                let init = RTCRtpTransceiverInit { direction, streams: Vec::new(), send_encodings: Vec::new() };
                let track = setup::leg_track(leg, blueprint.ssrcs[leg]);
                connection.add_transceiver_from_track(track, Some(init))?;
            }
        }
        connection.set_remote_description(now, RTCSessionDescription::offer(blueprint.offer.sdp.clone())?)?;
        let answer = connection.create_answer(None)?;
        connection.set_local_description(now, answer)?;
        let sdp = connection.local_description().map(|answer| answer.sdp).unwrap_or_default();
        let legs = negotiated_legs(&sdp, &blueprint)?;
        let due = connection.poll_timeout();
        let peer = Self {
            connection,
            level_extension: level_extension(&sdp),
            stage: Stage::Handshaking(Box::new(blueprint)),
            legs,
            tap,
            sealer: None,
            due,
            may_transmit: true,
            flight: LastFlight::new(),
            resending: Vec::new(),
            sources: Vec::new(),
            path: None,
            nominated: None,
            reached: Vec::new(),
        };
        Ok((peer, sdp))
    }

    /// The client cannot do GCM, which only its ClientHello tells. The same connection is built with the older
    /// protection: same credentials, certificate and SSRCs, so the answer that the client has stays true.
    pub(super) fn rebuild_without_gcm(&mut self, config: &PeerConfig, now: Instant) {
        let Stage::Handshaking(blueprint) = std::mem::replace(&mut self.stage, Stage::Over) else { return };
        let older = Blueprint { protection: Protection::CounterModeSha1, ..*blueprint };
        match Self::build(config, older, now) {
            Ok((peer, _same_answer)) => {
                let reached = std::mem::take(&mut self.reached);
                *self = Self { path: self.path, nominated: self.nominated, reached, ..peer };
            }
            Err(error) => tracing::warn!(%error, "a peer connection without GCM could not be built"),
        }
    }

    /// Gives a connection that was built anew the nomination that the earlier one saw, until it takes the pair
    /// up. The library selects a pair only at a nomination that comes after its own check was answered, and not
    /// every client nominates twice.
    pub(super) fn replay_nomination(&mut self, now: Instant) {
        let Stage::Handshaking(blueprint) = &self.stage else { return };
        if blueprint.protection == Protection::CounterModeSha1
            && self.flight.is_empty()
            && let Some((from, local, bytes)) = blueprint.nomination.clone()
        {
            self.give(from, local, bytes, now);
        }
    }
}

/// The candidate of ours that a datagram was meant for. Behind a NAT it comes to an address we did not offer.
pub(super) fn local_address(config: &PeerConfig, transport: Transport, to: Option<IpAddr>) -> SocketAddr {
    let offered = match transport {
        Transport::Udp => &config.udp,
        Transport::Tcp => &config.tcp,
    };
    let exact = offered.iter().find(|address| Some(address.ip()) == to);
    let family = || offered.iter().find(|address| to.is_none_or(|to| to.is_ipv4() == address.is_ipv4()));
    let any = || SocketAddr::from(([127, 0, 0, 1], 0));
    exact.or_else(family).or(offered.first()).copied().unwrap_or_else(any)
}

/// Which of our legs a section of the client's is.
fn leg_of(purpose: TrackPurpose) -> Option<usize> {
    match purpose {
        TrackPurpose::Microphone {} => None,
        TrackPurpose::AudioSlot { slot } => Some(usize::from(slot.0)),
        TrackPurpose::Bed {} => Some(BED_LEG),
    }
}

/// Which legs the answer has, and under which payload type each sends Opus.
fn negotiated_legs(sdp: &str, blueprint: &Blueprint) -> anyhow::Result<[Option<LegStream>; LEGS]> {
    let mut legs = [None; LEGS];
    for section in sdp.split("\r\nm=").skip(1) {
        let attribute = |name: &str| section.lines().find_map(|line| line.strip_prefix(name));
        let mid = attribute("a=mid:").unwrap_or_default();
        let purpose = blueprint.offer.purposes.iter().find(|(offered, _)| offered == mid);
        let Some(leg) = purpose.and_then(|(_, purpose)| leg_of(*purpose)) else { continue };
        let payload_type = section.lines().find_map(|line| {
            let (number, codec) = line.strip_prefix("a=rtpmap:")?.split_once(' ')?;
            codec.to_ascii_lowercase().starts_with("opus/").then(|| number.parse().ok())?
        });
        let ssrc = attribute("a=ssrc:").and_then(|rest| rest.split(' ').next()?.parse().ok());
        let (Some(payload_type), Some(ssrc)) = (payload_type, ssrc) else {
            anyhow::bail!("the answer has no Opus stream in section {mid}");
        };
        legs[leg] = Some(LegStream { ssrc, payload_type });
    }
    Ok(legs)
}

/// Under which number the client sends audio levels.
fn level_extension(sdp: &str) -> Option<u8> {
    let line = sdp.lines().find(|line| line.starts_with("a=extmap:") && line.ends_with(setup::AUDIO_LEVEL_URI))?;
    line.strip_prefix("a=extmap:")?.split([' ', '/']).next()?.parse().ok()
}

//! What a guest reads from the server's answer itself: which stream belongs to which section, and the candidates it
//! can reach.

use super::Section;
use super::setup::AUDIO_LEVEL_URI;
use std::collections::HashMap;
use std::net::IpAddr;
use torg_protocol::message::{OfferedTrack, TrackPurpose};

/// What the server's answer says.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Answer {
    /// The description to be applied, with the candidates over UDP that this guest can use, and no others: those
    /// in it are checked at once, while one added later waits for the next round of checks, 200 ms off.
    pub(super) sdp: String,
    /// The candidates over UDP or over TCP, as asked, that this guest can use, each as `candidate:…`.
    pub(super) candidates: Vec<String>,
    /// Which synchronisation source sends into which section.
    pub(super) streams: HashMap<u32, Section>,
    /// The id of the audio level on the microphone's section.
    pub(super) level_id: Option<u8>,
}

impl Answer {
    /// Reads an answer. Candidates are kept that match the transport and the family of addresses, and that lie
    /// where our own end does, if any do: loopback is not reached from elsewhere.
    pub(super) fn read(sdp: &str, tracks: &[OfferedTrack], over_tcp: bool, local_ip: IpAddr) -> Self {
        let mut answer = Self::default();
        let reachable = |candidate: &str| reachable_address(candidate, over_tcp, local_ip);
        let is_near = |address: IpAddr| address.is_loopback() == local_ip.is_loopback();
        let mut candidates = sdp.lines().filter_map(|line| line.strip_prefix("a=candidate:"));
        let some_are_near = candidates.any(|candidate| reachable(candidate).is_some_and(is_near));
        let is_usable = |candidate: &str| reachable(candidate).is_some_and(|at| !some_are_near || is_near(at));
        let mut section = Vec::new();
        for line in sdp.lines() {
            if line.starts_with("m=") {
                answer.read_section(&section, tracks);
                section.clear();
            }
            section.push(line);
            let keeps = match line.strip_prefix("a=candidate:") {
                None => !line.starts_with("a=end-of-candidates"),
                Some(candidate) => is_usable(candidate) && answer.is_new(candidate) && !over_tcp,
            };
            if keeps {
                answer.sdp.push_str(line);
                answer.sdp.push_str("\r\n");
            }
        }
        answer.read_section(&section, tracks);
        answer
    }

    /// Takes a candidate in; false for one that is there already, from another section.
    fn is_new(&mut self, candidate: &str) -> bool {
        let candidate = format!("candidate:{candidate}");
        let is_new = !self.candidates.contains(&candidate);
        if is_new {
            self.candidates.push(candidate);
        }
        is_new
    }

    fn read_section(&mut self, lines: &[&str], tracks: &[OfferedTrack]) {
        let Some(mid) = lines.iter().find_map(|line| line.strip_prefix("a=mid:")) else { return };
        match tracks.iter().find(|track| track.mid == mid.trim()).map(|track| track.purpose) {
            Some(TrackPurpose::AudioSlot { slot }) => self.read_streams(lines, Section::Slot(slot)),
            Some(TrackPurpose::Bed {}) => self.read_streams(lines, Section::Bed),
            Some(TrackPurpose::Microphone {}) => {
                self.level_id = lines.iter().find_map(|line| {
                    let (id, uri) = line.strip_prefix("a=extmap:")?.split_once(' ')?;
                    let id = id.split('/').next()?;
                    (uri.trim() == AUDIO_LEVEL_URI).then(|| id.parse().ok())?
                });
            }
            None => {}
        }
    }

    fn read_streams(&mut self, lines: &[&str], section: Section) {
        let ssrcs = lines.iter().filter_map(|line| line.strip_prefix("a=ssrc:")?.split(' ').next());
        self.streams.extend(ssrcs.filter_map(|ssrc| ssrc.parse().ok()).map(|ssrc: u32| (ssrc, section)));
    }
}

/// The address of a candidate (RFC 8839, behind `candidate:`) that has the transport and the family of ours.
fn reachable_address(candidate: &str, over_tcp: bool, local_ip: IpAddr) -> Option<IpAddr> {
    let fields: Vec<&str> = candidate.split_whitespace().collect();
    let address: IpAddr = fields.get(4)?.parse().ok()?;
    let transport = fields.get(2)?;
    let transport_fits = if over_tcp {
        transport.eq_ignore_ascii_case("tcp") && candidate.contains("tcptype passive")
    } else {
        transport.eq_ignore_ascii_case("udp")
    };
    (transport_fits && address.is_ipv4() == local_ip.is_ipv4()).then_some(address)
}

#[cfg(test)]
mod tests {
    use super::*;
    use torg_protocol::ids::AudioSlotIndex;

    const SDP: &str = "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\n\
        a=extmap:4/recvonly urn:ietf:params:rtp-hdrext:ssrc-audio-level\r\n\
        a=candidate:1 1 udp 2130706431 127.0.0.1 8080 typ host\r\n\
        a=candidate:2 1 tcp 1694498815 127.0.0.1 8080 typ host tcptype passive\r\n\
        a=candidate:3 1 udp 2130706431 10.0.0.7 8080 typ host\r\n\
        a=candidate:4 1 udp 2130706431 ::1 8080 typ host\r\na=end-of-candidates\r\n\
        m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:1\r\na=ssrc:5001 cname:torg\r\na=ssrc:5001 msid:a b\r\n\
        m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:2\r\na=ssrc:5002 cname:torg\r\n\
        m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:3\r\na=ssrc:5003 cname:torg\r\n";

    fn tracks() -> Vec<OfferedTrack> {
        let track = |mid: &str, purpose| OfferedTrack { mid: mid.to_owned(), purpose };
        vec![
            track("0", TrackPurpose::Microphone {}),
            track("1", TrackPurpose::AudioSlot { slot: AudioSlotIndex(0) }),
            track("2", TrackPurpose::AudioSlot { slot: AudioSlotIndex(1) }),
            track("3", TrackPurpose::Bed {}),
        ]
    }

    #[test]
    fn streams_are_told_apart_by_their_sections() {
        let answer = Answer::read(SDP, &tracks(), false, IpAddr::from([127, 0, 0, 1]));
        assert_eq!(answer.level_id, Some(4));
        let slot = |slot| Section::Slot(AudioSlotIndex(slot));
        assert_eq!(answer.streams, HashMap::from([(5001, slot(0)), (5002, slot(1)), (5003, Section::Bed)]));
        assert_eq!(answer.sdp.matches("a=candidate:").count(), 1);
        assert!(answer.sdp.ends_with("a=ssrc:5003 cname:torg\r\n"));
    }

    #[test]
    fn only_candidates_within_reach_are_kept() {
        let kept = |over_tcp, ip: &str| {
            let answer = Answer::read(SDP, &tracks(), over_tcp, ip.parse().expect("an address"));
            answer.candidates.iter().map(|candidate| candidate[10..11].to_owned()).collect::<String>()
        };
        assert_eq!(kept(false, "127.0.0.1"), "1");
        assert_eq!(kept(true, "127.0.0.1"), "2");
        assert_eq!(kept(false, "10.0.0.9"), "3");
        assert_eq!(kept(false, "::1"), "4");
        assert_eq!(kept(true, "10.0.0.9"), "2", "better than none");
        assert_eq!(kept(true, "::1"), "");
    }

    #[test]
    fn garbage_is_an_empty_answer() {
        for sdp in ["", "m=", "a=candidate:", "a=mid:1\r\na=ssrc:", "a=extmap:\r\na=mid:0"] {
            let answer = Answer::read(sdp, &tracks(), false, IpAddr::from([127, 0, 0, 1]));
            assert!(answer.streams.is_empty() && answer.candidates.is_empty());
        }
    }
}

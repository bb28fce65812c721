//! What we need of an offer, checked before the library sees it, so that each fault has a name and a reason.

use super::Purposes;
use super::foreign::Outline;
use torg_protocol::limits::AUDIO_SLOTS;
use torg_protocol::message::{OfferedTrack, Refusal, RefusalCode, TrackPurpose};

/// Sections that one offer may have: 26 are planned, with room.
pub(super) const SECTIONS_MAX: usize = 40;

/// An offer that has all we need.
#[derive(Clone, Debug)]
pub(in crate::media) struct CheckedOffer {
    /// The session description without its candidates: a lite agent learns addresses from signed requests, and
    /// names of hosts in candidates are never looked up.
    pub(in crate::media::peer) sdp: String,
    /// What each section is for, in the order of the offer.
    pub(in crate::media::peer) purposes: Purposes,
    /// The shape that the answer is to have, where the library sees one section of many.
    pub(in crate::media::peer) outline: Option<Outline>,
}

/// One media section of the text.
pub(super) struct Section<'a> {
    pub(super) kind: &'a str,
    /// All of it, the line that begins with `m=` first.
    pub(super) lines: Vec<&'a str>,
}

impl<'a> Section<'a> {
    pub(super) fn attribute(&self, name: &str) -> Option<&'a str> {
        self.attributes(name).next()
    }

    /// The values of all attributes of a name.
    pub(super) fn attributes<'b>(&'b self, name: &'b str) -> impl Iterator<Item = &'a str> + 'b {
        self.lines.iter().filter_map(move |line| line.strip_prefix("a=")?.strip_prefix(name)?.strip_prefix(':'))
    }

    pub(super) fn has_flag(&self, flag: &str) -> bool {
        self.lines.iter().any(|line| line.strip_prefix("a=") == Some(flag))
    }
}

/// Checks an offer against what its tracks are said to be.
///
/// # Errors
/// `OfferUnreadable`, `OfferLacks` or `Codec`, each with one sentence.
pub(super) fn check(sdp: &str, tracks: &[OfferedTrack]) -> Result<CheckedOffer, Refusal> {
    if !sdp.starts_with("v=0") {
        return Err(Refusal::new(RefusalCode::OfferUnreadable, "the offer is no session description"));
    }
    let (session, sections) = sections(sdp);
    if sections.is_empty() || sections.len() > SECTIONS_MAX {
        return lacks(format!("the offer needs 1 to {SECTIONS_MAX} media sections, it has {}", sections.len()));
    }
    for needed in ["ice-ufrag", "ice-pwd", "fingerprint"] {
        let everywhere = session.attribute(needed).is_some();
        if !everywhere && sections[0].attribute(needed).is_none() {
            return lacks(format!("the offer has no a={needed}"));
        }
    }
    let bundle = session.lines.iter().find_map(|line| line.strip_prefix("a=group:BUNDLE ")).unwrap_or_default();
    let mut purposes = Vec::with_capacity(sections.len());
    for section in &sections {
        let Some(mid) = section.attribute("mid") else { return lacks("a section of the offer has no a=mid".into()) };
        if !bundle.split(' ').any(|bundled| bundled == mid) {
            return lacks(format!("section {mid} is not in the offer's BUNDLE group"));
        }
        let Some(track) = tracks.iter().find(|track| track.mid == mid) else {
            return lacks(format!("the offer does not say what its section {mid} is for"));
        };
        check_section(section, mid, track.purpose)?;
        purposes.push((mid.to_owned(), track.purpose));
    }
    check_purposes(&purposes, tracks)?;
    let kept: Vec<&str> = sdp.lines().filter(|line| !is_candidate(line)).collect();
    Ok(CheckedOffer { sdp: kept.join("\r\n") + "\r\n", purposes, outline: None })
}

pub(super) fn lacks<T>(message: String) -> Result<T, Refusal> {
    Err(Refusal::new(RefusalCode::OfferLacks, message))
}

fn is_candidate(line: &str) -> bool {
    line.starts_with("a=candidate:") || line.starts_with("a=end-of-candidates")
}

/// What stands before the first section, and the sections.
pub(super) fn sections(sdp: &str) -> (Section<'_>, Vec<Section<'_>>) {
    let mut session = Section { kind: "", lines: Vec::new() };
    let mut sections: Vec<Section<'_>> = Vec::new();
    for line in sdp.lines().map(str::trim_end) {
        if let Some(media) = line.strip_prefix("m=") {
            sections.push(Section { kind: media.split(' ').next().unwrap_or_default(), lines: Vec::new() });
        }
        sections.last_mut().unwrap_or(&mut session).lines.push(line);
    }
    (session, sections)
}

fn check_section(section: &Section<'_>, mid: &str, purpose: TrackPurpose) -> Result<(), Refusal> {
    if section.kind != "audio" {
        return lacks(format!("section {mid} should be audio, it is {:?}", section.kind));
    }
    if !section.has_flag("rtcp-mux") {
        return lacks(format!("section {mid} has no a=rtcp-mux"));
    }
    let needed = match purpose {
        TrackPurpose::Microphone {} => "sendonly",
        TrackPurpose::AudioSlot { .. } | TrackPurpose::Bed {} => "recvonly",
    };
    if !section.has_flag(needed) && !section.has_flag("sendrecv") {
        return lacks(format!("section {mid} should be a={needed}"));
    }
    let is_opus = |line: &&str| {
        let codec = line.strip_prefix("a=rtpmap:").and_then(|map| map.split(' ').nth(1));
        codec.is_some_and(|codec| codec.eq_ignore_ascii_case("opus/48000/2"))
    };
    if !section.lines.iter().any(is_opus) {
        return Err(Refusal::new(RefusalCode::Codec, format!("section {mid} offers no Opus, the codec we speak")));
    }
    Ok(())
}

fn check_purposes(purposes: &Purposes, tracks: &[OfferedTrack]) -> Result<(), Refusal> {
    if let Some(missing) = tracks.iter().find(|track| !purposes.iter().any(|(mid, _)| *mid == track.mid)) {
        return lacks(format!("the offer has no section {:?}, though its tracks name it", missing.mid));
    }
    for (number, (mid, purpose)) in purposes.iter().enumerate() {
        if purposes[..number].iter().any(|(earlier, same)| same == purpose || earlier == mid) {
            return lacks(format!("the offer names the purpose or mid of section {mid} twice"));
        }
        if let TrackPurpose::AudioSlot { slot } = purpose
            && usize::from(slot.0) >= AUDIO_SLOTS
        {
            return lacks(format!("there are {AUDIO_SLOTS} audio slots, section {mid} is for slot {slot}"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use torg_protocol::ids::AudioSlotIndex;

    const SESSION: &str = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0 1\r\n\
        a=fingerprint:sha-256 AA\r\na=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\n";

    fn section(mid: &str, direction: &str, codec: &str) -> String {
        format!(
            "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 0.0.0.0\r\na=mid:{mid}\r\na={direction}\r\na=rtcp-mux\r\n\
             a=rtpmap:111 {codec}\r\na=candidate:1 1 udp 1 host.local 5 typ host\r\n"
        )
    }

    fn tracks() -> Vec<OfferedTrack> {
        let track = |mid: &str, purpose| OfferedTrack { mid: mid.to_owned(), purpose };
        vec![track("0", TrackPurpose::Microphone {}), track("1", TrackPurpose::AudioSlot { slot: AudioSlotIndex(0) })]
    }

    fn code(sdp: &str, tracks: &[OfferedTrack]) -> Option<RefusalCode> {
        check(sdp, tracks).err().map(|refusal| refusal.code)
    }

    #[test]
    fn a_whole_offer_passes_without_its_candidates() {
        let opus = "opus/48000/2";
        let sdp = SESSION.to_owned() + &section("0", "sendonly", opus) + &section("1", "recvonly", opus);
        let checked = check(&sdp, &tracks()).expect("a whole offer");
        assert_eq!(checked.purposes.len(), 2);
        assert!(!checked.sdp.contains("candidate"));
    }

    #[test]
    fn each_fault_has_its_name() {
        let opus = "opus/48000/2";
        let good = SESSION.to_owned() + &section("0", "sendonly", opus) + &section("1", "recvonly", opus);
        let faults = [
            (String::from("hello"), RefusalCode::OfferUnreadable),
            (SESSION.to_owned(), RefusalCode::OfferLacks),
            (good.replace("a=ice-pwd", "a=ice-nope"), RefusalCode::OfferLacks),
            (good.replace("a=fingerprint", "a=finger"), RefusalCode::OfferLacks),
            (good.replace("BUNDLE 0 1", "BUNDLE 0"), RefusalCode::OfferLacks),
            (good.replace("a=rtcp-mux\r\n", ""), RefusalCode::OfferLacks),
            (good.replace("recvonly", "sendonly"), RefusalCode::OfferLacks),
            (good.replace(opus, "PCMU/8000"), RefusalCode::Codec),
            (good.replace("m=audio", "m=video"), RefusalCode::OfferLacks),
            (good.replace("a=mid:1", "a=mid:0"), RefusalCode::OfferLacks),
        ];
        for (sdp, want) in faults {
            assert_eq!(code(&sdp, &tracks()), Some(want), "{sdp}");
        }
        assert_eq!(code(&good, &tracks()[..1]), Some(RefusalCode::OfferLacks), "a section without a purpose");
        let mut doubled = tracks();
        doubled[1].purpose = TrackPurpose::AudioSlot { slot: AudioSlotIndex(8) };
        assert_eq!(code(&good, &doubled), Some(RefusalCode::OfferLacks), "no ninth slot");
    }

    #[test]
    fn one_bed_may_be_offered_and_the_client_only_receives_it() {
        let opus = "opus/48000/2";
        let session = SESSION.replace("BUNDLE 0 1", "BUNDLE 0 1 2");
        let with_bed = |direction| {
            let near = section("0", "sendonly", opus) + &section("1", "recvonly", opus);
            session.clone() + &near + &section("2", direction, opus)
        };
        let bed = |mid: &str| OfferedTrack { mid: mid.to_owned(), purpose: TrackPurpose::Bed {} };
        let one = [tracks(), vec![bed("2")]].concat();
        assert_eq!(code(&with_bed("recvonly"), &one), None);
        assert_eq!(code(&with_bed("sendonly"), &one), Some(RefusalCode::OfferLacks));
        let two = vec![tracks().remove(0), bed("1"), bed("2")];
        assert_eq!(code(&with_bed("recvonly"), &two), Some(RefusalCode::OfferLacks), "no second bed");
    }
}

//! The shape of a foreign offer, and how an answer is brought into it.

use super::{map_of, words};
use crate::media::peer::offer::Section;

/// What an offer looked like, as far as its answer has to look alike.
#[derive(Clone, Debug)]
pub(in crate::media::peer) struct Outline {
    pub(super) accepted: Accepted,
    /// All sections, in the order of the offer.
    pub(super) places: Vec<Place>,
}

/// The section that was accepted.
#[derive(Clone, Debug)]
pub(super) struct Accepted {
    /// Its name, if it had one.
    pub(super) mid: Option<String>,
    /// The BUNDLE group as it is answered, if one was offered.
    pub(super) group: Option<String>,
    pub(super) protocol: String,
    /// How the client spells Opus.
    pub(super) map: String,
    pub(super) format_parameters: &'static str,
    /// Whether the client takes RTCP of reduced size (RFC 5506).
    pub(super) has_reduced_rtcp: bool,
}

/// A section of the offer.
#[derive(Clone, Debug)]
pub(super) enum Place {
    /// The one that the library was shown.
    Taken,
    /// Turned down; what stands in its place.
    TurnedDown(String),
    /// Not wanted, but the one that was taken has its transport from this one (RFC 9143, section 7.3): it stands there
    /// idle. What it begins with.
    Carrying(String),
}

impl Place {
    /// A section that is turned down: a port of zero, and the kind, the protocol and the first format of the offer (RFC
    /// 3264, section 6). What that format is stands there as well, though nobody needs it: clients of pion's kind look.
    pub(super) fn turned_down(section: &Section<'_>, mid: Option<&str>) -> Self {
        Self::TurnedDown(beginning(section, mid, 0) + "a=inactive\r\n")
    }

    /// A section that is idle and carries another.
    pub(super) fn carrying(section: &Section<'_>, mid: Option<&str>) -> Self {
        Self::Carrying(beginning(section, mid, 9))
    }
}

/// How the answer to a section begins that is not wanted.
fn beginning(section: &Section<'_>, mid: Option<&str>, port: u16) -> String {
    let mut words = words(section);
    let kind = words.next().unwrap_or("audio");
    let protocol = words.nth(1).unwrap_or("UDP/TLS/RTP/SAVPF");
    let format = words.next().unwrap_or("0");
    let mut text = format!("m={kind} {port} {protocol} {format}\r\nc=IN IP4 0.0.0.0\r\n");
    if let Some(mid) = mid {
        text += &format!("a=mid:{mid}\r\n");
    }
    if let Some(map) = format.parse().ok().and_then(|number| map_of(section, number)) {
        text += &format!("a=rtpmap:{format} {map}\r\n");
    }
    let parameters = section.attributes("fmtp").filter(|line| line.split(' ').next() == Some(format));
    parameters.for_each(|line| text += &format!("a=fmtp:{line}\r\n"));
    text
}

impl Outline {
    /// Brings the library's answer to one section into the shape of the whole offer.
    pub(in crate::media::peer) fn restore(&self, answer: &str) -> String {
        let (session, section) = answer.split_once("\r\nm=").unwrap_or((answer, ""));
        let mut sdp = String::with_capacity(answer.len() + 128 * self.places.len());
        for line in session.lines() {
            // A group may be answered only where one was offered.
            match (line.starts_with("a=group:"), &self.accepted.group) {
                (true, Some(group)) => push(&mut sdp, &format!("a=group:BUNDLE {group}")),
                (true, None) => {}
                (false, _) => push(&mut sdp, line),
            }
        }
        for place in &self.places {
            match place {
                Place::Taken => self.accepted.restore(section, &mut sdp),
                Place::TurnedDown(text) => sdp.push_str(text),
                Place::Carrying(beginning) => {
                    sdp.push_str(beginning);
                    let ours = ["a=setup:", "a=ice-", "a=fingerprint:", "a=candidate:", "a=rtcp-mux"];
                    let is_ours = |line: &&str| ours.iter().any(|name| line.starts_with(name)) && !is_for_rtcp(line);
                    section.lines().filter(is_ours).for_each(|line| push(&mut sdp, line));
                    push(&mut sdp, "a=inactive");
                }
            }
        }
        sdp
    }
}

impl Accepted {
    /// Writes the section of the library's answer, without its `m=`, with the client's own words in it.
    fn restore(&self, section: &str, sdp: &mut String) {
        let mut lines = section.lines();
        let mut words: Vec<&str> = lines.next().unwrap_or_default().split(' ').collect();
        if let Some(protocol) = words.get_mut(2) {
            *protocol = &self.protocol;
        }
        push(sdp, &format!("m={}", words.join(" ")));
        for line in lines {
            let number_of = |attribute: &str| line.strip_prefix(attribute).and_then(|rest| rest.split(' ').next());
            if let Some(number) = number_of("a=rtpmap:") {
                push(sdp, &format!("a=rtpmap:{number} {}", self.map));
                push(sdp, &format!("a=fmtp:{number} {}", self.format_parameters));
            } else if self.keeps(line) {
                push(sdp, line);
            }
        }
    }

    /// Whether a line of the library's answer is one to this offer: it answers some things that weren't asked.
    fn keeps(&self, line: &str) -> bool {
        match line.split(':').next().unwrap_or_default() {
            "a=fmtp" => false,
            "a=mid" => self.mid.is_some(),
            "a=rtcp-rsize" => self.has_reduced_rtcp,
            _ => !is_for_rtcp(line),
        }
    }
}

/// Whether a line is a candidate for RTCP. The library names some, though RTCP has no way of its own (RFC 5761).
fn is_for_rtcp(line: &str) -> bool {
    line.starts_with("a=candidate:") && line.split(' ').nth(1) == Some("2")
}

fn push(sdp: &mut String, line: &str) {
    sdp.push_str(line);
    sdp.push_str("\r\n");
}

//! Offers of programs that know nothing of us: by WHIP (RFC 9725) and by WHEP.
//!
//! Of all sections one is of use: the first that carries sound in Opus, in the direction that the door is for. The library
//! is shown an offer of that section alone, in plain words; the answer that goes out has all sections in their places,
//! with the others turned down (RFC 3264, section 6) and outside of the BUNDLE group (RFC 9143, section 7.3.3), but for one
//! that the sound has its transport from. Pure text: nothing here knows the library.

#[cfg(test)]
pub(super) mod offers;
mod outline;
#[cfg(test)]
mod tests;

pub(super) use outline::Outline;

use super::offer::{CheckedOffer, SECTIONS_MAX, Section, lacks, sections};
use outline::{Accepted, Place};
use std::fmt::Write as _;
use torg_protocol::message::{Refusal, RefusalCode, TrackPurpose};

/// Which way sound goes through a door.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::media) enum Door {
    /// The client sends, as by WHIP.
    Publisher,
    /// The client receives, as by WHEP.
    Listener,
}

/// The longest `a=mid` taken. RFC 9143 asks for one to three characters, and nobody needs many more.
const MID_BYTES_MAX: usize = 64;

/// The longest offer taken: browsers with every codec they have write a tenth of this for a section.
const OFFER_BYTES_MAX: usize = 128 << 10;

/// Formats of a section that are looked at. There are no more payload types (RFC 3551, section 6).
const FORMATS_MAX: usize = 128;

/// Fingerprints of a client's certificate: the same one by several algorithms.
const FINGERPRINTS_MAX: usize = 4;

/// Header extensions that are of use to us.
const EXTENSIONS: [&str; 2] = ["urn:ietf:params:rtp-hdrext:ssrc-audio-level", "urn:ietf:params:rtp-hdrext:sdes:mid"];

impl Door {
    fn purpose(self) -> TrackPurpose {
        match self {
            Self::Publisher => TrackPurpose::Microphone {},
            Self::Listener => TrackPurpose::Bed {},
        }
    }

    /// The direction that the client has to offer, if it doesn't offer both.
    fn direction(self) -> &'static str {
        match self {
            Self::Publisher => "sendonly",
            Self::Listener => "recvonly",
        }
    }

    /// What our side says of Opus (RFC 7587, section 6.1). Who publishes may send in stereo, and music is not to be cut
    /// into talk spurts: DTX is asked of microphones alone.
    fn format_parameters(self) -> &'static str {
        match self {
            Self::Publisher => "minptime=10;useinbandfec=1;stereo=1",
            Self::Listener => "minptime=10;useinbandfec=1;sprop-stereo=1",
        }
    }
}

/// Checks an offer that comes by a door, and brings it into the shape that the library is shown.
///
/// # Errors
/// `OfferUnreadable`, `OfferLacks` or `Codec`, each with one sentence.
pub(super) fn check(sdp: &str, door: Door) -> Result<CheckedOffer, Refusal> {
    if !sdp.starts_with("v=0") {
        return Err(Refusal::new(RefusalCode::OfferUnreadable, "the offer is no session description"));
    }
    if sdp.len() > OFFER_BYTES_MAX {
        let message = format!("the offer is longer than {} kB", OFFER_BYTES_MAX >> 10);
        return Err(Refusal::new(RefusalCode::OfferUnreadable, message));
    }
    let (session, sections) = sections(sdp);
    if sections.is_empty() || sections.len() > SECTIONS_MAX {
        return lacks(format!("the offer needs 1 to {SECTIONS_MAX} media sections, it has {}", sections.len()));
    }
    if session.has_flag("ice-lite") {
        return lacks("the offer is ICE-lite, and so is the server: neither would look for the other".into());
    }
    let (chosen, payload_type) = choose(&session, &sections, door)?;
    let section = &sections[chosen];
    if !section.has_flag("rtcp-mux") {
        return lacks("the sound section of the offer has no a=rtcp-mux".into());
    }
    let mids = mids(&sections)?;
    let (mid, is_named) = match mids[chosen] {
        Some(mid) => (mid.to_owned(), true),
        None => (unused(&mids), false),
    };
    let group = bundle_of(&session, &mid).filter(|_| is_named);
    let tagged = group.and_then(|group| group.split_ascii_whitespace().next());
    let tagged = tagged.and_then(|first| mids.iter().position(|mid| *mid == Some(first)));
    // The transport of all is that of the first in the group: to turn that down would leave the sound without one, which
    // Chromium refuses. It can't be helped where that is no media at all.
    let can_carry = |section: &Section<'_>| is_open(section) && is_protected(section);
    let carrying = tagged.filter(|tagged| *tagged != chosen && can_carry(&sections[*tagged]));
    let transport = Transport::of(&session, &sections, carrying.unwrap_or(chosen), tagged)?;
    let shown = shown(door, section, &mid, payload_type, &transport);
    let accepted = Accepted {
        mid: is_named.then(|| mid.clone()),
        group: group.map(|_| match carrying.and_then(|carrying| mids[carrying]) {
            Some(first) => format!("{first} {mid}"),
            None => mid.clone(),
        }),
        protocol: words(section).nth(2).unwrap_or_default().to_owned(),
        map: map_of(section, payload_type).unwrap_or_default().to_owned(),
        format_parameters: door.format_parameters(),
        has_reduced_rtcp: section.has_flag("rtcp-rsize"),
    };
    let places = sections.iter().enumerate().map(|(number, section)| match number {
        number if number == chosen => Place::Taken,
        number if Some(number) == carrying => Place::carrying(section, mids[number]),
        number => Place::turned_down(section, mids[number]),
    });
    let outline = Some(Outline { accepted, places: places.collect() });
    Ok(CheckedOffer { sdp: shown, purposes: vec![(mid, door.purpose())], outline })
}

/// The words of a section's first line: kind, port, protocol, formats.
fn words<'a>(section: &Section<'a>) -> impl Iterator<Item = &'a str> + use<'a> {
    let line = section.lines.first().copied().unwrap_or_default();
    line.strip_prefix("m=").unwrap_or_default().split_ascii_whitespace()
}

/// Which section is of use, and by which number it knows Opus.
fn choose(session: &Section<'_>, sections: &[Section<'_>], door: Door) -> Result<(usize, u8), Refusal> {
    let sound = |section: &&Section<'_>| section.kind == "audio";
    let fitting = |section: &Section<'_>| goes(session, section, door) && is_open(section) && is_protected(section);
    let fitting = sections.iter().enumerate().filter(|(_, section)| sound(section) && fitting(section));
    let fitting: Vec<_> = fitting.collect();
    if let Some(found) = fitting.iter().find_map(|(number, section)| Some((*number, opus_of(section)?))) {
        return Ok(found);
    }
    if !fitting.is_empty() {
        return Err(Refusal::new(RefusalCode::Codec, "the offer has no Opus, the codec we speak"));
    }
    let heard: Vec<_> = sections.iter().filter(sound).collect();
    if heard.is_empty() {
        let only = if sections.iter().any(|section| section.kind == "video") { ", only video" } else { "" };
        return lacks(format!("the offer has no sound{only}: we take sound alone"));
    }
    if !heard.iter().any(|section| is_protected(section)) {
        return lacks("the sound of the offer is not protected: it should be UDP/TLS/RTP/SAVPF".into());
    }
    lacks(format!("the offer has no sound section with a={}", door.direction()))
}

/// Whether sound may go through the section the way that the door is for. Without a word of it, it goes both ways
/// (RFC 8866, section 6.7).
fn goes(session: &Section<'_>, section: &Section<'_>, door: Door) -> bool {
    let stated = |of: &Section<'_>| {
        let directions = ["sendrecv", "sendonly", "recvonly", "inactive"];
        directions.into_iter().find(|direction| of.has_flag(direction))
    };
    let direction = stated(section).or_else(|| stated(session)).unwrap_or("sendrecv");
    direction == "sendrecv" || direction == door.direction()
}

/// A port of zero turns a section off, unless it says that it has another's port (RFC 9143, section 6).
fn is_open(section: &Section<'_>) -> bool {
    words(section).nth(1) != Some("0") || section.has_flag("bundle-only")
}

/// Whether it is RTP under keys of DTLS (RFC 5764).
fn is_protected(section: &Section<'_>) -> bool {
    matches!(words(section).nth(2), Some("UDP/TLS/RTP/SAVPF" | "UDP/TLS/RTP/SAVP"))
}

/// The number of Opus: the first in the order that the client prefers.
fn opus_of(section: &Section<'_>) -> Option<u8> {
    let formats = words(section)
        .skip(3)
        .take(FORMATS_MAX)
        .filter_map(|format| format.parse::<u8>().ok().filter(|number| *number < 128));
    formats
        .into_iter()
        .find(|number| map_of(section, *number).is_some_and(|codec| codec.trim().eq_ignore_ascii_case("opus/48000/2")))
}

/// What a payload type stands for, in the client's own spelling.
fn map_of<'a>(section: &Section<'a>, payload_type: u8) -> Option<&'a str> {
    let number = payload_type.to_string();
    section.attributes("rtpmap").find_map(|map| map.split_once(' ').filter(|(of, _)| *of == number).map(|(_, map)| map))
}

/// The sections' names. What is no name is refused, since it comes back in the answer.
fn mids<'a>(sections: &[Section<'a>]) -> Result<Vec<Option<&'a str>>, Refusal> {
    let mids: Vec<_> = sections.iter().map(|section| section.attribute("mid")).collect();
    let named = || mids.iter().flatten();
    let is_name =
        |mid: &str| (1..=MID_BYTES_MAX).contains(&mid.len()) && mid.bytes().all(|byte| byte.is_ascii_graphic());
    if !named().all(|mid| is_name(mid)) {
        return Err(Refusal::new(RefusalCode::OfferUnreadable, "an a=mid of the offer is no name"));
    }
    if named().enumerate().any(|(number, mid)| named().take(number).any(|earlier| earlier == mid)) {
        return lacks("two sections of the offer have the same a=mid".into());
    }
    Ok(mids)
}

/// A name that no section has.
fn unused(mids: &[Option<&str>]) -> String {
    let names = (0..=mids.len()).map(|number| number.to_string());
    names.into_iter().find(|name| !mids.contains(&Some(name.as_str()))).unwrap_or_default()
}

/// The BUNDLE group that a section is in, if it is in one.
fn bundle_of<'a>(session: &Section<'a>, mid: &str) -> Option<&'a str> {
    let groups = session.lines.iter().filter_map(|line| line.strip_prefix("a=group:BUNDLE "));
    groups.into_iter().find(|group| group.split_ascii_whitespace().any(|bundled| bundled == mid))
}

/// How the client is reached and by what it is known.
struct Transport<'a> {
    fragment: &'a str,
    password: &'a str,
    fingerprints: Vec<&'a str>,
    setup: &'a str,
}

impl<'a> Transport<'a> {
    /// From a section itself, else from the one that its group has its transport of, else from what holds for all.
    fn of(
        session: &Section<'a>,
        sections: &[Section<'a>],
        number: usize,
        tagged: Option<usize>,
    ) -> Result<Self, Refusal> {
        let levels = [Some(&sections[number]), tagged.map(|tagged| &sections[tagged]), Some(session)];
        let all = |name: &str| {
            let levels = levels.iter().flatten();
            levels.map(|level| level.attributes(name).collect::<Vec<_>>()).find(|found| !found.is_empty())
        };
        let one = |name: &str| {
            let found = all(name).and_then(|found| found.first().copied());
            found.map_or_else(|| lacks(format!("the offer has no a={name}")), Ok)
        };
        let setup = all("setup").and_then(|found| found.first().copied()).unwrap_or("active");
        if !matches!(setup, "actpass" | "active") {
            return lacks(format!(
                "the offer has a=setup:{setup}, but the server waits for your handshake: a=setup:actpass"
            ));
        }
        let mut fingerprints = all("fingerprint").unwrap_or_default();
        fingerprints.truncate(FINGERPRINTS_MAX);
        if fingerprints.is_empty() {
            return lacks("the offer has no a=fingerprint".into());
        }
        Ok(Self { fragment: one("ice-ufrag")?, password: one("ice-pwd")?, fingerprints, setup })
    }
}

/// The offer that the library is shown: one section, and of that what matters.
fn shown(door: Door, section: &Section<'_>, mid: &str, payload_type: u8, transport: &Transport<'_>) -> String {
    let mut sdp = String::from("v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n");
    let mut line = |text: std::fmt::Arguments<'_>| {
        // Writing to a string can't fail.
        let _ = sdp.write_fmt(text);
        sdp.push_str("\r\n");
    };
    line(format_args!("a=group:BUNDLE {mid}"));
    line(format_args!("m=audio 9 UDP/TLS/RTP/SAVPF {payload_type}"));
    line(format_args!("c=IN IP4 0.0.0.0"));
    line(format_args!("a=mid:{mid}"));
    line(format_args!("a=ice-ufrag:{}", transport.fragment));
    line(format_args!("a=ice-pwd:{}", transport.password));
    for fingerprint in &transport.fingerprints {
        line(format_args!("a=fingerprint:{fingerprint}"));
    }
    line(format_args!("a=setup:{}", transport.setup));
    line(format_args!("a={}", door.direction()));
    line(format_args!("a=rtcp-mux"));
    line(format_args!("a=rtpmap:{payload_type} opus/48000/2"));
    for extension in section.attributes("extmap") {
        if extension.split(' ').nth(1).is_some_and(|uri| EXTENSIONS.contains(&uri)) {
            line(format_args!("a=extmap:{extension}"));
        }
    }
    if door == Door::Publisher
        && let Some(source) = section.attributes("ssrc").find_map(|line| line.split(' ').next()?.parse::<u32>().ok())
    {
        line(format_args!("a=ssrc:{source} cname:publisher"));
    }
    sdp
}

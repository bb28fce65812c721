//! What WHIP and WHEP say of ICE: each ICE session of a door has an entity tag, and candidates are for one of them.

use super::ApiError;
use crate::limits::ICE_SESSIONS_MAX;
use crate::mailbox::door::DoorId;
use axum::http::{HeaderMap, StatusCode, header};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest;

/// Bytes of an entity tag. It need only differ between the ICE sessions of one door.
const TAG_BYTES: usize = 12;

/// Characters of the name of an ICE session (RFC 8839, section 5.4).
const UFRAG_CHARS_MAX: usize = 256;

const UFRAG_LINE: &str = "a=ice-ufrag:";

/// The names of the client's ICE sessions in a session description, or in a part of one: each once. An offer has one for
/// all sections, or one for each that could not be bundled.
pub(super) fn names(sdp: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let found = sdp.lines().filter_map(|line| line.strip_prefix(UFRAG_LINE)).map(str::trim);
    for name in found.filter(|name| name.len() <= UFRAG_CHARS_MAX) {
        if names.len() < ICE_SESSIONS_MAX && !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
    }
    names
}

/// The entity tag of ICE sessions (RFC 9725, section 4.3.1), without its quotation marks.
pub(super) fn tag(door: DoorId, names: &[String]) -> String {
    let digest = digest::digest(&digest::SHA256, format!("{door}\0{}", names.join("\0")).as_bytes());
    URL_SAFE_NO_PAD.encode(&digest.as_ref()[..TAG_BYTES])
}

/// Refuses candidates that are not said to be for the ICE session with this tag (RFC 9725, section 4.3.1).
pub(super) fn check_match(headers: &HeaderMap, tag: &str) -> Result<(), ApiError> {
    let mut sent = headers.get_all(header::IF_MATCH).iter().peekable();
    if sent.peek().is_none() {
        let words = "say in If-Match for which ICE session this is: its ETag came with the answer";
        return Err(ApiError::new(StatusCode::PRECONDITION_REQUIRED, "precondition", words));
    }
    let sent: Vec<&str> = sent.filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(',')).collect();
    if sent.iter().any(|sent| sent.trim() == "*") {
        return Err(no_restart());
    }
    // The strong comparison (RFC 9110, section 8.8.3.2): a weak tag is none of ours.
    let is_ours = |sent: &&str| sent.trim().strip_prefix('"').and_then(|sent| sent.strip_suffix('"')) == Some(tag);
    if sent.iter().any(is_ours) {
        return Ok(());
    }
    let words = "this is for another ICE session than the one that stands: its ETag came with the answer";
    Err(ApiError::new(StatusCode::PRECONDITION_FAILED, "precondition", words))
}

/// Refuses what is no part of a session description, and what restarts ICE.
pub(super) fn check_candidates(bytes: &[u8], ice: &[String]) -> Result<(), ApiError> {
    let text = std::str::from_utf8(bytes).ok().filter(|text| is_fragment(text)).ok_or_else(|| {
        let words = "the candidates can't be read: they must be lines of a session description (RFC 8840)";
        ApiError::new(StatusCode::BAD_REQUEST, "malformed", words)
    })?;
    if names(text).iter().all(|name| ice.contains(name)) { Ok(()) } else { Err(no_restart()) }
}

/// Whether every line is one of a session description, and there is one at least.
fn is_fragment(text: &str) -> bool {
    let is_line = |line: &str| matches!(line.as_bytes(), [b'a'..=b'z', b'=', ..]);
    let mut lines = text.lines().filter(|line| !line.trim().is_empty()).peekable();
    lines.peek().is_some() && lines.all(is_line)
}

/// RFC 9725, section 4.3.3: who takes candidates and no restarts answers so.
fn no_restart() -> ApiError {
    let words = "ICE is not restarted here: DELETE this door, and come in by a new offer";
    ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, "ice_restart", words)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;
    use axum::response::IntoResponse as _;

    fn status(done: Result<(), ApiError>) -> u16 {
        done.err().map_or(200, |error| error.into_response().status().as_u16())
    }

    fn ice(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn a_tag_is_for_one_door_and_one_ice_session() {
        let (here, there) = (DoorId::fresh(), DoorId::fresh());
        assert_eq!(tag(here, &ice(&["abcd"])), tag(here, &ice(&["abcd"])));
        assert_ne!(tag(here, &ice(&["abcd"])), tag(here, &ice(&["efgh"])));
        assert_ne!(tag(here, &ice(&["abcd"])), tag(there, &ice(&["abcd"])));
    }

    #[test]
    fn candidates_name_their_ice_session() {
        let tried = |values: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(header::IF_MATCH, HeaderValue::from_static(value));
            }
            status(check_match(&headers, "tag"))
        };
        assert_eq!(tried(&[]), 428);
        assert_eq!(tried(&["\"tag\""]), 200);
        assert_eq!(tried(&["\"other\", \"tag\""]), 200);
        assert_eq!(tried(&["\"other\"", "\"tag\""]), 200);
        assert_eq!(tried(&["\"other\""]), 412);
        assert_eq!(tried(&["W/\"tag\""]), 412);
        assert_eq!(tried(&["tag"]), 412);
        assert_eq!(tried(&["*"]), 422);
    }

    #[test]
    fn candidates_are_taken_and_restarts_are_not() {
        let tried = |text: &str| status(check_candidates(text.as_bytes(), &ice(&["abcd", "ijkl"])));
        assert_eq!(
            tried("a=ice-ufrag:abcd\r\na=ice-pwd:x\r\nm=audio 9 RTP/AVP 0\r\na=mid:0\r\na=end-of-candidates\r\n"),
            200
        );
        assert_eq!(tried("a=candidate:1 1 UDP 1 192.0.2.1 61764 typ host\n"), 200);
        assert_eq!(tried("a=ice-ufrag:ijkl\r\na=ice-pwd:z\r\n"), 200);
        assert_eq!(tried("a=ice-ufrag:abcd\r\nm=audio 9 RTP/AVP 0\r\na=ice-ufrag:efgh\r\n"), 422);
        assert_eq!(tried("a=ice-ufrag:efgh\r\na=ice-pwd:y\r\n"), 422);
        for garbage in ["", "\r\n", "hello", "{}", "a=x\r\nhello"] {
            assert_eq!(tried(garbage), 400, "{garbage:?}");
        }
        assert_eq!(status(check_candidates(&[0xff, 0xfe], &[])), 400);
    }

    #[test]
    fn the_names_of_ice_sessions_are_read_from_an_offer() {
        let offer = "v=0\r\na=ice-ufrag:abcd\r\nm=audio\r\na=ice-ufrag:efgh\r\nm=video\r\na=ice-ufrag:abcd\r\n";
        assert_eq!(names(offer), ["abcd", "efgh"]);
        assert!(names("v=0\r\n").is_empty());
        assert!(names(&format!("a=ice-ufrag:{}", "x".repeat(257))).is_empty());
        let many: String = (0..1_000).map(|number| format!("a=ice-ufrag:{number}\r\n")).collect();
        assert_eq!(names(&many).len(), ICE_SESSIONS_MAX);
    }
}

//! Reading what a client says: bounded before it is parsed, and named when it is refused.

use torg_protocol::ClientMessage;
use torg_protocol::geometry::NotAPlace;
use torg_protocol::limits::{JSON_DEPTH_MAX, MESSAGE_BYTES_MAX, OFFER_BYTES_MAX};
use torg_protocol::message::{Refusal, RefusalCode};

/// Characters of the parser's own words that are passed on.
const REASON_CHARS_MAX: usize = 200;

/// Reads a message.
pub(super) fn parse(text: &str) -> Result<ClientMessage, Refusal> {
    check_size(text)?;
    check_depth(text)?;
    let message = serde_json::from_str(text).map_err(|error| refusal(&error))?;
    if text.len() > MESSAGE_BYTES_MAX && !matches!(message, ClientMessage::Offer { .. }) {
        return Err(too_large(text.len(), MESSAGE_BYTES_MAX));
    }
    Ok(message)
}

/// The protocol that a hello speaks, whatever else is in it: another version may have other fields.
pub(super) fn hello_protocol(text: &str) -> Result<Option<u16>, Refusal> {
    #[derive(serde::Deserialize)]
    struct AnyHello {
        r#type: String,
        protocol: u16,
    }
    check_size(text)?;
    check_depth(text)?;
    let hello = serde_json::from_str::<AnyHello>(text).ok().filter(|hello| hello.r#type == "hello");
    Ok(hello.map(|hello| hello.protocol))
}

fn check_size(text: &str) -> Result<(), Refusal> {
    if text.len() > OFFER_BYTES_MAX { Err(too_large(text.len(), OFFER_BYTES_MAX)) } else { Ok(()) }
}

fn too_large(bytes: usize, bytes_max: usize) -> Refusal {
    Refusal::new(RefusalCode::TooLarge, format!("the message has {bytes} bytes; at most {bytes_max} are read"))
}

/// Counts brackets outside of strings, before a parser recurses into them.
fn check_depth(text: &str) -> Result<(), Refusal> {
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'[' | b'{' if !in_string => {
                depth += 1;
                if depth > JSON_DEPTH_MAX {
                    let words = format!("the message is nested deeper than {JSON_DEPTH_MAX}");
                    return Err(Refusal::new(RefusalCode::TooDeep, words));
                }
            }
            b']' | b'}' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    Ok(())
}

fn refusal(error: &serde_json::Error) -> Refusal {
    let reason = error.to_string();
    // A number too large for any float ends in the parser, long before it could be a place.
    if reason.starts_with(&NotAPlace.to_string()) || reason.starts_with("number out of range") {
        return Refusal::new(RefusalCode::Place, NotAPlace.to_string());
    }
    let short: String = reason.chars().take(REASON_CHARS_MAX).collect();
    Refusal::new(RefusalCode::Malformed, format!("the message cannot be read: {short}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, code: RefusalCode) {
        assert_eq!(parse(text).map_err(|refusal| refusal.code), Err(code), "{}", &text[..text.len().min(80)]);
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        check("", RefusalCode::Malformed);
        check("walk", RefusalCode::Malformed);
        check(r#"{"type":"fly"}"#, RefusalCode::Malformed);
        check(r#"{"type":"walk_to","to":{"x":1.0}}"#, RefusalCode::Malformed);
        check(r#"{"type":"leave","reason":"bored"}"#, RefusalCode::Malformed);
        check(&"[".repeat(17), RefusalCode::TooDeep);
        check(&format!(r#"{{"type":"set_name","name":"{}"}}"#, "a".repeat(OFFER_BYTES_MAX)), RefusalCode::TooLarge);
        check(&format!(r#"{{"type":"set_name","name":"{}"}}"#, "a".repeat(MESSAGE_BYTES_MAX)), RefusalCode::TooLarge);
    }

    #[test]
    fn impossible_places_are_named() {
        for x in ["-1", "601", "1e999", "1e38"] {
            check(&format!(r#"{{"type":"walk_to","to":{{"x":{x},"y":1.0}}}}"#), RefusalCode::Place);
        }
    }

    #[test]
    fn brackets_in_strings_are_not_depth() {
        let name = "[".repeat(40) + r#"\"[\\"#;
        let text = format!(r#"{{"type":"set_name","name":"{name}"}}"#);
        assert!(matches!(parse(&text), Ok(ClientMessage::SetName { .. })));
    }

    #[test]
    fn an_offer_may_be_longer() {
        let sdp = "a".repeat(MESSAGE_BYTES_MAX + 10);
        let text = format!(r#"{{"type":"offer","sdp":"{sdp}","tracks":[]}}"#);
        assert!(matches!(parse(&text), Ok(ClientMessage::Offer { .. })));
    }

    #[test]
    fn a_hello_of_another_version_is_known_by_its_number() {
        assert_eq!(hello_protocol(r#"{"type":"hello","protocol":9,"new":{"field":[]}}"#), Ok(Some(9)));
        assert_eq!(hello_protocol(r#"{"type":"leave"}"#), Ok(None));
        assert_eq!(hello_protocol("garbage"), Ok(None));
    }
}

//! Bodies of requests: read up to a bound, and refused by the name of the field that is wrong.

use super::error::ApiError;
use axum::body::Body;
use axum::http::StatusCode;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::error::Category;
use torg_protocol::text::{NameError, Prose};

/// Characters of a field's name, and of what is wrong with it, that a refusal repeats.
const FIELD_CHARS_MAX: usize = 80;
const WORDS_CHARS_MAX: usize = 240;

/// Reads a JSON object.
pub(super) async fn read<T: DeserializeOwned>(body: Body, bytes_max: usize, example: &str) -> Result<T, ApiError> {
    let Ok(bytes) = axum::body::to_bytes(body, bytes_max).await else {
        let words = format!("a request to this address has at most {bytes_max} bytes");
        return Err(ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", words));
    };
    parse(&bytes, example)
}

fn parse<T: DeserializeOwned>(bytes: &[u8], example: &str) -> Result<T, ApiError> {
    let malformed = |what: String| {
        let words = format!("the body must be a JSON object like {example}: {what}");
        ApiError::new(StatusCode::BAD_REQUEST, "malformed", words)
    };
    // An array would be taken for the fields in their order.
    if bytes.iter().find(|byte| !byte.is_ascii_whitespace()) != Some(&b'{') {
        return Err(malformed("it does not begin with {".to_owned()));
    }
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let read = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let path = error.path().to_string();
        let inner = error.into_inner();
        match inner.classify() {
            Category::Data => of_field(&path, &inner.to_string()),
            Category::Io | Category::Syntax | Category::Eof => malformed(inner.to_string()),
        }
    })?;
    deserializer.end().map_err(|error| malformed(error.to_string()))?;
    Ok(read)
}

/// A missing or unknown field is named in the words alone.
fn of_field(path: &str, words: &str) -> ApiError {
    let named = words.split('`').nth(1).filter(|_| words.starts_with("missing field") || words.starts_with("unknown"));
    let field = if path == "." { named.unwrap_or("body") } else { path };
    // The words repeat what was sent, which may be a book.
    let field: String = field.chars().take(FIELD_CHARS_MAX).collect();
    let words: String = words.chars().take(WORDS_CHARS_MAX).collect();
    ApiError::field(&*field, format!("`{field}` can't be so: {words}"))
}

/// A title, name or label as its own rules say.
pub(super) fn text<T>(
    field: &str,
    text: &str,
    parse: impl FnOnce(&str) -> Result<T, NameError>,
) -> Result<T, ApiError> {
    parse(text).map_err(|error| {
        let words = match error {
            NameError::Empty => format!("`{field}` needs at least one letter or digit"),
            NameError::TooLong(chars) => format!("`{field}` has at most {chars} characters"),
            NameError::Forbidden(bad) => {
                format!("`{field}` can't hold invisible control characters (found U+{bad:04X})")
            }
        };
        ApiError::field(field, words)
    })
}

/// Text of several lines.
pub(super) fn prose(field: &str, text: &str) -> Result<Prose, ApiError> {
    Prose::parse(text).map_err(|error| ApiError::field(field, format!("`{field}`: {error}")))
}

/// Tells a field that is `null` from one that is not there.
pub(super) fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Example {
        #[expect(dead_code, reason = "only whether it can be read matters")]
        number: u32,
        #[serde(default, deserialize_with = "given")]
        maybe: Option<Option<u32>>,
    }

    #[track_caller]
    fn check_refusal(body: &str, words: &str) {
        let error = parse::<Example>(body.as_bytes(), "{}").expect_err("a refusal");
        let json = serde_json::to_string(&error).expect("JSON");
        assert!(json.contains(words), "{json}");
    }

    #[test]
    fn the_field_that_is_wrong_is_named() {
        check_refusal("{}", r#""field":"number""#);
        check_refusal(r#"{"number": "7"}"#, r#""field":"number""#);
        check_refusal(r#"{"number": 7, "maybe": -1}"#, r#""field":"maybe""#);
        check_refusal(r#"{"number": 7, "colour": 1}"#, "colour");
        check_refusal("[7]", r#""code":"malformed""#);
        check_refusal(r#"{"number": 7} {}"#, r#""code":"malformed""#);
        check_refusal(r#"{"number": 7"#, r#""code":"malformed""#);
    }

    #[test]
    fn null_is_something_else_than_nothing() {
        let maybe = |body: &str| parse::<Example>(body.as_bytes(), "{}").expect("an example").maybe;
        assert_eq!(maybe(r#"{"number": 7}"#), None);
        assert_eq!(maybe(r#"{"number": 7, "maybe": null}"#), Some(None));
        assert_eq!(maybe(r#"{"number": 7, "maybe": 3}"#), Some(Some(3)));
    }
}

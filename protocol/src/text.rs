//! Text from people, parsed once at the edge. Inside, the type carries the proof.

use crate::limits::{LABEL_CHARS_MAX, NAME_CHARS_MAX, PROSE_CHARS_MAX, TITLE_CHARS_MAX};
use serde::{Deserialize, Serialize};
use std::fmt;
use ts_rs::TS;

/// Why a text cannot be a name. The message is fit to show to a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Nothing but white space.
    #[error("a name needs at least one letter or digit")]
    Empty,
    /// Longer than the limit, in characters.
    #[error("a name has at most {0} characters")]
    TooLong(usize),
    /// A control character or one that changes the direction of writing (Unicode `Bidi_Control`), by which a
    /// name could pass for another or break a list.
    #[error("a name can't hold invisible control characters (found U+{0:04X})")]
    Forbidden(u32),
}

/// The name of a participant: trimmed, 1 to 60 characters, no control or bidi characters.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, TS)]
#[ts(type = "string")]
#[serde(transparent)]
pub struct PersonName(String);

/// The name of a space, table or zone: as [`PersonName`], up to 80 characters.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, TS)]
#[ts(type = "string")]
#[serde(transparent)]
pub struct Label(String);

/// The title of a topic: as [`PersonName`], up to 140 characters.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, TS)]
#[ts(type = "string")]
#[serde(transparent)]
pub struct Title(String);

/// Text of several lines, perhaps empty: a description, a comment, a message. Up to 2,000 characters; line breaks
/// and tabs are its only control characters.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, TS)]
#[ts(type = "string")]
#[serde(transparent)]
pub struct Prose(String);

impl Title {
    /// Parses a title as a person typed it.
    ///
    /// # Errors
    /// [`NameError`], which says what is wrong.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        parse(text, TITLE_CHARS_MAX).map(Self)
    }

    /// The title as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Prose {
    /// Parses text as a person typed it. Line breaks become `\n`.
    ///
    /// # Errors
    /// [`ProseError`], which says what is wrong.
    pub fn parse(text: &str) -> Result<Self, ProseError> {
        let trimmed = text.trim();
        if trimmed.len() > PROSE_CHARS_MAX * 4 || trimmed.chars().count() > PROSE_CHARS_MAX {
            return Err(ProseError::TooLong(PROSE_CHARS_MAX));
        }
        let plain = trimmed.replace("\r\n", "\n").replace('\r', "\n");
        let is_layout = |character: char| matches!(character, '\n' | '\t');
        match plain.chars().find(|&character| is_forbidden(character) && !is_layout(character)) {
            Some(bad) => Err(ProseError::Forbidden(bad as u32)),
            None => Ok(Self(plain)),
        }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Why a text cannot be taken as prose. The message is fit to show to a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProseError {
    /// Longer than the limit, in characters.
    #[error("a text has at most {0} characters")]
    TooLong(usize),
    /// A control character other than line breaks and tabs, or one that changes the direction of writing.
    #[error("a text can't hold invisible control characters (found U+{0:04X})")]
    Forbidden(u32),
}

impl PersonName {
    /// Parses a name as a person typed it.
    ///
    /// # Errors
    /// [`NameError`], which says what is wrong.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        parse(text, NAME_CHARS_MAX).map(Self)
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Label {
    /// Parses the name of a place.
    ///
    /// # Errors
    /// [`NameError`], which says what is wrong.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        parse(text, LABEL_CHARS_MAX).map(Self)
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn parse(text: &str, chars_max: usize) -> Result<String, NameError> {
    let trimmed = text.trim();
    // A bound on the bytes first: counting the characters of a megabyte is work an attacker should not get.
    if trimmed.len() > chars_max * 4 || trimmed.chars().count() > chars_max {
        return Err(NameError::TooLong(chars_max));
    }
    if let Some(bad) = trimmed.chars().find(|&character| is_forbidden(character)) {
        return Err(NameError::Forbidden(bad as u32));
    }
    if !trimmed.chars().any(char::is_alphanumeric) {
        return Err(NameError::Empty);
    }
    Ok(trimmed.to_owned())
}

/// Control characters (Cc), line and paragraph separators, the Unicode `Bidi_Control` property (UAX #9), and
/// invisible fillers that make an empty-looking name.
fn is_forbidden(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{061C}' | '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{2069}'
            | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{115F}' | '\u{1160}' | '\u{3164}' | '\u{FFA0}'
            | '\u{E0000}'..='\u{E007F}')
}

macro_rules! text_impls {
    ($name:ident) => {
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Self::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
            }
        }
    };
}
text_impls!(PersonName);
text_impls!(Label);
text_impls!(Title);
text_impls!(Prose);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_people_pass() {
        for good in ["Åse-Marie Ødegård", "Ann (NAV)", "李雷", "O'Neil", "7", " Bo "] {
            assert!(PersonName::parse(good).is_ok(), "{good:?}");
        }
        assert_eq!(PersonName::parse(" Bo ").expect("a name").as_str(), "Bo");
    }

    #[test]
    fn names_that_deceive_are_refused_with_the_reason() {
        assert_eq!(PersonName::parse("\u{202E}nnA"), Err(NameError::Forbidden(0x202E)));
        assert_eq!(PersonName::parse("An\nn"), Err(NameError::Forbidden(0x0A)));
        assert_eq!(PersonName::parse("\u{3164}"), Err(NameError::Forbidden(0x3164)));
        assert_eq!(PersonName::parse("   "), Err(NameError::Empty));
        assert_eq!(PersonName::parse("--"), Err(NameError::Empty));
        assert_eq!(PersonName::parse(&"a".repeat(61)), Err(NameError::TooLong(60)));
        assert_eq!(PersonName::parse(&"a".repeat(1 << 20)), Err(NameError::TooLong(60)));
    }
}

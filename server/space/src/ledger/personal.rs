//! Text that belongs to somebody, so that they can be forgotten later: it says whose it is, and can be sealed under that
//! person's key before it is written.

use serde::{Deserialize, Serialize};
use std::fmt;
use torg_protocol::ids::{ParticipantId, TopicId};
use torg_protocol::text::{PersonName, Prose, Title};

/// What stands where somebody's name was forgotten: *nomen nescio*, as it is written in minutes.
const UNKNOWN_NAME: &str = "N. N.";

/// What stands where a title was forgotten.
const UNKNOWN_TITLE: &str = "N. N.";

/// What tells the number of somebody outside from those of people who came.
const OUTSIDE: u32 = 1 << 31;

/// A name, or what somebody wrote.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Personal {
    /// Whose it is.
    of: ParticipantId,
    text: String,
    #[serde(default, skip_serializing_if = "State::is_plain")]
    state: State,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum State {
    #[default]
    Plain,
    Sealed,
    Forgotten,
}

impl State {
    fn is_plain(&self) -> bool {
        *self == Self::Plain
    }
}

impl Personal {
    /// Text of somebody.
    #[must_use]
    pub fn new(of: ParticipantId, text: impl fmt::Display) -> Self {
        Self { of, text: text.to_string(), state: State::Plain }
    }

    /// Whose it is.
    #[must_use]
    pub fn of(&self) -> ParticipantId {
        self.of
    }

    /// The text; empty when it is sealed or forgotten.
    #[must_use]
    pub fn as_str(&self) -> &str {
        if self.state.is_plain() { &self.text } else { "" }
    }

    /// The text as a name: *N. N.* when it was forgotten.
    #[must_use]
    pub fn name(&self) -> PersonName {
        PersonName::parse(self.as_str()).unwrap_or_else(|_| unknown_name())
    }

    /// The text as a title.
    #[must_use]
    pub fn title(&self) -> Title {
        let unknown = || Title::parse(UNKNOWN_TITLE).expect("a test parses it");
        Title::parse(self.as_str()).unwrap_or_else(|_| unknown())
    }

    /// The text as prose; empty when it was forgotten.
    #[must_use]
    pub fn prose(&self) -> Prose {
        Prose::parse(self.as_str()).unwrap_or_default()
    }

    /// Puts what `seal` makes of the text in its place. What is sealed or forgotten stays as it is, and so does text
    /// of which `seal` makes nothing.
    pub fn seal(&mut self, seal: impl FnOnce(ParticipantId, &str) -> Option<String>) {
        if self.state == State::Plain
            && let Some(sealed) = seal(self.of, &self.text)
        {
            (self.text, self.state) = (sealed, State::Sealed);
        }
    }

    /// Opens what was sealed; it is forgotten when `open` makes nothing of it.
    pub fn open(&mut self, open: impl FnOnce(ParticipantId, &str) -> Option<String>) {
        if self.state == State::Sealed {
            (self.text, self.state) = match open(self.of, &self.text) {
                Some(text) => (text, State::Plain),
                None => (String::new(), State::Forgotten),
            };
        }
    }
}

/// What stands where nobody is known any more.
pub(super) fn unknown_name() -> PersonName {
    PersonName::parse(UNKNOWN_NAME).expect("a test parses it")
}

/// Whose the words of a topic are that came through the API with nobody's name in here: of somebody whom nobody knows,
/// and who may want to be forgotten all the same. People are counted up from one and topics too, so the upper half of
/// the numbers is free for one of these for each topic.
pub(super) fn somebody_outside(topic: TopicId) -> ParticipantId {
    ParticipantId(topic.0 | OUTSIDE)
}

/// No names in logs, not even by accident.
impl fmt::Debug for Personal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let chars = self.text.chars().count();
        write!(f, "Personal({:?} of {:?}, {chars} characters)", self.state, self.of.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_under_its_key_and_is_forgotten_without() {
        let ann = ParticipantId(1);
        let plain = Personal::new(ann, "Ann");
        let mut text = plain.clone();
        text.seal(|of, text| (of == ann).then(|| format!("#{text}")));
        assert_eq!(text.as_str(), "", "sealed text says nothing");
        let json = serde_json::to_string(&text).expect("JSON");
        assert_eq!(json, r##"{"of":1,"text":"#Ann","state":"sealed"}"##);
        let mut back: Personal = serde_json::from_str(&json).expect("the same");
        back.open(|_, sealed| sealed.strip_prefix('#').map(str::to_owned));
        assert_eq!(back, plain);
        text.open(|_, _| None);
        assert_eq!((text.name().as_str(), text.title().as_str(), text.prose().as_str()), ("N. N.", "N. N.", ""));
        assert!(!format!("{plain:?}").contains("Ann"));
    }

    #[test]
    fn who_is_outside_is_nobody_of_the_space() {
        assert_eq!(somebody_outside(TopicId(7)), ParticipantId(2_147_483_655));
        assert_ne!(somebody_outside(TopicId(7)), somebody_outside(TopicId(8)));
    }
}

//! What is written down: entries, in sequence.

use crate::limits::{APPEND_BYTES_MAX, APPEND_ENTRIES_MAX, BODY_BYTES_MAX, ENTRY_OVERHEAD_BYTES, KIND_CHARS_MAX};
use std::fmt;
use torg_protocol::ids::ParticipantId;
use torg_protocol::units::TimeMs;

/// The place of an entry in its space's log. The first entry has 1; 0 stands before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sequence(pub u64);

impl Sequence {
    /// Before the first entry.
    pub const START: Self = Self(0);

    /// The place that is `entries` further on.
    #[must_use]
    pub fn after(self, entries: usize) -> Self {
        Self(self.0.saturating_add(entries as u64))
    }
}

impl fmt::Display for Sequence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What sort of thing an entry tells: 1 to 48 of a-z, 0-9, `.`, `_` and `-`, such as `topic.posted`. The record does
/// not know what kinds there are.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Kind(String);

impl Kind {
    /// Parses a kind.
    ///
    /// # Errors
    /// [`Unfit::Kind`] when it is empty, too long, or has other characters.
    pub fn parse(text: &str) -> Result<Self, Unfit> {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._-".contains(&byte);
        if (1..=KIND_CHARS_MAX).contains(&text.len()) && text.bytes().all(plain) {
            Ok(Self(text.to_owned()))
        } else {
            Err(Unfit::Kind)
        }
    }

    /// The kind as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An entry that is to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEntry {
    /// When it happened.
    pub at: TimeMs,
    /// What sort of thing it tells.
    pub kind: Kind,
    /// Who did it; nobody when the space itself did.
    pub by: Option<ParticipantId>,
    /// What happened, at most [`BODY_BYTES_MAX`] bytes. JSON by custom; the record doesn't look into it.
    pub body: Vec<u8>,
}

/// An entry that was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its place in the log.
    pub sequence: Sequence,
    /// When it happened.
    pub at: TimeMs,
    /// What sort of thing it tells.
    pub kind: Kind,
    /// Who did it.
    pub by: Option<ParticipantId>,
    /// What happened.
    pub body: Vec<u8>,
}

/// Why something can't be an entry, an append or a snapshot.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// The kind of an entry.
    #[error("the kind of an entry has 1 to {KIND_CHARS_MAX} characters out of a-z, 0-9, '.', '_' and '-'")]
    Kind,
    /// The body of an entry.
    #[error("what is to be written down has {0} bytes; at most {BODY_BYTES_MAX} fit into one entry")]
    Body(usize),
    /// The time of an entry.
    #[error("the time {0} lies beyond every calendar")]
    Time(u64),
    /// An append without entries.
    #[error("there is nothing to be written down")]
    Nothing,
    /// An append of too much.
    #[error(
        "{entries} entries of {bytes} bytes are too much at once: at most {APPEND_ENTRIES_MAX} of {APPEND_BYTES_MAX} bytes"
    )]
    Append {
        /// How many.
        entries: usize,
        /// How much.
        bytes: usize,
    },
}

impl NewEntry {
    /// What it costs in the queue, bytes.
    pub(crate) fn cost_bytes(&self) -> usize {
        self.body.len() + self.kind.as_str().len() + ENTRY_OVERHEAD_BYTES
    }

    fn check(&self) -> Result<(), Unfit> {
        if self.body.len() > BODY_BYTES_MAX {
            return Err(Unfit::Body(self.body.len()));
        }
        // Both databases count with 63 bits and a sign.
        if i64::try_from(self.at.0).is_err() {
            return Err(Unfit::Time(self.at.0));
        }
        Ok(())
    }
}

/// Checks what is to be appended; its cost in the queue, bytes.
pub(crate) fn check(entries: &[NewEntry]) -> Result<usize, Unfit> {
    if entries.is_empty() {
        return Err(Unfit::Nothing);
    }
    entries.iter().try_for_each(NewEntry::check)?;
    let bytes = entries.iter().map(NewEntry::cost_bytes).sum();
    if entries.len() > APPEND_ENTRIES_MAX || bytes > APPEND_BYTES_MAX {
        return Err(Unfit::Append { entries: entries.len(), bytes });
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(bytes: usize) -> NewEntry {
        NewEntry { at: TimeMs(1), kind: Kind::parse("a.b").expect("a kind"), by: None, body: vec![b' '; bytes] }
    }

    #[test]
    fn what_does_not_fit_is_refused_in_words() {
        assert_eq!(check(&[]), Err(Unfit::Nothing));
        assert_eq!(check(&[entry(BODY_BYTES_MAX + 1)]), Err(Unfit::Body(BODY_BYTES_MAX + 1)));
        assert!(matches!(check(&vec![entry(BODY_BYTES_MAX); 17]), Err(Unfit::Append { entries: 17, .. })));
        assert!(matches!(check(&vec![entry(0); APPEND_ENTRIES_MAX + 1]), Err(Unfit::Append { .. })));
        assert_eq!(check(&[NewEntry { at: TimeMs(u64::MAX), ..entry(0) }]), Err(Unfit::Time(u64::MAX)));
        assert!(check(&vec![entry(10); APPEND_ENTRIES_MAX]).is_ok());
    }

    #[test]
    fn kinds_are_plain() {
        for bad in ["", "A", "topic posted", "å", "a\0", &"a".repeat(KIND_CHARS_MAX + 1)] {
            assert_eq!(Kind::parse(bad), Err(Unfit::Kind), "{bad:?}");
        }
        assert!(Kind::parse("topic.posted-2_b").is_ok());
    }
}

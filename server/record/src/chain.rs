//! The chain of checks: what makes a changed byte, a missing entry or one from elsewhere show.
//!
//! The check of an entry is SHA-256 over the check before it and everything that the entry says, each part with its
//! length before it or of a fixed length, so that no two different logs give the same bytes. The first check is made
//! of the space's name. It protects against accidents, not against somebody who may write to the database: such a
//! one can compute it too.

use crate::entry::Sequence;
use ring::digest::{Context, SHA256, digest};
use torg_protocol::ids::{ParticipantId, SpaceId};
use torg_protocol::units::TimeMs;

/// The check of an entry, or of the empty log before the first.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Check(pub(crate) [u8; 32]);

impl std::fmt::Debug for Check {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&hex(&self.0[..6]))
    }
}

/// Everything that an entry says, borrowed.
#[derive(Clone, Copy)]
pub(crate) struct Said<'a> {
    pub(crate) at: TimeMs,
    pub(crate) kind: &'a str,
    pub(crate) by: Option<ParticipantId>,
    pub(crate) body: &'a [u8],
}

impl Check {
    /// Before the first entry of a space.
    pub(crate) fn start(space: &SpaceId) -> Self {
        Self::of(digest(&SHA256, format!("torg record 1\n{space}").as_bytes()))
    }

    /// The check of the entry that follows the one with this check.
    pub(crate) fn then(&self, sequence: Sequence, said: Said<'_>) -> Self {
        let mut context = Context::new(&SHA256);
        context.update(&self.0);
        context.update(&sequence.0.to_be_bytes());
        context.update(&said.at.0.to_be_bytes());
        // Nobody is 0, so that it differs from the participant 0.
        context.update(&said.by.map_or(0, |by| u64::from(by.0) + 1).to_be_bytes());
        context.update(&(said.kind.len() as u64).to_be_bytes());
        context.update(said.kind.as_bytes());
        context.update(&(said.body.len() as u64).to_be_bytes());
        context.update(said.body);
        Self::of(context.finish())
    }

    /// What a snapshot is sealed with, that was made when the log stood at the entry with this check.
    pub(crate) fn seal(&self, sequence: Sequence, content: &[u8]) -> Self {
        let mut context = Context::new(&SHA256);
        context.update(b"torg snapshot 1\n");
        context.update(&self.0);
        context.update(&sequence.0.to_be_bytes());
        context.update(content);
        Self::of(context.finish())
    }

    /// A check as it came from a database.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    pub(crate) fn hex(&self) -> String {
        hex(&self.0)
    }

    fn of(digest: ring::digest::Digest) -> Self {
        Self(digest.as_ref().try_into().expect("SHA-256 has 32 bytes"))
    }
}

/// Bytes as lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAID: Said<'_> = Said { at: TimeMs(7), kind: "a", by: Some(ParticipantId(0)), body: b"bc" };

    #[test]
    fn everything_that_is_said_counts() {
        let start = Check::start(&SpaceId::parse("torg").expect("an id"));
        let checks = [
            start.then(Sequence(1), SAID),
            start.then(Sequence(2), SAID),
            start.then(Sequence(1), Said { at: TimeMs(8), ..SAID }),
            start.then(Sequence(1), Said { by: None, ..SAID }),
            start.then(Sequence(1), Said { kind: "ab", body: b"c", ..SAID }),
            start.then(Sequence(1), Said { body: b"bd", ..SAID }),
            Check::start(&SpaceId::parse("torg2").expect("an id")).then(Sequence(1), SAID),
        ];
        for (at, check) in checks.iter().enumerate() {
            assert!(!checks[..at].contains(check), "{at}");
        }
    }

    #[test]
    fn the_chain_is_what_it_was() {
        // Logs that are out there hold these: when this changes, no old record can be read.
        let start = Check::start(&SpaceId::parse("torg").expect("an id"));
        assert_eq!(
            start.then(Sequence(1), SAID).hex(),
            "c321d3fc46b1e4acba3e9eecc45e7e047c5de53453c6f290091a880b87c59c08"
        );
    }
}

//! The links by which people come in.
//!
//! A link is `{public_url}/s/{space}#TOKEN`. The token stands behind the `#`, so no browser sends it in a
//! request and no proxy logs it. It is HMAC-SHA256 (RFC 2104) over the space, the role and the generation under
//! a key that only the server has: nothing about links is stored but the key and each space's generation, and a
//! new generation revokes all links made before.

use crate::atomic;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;
use ring::rand::SecureRandom as _;
use std::path::Path;
use torg_protocol::ids::{ParticipantId, SpaceId};
use torg_protocol::people::Role;

/// The file of the key in the data folder.
const KEY_FILE: &str = "link.key";
const KEY_BYTES: usize = 32;

/// How often the links of a space have been renewed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Generation(pub u32);

/// Why there is no key for links.
#[derive(Debug, thiserror::Error)]
pub enum LinkKeyError {
    /// The key's file could not be read or made.
    #[error("the key for links, {path}, cannot be read or made: {source}")]
    File {
        /// The file.
        path: String,
        /// Why not.
        source: std::io::Error,
    },
    /// The file holds something else than a key.
    #[error(
        "{path} holds {have} bytes where a key for links has 32. Put the right file back, or remove it to get a \
         new key; with a new key every link given out so far stops working"
    )]
    NotAKey {
        /// The file.
        path: String,
        /// How many bytes it has.
        have: usize,
    },
    /// The machine gives no random numbers.
    #[error("this machine gives no random numbers for a key")]
    NoRandomness,
}

/// The key under which links are made and checked.
pub struct LinkKey(hmac::Key);

impl std::fmt::Debug for LinkKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LinkKey(secret)")
    }
}

impl LinkKey {
    /// Reads the key from the data folder, or makes it there, readable by its owner alone.
    ///
    /// # Errors
    /// [`LinkKeyError`] in words.
    pub fn open(data: &Path) -> Result<Self, LinkKeyError> {
        let path = data.join(KEY_FILE);
        let fault = |source| LinkKeyError::File { path: path.display().to_string(), source };
        if !path.try_exists().map_err(fault)? {
            let mut fresh = [0; KEY_BYTES];
            ring::rand::SystemRandom::new().fill(&mut fresh).map_err(|_| LinkKeyError::NoRandomness)?;
            // Somebody else may have made it a moment ago: then theirs counts.
            atomic::create(&path, &fresh).map_err(fault)?;
        }
        warn_if_others_can_read(&path);
        let bytes = std::fs::read(&path).map_err(fault)?;
        if bytes.len() != KEY_BYTES {
            return Err(LinkKeyError::NotAKey { path: path.display().to_string(), have: bytes.len() });
        }
        Ok(Self(hmac::Key::new(hmac::HMAC_SHA256, &bytes)))
    }

    /// The token of a link.
    #[must_use]
    pub fn token(&self, space: &SpaceId, role: Role, generation: Generation) -> String {
        URL_SAFE_NO_PAD.encode(hmac::sign(&self.0, &signed(space, role, generation)))
    }

    /// The role that a token gives, if it is one for this space and generation. Takes the same time for every
    /// wrong token.
    #[must_use]
    pub fn role(&self, space: &SpaceId, generation: Generation, token: &str) -> Option<Role> {
        let tag = URL_SAFE_NO_PAD.decode(token).ok()?;
        // Every role is tried, so that the time tells nothing.
        let gives = |role: &Role| hmac::verify(&self.0, &signed(space, *role, generation), &tag).is_ok();
        Role::ALL.into_iter().filter(gives).fold(None, |found, role| found.or(Some(role)))
    }

    /// What the keeper of a space needs to know people again.
    #[must_use]
    pub fn people_of(&self, space: &SpaceId) -> PersonKey {
        PersonKey { key: self.0.clone(), space: space.clone() }
    }
}

/// Makes and reads the tokens by which somebody is the same person when they come again to a space: the participant's
/// id and HMAC-SHA256 over the space and the id, under the key for links.
#[derive(Clone)]
pub struct PersonKey {
    key: hmac::Key,
    space: SpaceId,
}

impl std::fmt::Debug for PersonKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PersonKey(secret, {})", self.space)
    }
}

impl PersonKey {
    /// The token of somebody: `{id}.{mac}`.
    #[must_use]
    pub fn token(&self, person: ParticipantId) -> String {
        let mac = URL_SAFE_NO_PAD.encode(hmac::sign(&self.key, &self.signed(person)));
        format!("{person}.{mac}")
    }

    /// Whose token this is, if it is one of this space.
    #[must_use]
    pub fn person(&self, token: &str) -> Option<ParticipantId> {
        let (id, mac) = token.split_once('.')?;
        let person = ParticipantId(id.parse().ok()?);
        let tag = URL_SAFE_NO_PAD.decode(mac).ok()?;
        hmac::verify(&self.key, &self.signed(person), &tag).ok().map(|()| person)
    }

    fn signed(&self, person: ParticipantId) -> Vec<u8> {
        format!("torg person\0{}\0{person}", self.space).into_bytes()
    }
}

/// The link to a space for one role.
#[must_use]
pub fn link(public_url: &str, space: &SpaceId, token: &str) -> String {
    format!("{}/s/{space}#{token}", public_url.trim_end_matches('/'))
}

/// What is signed. A space id has no NUL, so no two triples give the same bytes.
fn signed(space: &SpaceId, role: Role, generation: Generation) -> Vec<u8> {
    format!("torg link\0{space}\0{}\0{}", role.as_str(), generation.0).into_bytes()
}

#[cfg(unix)]
fn warn_if_others_can_read(path: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    if std::fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o077 != 0) {
        tracing::warn!(file = %path.display(), "others on this machine may read the key for links: chmod 600 it");
    }
}

#[cfg(not(unix))]
fn warn_if_others_can_read(_path: &Path) {}

#[cfg(test)]
mod tests {
    use super::*;

    fn space(id: &str) -> SpaceId {
        SpaceId::parse(id).expect("a space id")
    }

    #[test]
    fn a_token_opens_its_space_role_and_generation_only() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let key = LinkKey::open(folder.path()).expect("a key");
        let token = key.token(&space("torg"), Role::Host, Generation(1));
        assert_eq!(token.len(), 43);
        assert_eq!(key.role(&space("torg"), Generation(1), &token), Some(Role::Host));
        assert_eq!(key.role(&space("torg"), Generation(2), &token), None, "renewed");
        assert_eq!(key.role(&space("other"), Generation(1), &token), None, "another space");
        assert_eq!(key.role(&space("torg"), Generation(1), &token[1..]), None, "cut short");
        assert_eq!(key.role(&space("torg"), Generation(1), "å"), None, "garbage");
        let join = key.token(&space("torg"), Role::Participant, Generation(1));
        assert_eq!(key.role(&space("torg"), Generation(1), &join), Some(Role::Participant));
    }

    #[test]
    fn every_role_has_a_link_of_its_own() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let key = LinkKey::open(folder.path()).expect("a key");
        for role in Role::ALL {
            let token = key.token(&space("torg"), role, Generation(1));
            assert_eq!(key.role(&space("torg"), Generation(1), &token), Some(role));
        }
    }

    #[test]
    fn a_person_is_known_again_in_their_space_only() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let key = LinkKey::open(folder.path()).expect("a key");
        let (torg, other) = (key.people_of(&space("torg")), key.people_of(&space("other")));
        let token = torg.token(ParticipantId(7));
        assert_eq!(torg.person(&token), Some(ParticipantId(7)));
        assert_eq!(other.person(&token), None, "another space");
        assert_eq!(torg.person(&token.replacen('7', "8", 1)), None, "another person");
        for garbage in ["", "7", "7.", ".x", "å.å", &key.token(&space("torg"), Role::Host, Generation(1))] {
            assert_eq!(torg.person(garbage), None, "{garbage:?}");
        }
    }

    #[test]
    fn the_key_lives_through_restarts_and_is_nobody_elses() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let before = LinkKey::open(folder.path()).expect("a key").token(&space("torg"), Role::Host, Generation(1));
        let after = LinkKey::open(folder.path()).expect("a key").token(&space("torg"), Role::Host, Generation(1));
        assert_eq!(before, after);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = std::fs::metadata(folder.path().join(KEY_FILE)).expect("the key's file").permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn a_damaged_key_is_named_and_left_alone() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::write(folder.path().join(KEY_FILE), b"short").expect("a damaged key");
        let error = LinkKey::open(folder.path()).expect_err("a damaged key");
        assert!(error.to_string().contains("link.key holds 5 bytes"), "{error}");
        assert_eq!(std::fs::read(folder.path().join(KEY_FILE)).expect("still there"), b"short");
    }
}

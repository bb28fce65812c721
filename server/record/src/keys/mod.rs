//! A key for each person of each space, kept outside the log and its backup.
//!
//! Names and other personal fields stand in the log sealed with AES-256-GCM (NIST SP 800-38D) under their person's
//! key. Forgetting a person is throwing the key away: history stays as it was written, and nobody can read the name
//! in it any more. The keys lie in `keys.sqlite` in the data folder, readable by its owner alone.
//!
//! SQLite overwrites a key that is thrown away, and its log beside it is emptied. What a disk keeps in blocks that it
//! has given up is beyond us: a folder on an encrypted disk answers that.

mod cache;
mod file;
mod sealed;

use crate::error::{Reason, RecordError};
use crate::limits::{KEYS_WAITING_MAX, SEALED_TEXT_BYTES_MAX};
use cache::{Cache, Slot};
use file::KeyFile;
use ring::rand::{SecureRandom as _, SystemRandom};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use torg_protocol::ids::{ParticipantId, SpaceId};

/// The name of the file in the data folder.
const FILE: &str = "keys.sqlite";

/// A person of a space.
pub(crate) type Who = (SpaceId, ParticipantId);

/// A person's key.
pub(crate) type PersonKey = [u8; 32];

/// Why something can't be sealed or forgotten.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyringError {
    /// The file of the keys can't be used.
    #[error("the keys of persons cannot be read or written: {0}")]
    Database(Reason),
    /// The person was forgotten, for good.
    #[error("this person was forgotten, and nothing more is written down about them")]
    Forgotten,
    /// The text is too long.
    #[error("a text of {0} bytes is too long to be sealed: at most {SEALED_TEXT_BYTES_MAX}")]
    TooLong(usize),
    /// Keys can't be written as fast as they are made.
    #[error("too many people come in at once: try again in a moment")]
    Overloaded,
    /// The machine gives no random numbers.
    #[error("this machine gives no random numbers for a key")]
    NoRandomness,
}

/// The keys. Clones are the same keys.
#[derive(Clone, Debug)]
pub struct Keyring {
    file: Arc<KeyFile>,
    cache: Arc<Mutex<Cache>>,
}

impl Keyring {
    /// Opens the keys in a data folder, or makes their file there.
    ///
    /// # Errors
    /// [`RecordError`] in words.
    pub async fn open(folder: &Path) -> Result<Self, RecordError> {
        let file = KeyFile::open(&folder.join(FILE)).await?;
        Ok(Self { file: Arc::new(file), cache: Arc::default() })
    }

    /// Seals a text about a person. A new person gets a key in memory; it is on disk before any entry is committed
    /// that is appended after this returns. This waits for no disk to sync; it reads the file when the key isn't in
    /// memory.
    ///
    /// # Errors
    /// [`KeyringError`] in words; nothing is sealed then.
    pub async fn seal(&self, space: &SpaceId, person: ParticipantId, text: &str) -> Result<String, KeyringError> {
        if text.len() > SEALED_TEXT_BYTES_MAX {
            return Err(KeyringError::TooLong(text.len()));
        }
        let who = (space.clone(), person);
        let key = match self.key(&who).await? {
            Some(Slot::Key(key)) => key,
            Some(Slot::Forgotten) => return Err(KeyringError::Forgotten),
            None => self.new_key(&who)?,
        };
        sealed::seal(&key, &who, text).ok_or(KeyringError::NoRandomness)
    }

    /// Opens what [`Keyring::seal`] made. Nothing when the person was forgotten, or when it was sealed for another
    /// person or space, or altered.
    ///
    /// # Errors
    /// [`KeyringError::Database`] when the key can't be read: that says nothing about whether there is one.
    pub async fn unseal(
        &self,
        space: &SpaceId,
        person: ParticipantId,
        sealed: &str,
    ) -> Result<Option<String>, KeyringError> {
        let who = (space.clone(), person);
        match self.key(&who).await? {
            Some(Slot::Key(key)) => Ok(sealed::unseal(&key, &who, sealed)),
            Some(Slot::Forgotten) | None => Ok(None),
        }
    }

    /// Reads the keys of the newest persons of a space into memory at once: worth it before a replay.
    ///
    /// # Errors
    /// [`KeyringError::Database`].
    pub async fn load(&self, space: &SpaceId) -> Result<(), KeyringError> {
        for (person, slot) in self.file.of_space(space).await.map_err(KeyringError::Database)? {
            self.cache().remember((space.clone(), person), slot);
        }
        Ok(())
    }

    /// Forgets a person for good: when this returns, their key is gone from disk and memory, and nothing that was
    /// sealed under it can ever be read again.
    ///
    /// # Errors
    /// [`KeyringError::Database`]: then it must be tried again.
    pub async fn forget(&self, space: &SpaceId, person: ParticipantId) -> Result<(), KeyringError> {
        let who = (space.clone(), person);
        let file = self.file.writer().await.map_err(KeyringError::Database)?;
        let forgotten = file.forget(&who).await;
        // Also when only the cleaning up failed: the key may be gone from the file by then.
        self.cache().forget(who);
        forgotten.map_err(KeyringError::Database)
    }

    /// Waits until every key that was made so far is on disk. One sync for all that wait.
    ///
    /// # Errors
    /// [`KeyringError::Database`]; the keys are kept in memory, and written at the next call.
    pub async fn written(&self) -> Result<(), KeyringError> {
        if self.cache().waiting.is_empty() {
            return Ok(());
        }
        let file = self.file.writer().await.map_err(KeyringError::Database)?;
        // Whoever held the writer before us may have written ours too.
        let fresh: Vec<(Who, PersonKey)> = self.cache().waiting.iter().map(|(who, key)| (who.clone(), *key)).collect();
        if fresh.is_empty() {
            return Ok(());
        }
        file.write(&fresh).await.map_err(KeyringError::Database)?;
        self.cache().written(&fresh);
        Ok(())
    }

    /// Closes the file, for all clones: nobody is to seal or read any more. Afterwards it stands alone in its folder,
    /// without what SQLite keeps beside it.
    pub async fn close(&self) {
        self.file.close().await;
    }

    async fn key(&self, who: &Who) -> Result<Option<Slot>, KeyringError> {
        if let Some(slot) = self.cache().get(who) {
            return Ok(Some(slot));
        }
        let Some(slot) = self.file.read(who).await.map_err(KeyringError::Database)? else { return Ok(None) };
        // Somebody may have forgotten the person while we were reading: what is in memory counts.
        Ok(Some(self.cache().remember(who.clone(), slot)))
    }

    fn new_key(&self, who: &Who) -> Result<PersonKey, KeyringError> {
        let mut fresh = PersonKey::default();
        SystemRandom::new().fill(&mut fresh).map_err(|_| KeyringError::NoRandomness)?;
        let mut cache = self.cache();
        match cache.get(who) {
            Some(Slot::Key(key)) => return Ok(key),
            Some(Slot::Forgotten) => return Err(KeyringError::Forgotten),
            None => {}
        }
        if cache.waiting.len() >= KEYS_WAITING_MAX {
            return Err(KeyringError::Overloaded);
        }
        cache.waiting.insert(who.clone(), fresh);
        Ok(fresh)
    }

    fn cache(&self) -> MutexGuard<'_, Cache> {
        // Each change under it is one insertion or removal, which can't be left half done.
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

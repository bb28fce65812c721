//! The spaces in the data folder: one JSON file each, written whole or not at all.
//!
//! ```text
//! DATA/link.key          the key for links
//! DATA/server.lock       held by the running server: two of them would not know of each other's people
//! DATA/spaces.lock       held for the moment of a change
//! DATA/spaces/ID.json    a space
//! DATA/spaces/ID.bell    the sound that is played in it when a slot opens or closes, if it has one of its own
//! DATA/spaces/ID.closed  a space that was closed for good, as it was: its id is never given again
//! ```
//! The files are the truth: they are read at every use, so a link renewed by `torg links --renew` counts at
//! once, also for a running server. A damaged file is named and left alone.

#[cfg(test)]
mod tests;

use crate::atomic;
use crate::limits::{BELL_BYTES_MAX, SPACE_FILE_BYTES_MAX, SPACES_MAX};
use crate::links::Generation;
use serde::{Deserialize, Serialize};
use std::fs::{File, TryLockError};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use torg_protocol::ids::SpaceId;
use torg_protocol::map::MapSpec;
use torg_protocol::text::Label;

/// What is written of a space.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SpaceRecord {
    /// The version of this form.
    pub format: u16,
    /// Its id; also the name of its file.
    pub id: SpaceId,
    /// Its name.
    pub name: Label,
    /// The generation of its links.
    pub generation: Generation,
    /// Its map.
    pub map: MapSpec,
}

/// The version of [`SpaceRecord`] that is written.
pub const FORMAT: u16 = 1;

/// Why the data folder does not do as asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A file or folder could not be read or written.
    #[error("{path} cannot be read or written: {source}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// No server has worked in this folder.
    #[error("{0} is not the data folder of a server: name it with --data")]
    NoFolder(PathBuf),
    /// Another server works in this folder.
    #[error("another server uses the data folder {0}: stop it, or choose another folder with --data")]
    InUse(PathBuf),
    /// A space's file holds no space.
    #[error("{path} is damaged and was left alone: {reason}")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The file of a new space is there already.
    #[error("there is a space {0} already")]
    Exists(SpaceId),
    /// There is no such space.
    #[error("there is no space {0}")]
    Unknown(SpaceId),
    /// As many spaces as one folder may hold.
    #[error("the data folder holds {SPACES_MAX} spaces, which is as many as it may: remove some that are done with")]
    Full,
}

/// The data folder.
#[derive(Debug)]
pub struct Store {
    folder: PathBuf,
    /// Held as long as the store lives; the system lets go of it even after kill -9.
    _server_lock: Option<File>,
}

impl Store {
    /// Opens the data folder for the one server that may use it, and makes it if need be.
    ///
    /// # Errors
    /// [`StoreError::InUse`] when another server runs on it; [`StoreError::File`] when it can't be made.
    pub fn open(folder: &Path) -> Result<Self, StoreError> {
        let spaces = folder.join("spaces");
        std::fs::create_dir_all(&spaces).map_err(|source| StoreError::File { path: spaces, source })?;
        let store = Self::open_beside(folder)?;
        let path = folder.join("server.lock");
        let lock = lock_file(&path)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(StoreError::InUse(folder.to_owned())),
            Err(TryLockError::Error(source)) => return Err(StoreError::File { path, source }),
        }
        store.sweep();
        Ok(Self { _server_lock: Some(lock), ..store })
    }

    /// Opens the data folder beside a server that may be running on it.
    ///
    /// # Errors
    /// [`StoreError::NoFolder`] when no server has made it.
    pub fn open_beside(folder: &Path) -> Result<Self, StoreError> {
        if !folder.join("spaces").is_dir() {
            return Err(StoreError::NoFolder(folder.to_owned()));
        }
        Ok(Self { folder: folder.to_owned(), _server_lock: None })
    }

    /// Reads a space; nothing when there is none.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] or [`StoreError::File`].
    pub fn read(&self, id: &SpaceId) -> Result<Option<SpaceRecord>, StoreError> {
        let path = self.path(id);
        let Some(bytes) = read_bounded(&path, SPACE_FILE_BYTES_MAX)? else { return Ok(None) };
        let damaged = |reason: String| StoreError::Damaged { path: path.clone(), reason };
        let record: SpaceRecord = serde_json::from_slice(&bytes).map_err(|error| damaged(error.to_string()))?;
        if record.format != FORMAT {
            return Err(damaged(format!("it has format {}, this server reads {FORMAT}", record.format)));
        }
        if record.id != *id {
            return Err(damaged(format!("it holds the space {}", record.id)));
        }
        Ok(Some(record))
    }

    /// Every space that can be read, by id, and what is wrong with the others.
    ///
    /// # Errors
    /// [`StoreError::File`] when the folder itself can't be read.
    pub fn list(&self) -> Result<(Vec<SpaceRecord>, Vec<StoreError>), StoreError> {
        let mut records = Vec::new();
        let mut faults = Vec::new();
        for path in self.files()? {
            let id = path.file_stem().and_then(|stem| SpaceId::parse(&stem.to_string_lossy()).ok());
            let record = match id {
                Some(id) => self.read(&id),
                None => Err(StoreError::Damaged { path, reason: "its name is no space id".to_owned() }),
            };
            match record {
                Ok(Some(record)) => records.push(record),
                Ok(None) => {}
                Err(fault) => faults.push(fault),
            }
        }
        records.sort_by(|left, right| left.id.cmp(&right.id));
        Ok((records, faults))
    }

    /// Writes a new space. When this returns, it survives anything but the loss of the disk.
    ///
    /// # Errors
    /// [`StoreError::Exists`], [`StoreError::Full`] or [`StoreError::File`].
    pub fn create(&self, record: &SpaceRecord) -> Result<(), StoreError> {
        let _change = self.lock_for_change()?;
        if self.files()?.len() >= SPACES_MAX {
            return Err(StoreError::Full);
        }
        let path = self.path(&record.id);
        if self.is_closed(&record.id) {
            return Err(StoreError::Exists(record.id.clone()));
        }
        match atomic::create(&path, &encode(record)) {
            Ok(true) => Ok(()),
            Ok(false) => Err(StoreError::Exists(record.id.clone())),
            Err(source) => Err(StoreError::File { path, source }),
        }
    }

    /// Renews the links of a space: those given out so far stop working.
    ///
    /// # Errors
    /// [`StoreError::Unknown`], [`StoreError::Damaged`] or [`StoreError::File`].
    pub fn renew(&self, id: &SpaceId) -> Result<SpaceRecord, StoreError> {
        self.change(id, |record| record.generation = Generation(record.generation.0.saturating_add(1)))
    }

    /// Changes what is written of a space, and gives what it is now.
    ///
    /// # Errors
    /// [`StoreError::Unknown`], [`StoreError::Damaged`] or [`StoreError::File`].
    pub fn change(&self, id: &SpaceId, change: impl FnOnce(&mut SpaceRecord)) -> Result<SpaceRecord, StoreError> {
        let _change = self.lock_for_change()?;
        let mut record = self.read(id)?.ok_or_else(|| StoreError::Unknown(id.clone()))?;
        change(&mut record);
        let path = self.path(id);
        atomic::replace(&path, &encode(&record)).map_err(|source| StoreError::File { path, source })?;
        Ok(record)
    }

    /// The bell of a space, if it has one of its own.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when it is larger than we write one, or [`StoreError::File`].
    pub fn bell(&self, id: &SpaceId) -> Result<Option<Vec<u8>>, StoreError> {
        read_bounded(&self.bell_path(id), BELL_BYTES_MAX as u64)
    }

    /// Gives a space a bell of its own, or takes it away.
    ///
    /// # Errors
    /// [`StoreError::Unknown`] or [`StoreError::File`].
    pub fn set_bell(&self, id: &SpaceId, bell: Option<&[u8]>) -> Result<(), StoreError> {
        let _change = self.lock_for_change()?;
        if !self.path(id).exists() {
            return Err(StoreError::Unknown(id.clone()));
        }
        let path = self.bell_path(id);
        let done = match bell {
            Some(bytes) => atomic::replace(&path, bytes),
            None => atomic::remove(&path),
        };
        done.map_err(|source| StoreError::File { path, source })
    }

    /// Closes a space for good: its file is set aside, and its bell is gone. It is no fault when that was done before.
    ///
    /// # Errors
    /// [`StoreError::File`].
    pub fn close(&self, id: &SpaceId) -> Result<(), StoreError> {
        let _change = self.lock_for_change()?;
        let bell = self.bell_path(id);
        atomic::remove(&bell).map_err(|source| StoreError::File { path: bell, source })?;
        let path = self.path(id);
        match atomic::rename(&path, &self.closed_path(id)) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => Err(StoreError::File { path, source }),
            _ => Ok(()),
        }
    }

    /// Whether there was a space of this id that was closed for good.
    #[must_use]
    pub fn is_closed(&self, id: &SpaceId) -> bool {
        self.closed_path(id).exists()
    }

    fn closed_path(&self, id: &SpaceId) -> PathBuf {
        self.folder.join("spaces").join(format!("{id}.closed"))
    }

    fn bell_path(&self, id: &SpaceId) -> PathBuf {
        self.folder.join("spaces").join(format!("{id}.bell"))
    }

    fn path(&self, id: &SpaceId) -> PathBuf {
        self.folder.join("spaces").join(format!("{id}.json"))
    }

    fn files(&self) -> Result<Vec<PathBuf>, StoreError> {
        let folder = self.folder.join("spaces");
        let fault = |source| StoreError::File { path: folder.clone(), source };
        let mut files = Vec::new();
        for entry in std::fs::read_dir(&folder).map_err(fault)? {
            let path = entry.map_err(fault)?.path();
            if path.extension().is_some_and(|extension| extension == "json") {
                files.push(path);
            }
        }
        Ok(files)
    }

    /// Changes by several processes come one after another.
    fn lock_for_change(&self) -> Result<File, StoreError> {
        let path = self.folder.join("spaces.lock");
        let file = lock_file(&path)?;
        file.lock().map_err(|source| StoreError::File { path, source })?;
        Ok(file)
    }

    /// Removes the drafts that a crash left behind, under the lock, so that none is being written.
    fn sweep(&self) {
        let Ok(_change) = self.lock_for_change() else { return };
        let entries = [self.folder.clone(), self.folder.join("spaces")].map(std::fs::read_dir);
        for entry in entries.into_iter().flatten().flatten().flatten() {
            if atomic::is_draft(&entry.path()) {
                let _ = std::fs::remove_file(entry.path());
            }
        }
    }
}

fn encode(record: &SpaceRecord) -> Vec<u8> {
    serde_json::to_vec_pretty(record).expect("a record holds nothing that JSON can't say")
}

fn lock_file(path: &Path) -> Result<File, StoreError> {
    let open = File::options().create(true).truncate(false).write(true).open(path);
    open.map_err(|source| StoreError::File { path: path.to_owned(), source })
}

fn read_bounded(path: &Path, bytes_max: u64) -> Result<Option<Vec<u8>>, StoreError> {
    let fault = |source| StoreError::File { path: path.to_owned(), source };
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(fault(error)),
    };
    let mut bytes = Vec::new();
    file.take(bytes_max + 1).read_to_end(&mut bytes).map_err(fault)?;
    if bytes.len() as u64 > bytes_max {
        let reason = format!("it has more than {bytes_max} bytes");
        return Err(StoreError::Damaged { path: path.to_owned(), reason });
    }
    Ok(Some(bytes))
}

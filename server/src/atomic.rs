//! Files that are either whole or not there, whenever the power goes.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// Writes a file in place of the one that may be there. Afterwards it is on the disk.
///
/// # Errors
/// As the file system says; the old file is untouched then.
pub fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let draft = write_draft(path, content)?;
    std::fs::rename(&draft, path).inspect_err(|_| sweep(&draft))?;
    sync_folder(path)
}

/// Writes a file unless there is one; tells whether it did. Afterwards it is on the disk.
///
/// # Errors
/// As the file system says; there is no new file then.
pub fn create(path: &Path, content: &[u8]) -> io::Result<bool> {
    let draft = write_draft(path, content)?;
    // A hard link is the one step that never replaces what is there.
    let linked = std::fs::hard_link(&draft, path);
    sweep(&draft);
    match linked {
        Ok(()) => sync_folder(path).map(|()| true),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(error),
    }
}

/// Gives a file another name in its folder, in place of what may be there. Afterwards it is on the disk.
///
/// # Errors
/// As the file system says, such as that there is no such file; nothing changed then.
pub fn rename(from: &Path, to: &Path) -> io::Result<()> {
    std::fs::rename(from, to)?;
    sync_folder(to)
}

/// Takes a file away, if there is one. Afterwards it is gone from the disk.
///
/// # Errors
/// As the file system says; the file is there still then.
pub fn remove(path: &Path) -> io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
        Ok(()) => sync_folder(path),
    }
}

/// Whether a file is a draft that a crash left behind.
pub(crate) fn is_draft(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "draft")
}

fn write_draft(path: &Path, content: &[u8]) -> io::Result<PathBuf> {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let draft = path.with_extension(format!("{}-{number}.draft", std::process::id()));
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let write = || {
        let mut file = options.open(&draft)?;
        file.write_all(content)?;
        file.sync_all()
    };
    write().inspect_err(|_| sweep(&draft))?;
    Ok(draft)
}

/// A rename is on the disk once its folder is.
fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}

fn sweep(draft: &Path) {
    // A draft that stays is litter and does no harm: the next start sweeps it.
    let _ = std::fs::remove_file(draft);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn create_never_replaces_and_replace_does() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("file.json");
        assert!(create(&path, b"one").expect("created"));
        assert!(!create(&path, b"two").expect("was there"));
        assert_eq!(std::fs::read(&path).expect("readable"), b"one");
        replace(&path, b"three").expect("replaced");
        assert_eq!(std::fs::read(&path).expect("readable"), b"three");
        assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 1, "no draft stays");
        let aside = folder.path().join("file.closed");
        rename(&path, &aside).expect("renamed");
        assert_eq!(std::fs::read(&aside).expect("readable"), b"three");
        let error = rename(&path, &aside).expect_err("gone already");
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
    }
}

//! What waits to be told, on disk: one file for each letter and target, so that nothing is forgotten when the server stops
//! before a target was there to take it.
//!
//! ```text
//! DATA/webhooks/ID.NUMBER.json   a letter for one target
//! ```

use super::Letter;
use crate::atomic;
use crate::clock::Clock;
use crate::limits::{WEBHOOK_AGE_MAX, WEBHOOK_FILE_BYTES_MAX};
use anyhow::Context as _;
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use torg_protocol::units::TimeMs;

/// A letter that waits for one target.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Waiting {
    /// The target, as the configuration names it.
    pub(super) target: String,
    pub(super) letter: Letter,
    /// Where it is written; nowhere when the disk took nothing.
    pub(super) file: Option<PathBuf>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Written {
    id: String,
    target: String,
    at: TimeMs,
    body: String,
}

/// The folder.
#[derive(Clone, Debug)]
pub(super) struct Spool {
    folder: PathBuf,
}

impl Spool {
    /// Opens the folder, and takes up what a server before this one could not tell. What is older than
    /// [`WEBHOOK_AGE_MAX`], or for a target that is not told any more, is thrown away.
    ///
    /// # Errors
    /// When the folder can't be made or read.
    pub(super) fn open(data: &Path, targets: &[String]) -> anyhow::Result<(Self, Vec<Waiting>)> {
        let folder = data.join("webhooks");
        let readable = || format!("{} cannot be read or written", folder.display());
        std::fs::create_dir_all(&folder).with_context(readable)?;
        let now = Clock::start().now();
        let mut waiting = Vec::new();
        for entry in std::fs::read_dir(&folder).with_context(readable)? {
            let path = entry.with_context(readable)?.path();
            if atomic::is_draft(&path) {
                remove(&path);
                continue;
            }
            match read(&path) {
                Ok(written) if !targets.contains(&written.target) => {
                    tracing::warn!(id = written.id, "a webhook is not told: its target is not one any more");
                    remove(&path);
                }
                Ok(written) if now.since(written.at) > WEBHOOK_AGE_MAX => {
                    tracing::error!(id = written.id, "a webhook was not told: it waited for too long");
                    remove(&path);
                }
                Ok(Written { id, target, at, body }) => {
                    let letter = Letter { id, at, body: body.into() };
                    waiting.push(Waiting { target, letter, file: Some(path) });
                }
                // Left alone: somebody may want to know what it was.
                Err(error) => tracing::warn!(path = %path.display(), "this is no waiting webhook: {error:#}"),
            }
        }
        waiting.sort_by_key(|one| one.letter.at);
        Ok((Self { folder }, waiting))
    }

    /// Writes a letter for each target; afterwards it is on the disk. One that can't be written is told all the same.
    pub(super) fn keep(&self, letter: &Letter, targets: &[String]) -> Vec<Waiting> {
        let keep = |(number, target): (usize, &String)| {
            let path = self.folder.join(format!("{}.{number}.json", letter.id));
            let body = String::from_utf8_lossy(&letter.body).into_owned();
            let written = Written { id: letter.id.clone(), target: target.clone(), at: letter.at, body };
            let bytes = serde_json::to_vec(&written).expect("a letter holds nothing that JSON can't say");
            let file = match atomic::replace(&path, &bytes) {
                Ok(()) => Some(path),
                Err(error) => {
                    tracing::warn!(id = letter.id, %error, "a webhook can't be kept: it is told, or lost at a stop");
                    None
                }
            };
            Waiting { target: target.clone(), letter: letter.clone(), file }
        };
        targets.iter().enumerate().map(keep).collect()
    }
}

/// It was told, or is given up.
pub(super) fn done(waiting: &Waiting) {
    waiting.file.iter().for_each(|file| remove(file));
}

fn read(path: &Path) -> anyhow::Result<Written> {
    let mut bytes = Vec::new();
    File::open(path)?.take(WEBHOOK_FILE_BYTES_MAX).read_to_end(&mut bytes)?;
    Ok(serde_json::from_slice(&bytes)?)
}

fn remove(path: &Path) {
    // A file that stays is told once more, under the id by which its receiver knows it.
    let _ = std::fs::remove_file(path);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter(id: &str, at: TimeMs) -> Letter {
        Letter { id: id.to_owned(), at, body: "{}".into() }
    }

    #[test]
    fn what_waited_is_there_again_and_what_was_told_is_not() {
        let data = tempfile::tempdir().expect("a folder");
        let targets = ["https://one.example/".to_owned(), "https://two.example/".to_owned()];
        let now = Clock::start().now();
        let (spool, waiting) = Spool::open(data.path(), &targets).expect("a spool");
        assert!(waiting.is_empty());
        let later = spool.keep(&letter("msg_later", now), &targets);
        let earlier = spool.keep(&letter("msg_earlier", TimeMs(now.0 - 5)), &targets);
        done(&later[0]);

        let (_, again) = Spool::open(data.path(), &targets).expect("a spool");
        let expected: Vec<_> = earlier.iter().chain(&later[1..]).collect();
        assert_eq!(again.len(), 3);
        assert!(expected.iter().all(|waiting| again.contains(waiting)));
        assert_eq!(again.last().map(|last| last.letter.id.as_str()), Some("msg_later"), "oldest first");

        let (_, fewer) = Spool::open(data.path(), &targets[1..]).expect("a spool");
        assert!(fewer.len() == 2 && fewer.iter().all(|waiting| waiting.target == targets[1]));
        assert_eq!(std::fs::read_dir(data.path().join("webhooks")).expect("a folder").count(), 2);
    }

    #[test]
    fn what_is_too_old_or_no_letter_is_not_told() {
        let data = tempfile::tempdir().expect("a folder");
        let targets = ["https://one.example/".to_owned()];
        let (spool, _) = Spool::open(data.path(), &targets).expect("a spool");
        let old = TimeMs(Clock::start().now().0 - WEBHOOK_AGE_MAX.0 - 1_000);
        spool.keep(&letter("msg_old", old), &targets);
        let strange = data.path().join("webhooks").join("notes.txt");
        std::fs::write(&strange, "not a letter").expect("written");
        let (_, waiting) = Spool::open(data.path(), &targets).expect("a spool");
        assert!(waiting.is_empty());
        assert!(strange.exists(), "left alone");
    }

    #[test]
    fn on_a_full_disk_it_is_told_all_the_same() {
        let data = tempfile::tempdir().expect("a folder");
        let targets = ["https://one.example/".to_owned()];
        let (spool, _) = Spool::open(data.path(), &targets).expect("a spool");
        std::fs::remove_dir(data.path().join("webhooks")).expect("gone");
        let waiting = spool.keep(&letter("msg_a", TimeMs(1)), &targets);
        assert!(waiting.len() == 1 && waiting[0].file.is_none());
    }
}

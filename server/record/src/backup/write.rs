//! Writing a backup, also while a server writes the record.

use super::{BackedUp, BackupError, End, EndLine, EntryLine, FORM, HeaderLine, SpaceLine};
use crate::chain::{Check, hex};
use crate::database::{self, Purpose};
use crate::entry::{Entry, Sequence};
use crate::logs::{Logs, SpaceHead};
use crate::replay::Entries;
use crate::url::RecordUrl;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::digest::{Context, SHA256};
use serde::Serialize;
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;
use torg_protocol::units::TimeMs;

/// Writes everything that is committed at this moment into a new file. When this returns, the file is on the disk.
/// Every entry is checked on the way.
///
/// # Errors
/// [`BackupError`] in words; there is no file then.
pub async fn backup(url: &RecordUrl, to: &Path, now: TimeMs) -> Result<BackedUp, BackupError> {
    // The look at the schema is all that this connection is for.
    database::close(database::open(url, Purpose::Look).await?).await;
    let logs = Logs::new(url);
    let path = to.display().to_string();
    let file = match new_file(to) {
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => return Err(BackupError::Exists(path)),
        Err(source) => return Err(BackupError::File { path, source }),
        Ok(file) => file,
    };
    let mut draft = Draft { file: BufWriter::new(file), path, lines: 0, digest: Context::new(&SHA256) };
    let done = write(&logs, &mut draft, now).await;
    logs.close().await;
    if done.is_err() {
        // A part of a backup is none.
        let _ = std::fs::remove_file(to);
    }
    done
}

/// The log only grows: where it ended when we began is where the backup ends, and nothing before that changes.
async fn write(logs: &Logs, draft: &mut Draft, now: TimeMs) -> Result<BackedUp, BackupError> {
    let heads = logs.heads().await?;
    let spaces = heads.len() as u64;
    draft.line(&HeaderLine { torg_backup: FORM, made_at_ms: now.0, spaces })?;
    let mut done = BackedUp { spaces, entries: 0 };
    for SpaceHead { space, key, last, check } in heads {
        draft.line(&SpaceLine { space: space.to_string(), entries: last.0, check: check.hex() })?;
        done.entries += last.0;
        let start = (Sequence::START, Check::start(&space));
        let mut entries = Entries::new(logs.source(space, key), start, last, Some(check));
        while let Some(entry) = entries.next().await? {
            draft.line(&line_of(entry))?;
        }
    }
    draft.end()?;
    Ok(done)
}

fn line_of(entry: Entry) -> EntryLine {
    let Entry { sequence, at, kind, by, body } = entry;
    let (text, base64) = match String::from_utf8(body) {
        Ok(text) => (Some(text), None),
        Err(error) => (None, Some(STANDARD.encode(error.as_bytes()))),
    };
    EntryLine { n: sequence.0, at: at.0, kind: kind.as_str().to_owned(), by: by.map(|by| by.0), text, base64 }
}

/// A file that is being written.
struct Draft {
    file: BufWriter<File>,
    path: String,
    lines: u64,
    digest: Context,
}

impl Draft {
    fn line(&mut self, line: &impl Serialize) -> Result<(), BackupError> {
        let mut bytes = serde_json::to_vec(line).expect("plain values without keys that are no text");
        bytes.push(b'\n');
        self.digest.update(&bytes);
        self.lines += 1;
        self.file.write_all(&bytes).map_err(|source| self.fault(source))
    }

    fn end(&mut self) -> Result<(), BackupError> {
        let sha256 = hex(self.digest.clone().finish().as_ref());
        self.line(&EndLine { end: End { lines: self.lines, sha256 } })?;
        let written = self.file.flush().and_then(|()| self.file.get_ref().sync_all());
        written.map_err(|source| self.fault(source))
    }

    fn fault(&self, source: std::io::Error) -> BackupError {
        BackupError::File { path: self.path.clone(), source }
    }
}

fn new_file(path: &Path) -> std::io::Result<File> {
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(path)
}

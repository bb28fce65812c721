//! Reading a backup, line by line; each is checked before it is handed out.

use super::{BackupError, EndLine, EntryLine, FORM, HeaderLine, SpaceLine};
use crate::chain::{Check, Said, hex};
use crate::entry::{self, Kind, NewEntry, Sequence};
use crate::limits::BACKUP_LINE_BYTES_MAX;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::digest::{Context, SHA256};
use serde::Deserialize;
use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use torg_protocol::ids::{ParticipantId, SpaceId};
use torg_protocol::units::TimeMs;

/// What comes next in a backup.
#[derive(Debug)]
pub(super) enum Item {
    /// A space, where its log ends and with which check. Its entries follow.
    Space { space: SpaceId, last: Sequence, check: Check },
    /// The next entry of the space that was named last, with its check.
    Entry { sequence: Sequence, entry: NewEntry, check: Check },
}

#[derive(Debug)]
pub(super) struct BackupFile {
    path: String,
    file: BufReader<File>,
    /// Lines that were read.
    lines: u64,
    sum: Sum,
    spaces_left: u64,
    /// The entry before the next, its check, and where the space's log ends.
    at: Option<(Sequence, Check, Sequence, Check)>,
    ended: bool,
}

/// The digest of what was read; it has no way of being shown.
struct Sum(Context);

impl std::fmt::Debug for Sum {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sum")
    }
}

impl BackupFile {
    pub(super) fn open(path: &Path) -> Result<Self, BackupError> {
        let shown = path.display().to_string();
        let file = File::open(path).map_err(|source| BackupError::File { path: shown.clone(), source })?;
        let sum = Sum(Context::new(&SHA256));
        let file = BufReader::new(file);
        let mut backup = Self { path: shown, file, lines: 0, sum, spaces_left: 0, at: None, ended: false };
        backup.spaces_left = backup.header()?;
        Ok(backup)
    }

    /// The next item; nothing at the end of a file that is whole.
    pub(super) fn next(&mut self) -> Result<Option<Item>, BackupError> {
        if self.ended {
            return Ok(None);
        }
        if let Some((before, before_check, last, check)) = self.at.filter(|at| at.0 < at.2) {
            let item = self.entry(before, &before_check)?;
            if let Item::Entry { sequence, check: here, .. } = &item {
                if *sequence == last && *here != check {
                    return Err(self.altered("the space does not end as it says"));
                }
                self.at = Some((*sequence, *here, last, check));
            }
            return Ok(Some(item));
        }
        if self.spaces_left > 0 {
            self.spaces_left -= 1;
            return self.space().map(Some);
        }
        self.end()?;
        self.ended = true;
        Ok(None)
    }

    fn header(&mut self) -> Result<u64, BackupError> {
        #[derive(Deserialize)]
        struct Form {
            torg_backup: u32,
        }
        let not_one = || BackupError::NotABackup(self.path.clone());
        let not = not_one();
        let line = match self.line() {
            Ok(line) => line,
            Err(BackupError::File { path, source }) => return Err(BackupError::File { path, source }),
            Err(_) => return Err(not),
        };
        let Ok(Form { torg_backup: found }) = serde_json::from_slice(&line) else { return Err(not) };
        if found > FORM {
            return Err(BackupError::Newer { path: self.path.clone(), found });
        }
        self.parse::<HeaderLine>(&line).map(|header| header.spaces)
    }

    fn space(&mut self) -> Result<Item, BackupError> {
        let line = self.line()?;
        let SpaceLine { space, entries, check } = self.parse(&line)?;
        let space = SpaceId::parse(&space).map_err(|_| self.altered("its name is none"))?;
        let check = unhex(&check).ok_or_else(|| self.altered("its check is none"))?;
        let (start, last) = (Check::start(&space), Sequence(entries));
        if entries == 0 && start != check {
            return Err(self.altered("the space does not end as it says"));
        }
        self.at = Some((Sequence::START, start, last, check));
        Ok(Item::Space { space, last, check })
    }

    fn entry(&mut self, before: Sequence, before_check: &Check) -> Result<Item, BackupError> {
        let line = self.line()?;
        let EntryLine { n, at, kind, by, text, base64 } = self.parse(&line)?;
        let sequence = before.after(1);
        if n != sequence.0 {
            return Err(self.altered(&format!("entry {sequence} should stand here")));
        }
        let body = match (text, base64) {
            (Some(text), None) => Some(text.into_bytes()),
            (None, Some(base64)) => STANDARD.decode(base64).ok(),
            _ => None,
        };
        let body = body.ok_or_else(|| self.altered("it has no body"))?;
        let kind = Kind::parse(&kind).map_err(|unfit| self.altered(&unfit.to_string()))?;
        let entry = NewEntry { at: TimeMs(at), kind, by: by.map(ParticipantId), body };
        entry::check(std::slice::from_ref(&entry)).map_err(|unfit| self.altered(&unfit.to_string()))?;
        let said = Said { at: entry.at, kind: entry.kind.as_str(), by: entry.by, body: &entry.body };
        let check = before_check.then(sequence, said);
        Ok(Item::Entry { sequence, entry, check })
    }

    fn end(&mut self) -> Result<(), BackupError> {
        let (lines, sha256) = (self.lines, hex(self.sum.0.clone().finish().as_ref()));
        let line = self.line()?;
        let EndLine { end } = self.parse(&line)?;
        if end.lines != lines || end.sha256 != sha256 {
            return Err(self.altered("the sum over all lines is another"));
        }
        let mut beyond = [0; 1];
        match self.file.read(&mut beyond) {
            Ok(0) => Ok(()),
            Ok(_) => Err(self.altered("something follows the last line")),
            Err(source) => Err(BackupError::File { path: self.path.clone(), source }),
        }
    }

    /// The next line without its end.
    fn line(&mut self) -> Result<Vec<u8>, BackupError> {
        let mut line = Vec::new();
        let read = (&mut self.file).take(BACKUP_LINE_BYTES_MAX).read_until(b'\n', &mut line);
        read.map_err(|source| BackupError::File { path: self.path.clone(), source })?;
        let whole = line.last() == Some(&b'\n');
        if !whole && (line.len() as u64) < BACKUP_LINE_BYTES_MAX {
            return Err(BackupError::Cut { path: self.path.clone(), lines: self.lines });
        }
        self.lines += 1;
        if !whole {
            return Err(self.altered("the line is too long"));
        }
        self.sum.0.update(&line);
        line.pop();
        Ok(line)
    }

    fn parse<'a, T: Deserialize<'a>>(&self, line: &'a [u8]) -> Result<T, BackupError> {
        serde_json::from_slice(line).map_err(|error| self.altered(&error.to_string()))
    }

    fn altered(&self, fault: &str) -> BackupError {
        BackupError::Altered { path: self.path.clone(), line: self.lines, fault: fault.to_owned() }
    }
}

fn unhex(text: &str) -> Option<Check> {
    let digits = |at: usize| text.get(at..at + 2).and_then(|two| u8::from_str_radix(two, 16).ok());
    let bytes: Option<Vec<u8>> = (0..text.len()).step_by(2).map(digits).collect();
    Check::from_bytes(&bytes?)
}

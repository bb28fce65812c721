//! The record of every space: what its keeper is told to have been written, and what it starts from.
//!
//! This one keeps the facts in memory and nowhere else: they last as long as the server runs, over the rest and the
//! faults of spaces, and not over the end of the server.

use crate::limits::RECORD_INBOX_MAX;
use crate::mailbox::{Append, NotWritten, ToRecord};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::mpsc;
use torg_protocol::ids::SpaceId;
use torg_protocol::units::TimeMs;
use torg_space::ledger::{Fact, Ledger};

/// The facts of one space as they would be written: JSON, with their times.
type Log = Arc<Mutex<Vec<(TimeMs, String)>>>;

/// The records of all spaces.
#[derive(Debug, Default)]
pub struct Records {
    logs: HashMap<SpaceId, Log>,
}

/// Why the record of a space can't be opened.
#[derive(Debug, thiserror::Error)]
#[error("the record of the space {space} cannot be read: {why}")]
pub struct Unreadable {
    space: SpaceId,
    why: String,
}

impl Records {
    /// What is written of a space, and where to tell what happens next.
    ///
    /// # Errors
    /// [`Unreadable`] when what is written makes no sense.
    pub fn open(&mut self, space: &SpaceId) -> Result<(Ledger, mpsc::Sender<ToRecord>), Unreadable> {
        let log = Arc::clone(self.logs.entry(space.clone()).or_default());
        let mut ledger = Ledger::default();
        for (at, json) in log.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            let fact: Fact = serde_json::from_str(json)
                .map_err(|error| Unreadable { space: space.clone(), why: error.to_string() })?;
            ledger.apply(*at, &fact);
        }
        let (sender, inbox) = mpsc::channel(RECORD_INBOX_MAX);
        tokio::spawn(write(log, inbox));
        Ok((ledger, sender))
    }
}

/// Writes until the keeper has gone.
async fn write(log: Log, mut inbox: mpsc::Receiver<ToRecord>) {
    let mut failed_epoch = None;
    while let Some(message) = inbox.recv().await {
        let Append { epoch, at, facts, reply } = match message {
            ToRecord::Append(append) => append,
            // Memory is read fast enough.
            ToRecord::Snapshot(_) => continue,
        };
        let done = match failed_epoch {
            Some(failed) if epoch <= failed => {
                Err(NotWritten::Refused("what came before this could not be written".to_owned()))
            }
            _ => append(&log, at, &facts).map_err(|error| NotWritten::Refused(error.to_string())),
        };
        if done.is_err() {
            failed_epoch = Some(epoch);
        }
        // Who does not wait for the answer any more doesn't miss it.
        let _ = reply.send(done);
    }
}

fn append(log: &Log, at: TimeMs, facts: &[Fact]) -> Result<(), serde_json::Error> {
    let json: Vec<String> = facts.iter().map(serde_json::to_string).collect::<Result<_, _>>()?;
    log.lock().unwrap_or_else(PoisonError::into_inner).extend(json.into_iter().map(|json| (at, json)));
    Ok(())
}

//! The record of every space, as its keeper knows it: facts go in, a ledger comes out.
//!
//! What is written is a log of entries in a database ([`torg_record`]), each a fact in JSON in which every personal
//! text is sealed under its person's key. What stands here is the translation between the two, and the order of
//! answers: facts build on those before them, so after a failure everything of the same epoch fails.

mod sealing;

use crate::limits::RECORD_INBOX_MAX;
use crate::mailbox::{Append, NotWritten, ToRecord};
use futures_util::StreamExt as _;
use futures_util::stream::FuturesOrdered;
use std::pin::Pin;
use tokio::sync::{mpsc, oneshot};
use torg_protocol::ids::SpaceId;
use torg_record::{
    AppendError, Entry, Keyring, Kind, NewEntry, Record, RecordError, Replay, Sequence, Snapshot, SpaceLog,
};
use torg_space::ledger::{Fact, Ledger};

/// The records of all spaces. Clones are the same records.
#[derive(Clone, Debug)]
pub struct Records {
    record: Record,
    keyring: Keyring,
}

/// Why the record of a space can't be opened.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// The record itself.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// The keys of its people.
    #[error("the names in the record of the space {space} cannot be read: {why}")]
    Keys {
        /// Whose record.
        space: SpaceId,
        /// Why not.
        why: String,
    },
    /// An entry is whole, and yet nothing that this version understands.
    #[error("entry {sequence} of the record of the space {space} is none that this version of Torg understands: {why}")]
    Unknown {
        /// Whose record.
        space: SpaceId,
        /// Which entry.
        sequence: Sequence,
        /// Why not.
        why: String,
    },
}

impl Records {
    /// The records in an open database, with the keys to the names in it.
    #[must_use]
    pub fn new(record: Record, keyring: Keyring) -> Self {
        Self { record, keyring }
    }

    /// What is written of a space, and where to tell what happens next. Whoever had it open before is refused from now on.
    ///
    /// # Errors
    /// [`Unreadable`], in words.
    pub async fn open(&self, space: &SpaceId) -> Result<(Ledger, mpsc::Sender<ToRecord>), Unreadable> {
        let keys = |why: torg_record::KeyringError| Unreadable::Keys { space: space.clone(), why: why.to_string() };
        let (log, mut replay) = self.record.space(space.clone()).await?;
        self.keyring.load(space).await.map_err(keys)?;
        let ledger = match replay.take_snapshot() {
            None => self.replay(space, Ledger::default(), &mut replay).await?,
            Some(snapshot) => match self.ledger_of(space, &snapshot).await {
                Ok(ledger) => self.replay(space, ledger, &mut replay).await?,
                Err(why) => {
                    // An older version may have written it otherwise. Nothing is in it that the entries don't say.
                    tracing::info!(at = snapshot.at.0, "a snapshot is passed over: {why}");
                    self.replay_all(space).await?
                }
            },
        };
        let (sender, inbox) = mpsc::channel(RECORD_INBOX_MAX);
        tokio::spawn(Writer { log, keyring: self.keyring.clone(), failed: None }.run(inbox));
        Ok((ledger, sender))
    }

    /// Writes what still waits, and closes the record and then the keys.
    pub async fn close(self) {
        self.record.close().await;
        self.keyring.close().await;
    }

    async fn ledger_of(&self, space: &SpaceId, snapshot: &Snapshot) -> Result<Ledger, String> {
        let mut ledger: Ledger = serde_json::from_slice(&snapshot.content).map_err(|error| error.to_string())?;
        sealing::open_ledger(&self.keyring, space, &mut ledger).await.map_err(|error| error.to_string())?;
        Ok(ledger)
    }

    async fn replay(&self, space: &SpaceId, mut ledger: Ledger, replay: &mut Replay) -> Result<Ledger, Unreadable> {
        while let Some(entry) = replay.next().await? {
            self.take_in(space, &mut ledger, &entry).await?;
        }
        Ok(ledger)
    }

    async fn replay_all(&self, space: &SpaceId) -> Result<Ledger, Unreadable> {
        let mut ledger = Ledger::default();
        if let Some(mut entries) = self.record.entries(space, Sequence::START).await? {
            while let Some(entry) = entries.next().await? {
                self.take_in(space, &mut ledger, &entry).await?;
            }
        }
        Ok(ledger)
    }

    async fn take_in(&self, space: &SpaceId, ledger: &mut Ledger, entry: &Entry) -> Result<(), Unreadable> {
        let mut fact: Fact = serde_json::from_slice(&entry.body).map_err(|error| Unreadable::Unknown {
            space: space.clone(),
            sequence: entry.sequence,
            why: error.to_string(),
        })?;
        let opened = sealing::open_fact(&self.keyring, space, &mut fact).await;
        opened.map_err(|why| Unreadable::Keys { space: space.clone(), why: why.to_string() })?;
        ledger.apply(entry.at, &fact);
        Ok(())
    }
}

/// Writes one space for its keeper.
struct Writer {
    log: SpaceLog,
    keyring: Keyring,
    /// The newest epoch in which something failed.
    failed: Option<u32>,
}

/// An append on its way, with the epoch that it is of and who waits for it.
type OnTheWay = Pin<Box<dyn Future<Output = Written> + Send>>;

struct Written {
    epoch: u32,
    reply: oneshot::Sender<Result<(), NotWritten>>,
    done: Result<(), AppendError>,
}

impl Writer {
    /// Until the keeper has gone and everything that it told is answered. Many appends are on their way at once, so that
    /// they share transactions; their answers come in order.
    async fn run(mut self, mut inbox: mpsc::Receiver<ToRecord>) {
        let mut on_the_way: FuturesOrdered<OnTheWay> = FuturesOrdered::new();
        let mut is_open = true;
        while is_open || !on_the_way.is_empty() {
            tokio::select! {
                // Answers first: what failed must be known before more is sent that builds on it.
                biased;
                Some(written) = on_the_way.next() => self.answer(written),
                message = inbox.recv(), if is_open => match message {
                    None => is_open = false,
                    Some(ToRecord::Append(append)) => on_the_way.extend(self.append(append).await),
                    Some(ToRecord::Snapshot(ledger)) => self.snapshot(*ledger).await,
                },
            }
        }
    }

    fn answer(&mut self, written: Written) {
        let Written { epoch, reply, done } = written;
        // Who does not wait for the answer any more doesn't miss it.
        let _ = reply.send(match done {
            Ok(()) if self.has_failed(epoch) => Err(after_failure()),
            Ok(()) => Ok(()),
            Err(error) => {
                self.fail(epoch);
                Err(not_written(&error))
            }
        });
    }

    fn has_failed(&self, epoch: u32) -> bool {
        self.failed.is_some_and(|failed| epoch <= failed)
    }

    fn fail(&mut self, epoch: u32) {
        self.failed = self.failed.max(Some(epoch));
    }

    /// Sends facts on their way; answers at once what can't be sent.
    async fn append(&mut self, append: Append) -> Option<OnTheWay> {
        let Append { epoch, at, mut facts, reply } = append;
        if self.has_failed(epoch) {
            let _ = reply.send(Err(after_failure()));
            return None;
        }
        if facts.is_empty() {
            // Its turn comes when all before it have been answered.
            return Some(Box::pin(std::future::ready(Written { epoch, reply, done: Ok(()) })));
        }
        let sealed = sealing::seal_facts(&self.keyring, self.log.space(), &mut facts).await;
        let sent = match sealed {
            Ok(()) => {
                let entries = facts.iter().map(|fact| NewEntry {
                    at,
                    kind: Kind::parse(fact.kind()).expect("the kinds of facts are plain: a test looks at all"),
                    by: fact.by(),
                    body: serde_json::to_vec(fact).expect("a fact holds nothing that JSON can't say"),
                });
                self.log.append(entries.collect())
            }
            Err(error) => Err(AppendError::Keys(error.to_string())),
        };
        match sent {
            Ok(pending) => Some(Box::pin(async move { Written { epoch, reply, done: pending.await.map(|_| ()) } })),
            Err(error) => {
                self.fail(epoch);
                let _ = reply.send(Err(not_written(&error)));
                None
            }
        }
    }

    async fn snapshot(&mut self, mut ledger: Ledger) {
        let at = self.log.last();
        let sealed = sealing::seal_ledger(&self.keyring, self.log.space(), &mut ledger).await;
        if let Err(error) = sealed {
            return tracing::warn!("no snapshot was written: {error}");
        }
        let content = serde_json::to_vec(&ledger).expect("a ledger holds nothing that JSON can't say");
        let written = self.log.write_snapshot(at, content);
        tokio::spawn(async move {
            match written.await {
                Ok(()) => tracing::info!(at = at.0, "a snapshot was written"),
                Err(error) => tracing::warn!("no snapshot was written: {error}"),
            }
        });
    }
}

fn after_failure() -> NotWritten {
    NotWritten::Refused(AppendError::AfterFailure.to_string())
}

fn not_written(error: &AppendError) -> NotWritten {
    match error {
        AppendError::Doubtful | AppendError::TakenOver | AppendError::Closed => NotWritten::Doubtful(error.to_string()),
        AppendError::Unfit(_)
        | AppendError::Overloaded
        | AppendError::Failed(_)
        | AppendError::Keys(_)
        | AppendError::AfterFailure => NotWritten::Refused(error.to_string()),
    }
}

#[cfg(test)]
mod tests;

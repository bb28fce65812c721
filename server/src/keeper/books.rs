//! The two ledgers of a space: one ahead, by which is decided, and one settled, of what is committed, which is what
//! people are told. Between them is what is on its way to the record.

use super::after::After;
use super::outside;
use crate::limits::{FACTS_A_SNAPSHOT, RECORD_RETRY_MS, STAYS_AN_APPEND_MAX, STAYS_UNSAVED_MAX};
use crate::mailbox::occasion::What;
use crate::mailbox::{Append, NotWritten, ToRecord};
use std::collections::{BTreeMap, VecDeque};
use tokio::sync::{mpsc, oneshot};
use torg_protocol::ids::ParticipantId;
use torg_protocol::people::{Addressed, Broadcast};
use torg_protocol::units::{DurationMs, TimeMs};
use torg_space::Map;
use torg_space::ledger::{Fact, Ledger, News, Seating, Stay};

/// Both ledgers and what is between them.
#[derive(Debug)]
pub(super) struct Books {
    ahead: Ledger,
    settled: Ledger,
    record: mpsc::Sender<ToRecord>,
    /// In the order in which they were sent, which is that of the answers.
    on_the_way: VecDeque<OnTheWay>,
    epoch: u32,
    /// Stays at tables that are not written yet, oldest first.
    unsaved: VecDeque<Stay>,
    /// Who speaks over everything at this moment. A level: what is written differs from it until it can be written.
    speeches: BTreeMap<ParticipantId, Addressed>,
    /// Not before this is tried again what nobody asked for.
    retry_at: TimeMs,
    since_snapshot: usize,
}

#[derive(Debug)]
struct OnTheWay {
    at: TimeMs,
    facts: Vec<Fact>,
    after: After,
    answer: oneshot::Receiver<Result<(), NotWritten>>,
}

/// What came of something that was on its way.
#[derive(Debug)]
pub(super) enum Settled {
    /// It is committed, and the settled ledger has taken it in.
    Done { facts: Vec<Fact>, news: Vec<News>, occasions: Vec<(TimeMs, What)>, after: After },
    /// It is not, and neither is anything that was sent after it.
    Failed(Vec<After>),
    /// Nobody knows: the space must start again from its record.
    Doubtful,
}

/// The record takes nothing more at the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this could not be saved: the server can't keep up with writing at the moment. Try again later")]
pub(super) struct Overloaded;

impl Books {
    pub(super) fn new(ledger: Ledger, record: mpsc::Sender<ToRecord>) -> Self {
        Self {
            ahead: ledger.clone(),
            settled: ledger,
            record,
            on_the_way: VecDeque::new(),
            epoch: 0,
            unsaved: VecDeque::new(),
            speeches: BTreeMap::new(),
            retry_at: TimeMs(0),
            since_snapshot: 0,
        }
    }

    /// What is committed.
    pub(super) fn settled(&self) -> &Ledger {
        &self.settled
    }

    /// What will be, unless the record fails.
    pub(super) fn ahead(&self) -> &Ledger {
        &self.ahead
    }

    /// Lets `decide` change the ledger that is ahead, and sends the facts that it made on their way. `after` is done
    /// when they are committed, or given back when they are not.
    ///
    /// # Errors
    /// [`Overloaded`] before anything was decided, else what `decide` refuses with; then nothing changed.
    pub(super) fn write<E: From<Overloaded>>(
        &mut self,
        at: TimeMs,
        decide: impl FnOnce(&mut Ledger) -> Result<(Vec<Fact>, After), E>,
    ) -> Result<(), E> {
        let room = self.record.try_reserve().map_err(|_| Overloaded)?;
        let (facts, after) = decide(&mut self.ahead)?;
        let (reply, answer) = oneshot::channel();
        room.send(ToRecord::Append(Append { epoch: self.epoch, at, facts: facts.clone(), reply }));
        self.on_the_way.push_back(OnTheWay { at, facts, after, answer });
        Ok(())
    }

    /// Keeps stays to be written as soon as can be.
    pub(super) fn keep(&mut self, stays: impl IntoIterator<Item = Stay>) {
        self.unsaved.extend(stays);
        while self.unsaved.len() > STAYS_UNSAVED_MAX {
            self.unsaved.pop_front();
            tracing::error!("a stay at a table is lost: too many could not be written");
        }
    }

    /// Writes what is so because the space starts: whoever spoke over everything when the server stopped has ended then,
    /// and tables that the map lacks keep nothing out. What can't be written now is written later, or at the next start.
    pub(super) fn begin_anew(&mut self, now: TimeMs, map: &Map) {
        let last = self.ahead.last();
        let ended = self.ahead.speech_facts(&self.speeches);
        for (at, facts) in [(last, ended), (now.max(last), self.ahead.outdated(map))] {
            if !facts.is_empty() {
                let _ = self.write(at, |ahead| {
                    ahead.apply_all(at, &facts);
                    Ok::<_, Overloaded>((facts, After::Nothing))
                });
            }
        }
    }

    /// These speak over everything from now on. It is written as soon as can be: sound waits for no disk.
    pub(super) fn note_speeches(&mut self, broadcasts: &[Broadcast]) {
        self.speeches = broadcasts.iter().map(|broadcast| (broadcast.speaker, broadcast.to)).collect();
    }

    /// Writes what nobody asked for: stays, who speaks over everything, bells that are due, and a sign of life. After a
    /// failure it waits for a moment, and nothing is lost; but of who began and ended meanwhile nothing is written.
    pub(super) fn write_by_itself(&mut self, now: TimeMs, seating: &Seating) {
        let is_written = self.ahead.speech_facts(&self.speeches).is_empty();
        let quiet = self.unsaved.is_empty() && is_written && self.ahead.due(now).is_empty();
        if now < self.retry_at || (quiet && self.ahead.pulse(now).is_none()) {
            return;
        }
        let count = self.unsaved.len().min(STAYS_AN_APPEND_MAX);
        let stays: VecDeque<Stay> = self.unsaved.drain(..count).collect();
        let speeches = self.speeches.clone();
        let done = self.write(now, |ahead| {
            let mut facts = Vec::new();
            for stay in &stays {
                // Bells before the stay first: it began with what the table carried then.
                facts.extend(ahead.ring(stay.at.min(now), seating));
                facts.extend(ahead.stay(now, stay));
            }
            facts.extend(ahead.ring(now, seating));
            facts.extend(ahead.speak(now, &speeches));
            if facts.is_empty() {
                facts.extend(ahead.pulse(now));
                ahead.apply_all(now, &facts);
            }
            Ok((facts, After::Stays(stays.clone())))
        });
        if let Err(Overloaded) = done {
            stays.into_iter().rev().for_each(|stay| self.unsaved.push_front(stay));
            self.retry_at = now + DurationMs(RECORD_RETRY_MS);
        }
    }

    /// Writes a last sign of life, so that visits are known to have gone on until now, and that nobody speaks any more.
    pub(super) fn write_last(&mut self, now: TimeMs, seating: &Seating) {
        self.speeches.clear();
        self.write_by_itself(now, seating);
        if self.ahead.has_open_visits() {
            let _ = self.write(now, |ahead| {
                let facts = vec![Fact::SpaceRan {}];
                ahead.apply_all(now, &facts);
                Ok::<_, Overloaded>((facts, After::Nothing))
            });
        }
    }

    /// Whether anything is on its way or waits to be.
    pub(super) fn is_at_rest(&self) -> bool {
        self.on_the_way.is_empty() && self.unsaved.is_empty()
    }

    /// Waits for the next answer of the record; for ever when nothing is on its way. Safe to cancel.
    pub(super) async fn answered(&mut self) -> Result<(), NotWritten> {
        match self.on_the_way.front_mut() {
            Some(first) => {
                let gone = || Err(NotWritten::Doubtful("the record has ended".to_owned()));
                (&mut first.answer).await.unwrap_or_else(|_| gone())
            }
            None => std::future::pending().await,
        }
    }

    /// Takes in an answer of the record.
    pub(super) fn settle(&mut self, now: TimeMs, answer: Result<(), NotWritten>) -> Settled {
        match answer {
            Ok(()) => {
                let Some(OnTheWay { at, facts, after, .. }) = self.on_the_way.pop_front() else {
                    return Settled::Failed(vec![]);
                };
                let occasions = outside::occasions(&self.settled, at, &facts);
                let news = self.settled.apply_all(at, &facts);
                self.snapshot(facts.len());
                Settled::Done { facts, news, occasions, after }
            }
            Err(NotWritten::Refused(why)) => {
                tracing::error!("what happened in the space could not be written: {why}");
                self.epoch = self.epoch.wrapping_add(1);
                self.retry_at = now + DurationMs(RECORD_RETRY_MS);
                self.ahead = self.settled.clone();
                let mut failed: Vec<After> = self.on_the_way.drain(..).map(|one| one.after).collect();
                // Stays go back to where they waited, in their order, before those that came since.
                for after in failed.iter_mut().rev() {
                    if let After::Stays(stays) = after {
                        std::mem::take(stays).into_iter().rev().for_each(|stay| self.unsaved.push_front(stay));
                    }
                }
                self.keep([]);
                Settled::Failed(failed)
            }
            Err(NotWritten::Doubtful(why)) => {
                tracing::error!("whether what happened in the space was written is not known: {why}");
                Settled::Doubtful
            }
        }
    }

    fn snapshot(&mut self, facts: usize) {
        self.since_snapshot += facts;
        // The settled ledger is what the record ends with only while nothing is on its way.
        if self.since_snapshot >= FACTS_A_SNAPSHOT
            && self.on_the_way.is_empty()
            && let Ok(room) = self.record.try_reserve()
        {
            self.since_snapshot = 0;
            room.send(ToRecord::Snapshot(Box::new(self.settled.clone())));
        }
    }
}

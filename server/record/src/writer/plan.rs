//! What goes into one transaction, decided in memory before the database is asked.

use super::{Append, Failure, Head, Key};
use crate::chain::{Check, Said};
use crate::entry::{NewEntry, Sequence};
use crate::error::{AppendError, Reason};
use std::collections::{BTreeMap, HashMap};
use tokio::sync::oneshot;

/// The appends of one transaction, by space. The order of the spaces is the same for every writer, so that two of them
/// never wait for each other's rows.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    spaces: BTreeMap<Key, SpacePlan>,
}

/// What a transaction does to one space.
#[derive(Debug)]
pub(crate) struct SpacePlan {
    pub(crate) before: Head,
    pub(crate) after: Head,
    pub(crate) rows: Vec<Row>,
    /// The database says that another writer has taken over: its rows stay out.
    pub(crate) taken_over: bool,
    answers: Vec<(oneshot::Sender<Result<Sequence, Failure>>, Sequence)>,
    /// What the queue counts for these is given back when they are answered.
    room: Vec<Room>,
}

type Room = (tokio::sync::OwnedSemaphorePermit, tokio::sync::OwnedSemaphorePermit);

/// One entry with its place and check.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) sequence: Sequence,
    pub(crate) entry: NewEntry,
    pub(crate) check: Check,
}

/// The end of a space's log as the database tells it; none when it does not know the space.
pub(crate) type Truth = BTreeMap<Key, Head>;

impl Plan {
    /// Sorts appends by space, in their order, and answers those that can't be written.
    pub(crate) fn of(batch: Vec<Append>, heads: &HashMap<Key, Head>) -> Self {
        let mut plan = Self::default();
        for append in batch {
            let head = heads.get(&append.space).filter(|head| head.holder == append.holder);
            let failure = match head {
                Some(head) if head.generation == append.after.generation => {
                    plan.add(append, head);
                    continue;
                }
                Some(head) => Failure { error: AppendError::AfterFailure, resume: Some(head.expected()) },
                None => Failure { error: AppendError::TakenOver, resume: None },
            };
            // Whoever asked may have gone.
            let _ = append.answer.send(Err(failure));
        }
        plan
    }

    fn add(&mut self, append: Append, head: &Head) {
        let space = self.spaces.entry(append.space).or_insert_with(|| SpacePlan::new(*head));
        // Within a generation, every append follows on the one before.
        debug_assert_eq!(append.after.last, space.after.sequence);
        for entry in append.entries {
            space.push(entry);
        }
        space.answers.push((append.answer, space.after.sequence));
        space.room.push(append._room);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.spaces.is_empty()
    }

    pub(crate) fn spaces(&self) -> Vec<Key> {
        self.spaces.keys().copied().collect()
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = (Key, &mut SpacePlan)> {
        self.spaces.iter_mut().map(|(key, space)| (*key, space))
    }

    /// Every row that is to be written, with its space.
    pub(crate) fn rows(&self) -> Vec<(Key, &Row)> {
        let kept = self.spaces.iter().filter(|(_, space)| !space.taken_over);
        kept.flat_map(|(key, space)| space.rows.iter().map(|row| (*key, row))).collect()
    }

    /// The transaction is committed.
    pub(crate) fn keep(self, heads: &mut HashMap<Key, Head>) {
        for (key, space) in self.spaces {
            if space.taken_over {
                space.lose(key, &AppendError::TakenOver, None, heads);
            } else {
                space.keep(key, heads);
            }
        }
    }

    /// Nothing of the transaction was committed, for certain.
    pub(crate) fn fail(self, error: &AppendError, heads: &mut HashMap<Key, Head>) {
        for (key, space) in self.spaces {
            let before = space.before;
            space.lose(key, error, Some(before), heads);
        }
    }

    /// The commit failed: what the database says now decides. None when it can't be asked.
    pub(crate) fn settle(self, truth: Option<&Truth>, reason: &Reason, heads: &mut HashMap<Key, Head>) {
        for (key, space) in self.spaces {
            let Some(found) = truth.map(|truth| truth.get(&key)) else {
                space.lose(key, &AppendError::Doubtful, None, heads);
                continue;
            };
            let at =
                |head: &Head| found.is_some_and(|found| found.sequence == head.sequence && found.check == head.check);
            if space.taken_over {
                space.lose(key, &AppendError::TakenOver, None, heads);
            } else if at(&space.after) {
                space.keep(key, heads);
            } else if at(&space.before) {
                let before = space.before;
                space.lose(key, &AppendError::Failed(reason.clone()), Some(before), heads);
            } else {
                space.lose(key, &AppendError::TakenOver, None, heads);
            }
        }
    }
}

impl SpacePlan {
    fn new(before: Head) -> Self {
        let after = Head { seen_holder: before.holder, ..before };
        Self { before, after, rows: Vec::new(), taken_over: false, answers: Vec::new(), room: Vec::new() }
    }

    fn push(&mut self, entry: NewEntry) {
        let sequence = self.after.sequence.after(1);
        let said = Said { at: entry.at, kind: entry.kind.as_str(), by: entry.by, body: &entry.body };
        let check = self.after.check.then(sequence, said);
        self.after.sequence = sequence;
        self.after.check = check;
        self.rows.push(Row { sequence, entry, check });
    }

    fn keep(self, key: Key, heads: &mut HashMap<Key, Head>) {
        heads.insert(key, self.after);
        for (answer, sequence) in self.answers {
            let _ = answer.send(Ok(sequence));
        }
    }

    /// Answers with an error; the log goes on from `head`, or must be opened again.
    fn lose(self, key: Key, error: &AppendError, head: Option<Head>, heads: &mut HashMap<Key, Head>) {
        let head = head.map(|head| Head { generation: head.generation + 1, ..head });
        match head {
            Some(head) => heads.insert(key, head),
            None => heads.remove(&key),
        };
        let resume = head.map(|head| head.expected());
        for (answer, _) in self.answers {
            let _ = answer.send(Err(Failure { error: error.clone(), resume }));
        }
    }
}

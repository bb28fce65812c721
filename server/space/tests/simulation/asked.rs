//! What was asked of the space and taken, as far as events don't tell it.

use std::collections::{BTreeMap, BTreeSet};
use torg_protocol::ids::{ParticipantId, TableId};
use torg_protocol::people::{Listening, ParticipantKind};
use torg_protocol::units::{DurationMs, MurmurPercent, TimeMs};
use torg_space::{Ask, Command};

/// What was asked.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    listening: BTreeMap<ParticipantId, (Listening, MurmurPercent, TimeMs)>,
    has_word: BTreeSet<ParticipantId>,
    convenes: BTreeSet<ParticipantId>,
    kept_out: BTreeSet<TableId>,
    declined: BTreeSet<ParticipantId>,
    latest: Option<ParticipantId>,
}

impl Asked {
    /// Ids are never given again, so nobody is forgotten.
    pub(crate) fn take_in(&mut self, now: TimeMs, command: &Command) {
        let id = command.participant;
        self.latest = Some(id);
        match command.what {
            Ask::Enter { kind: ParticipantKind::Listener, .. } => {
                let murmur = MurmurPercent::new(100).expect("a share");
                self.listening.insert(id, (Listening::Mixed, murmur, now));
            }
            Ask::CallPlenum { .. } => self.declined.clear(),
            Ask::DeclinePlenum => set(&mut self.declined, id, true),
            Ask::SetListening { listening, murmur } => {
                self.listening.insert(id, (listening, murmur, now));
            }
            Ask::SetWord { lent } => set(&mut self.has_word, id, lent),
            Ask::SetConvenes(convenes) => set(&mut self.convenes, id, convenes),
            _ => {}
        }
    }

    pub(crate) fn keep_out(&mut self, table: TableId, kept_out: bool) {
        set(&mut self.kept_out, table, kept_out);
    }

    pub(crate) fn is_mixed(&self, id: ParticipantId) -> bool {
        self.listening.get(&id).is_some_and(|(listening, ..)| *listening == Listening::Mixed)
    }

    pub(crate) fn murmur(&self, id: ParticipantId) -> MurmurPercent {
        self.listening.get(&id).map_or(MurmurPercent::OFF, |(_, murmur, _)| *murmur)
    }

    /// Whether somebody asked for another way to listen within a time.
    pub(crate) fn is_new(&self, id: ParticipantId, now: TimeMs, within: DurationMs) -> bool {
        self.listening.get(&id).is_some_and(|(.., asked)| now.since(*asked) <= within)
    }

    pub(crate) fn has_word(&self, id: ParticipantId) -> bool {
        self.has_word.contains(&id)
    }

    pub(crate) fn convenes(&self, id: ParticipantId) -> bool {
        self.convenes.contains(&id)
    }

    /// Whether somebody declined the plenum that was called last.
    pub(crate) fn declined(&self, id: ParticipantId) -> bool {
        self.declined.contains(&id)
    }

    /// On whose behalf the latest command was.
    pub(crate) fn latest(&self) -> Option<ParticipantId> {
        self.latest
    }

    pub(crate) fn keeps_out(&self, table: TableId) -> bool {
        self.kept_out.contains(&table)
    }
}

fn set<T: Ord>(all: &mut BTreeSet<T>, one: T, is_in: bool) {
    if is_in {
        all.insert(one);
    } else {
        all.remove(&one);
    }
}

//! Laws of speaking to all: who may, from where, and whom it reaches.

use super::stage::Stage;
use crate::asked::Asked;
use std::collections::{BTreeMap, BTreeSet};
use torg_protocol::ids::ParticipantId;
use torg_protocol::limits::BROADCASTS_MAX;
use torg_protocol::map::TableWall;
use torg_protocol::people::{Broadcast, ParticipantKind, Role};
use torg_space::{Audience, Event, Happening, Space};

/// What is known of broadcasts from events.
#[derive(Default)]
pub(crate) struct Speeches {
    broadcasts: Vec<Broadcast>,
    spoken_to: BTreeMap<ParticipantId, Vec<ParticipantId>>,
    pub(crate) spoken_to_seen: usize,
}

impl Speeches {
    pub(crate) fn broadcasts(&self) -> &[Broadcast] {
        &self.broadcasts
    }

    pub(crate) fn take_in(&mut self, event: &Event) {
        match &event.what {
            Happening::BroadcastsChanged(broadcasts) => {
                assert_ne!(broadcasts, &self.broadcasts, "a change is told");
                self.broadcasts.clone_from(broadcasts);
            }
            Happening::SpokenTo(speakers) => {
                let Audience::Only(listener) = event.to else { panic!("it is told to one") };
                let before = self.spoken_to.insert(listener, speakers.clone()).unwrap_or_default();
                assert_ne!(&before, speakers, "a change is told to {listener}");
            }
            Happening::Left(id) => {
                self.spoken_to.remove(id);
            }
            _ => {}
        }
    }

    /// At any moment: who speaks over everything has the right to, and is not behind a closed wall.
    pub(crate) fn look(&self, space: &Space, asked: &Asked) {
        assert!(self.broadcasts.len() <= BROADCASTS_MAX);
        let speakers: BTreeSet<ParticipantId> = self.broadcasts.iter().map(|broadcast| broadcast.speaker).collect();
        assert_eq!(speakers.len(), self.broadcasts.len(), "each speaks once");
        for &speaker in &speakers {
            let person = space.person(speaker).expect("who speaks is in the space");
            let has_role = matches!(person.role, Role::Host | Role::CoHost);
            let is_apart = matches!(person.kind, ParticipantKind::Stream | ParticipantKind::Sound);
            let has_right = has_role || is_apart || asked.has_word(speaker);
            assert_ne!(person.kind, ParticipantKind::Listener, "{speaker} only listens, and speaks to all");
            assert!(has_right, "{speaker} speaks to all without right or word");
            let table = person.place.table().and_then(|table| space.map().table(table));
            let is_closed = table.is_some_and(|table| table.wall == TableWall::Closed);
            assert!(!is_closed, "{speaker} speaks to all from behind a closed wall");
        }
    }

    /// Each listener knows exactly who reaches them over everything.
    pub(crate) fn after_tick(&mut self, stage: &Stage<'_>, all: impl Iterator<Item = ParticipantId>) {
        for listener in all {
            let speakers = self.broadcasts.iter().map(|broadcast| broadcast.speaker);
            let mut reaching: Vec<ParticipantId> =
                speakers.filter(|&speaker| stage.speaks_over(listener, speaker)).collect();
            reaching.sort_unstable();
            let told = self.spoken_to.get(&listener).map_or(&[][..], |speakers| speakers);
            assert_eq!(told, reaching, "who speaks over everything to {listener}");
            self.spoken_to_seen += reaching.len();
        }
    }
}

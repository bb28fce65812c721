//! Laws of listening in passing: who is near to which table, and that everybody knows it.

use super::stage::Stage;
use std::collections::BTreeMap;
use torg_protocol::ids::{ParticipantId, TableId};
use torg_protocol::map::TableWall;
use torg_protocol::people::{ParticipantKind, Place};
use torg_space::{Audience, Event, Happening, limits};

/// What is known from events.
#[derive(Default)]
pub(crate) struct Passing {
    letting: Vec<TableId>,
    bumblebees: BTreeMap<ParticipantId, TableId>,
    pub(crate) seen: usize,
}

impl Passing {
    pub(crate) fn take_in(&mut self, event: &Event) {
        match &event.what {
            Happening::LetListen(tables) => self.letting.clone_from(tables),
            Happening::Bumblebee(id, table) => {
                assert_eq!(event.to, Audience::Everybody, "everybody knows who listens");
                let before = match table {
                    Some(table) => self.bumblebees.insert(*id, *table),
                    None => self.bumblebees.remove(id),
                };
                assert_ne!(before, *table, "a change is told of {id}");
            }
            Happening::Left(id) => {
                self.bumblebees.remove(id);
            }
            _ => {}
        }
    }

    /// Who listens stands near to a table that lets it; who stands very near to one listens.
    pub(crate) fn after_tick(&mut self, stage: &Stage<'_>, all: impl Iterator<Item = ParticipantId>) {
        for id in all {
            let (Some(person), Some(placed)) = (stage.space.person(id), stage.placed(id)) else { continue };
            let away_m = |table: TableId| {
                let table = stage.space.map().table(table).expect("a table of the map");
                (table.centre_m.distance(placed.at.metres()) - table.radius_m).max(0.0)
            };
            let nearest_m = self.letting.iter().map(|&table| away_m(table)).fold(f32::INFINITY, f32::min);
            let Some(&table) = self.bumblebees.get(&id) else {
                let is_there = person.place == Place::Square && has_ears(person.kind);
                let may = is_there && nearest_m < limits::BUMBLEBEE_REACH_M - 0.001;
                assert!(!may, "{id} stands {nearest_m} m from a table that lets listen, and does not listen");
                continue;
            };
            assert_eq!(person.place, Place::Square, "{id} listens in passing and is at a table");
            assert!(self.letting.contains(&table), "{id} listens to {table}, which lets nobody");
            let wall = stage.space.map().table(table).map(|table| table.wall);
            assert_eq!(wall, Some(TableWall::Open), "{id} listens to a closed table");
            let slack_m = limits::BUMBLEBEE_HYSTERESIS_M + 0.001;
            let is_near = away_m(table) <= limits::BUMBLEBEE_REACH_M + slack_m && away_m(table) <= nearest_m + slack_m;
            assert!(is_near, "{id} is {} m away from {table}, and {nearest_m} m from another", away_m(table));
            self.seen += 1;
        }
    }
}

fn has_ears(kind: ParticipantKind) -> bool {
    matches!(kind, ParticipantKind::Person | ParticipantKind::Listener)
}

//! Who listens to a table in passing: tables that let it, and who on the square is near enough to one.

use super::Stand;
use crate::limits::{BUMBLEBEE_HYSTERESIS_M, BUMBLEBEE_REACH_M};
use crate::map::Table;
use glam::Vec2;
use torg_protocol::ids::TableId;
use torg_protocol::map::TableWall;

/// A table that can let itself be listened to.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Disc {
    id: TableId,
    middle_m: Vec2,
    radius_m: f32,
}

/// The tables that let themselves be listened to.
#[derive(Debug)]
pub(super) struct Passing {
    /// All open tables: a closed one lets nobody listen, whatever is asked.
    open: Vec<Disc>,
    /// Those that let listen, ascending.
    letting: Vec<Disc>,
    /// Whether there are others than at the last tick, so that everybody has to be looked at.
    is_new: bool,
}

impl Passing {
    pub(super) fn new(tables: &[Table]) -> Self {
        let open = tables.iter().filter(|table| table.wall == TableWall::Open);
        let disc = |table: &Table| Disc { id: table.id, middle_m: table.centre_m, radius_m: table.radius_m };
        Self { open: open.map(disc).collect(), letting: Vec::new(), is_new: false }
    }

    /// Which tables let themselves be listened to from the next tick on; closed and unknown ones are passed over.
    pub(super) fn set(&mut self, tables: &[TableId]) {
        let letting: Vec<Disc> = self.open.iter().copied().filter(|disc| tables.contains(&disc.id)).collect();
        if letting != self.letting {
            self.letting = letting;
            self.is_new = true;
        }
    }

    /// Everybody was looked at.
    pub(super) fn settle(&mut self) {
        self.is_new = false;
    }

    /// The table that somebody listens to from now on, who was `before` at the last tick.
    pub(super) fn listened_to(&self, stand: &Stand, before: Option<&Stand>) -> Option<TableId> {
        if self.letting.is_empty() || !stand.may_pass_by() {
            return None;
        }
        let stays = |before: &&Stand| !self.is_new && before.at == stand.at && before.table == stand.table;
        match before.filter(stays) {
            Some(before) => before.listens_to,
            None => self.heard_in_passing(stand.at.metres(), before.and_then(|before| before.listens_to)),
        }
    }

    /// The nearest table within reach. The one before is kept a bit farther away, and until another is nearer by that
    /// much: who walks to and fro on a line doesn't flicker in everybody's view.
    fn heard_in_passing(&self, at_m: Vec2, before: Option<TableId>) -> Option<TableId> {
        let counts_m = |disc: &Disc| {
            let kept_m = if before == Some(disc.id) { BUMBLEBEE_HYSTERESIS_M } else { 0.0 };
            (disc.middle_m.distance(at_m) - disc.radius_m).max(0.0) - kept_m
        };
        let near = self.letting.iter().map(|disc| (counts_m(disc), disc.id));
        let nearest = near.filter(|(counts_m, _)| *counts_m <= BUMBLEBEE_REACH_M);
        // Of two that are as near the first: `min_by` keeps the order of the map.
        nearest.min_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, table)| table)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::stand;
    use super::*;
    use crate::map::Map;
    use proptest::prelude::*;
    use torg_protocol::geometry::Point;
    use torg_protocol::ids::ParticipantId;

    /// Two of the six tables of the default square: an open one, and the closed one.
    const ROWAN: TableId = TableId(1);
    const SPRUCE: TableId = TableId(5);

    fn passing(tables: &[TableId]) -> Passing {
        let mut passing = Passing::new(Map::default_square().tables());
        passing.set(tables);
        passing
    }

    /// Somebody so far below the rim of Rowan.
    fn beside_rowan(away_m: f64) -> Stand {
        let map = Map::default_square();
        let rowan = map.table(ROWAN).expect("one of the six");
        let y = f64::from(rowan.centre_m.y + rowan.radius_m) + away_m;
        let at = Point::from_metres(rowan.centre_m.x.into(), y).expect("on the map");
        Stand { at, soon: at, ..stand(1, 1.0, None) }
    }

    #[test]
    fn within_three_metres_of_the_rim_and_kept_half_a_metre_more() {
        let mut passing = passing(&[ROWAN]);
        let listens = |passing: &Passing, away_m: f64, before: Option<TableId>| {
            let before = Stand { listens_to: before, ..beside_rowan(9.0) };
            passing.listened_to(&beside_rowan(away_m), Some(&before))
        };
        for (away_m, before, expected) in [
            (3.01, None, None),
            (2.99, None, Some(ROWAN)),
            (3.2, Some(ROWAN), Some(ROWAN)),
            (3.49, Some(ROWAN), Some(ROWAN)),
            (3.51, Some(ROWAN), None),
            (3.2, None, None),
            (2.0, Some(TableId(4)), Some(ROWAN)),
        ] {
            assert_eq!(listens(&passing, away_m, before), expected, "{away_m} m, {before:?} before");
        }
        passing.set(&[]);
        assert_eq!(listens(&passing, 1.0, Some(ROWAN)), None, "who withdraws is listened to no more");
    }

    #[test]
    fn closed_tables_and_those_at_tables_and_those_without_ears_never() {
        let passing = passing(&[ROWAN, SPRUCE, TableId(99)]);
        assert_eq!(passing.letting.iter().map(|disc| disc.id).collect::<Vec<_>>(), [ROWAN]);
        let near = beside_rowan(1.0);
        assert_eq!(passing.listened_to(&near, None), Some(ROWAN));
        for table in [(4, TableWall::Open), (5, TableWall::Closed)] {
            let seated = Stand { table: Some((TableId(table.0), table.1)), ..near };
            assert_eq!(passing.listened_to(&seated, Some(&Stand { listens_to: Some(ROWAN), ..near })), None);
        }
        assert_eq!(passing.listened_to(&Stand { is_apart: true, ..near }, None), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

        /// Whoever stands still listens to the same table when looked at again, and small steps to and fro change nothing.
        #[test]
        fn nobody_flickers(x in 0f32..40.0, y in 0f32..24.0, dx in -0.17f32..0.17, dy in -0.17f32..0.17, before in 0u16..7) {
            let passing = passing(&[0, 1, 2, 3, 4, 5].map(TableId));
            let before = Some(TableId(before));
            let (here, there) = (Vec2::new(x, y), Vec2::new(x + dx, y + dy));
            let first = passing.heard_in_passing(here, before);
            prop_assert_eq!(passing.heard_in_passing(here, first), first);
            let back = passing.heard_in_passing(here, passing.heard_in_passing(there, first));
            let settled = [there, here, there, here].into_iter().scan(back, |table, at_m| {
                *table = passing.heard_in_passing(at_m, *table);
                Some(*table)
            });
            prop_assert!(settled.into_iter().all(|table| table == back), "after there and back nothing changes");
            if let Some(table) = first {
                let disc = passing.letting.iter().find(|disc| disc.id == table).expect("one that lets listen");
                let away_m = disc.middle_m.distance(here) - disc.radius_m;
                prop_assert!(away_m <= BUMBLEBEE_REACH_M + BUMBLEBEE_HYSTERESIS_M + 1e-4);
            }
            prop_assert!(first != Some(SPRUCE));
        }
    }

    #[test]
    fn who_has_not_moved_is_looked_at_again_only_when_tables_changed() {
        let mut passing = passing(&[ROWAN]);
        passing.settle();
        let still = beside_rowan(1.0);
        assert_eq!(passing.listened_to(&still, Some(&still)), None, "as it was");
        passing.set(&[ROWAN]);
        assert_eq!(passing.listened_to(&still, Some(&still)), None, "the same again is nothing new");
        passing.set(&[ROWAN, TableId(4)]);
        assert_eq!(passing.listened_to(&still, Some(&still)), Some(ROWAN));
        let other = Stand { id: ParticipantId(2), ..still };
        assert_eq!(passing.listened_to(&other, None), Some(ROWAN), "who comes in is looked at");
    }
}

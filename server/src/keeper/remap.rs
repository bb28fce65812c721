//! Another map for a space that has a past.

use super::Keeper;
use crate::limits::TABLES_GO_MAX;
use crate::mailbox::Denied;
use torg_protocol::ids::TableId;
use torg_protocol::map::MapSpec;
use torg_protocol::message::RefusalCode;
use torg_protocol::units::TimeMs;

impl Keeper {
    /// Whether the space may have this map. If so, nobody comes to a table that goes while the map is being written: then
    /// the space starts again. If it could not be written, its tables are as before after a while.
    pub(super) fn make_room_for(&mut self, now: TimeMs, map: &MapSpec) -> Result<(), Denied> {
        self.may_have(map)?;
        let first = u16::try_from(map.tables.len()).ok().map(TableId);
        if let Some(first) = first.filter(|first| self.space.map().table(*first).is_some()) {
            self.space.let_tables_go(Some(first));
            self.tables_stay_at = Some(now + TABLES_GO_MAX);
        }
        Ok(())
    }

    /// The map that was asked for did not come: its tables stay after all.
    pub(super) fn let_tables_stay(&mut self, now: TimeMs) {
        if self.tables_stay_at.take_if(|at| *at <= now).is_some() {
            self.space.let_tables_go(None);
        }
    }

    /// Whether the space may have this map from now on. A table's id is its place in the list, and visits and topics
    /// refer to it: tables keep their places, new ones come at the end, and at the end may go what nobody uses.
    fn may_have(&self, map: &MapSpec) -> Result<(), Denied> {
        let before = self.space.map().tables();
        for table in before {
            let now = map.tables.get(usize::from(table.id.0));
            if now.is_some_and(|now| now.name.as_str() == table.name) {
                continue;
            }
            self.is_unused(table.id, &table.name)?;
            if now.is_some() {
                let words = format!(
                    "tables keep their place in the list, so that the record stays true: {} is number {}. New tables \
                     come at the end, and tables may be taken away from the end",
                    table.name,
                    table.id.0 + 1
                );
                return Err(Denied::by_field("map", RefusalCode::NotNow, words));
            }
        }
        Ok(())
    }

    fn is_unused(&self, table: TableId, name: &str) -> Result<(), Denied> {
        let not_now = |words| Err(Denied::by_field("map", RefusalCode::NotNow, words));
        let sitting = self.seating.at(table).count();
        if sitting > 0 {
            return not_now(format!(
                "{sitting} {} at {name}: the table can't be taken away before they have left",
                if sitting == 1 { "person sits" } else { "people sit" }
            ));
        }
        let topics = self.books.ahead().cards();
        if let Some(card) = topics.into_iter().find(|card| card.placed.is_some_and(|cell| cell.table == table)) {
            return not_now(format!("\"{}\" is placed at {name}: move it to another table first", card.title));
        }
        Ok(())
    }
}

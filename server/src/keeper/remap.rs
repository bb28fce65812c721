//! Another map for a space that has a past.

use super::Keeper;
use crate::mailbox::Denied;
use torg_protocol::ids::TableId;
use torg_protocol::map::MapSpec;
use torg_protocol::message::RefusalCode;

impl Keeper {
    /// Whether the space may have this map from now on. A table's id is its place in the list, and visits and topics
    /// refer to it: tables keep their places, new ones come at the end, and at the end may go what nobody uses.
    pub(super) fn may_have(&self, map: &MapSpec) -> Result<(), Denied> {
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

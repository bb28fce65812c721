//! Where a listener stands, and whom an addressee means: names of zones and tables, looked up on the map.

use crate::keeper::{Keeper, translate};
use crate::mailbox::call::Denied;
use crate::mailbox::door::Addressee;
use torg_protocol::geometry::Point;
use torg_protocol::ids::ZoneId;
use torg_protocol::map::{TableWall, ZoneSpec};
use torg_protocol::message::RefusalCode;
use torg_protocol::people::{Addressed, ParticipantKind};
use torg_protocol::text::Label;
use torg_space::{Map, Refusal as SpaceRefusal, Space, Start};

/// Places that are tried in a zone, along each side. In a zone full of tables there may be none to stand at all.
const STEPS: u16 = 9;

/// Outside of a table's rim by so much, metres, so that a rounded place is outside too.
const RIM_GAP_M: f32 = 0.05;

/// A place to stand in a zone, as near to its middle as can be.
fn stand_in(space: &Space, zone: &ZoneSpec) -> Option<Point> {
    // From the middle outwards, by the share of the zone's sides.
    let steps = || (0..STEPS).map(|step| (f32::from(step) + 0.5) / f32::from(STEPS));
    let mut shares: Vec<(f32, f32)> = steps().flat_map(|across| steps().map(move |down| (across, down))).collect();
    let away = |(across, down): &(f32, f32)| (across - 0.5).powi(2) + (down - 0.5).powi(2);
    shares.sort_by(|left, right| away(left).total_cmp(&away(right)));
    let place = |(across, down): (f32, f32)| {
        let (x, y) = (zone.x + across * zone.width_m, zone.y + down * zone.height_m);
        Point::from_metres(x.into(), y.into()).ok()
    };
    shares.into_iter().filter_map(place).find(|place| is_free(space, *place))
}

/// Whether somebody can stand there, and not at a table.
fn is_free(space: &Space, place: Point) -> bool {
    let at = place.metres();
    let is_outside = |table: &torg_space::Table| at.distance(table.centre_m) > table.radius_m + RIM_GAP_M;
    let refusal = space.check_start_of(ParticipantKind::Listener, Some(Start::At(place))).err();
    space.map().tables().iter().all(is_outside) && refusal != Some(SpaceRefusal::Place)
}

impl Keeper {
    /// Where a listener stands who names a zone or a table.
    pub(super) fn listening_place(&self, at: Option<&Label>) -> Result<Start, Denied> {
        let map = self.space.map();
        let Some(name) = at else { return Ok(Start::At(self.space.place_of_stage())) };
        if let Some(zone) = zone_named(map, name).and_then(|zone| map.zone(zone)) {
            let nowhere = || Denied::by_field("at", RefusalCode::Place, format!("nobody can stand in \"{name}\""));
            return stand_in(&self.space, zone).map(Start::At).ok_or_else(nowhere);
        }
        match map.table_named(name.as_str()) {
            Some(table) if table.wall == TableWall::Closed => {
                let mut refusal = translate::refusal(&SpaceRefusal::ClosedTable);
                refusal.message =
                    format!("\"{name}\" is a closed table, and nobody listens there who doesn't sit there");
                Err(refusal.into())
            }
            Some(table) => Ok(Start::Table(table.id)),
            None => {
                let words = format!("there is no zone and no table named \"{name}\" on this square");
                Err(Denied::by_field("at", RefusalCode::UnknownTable, words))
            }
        }
    }

    /// Whom an addressee means.
    pub(in crate::keeper) fn addressed(&self, to: &Addressee) -> Result<Addressed, Denied> {
        match to {
            Addressee::Everybody => Ok(Addressed::Everybody {}),
            Addressee::Conveners => Ok(Addressed::Conveners {}),
            Addressee::Zone(name) => match zone_named(self.space.map(), name) {
                Some(zone) => Ok(Addressed::Zone { zone }),
                None => {
                    let words = format!("there is no zone named \"{name}\" on this square");
                    Err(Denied::by_field("to", RefusalCode::Text, words))
                }
            },
        }
    }
}

fn zone_named(map: &Map, name: &Label) -> Option<ZoneId> {
    let at = map.spec().zones.iter().position(|zone| zone.name == *name)?;
    u16::try_from(at).ok().map(ZoneId)
}

//! Free places to stand in a part of the map, one for a stream or many for a plenum.

use super::Space;
use crate::limits::{ARRIVAL_GAP_M, ARRIVAL_REACH_M, SPOT_GAP_M_MIN, SPOT_GAP_SHARE, SPOTS_LOOKED_AT_MAX};
use crate::motion::{metres, nearest};
use glam::DVec2;
use torg_protocol::geometry::Point;
use torg_protocol::ids::ZoneId;
use torg_protocol::map::ZoneKind;
use torg_protocol::people::Place;

/// A part of the map: a zone, or what is round the middle.
#[derive(Clone, Copy, Debug)]
pub(super) struct Area {
    /// The corner nearest to the origin, metres.
    pub(super) low: DVec2,
    /// The other one, metres.
    pub(super) high: DVec2,
    /// Whether those who have no room inside stand around it: it has no lines that anybody sees.
    overflows: bool,
}

impl Area {
    /// Whether a place is inside, lines among it.
    pub(super) fn holds(&self, place: DVec2) -> bool {
        // Zones are written in decimals, places stand on the grid.
        const ROUNDING_M: f64 = 0.005;
        place.cmpge(self.low - ROUNDING_M).all() && place.cmple(self.high + ROUNDING_M).all()
    }
}

impl Space {
    /// Where a stream or a sound stands: on the stage, else in the foyer, else in the middle, beside everybody who stands
    /// there, as near to its middle as there is room.
    #[must_use]
    pub fn place_of_stage(&self) -> Point {
        let zone = self.zone_for(ZoneKind::Stage).or_else(|| self.zone_for(ZoneKind::Foyer));
        let standing = self.crowd.by_id().filter(|avatar| avatar.person.place == Place::Square);
        let taken: Vec<DVec2> = standing.map(|avatar| metres(avatar.person.motion.to)).collect();
        let spots = self.spots(self.area(zone), 1, &taken);
        spots.first().copied().unwrap_or(self.map.middle())
    }

    /// The first zone that is for something.
    pub(super) fn zone_for(&self, kind: ZoneKind) -> Option<ZoneId> {
        let zone = (0u16..).zip(&self.map.spec().zones).find(|(_, zone)| zone.kind == kind);
        zone.map(|(index, _)| ZoneId(index))
    }

    /// A zone; with nothing, what is near the middle.
    pub(super) fn area(&self, zone: Option<ZoneId>) -> Area {
        let middle = metres(self.map.middle());
        match zone.and_then(|zone| self.map.zone(zone)) {
            Some(zone) => {
                let low = DVec2::new(zone.x.into(), zone.y.into());
                let high = low + DVec2::new(zone.width_m.into(), zone.height_m.into());
                Area { low, high, overflows: false }
            }
            None => Area { low: middle - ARRIVAL_REACH_M, high: middle + ARRIVAL_REACH_M, overflows: true },
        }
    }

    /// As many spots as are wanted, from the middle of an area outwards: [`ARRIVAL_GAP_M`] from each other and from who
    /// stands there, or closer where there is not room enough. Fewer when even so there is none.
    pub(super) fn spots(&self, area: Area, wanted: usize, taken: &[DVec2]) -> Vec<Point> {
        let mut gap_m = ARRIVAL_GAP_M;
        loop {
            let spots = self.spots_apart(area, wanted, taken, gap_m);
            if spots.len() >= wanted || gap_m <= SPOT_GAP_M_MIN {
                return spots;
            }
            // Whole centimetres, so that rounding brings no two closer together.
            gap_m = ((gap_m * SPOT_GAP_SHARE * 100.0).floor() / 100.0).max(SPOT_GAP_M_MIN);
        }
    }

    /// The same at one distance: a grid round the middle, looked at in ever larger squares.
    fn spots_apart(&self, area: Area, wanted: usize, taken: &[DVec2], gap_m: f64) -> Vec<Point> {
        const ROUNDING_M: f64 = 1e-6;
        let ground = self.map.ground();
        let middle = metres(nearest((area.low + area.high).clamp(DVec2::ZERO, ground.size_m() * 2.0) / 2.0));
        let (low, high) = if area.overflows { (DVec2::ZERO, ground.size_m()) } else { (area.low, area.high) };
        // Steps from the middle to the ends of the area, at least 0 as the middle is inside.
        let (to_low, to_high) = (((middle - low) / gap_m).as_i64vec2(), ((high - middle) / gap_m).as_i64vec2());
        let is_free = |place: &Point| {
            let at = metres(*place);
            ground.is_open(*place) && taken.iter().all(|other| other.distance(at) >= gap_m - ROUNDING_M)
        };
        let mut steps = ((wanted as f64).sqrt() / 2.0).ceil() as i64;
        loop {
            let (across, down) =
                (-to_low.x.min(steps)..=to_high.x.min(steps), -to_low.y.min(steps)..=to_high.y.min(steps));
            let places = down.flat_map(|row| across.clone().map(move |column| DVec2::new(column as f64, row as f64)));
            let mut spots: Vec<Point> = places.map(|step| nearest(middle + step * gap_m)).filter(is_free).collect();
            let is_whole = steps >= to_low.max(to_high).max_element();
            let looked_at = (2 * steps + 1).pow(2);
            if spots.len() >= wanted || is_whole || looked_at > SPOTS_LOOKED_AT_MAX as i64 {
                let away_m = |spot: &Point| metres(*spot).distance_squared(middle);
                spots.sort_by(|a, b| away_m(a).total_cmp(&away_m(b)));
                spots.truncate(wanted);
                return spots;
            }
            steps = (steps * 2).max(1);
        }
    }
}

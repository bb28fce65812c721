//! Ways round walls and tables: the shortest path over the corners that see each other.
//!
//! The graph of corners is built once, when a map is checked. A search joins its two ends to it and runs A* with the
//! straight distance as estimate; corners seen from the start are looked at only when they are the best lead.

use super::arrows::way_out;
use super::corners::{Corner, corners};
use super::ground::Ground;
use super::shadows::Shadows;
use super::{metres, nearest};
use crate::limits::{CORNERS_ALL_PAIRS_MAX, PLACING_MARGIN_M};
use glam::DVec2;
use std::cmp::Ordering;
use std::collections::BinaryHeap;
use torg_protocol::geometry::Point;
use torg_protocol::ids::TableId;

/// Where a way begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// Outside all rims.
    Open(Point),
    /// Inside the rim of a table, which is left by a straight walk.
    Table(TableId, Point),
}

/// Where a way ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Goal {
    /// At a place to stand.
    Stand(Point),
    /// At the rim of a table, to sit down there.
    Table(TableId),
}

/// The corners of a map, and which see each other.
#[derive(Clone, Debug)]
pub(crate) struct Ways {
    corners: Vec<Point>,
    /// Where the neighbours of each corner begin in `neighbours`, and one more for the end.
    starts: Vec<u32>,
    /// At most 4 corners a wall and 12 a table: 16 bits hold them.
    neighbours: Vec<u16>,
}

impl Ways {
    /// Joins all corners that see each other.
    pub(crate) fn new(ground: &Ground) -> Self {
        let corners = corners(ground);
        let all_pairs = corners.len() <= CORNERS_ALL_PAIRS_MAX;
        let places: Vec<DVec2> = corners.iter().map(|corner| metres(corner.at)).collect();
        let shadows = Shadows::new(ground, &corners);
        let mut pairs: Vec<(u16, u16)> = Vec::new();
        for (index, one) in (0u16..).zip(&corners) {
            for (other_index, other) in (0..index).zip(&corners) {
                let (from, to) = (usize::from(index), usize::from(other_index));
                let line = places[to] - places[from];
                let length_m = line.length();
                // From cheap to dear: there are millions of pairs, and most are out at the first.
                let joined = !shadows.hide(from, line, length_m)
                    && (all_pairs || grazes(one, other, line))
                    && !shadows.hide(to, -line, length_m)
                    && ground.is_clear(one.at, other.at);
                if joined {
                    pairs.extend([(index, other_index), (other_index, index)]);
                }
            }
        }
        pairs.sort_unstable();
        let begin = |corner: usize| pairs.partition_point(|&(one, _)| usize::from(one) < corner) as u32;
        Self {
            starts: (0..=corners.len()).map(begin).collect(),
            neighbours: pairs.into_iter().map(|(_, other)| other).collect(),
            corners: corners.iter().map(|corner| corner.at).collect(),
        }
    }

    /// The shortest way, as the ends of its straight walks; nothing when there is none. From inside a table the
    /// first of them is at its rim.
    pub(crate) fn plan(&self, ground: &Ground, origin: Origin, goal: Goal) -> Option<Vec<Point>> {
        let mut search = Search {
            ways: self,
            ground,
            origin,
            goal,
            parents: vec![Node::Unreached; self.corners.len()],
            leads: BinaryHeap::new(),
        };
        search.run().map(|bends| search.walk_over(&bends))
    }

    fn neighbours(&self, corner: u16) -> &[u16] {
        let corner = usize::from(corner);
        &self.neighbours[self.starts[corner] as usize..self.starts[corner + 1] as usize]
    }
}

fn grazes(one: &Corner, other: &Corner, line: DVec2) -> bool {
    let direction = line.normalize_or_zero();
    one.bends(direction) && other.bends(direction)
}

/// How a corner was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Node {
    Unreached,
    FromStart,
    From(u16),
}

/// A walk that may be the next best.
#[derive(Clone, Copy, Debug)]
struct Lead {
    /// Length so far and the straight rest, metres.
    estimate_m: f64,
    walked_m: f64,
    /// The corner it leads to; nothing is the goal.
    to: Option<u16>,
    from: Node,
}

impl Ord for Lead {
    /// The greatest is the best: the shortest, and of equals always the same one.
    fn cmp(&self, other: &Self) -> Ordering {
        other.estimate_m.total_cmp(&self.estimate_m).then_with(|| other.to.cmp(&self.to))
    }
}

impl PartialOrd for Lead {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Lead {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Lead {}

struct Search<'a> {
    ways: &'a Ways,
    ground: &'a Ground,
    origin: Origin,
    goal: Goal,
    parents: Vec<Node>,
    leads: BinaryHeap<Lead>,
}

impl Search<'_> {
    /// The corners at which the shortest way bends, from start to goal.
    fn run(&mut self) -> Option<Vec<u16>> {
        let start = metres(self.start());
        if self.leaves_to(self.end_from(self.start())).is_some() {
            return Some(Vec::new());
        }
        for corner in 0..self.ways.corners.len() as u16 {
            let walked_m = start.distance(self.corner(corner));
            self.lead(walked_m, Some(corner), Node::FromStart);
        }
        // Each pair of corners makes at most one lead in each direction, so the search ends.
        while let Some(lead) = self.leads.pop() {
            let Some(corner) = lead.to else { return Some(self.bends(lead.from)) };
            if self.parents[usize::from(corner)] != Node::Unreached {
                continue;
            }
            let at = self.ways.corners[usize::from(corner)];
            if lead.from == Node::FromStart && self.leaves_to(at).is_none() {
                continue;
            }
            self.parents[usize::from(corner)] = lead.from;
            let end = self.end_from(at);
            if self.ground.is_clear(at, end) {
                self.lead(lead.walked_m + metres(at).distance(metres(end)), None, Node::From(corner));
            }
            let ways = self.ways;
            for &neighbour in ways.neighbours(corner) {
                if self.parents[usize::from(neighbour)] == Node::Unreached {
                    let walked_m = lead.walked_m + metres(at).distance(self.corner(neighbour));
                    self.lead(walked_m, Some(neighbour), Node::From(corner));
                }
            }
        }
        None
    }

    fn lead(&mut self, walked_m: f64, to: Option<u16>, from: Node) {
        let rest_m = to.map_or(0.0, |corner| self.rest_m(self.corner(corner)));
        self.leads.push(Lead { estimate_m: walked_m + rest_m, walked_m, to, from });
    }

    fn bends(&self, mut node: Node) -> Vec<u16> {
        let mut bends = Vec::new();
        while let Node::From(corner) = node {
            bends.push(corner);
            node = self.parents[usize::from(corner)];
        }
        bends.reverse();
        bends
    }

    /// The straight walks over corners, with the way out of the table before and the goal behind.
    fn walk_over(&self, bends: &[u16]) -> Vec<Point> {
        let mut walks: Vec<Point> = Vec::with_capacity(bends.len() + 2);
        for &corner in bends {
            let at = self.ways.corners[usize::from(corner)];
            // Corners in one line make one walk.
            if let [.., before, last] = walks[..]
                && self.ground.is_clear(before, at)
                && (metres(last) - metres(before)).perp_dot(metres(at) - metres(before)) == 0.0
            {
                walks.pop();
            }
            walks.push(at);
        }
        walks.push(self.end_from(walks.last().copied().unwrap_or(self.start())));
        let first = walks[0];
        walks.dedup();
        match self.origin {
            Origin::Open(at) => walks.retain(|&walk| walk != at),
            // Looked at when the search began, so it is there.
            Origin::Table(..) => walks.splice(0..0, self.leaves_to(first)).for_each(drop),
        }
        walks
    }

    fn corner(&self, corner: u16) -> DVec2 {
        metres(self.ways.corners[usize::from(corner)])
    }

    fn start(&self) -> Point {
        match self.origin {
            Origin::Open(at) | Origin::Table(_, at) => at,
        }
    }

    /// Where a straight walk to a place begins outside of all rims; nothing when something is in the way.
    fn leaves_to(&self, to: Point) -> Option<Point> {
        let open = match self.origin {
            Origin::Open(at) => at,
            Origin::Table(table, at) => {
                let direction = (metres(to) - metres(at)).try_normalize()?;
                way_out(self.ground, table, at, direction)?
            }
        };
        self.ground.is_clear(open, to).then_some(open)
    }

    /// Where a straight walk from a place to the goal ends.
    fn end_from(&self, from: Point) -> Point {
        match self.goal {
            Goal::Stand(at) => at,
            Goal::Table(table) => {
                let disc = self.ground.disc(table);
                let ring_m = disc.radius_m + PLACING_MARGIN_M;
                nearest(disc.a + (metres(from) - disc.a).normalize_or(DVec2::NEG_Y) * ring_m)
            }
        }
    }

    /// What is left at least, metres.
    fn rest_m(&self, from: DVec2) -> f64 {
        match self.goal {
            Goal::Stand(at) => from.distance(metres(at)),
            Goal::Table(table) => (self.ground.disc(table).air_m(from) - PLACING_MARGIN_M).max(0.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::map::Map;
    use torg_protocol::map::{MapSpec, TableSpec};
    use torg_protocol::text::Label;

    /// A room of 4 x 4 m with a door of 0.8 m in the middle of its right wall, a cell without a door, and a table.
    fn map() -> Map {
        let walls = vec![
            [2.0, 2.0, 6.0, 2.0],
            [2.0, 6.0, 6.0, 6.0],
            [2.0, 2.0, 2.0, 6.0],
            [6.0, 2.0, 6.0, 3.6],
            [6.0, 4.4, 6.0, 6.0],
            [14.0, 0.0, 14.0, 3.0],
            [14.0, 3.0, 20.0, 3.0],
        ];
        let table = TableSpec {
            name: Label::parse("Elm").expect("a plain name"),
            x: 12.0,
            y: 7.0,
            radius_m: 2.0,
            seats: 6,
            wall: Default::default(),
        };
        let (tables, zones) = (vec![table], Vec::new());
        let spec = MapSpec { width_m: 20.0, height_m: 10.0, hearing: Default::default(), walls, tables, zones };
        Map::check(spec).expect("a map that can be walked")
    }

    fn at(x: f64, y: f64) -> Point {
        Point::from_metres(x, y).expect("on the map")
    }

    fn plan(origin: Origin, goal: Goal) -> Option<Vec<Point>> {
        let map = map();
        map.ways().plan(map.ground(), origin, goal)
    }

    fn length_m(from: Point, way: &[Point]) -> f64 {
        [from].iter().chain(way).zip(way).map(|(a, b)| metres(*a).distance(metres(*b))).sum()
    }

    #[test]
    fn straight_where_nothing_is_in_the_way() {
        assert_eq!(plan(Origin::Open(at(7.0, 1.0)), Goal::Stand(at(13.0, 4.0))), Some(vec![at(13.0, 4.0)]));
        assert_eq!(plan(Origin::Open(at(7.0, 1.0)), Goal::Stand(at(7.0, 1.0))), Some(vec![]));
    }

    #[test]
    fn through_the_door_and_round_the_room() {
        let (outside, inside) = (at(1.0, 4.0), at(3.0, 4.0));
        let way = plan(Origin::Open(outside), Goal::Stand(inside)).expect("there is a door");
        let length_m = length_m(outside, &way);
        // By hand: round the corners of the room, down to the door and in, a body's width off the walls.
        assert!((12.5..12.8).contains(&length_m), "{length_m} m over {way:?}");
        assert_eq!(way.len(), 4, "no bend where there is none: {way:?}");
    }

    #[test]
    fn round_a_table_close_to_its_rim() {
        let from = at(9.0, 7.0);
        let way = plan(Origin::Open(from), Goal::Stand(at(15.0, 7.0))).expect("a way");
        // Two tangents of sqrt(3^2 - 2^2) m and the arc between them.
        let shortest_m = 2.0 * 5f64.sqrt() + 2.0 * (std::f64::consts::PI - 2.0 * (2.0f64 / 3.0).acos());
        assert!((shortest_m..shortest_m * 1.04).contains(&length_m(from, &way)), "{way:?}");
    }

    #[test]
    fn to_a_table_and_out_of_it() {
        let way = plan(Origin::Open(at(7.0, 7.0)), Goal::Table(TableId(0))).expect("a way");
        assert_eq!(way, [at(9.97, 7.0)], "to the nearest place at its rim");
        let seat = at(12.0, 5.3);
        let way = plan(Origin::Table(TableId(0), seat), Goal::Stand(at(12.0, 1.0))).expect("a way");
        assert_eq!(way, [at(12.0, 4.97), at(12.0, 1.0)], "first over the rim");
        let way = plan(Origin::Table(TableId(0), seat), Goal::Stand(at(12.0, 9.4))).expect("across");
        assert_eq!(way, [at(12.0, 9.03), at(12.0, 9.4)]);
    }

    #[test]
    fn no_way_into_a_cell_without_a_door() {
        assert_eq!(plan(Origin::Open(at(12.0, 2.0)), Goal::Stand(at(17.0, 1.5))), None);
        assert_eq!(plan(Origin::Open(at(17.0, 1.5)), Goal::Table(TableId(0))), None);
    }
}

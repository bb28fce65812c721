//! Laws of geometry that hold for all numbers: hearing, segments, the grid of places, and ways.

use glam::Vec2;
use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;
use torg_protocol::geometry::{
    BUMBLEBEE_GAIN_DB, HearingPreset, Placed, Point, Segment, WALKING_SPEED_M_S, Walk, placed_gain,
};
use torg_protocol::ids::{ParticipantId, TableId};
use torg_protocol::map::{MapSpec, TableSpec, TableWall};
use torg_protocol::people::{Microphone, ParticipantKind, Role};
use torg_protocol::text::{Label, PersonName};
use torg_protocol::units::{TimeMs, amplitude_from_db};
use torg_space::{Ask, Command, Happening, Map, Refusal, Space, Start, limits};

/// So many cases; what fails is written to a file beside this one, to be tried first from then on.
fn cases(cases: u32) -> ProptestConfig {
    let failure_persistence = Some(Box::new(FileFailurePersistence::WithSource("regressions")) as _);
    ProptestConfig { cases, failure_persistence, ..ProptestConfig::default() }
}

fn preset() -> impl Strategy<Value = HearingPreset> {
    prop_oneof![Just(HearingPreset::Close), Just(HearingPreset::Room), Just(HearingPreset::Hall)]
}

fn point(side_cm: u16) -> impl Strategy<Value = Point> {
    (0..=side_cm, 0..=side_cm).prop_map(|(x_cm, y_cm)| Point::from_centimetres(x_cm, y_cm))
}

fn placed() -> impl Strategy<Value = Placed> {
    let wall = prop_oneof![Just(TableWall::Open), Just(TableWall::Closed)];
    // A table has one wall, so the wall follows from the id.
    let table = (0u16..4, wall)
        .prop_map(|(id, _)| (TableId(id), if id % 2 == 0 { TableWall::Closed } else { TableWall::Open }));
    (point(3_000), prop::option::of(table)).prop_map(|(at, table)| Placed { at, table, listens_to: None })
}

proptest! {
    #![proptest_config(cases(1_000))]

    #[test]
    fn gain_falls_without_a_jump_and_stays_between_0_and_1(
        preset in preset(), near_m in 0f32..30.0, further_m in 0f32..1.0,
    ) {
        let law = preset.law();
        let (near, far) = (law.gain(near_m), law.gain(near_m + further_m));
        prop_assert!((0.0..=1.0).contains(&near));
        prop_assert!(far <= near + 1e-6, "monotone");
        // The steepest part is where the fade over the last fifth begins to bite: pi / 2 over its length, times the
        // gain there, and 1 / reference just behind full gain.
        let steepest = (2.0 / law.reference_m).max(std::f32::consts::FRAC_PI_2 / (0.2 * law.edge_m));
        prop_assert!(near - far <= steepest * further_m + 1e-5, "continuous");
        prop_assert!(near_m > law.reference_m || near == 1.0, "full near by");
        prop_assert!(near_m < law.edge_m || near == 0.0, "nothing from the edge on");
    }

    #[test]
    fn gain_between_places_is_fair_and_walls_hold(preset in preset(), one in placed(), other in placed()) {
        let gain = placed_gain(preset.law(), one, other);
        prop_assert_eq!(gain, placed_gain(preset.law(), other, one), "who hears is heard");
        prop_assert!((0.0..=1.0).contains(&gain));
        let closed = [one, other].iter().filter_map(|placed| placed.table).any(|(_, wall)| wall == TableWall::Closed);
        match (one.table, other.table) {
            (Some((mine, _)), Some((theirs, _))) if mine == theirs => prop_assert_eq!(gain, 1.0),
            _ if closed => prop_assert_eq!(gain, 0.0),
            _ => prop_assert!(gain <= preset.law().gain(one.at.distance_m(other.at))),
        }
    }

    #[test]
    fn listening_in_passing_lifts_an_open_table_by_6_db_and_nothing_else(
        preset in preset(), listener in placed(), speaker in placed(), table in 0u16..4,
    ) {
        let plain = placed_gain(preset.law(), listener, speaker);
        let passing = placed_gain(preset.law(), Placed { listens_to: Some(TableId(table)), ..listener }, speaker);
        let hums = listener.table.is_none() && speaker.table.is_some_and(|(theirs, _)| theirs == TableId(table));
        let expected = if hums { plain * amplitude_from_db(BUMBLEBEE_GAIN_DB) } else { plain };
        prop_assert_eq!(passing, expected);
        prop_assert_eq!(passing > 0.0, plain > 0.0, "whom one may hear does not change");
        prop_assert!(passing <= preset.law().gain(listener.at.distance_m(speaker.at)) || passing == 1.0);
    }

    #[test]
    fn segments_lead_straight_from_end_to_end_at_their_speed(
        from in point(60_000), to in point(60_000), departed in 0u64..1 << 41, step_ms in 0u64..5_000, wait_ms in 0u64..200_000,
    ) {
        let segment = Segment::walking(from, to, TimeMs(departed));
        prop_assert_eq!(segment.position_m(TimeMs(departed)), from.metres());
        prop_assert_eq!(segment.position_m(segment.arrival()), to.metres());
        prop_assert_eq!(segment.position_m(TimeMs(0)), if from == to { to } else { from }.metres());
        prop_assert!(segment.has_arrived(segment.arrival()) && !(from != to && segment.has_arrived(TimeMs(departed))));
        let (then, later) = (TimeMs(departed + wait_ms), TimeMs(departed + wait_ms + step_ms));
        let (there, further) = (segment.position_m(then), segment.position_m(later));
        let rounding_m = 1e-3;
        prop_assert!(there.distance(further) <= step_ms as f32 / 1_000.0 * WALKING_SPEED_M_S + rounding_m);
        prop_assert!(from.metres().distance(there) <= from.metres().distance(further) + rounding_m, "never back");
        let detour_m = from.metres().distance(there) + there.distance(to.metres()) - segment.length_m();
        prop_assert!(detour_m.abs() <= rounding_m, "on the line");
    }

    #[test]
    fn places_are_rounded_to_the_nearest_centimetre(x in -10f64..700.0, y in -10f64..700.0) {
        let on_map = |at: f64| (0.0..=600.0).contains(&at);
        let point = Point::from_metres(x, y);
        prop_assert_eq!(point.is_ok(), on_map(x) && on_map(y));
        let near = Point::nearest(Vec2::new(x as f32, y as f32));
        let clamped = Vec2::new(x.clamp(0.0, 600.0) as f32, y.clamp(0.0, 600.0) as f32);
        prop_assert!((near.metres() - clamped).abs().max_element() <= 0.00506);
        prop_assert_eq!(Point::nearest(near.metres()), near, "a place on the grid stays");
        if let Ok(point) = point {
            let json = serde_json::to_string(&point).expect("json");
            prop_assert_eq!(serde_json::from_str::<Point>(&json).expect("a point"), point);
        }
    }
}

/// A map of 16 x 16 m with random walls and tables; what doesn't fit with the rest is left out.
fn map() -> impl Strategy<Value = Map> {
    let wall = prop_oneof![
        // Straight walls on whole and half metres make rooms, doors and dead ends; the others cut corners.
        (0u8..=32, 0u8..=32, 1u8..=16, any::<bool>()).prop_map(|(x, y, length, across)| {
            let (x, y, length) = (f32::from(x) / 2.0, f32::from(y) / 2.0, f32::from(length) / 2.0);
            if across { [x, y, (x + length).min(16.0), y] } else { [x, y, x, (y + length).min(16.0)] }
        }),
        prop::array::uniform4(0f32..16.0),
    ];
    let table = (1.5f32..14.5, 1.5f32..14.5, 0.5f32..1.5);
    let parts = (prop::collection::vec(wall, 0..16), prop::collection::vec(table, 0..5));
    parts.prop_map(|(walls, tables)| {
        let (hearing, zones) = (HearingPreset::Room, Vec::new());
        let (width_m, height_m) = (16.0, 16.0);
        let mut spec = MapSpec { width_m, height_m, hearing, walls: Vec::new(), tables: Vec::new(), zones };
        let mut map = Map::check(spec.clone()).expect("an empty map");
        for (index, (x, y, radius_m)) in tables.into_iter().enumerate() {
            let name = Label::parse(&format!("Table {index}")).expect("a plain name");
            let mut more = spec.clone();
            more.tables.push(TableSpec { name, x, y, radius_m, seats: 1, wall: TableWall::Open });
            keep(more, &mut spec, &mut map);
        }
        for wall in walls {
            let mut more = spec.clone();
            more.walls.push(wall);
            keep(more, &mut spec, &mut map);
        }
        map
    })
}

/// Takes over a larger map when it can be walked.
fn keep(more: MapSpec, spec: &mut MapSpec, map: &mut Map) {
    if let Ok(larger) = Map::check(more.clone()) {
        (*spec, *map) = (more, larger);
    }
}

/// How much nearer than their planned air bodies may come by rounding, metres.
const ROUNDING_M: f32 = 0.002;

fn distance_m([x1, y1, x2, y2]: [f32; 4], at: Vec2) -> f32 {
    let (a, b) = (Vec2::new(x1, y1), Vec2::new(x2, y2));
    at.distance(a.lerp(b, ((at - a).dot(b - a) / (b - a).length_squared()).clamp(0.0, 1.0)))
}

/// Whether somebody can stand at a place with so much room to spare.
fn is_free(map: &Map, at: Vec2, spare_m: f32) -> bool {
    let keep_m = limits::BODY_M as f32 + spare_m;
    at.min_element().min((Vec2::splat(16.0) - at).min_element()) >= keep_m
        && map.spec().walls.iter().all(|&wall| distance_m(wall, at) >= keep_m)
        && map.tables().iter().all(|table| table.centre_m.distance(at) >= table.radius_m + spare_m)
}

/// One person on a map, at a place where there is room.
fn enter(map: &Map, at: Point) -> Option<Space> {
    let mut space = Space::new(map.clone(), 0, TimeMs(0));
    let name = PersonName::parse("Ann").expect("a plain name");
    let what = Ask::Enter {
        name,
        kind: ParticipantKind::Person,
        role: Role::Host,
        microphone: Microphone::On,
        start: Some(Start::At(at)),
    };
    space.apply(TimeMs(0), Command { participant: ParticipantId(1), what }).ok()?;
    Some(space)
}

fn ask(space: &mut Space, now: TimeMs, what: Ask) -> Result<(), Refusal> {
    space.apply(now, Command { participant: ParticipantId(1), what })
}

/// All straight walks until nothing moves any more.
fn walks(space: &mut Space) -> Vec<Segment> {
    let mut walks = Vec::new();
    for tick in 0..4_000 {
        space.advance(TimeMs(tick * 50));
        walks.extend(space.drain().filter_map(|event| match event.what {
            Happening::Moved(_, segment) => Some(segment),
            _ => None,
        }));
    }
    walks
}

/// Each walk begins where and when the one before ends, and keeps a body's width off all walls.
fn check_walks(map: &Map, walks: &[Segment]) -> Result<(), TestCaseError> {
    for pair in walks.windows(2) {
        prop_assert_eq!(pair[0].to, pair[1].from);
        prop_assert_eq!(pair[0].arrival(), pair[1].departed);
    }
    for segment in walks {
        for share in 0..=50u8 {
            let at = segment.from.metres().lerp(segment.to.metres(), f32::from(share) / 50.0);
            prop_assert!(is_free(map, at, -ROUNDING_M), "{segment:?} is not free at {at}");
        }
    }
    Ok(())
}

/// Which places on a grid of 0.1 m can be reached with room to spare.
fn flood(map: &Map, from: Vec2) -> Vec<bool> {
    const SIDE: usize = 161;
    const SPARE_M: f32 = 0.12;
    let at = |cell: usize| Vec2::new((cell % SIDE) as f32, (cell / SIDE) as f32) / 10.0;
    let free: Vec<bool> = (0..SIDE * SIDE).map(|cell| is_free(map, at(cell), SPARE_M)).collect();
    let mut reached = vec![false; SIDE * SIDE];
    let start = (from * 10.0).round();
    let mut next = vec![start.x as usize + start.y as usize * SIDE];
    while let Some(cell) = next.pop() {
        if free[cell] && !std::mem::replace(&mut reached[cell], true) {
            // The edge is never free, so the neighbours are on the grid.
            next.extend([cell - 1, cell + 1, cell - SIDE, cell + SIDE]);
        }
    }
    reached
}

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn ways_keep_off_all_walls_and_are_found_where_there_is_one(map in map(), from in point(1_600), to in point(1_600)) {
        if !is_free(&map, from.metres(), 0.12) || !is_free(&map, to.metres(), 0.12) {
            return Ok(());
        }
        let mut space = enter(&map, from).expect("there is room");
        let reached = flood(&map, from.metres());
        let cell = (to.metres() * 10.0).round();
        let answer = ask(&mut space, TimeMs(0), Ask::WalkTo(to));
        if reached[cell.x as usize + cell.y as usize * 161] {
            prop_assert_eq!(&answer, &Ok(()), "there is a way");
        }
        let walks = walks(&mut space);
        check_walks(&map, &walks)?;
        match answer {
            Ok(()) => prop_assert!(walks.last().is_none_or(|last| last.to == to) && (from == to || !walks.is_empty())),
            Err(refusal) => prop_assert_eq!((refusal, walks.len()), (Refusal::NoWay, 0)),
        }
        let straight = (0..=200u8).all(|share| {
            is_free(&map, from.metres().lerp(to.metres(), f32::from(share) / 200.0), 0.02)
        });
        prop_assert!(!straight || walks.len() <= 1, "straight where that is free");
    }

    #[test]
    fn arrows_keep_off_all_walls_and_come_to_an_end(map in map(), from in point(1_600), direction in 1usize..9) {
        use Walk::*;
        if !is_free(&map, from.metres(), 0.12) {
            return Ok(());
        }
        let mut space = enter(&map, from).expect("there is room");
        let walk = [Stop, North, NorthEast, East, SouthEast, South, SouthWest, West, NorthWest][direction];
        ask(&mut space, TimeMs(0), Ask::Walk(walk)).expect("nobody sits there");
        let mut walks = walks(&mut space);
        let person = space.person(ParticipantId(1)).expect("is in");
        prop_assert!(person.motion.arrival() < TimeMs(199_000), "comes to an end");
        if person.place.table().is_some() {
            walks.pop();
        }
        check_walks(&map, &walks)?;
        let push = walk.direction().expect("a direction");
        for segment in walks {
            prop_assert!((segment.to.metres() - segment.from.metres()).dot(push) > 0.0, "never against the key");
        }
    }
}

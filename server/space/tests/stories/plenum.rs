//! The call to the plenum.

use crate::stage::{ANN, BOB, CEM, ROWAN, SPRUCE, Square, at};
use torg_protocol::ids::{ParticipantId, ZoneId};
use torg_protocol::map::ZoneKind;
use torg_protocol::people::ParticipantKind::{Listener, Person, Stream};
use torg_protocol::people::{PieceMove, Place, Plenum, Role};
use torg_protocol::units::TimeMs;
use torg_space::limits::{ARRIVAL_GAP_M, PLENUM_NOTICE, SPOT_GAP_M_MIN};
use torg_space::{Ask, Event, Happening, Map, Refusal, Space, Start};

const STAGE: ZoneId = ZoneId(0);
const FOYER: ZoneId = ZoneId(1);
const HELP: ZoneId = ZoneId(2);

const CALL: Ask = Ask::CallPlenum { zone: None };

/// Long enough to walk across the square.
const WALKED_MS: u64 = 30_000;

/// Ann, a host, stands; Bob sits at an open table, Cem at the closed one.
fn square() -> Square {
    seated(Square::new())
}

fn seated(mut square: Square) -> Square {
    square.enter_at(ANN, 2.0, 12.5);
    square.enter(BOB, Some(Start::Table(ROWAN))).expect("a free seat");
    square.enter(CEM, Some(Start::Table(SPRUCE))).expect("a free seat");
    square.pass(500);
    square
}

fn is_in(square: &Square, who: u32, zone: ZoneId) -> bool {
    let zone = square.space.map().zone(zone).expect("a zone");
    let (x, y) = square.is_at(who);
    let across = zone.x - 0.01..=zone.x + zone.width_m + 0.01;
    let down = zone.y - 0.01..=zone.y + zone.height_m + 0.01;
    across.contains(&x) && down.contains(&y) && square.place(who) == Place::Square
}

fn told(events: &[Event]) -> Vec<Option<Plenum>> {
    let all = events.iter().filter_map(|event| match event.what {
        Happening::PlenumChanged(plenum) => Some(plenum),
        _ => None,
    });
    all.collect()
}

/// How near the nearest two of these people stand to each other, metres.
fn nearest_m(square: &Square, people: impl Iterator<Item = u32>) -> f64 {
    let places: Vec<(f32, f32)> = people.map(|who| square.is_at(who)).collect();
    let away_m = |a: &(f32, f32), b: &(f32, f32)| f64::from(a.0 - b.0).hypot(f64::from(a.1 - b.1));
    let pairs = places.iter().enumerate().flat_map(|(index, a)| places[..index].iter().map(move |b| away_m(a, b)));
    pairs.fold(f64::INFINITY, f64::min)
}

#[test]
fn everybody_is_walked_to_the_stage_after_ten_seconds_wherever_they_sit() {
    let mut square = square();
    square.ask(ANN, CALL).expect("a host");
    let at = TimeMs(square.now) + PLENUM_NOTICE;
    let plenum = Plenum { by: ParticipantId(ANN), zone: Some(STAGE), at, declined: 0 };
    let events: Vec<Event> = square.space.drain().collect();
    assert_eq!(told(&events), [Some(plenum)]);
    assert_eq!(square.view(BOB).plenum, Some(plenum));
    let events = square.pass(9_950);
    assert!(events.is_empty(), "nobody is walked yet: {events:?}");
    let events = square.pass(50);
    assert_eq!(told(&events), [None]);
    assert_eq!(square.view(BOB).plenum, None);
    assert!(
        matches!(events.last(), Some(event) if event.what == Happening::PlenumChanged(None)),
        "after all are walked"
    );
    assert_eq!(
        (square.place(BOB), square.place(CEM)),
        (Place::Rising { table: ROWAN }, Place::Rising { table: SPRUCE })
    );
    square.pass(WALKED_MS);
    assert!([ANN, BOB, CEM].into_iter().all(|who| is_in(&square, who, STAGE)), "the caller too");
    assert!(nearest_m(&square, [ANN, BOB, CEM].into_iter()) >= ARRIVAL_GAP_M - 0.001);
    assert!(told(&square.pass(60_000)).is_empty(), "once");
}

#[test]
fn who_declines_stays_and_is_counted() {
    let mut square = square();
    assert_eq!(square.ask(BOB, Ask::DeclinePlenum), Err(Refusal::NoPlenum));
    square.ask(ANN, CALL).expect("a host");
    square.space.drain().for_each(drop);
    square.ask(BOB, Ask::DeclinePlenum).expect("there is a call");
    let declined = |plenum: Option<Plenum>| plenum.map(|plenum| plenum.declined);
    let events: Vec<Event> = square.space.drain().collect();
    assert_eq!(told(&events).into_iter().map(declined).collect::<Vec<_>>(), [Some(1)]);
    square.ask(BOB, Ask::DeclinePlenum).expect("twice does no harm");
    assert!(square.space.drain().next().is_none() && declined(square.view(CEM).plenum) == Some(1));
    square.pass(10_000 + WALKED_MS);
    assert!(matches!(square.place(BOB), Place::Seat { table: ROWAN, .. }));
    assert!(is_in(&square, CEM, STAGE) && is_in(&square, ANN, STAGE));
}

#[test]
fn only_hosts_call_and_take_back_and_only_to_a_zone_with_room() {
    let mut square = Square::with(|spec| {
        let help = &mut spec.zones[2];
        (help.x, help.y, help.width_m, help.height_m) = (19.5, 8.0, 1.0, 1.0);
    });
    square.enter_at(ANN, 2.0, 12.5);
    square.enter_at(BOB, 2.0, 14.5);
    assert_eq!(square.ask(BOB, CALL), Err(Refusal::NotAllowed));
    assert_eq!(square.ask(BOB, Ask::EndPlenum), Err(Refusal::NotAllowed));
    assert_eq!(square.ask(ANN, Ask::EndPlenum), Err(Refusal::NoPlenum));
    assert_eq!(square.ask(ANN, Ask::CallPlenum { zone: Some(ZoneId(3)) }), Err(Refusal::UnknownZone));
    assert_eq!(square.ask(ANN, Ask::CallPlenum { zone: Some(HELP) }), Err(Refusal::NoWay), "a table is all of it");
    square.ask(BOB, Ask::SetRole(Role::CoHost)).expect("is in");
    square.ask(BOB, Ask::CallPlenum { zone: Some(FOYER) }).expect("a co-host");
    square.pass(5_000);
    square.ask(ANN, Ask::EndPlenum).expect("a host");
    let events: Vec<Event> = square.space.drain().collect();
    assert_eq!(told(&events), [None]);
    assert!(square.pass(20_000).is_empty(), "nobody is walked");
    assert_eq!(square.ask(BOB, Ask::DeclinePlenum), Err(Refusal::NoPlenum));
}

#[test]
fn who_calls_again_calls_anew() {
    let mut square = square();
    square.ask(ANN, CALL).expect("a host");
    square.ask(BOB, Ask::DeclinePlenum).expect("there is a call");
    square.pass(8_000);
    square.ask(ANN, Ask::CallPlenum { zone: Some(FOYER) }).expect("a host");
    let plenum = square.view(BOB).plenum.expect("a call");
    assert_eq!((plenum.zone, plenum.declined, plenum.at), (Some(FOYER), 0, TimeMs(square.now) + PLENUM_NOTICE));
    assert!(told(&square.pass(9_950)).iter().all(Option::is_some), "the first call is forgotten");
    square.pass(50 + WALKED_MS);
    assert!([ANN, BOB, CEM].into_iter().all(|who| is_in(&square, who, FOYER)), "who declined the first one too");
}

#[test]
fn who_is_away_or_no_person_is_not_walked() {
    let mut square = square();
    square.enter_as(10, Listener, Some(Start::Table(ROWAN))).expect("a free seat");
    square.enter_as(11, Stream, None).expect("there is room");
    let stream = square.is_at(11);
    square.ask(ANN, CALL).expect("a host");
    square.ask(BOB, Ask::Drop).expect("is in");
    square.pass(10_000 + 8_000);
    assert!(matches!(square.place(BOB), Place::Seat { .. }), "nobody is walked who can't see it");
    assert!(is_in(&square, 10, STAGE) && is_in(&square, ANN, STAGE), "who only listens comes along");
    assert_eq!(square.is_at(11), stream);
    assert!(nearest_m(&square, [ANN, CEM, 10, 11].into_iter()) >= ARRIVAL_GAP_M - 0.001, "beside the stream");
}

#[test]
fn who_stands_there_already_stays_and_others_come_beside_them() {
    let mut square = square();
    square.enter_at(10, 20.0, 2.8);
    square.enter_at(11, 15.1, 4.4);
    square.ask(ANN, CALL).expect("a host");
    square.pass(10_000);
    let events = square.pass(WALKED_MS);
    let moved = |who: u32| events.iter().any(|event| matches!(event.what, Happening::Moved(id, _) if id.0 == who));
    assert!(!moved(10) && !moved(11));
    assert!(nearest_m(&square, [ANN, BOB, CEM, 10, 11].into_iter()) >= ARRIVAL_GAP_M - 0.001);
}

#[test]
fn without_a_stage_it_is_the_foyer_and_without_one_the_middle() {
    let mut square = seated(Square::with(|spec| spec.zones.retain(|zone| zone.kind == ZoneKind::Foyer)));
    square.ask(ANN, CALL).expect("a host");
    assert_eq!(square.view(ANN).plenum.and_then(|plenum| plenum.zone), Some(ZoneId(0)));
    square.pass(10_000 + WALKED_MS);
    assert!([ANN, BOB, CEM].into_iter().all(|who| is_in(&square, who, ZoneId(0))));
    let mut square = seated(Square::with(|spec| spec.zones.clear()));
    square.ask(ANN, CALL).expect("a host");
    assert_eq!(square.view(ANN).plenum.map(|plenum| plenum.zone), Some(None));
    square.pass(10_000 + WALKED_MS);
    for who in [ANN, BOB, CEM] {
        let (x, y) = square.is_at(who);
        assert!((x - 20.0).abs() <= 4.0 && (y - 12.0).abs() <= 4.0, "near the middle: {x} {y}");
    }
}

#[test]
fn who_no_way_leads_to_the_plenum_stays_and_others_are_walked() {
    // Ann is walled in; the stage has a niche without a door.
    let mut square = Square::with(|spec| {
        let cell = |low: [f32; 2], high: [f32; 2]| {
            let ([x1, y1], [x2, y2]) = (low, high);
            [[x1, y1, x2, y1], [x1, y2, x2, y2], [x1, y1, x1, y2], [x2, y1, x2, y2]]
        };
        spec.walls.extend(cell([1.0, 11.0], [3.0, 14.0]).into_iter().chain(cell([19.0, 1.5], [21.5, 4.0])));
    });
    square.enter_at(ANN, 2.0, 12.5);
    for who in 10..40 {
        square.enter_at(who, 5.0 + f64::from(who - 10), 12.5);
    }
    square.ask(ANN, CALL).expect("a host");
    let events = square.pass(10_000 + WALKED_MS);
    assert_eq!(told(&events).last(), Some(&None));
    assert_eq!(square.is_at(ANN), (2.0, 12.5));
    assert!((10..40).all(|who| is_in(&square, who, STAGE)));
}

#[test]
fn what_was_settled_at_tables_ends_where_nobody_stays() {
    let mut square = square();
    square.ask(BOB, Ask::MovePiece { table: ROWAN, piece: PieceMove::Bring {}, by_right: true }).expect("sits there");
    square.ask(BOB, Ask::MovePiece { table: ROWAN, piece: PieceMove::Take {}, by_right: false }).expect("sits there");
    square.ask(BOB, Ask::LetListen { table: ROWAN, allowed: true }).expect("sits there");
    square.ask(ANN, CALL).expect("a host");
    square.pass(10_000);
    let view = square.view(CEM);
    assert!(view.pieces.is_empty() && view.let_listen.is_empty());
}

#[test]
fn a_thousand_find_a_spot_each() {
    for zones in [true, false] {
        let mut spec = Map::default_square().spec().clone();
        if !zones {
            spec.zones.clear();
        }
        let map = Map::check(spec).expect("a map");
        let mut square = Square::new();
        square.space = Space::new(map, 1, TimeMs(square.now)).with_participants_max(1_000);
        for who in 1..=1_000 {
            // Outside of the stage and away from the middle.
            let (x, y) = (0.5 + 0.06 * f64::from(who % 200), 0.5 + f64::from(who / 200));
            square.enter_as(who, Person, Some(Start::At(at(x, y)))).expect("there is room");
        }
        square.ask(ANN, CALL).expect("a host");
        square.pass(9_950);
        let began = std::time::Instant::now();
        square.pass(50);
        println!("1,000 set out within {:?}", began.elapsed());
        square.pass(2 * WALKED_MS);
        let gap_m = if zones { SPOT_GAP_M_MIN } else { 0.67 };
        assert!(!zones || (1..=1_000).all(|who| is_in(&square, who, STAGE)));
        assert!(nearest_m(&square, 1..=1_000) >= gap_m - 0.001, "nobody shares a spot");
    }
}

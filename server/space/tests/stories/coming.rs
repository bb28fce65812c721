//! Coming in, dropping out, and how many there is room for.

use crate::stage::{ANN, BOB, CEM, ROWAN, Square, at};
use torg_protocol::geometry::Walk;
use torg_protocol::ids::{ParticipantId, TableId};
use torg_protocol::map::ZoneKind;
use torg_protocol::people::{Place, Presence};
use torg_protocol::units::TimeMs;
use torg_space::{Ask, Map, Refusal, Space, Start};

#[test]
fn who_names_no_start_arrives_in_the_foyer_and_beside_the_others() {
    let mut square = Square::new();
    for who in 0..40 {
        square.enter(who, None).expect("there is room");
    }
    let places: Vec<(f32, f32)> = (0..40).map(|who| square.is_at(who)).collect();
    for (index, a) in places.iter().enumerate() {
        assert!((13.0..=27.0).contains(&a.0) && (19.5..=23.5).contains(&a.1), "{a:?} is not in the foyer");
        for b in &places[..index] {
            assert!((a.0 - b.0).hypot(a.1 - b.1) > 0.3, "{a:?} and {b:?} stand on one spot");
        }
    }
    let mut square = Square::with(|spec| spec.zones.retain(|zone| zone.kind != ZoneKind::Foyer));
    square.enter(ANN, None).expect("there is room");
    let (x, y) = square.is_at(ANN);
    assert!((x - 20.0).abs() <= 4.0 && (y - 12.0).abs() <= 4.0, "near the middle");
}

#[test]
fn a_start_is_checked_like_the_end_of_a_walk() {
    let mut square = Square::with(|spec| spec.walls.push([12.0, 1.0, 12.0, 5.0]));
    square.enter_at(ANN, 20.0, 7.5);
    assert!(matches!(square.place(ANN), Place::Seat { table: ROWAN, .. }), "inside a rim is the table's seat");
    assert_eq!(square.enter(BOB, Some(Start::At(at(12.0, 3.0)))), Err(Refusal::Place));
    assert_eq!(square.enter(BOB, Some(Start::At(at(41.0, 3.0)))), Err(Refusal::Place));
    assert_eq!(square.enter(BOB, Some(Start::Table(TableId(6)))), Err(Refusal::UnknownTable));
    assert_eq!(square.space.population(), 1, "a refusal changes nothing");
    square.enter_at(BOB, 12.2, 3.0);
    assert_eq!(square.is_at(BOB), (12.33, 3.0), "a body's width off the wall");
    square.enter_at(CEM, 0.0, 0.0);
    assert_eq!(square.is_at(CEM), (0.33, 0.33));
}

#[test]
fn who_drops_while_walking_stops() {
    let mut square = Square::new();
    square.enter_at(ANN, 1.0, 12.5);
    square.ask(ANN, Ask::Walk(Walk::East)).expect("free way");
    square.pass(1_000);
    square.ask(ANN, Ask::Drop).expect("is in");
    square.pass(5_000);
    assert_eq!(square.is_at(ANN), (4.0, 12.5));
    assert_eq!(square.space.person(ParticipantId(ANN)).map(|ann| ann.presence), Some(Presence::Away));
}

#[test]
fn a_space_has_room_for_so_many_and_ids_are_new() {
    let mut square = Square::new();
    square.space = Space::new(Map::default_square(), 1, TimeMs(0)).with_participants_max(2);
    square.enter(ANN, None).expect("there is room");
    assert_eq!(square.enter(ANN, None), Err(Refusal::UnknownParticipant));
    square.enter(BOB, None).expect("there is room");
    assert_eq!(square.enter(CEM, None), Err(Refusal::SpaceFull { max: 2 }));
    square.ask(BOB, Ask::Leave).expect("is in");
    square.enter(CEM, None).expect("there is room again");
    assert_eq!(square.ask(BOB, Ask::Leave), Err(Refusal::UnknownParticipant));
}

//! Walking, sitting down and getting up.

use crate::stage::{ANN, BOB, ROWAN, SPRUCE, Square, at};
use torg_protocol::geometry::Walk;
use torg_protocol::ids::{ParticipantId, SeatIndex, TableId};
use torg_protocol::people::Place;
use torg_protocol::units::TimeMs;
use torg_space::{Ask, Event, Happening, Refusal, Start};

fn refused(events: &[Event], who: u32) -> Option<&Refusal> {
    events.iter().find_map(|event| match &event.what {
        Happening::Refused(refusal) if event.to.reaches(ParticipantId(who)) => Some(refusal),
        _ => None,
    })
}

fn fill(square: &mut Square, table: TableId, but: u32) {
    for who in 100..106 - but {
        square.enter(who, Some(Start::Table(table))).expect("a free seat");
    }
}

fn is_full(refusal: Option<&Refusal>) -> bool {
    matches!(refusal, Some(Refusal::TableFull { seats: 6, .. }))
}

#[test]
fn a_rim_crossed_by_arrows_is_a_seat() {
    let mut square = Square::new();
    square.enter_at(ANN, 15.0, 8.5);
    for _ in 0..19 {
        square.ask(ANN, Ask::Walk(Walk::East)).expect("free way");
        assert_eq!(square.place(ANN), Place::Square);
        square.pass(50);
    }
    square.pass(100);
    let Place::Seat { table, seat } = square.place(ANN) else { panic!("at the table") };
    assert_eq!(table, ROWAN);
    assert!([SeatIndex(4), SeatIndex(5)].contains(&seat), "one of the two on the left, not {seat}");
    for _ in 0..40 {
        square.ask(ANN, Ask::Walk(Walk::East)).expect("the key is still down");
        square.pass(50);
    }
    square.ask(ANN, Ask::Walk(Walk::Stop)).expect("the key is up");
    assert_eq!(square.place(ANN), Place::Seat { table, seat }, "a key that repeats pushes nobody off the seat");
    square.ask(ANN, Ask::Walk(Walk::West)).expect("up again");
    assert_eq!(square.place(ANN), Place::Rising { table });
    assert_eq!(square.space.free_seats(ROWAN), 6, "the seat is free at once");
    square.pass(1_000);
    assert_eq!(square.place(ANN), Place::Square);
    square.ask(ANN, Ask::Walk(Walk::Stop)).expect("stops");
    let stopped = square.is_at(ANN);
    square.pass(500);
    assert_eq!(square.is_at(ANN), stopped);
}

#[test]
fn a_full_table_refuses_and_says_why() {
    let mut square = Square::new();
    fill(&mut square, ROWAN, 0);
    square.enter_at(ANN, 15.0, 8.5);
    let full = Refusal::TableFull { table: "Rowan".to_owned(), seats: 6 };
    assert_eq!(full.to_string(), "all 6 seats at \"Rowan\" are taken");
    for what in [Ask::JoinTable(ROWAN), Ask::WalkTo(at(20.0, 8.5))] {
        assert_eq!(square.ask(ANN, what), Err(full.clone()));
    }
    assert_eq!(square.enter(BOB, Some(Start::Table(ROWAN))), Err(full.clone()));
    square.ask(ANN, Ask::Walk(Walk::East)).expect("free way");
    assert_eq!(refused(&square.pass(2_000), ANN), Some(&full));
    assert_eq!((square.place(ANN), square.is_at(ANN)), (Place::Square, (17.97, 8.5)), "outside the rim");
    assert_eq!(square.ask(ANN, Ask::Walk(Walk::SouthEast)), Err(full), "the next press says it again");
}

#[test]
fn a_table_that_fills_on_the_way_refuses_at_the_rim() {
    let mut square = Square::new();
    fill(&mut square, ROWAN, 1);
    square.enter_at(ANN, 10.0, 8.5);
    square.enter_at(BOB, 20.0, 13.0);
    for who in [ANN, BOB] {
        square.ask(who, Ask::JoinTable(ROWAN)).expect("one seat is free");
    }
    let events = square.pass(5_000);
    assert!(matches!(square.place(BOB), Place::Seat { table: ROWAN, .. }), "nearer, so first");
    assert!(is_full(refused(&events, ANN)) && refused(&events, BOB).is_none());
    assert_eq!(square.place(ANN), Place::Square);
}

#[test]
fn of_two_in_one_tick_the_first_to_arrive_gets_the_seat() {
    for (near, far) in [(ANN, BOB), (BOB, ANN)] {
        let mut square = Square::new();
        fill(&mut square, ROWAN, 1);
        square.enter_at(far, 15.01, 8.5);
        square.enter_at(near, 25.0, 8.5);
        for who in [far, near] {
            square.ask(who, Ask::JoinTable(ROWAN)).expect("one seat is free");
        }
        square.now += 10_000;
        square.space.advance(TimeMs(square.now));
        let seated = |who| matches!(square.place(who), Place::Seat { .. });
        // Ten millimetres are four milliseconds.
        assert!(seated(far) != seated(near));
        assert!(seated(if 25.0 - 20.0 < 20.0 - 15.01 { near } else { far }));
    }
}

#[test]
fn from_table_to_table() {
    let mut square = Square::new();
    square.enter(ANN, Some(Start::Table(ROWAN))).expect("a free seat");
    square.ask(ANN, Ask::LeaveTable).expect("up");
    square.pass(2_000);
    assert_eq!(square.place(ANN), Place::Square);
    square.ask(ANN, Ask::LeaveTable).expect("nothing to leave");
    square.ask(ANN, Ask::JoinTable(TableId(0))).expect("a way");
    square.pass(8_000);
    square.ask(ANN, Ask::JoinTable(TableId(2))).expect("a way round the table between");
    let mut tables = vec![square.place(ANN).table()];
    for _ in 0..300 {
        square.pass(50);
        tables.push(square.place(ANN).table());
    }
    tables.dedup();
    assert_eq!(tables, [Some(TableId(0)), None, Some(TableId(2))], "never through the table between");
    square.ask(ANN, Ask::WalkTo(at(33.0, 8.0))).expect("sits there");
    assert_eq!(square.ask(ANN, Ask::JoinTable(TableId(9))), Err(Refusal::UnknownTable));
    assert!(matches!(square.place(ANN), Place::Seat { .. }));
}

#[test]
fn who_changes_their_mind_while_rising_sits_down_again() {
    let mut square = Square::new();
    square.enter(ANN, Some(Start::Table(SPRUCE))).expect("a free seat");
    square.ask(ANN, Ask::LeaveTable).expect("up");
    square.pass(50);
    assert_eq!(square.place(ANN), Place::Rising { table: SPRUCE });
    square.ask(ANN, Ask::JoinTable(SPRUCE)).expect("sits again");
    assert!(matches!(square.place(ANN), Place::Seat { .. }));
    square.ask(ANN, Ask::LeaveTable).expect("up");
    square.pass(50);
    square.ask(ANN, Ask::Walk(Walk::Stop)).expect("takes the step to its end");
    square.pass(2_000);
    assert_eq!(square.place(ANN), Place::Square);
}

#[test]
fn where_nobody_can_go() {
    let mut square = Square::with(|spec| {
        spec.walls.extend([[1.0, 1.0, 4.0, 1.0], [4.0, 1.0, 4.0, 4.0], [4.0, 4.0, 1.0, 4.0], [1.0, 4.0, 1.0, 1.0]]);
    });
    square.enter_at(ANN, 20.0, 12.5);
    assert_eq!(square.ask(ANN, Ask::WalkTo(at(2.5, 2.5))), Err(Refusal::NoWay));
    assert_eq!(square.ask(ANN, Ask::WalkTo(at(4.0, 2.5))), Err(Refusal::Place));
    assert_eq!(square.ask(ANN, Ask::WalkTo(at(50.0, 2.5))), Err(Refusal::Place));
    assert!(!square.space.drain().any(|event| event.to.reaches(ParticipantId(ANN))), "a refusal changes nothing");
}

#[test]
fn many_commands_give_no_extra_speed() {
    for every_ms in [1, 2, 3, 7, 20] {
        let mut square = Square::new();
        square.enter_at(ANN, 1.0, 12.5);
        for step in 0..2_000 / every_ms {
            let what = match step % 3 {
                0 => Ask::Walk(Walk::East),
                1 => Ask::WalkTo(at(39.0, 12.5)),
                _ => Ask::Walk(Walk::Stop),
            };
            square.ask(ANN, what).expect("free way");
            square.now += every_ms;
        }
        let (x, _) = square.is_at(ANN);
        assert!(x <= 1.0 + 6.0 + 0.02, "{x} m every {every_ms} ms");
    }
}

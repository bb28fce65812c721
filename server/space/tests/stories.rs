//! What people do on a square, told by commands and events.

use std::sync::Arc;
use torg_protocol::geometry::{HearingPreset, Point, Walk};
use torg_protocol::ids::{ParticipantId, SeatIndex, TableId};
use torg_protocol::map::{MapSpec, TableWall, ZoneKind};
use torg_protocol::people::{Microphone, Place, Presence, Role};
use torg_protocol::text::PersonName;
use torg_protocol::units::{TimeMs, VoiceLevel};
use torg_space::{Ask, Command, Event, Happening, Map, Refusal, Space, Start};

const ANN: u32 = 1;
const BOB: u32 = 2;
const CEM: u32 = 3;

/// An open table and the closed one of the default square.
const ROWAN: TableId = TableId(1);
const SPRUCE: TableId = TableId(5);

struct Square {
    space: Space,
    now: u64,
}

impl Square {
    fn new() -> Self {
        Self::on(Map::default_square())
    }

    fn on(map: Map) -> Self {
        Self { space: Space::new(map, 7, TimeMs(1_000_000)), now: 1_000_000 }
    }

    fn with(start: impl FnOnce(&mut MapSpec)) -> Self {
        let mut spec = Map::default_square().spec().clone();
        start(&mut spec);
        Self::on(Map::check(spec).expect("a map that can be walked"))
    }

    fn ask(&mut self, who: u32, what: Ask) -> Result<(), Refusal> {
        self.space.apply(TimeMs(self.now), Command { participant: ParticipantId(who), what })
    }

    fn enter(&mut self, who: u32, start: Option<Start>) -> Result<(), Refusal> {
        let name = PersonName::parse("Somebody").expect("a plain name");
        let role = if who == ANN { Role::Host } else { Role::Participant };
        self.ask(who, Ask::Enter { name, role, microphone: Microphone::On, start })
    }

    fn enter_at(&mut self, who: u32, x: f64, y: f64) {
        self.enter(who, Some(Start::At(at(x, y)))).expect("there is room");
    }

    /// Lets time pass in ticks, and says what happened.
    fn pass(&mut self, ms: u64) -> Vec<Event> {
        let until = self.now + ms;
        while self.now < until {
            self.now = until.min(self.now + 50);
            self.space.advance(TimeMs(self.now));
        }
        self.space.drain().collect()
    }

    fn place(&self, who: u32) -> Place {
        self.space.person(ParticipantId(who)).expect("is in").place
    }

    /// Where somebody is, metres.
    fn is_at(&self, who: u32) -> (f32, f32) {
        let person = self.space.person(ParticipantId(who)).expect("is in");
        person.motion.position_m(TimeMs(self.now)).into()
    }

    fn hears(&self, listener: u32, speaker: u32) -> bool {
        let speaker = Some(ParticipantId(speaker));
        let routes = self.space.routes().listeners.iter();
        routes.filter(|routes| routes.listener.0 == listener).any(|routes| routes.slots.contains(&speaker))
    }
}

fn at(x: f64, y: f64) -> Point {
    Point::from_metres(x, y).expect("on the map")
}

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

#[test]
fn a_place_is_held_for_half_a_minute() {
    let mut square = Square::new();
    square.enter(ANN, Some(Start::Table(ROWAN))).expect("a free seat");
    square.enter(BOB, Some(Start::Table(ROWAN))).expect("a free seat");
    for who in [ANN, BOB] {
        square.ask(who, Ask::SetEars { open: true }).expect("is in");
    }
    square.pass(200);
    assert_eq!(square.space.in_earshot(ParticipantId(BOB)), 1);
    let seat = square.place(ANN);
    square.ask(ANN, Ask::Drop).expect("is in");
    square.pass(29_900);
    assert_eq!((square.place(ANN), square.hears(BOB, ANN), square.hears(ANN, BOB)), (seat, true, true));
    assert_eq!(square.space.in_earshot(ParticipantId(BOB)), 0, "who is away is not counted");
    square.ask(ANN, Ask::Return).expect("is in");
    assert_eq!(square.space.in_earshot(ParticipantId(BOB)), 1);
    square.pass(60_000);
    square.ask(ANN, Ask::Drop).expect("is in");
    let events = square.pass(30_000);
    assert!(events.iter().any(|event| event.what == Happening::Left(ParticipantId(ANN))));
    assert_eq!((square.space.population(), square.space.free_seats(ROWAN)), (1, 5));
    assert!(!square.hears(BOB, ANN));
    assert_eq!(square.ask(ANN, Ask::Return), Err(Refusal::UnknownParticipant));
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

#[test]
fn hosts_alone_set_how_far_voices_carry() {
    let mut square = Square::new();
    square.enter_at(ANN, 10.0, 12.5);
    square.enter_at(BOB, 20.0, 12.5);
    square.pass(200);
    assert!(square.hears(ANN, BOB));
    assert_eq!(square.ask(BOB, Ask::SetHearing(HearingPreset::Close)), Err(Refusal::NotAllowed));
    square.ask(ANN, Ask::SetHearing(HearingPreset::Close)).expect("a host");
    square.pass(50);
    assert!(!square.hears(ANN, BOB) && !square.hears(BOB, ANN), "in the next tick");
    assert_eq!(square.space.view(ParticipantId(BOB)).map(|view| view.hearing), Some(HearingPreset::Close));
}

#[test]
fn a_closed_table_shuts_in_the_same_advance() {
    let mut square = Square::new();
    assert_eq!(square.space.map().table(SPRUCE).map(|table| table.wall), Some(TableWall::Closed));
    square.enter_at(ANN, 33.0, 13.5);
    square.enter_at(BOB, 36.0, 13.5);
    square.pass(200);
    assert!(square.hears(ANN, BOB) && square.hears(BOB, ANN));
    square.ask(ANN, Ask::JoinTable(SPRUCE)).expect("free seats");
    while square.place(ANN) == Place::Square {
        assert!(square.hears(BOB, ANN));
        square.pass(10);
    }
    assert!(!square.hears(ANN, BOB) && !square.hears(BOB, ANN));
    square.enter(CEM, Some(Start::Table(SPRUCE))).expect("a free seat");
    square.pass(200);
    assert!(square.hears(ANN, CEM) && !square.hears(BOB, CEM));
}

#[test]
fn muting_is_at_once_and_unmuting_too() {
    let mut square = Square::new();
    square.enter_at(ANN, 10.0, 12.5);
    square.enter_at(BOB, 12.0, 12.5);
    square.pass(200);
    square.ask(BOB, Ask::Voice(VoiceLevel::from_minus_dbov(30))).expect("is in");
    let loud = Happening::Spoke(ParticipantId(BOB), VoiceLevel::from_minus_dbov(30));
    assert!(square.pass(50).iter().any(|event| event.what == loud));
    square.ask(BOB, Ask::SetMicrophone(Microphone::Muted)).expect("is in");
    let events: Vec<Event> = square.space.drain().collect();
    let silent = Happening::Spoke(ParticipantId(BOB), VoiceLevel::SILENT);
    assert_eq!(events.last().map(|event| &event.what), Some(&silent));
    square.pass(50);
    assert!(!square.hears(ANN, BOB));
    square.ask(BOB, Ask::Voice(VoiceLevel::from_minus_dbov(30))).expect("measured before");
    assert_eq!(square.pass(500), [], "a late level of a muted microphone is nothing");
    square.ask(BOB, Ask::SetMicrophone(Microphone::On)).expect("is in");
    square.pass(50);
    assert!(square.hears(ANN, BOB), "the slot kept the label");
}

#[test]
fn nothing_happens_where_nothing_happens() {
    let mut square = Square::new();
    for who in 0..30 {
        square.enter(who, None).expect("there is room");
    }
    square.pass(1_000);
    let before = Arc::clone(square.space.routes());
    assert_eq!(square.pass(60_000), []);
    assert!(Arc::ptr_eq(&before, square.space.routes()), "the same routes, not equal ones");
}

//! Listening to a table in passing.

use crate::stage::{ANN, BOB, CEM, ROWAN, SPRUCE, Square, at};
use torg_protocol::geometry::{BUMBLEBEE_GAIN_DB, OPEN_WALL_GAIN_DB};
use torg_protocol::ids::{ParticipantId, TableId};
use torg_protocol::people::{Listening, Microphone};
use torg_protocol::units::amplitude_from_db;
use torg_space::{Ask, Audience, Event, Happening, Refusal, Start, limits};

/// Ann sits at Rowan; Bob stands so far from its rim, with everything in one stream; Cem is far away.
fn square(away_m: f64) -> Square {
    let mut square = Square::new();
    square.enter(ANN, Some(Start::Table(ROWAN))).expect("a free seat");
    let (x, y) = beside(&square, away_m);
    square.enter_at(BOB, x, y);
    square.enter_at(CEM, 2.0, 20.0);
    square.listen(BOB, Listening::Mixed, 0);
    square.talk(ANN);
    square.pass(1_000);
    square
}

/// So far from the rim of Rowan, straight below it.
fn beside(square: &Square, away_m: f64) -> (f64, f64) {
    let rowan = square.space.map().table(ROWAN).expect("one of the six");
    (rowan.centre_m.x.into(), f64::from(rowan.centre_m.y + rowan.radius_m) + away_m)
}

fn let_listen(square: &mut Square, allowed: bool) {
    square.ask(ANN, Ask::LetListen { table: ROWAN, allowed }).expect("sits there");
}

/// Whom everybody was told of, as far as it is a bumblebee.
fn told(events: &[Event]) -> Vec<(u32, Option<TableId>)> {
    let of = |event: &Event| match event.what {
        Happening::Bumblebee(id, table) => {
            assert_eq!(event.to, Audience::Everybody);
            Some((id.0, table))
        }
        _ => None,
    };
    events.iter().filter_map(of).collect()
}

fn bumblebees(square: &Square) -> Vec<(u32, TableId)> {
    square.view(CEM).bumblebees.into_iter().map(|(id, table)| (id.0, table)).collect()
}

/// How loud Ann is for Bob against what the distance alone would make of her, dB.
fn against_distance_db(square: &Square) -> f32 {
    let [(ax, ay), (bx, by)] = [ANN, BOB].map(|who| square.is_at(who));
    let gain = square.own(BOB, ANN).expect("near").gain;
    20.0 * (gain / square.space.hearing().law().gain((ax - bx).hypot(ay - by))).log10()
}

#[test]
fn who_passes_by_hears_the_table_better_than_its_wall_allows_and_everybody_knows() {
    let mut square = square(2.0);
    assert!((against_distance_db(&square) - OPEN_WALL_GAIN_DB).abs() < 0.05);
    let_listen(&mut square, true);
    let before = square.space.mix().version;
    assert_eq!(told(&square.space.drain().collect::<Vec<_>>()), []);
    assert_eq!(square.space.mix().version, before, "nothing is heard before it is told");
    assert_eq!(told(&square.pass(50)), [(BOB, Some(ROWAN))]);
    let passing_db = OPEN_WALL_GAIN_DB + BUMBLEBEE_GAIN_DB;
    assert!((against_distance_db(&square) - passing_db).abs() < 0.05, "9 dB below what the distance makes of her");
    assert_eq!(square.own(BOB, ANN).map(|source| source.low_pass_hz), Some(limits::WALL_LOW_PASS_HZ));
    assert_eq!(bumblebees(&square), [(BOB, ROWAN)]);
    assert_eq!(told(&square.pass(5_000)), [], "once");
    square.enter_at(10, 3.0, 20.0);
    assert_eq!(square.view(10).bumblebees.len(), 1, "who comes in sees it too");

    let_listen(&mut square, false);
    assert_eq!(told(&square.pass(50)), [(BOB, None)]);
    assert!((against_distance_db(&square) - OPEN_WALL_GAIN_DB).abs() < 0.05, "in the same tick");
    assert_eq!(bumblebees(&square), []);
}

#[test]
fn who_walks_on_sits_down_or_leaves_listens_no_more() {
    let mut square = square(2.0);
    let_listen(&mut square, true);
    square.pass(50);
    let (x, y) = beside(&square, 8.0);
    square.ask(BOB, Ask::WalkTo(at(x, y))).expect("free way");
    let mut left_at = None;
    for _ in 0..60 {
        if told(&square.pass(50)).contains(&(BOB, None)) {
            left_at = Some(square.is_at(BOB).1 - beside(&square, 0.0).1 as f32);
        }
    }
    let left_at = left_at.expect("walked out of reach");
    let reach_m = limits::BUMBLEBEE_REACH_M + limits::BUMBLEBEE_HYSTERESIS_M;
    assert!((reach_m..reach_m + 0.2).contains(&left_at), "{left_at}");
    let (x, y) = beside(&square, 3.2);
    square.ask(BOB, Ask::WalkTo(at(x, y))).expect("free way");
    assert_eq!(told(&square.pass(3_000)), [], "between the lines nobody begins to listen");
    let (x, y) = beside(&square, 2.8);
    square.ask(BOB, Ask::WalkTo(at(x, y))).expect("free way");
    assert_eq!(told(&square.pass(1_000)), [(BOB, Some(ROWAN))]);

    square.ask(BOB, Ask::JoinTable(ROWAN)).expect("a free seat");
    let events = square.pass(3_000);
    assert_eq!(told(&events), [(BOB, None)]);
    assert_eq!(square.own(BOB, ANN).map(|source| source.gain), Some(1.0), "one of those who talk there");
    square.ask(BOB, Ask::LeaveTable).expect("up");
    assert_eq!(told(&square.pass(3_000)), [(BOB, Some(ROWAN))]);
    square.ask(BOB, Ask::Leave).expect("is in");
    assert!(square.space.drain().any(|event| event.what == Happening::Left(ParticipantId(BOB))));
    assert_eq!((told(&square.pass(100)), bumblebees(&square)), (vec![], vec![]), "gone from the view with them");
}

#[test]
fn a_closed_table_lets_nobody_listen() {
    let mut square = Square::new();
    square.enter(ANN, Some(Start::Table(SPRUCE))).expect("a free seat");
    square.enter_at(BOB, 33.0, 12.0);
    square.enter_at(CEM, 2.0, 20.0);
    square.talk(ANN);
    assert_eq!(square.ask(ANN, Ask::LetListen { table: SPRUCE, allowed: true }), Err(Refusal::ClosedTable));
    assert_eq!(square.ask(BOB, Ask::LetListen { table: ROWAN, allowed: true }), Err(Refusal::NotAtTable));
    assert_eq!(told(&square.pass(500)), []);
    assert!(!square.hears(BOB, ANN));
}

#[test]
fn slots_go_to_the_table_that_is_listened_to_when_others_are_as_loud() {
    let mut square = square(2.0);
    square.listen(BOB, Listening::Forwarded, 0);
    square.ask(ANN, Ask::SetMicrophone(Microphone::Muted)).expect("is in");
    // Eight voices on the square, a bit louder than Ann through the wall, and clearly quieter than she is in passing.
    let law = square.space.hearing().law();
    let [(ax, ay), (bx, by)] = [ANN, BOB].map(|who| square.is_at(who));
    let through_wall = law.gain((ax - bx).hypot(ay - by)) * amplitude_from_db(OPEN_WALL_GAIN_DB);
    let away_m =
        (1..1_200).map(|cm| cm as f32 / 100.0).find(|&m| law.gain(m) < 1.2 * through_wall).expect("on the map");
    assert!(law.gain(away_m) > through_wall);
    for who in 10..18 {
        let turn = (who - 10) as f32 * 0.1;
        square.enter_at(who, (bx + away_m * turn.sin()).into(), (by + away_m * turn.cos()).into());
        square.talk(who);
    }
    square.pass(1_000);
    square.ask(ANN, Ask::SetMicrophone(Microphone::On)).expect("is in");
    square.talk(ANN);
    square.pass(2_000);
    assert!(!square.hears(BOB, ANN), "eight are louder than she is through her wall");
    let_listen(&mut square, true);
    square.pass(1_000);
    assert!(square.hears(BOB, ANN), "and none is any more");
}

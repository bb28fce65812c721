//! Tables that let themselves be listened to in passing: who says so, and when it ends.

use crate::stage::{ANN, BOB, CEM, ROWAN, SPRUCE, Square};
use torg_protocol::ids::TableId;
use torg_protocol::people::ParticipantKind;
use torg_space::{Ask, Event, Happening, Refusal, Start};

const OAK: TableId = TableId(2);

/// Ann, a host, stands; Bob and Cem sit at the open table.
fn square() -> Square {
    let mut square = Square::new();
    square.enter_at(ANN, 2.0, 12.5);
    for who in [BOB, CEM] {
        square.enter(who, Some(Start::Table(ROWAN))).expect("a free seat");
    }
    square.pass(500);
    square
}

fn lets(square: &mut Square, who: u32, table: TableId, allowed: bool) -> Result<(), Refusal> {
    square.ask(who, Ask::LetListen { table, allowed })
}

fn told(square: &mut Square) -> Vec<Vec<TableId>> {
    let lists = square.space.drain().filter_map(|event: Event| match event.what {
        Happening::LetListen(tables) => Some(tables),
        _ => None,
    });
    lists.collect()
}

#[test]
fn whoever_sits_at_an_open_table_lets_others_listen_or_does_so_no_more() {
    let mut square = square();
    assert_eq!(lets(&mut square, BOB, TableId(6), true), Err(Refusal::UnknownTable));
    assert_eq!(lets(&mut square, BOB, OAK, true), Err(Refusal::NotAtTable));
    assert_eq!(lets(&mut square, ANN, ROWAN, true), Err(Refusal::NotAtTable), "a host neither");
    assert!(told(&mut square).is_empty() && square.view(ANN).let_listen.is_empty());
    lets(&mut square, BOB, ROWAN, true).expect("sits there");
    lets(&mut square, CEM, ROWAN, true).expect("it is so already");
    assert_eq!(told(&mut square), [vec![ROWAN]]);
    assert_eq!(square.view(ANN).let_listen, [ROWAN]);
    lets(&mut square, CEM, ROWAN, false).expect("each of them may take it back");
    assert_eq!(told(&mut square), [vec![]]);
    square.enter(10, Some(Start::Table(OAK))).expect("a free seat");
    lets(&mut square, 10, OAK, true).expect("sits there");
    lets(&mut square, BOB, ROWAN, true).expect("sits there");
    assert_eq!(told(&mut square), [vec![OAK], vec![ROWAN, OAK]]);
}

#[test]
fn a_closed_table_lets_nobody_listen() {
    let mut square = square();
    square.enter(10, Some(Start::Table(SPRUCE))).expect("a free seat");
    assert_eq!(lets(&mut square, 10, SPRUCE, true), Err(Refusal::ClosedTable));
    assert_eq!(lets(&mut square, 10, SPRUCE, false), Err(Refusal::ClosedTable));
}

#[test]
fn it_ends_when_the_last_of_them_leaves() {
    let mut square = square();
    square.enter_as(10, ParticipantKind::Listener, Some(Start::Table(ROWAN))).expect("a free seat");
    assert_eq!(lets(&mut square, 10, ROWAN, true), Err(Refusal::NotAllowed), "who only listens decides nothing");
    lets(&mut square, BOB, ROWAN, true).expect("sits there");
    told(&mut square);
    square.ask(BOB, Ask::LeaveTable).expect("up");
    square.ask(CEM, Ask::Drop).expect("is in");
    square.pass(20_000);
    assert!(told(&mut square).is_empty() && square.view(ANN).let_listen == [ROWAN], "a seat that is held is taken");
    let events = square.pass(15_000);
    let ended = events.iter().position(|event| event.what == Happening::LetListen(vec![]));
    let left = events.iter().position(|event| matches!(event.what, Happening::Left(_)));
    assert!(ended.is_some() && ended < left, "{events:?}");
    square.enter(11, Some(Start::Table(ROWAN))).expect("a free seat");
    assert!(square.view(ANN).let_listen.is_empty(), "who comes next decides anew");
}

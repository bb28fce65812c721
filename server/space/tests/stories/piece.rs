//! The talking piece: who may do what with it, and who is heard meanwhile.

use crate::stage::{ANN, BOB, CEM, ROWAN, SPRUCE, Square};
use torg_protocol::ids::{ParticipantId, TableId};
use torg_protocol::people::{Addressed, Listening, Microphone, ParticipantKind, PieceMove, TalkingPiece};
use torg_space::{Ask, Event, Happening, Refusal, Start};

const DORA: u32 = 4;
const EVA: u32 = 5;

const BRING: PieceMove = PieceMove::Bring {};
const TAKE: PieceMove = PieceMove::Take {};
const LAY_DOWN: PieceMove = PieceMove::LayDown {};
const PUT_AWAY: PieceMove = PieceMove::PutAway {};

fn give(to: u32) -> PieceMove {
    PieceMove::Give { to: ParticipantId(to) }
}

/// Bob, Cem and Dora sit at the open table in one talk, Eva stands beside it, and Ann, a host, is there too.
fn square() -> Square {
    let mut square = Square::new();
    for who in [BOB, CEM, DORA] {
        square.enter(who, Some(Start::Table(ROWAN))).expect("a free seat");
    }
    square.enter_at(EVA, 20.0, 5.9);
    square.enter_at(ANN, 22.5, 8.5);
    square.pass(500);
    square
}

fn moves(square: &mut Square, who: u32, piece: PieceMove) -> Result<(), Refusal> {
    square.ask(who, Ask::MovePiece { table: ROWAN, piece, by_right: false })
}

fn by_right(square: &mut Square, who: u32, piece: PieceMove) -> Result<(), Refusal> {
    square.ask(who, Ask::MovePiece { table: ROWAN, piece, by_right: true })
}

/// Who holds the piece of the open table, if one goes round.
fn piece(square: &Square) -> Option<Option<u32>> {
    let piece = square.view(EVA).pieces.into_iter().find(|piece| piece.table == ROWAN)?;
    Some(piece.holder.map(|holder| holder.0))
}

/// Whom somebody hears.
fn heard(square: &Square, listener: u32) -> Vec<u32> {
    (1..=5).filter(|&speaker| square.hears(listener, speaker)).collect()
}

fn told(events: &[Event], holder: Option<u32>) -> bool {
    let piece = TalkingPiece { table: ROWAN, holder: holder.map(ParticipantId) };
    events.iter().any(|event| event.what == Happening::PiecesChanged(vec![piece]))
}

#[test]
fn of_those_who_sit_at_the_table_only_the_holder_is_heard() {
    let mut square = square();
    assert_eq!((heard(&square, BOB), heard(&square, EVA)), (vec![ANN, CEM, DORA, EVA], vec![ANN, BOB, CEM, DORA]));
    let labels = square.view(EVA).audio_slots;
    by_right(&mut square, ANN, BRING).expect("a host may");
    let events: Vec<Event> = square.space.drain().collect();
    assert!(told(&events, None), "at once: {events:?}");
    square.pass(50);
    assert_eq!((heard(&square, BOB), heard(&square, EVA)), (vec![ANN, EVA], vec![ANN]), "it lies in the middle");
    assert_eq!(square.view(EVA).audio_slots, labels, "the slots rest");
    moves(&mut square, CEM, TAKE).expect("it lies in the middle");
    square.pass(50);
    assert_eq!(heard(&square, EVA), [ANN, CEM], "at once, as the label is there");
    moves(&mut square, CEM, give(DORA)).expect("who holds it");
    square.pass(50);
    assert_eq!((heard(&square, BOB), heard(&square, CEM)), (vec![ANN, DORA, EVA], vec![ANN, DORA, EVA]));
    assert_eq!(square.space.person(ParticipantId(BOB)).map(|bob| bob.microphone), Some(Microphone::On));
    by_right(&mut square, ANN, PUT_AWAY).expect("a host may");
    square.pass(50);
    assert_eq!(heard(&square, EVA), [ANN, BOB, CEM, DORA]);
}

#[test]
fn a_piece_hushes_beds_and_mixes_too() {
    let mut square = square();
    square.enter_at(10, 2.0, 22.0);
    square.enter_at(11, 18.0, 5.5);
    square.listen(10, Listening::Forwarded, 100);
    square.listen(11, Listening::Mixed, 100);
    for who in [BOB, CEM] {
        square.talk(who);
    }
    square.pass(1_000);
    assert!(square.murmurs(10, BOB).is_some() && square.own(11, BOB).is_some());
    by_right(&mut square, ANN, BRING).expect("a host may");
    moves(&mut square, CEM, TAKE).expect("it lies in the middle");
    square.pass(50);
    assert_eq!((square.murmurs(10, BOB), square.own(11, BOB)), (None, None));
    assert!(square.murmurs(10, CEM).is_some() && square.own(11, CEM).is_some());
}

#[test]
fn who_has_no_right_and_does_not_hold_it_may_only_take_it_from_the_middle() {
    let mut square = square();
    for piece in [BRING, PUT_AWAY] {
        assert_eq!(moves(&mut square, BOB, piece), Err(Refusal::NoPieceRight));
    }
    for piece in [TAKE, LAY_DOWN, give(CEM)] {
        assert_eq!(moves(&mut square, BOB, piece), Err(Refusal::NoPiece));
    }
    by_right(&mut square, ANN, PUT_AWAY).expect("there is none, as asked");
    by_right(&mut square, ANN, BRING).expect("a host may");
    assert_eq!(moves(&mut square, BOB, give(CEM)), Err(Refusal::NoPieceRight));
    assert_eq!(moves(&mut square, EVA, TAKE), Err(Refusal::NotAtTable));
    moves(&mut square, BOB, TAKE).expect("it lies in the middle");
    square.space.drain().for_each(drop);
    moves(&mut square, BOB, TAKE).expect("he has it");
    by_right(&mut square, ANN, BRING).expect("one goes round already");
    assert!(square.space.drain().next().is_none() && piece(&square) == Some(Some(BOB)));
    assert_eq!(moves(&mut square, CEM, TAKE), Err(Refusal::PieceHeld));
    assert_eq!(moves(&mut square, CEM, LAY_DOWN), Err(Refusal::PieceHeld));
    assert_eq!(moves(&mut square, CEM, give(DORA)), Err(Refusal::NoPieceRight));
    by_right(&mut square, ANN, give(DORA)).expect("whoever holds it");
    assert_eq!(piece(&square), Some(Some(DORA)));
    moves(&mut square, DORA, LAY_DOWN).expect("hers");
    moves(&mut square, CEM, LAY_DOWN).expect("it lies there");
    assert_eq!(piece(&square), Some(None));
    let unknown = Ask::MovePiece { table: TableId(6), piece: BRING, by_right: true };
    assert_eq!(square.ask(ANN, unknown), Err(Refusal::UnknownTable));
    let empty = Ask::MovePiece { table: SPRUCE, piece: BRING, by_right: true };
    assert_eq!(square.ask(ANN, empty), Err(Refusal::EmptyTable), "nobody is there to hold it");
}

#[test]
fn it_is_given_to_a_person_who_sits_there_and_is_connected() {
    let mut square = square();
    square.enter_as(10, ParticipantKind::Listener, Some(Start::Table(ROWAN))).expect("a free seat");
    by_right(&mut square, ANN, BRING).expect("a host may");
    moves(&mut square, BOB, TAKE).expect("it lies in the middle");
    for who in [EVA, 10] {
        assert_eq!(moves(&mut square, BOB, give(who)), Err(Refusal::NotAtTable));
    }
    assert_eq!(moves(&mut square, BOB, give(99)), Err(Refusal::UnknownParticipant));
    square.ask(DORA, Ask::Drop).expect("is in");
    assert_eq!(moves(&mut square, BOB, give(DORA)), Err(Refusal::NotAtTable));
    square.ask(DORA, Ask::Return).expect("is in");
    moves(&mut square, BOB, give(DORA)).expect("she is back");
    square.ask(CEM, Ask::LeaveTable).expect("up");
    assert_eq!(moves(&mut square, DORA, give(CEM)), Err(Refusal::NotAtTable), "he has risen");
    moves(&mut square, DORA, give(DORA)).expect("she has it");
}

#[test]
fn the_piece_of_who_rises_goes_or_drops_out_lies_in_the_middle() {
    for ask in [Ask::LeaveTable, Ask::Leave, Ask::Drop, Ask::Walk(torg_protocol::geometry::Walk::North)] {
        let mut square = square();
        by_right(&mut square, ANN, BRING).expect("a host may");
        moves(&mut square, BOB, TAKE).expect("it lies in the middle");
        square.space.drain().for_each(drop);
        square.ask(BOB, ask.clone()).expect("is in");
        let events: Vec<Event> = square.space.drain().collect();
        let laid_down = events.iter().position(|event| matches!(event.what, Happening::PiecesChanged(_)));
        let left = events.iter().position(|event| matches!(event.what, Happening::Left(_)));
        assert!(told(&events, None) && left.is_none_or(|left| laid_down < Some(left)), "{ask:?}: {events:?}");
        square.pass(50);
        assert!(!square.hears(EVA, BOB), "who rises has it no more, and is inside the wall still");
        moves(&mut square, CEM, TAKE).expect("it lies in the middle");
    }
    let mut square = square();
    by_right(&mut square, ANN, BRING).expect("a host may");
    square.ask(BOB, Ask::LeaveTable).expect("up");
    square.pass(2_000);
    assert!(square.hears(EVA, BOB), "outside like all others");
    square.ask(BOB, Ask::JoinTable(ROWAN)).expect("a free seat");
    square.pass(3_000);
    assert!(!square.hears(EVA, BOB), "and hushed again");
}

#[test]
fn where_nobody_sits_any_more_there_is_no_piece() {
    let mut square = square();
    square.enter_as(10, ParticipantKind::Listener, Some(Start::Table(ROWAN))).expect("a free seat");
    by_right(&mut square, ANN, BRING).expect("a host may");
    for who in [BOB, CEM] {
        square.ask(who, Ask::Leave).expect("is in");
        assert_eq!(piece(&square), Some(None));
    }
    square.ask(DORA, Ask::LeaveTable).expect("up");
    assert_eq!(piece(&square), None, "who only listens keeps none going");
    let ended = Event { to: torg_space::Audience::Everybody, what: Happening::PiecesChanged(vec![]) };
    assert!(square.space.drain().any(|event| event == ended));
    square.pass(50);
    assert!(square.hears(EVA, DORA));
}

#[test]
fn who_speaks_to_all_is_heard_without_the_piece() {
    let mut square = square();
    by_right(&mut square, ANN, BRING).expect("a host may");
    square.ask(BOB, Ask::SetWord { lent: true }).expect("is in");
    square.ask(BOB, Ask::Speak { to: Addressed::Conveners {}, background: false }).expect("has the word");
    square.pass(200);
    assert!(square.hears(CEM, BOB) && square.hears(EVA, BOB));
    square.ask(BOB, Ask::EndSpeech).expect("is in");
    square.pass(50);
    assert!(!square.hears(CEM, BOB) && !square.hears(EVA, BOB));
}

#[test]
fn pieces_of_several_tables_are_told_in_the_order_of_tables() {
    let mut square = square();
    square.enter(10, Some(Start::Table(SPRUCE))).expect("a free seat");
    square.enter(11, Some(Start::Table(TableId(0)))).expect("a free seat");
    for (who, table) in [(10, SPRUCE), (11, TableId(0)), (ANN, ROWAN)] {
        square.ask(who, Ask::MovePiece { table, piece: BRING, by_right: true }).expect("has the right");
    }
    let tables = |square: &Square| square.view(EVA).pieces.iter().map(|piece| piece.table.0).collect::<Vec<_>>();
    assert_eq!(tables(&square), [0, 1, 5]);
    square.ask(ANN, Ask::MovePiece { table: ROWAN, piece: PUT_AWAY, by_right: true }).expect("has the right");
    assert_eq!(tables(&square), [0, 5]);
}

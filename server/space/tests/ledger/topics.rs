//! First come, first placed; merges need both; hosts arrange everything.

use crate::desk::{BIRCH, Desk, OAK, text};
use torg_protocol::agenda::{Cell, Need, SlotKind};
use torg_protocol::ids::{SlotId, TableId, TopicId};
use torg_protocol::people::Role;
use torg_protocol::text::{PersonName, Prose};
use torg_space::ledger::{Actor, Change, Fact, LedgerRefusal, News, Repeated};

#[test]
fn the_first_to_come_is_placed_and_the_second_told_by_whom() {
    let mut desk = Desk::open();
    let (host, ann, bob) =
        (desk.come("Host", Role::Host), desk.come("Ann", Role::Participant), desk.come("Bob", Role::Participant));
    let round = desk.slot(host, "Round 1", 10, 50);
    desk.post(ann, "Night shifts", Some((round, OAK))).expect("the cell is free");
    let refusal = desk.post(bob, "Day shifts", Some((round, OAK))).expect_err("the cell is taken");
    assert_eq!(refusal.to_string(), "\"Night shifts\" is at Oak in Round 1");
    let overlapping = desk.slot(host, "Long round", 49, 90);
    let refusal = desk.post(bob, "Day shifts", Some((overlapping, OAK))).expect_err("a minute too early");
    assert!(matches!(refusal, LedgerRefusal::CellTaken { .. }), "{refusal}");
    let touching = desk.slot(host, "Round 2", 50, 90);
    desk.post(bob, "Day shifts", Some((touching, OAK))).expect("one after the other is no conflict");
}

#[test]
fn who_would_be_in_two_places_is_told_and_may_insist() {
    let mut desk = Desk::open();
    let (host, ann) = (desk.come("Host", Role::Host), desk.come("Ann", Role::Participant));
    let (one, two) = (desk.slot(host, "Round 1", 10, 50), desk.slot(host, "Also then", 30, 60));
    desk.post(ann, "Night shifts", Some((one, OAK))).expect("free");
    let other = desk.post(ann, "Day shifts", None).expect("into the tray");
    let at = Cell { slot: two, table: BIRCH };
    let place = |anyway| Change::PlaceTopic { topic: other, at, anyway };
    let refusal = desk.does(ann, place(false)).expect_err("Ann is busy");
    assert_eq!(refusal.to_string(), "Ann has \"Night shifts\" in Round 1, at the same time");
    desk.does(ann, place(true)).expect("she insists");
    assert_eq!(desk.does(ann, place(true)), Ok(vec![]), "asking twice does no harm");
}

#[test]
fn who_asks_again_since_the_answer_was_lost_makes_nothing_twice() {
    let mut desk = Desk::open();
    let (host, ann, bob) =
        (desk.come("Host", Role::Host), desk.come("Ann", Role::Participant), desk.come("Bob", Role::Participant));
    let round = desk.slot(host, "Round 1", 10, 50);
    let at = Cell { slot: round, table: OAK };
    let post = |at| Change::PostTopic { text: text("Night shifts"), convener: None, at, anyway: false };
    let placed = desk.post(ann, "Night shifts", Some((round, OAK))).expect("free");
    assert_eq!(desk.does(ann, post(Some(at))), Ok(vec![]), "her own topic does not take her cell");
    assert_eq!(desk.ledger.repeated(Actor::Person(ann), &post(Some(at))), Some(Repeated::Topic(placed)));
    let again = desk.post(ann, "Night shifts", None).expect("in the tray it is another one");
    assert_ne!(placed, again);
    assert_ne!(desk.post(bob, "Night shifts", None).expect("Bob brings his own"), again);
    assert_eq!(desk.ledger.cards().count(), 3);

    let says = |words: &str| Change::AddComment { topic: placed, text: Prose::parse(words).expect("words") };
    desk.does(bob, says("Yes")).expect("a comment");
    assert_eq!(desk.does(bob, says("Yes")), Ok(vec![]));
    assert!(matches!(desk.ledger.repeated(Actor::Person(bob), &says("Yes")), Some(Repeated::Comment(_))));
    desk.does(ann, says("Why?")).expect("a comment");
    assert_ne!(desk.does(bob, says("Yes")), Ok(vec![]), "an answer to what was said in between");
}

#[test]
fn a_place_must_be_one() {
    let mut desk = Desk::open();
    let (host, ann) = (desk.come("Host", Role::Host), desk.come("Ann", Role::Participant));
    let lunch = desk.slot_of(host, "Lunch", SlotKind::Break, 0, 30).expect("a slot");
    let past = desk.slot(host, "Yesterday", -1500, -1440);
    let running = desk.slot(host, "Now", -10, 10);
    let refusals = [(lunch, OAK), (past, OAK), (running, TableId(99)), (SlotId(99), OAK)]
        .map(|at| desk.post(ann, "T", Some(at)).expect_err("no place").to_string());
    assert_eq!(
        refusals,
        ["Lunch takes no topics", "Yesterday is over", "there is no such table", "there is no such slot any more"]
    );
    desk.post(ann, "On the spot", Some((running, OAK))).expect("a spontaneous topic at a free table");
    assert_eq!(desk.ledger.cards().count(), 1, "a refusal leaves nothing behind");
}

#[test]
fn a_slot_that_goes_sends_its_topics_to_the_tray() {
    let mut desk = Desk::open();
    let (host, ann) = (desk.come("Host", Role::Host), desk.come("Ann", Role::Participant));
    let round = desk.slot(host, "Round 1", 10, 50);
    let topic = desk.post(ann, "Night shifts", Some((round, OAK))).expect("free");
    let mut wished = text("Wishful");
    wished.wish = Some(round);
    desk.does(ann, Change::EditTopic { topic, text: wished }).expect("hers");
    desk.news.clear();
    desk.does(host, Change::RemoveSlot { slot: round }).expect("a host may");
    assert_eq!((desk.card(topic).placed, desk.card(topic).wish), (None, None));
    assert!(desk.news.contains(&News::SlotGone(round)) && desk.news.contains(&News::Topic(topic)));
    assert_eq!(desk.does(host, Change::RemoveSlot { slot: round }), Ok(vec![]));
}

#[test]
fn a_slot_can_not_be_moved_over_another_topic_at_its_table() {
    let mut desk = Desk::open();
    let (host, ann) = (desk.come("Host", Role::Host), desk.come("Ann", Role::Participant));
    let (one, two) = (desk.slot(host, "Round 1", 10, 50), desk.slot(host, "Round 2", 50, 90));
    desk.post(ann, "First", Some((one, OAK))).expect("free");
    desk.post(ann, "Second", Some((two, OAK))).expect("free");
    let longer = desk.slot_text("Round 1", SlotKind::Topics, 10, 55);
    let refusal = desk.does(host, Change::EditSlot { slot: one, text: longer }).expect_err("they would meet");
    assert!(refusal.to_string().starts_with("\"First\" and \"Second\" would be"), "{refusal}");
    let later = desk.slot_text("Round 2", SlotKind::Topics, 60, 100);
    desk.does(host, Change::EditSlot { slot: two, text: later }).expect("out of the way first");
    let longer = desk.slot_text("Round 1", SlotKind::Topics, 10, 55);
    desk.does(host, Change::EditSlot { slot: one, text: longer }).expect("then there is room");
}

#[test]
fn times_that_can_not_be_are_refused_in_words() {
    let mut desk = Desk::open();
    let host = desk.come("Host", Role::Host);
    for (from, to) in [(10, 10), (10, 9), (0, 8 * 24 * 60)] {
        let refusal = desk.slot_of(host, "S", SlotKind::Plenum, from, to).expect_err("no such time");
        assert!(matches!(refusal, LedgerRefusal::Time(_)), "{refusal}");
    }
    desk.slot_of(host, "Over midnight", SlotKind::Topics, 11 * 60, 13 * 60).expect("slots cross midnight");
}

#[test]
fn merging_needs_both_and_brings_all_of_it_together() {
    let mut desk = Desk::open();
    let [ann, bob, eva] = ["Ann", "Bob", "Eva"].map(|name| desk.come(name, Role::Participant));
    let (stays, goes) = (desk.post(ann, "Rota", None).expect("new"), desk.post(bob, "Rotas", None).expect("new"));
    desk.does(eva, Change::SetInterest { topic: goes, interested: true }).expect("anybody may");
    let words = Prose::parse("I have one").expect("words");
    desk.does(eva, Change::AddComment { topic: goes, text: words }).expect("anybody may");
    let ask = Change::ProposeMerge { topic: stays, with: goes };
    assert!(matches!(desk.does(eva, ask.clone()), Err(LedgerRefusal::NotYours(_))), "it is not hers");
    let answer = |agree| Change::AnswerMerge { topic: goes, agree };
    assert!(matches!(desk.does(bob, answer(true)), Err(LedgerRefusal::NotNow(_))), "nobody asked");
    desk.does(ann, ask.clone()).expect("hers");
    assert_eq!(desk.card(goes).merge_proposed_by, Some(stays));
    assert!(matches!(desk.does(ann, answer(true)), Err(LedgerRefusal::NotYours(_))), "Bob answers, not she");
    desk.does(bob, answer(false)).expect("his");
    desk.does(ann, ask).expect("again");
    desk.does(bob, answer(true)).expect("his");
    assert_eq!(desk.ledger.merged_into(goes), Some(stays));
    let card = desk.card(stays);
    assert_eq!((card.interested, card.comments, card.co_conveners.len()), (1, 1, 1));
    assert_eq!(desk.ledger.interests(eva), [stays]);
    assert_eq!(desk.ledger.card(goes), None);
}

#[test]
fn a_withdrawn_topic_takes_its_questions_with_it() {
    let mut desk = Desk::open();
    let [ann, bob] = ["Ann", "Bob"].map(|name| desk.come(name, Role::Participant));
    let (one, two) = (desk.post(ann, "Rota", None).expect("new"), desk.post(bob, "Rotas", None).expect("new"));
    desk.does(ann, Change::ProposeMerge { topic: one, with: two }).expect("hers");
    desk.does(ann, Change::WithdrawTopic { topic: one }).expect("hers");
    assert_eq!(desk.card(two).merge_proposed_by, None);
    assert_eq!(desk.does(ann, Change::WithdrawTopic { topic: one }), Ok(vec![]), "twice does no harm");
    assert_eq!(desk.post(bob, "Next", None), Ok(TopicId(3)), "ids are not given twice");
}

#[test]
fn others_topics_are_the_hosts_to_arrange() {
    let mut desk = Desk::open();
    let [host, ann, bob] = ["Host", "Ann", "Bob"]
        .map(|name| desk.come(name, if name == "Host" { Role::CoHost } else { Role::Participant }));
    let topic = desk.post(ann, "Rota", None).expect("new");
    let edit = |title| Change::EditTopic { topic, text: text(title) };
    assert!(matches!(desk.does(bob, edit("Mine")), Err(LedgerRefusal::NotYours(_))));
    desk.does(host, edit("Rota for all")).expect("a co-host may");
    let with = |participants| Change::SetCoConveners { topic, participants };
    desk.does(ann, with(vec![bob, bob, ann])).expect("hers");
    assert_eq!(desk.card(topic).co_conveners.len(), 1, "each once, and not who brings it already");
    desk.does(bob, edit("Ours")).expect("he brings it along");
    assert!(desk.does(ann, with(vec![bob; 9])).is_err(), "too many");
    assert_eq!(desk.does(bob, edit("Ours")), Ok(vec![]));
}

#[test]
fn topics_come_through_the_api_under_a_name() {
    let mut desk = Desk::open();
    let mut words = text("From outside");
    words.needs = vec![Need::Screen, Need::Quiet, Need::Screen];
    let convener = Some(PersonName::parse("Åse").expect("a name"));
    let post = Change::PostTopic { text: words, convener, at: None, anyway: false };
    desk.asks(Actor::Link(Role::Host), &post).expect("the link may");
    let card = desk.card(TopicId(1)).clone();
    assert_eq!((card.convener.participant, card.convener.name.as_str()), (None, "Åse"));
    assert_eq!(card.needs, [Need::Quiet, Need::Screen]);
    let interest = Change::SetInterest { topic: card.id, interested: true };
    assert_eq!(desk.asks(Actor::Link(Role::Host), &interest), Err(LedgerRefusal::UnknownPerson));
}

#[test]
fn the_market_takes_thousands_of_topics_and_then_says_so() {
    let mut desk = Desk::open();
    let ann = desk.come("Ann", Role::Participant);
    let mut ledger = std::mem::take(&mut desk.ledger);
    let map = torg_space::Map::default_square();
    let moment =
        torg_space::ledger::Moment { now: desk.now, map: &map, seating: &desk.seating, waiting: &desk.waiting };
    let post = |number: usize| Change::PostTopic {
        text: text(&format!("Number {number}")),
        convener: None,
        at: None,
        anyway: false,
    };
    for number in 0..2_500 {
        let facts = ledger.act(&moment, Actor::Person(ann), &post(number)).expect("there is room");
        desk.written.extend(facts.into_iter().map(|fact: Fact| (desk.now, fact)));
    }
    let refusal = ledger.act(&moment, Actor::Person(ann), &post(2_500)).expect_err("full");
    assert_eq!(refusal.to_string(), "there are 2500 topics already, as many as there may be");
    desk.ledger = ledger;
}

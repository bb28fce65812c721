//! What is asked through the API, by who holds a link's token and is nobody in the space.

use crate::desk::{BIRCH, Desk, OAK, text};
use torg_protocol::agenda::Cell;
use torg_protocol::ids::{SlotId, TopicId};
use torg_protocol::people::Role;
use torg_protocol::text::PersonName;
use torg_space::ledger::{Actor, Bringer, Change, Fact, LedgerRefusal, TopicText};

const HOST: Actor = Actor::Link(Role::Host);

fn name(text: &str) -> Option<PersonName> {
    Some(PersonName::parse(text).expect("a name"))
}

fn post(desk: &mut Desk, convener: &str, at: Option<Cell>) -> Result<Vec<Fact>, LedgerRefusal> {
    let post = Change::PostTopic { text: text("Night shifts"), convener: name(convener), at, anyway: false };
    desk.asks(HOST, &post)
}

fn revise(topic: u32) -> Revision {
    Revision { topic: TopicId(topic), text: None, convener: None, at: None, anyway: false }
}

struct Revision {
    topic: TopicId,
    text: Option<TopicText>,
    convener: Option<PersonName>,
    at: Option<Option<Cell>>,
    anyway: bool,
}

impl Revision {
    fn by(self, desk: &mut Desk, who: Actor) -> Result<Vec<Fact>, LedgerRefusal> {
        let Self { topic, text, convener, at, anyway } = self;
        desk.asks(who, &Change::ReviseTopic { topic, text, convener, at, anyway })
    }
}

#[test]
fn every_text_belongs_to_somebody_so_that_each_can_be_forgotten() {
    let mut desk = Desk::open();
    let ann = desk.come("Ann", Role::Participant);
    let mut owners = Vec::new();
    for convener in ["Ann", "Eva", "Eva"] {
        let mut facts = post(&mut desk, convener, None).expect("a host's link may");
        let mut owned = Vec::new();
        facts.iter_mut().for_each(|fact| fact.personal_mut(&mut |personal| owned.push(personal.of())));
        assert!(owned.iter().all(|owner| *owner == owned[0]), "a topic's words are of who brings it: {owned:?}");
        owners.push(owned[0]);
    }
    assert_eq!(owners[0], ann);
    let newcomer = desk.come("Eva", Role::Participant);
    assert!(owners[1] != owners[2] && !owners[1..].contains(&newcomer), "a name alone is nobody's: {owners:?}");
    // The topic that Eva's namesake brings says something else; then Ann brings it.
    let facts = Revision { text: Some(text("Else")), ..revise(2) }.by(&mut desk, HOST).expect("may");
    assert!(matches!(&facts[..], [Fact::TopicEdited { text, .. }] if text.title.of() == owners[1]));
    let both = Revision { text: Some(text("Hers")), convener: name("Ann"), ..revise(2) };
    let facts = both.by(&mut desk, HOST).expect("may");
    assert!(matches!(&facts[0], Fact::TopicEdited { text, .. } if text.title.of() == ann));
    assert!(matches!(&facts[1], Fact::ConvenerSet { convener: Bringer::Person(who), .. } if *who == ann));
    assert_eq!(desk.replayed(), desk.ledger);
}

#[test]
fn a_revision_is_done_whole_or_not_at_all() {
    let mut desk = Desk::open();
    let (host, ann) = (desk.come("Host", Role::Host), desk.come("Ann", Role::Participant));
    let (one, two) = (desk.slot(host, "Round 1", 10, 50), desk.slot(host, "Round 2", 50, 90));
    let cell = |slot: SlotId, table| Cell { slot, table };
    post(&mut desk, "Eva", Some(cell(one, OAK))).expect("free");
    post(&mut desk, "Ann", Some(cell(two, OAK))).expect("free");
    let before = desk.ledger.clone();
    let all = |at, convener| Revision { text: Some(text("Else")), convener: name(convener), at: Some(at), ..revise(1) };
    let taken = all(Some(cell(two, OAK)), "Eva").by(&mut desk, HOST).expect_err("taken");
    assert!(matches!(taken, LedgerRefusal::CellTaken { .. }), "{taken}");
    let busy = all(Some(cell(two, BIRCH)), "Ann").by(&mut desk, HOST).expect_err("Ann is busy then");
    assert!(matches!(busy, LedgerRefusal::ConvenerBusy { .. }), "{busy}");
    let nowhere = all(Some(cell(SlotId(99), OAK)), "Ann").by(&mut desk, HOST).expect_err("no such slot");
    assert_eq!(nowhere, LedgerRefusal::UnknownSlot);
    let others = all(None, "Ann").by(&mut desk, Actor::Link(Role::Participant)).expect_err("not theirs");
    assert!(matches!(others, LedgerRefusal::NotYours(_) | LedgerRefusal::NotAllowed(_)), "{others}");
    assert_eq!(desk.ledger, before, "a refusal changes nothing");

    Revision { anyway: true, ..all(Some(cell(two, BIRCH)), "Ann") }.by(&mut desk, HOST).expect("she insists");
    let card = desk.card(TopicId(1));
    assert_eq!((card.title.as_str(), card.convener.participant), ("Else", Some(ann)));
    assert_eq!(card.placed, Some(cell(two, BIRCH)));
    assert_eq!(revise(1).by(&mut desk, HOST), Ok(vec![]), "nothing asked, nothing written");
    all(None, "Somebody else").by(&mut desk, HOST).expect("into the tray");
    let card = desk.card(TopicId(1));
    assert_eq!((card.placed, card.convener.participant), (None, None));
    assert_eq!(desk.replayed(), desk.ledger);
}

#[test]
fn a_slot_that_is_taken_away_while_it_runs_rings_at_its_end() {
    let mut desk = Desk::open();
    let host = desk.come("Host", Role::Host);
    let (runs, comes) = (desk.slot(host, "Now", -5, 30), desk.slot(host, "Later", 30, 60));
    desk.ring();
    let bell = desk.now;
    let kinds = |facts: Vec<Fact>| facts.iter().map(Fact::kind).collect::<Vec<_>>();
    let gone = desk.does(host, Change::RemoveSlot { slot: runs }).expect("a host may");
    assert_eq!(gone[0], Fact::SlotClosed { slot: runs, bell });
    let gone = desk.does(host, Change::RemoveSlot { slot: comes }).expect("a host may");
    assert_eq!(kinds(gone), ["slot_removed.1"], "what nobody heard begin ends in silence");
}

#[test]
fn nothing_is_written_after_the_end() {
    let mut desk = Desk::open();
    let (host, ann) = (desk.come("Host", Role::Host), desk.come("Ann", Role::Participant));
    desk.sit(ann, OAK);
    for role in Role::ALL {
        let closed = desk.ledger.clone().act(&desk.moment(), Actor::Link(role), &Change::CloseSpace);
        assert_eq!(closed.is_ok(), role == Role::Host, "{role:?}");
    }
    desk.asks(HOST, &Change::CloseSpace).expect("a host's link may");
    assert!(desk.ledger.is_closed() && !desk.ledger.has_open_visits(), "who sat there stood up");
    let refusal = desk.does(host, Change::CloseSpace).expect_err("closed already");
    assert_eq!(refusal.to_string(), "this space was closed for good");
    assert_eq!(desk.replayed(), desk.ledger);
}

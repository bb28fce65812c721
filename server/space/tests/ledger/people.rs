//! Roles, doors and help.

use crate::desk::{Desk, OAK, SPRUCE};
use torg_protocol::ids::ParticipantId;
use torg_protocol::people::{Destination, Door, Role};
use torg_protocol::text::{PersonName, Prose};
use torg_space::ledger::{Change, Deed, Fact, LedgerRefusal, Right, right};

fn prose(text: &str) -> Prose {
    Prose::parse(text).expect("words")
}

/// Every change that takes a right which somebody lacks, asked by every role: refused just where the matrix says so.
#[test]
fn every_change_asks_the_matrix() {
    for role in Role::ALL {
        let mut desk = Desk::open();
        let (other, asker) = (desk.come("Other", Role::Participant), desk.come("Asker", role));
        let lobby = desk.ledger.clone();
        let topic = desk.post(other, "Theirs", None).expect("new");
        desk.does(other, Change::AddComment { topic, text: prose("Mine") }).expect("new");
        desk.does(other, Change::CallForHelp { words: prose("") }).expect("anybody may");
        let comment =
            desk.ledger.topic_detail(topic, torg_space::ledger::Actor::Person(other)).expect("live").comments[0].id;
        let slot = desk.slot_text("Slot", torg_protocol::agenda::SlotKind::Topics, 1, 2);
        let edit = crate::desk::text("Mine now");
        let asks: Vec<(Deed, Change)> = vec![
            (Deed::ArrangeTopic, Change::EditTopic { topic, text: edit }),
            (Deed::ArrangeTopic, Change::UnplaceTopic { topic }),
            (Deed::ArrangeTopic, Change::SetCoConveners { topic, participants: vec![asker] }),
            (Deed::RemoveComment, Change::RemoveComment { topic, comment }),
            (Deed::ArrangeSlots, Change::AddSlot { text: slot }),
            (Deed::GrantRole, Change::GrantRole { participant: other, role: Role::Reporter }),
            (Deed::GrantHost, Change::GrantRole { participant: other, role: Role::Host }),
            (Deed::HoldDoor, Change::AdmitAll),
            (Deed::SetDoor, Change::SetDoor { door: Door::Lobby }),
            (Deed::SetDoor, Change::SetCapacity { people: 10 }),
            (Deed::Mute, Change::Mute { participant: other }),
            (Deed::Mute, Change::AskToUnmute { participant: other }),
            (Deed::LendWord, Change::LendWord { participant: other, lent: true }),
            (Deed::KeepOut, Change::KeepOut { table: SPRUCE, kept_out: true }),
            (Deed::Move, Change::Move { participant: other, to: Destination::Table(OAK) }),
            (Deed::AnswerHelp, Change::EndHelp { participant: other }),
            (Deed::Remove, Change::Remove { participant: other, words: prose(""), for_good: false }),
            (Deed::MergeTopic, Change::AnswerMerge { topic, agree: true }),
            (
                Deed::PostTopic,
                Change::PostTopic { text: crate::desk::text("New"), convener: None, at: None, anyway: false },
            ),
            (Deed::TakePart, Change::SetInterest { topic, interested: true }),
            (Deed::CallForHelp, Change::CallForHelp { words: prose("Sound?") }),
        ];
        drop(lobby);
        for (deed, change) in asks {
            let before = desk.ledger.clone();
            let done = desk.does(asker, change.clone());
            let may = right(role, deed) == Right::Yes;
            assert_eq!(done.is_ok(), may, "{role:?} {change:?}: {done:?}");
            if let Err(refusal) = done {
                let named = matches!(refusal, LedgerRefusal::NotAllowed(_) | LedgerRefusal::NotYours(_));
                assert!(named && !refusal.to_string().is_empty(), "{refusal}");
                assert_eq!(desk.ledger, before, "a refusal changes nothing");
            }
            // Everybody starts from the same.
            desk.written.truncate(0);
            desk.written = Vec::new();
            desk.ledger = before;
        }
        desk.ledger = desk.replayed();
    }
}

#[test]
fn a_lobby_keeps_those_of_the_join_link_until_they_are_let_in() {
    let mut desk = Desk::open();
    let helper = desk.come("Helper", Role::Helper);
    let host = desk.come("Host", Role::Host);
    desk.does(host, Change::SetDoor { door: Door::Lobby }).expect("a host may");
    let ann = desk.come("Ann", Role::Participant);
    let bob = desk.come("Bob", Role::Participant);
    assert_eq!(desk.waiting, [ann, bob]);
    desk.come("Late helper", Role::Helper);
    assert_eq!(desk.waiting.len(), 2, "who helps walks in");
    desk.does(helper, Change::Admit { participant: ann }).expect("a helper holds the door");
    assert_eq!(desk.does(helper, Change::Admit { participant: ann }), Ok(vec![]), "twice does no harm");
    desk.does(helper, Change::TurnAway { participant: bob, words: prose("Tomorrow") }).expect("a helper may");
    desk.waiting.clear();
    assert_eq!(desk.come_as(Some(ann), "Ann", Role::Participant), Ok(ann));
    assert!(desk.waiting.is_empty(), "she was let in once");
    desk.come_as(Some(bob), "Bob", Role::Participant).expect("he waits again");
    assert_eq!(desk.waiting, [bob]);
    let refusal = desk.does(helper, Change::Admit { participant: ParticipantId(99) }).expect_err("nobody");
    assert!(matches!(refusal, LedgerRefusal::UnknownPerson | LedgerRefusal::NotNow(_)));
}

#[test]
fn a_locked_door_lets_back_in_who_was_in() {
    let mut desk = Desk::open();
    let (host, ann) = (desk.come("Host", Role::Host), desk.come("Ann", Role::Participant));
    desk.does(host, Change::SetDoor { door: Door::Locked }).expect("a host may");
    assert_eq!(desk.come_as(None, "Bob", Role::Participant), Err(LedgerRefusal::DoorLocked));
    assert_eq!(desk.come_as(Some(ann), "Ann", Role::Participant), Ok(ann));
    desk.does(host, Change::SetDoor { door: Door::Open }).expect("a host may");
    desk.does(host, Change::SetCapacity { people: 2 }).expect("a host may");
    assert_eq!(desk.come_as(None, "Bob", Role::Participant), Err(LedgerRefusal::SpaceFull { max: 2 }));
    desk.come("Helper", Role::Helper);
}

#[test]
fn a_granted_role_stays_and_who_is_barred_stays_out() {
    let mut desk = Desk::open();
    let (host, ann, bob) =
        (desk.come("Host", Role::Host), desk.come("Ann", Role::Participant), desk.come("Bob", Role::Participant));
    desk.does(host, Change::GrantRole { participant: ann, role: Role::Facilitator }).expect("a host may");
    desk.come_as(Some(ann), "Ann", Role::Participant).expect("open");
    assert_eq!(desk.ledger.role(ann), Some(Role::Facilitator));
    desk.come_as(Some(ann), "Ann", Role::Convener).expect("open");
    assert_eq!(desk.ledger.role(ann), Some(Role::Convener), "a link of another role gives that one");
    desk.come_as(Some(ann), "Ann", Role::Participant).expect("open");
    assert_eq!(desk.ledger.role(ann), Some(Role::Participant));
    let remove = |participant| Change::Remove { participant, words: prose("Bye"), for_good: true };
    desk.does(host, remove(bob)).expect("a host may");
    assert_eq!(desk.come_as(Some(bob), "Bob", Role::Participant), Err(LedgerRefusal::Barred));
    assert!(desk.does(host, remove(host)).is_err());
    let demote = Change::GrantRole { participant: host, role: Role::Participant };
    assert!(desk.does(host, demote).is_err(), "a space keeps its host");
}

#[test]
fn co_hosts_can_not_touch_hosts() {
    let mut desk = Desk::open();
    let (host, co_host) = (desk.come("Host", Role::Host), desk.come("Co-host", Role::CoHost));
    let changes = [
        Change::GrantRole { participant: host, role: Role::Participant },
        Change::GrantRole { participant: co_host, role: Role::Host },
        Change::Remove { participant: host, words: prose(""), for_good: true },
    ];
    for change in changes {
        assert_eq!(desk.does(co_host, change), Err(LedgerRefusal::NotAllowed(Deed::GrantHost)));
    }
}

#[test]
fn a_call_for_help_is_taken_and_ended() {
    let mut desk = Desk::open();
    let (helper, ann, bob) =
        (desk.come("Helper", Role::Helper), desk.come("Ann", Role::Participant), desk.come("Bob", Role::Participant));
    desk.does(ann, Change::CallForHelp { words: prose("No sound") }).expect("anybody may");
    let end = Change::EndHelp { participant: ann };
    assert!(matches!(desk.does(bob, end.clone()), Err(LedgerRefusal::NotYours(_))));
    let taken = desk.does(helper, end.clone()).expect("a helper may");
    assert_eq!(taken, [Fact::HelpTaken { person: ann, helper }]);
    assert_eq!(desk.ledger.calls()[0].helper, Some(helper));
    desk.does(helper, end.clone()).expect("and ends it");
    assert!(matches!(desk.does(ann, end), Err(LedgerRefusal::NotNow(_))), "it has ended");
}

#[test]
fn names_are_kept_as_they_were_and_are_bounded() {
    let mut desk = Desk::open();
    let ann = desk.come("Ann", Role::Participant);
    let topic = desk.post(ann, "Rota", None).expect("new");
    let rename = |name: &str| Change::Rename { name: PersonName::parse(name).expect("a name") };
    desk.does(ann, rename("Anna")).expect("hers");
    assert_eq!(desk.card(topic).convener.name.as_str(), "Ann");
    assert_eq!(desk.ledger.name(ann).expect("known").as_str(), "Anna");
    let refused = (0..60).filter(|n| desk.does(ann, rename(&format!("Ann {n}"))).is_err()).count();
    assert_eq!(refused, 12, "50 names in all");
    desk.come_as(Some(ann), "Yet another", Role::Participant).expect("she comes in all the same");
}

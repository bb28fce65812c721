//! Speaking to all: the word that is lent, tables that keep it out, and what is written of who spoke.

use crate::desk::{Desk, OAK, SPRUCE};
use std::collections::BTreeMap;
use torg_protocol::ids::{ParticipantId, TableId, ZoneId};
use torg_protocol::map::TableWall;
use torg_protocol::people::{Addressed, Role};
use torg_protocol::text::Prose;
use torg_protocol::units::DurationMs;
use torg_space::Map;
use torg_space::ledger::{Actor, Change, Fact, Ledger, LedgerRefusal, News};
use torg_space::limits::{PULSE_EVERY, WORDS_LENT_MAX};

const ALL: Addressed = Addressed::Everybody {};

fn lend(participant: ParticipantId, lent: bool) -> Change {
    Change::LendWord { participant, lent }
}

fn keep_out(table: TableId, kept_out: bool) -> Change {
    Change::KeepOut { table, kept_out }
}

#[test]
fn the_word_is_lent_to_who_is_here_and_taken_back_from_whomever() {
    let mut desk = Desk::open();
    let (host, ann) = (desk.come("Host", Role::Host), desk.come("Ann", Role::Participant));
    let refused = desk.does(ann, lend(ann, true)).expect_err("not hers to lend");
    assert_eq!(refused.to_string(), "this takes another role: host or co-host");
    assert_eq!(desk.does(host, lend(ann, false)), Ok(vec![]), "she has it not, as asked");
    let by = Actor::Person(host);
    let lent = Fact::WordLent { person: ann, lent: true, by };
    assert_eq!(desk.does(host, lend(ann, true)), Ok(vec![lent]));
    assert!(desk.ledger.has_word(ann) && desk.news == [News::Word(ann)]);
    assert_eq!(desk.does(host, lend(ann, true)), Ok(vec![]), "twice does no harm");
    assert_eq!(desk.does(host, lend(ParticipantId(99), true)), Err(LedgerRefusal::UnknownPerson));

    desk.seating.leave(desk.now, ann);
    assert_eq!(desk.come_as(Some(ann), "Ann", Role::Participant), Ok(ann));
    assert!(desk.ledger.has_word(ann), "she comes again with it");
    desk.seating.leave(desk.now, ann);
    let back = Fact::WordLent { person: ann, lent: false, by };
    assert_eq!(desk.does(host, lend(ann, false)), Ok(vec![back]));
    let refused = desk.does(host, lend(ann, true)).expect_err("she is not here");
    assert_eq!(refused.to_string(), "this person is not here any more");
}

#[test]
fn who_is_shown_out_comes_again_without_the_word() {
    let mut desk = Desk::open();
    let (host, ann) = (desk.come("Host", Role::Host), desk.come("Ann", Role::Participant));
    desk.does(host, lend(ann, true)).expect("a host may");
    let remove = Change::Remove { participant: ann, words: Prose::default(), for_good: false };
    let facts = desk.does(host, remove).expect("a host may");
    assert!(matches!(facts[..], [Fact::WordLent { lent: false, .. }, Fact::Removed { .. }]), "{facts:?}");
    assert!(!desk.ledger.has_word(ann));
}

#[test]
fn as_many_people_have_the_word_as_may() {
    let mut desk = Desk::open();
    let host = desk.come("Host", Role::Host);
    for number in 0..WORDS_LENT_MAX {
        let guest = desk.come(&format!("Guest {number}"), Role::Participant);
        desk.does(host, lend(guest, true)).expect("there is room");
    }
    let refused = desk.does(host, lend(host, true)).expect_err("one too many");
    assert_eq!(refused.to_string(), "there are 200 people with the word already, as many as there may be");
    desk.does(host, lend(ParticipantId(2), false)).expect("one less");
    desk.does(host, lend(host, true)).expect("there is room again");
}

#[test]
fn a_closed_table_keeps_out_what_those_who_lead_there_want_out() {
    let mut desk = Desk::open();
    let (host, ann) = (desk.come("Host", Role::Host), desk.come("Ann", Role::Participant));
    let leads = desk.come("Leads", Role::Facilitator);
    for (who, sits) in [(leads, None), (leads, Some(OAK)), (ann, Some(SPRUCE))] {
        desk.sit(who, sits);
        let refused = desk.does(who, keep_out(SPRUCE, true)).expect_err("not theirs");
        assert!(matches!(refused, LedgerRefusal::NotYours(_)), "{refused}");
    }
    desk.sit(leads, SPRUCE);
    let fact = Fact::KeptOut { table: SPRUCE, kept_out: true, by: Some(Actor::Person(leads)) };
    assert_eq!(desk.does(leads, keep_out(SPRUCE, true)), Ok(vec![fact]));
    assert_eq!(desk.ledger.kept_out().collect::<Vec<_>>(), [SPRUCE]);
    assert!(desk.news.contains(&News::KeptOut));
    assert_eq!(desk.does(host, keep_out(SPRUCE, true)), Ok(vec![]), "it is so already");

    let refused = desk.does(host, keep_out(OAK, true)).expect_err("open");
    assert_eq!(refused.to_string(), "this table is open to all sound: there is nothing to keep out");
    assert_eq!(desk.does(host, keep_out(OAK, false)), Ok(vec![]), "nothing is kept out there, as asked");
    assert_eq!(desk.does(host, keep_out(TableId(77), true)), Err(LedgerRefusal::UnknownTable));
    desk.does(host, keep_out(SPRUCE, false)).expect("a host may");
    assert_eq!(desk.ledger.kept_out().count(), 0);
}

#[test]
fn a_talking_piece_is_for_hosts_and_for_who_leads_at_the_table() {
    let mut desk = Desk::open();
    let roles = [Role::CoHost, Role::Convener, Role::Reporter, Role::Helper, Role::Participant];
    let (host, ann) = (desk.come("Host", Role::Host), desk.come("Ann", Role::Participant));
    let leads = desk.come("Leads", Role::Facilitator);
    let others = roles.map(|role| desk.come(role.as_str(), role));
    let round = desk.slot(host, "Round", 10, 20);
    desk.post(ann, "Rota", Some((round, SPRUCE))).expect("free");
    let may = |desk: &Desk, who| desk.ledger.may_move_piece(&desk.moment(), Actor::Person(who), SPRUCE);
    assert!(may(&desk, host) && !may(&desk, leads) && !may(&desk, ann));
    assert_eq!(others.map(|who| may(&desk, who)), [true, false, false, false, false]);
    for who in [leads, ann, others[1], others[4]] {
        desk.sit(who, SPRUCE);
    }
    assert!(may(&desk, leads) && !may(&desk, ann), "her topic does not run yet");
    assert!(!may(&desk, others[1]) && !may(&desk, others[4]), "who sits there may no more than hold it");
    desk.pass(10);
    assert!(may(&desk, ann));
    desk.sit(ann, OAK);
    desk.sit(leads, None);
    assert!(!may(&desk, ann) && !may(&desk, leads), "both have left");
    for (by, known) in [(Actor::Link(Role::Host), true), (Actor::Link(Role::Participant), false)] {
        assert_eq!(desk.ledger.may_move_piece(&desk.moment(), by, SPRUCE), known);
        assert!(!desk.ledger.may_move_piece(&desk.moment(), by, TableId(77)), "no such table");
    }
    assert!(!may(&desk, ParticipantId(99)), "nobody knows them");
}

#[test]
fn who_brings_the_topic_may_keep_out_while_it_runs_and_they_sit_there() {
    let mut desk = Desk::open();
    let (host, ann) = (desk.come("Host", Role::Host), desk.come("Ann", Role::Participant));
    let round = desk.slot(host, "Round", 10, 20);
    desk.post(ann, "Rota", Some((round, SPRUCE))).expect("free");
    desk.sit(ann, SPRUCE);
    assert!(desk.does(ann, keep_out(SPRUCE, true)).is_err(), "it does not run yet");
    desk.pass(10);
    desk.does(ann, keep_out(SPRUCE, true)).expect("hers, and it runs");
    desk.sit(ann, None);
    assert!(desk.does(ann, keep_out(SPRUCE, false)).is_err(), "she has left");
    desk.sit(ann, SPRUCE);
    desk.pass(10);
    assert!(desk.does(ann, keep_out(SPRUCE, false)).is_err(), "it is over");
}

#[test]
fn a_new_map_keeps_nothing_out_of_tables_that_it_lacks_or_has_open() {
    let mut desk = Desk::open();
    let host = desk.come("Host", Role::Host);
    desk.does(host, keep_out(SPRUCE, true)).expect("a host may");
    let map = Map::default_square();
    assert_eq!(desk.ledger.outdated(&map), []);
    let mut fewer = map.spec().clone();
    let mut open = fewer.clone();
    fewer.tables.pop();
    open.tables[5].wall = TableWall::Open;
    for spec in [fewer, open] {
        let map = Map::check(spec).expect("a map");
        let dropped = Fact::KeptOut { table: SPRUCE, kept_out: false, by: None };
        assert_eq!(desk.ledger.outdated(&map), [dropped]);
    }
    let facts = desk.ledger.outdated(&Map::check(map.spec().clone()).expect("a map"));
    desk.write(facts);
    assert_eq!(desk.ledger.kept_out().count(), 1);
}

#[test]
fn what_is_written_of_speeches_begins_and_ends_in_pairs() {
    let mut desk = Desk::open();
    let (host, ann) = (desk.come("Host", Role::Host), desk.come("Ann", Role::Participant));
    let zone = Addressed::Zone { zone: ZoneId(1) };
    let began = |person, to| Fact::SpeechBegan { person, to };
    let ended = |person| Fact::SpeechEnded { person };
    let both = BTreeMap::from([(host, ALL), (ann, zone)]);
    assert_eq!(desk.speak(&both), [began(host, ALL), began(ann, zone)]);
    assert_eq!(desk.speak(&both), [], "telling twice is harmless");
    let other = BTreeMap::from([(host, zone)]);
    assert_eq!(desk.speak(&other), [ended(host), ended(ann), began(host, zone)], "to others is another speech");
    assert_eq!(*desk.ledger.speeches(), other);
    // Nobody knows how long a speech went on when the server is killed, but for a sign of life.
    desk.now = desk.now + PULSE_EVERY;
    assert_eq!(desk.ledger.pulse(desk.now), Some(Fact::SpaceRan {}));
    assert_eq!(desk.ledger.pulse(desk.now + DurationMs(1)), Some(Fact::SpaceRan {}));
    let facts = desk.does(host, Change::CloseSpace).expect("a host may");
    assert_eq!(facts, [ended(host), Fact::SpaceClosed { by: Actor::Person(host) }]);
    assert_eq!(desk.speak(&other), [], "nothing follows the end");
}

#[test]
fn who_is_unknown_is_not_written_down_as_speaking() {
    let mut desk = Desk::open();
    assert_eq!(desk.speak(&BTreeMap::from([(ParticipantId(99), ALL)])), []);
    for fact in [
        Fact::SpeechBegan { person: ParticipantId(99), to: ALL },
        Fact::WordLent { person: ParticipantId(99), lent: true, by: Actor::Link(Role::Host) },
    ] {
        desk.write(vec![fact]);
    }
    assert!(desk.ledger.speeches().is_empty() && !desk.ledger.has_word(ParticipantId(99)));
}

#[test]
fn who_brings_a_topic_counts_as_a_convener_and_so_does_who_has_the_role() {
    let mut desk = Desk::open();
    let (ann, bob, eva) =
        (desk.come("Ann", Role::Participant), desk.come("Bob", Role::Convener), desk.come("Eva", Role::Participant));
    let convenes = |desk: &Desk| [ann, bob, eva].map(|who| desk.ledger.convenes(who));
    assert_eq!(convenes(&desk), [false, true, false]);
    let topic = desk.post(ann, "Rota", None).expect("anybody may");
    desk.does(ann, Change::SetCoConveners { topic, participants: vec![eva] }).expect("hers");
    assert_eq!(convenes(&desk), [true, true, true]);
    let facts = desk.does(ann, Change::WithdrawTopic { topic }).expect("hers");
    assert!(facts.iter().any(Fact::moves_conveners));
    assert_eq!(convenes(&desk), [false, true, false]);
}

#[test]
fn a_snapshot_of_before_is_still_read() {
    let mut desk = Desk::open();
    let host = desk.come("Host", Role::Host);
    let mut old = serde_json::to_value(&desk.ledger).expect("JSON");
    let book = old.as_object_mut().expect("an object");
    for field in ["word_lent", "kept_out", "speeches"] {
        book.remove(field).expect("a field of today");
    }
    let mut read: Ledger = serde_json::from_value(old).expect("the fields are new");
    assert_eq!(read, desk.ledger);
    desk.does(host, lend(host, true)).expect("a host may");
    desk.does(host, keep_out(SPRUCE, true)).expect("a host may");
    desk.speak(&BTreeMap::from([(host, ALL)]));
    let json = serde_json::to_string(&desk.ledger).expect("JSON");
    read = serde_json::from_str(&json).expect("what was written can be read");
    assert_eq!(read, desk.ledger);
}

#[test]
fn facts_stand_in_the_record_as_they_will_for_ever() {
    let person = ParticipantId(7);
    let zone = Addressed::Zone { zone: ZoneId(1) };
    for (fact, json) in [
        (
            Fact::WordLent { person, lent: true, by: Actor::Person(ParticipantId(1)) },
            r#"{"kind":"word_lent.1","person":7,"lent":true,"by":{"person":1}}"#,
        ),
        (
            Fact::KeptOut { table: SPRUCE, kept_out: true, by: Some(Actor::Link(Role::Host)) },
            r#"{"kind":"kept_out.1","table":5,"kept_out":true,"by":{"link":"host"}}"#,
        ),
        (
            Fact::KeptOut { table: SPRUCE, kept_out: false, by: None },
            r#"{"kind":"kept_out.1","table":5,"kept_out":false,"by":null}"#,
        ),
        (
            Fact::SpeechBegan { person, to: zone },
            r#"{"kind":"speech_began.1","person":7,"to":{"kind":"zone","zone":1}}"#,
        ),
        (Fact::SpeechEnded { person }, r#"{"kind":"speech_ended.1","person":7}"#),
    ] {
        assert_eq!(serde_json::to_string(&fact).expect("JSON"), json);
        assert_eq!(serde_json::from_str::<Fact>(json).expect("a fact"), fact);
    }
}

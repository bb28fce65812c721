//! Who sat where with which topic, to the minute: over bells, dropped lines and new starts.

use crate::desk::{BIRCH, Desk, OAK};
use torg_protocol::agenda::{Cell, Slot};
use torg_protocol::ids::{ParticipantId, TableId, VisitId};
use torg_protocol::people::Role;
use torg_protocol::units::{DurationMs, TimeMs};
use torg_space::ledger::{Change, Fact, Ledger, LedgerRefusal, News, Seating, SlotText};
use torg_space::limits::VISITS_KEPT_MAX;

#[test]
fn a_stay_over_the_bell_is_two_visits() {
    let mut desk = Desk::open();
    let (host, ann) = (desk.come("Host", Role::Host), desk.come("Ann", Role::Participant));
    let noon = desk.now;
    let (one, two) = (desk.slot(host, "Round 1", 10, 30), desk.slot(host, "Round 2", 30, 50));
    let first = desk.post(host, "First", Some((one, OAK))).expect("free");
    let second = desk.post(host, "Second", Some((two, OAK))).expect("free");
    desk.pass(5);
    desk.sit(ann, OAK);
    desk.pass(40);
    desk.sit(ann, None);
    desk.pass(10);
    let expected = [(None, 5, Some(10)), (Some(first), 10, Some(30)), (Some(second), 30, Some(45))];
    assert_eq!(desk.stays_of(ann, noon), expected);
    assert_eq!(desk.ledger.visits_on(first).len(), 1);
    let bells: Vec<_> = desk.news.iter().filter(|news| matches!(news, News::Opened(_) | News::Closed(_))).collect();
    assert_eq!(bells, [&News::Opened(one), &News::Closed(one), &News::Opened(two), &News::Closed(two)]);
}

#[test]
fn a_topic_moved_while_it_runs_moves_its_table_at_once() {
    let mut desk = Desk::open();
    let (host, ann) = (desk.come("Host", Role::Host), desk.come("Ann", Role::Participant));
    let noon = desk.now;
    let round = desk.slot(host, "Round 1", 0, 60);
    let topic = desk.post(host, "Rota", Some((round, OAK))).expect("free");
    desk.ring();
    desk.sit(ann, BIRCH);
    desk.pass(10);
    let at = Cell { slot: round, table: BIRCH };
    desk.does(host, Change::PlaceTopic { topic, at, anyway: false }).expect("free");
    assert_eq!(desk.ledger.carries(BIRCH), (Some(topic), Some(round)));
    assert_eq!(desk.ledger.carries(OAK), (None, Some(round)));
    desk.pass(10);
    desk.does(host, Change::WithdrawTopic { topic }).expect("hers");
    desk.pass(10);
    desk.sit(ann, None);
    let expected = [(None, 0, Some(10)), (Some(topic), 10, Some(20)), (None, 20, Some(30))];
    assert_eq!(desk.stays_of(ann, noon), expected, "a withdrawn topic keeps its visits");
}

#[test]
fn a_dropped_line_keeps_the_visit_and_a_lost_one_ends_it_when_it_dropped() {
    let mut desk = Desk::open();
    let (host, ann, bob) =
        (desk.come("Host", Role::Host), desk.come("Ann", Role::Participant), desk.come("Bob", Role::Participant));
    let noon = desk.now;
    let round = desk.slot(host, "Round 1", 10, 60);
    desk.sit(ann, OAK);
    desk.sit(bob, OAK);
    desk.pass(9);
    for who in [ann, bob] {
        desk.seating.drop_line(desk.now, who);
    }
    desk.pass(1);
    let back = desk.seating.come_back(desk.now, ann);
    desk.stay(back);
    let lost = desk.seating.leave(desk.now, bob);
    desk.stay(lost);
    desk.pass(5);
    assert_eq!(desk.stays_of(ann, noon), [(None, 0, Some(10)), (None, 10, None)]);
    assert_eq!(desk.ledger.visits_of(ann)[1].slot, Some(round));
    assert_eq!(desk.stays_of(bob, noon), [(None, 0, Some(9))], "the bell rang when he was gone");
}

#[test]
fn after_a_new_start_visits_go_on_for_who_is_back_at_the_table() {
    let mut desk = Desk::open();
    let [ann, bob, cem, eva] = ["Ann", "Bob", "Cem", "Eva"].map(|name| desk.come(name, Role::Participant));
    let noon = desk.now;
    for who in [ann, bob, cem, eva] {
        desk.sit(who, OAK);
    }
    desk.pass(3);
    desk.write(vec![Fact::SpaceRan {}]);
    // The server is down for seven minutes, and starts from what was written.
    desk.now = desk.after(7);
    desk.ledger = desk.replayed();
    desk.seating = Seating::resume(&desk.ledger, desk.now);
    for (who, table) in [(ann, Some(OAK)), (bob, Some(BIRCH)), (cem, None)] {
        let stays = desk.seating.enter(desk.now, who, table);
        desk.stay(stays);
    }
    assert_eq!(desk.stays_of(cem, noon), [(None, 0, Some(3))], "known at once, for the next start too");
    desk.now = desk.now + DurationMs(29_000);
    assert_eq!(desk.seating.expire(desk.now), []);
    desk.now = desk.now + DurationMs(1_000);
    let gone = desk.seating.expire(desk.now);
    desk.stay(gone);
    assert_eq!(desk.stays_of(ann, noon), [(None, 0, None)], "as if nothing had happened");
    assert_eq!(desk.stays_of(bob, noon), [(None, 0, Some(3)), (None, 10, None)]);
    assert_eq!(desk.stays_of(eva, noon), [(None, 0, Some(3))], "until she was last known to sit there");
}

#[test]
fn bells_ring_once_also_hours_later() {
    let mut desk = Desk::open();
    let host = desk.come("Host", Role::Host);
    let (one, two) = (desk.slot(host, "Round 1", 10, 30), desk.slot(host, "Round 2", 30, 600));
    desk.pass(11);
    assert!(desk.ledger.is_running(one));
    desk.news.clear();
    desk.now = desk.after(120);
    desk.ring();
    desk.ring();
    assert_eq!(desk.news, [News::Closed(one), News::Opened(two)]);
    desk.slot(host, "Long ago", -300, -200);
    desk.news.clear();
    desk.ring();
    assert_eq!(desk.news, [], "no bell for what was over when it was made");
    desk.slot(host, "Since before", -5, 5);
    desk.ring();
    assert_eq!(desk.news.len(), 2, "made and opened");
}

#[test]
fn a_slot_that_is_put_off_while_it_runs_closes_and_opens_again() {
    let mut desk = Desk::open();
    let host = desk.come("Host", Role::Host);
    let round = desk.slot(host, "Round 1", 10, 30);
    desk.pass(11);
    desk.news.clear();
    let Slot { name, kind, .. } = desk.ledger.slot(round).expect("it is there").clone();
    let [starts_at, ends_at] = [20, 40].map(|minutes| desk.after(minutes));
    let text = SlotText { name, kind, starts_at, ends_at };
    desk.does(host, Change::EditSlot { slot: round, text }).expect("a host may");
    assert_eq!(desk.news, [News::Closed(round), News::Slot(round)]);
    assert!(!desk.ledger.is_running(round));
    desk.news.clear();
    desk.pass(21);
    assert_eq!(desk.news, [News::Opened(round)]);
}

#[test]
fn who_sits_at_a_table_without_its_convener_is_asked_and_may_host() {
    let mut desk = Desk::open();
    let (host, ann, bob) =
        (desk.come("Host", Role::Host), desk.come("Ann", Role::Participant), desk.come("Bob", Role::Participant));
    let round = desk.slot(host, "Round 1", 10, 60);
    let topic = desk.post(ann, "Rota", Some((round, OAK))).expect("free");
    desk.pass(10);
    desk.sit(bob, OAK);
    let ask = |desk: &mut Desk| desk.absences.ask(desk.now, &desk.ledger, &desk.seating);
    desk.pass(1);
    assert_eq!(ask(&mut desk), [], "a minute late is not absent");
    let host_it = Change::HostTopic { topic };
    assert!(matches!(desk.does(bob, host_it.clone()), Err(LedgerRefusal::NotNow(_))));
    desk.pass(1);
    assert_eq!(ask(&mut desk), [(topic, vec![bob])]);
    desk.now = desk.now + DurationMs(59_000);
    assert_eq!(ask(&mut desk), [], "once a minute at most");
    desk.now = desk.now + DurationMs(1_000);
    assert_eq!(ask(&mut desk).len(), 1);
    assert!(matches!(desk.does(host, host_it.clone()), Err(LedgerRefusal::NotYours(_))), "the host sits elsewhere");
    desk.does(bob, host_it).expect("he sits there");
    let card = desk.card(topic);
    assert_eq!((card.convener.participant, card.co_conveners[0].participant), (Some(bob), Some(ann)));
    desk.pass(2);
    assert_eq!(ask(&mut desk), []);
}

#[test]
fn of_very_many_visits_the_newest_are_at_hand_and_those_that_go_on() {
    let mut ledger = Ledger::default();
    let began = |visit: u32, who: u32| Fact::VisitBegan {
        visit: VisitId(visit),
        person: ParticipantId(who),
        table: TableId(0),
        topic: None,
        slot: None,
        from: TimeMs(u64::from(visit)),
    };
    // The first one never stands up.
    ledger.apply(TimeMs(1), &began(1, 7));
    let newest = u32::try_from(VISITS_KEPT_MAX).expect("a number") + 10;
    for visit in 2..=newest {
        let to = TimeMs(u64::from(visit) + 1);
        ledger.apply(to, &began(visit, visit));
        ledger.apply(to, &Fact::VisitEnded { visit: VisitId(visit), to });
    }
    let kept: Vec<u32> = ledger.visits().map(|visit| visit.id.0).collect();
    assert_eq!(kept.len(), VISITS_KEPT_MAX);
    assert_eq!((kept[0], kept[1], kept[kept.len() - 1]), (1, 12, newest));
    assert!(ledger.visits_of(ParticipantId(2)).is_empty() && ledger.visits_of(ParticipantId(7)).len() == 1);
}

//! What lasts, seen from the keeper's mailboxes: told once it is committed, and not when it isn't.

use super::*;
use crate::mailbox::{Append, NotWritten};
use std::sync::{Arc, Mutex};
use torg_protocol::agenda::{AgendaView, SlotKind, Visit};
use torg_protocol::ids::{ParticipantId, RequestId, SlotId, TableId};
use torg_protocol::message::{Change, Destination, Door, Made, RefusalCode, SlotText, TopicText};
use torg_protocol::units::TimeMs;
use torg_space::ledger::Fact;

/// A record whose disk can be full, and that answers when it is told to.
#[derive(Clone, Default)]
pub(super) struct Disk {
    state: Arc<Mutex<DiskState>>,
}

#[derive(Default)]
struct DiskState {
    is_full: bool,
    facts: Vec<(TimeMs, Fact)>,
    failed_epoch: Option<u32>,
}

impl Disk {
    pub(super) fn open(&self) -> (Ledger, mpsc::Sender<ToRecord>) {
        let mut ledger = Ledger::default();
        for (at, fact) in &self.state.lock().expect("no panic").facts {
            ledger.apply(*at, fact);
        }
        let (sender, mut inbox) = mpsc::channel(100);
        let disk = self.clone();
        tokio::spawn(async move {
            while let Some(message) = inbox.recv().await {
                let ToRecord::Append(Append { epoch, at, facts, reply }) = message else { continue };
                // A disk takes its time: several appends are on their way at once.
                tokio::time::sleep(Duration::from_millis(10)).await;
                let _ = reply.send(disk.append(epoch, at, facts));
            }
        });
        (ledger, sender)
    }

    fn append(&self, epoch: u32, at: TimeMs, facts: Vec<Fact>) -> Result<(), NotWritten> {
        let mut state = self.state.lock().expect("no panic");
        if state.is_full || state.failed_epoch.is_some_and(|failed| epoch <= failed) {
            state.failed_epoch = Some(epoch);
            return Err(NotWritten::Refused("the disk is full".to_owned()));
        }
        state.facts.extend(facts.into_iter().map(|fact| (at, fact)));
        Ok(())
    }

    pub(super) fn facts(&self) -> Vec<Fact> {
        self.state.lock().expect("no panic").facts.iter().map(|(_, fact)| fact.clone()).collect()
    }

    pub(super) fn fill(&self, is_full: bool) {
        self.state.lock().expect("no panic").is_full = is_full;
    }

    pub(super) fn desk(&self) -> Desk {
        let (ledger, record) = self.open();
        Desk::open_with(Duration::from_secs(60), ledger, record)
    }
}

/// What came of a request.
pub(super) type Answered = Result<Option<Made>, RefusalCode>;

impl Desk {
    pub(super) async fn ask(&self, guest: &Guest, request: u32, change: Change) {
        let message = ClientMessage::Change { request: RequestId(request), change };
        self.tell(ToKeeper::Client { session: guest.session, message }).await;
    }

    /// Asks, and waits for the answer.
    pub(super) async fn does(&self, guest: &mut Guest, change: Change) -> Answered {
        self.ask(guest, 1, change).await;
        guest.answer(1).await
    }

    async fn slot(&self, host: &mut Guest, starts_in_ms: i64, lasts_ms: u64) -> SlotId {
        let now = host.welcome.server_time.0;
        let starts_at = TimeMs(now.saturating_add_signed(starts_in_ms));
        let ends_at = TimeMs(starts_at.0 + lasts_ms);
        let slot = SlotText { name: "Round".into(), kind: SlotKind::Topics, starts_at, ends_at };
        match self.does(host, Change::AddSlot { slot }).await {
            Ok(Some(Made::Slot(slot))) => slot,
            other => panic!("{other:?}"),
        }
    }

    async fn visits(&self, guest: &mut Guest, everybody: bool) -> Vec<Visit> {
        let message = ClientMessage::ReadVisits { everybody };
        self.tell(ToKeeper::Client { session: guest.session, message }).await;
        guest
            .until(|message| match message {
                ServerMessage::Visits { visits } => Some(visits),
                _ => None,
            })
            .await
    }

    pub(super) async fn sits(&self, guest: &mut Guest, table: TableId) {
        self.tell(ToKeeper::Client { session: guest.session, message: ClientMessage::JoinTable { table } }).await;
        let id = guest.id();
        guest
            .until(|message| match message {
                ServerMessage::PlaceChanged { participant, place } => {
                    (participant == id && place.table() == Some(table)).then_some(())
                }
                _ => None,
            })
            .await;
    }
}

impl Guest {
    pub(super) async fn answer(&mut self, number: u32) -> Answered {
        self.until(|message| match message {
            ServerMessage::Done { request, made } if request.0 == number => Some(Ok(made)),
            ServerMessage::Refused { code, request, .. } if request == Some(RequestId(number)) => Some(Err(code)),
            _ => None,
        })
        .await
    }
}

pub(super) fn post(title: &str, at: Option<(SlotId, TableId)>) -> Change {
    let at = at.map(|(slot, table)| torg_protocol::agenda::Cell { slot, table });
    let topic =
        TopicText { title: title.into(), description: String::new(), wish: None, needs: vec![], language: None };
    Change::PostTopic { topic, at, anyway: None }
}

const OAK: TableId = TableId(2);

#[tokio::test]
async fn a_topic_is_told_to_all_and_lives_through_a_new_start() {
    let disk = Disk::default();
    let mut desk = disk.desk();
    let mut host = desk.join_as("Host", Role::Host).await;
    let mut ann = desk.join("Ann", 18.0, None).await.expect("let in");
    let round = desk.slot(&mut host, 60_000, 60_000).await;
    assert!(matches!(desk.does(&mut ann, post("Rota", Some((round, OAK)))).await, Ok(Some(Made::Topic(_)))));
    assert_eq!(desk.does(&mut host, post("Other", Some((round, OAK)))).await, Err(RefusalCode::CellTaken));
    assert_eq!(desk.does(&mut ann, post("\u{202e}", None)).await, Err(RefusalCode::Text));
    let mut seen = AgendaView::default();
    let eva = desk.join("Eva", 18.0, None).await.expect("let in");
    desk.ask(&ann, 2, post("Last", None)).await;
    host.until(|message| {
        seen.hear(&message);
        seen.topics.iter().any(|card| card.title.as_str() == "Last").then_some(())
    })
    .await;
    assert_eq!(eva.welcome.agenda.topics.len(), 1);
    assert_eq!(ann.answer(2).await.map(|made| made.is_some()), Ok(true));
    desk.task.abort();

    let mut again = disk.desk();
    let (mut join, answer, outbox) = again.hello("Ann", Role::Participant);
    join.person = Some(ann.welcome.person.clone());
    let back = again.come(join, answer, outbox).await.expect("let in");
    assert_eq!(back.welcome.agenda.topics.len(), 2);
    // Keys differ from desk to desk, so this Ann is somebody new, and no id is given twice.
    assert!(back.id() > eva.id());
}

#[tokio::test]
async fn who_comes_again_is_the_same_person_and_in_a_second_tab_another() {
    let mut desk = Desk::open();
    let mut ann = desk.join("Ann", 18.0, None).await.expect("let in");
    desk.does(&mut ann, post("Rota", None)).await.expect("anybody may");
    let token = ann.welcome.person.clone();
    let again = |desk: &mut Desk| {
        let (mut join, answer, outbox) = desk.hello("Ann", Role::Participant);
        join.person = Some(token.clone());
        (join, answer, outbox)
    };
    let (join, answer, outbox) = again(&mut desk);
    let second = desk.come(join, answer, outbox).await.expect("let in");
    assert_ne!(second.id(), ann.id(), "another tab");
    desk.tell(ToKeeper::Client { session: ann.session, message: ClientMessage::Leave {} }).await;
    let (join, answer, outbox) = again(&mut desk);
    let mut back = desk.come(join, answer, outbox).await.expect("let in");
    assert_eq!((back.id(), back.welcome.media, back.welcome.resumed), (ann.id(), MediaState::Offer, false));
    let topic = back.welcome.agenda.topics[0].id;
    assert_eq!(desk.does(&mut back, Change::WithdrawTopic { topic }).await, Ok(None), "it is still hers");
    // Her line drops, and the page that comes back has lost its resume token.
    desk.tell(ToKeeper::Gone { session: back.session }).await;
    let (join, answer, outbox) = again(&mut desk);
    let back = desk.come(join, answer, outbox).await.expect("let in");
    assert!(back.welcome.resumed && back.id() == ann.id());
}

#[tokio::test]
async fn a_full_disk_refuses_in_words_and_loses_no_visit() {
    let disk = Disk::default();
    let mut desk = disk.desk();
    let mut host = desk.join_as("Host", Role::Host).await;
    let mut ann = desk.join("Ann", 9.0, None).await.expect("let in");
    disk.fill(true);
    desk.ask(&ann, 1, post("One", None)).await;
    desk.ask(&ann, 2, post("Two", None)).await;
    assert_eq!(ann.answer(1).await, Err(RefusalCode::NotSaved));
    assert_eq!(ann.answer(2).await, Err(RefusalCode::NotSaved), "what was built on it fails too");
    desk.sits(&mut ann, TableId(0)).await;
    assert_eq!(desk.visits(&mut host, true).await, [], "nothing is said that is not written");
    disk.fill(false);
    tokio::time::sleep(Duration::from_millis(2_500)).await;
    let visits = desk.visits(&mut host, true).await;
    assert_eq!(visits.len(), 1, "kept, and written when it worked again");
    assert_eq!(desk.visits(&mut ann, false).await, visits);
    assert!(matches!(desk.does(&mut ann, post("Three", None)).await, Ok(Some(Made::Topic(_)))));
    assert_eq!(desk.join("Eva", 9.0, None).await.expect("let in").welcome.agenda.topics.len(), 1);
}

#[tokio::test]
async fn the_bell_rings_at_both_ends_of_a_slot() {
    let mut desk = Desk::open();
    let mut host = desk.join_as("Host", Role::Host).await;
    let round = desk.slot(&mut host, -500, 60_000).await;
    host.until(|message| (message == ServerMessage::SlotOpened { slot: round }).then_some(())).await;
    let short = desk.slot(&mut host, -500, 2_000).await;
    host.until(|message| (message == ServerMessage::SlotClosed { slot: short }).then_some(())).await;
}

#[tokio::test]
async fn the_lobby_waits_for_who_holds_the_door() {
    let mut desk = Desk::open();
    let mut host = desk.join_as("Host", Role::Host).await;
    assert_eq!(desk.does(&mut host, Change::SetDoor { door: Door::Lobby }).await, Ok(None));
    let mut waits = Vec::new();
    for name in ["Ann", "Bob"] {
        let (join, answer, mut outbox) = desk.hello(name, Role::Participant);
        desk.tell(ToKeeper::Join(Box::new(join))).await;
        assert!(matches!(next(&mut outbox).await, ServerMessage::InLobby { .. }));
        waits.push((answer, outbox));
    }
    let waiting = host
        .until(|message| match message {
            ServerMessage::Door { waiting, .. } if waiting.len() == 2 => Some(waiting),
            _ => None,
        })
        .await;
    let [ann, bob]: [ParticipantId; 2] = [waiting[0].participant, waiting[1].participant];
    let mut ann_in = waits.remove(0);
    desk.does(&mut host, Change::Admit { participant: ann }).await.expect("a host may");
    assert_eq!(ann_in.0.await.expect("an answer").expect("let in").participant, ann);
    assert!(matches!(next(&mut ann_in.1).await, ServerMessage::Welcome(_)));
    let words = "Come tomorrow".to_owned();
    desk.does(&mut host, Change::TurnAway { participant: bob, words: words.clone() }).await.expect("a host may");
    let refusal = waits.remove(0).0.await.expect("an answer").expect_err("turned away");
    assert_eq!(refusal, Refusal::new(RefusalCode::TurnedAway, words));
    assert_eq!(desk.does(&mut host, Change::Admit { participant: bob }).await, Err(RefusalCode::NotNow));
}

#[tokio::test]
async fn who_is_muted_stays_so_until_they_speak_up() {
    let mut desk = Desk::open();
    let mut host = desk.join_as("Host", Role::Host).await;
    let mut ann = desk.join("Ann", 18.0, None).await.expect("let in");
    desk.does(&mut host, Change::Mute { participant: ann.id() }).await.expect("a host may");
    let by = host.id();
    ann.until(|message| (message == ServerMessage::MutedBy { by }).then_some(())).await;
    // She comes back with the microphone on, as her page remembers it: it stays closed, and she is told again.
    desk.tell(ToKeeper::Gone { session: ann.session }).await;
    let mut ann = desk.join("Ann", 18.0, Some(ann.welcome.resume_token.clone())).await.expect("back");
    let me = ann.id();
    let mine = ann.welcome.participants.iter().find(|one| one.id == me).expect("she is in");
    assert_eq!(mine.microphone, Microphone::Muted);
    ann.until(|message| (message == ServerMessage::MutedBy { by }).then_some(())).await;
    let open = ClientMessage::SetMicrophone { microphone: Microphone::On };
    desk.tell(ToKeeper::Client { session: ann.session, message: open }).await;
    ann.until(|message| matches!(message, ServerMessage::MicrophoneChanged { .. }).then_some(())).await;
}

#[tokio::test]
async fn muting_acts_at_once_also_when_nothing_can_be_written() {
    let disk = Disk::default();
    let mut desk = disk.desk();
    let mut host = desk.join_as("Host", Role::Host).await;
    let mut ann = desk.join("Ann", 18.0, None).await.expect("let in");
    disk.fill(true);
    let mute = Change::Mute { participant: ann.id() };
    assert_eq!(desk.does(&mut host, mute).await, Err(RefusalCode::NotSaved), "the record lacks it");
    let by = host.id();
    ann.until(|message| (message == ServerMessage::MutedBy { by }).then_some(())).await;
}

#[tokio::test]
async fn roles_help_and_the_way_out_reach_those_concerned() {
    let mut desk = Desk::open();
    let mut host = desk.join_as("Host", Role::Host).await;
    let mut ann = desk.join("Ann", 18.0, None).await.expect("let in");
    let mut bob = desk.join("Bob", 18.0, None).await.expect("let in");
    let grant = Change::GrantRole { participant: ann.id(), role: Role::Helper };
    assert_eq!(desk.does(&mut bob, grant.clone()).await, Err(RefusalCode::NotAllowed));
    desk.does(&mut host, grant).await.expect("a host may");
    desk.does(&mut bob, Change::CallForHelp { words: "No sound".into() }).await.expect("anybody may");
    let calls = |count: usize| {
        move |message| match message {
            ServerMessage::HelpCalls { calls } if calls.len() == count => Some(calls),
            _ => None,
        }
    };
    assert_eq!(ann.until(calls(1)).await[0].words.as_str(), "No sound");
    let to = Destination::Table(OAK);
    desk.does(&mut ann, Change::Move { participant: bob.id(), to }).await.expect("a helper may");
    bob.until(|message| matches!(message, ServerMessage::PlaceChanged { .. }).then_some(())).await;
    let remove = Change::Remove { participant: bob.id(), words: "Enough".into(), for_good: true };
    desk.does(&mut host, remove).await.expect("a host may");
    ann.until(calls(0)).await;
    let mut told = String::new();
    let reason = bob.until(|message| match message {
        ServerMessage::Refused { message, .. } => {
            told = message;
            None
        }
        ServerMessage::Goodbye { reason } => Some(reason),
        _ => None,
    });
    assert_eq!(reason.await, GoodbyeReason::Removed);
    assert_eq!(told, "Enough");
    let (mut join, answer, outbox) = desk.hello("Bob", Role::Participant);
    join.person = Some(bob.welcome.person.clone());
    let refusal = desk.come(join, answer, outbox).await.err().expect("barred");
    assert_eq!(refusal.code, RefusalCode::TurnedAway);
}

//! Speaking to all, seen from the keeper's mailboxes.

use super::market::{Disk, post};
use super::*;
use torg_protocol::ids::TableId;
use torg_protocol::message::{Change, RefusalCode};
use torg_protocol::people::{Addressed, Broadcast, Listening};
use torg_protocol::units::MurmurPercent;
use torg_space::ledger::Fact;

const ALL: Addressed = Addressed::Everybody {};
const SPRUCE: TableId = TableId(5);

fn speak(to: Addressed) -> ClientMessage {
    ClientMessage::Speak { to }
}

fn lend(guest: &Guest, lent: bool) -> Change {
    Change::LendWord { participant: guest.id(), lent }
}

impl Guest {
    /// Who speaks to all, when it is told next.
    async fn broadcasts(&mut self) -> Vec<Broadcast> {
        self.until(|message| match message {
            ServerMessage::BroadcastsChanged { broadcasts } => Some(broadcasts),
            _ => None,
        })
        .await
    }

    async fn spoken_to(&mut self) -> Vec<ParticipantId> {
        self.until(|message| match message {
            ServerMessage::SpokenTo { speakers } => Some(speakers),
            _ => None,
        })
        .await
    }

    async fn kept_out(&mut self) -> Vec<TableId> {
        self.until(|message| match message {
            ServerMessage::KeptOut { tables } => Some(tables),
            _ => None,
        })
        .await
    }

    async fn refused(&mut self) -> RefusalCode {
        self.until(|message| match message {
            ServerMessage::Refused { code, .. } => Some(code),
            _ => None,
        })
        .await
    }

    fn to_all(&self) -> Broadcast {
        Broadcast { speaker: self.id(), to: ALL, background: false }
    }
}

/// The facts of speeches, once there are so many.
async fn speeches(disk: &Disk, count: usize) -> Vec<Fact> {
    let is_speech = |fact: &Fact| matches!(fact, Fact::SpeechBegan { .. } | Fact::SpeechEnded { .. });
    let wait = async {
        loop {
            let facts: Vec<Fact> = disk.facts().into_iter().filter(is_speech).collect();
            if facts.len() >= count {
                return facts;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(PATIENCE, wait).await.expect("in time")
}

fn began(guest: &Guest) -> Fact {
    Fact::SpeechBegan { person: guest.id(), to: ALL }
}

fn ended(guest: &Guest) -> Fact {
    Fact::SpeechEnded { person: guest.id() }
}

#[tokio::test]
async fn the_word_is_lent_and_taken_back_and_the_speech_ends_with_it() {
    let disk = Disk::default();
    let mut desk = disk.desk();
    let mut host = desk.join_as("Host", Role::Host).await;
    let mut ann = desk.join("Ann", 18.0, None).await.expect("let in");
    desk.says(&ann, speak(ALL)).await;
    assert_eq!(ann.refused().await, RefusalCode::NotAllowed);
    let herself = lend(&ann, true);
    assert_eq!(desk.does(&mut ann, herself).await, Err(RefusalCode::NotAllowed));
    assert_eq!(desk.does(&mut host, lend(&ann, true)).await, Ok(None));
    let told = ServerMessage::WordLent { participant: ann.id(), lent: true };
    ann.until(|message| (message == told).then_some(())).await;
    desk.says(&ann, speak(ALL)).await;
    assert_eq!(host.broadcasts().await, [ann.to_all()]);
    assert_eq!(host.spoken_to().await, [ann.id()]);
    let mut eva = desk.join("Eva", 18.0, None).await.expect("let in");
    assert_eq!((&eva.welcome.broadcasts[..], &eva.welcome.word_lent[..]), (&[ann.to_all()][..], &[ann.id()][..]));
    assert_eq!(desk.does(&mut host, lend(&ann, false)).await, Ok(None));
    assert_eq!(eva.broadcasts().await, []);
    assert_eq!(speeches(&disk, 2).await, [began(&ann), ended(&ann)]);
    let nobody = Change::LendWord { participant: ParticipantId(99), lent: true };
    assert_eq!(desk.does(&mut host, nobody).await, Err(RefusalCode::Unknown));
}

#[tokio::test]
async fn speaking_to_all_acts_at_once_also_when_nothing_can_be_written() {
    let disk = Disk::default();
    let mut desk = disk.desk();
    let mut host = desk.join_as("Host", Role::Host).await;
    let mut ann = desk.join("Ann", 18.0, None).await.expect("let in");
    disk.fill(true);
    desk.says(&host, speak(ALL)).await;
    assert_eq!(ann.broadcasts().await, [host.to_all()]);
    assert_eq!(ann.spoken_to().await, [host.id()]);
    assert_eq!(desk.does(&mut host, lend(&ann, true)).await, Err(RefusalCode::NotSaved), "the disk is full");
    assert_eq!(speeches(&disk, 0).await, []);
    disk.fill(false);
    assert_eq!(speeches(&disk, 1).await, [began(&host)], "it is written when that is possible");
    desk.says(&host, ClientMessage::EndSpeech {}).await;
    assert_eq!(ann.broadcasts().await, []);
    assert_eq!(speeches(&disk, 2).await, [began(&host), ended(&host)]);
}

#[tokio::test]
async fn who_has_the_word_no_more_ends_at_once_also_when_nothing_can_be_written() {
    let disk = Disk::default();
    let mut desk = disk.desk();
    let mut host = desk.join_as("Host", Role::Host).await;
    let mut ann = desk.join("Ann", 18.0, None).await.expect("let in");
    desk.does(&mut host, lend(&ann, true)).await.expect("a host may");
    desk.says(&ann, speak(ALL)).await;
    assert_eq!(ann.broadcasts().await, [ann.to_all()]);
    disk.fill(true);
    assert_eq!(desk.does(&mut host, lend(&ann, false)).await, Err(RefusalCode::NotSaved));
    assert_eq!(ann.broadcasts().await, [], "she has ended all the same");
    desk.says(&ann, speak(ALL)).await;
    assert_eq!(ann.broadcasts().await, [ann.to_all()], "what could not be written is not so");
}

#[tokio::test]
async fn a_table_has_calm_at_once_and_what_could_not_be_written_is_undone() {
    let disk = Disk::default();
    let mut desk = disk.desk();
    let mut host = desk.join_as("Host", Role::Host).await;
    let mut ann = desk.join("Ann", 30.0, None).await.expect("let in");
    desk.sits(&mut ann, SPRUCE).await;
    desk.says(&host, speak(ALL)).await;
    assert_eq!(ann.spoken_to().await, [host.id()]);
    disk.fill(true);
    let keep_out = Change::KeepOut { table: SPRUCE, kept_out: true };
    assert_eq!(desk.does(&mut host, keep_out).await, Err(RefusalCode::NotSaved));
    desk.says(&host, ClientMessage::EndSpeech {}).await;
    assert_eq!(ann.spoken_to().await, []);
    desk.says(&host, speak(ALL)).await;
    assert_eq!(ann.spoken_to().await, [host.id()], "the table keeps nothing out");
}

#[tokio::test]
async fn a_speech_ends_in_the_record_whatever_ends_it() {
    let disk = Disk::default();
    let mut desk = disk.desk();
    let mut host = desk.join_as("Host", Role::Host).await;
    let mut ann = desk.join("Ann", 30.0, None).await.expect("let in");
    desk.does(&mut host, lend(&ann, true)).await.expect("a host may");
    desk.says(&ann, speak(ALL)).await;
    assert_eq!(host.broadcasts().await, [ann.to_all()]);
    // Behind a closed wall nobody speaks to all.
    desk.sits(&mut ann, SPRUCE).await;
    assert_eq!(host.broadcasts().await, []);
    desk.says(&ann, speak(ALL)).await;
    assert_eq!(ann.refused().await, RefusalCode::BehindClosedWall);
    // Gone for good.
    desk.says(&host, speak(ALL)).await;
    assert_eq!(ann.broadcasts().await, [host.to_all()]);
    desk.says(&host, ClientMessage::Leave {}).await;
    assert_eq!(ann.broadcasts().await, []);
    let pairs = [began(&ann), ended(&ann), began(&host), ended(&host)];
    assert_eq!(speeches(&disk, 4).await, pairs);
    // The server stops in the middle of a word.
    let mut host = desk.join_as("Host", Role::Host).await;
    desk.says(&host, speak(ALL)).await;
    host.broadcasts().await;
    desk.tell(ToKeeper::Stop).await;
    assert_eq!(timeout(PATIENCE, desk.task).await.expect("in time").expect("no panic"), End::Stopped);
    assert_eq!(speeches(&disk, 6).await[4..], [began(&host), ended(&host)]);
}

#[tokio::test]
async fn a_speech_that_a_kill_cut_off_ended_when_the_space_was_last_known_to_run() {
    let disk = Disk::default();
    let mut desk = disk.desk();
    let mut host = desk.join_as("Host", Role::Host).await;
    desk.does(&mut host, Change::KeepOut { table: SPRUCE, kept_out: true }).await.expect("a host may");
    desk.says(&host, speak(ALL)).await;
    assert_eq!(speeches(&disk, 1).await, [began(&host)]);
    desk.task.abort();
    let (ledger, _) = disk.open();
    let last = ledger.last();
    tokio::time::sleep(Duration::from_millis(100)).await;
    let mut desk = disk.desk();
    assert_eq!(speeches(&disk, 2).await, [began(&host), ended(&host)]);
    assert_eq!(disk.open().0.last(), last, "and not now");
    let eva = desk.join("Eva", 18.0, None).await.expect("let in");
    assert_eq!((&eva.welcome.broadcasts[..], &eva.welcome.kept_out[..]), (&[][..], &[SPRUCE][..]));
}

#[tokio::test]
async fn a_closed_table_that_keeps_broadcasts_out_hears_none() {
    let mut desk = Desk::open();
    let mut host = desk.join_as("Host", Role::Host).await;
    let mut ann = desk.join("Ann", 30.0, None).await.expect("let in");
    desk.sits(&mut ann, SPRUCE).await;
    desk.says(&host, speak(ALL)).await;
    assert_eq!(ann.spoken_to().await, [host.id()], "it enters a closed table");
    let keep_out = |table, kept_out| Change::KeepOut { table, kept_out };
    assert_eq!(desk.does(&mut ann, keep_out(SPRUCE, true)).await, Err(RefusalCode::NotAllowed));
    let grant = Change::GrantRole { participant: ann.id(), role: Role::Facilitator };
    desk.does(&mut host, grant).await.expect("a host may");
    desk.ask(&ann, 7, keep_out(SPRUCE, true)).await;
    assert_eq!(ann.kept_out().await, [SPRUCE], "told to all");
    assert_eq!(ann.spoken_to().await, [], "and so it is");
    assert_eq!(desk.does(&mut host, keep_out(TableId(0), true)).await, Err(RefusalCode::NotNow), "it is open");
    assert_eq!(desk.does(&mut host, keep_out(TableId(77), true)).await, Err(RefusalCode::UnknownTable));
    desk.does(&mut host, keep_out(SPRUCE, false)).await.expect("a host may");
    assert_eq!(ann.kept_out().await, []);
    assert_eq!(ann.spoken_to().await, [host.id()]);
}

#[tokio::test]
async fn a_new_map_forgets_what_tables_kept_out_that_are_gone() {
    let disk = Disk::default();
    let mut desk = disk.desk();
    let mut host = desk.join_as("Host", Role::Host).await;
    desk.does(&mut host, Change::KeepOut { table: SPRUCE, kept_out: true }).await.expect("a host may");
    desk.tell(ToKeeper::StartAgain).await;
    desk.task.await.expect("no panic");
    let mut fewer = Map::default_square().spec().clone();
    let whole = fewer.clone();
    fewer.tables.pop();
    for spec in [fewer, whole] {
        let (ledger, record) = disk.open();
        let map = Map::check(spec).expect("a map");
        let mut desk = Desk::open_on(map, Duration::from_secs(60), ledger, record);
        let eva = desk.join("Eva", 18.0, None).await.expect("let in");
        assert_eq!(eva.welcome.kept_out, [], "a table that comes again keeps nothing out");
    }
    assert!(disk.facts().contains(&Fact::KeptOut { table: SPRUCE, kept_out: false, by: None }));
}

#[tokio::test]
async fn who_comes_back_listens_and_speaks_as_before() {
    let mut desk = Desk::open();
    let host = desk.join_as("Host", Role::Host).await;
    let mut ann = desk.join("Ann", 18.0, None).await.expect("let in");
    assert_eq!((ann.welcome.listening, ann.welcome.murmur), (Listening::Forwarded, MurmurPercent::OFF));
    let murmur = MurmurPercent::new(40).expect("a share");
    desk.says(&host, ClientMessage::SetListening { listening: Listening::Mixed, murmur }).await;
    desk.says(&host, speak(ALL)).await;
    assert_eq!(ann.broadcasts().await, [host.to_all()]);
    desk.tell(ToKeeper::Gone { session: host.session }).await;
    let (mut join, answer, outbox) = desk.hello("Host", Role::Host);
    join.resume = Some(host.welcome.resume_token.clone());
    let back = desk.come(join, answer, outbox).await.expect("back");
    assert!(back.welcome.resumed && back.id() == host.id());
    assert_eq!((back.welcome.listening, back.welcome.murmur), (Listening::Mixed, murmur));
    assert_eq!(back.welcome.broadcasts, [host.to_all()], "the line broke, not the speech");
}

#[tokio::test]
async fn a_role_that_is_taken_away_ends_the_speech_unless_the_word_is_lent() {
    let mut desk = Desk::open();
    let mut host = desk.join_as("Host", Role::Host).await;
    let [mut ann, mut bob] = [desk.join_as("Ann", Role::CoHost).await, desk.join_as("Bob", Role::CoHost).await];
    let mut eva = desk.join("Eva", 18.0, None).await.expect("let in");
    desk.does(&mut host, lend(&bob, true)).await.expect("a host may");
    for (guest, heard) in [(&ann, 1), (&bob, 2)] {
        desk.says(guest, speak(ALL)).await;
        assert_eq!(eva.broadcasts().await.len(), heard);
    }
    for participant in [ann.id(), bob.id()] {
        let grant = Change::GrantRole { participant, role: Role::Participant };
        desk.does(&mut host, grant).await.expect("a host may");
    }
    assert_eq!(eva.broadcasts().await, [bob.to_all()], "he was lent the word");
    desk.says(&ann, speak(ALL)).await;
    assert_eq!(ann.refused().await, RefusalCode::NotAllowed);
    desk.says(&bob, speak(Addressed::Zone { zone: torg_protocol::ids::ZoneId(77) })).await;
    assert_eq!(bob.refused().await, RefusalCode::Unknown);
}

#[tokio::test]
async fn conveners_are_those_who_bring_a_topic_at_that_moment() {
    let mut desk = Desk::open();
    let mut host = desk.join_as("Host", Role::Host).await;
    let mut ann = desk.join("Ann", 18.0, None).await.expect("let in");
    let mut cem = desk.join_as("Cem", Role::Convener).await;
    desk.says(&host, speak(Addressed::Conveners {})).await;
    assert_eq!(cem.spoken_to().await, [host.id()], "by role");
    desk.ask(&ann, 1, post("Rota", None)).await;
    let topic = ann.until(|message| match message {
        ServerMessage::TopicChanged { topic } => Some(topic.id),
        _ => None,
    });
    let topic = topic.await;
    assert_eq!(ann.spoken_to().await, [host.id()], "by bringing a topic");
    desk.does(&mut host, Change::WithdrawTopic { topic }).await.expect("a host may");
    assert_eq!(ann.spoken_to().await, [], "it is withdrawn");
    let grant = Change::GrantRole { participant: cem.id(), role: Role::Participant };
    desk.does(&mut host, grant).await.expect("a host may");
    assert_eq!(cem.spoken_to().await, []);
}

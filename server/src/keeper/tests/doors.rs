//! Streams and listeners, seen from the keeper's mailboxes.

use super::market::Disk;
use super::*;
use crate::mailbox::Denied;
use crate::mailbox::call::{Asked, Call};
use crate::mailbox::door::{Addressee, ComeByDoor, DoorId, DoorOpened, Entrance, Way};
use torg_protocol::message::{Change, RefusalCode};
use torg_protocol::people::{Addressed, ParticipantKind};
use torg_space::ledger::Fact;

type Came = oneshot::Receiver<Result<DoorOpened, Denied>>;

fn stream() -> Entrance {
    Entrance::Stream { to: Addressee::Everybody }
}

impl Desk {
    async fn knocks(&self, role: Role, entrance: Entrance) -> Came {
        let (reply, came) = oneshot::channel();
        let name = PersonName::parse("Studio").expect("a name");
        let come = Box::new(ComeByDoor { entrance, name, person: None, ice: vec!["abcd".to_owned()] });
        self.tell(ToKeeper::Call(Call { role, what: Asked::ComeByDoor { come, reply } })).await;
        came
    }

    async fn comes_by_door(&self, role: Role, entrance: Entrance) -> Result<DoorOpened, RefusalCode> {
        let came = self.knocks(role, entrance).await;
        let came = timeout(PATIENCE, came).await.expect("in time").expect("an answer");
        came.map_err(|denied| denied.refusal.code)
    }

    async fn stands(&self, door: DoorId) -> Result<Vec<String>, RefusalCode> {
        let (reply, stands) = oneshot::channel();
        let what = Asked::DoorStands { way: Way::Whip, door, reply };
        self.tell(ToKeeper::Call(Call { role: Role::Host, what })).await;
        let stands = timeout(PATIENCE, stands).await.expect("in time").expect("an answer");
        stands.map_err(|denied| denied.refusal.code)
    }
}

#[tokio::test]
async fn who_streams_and_when_it_spoke_is_written_down() {
    let disk = Disk::default();
    let mut desk = disk.desk();
    let mut ann = desk.join("Ann", 18.0, None).await.expect("let in");
    let opened = desk.comes_by_door(Role::Host, stream()).await.expect("let in");
    let person = opened.peer.participant;
    assert_eq!(desk.stands(opened.door).await, Ok(vec!["abcd".to_owned()]));
    desk.media(MediaEvent::Lost(person)).await;
    ann.until(|message| (message == ServerMessage::Left { participant: person }).then_some(())).await;
    assert_eq!(desk.stands(opened.door).await, Err(RefusalCode::Unknown));
    let came = |fact: &Fact| matches!(fact, Fact::PersonCame { person: came, .. } if *came == person);
    let spoke = [Fact::SpeechBegan { person, to: Addressed::Everybody {} }, Fact::SpeechEnded { person }];
    let written = async {
        while !spoke.iter().all(|fact| disk.facts().contains(fact)) || !disk.facts().iter().any(came) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(PATIENCE, written).await.expect("in time");
}

#[tokio::test]
async fn nobody_comes_in_who_could_not_be_written_down() {
    let disk = Disk::default();
    let mut desk = disk.desk();
    let mut ann = desk.join("Ann", 18.0, None).await.expect("let in");
    disk.fill(true);
    assert_eq!(desk.comes_by_door(Role::Host, stream()).await, Err(RefusalCode::NotSaved));
    disk.fill(false);
    // The token is free again.
    let opened = desk.comes_by_door(Role::Host, stream()).await.expect("let in");
    let seen = ann.until(|message| match message {
        ServerMessage::Entered { participant } => Some(participant),
        _ => None,
    });
    assert_eq!(seen.await.id, opened.peer.participant, "nobody came before");
}

#[tokio::test]
async fn a_stream_on_its_way_in_holds_its_token() {
    let desk = Desk::open();
    let first = desk.knocks(Role::Host, stream()).await;
    assert_eq!(desk.comes_by_door(Role::Host, stream()).await, Err(RefusalCode::NotNow));
    assert!(timeout(PATIENCE, first).await.expect("in time").expect("an answer").is_ok());
}

#[tokio::test]
async fn who_does_not_wait_for_the_answer_is_not_left_standing() {
    let mut desk = Desk::open();
    let mut ann = desk.join("Ann", 18.0, None).await.expect("let in");
    drop(desk.knocks(Role::Host, stream()).await);
    let opened = desk.comes_by_door(Role::Participant, Entrance::Listener { at: None }).await.expect("let in");
    let seen = ann.until(|message| match message {
        ServerMessage::Entered { participant } => Some(participant),
        _ => None,
    });
    let seen = seen.await;
    assert_eq!((seen.id, seen.kind), (opened.peer.participant, ParticipantKind::Listener));
    assert!(desk.comes_by_door(Role::Host, stream()).await.is_ok(), "the token is free again");
}

#[tokio::test]
async fn links_that_are_renewed_meanwhile_let_nobody_in() {
    let desk = Desk::open();
    let knocked = desk.knocks(Role::Host, stream()).await;
    desk.tell(ToKeeper::LinksRenewed).await;
    let came = timeout(PATIENCE, knocked).await.expect("in time").expect("an answer");
    assert_eq!(came.map_err(|denied| denied.refusal.code), Err(RefusalCode::Link));
}

#[tokio::test]
async fn programs_count_for_how_many_may_be_in() {
    let mut desk = Disk::default().desk();
    let mut host = desk.join_as("Host", Role::Host).await;
    assert_eq!(desk.does(&mut host, Change::SetCapacity { people: 2 }).await, Ok(None));
    let listener = || Entrance::Listener { at: None };
    assert!(desk.comes_by_door(Role::Participant, listener()).await.is_ok());
    assert_eq!(desk.comes_by_door(Role::Participant, listener()).await, Err(RefusalCode::SpaceFull));
    assert!(desk.join("Ann", 18.0, None).await.is_err(), "nor does anybody else come in");
}

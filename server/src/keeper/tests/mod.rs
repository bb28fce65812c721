//! The keeper by its mailboxes alone: no sockets, no media plane, and time that runs as fast as it may.

mod doors;
mod market;
mod pieces;
mod remap;
mod speaking;

use super::{Begin, End, inbox, keep};
use crate::clock::Clock;
use crate::links::LinkKey;
use crate::mailbox::{
    Flow, Join, MediaEvent, Outgoing, PeerId, Population, SessionId, SpaceKey, ToKeeper, ToMedia, ToRecord,
};
use crate::outbox::{OutboxReader, outbox};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use torg_protocol::ServerMessage;
use torg_protocol::frame::{self, Frame};
use torg_protocol::ids::{ParticipantId, SpaceId};
use torg_protocol::message::{ClientMessage, GoodbyeReason, MediaState, Refusal, Start, Uplink, Welcome};
use torg_protocol::people::{Microphone, Role};
use torg_protocol::text::{Label, PersonName};
use torg_protocol::units::{TimeMs, VoiceLevel};
use torg_space::Map;
use torg_space::ledger::Ledger;

const PATIENCE: Duration = Duration::from_secs(5);

/// A running keeper, and what it tells the media plane.
struct Desk {
    keeper: mpsc::Sender<ToKeeper>,
    media: mpsc::Receiver<ToMedia>,
    task: JoinHandle<End>,
    sessions: u64,
}

fn id() -> SpaceId {
    SpaceId::parse("torg").expect("an id")
}

/// Somebody who is in.
struct Guest {
    session: SessionId,
    peer: PeerId,
    welcome: Box<Welcome>,
    outbox: OutboxReader,
}

impl Desk {
    fn open() -> Self {
        Self::open_for(Duration::from_secs(60))
    }

    fn open_for(rests_after: Duration) -> Self {
        let (ledger, record) = market::Disk::default().open();
        Self::open_with(rests_after, ledger, record)
    }

    fn open_with(rests_after: Duration, ledger: Ledger, record: mpsc::Sender<ToRecord>) -> Self {
        Self::open_on(Map::default_square(), rests_after, ledger, record)
    }

    fn open_on(map: Map, rests_after: Duration, ledger: Ledger, record: mpsc::Sender<ToRecord>) -> Self {
        let (media_sender, media) = mpsc::channel(100);
        let (keeper, receiver) = inbox();
        let folder = tempfile::tempdir().expect("a temporary folder");
        let begin = Begin {
            key: SpaceKey(1),
            id: id(),
            name: Label::parse("Torg").expect("a name"),
            map,
            clock: Clock::start(),
            media: media_sender,
            population: Population::default(),
            ledger,
            record,
            outside: None,
            people: LinkKey::open(folder.path()).expect("a key").people_of(&id()),
            bell: None,
            rests_after,
        };
        let task = tokio::spawn(keep(begin, keeper.clone(), receiver));
        Self { keeper, media, task, sessions: 0 }
    }

    async fn tell(&self, message: ToKeeper) {
        self.keeper.send(message).await.expect("the keeper runs");
    }

    async fn says(&self, guest: &Guest, message: ClientMessage) {
        self.tell(ToKeeper::Client { session: guest.session, message }).await;
    }

    async fn media(&self, event: MediaEvent) {
        self.tell(ToKeeper::Media(event)).await;
    }

    /// Comes in near the middle of the square.
    async fn join(&mut self, name: &str, x: f64, resume: Option<String>) -> Result<Guest, Refusal> {
        let at = torg_protocol::geometry::Point::from_metres(x, 12.0).expect("a place");
        let (mut join, answer, outbox) = self.hello(name, Role::Participant);
        (join.resume, join.start) = (resume, Some(Start::At(at)));
        self.come(join, answer, outbox).await
    }

    /// Comes in by a link of another role.
    async fn join_as(&mut self, name: &str, role: Role) -> Guest {
        let (join, answer, outbox) = self.hello(name, role);
        self.come(join, answer, outbox).await.expect("let in")
    }

    /// A hello that is not sent yet.
    fn hello(&mut self, name: &str, role: Role) -> (Join, Answer, OutboxReader) {
        self.sessions += 1;
        let (sender, outbox) = outbox();
        let (reply, answer) = oneshot::channel();
        let join = Join {
            session: SessionId(self.sessions),
            role,
            name: PersonName::parse(name).expect("a name"),
            microphone: Microphone::On,
            resume: None,
            person: None,
            start: None,
            outbox: sender,
            reply,
        };
        (join, answer, outbox)
    }

    async fn come(&mut self, join: Join, answer: Answer, outbox: OutboxReader) -> Result<Guest, Refusal> {
        let session = join.session;
        self.tell(ToKeeper::Join(Box::new(join))).await;
        let peer = timeout(PATIENCE, answer).await.expect("in time").expect("an answer")?;
        Ok(Guest::new(session, peer, outbox).await)
    }

    async fn told_media(&mut self) -> ToMedia {
        timeout(PATIENCE, self.media.recv()).await.expect("in time").expect("the keeper runs")
    }
}

/// What the keeper answers a hello.
type Answer = oneshot::Receiver<Result<PeerId, Refusal>>;

impl Guest {
    async fn new(session: SessionId, peer: PeerId, mut outbox: OutboxReader) -> Self {
        let ServerMessage::Welcome(welcome) = next(&mut outbox).await else { panic!("the welcome comes first") };
        Self { session, peer, welcome, outbox }
    }

    fn id(&self) -> ParticipantId {
        self.peer.participant
    }

    async fn until<T>(&mut self, mut fits: impl FnMut(ServerMessage) -> Option<T>) -> T {
        let found = async {
            loop {
                if let Some(found) = fits(next(&mut self.outbox).await) {
                    return found;
                }
            }
        };
        timeout(PATIENCE, found).await.expect("in time")
    }

    async fn heard(&mut self) -> (u16, u16, Uplink) {
        self.until(|message| match message {
            ServerMessage::Heard { listeners, in_earshot, uplink } => Some((listeners, in_earshot, uplink)),
            _ => None,
        })
        .await
    }
}

/// The next message; frames are passed over.
async fn next(outbox: &mut OutboxReader) -> ServerMessage {
    loop {
        match timeout(PATIENCE, outbox.next()).await.expect("in time").expect("the keeper runs") {
            Outgoing::Text(text) | Outgoing::LastText(text) => return serde_json::from_str(&text).expect("a message"),
            Outgoing::Close(reason) => return ServerMessage::Goodbye { reason },
            Outgoing::Binary(_) => {}
        }
    }
}

/// The next frame of voice levels.
async fn next_frame(outbox: &mut OutboxReader) -> Frame {
    loop {
        let outgoing = timeout(PATIENCE, outbox.next()).await.expect("in time").expect("the keeper runs");
        let Outgoing::Binary(bytes) = outgoing else { continue };
        let frame = frame::decode(&bytes).expect("a frame");
        if matches!(frame, Frame::Levels(_)) {
            return frame;
        }
    }
}

fn flow(peers: &[(ParticipantId, bool)], forwarded: &[(ParticipantId, ParticipantId)]) -> MediaEvent {
    MediaEvent::Flow(Flow { worker: 0, peers: peers.to_vec(), forwarded: forwarded.to_vec() })
}

#[tokio::test]
async fn the_badge_counts_what_was_forwarded_to_open_ears() {
    let mut desk = Desk::open();
    let mut ann = desk.join("Ann", 18.0, None).await.expect("let in");
    let bob = desk.join("Bob", 19.0, None).await.expect("let in");
    assert_eq!(ann.heard().await, (0, 0, Uplink::Down), "Bob's ears are closed yet");
    let open = ClientMessage::SetEars { open: true };
    desk.tell(ToKeeper::Client { session: bob.session, message: open }).await;
    assert_eq!(ann.heard().await, (0, 1, Uplink::Down));
    desk.media(flow(&[(ann.id(), false), (bob.id(), true)], &[])).await;
    assert_eq!(ann.heard().await, (0, 1, Uplink::NoPackets));
    desk.media(flow(&[(ann.id(), true), (bob.id(), true)], &[(ann.id(), bob.id())])).await;
    assert_eq!(ann.heard().await, (1, 1, Uplink::Flowing));
    // Bob's page goes to sleep: he is sent everything and hears nothing.
    let closed = ClientMessage::SetEars { open: false };
    desk.tell(ToKeeper::Client { session: bob.session, message: closed }).await;
    assert_eq!(ann.heard().await, (0, 0, Uplink::Flowing));
    // The media plane falls silent.
    assert_eq!(ann.heard().await, (0, 0, Uplink::Down));
}

#[tokio::test]
async fn a_peer_connection_outlives_a_cut_line_and_no_more() {
    let mut desk = Desk::open();
    assert!(matches!(desk.told_media().await, ToMedia::OpenSpace { space: SpaceKey(1), .. }));
    let ann = desk.join("Ann", 18.0, None).await.expect("let in");
    assert_eq!(ann.welcome.media, MediaState::Offer);
    desk.media(MediaEvent::Connected(ann.id())).await;
    desk.tell(ToKeeper::Gone { session: ann.session }).await;
    let mut back = desk.join("Ann", 5.0, Some(ann.welcome.resume_token.clone())).await.expect("back");
    assert_eq!((back.welcome.media, back.welcome.resumed, back.id()), (MediaState::Kept, true, ann.peer.participant));
    desk.media(MediaEvent::Lost(back.id())).await;
    back.until(|message| matches!(message, ServerMessage::MediaLost {}).then_some(())).await;
    let again = desk.join("Ann", 5.0, Some(back.welcome.resume_token.clone())).await.expect("back");
    assert_eq!(again.welcome.media, MediaState::Offer);
    desk.tell(ToKeeper::Client { session: again.session, message: ClientMessage::Leave {} }).await;
    let ToMedia::ClosePeer { peer } = desk.told_media().await else { panic!("the peer connection is closed") };
    assert_eq!(peer, again.peer);
    let late = desk.join("Ann", 18.0, Some(again.welcome.resume_token.clone())).await.expect("let in afresh");
    assert!(!late.welcome.resumed && late.id() != again.peer.participant);
}

#[tokio::test]
async fn who_comes_in_gets_the_levels_of_who_speaks_already() {
    let mut desk = Desk::open();
    let mut ann = desk.join("Ann", 18.0, None).await.expect("let in");
    let level = VoiceLevel::from_minus_dbov(12);
    desk.media(MediaEvent::Levels(vec![(ann.id(), level)])).await;
    let told = frame::encode_levels(TimeMs(0), &[(ann.id(), level)]).remove(0);
    let told = frame::decode(&told).expect("a frame");
    assert_eq!(next_frame(&mut ann.outbox).await, told);
    // From here on the voice stays as it is, so nothing more is told of it.
    let mut bob = desk.join("Bob", 19.0, None).await.expect("let in");
    assert_eq!(next_frame(&mut bob.outbox).await, told);
}

#[tokio::test]
async fn who_gives_up_while_waiting_is_not_left_standing() {
    let mut desk = Desk::open();
    let mut eva = desk.join("Eva", 18.0, None).await.expect("let in");
    let (join, answer, _reader) = desk.hello("Hasty", Role::Participant);
    drop(answer);
    desk.tell(ToKeeper::Join(Box::new(join))).await;
    eva.until(|message| matches!(message, ServerMessage::PresenceChanged { .. }).then_some(())).await;
}

#[tokio::test]
async fn a_stop_is_told_after_all_that_came_before() {
    let mut desk = Desk::open();
    let mut ann = desk.join("Ann", 18.0, None).await.expect("let in");
    let rename = ClientMessage::SetName { name: "Anna".to_owned() };
    desk.tell(ToKeeper::Client { session: ann.session, message: rename }).await;
    desk.tell(ToKeeper::Stop).await;
    let mut names = Vec::new();
    let reason = ann.until(|message| match message {
        ServerMessage::Renamed { name, .. } => {
            names.push(name);
            None
        }
        ServerMessage::Goodbye { reason } => Some(reason),
        _ => None,
    });
    assert_eq!(reason.await, GoodbyeReason::ServerStops);
    assert_eq!(names.len(), 1);
    assert_eq!(timeout(PATIENCE, desk.task).await.expect("in time").expect("no panic"), End::Stopped);
}

#[tokio::test]
async fn an_empty_space_rests_after_a_while() {
    let mut desk = Desk::open_for(Duration::from_millis(300));
    let ann = desk.join("Ann", 18.0, None).await.expect("let in");
    tokio::time::sleep(Duration::from_millis(600)).await;
    assert!(!desk.task.is_finished(), "Ann is there");
    desk.tell(ToKeeper::Client { session: ann.session, message: ClientMessage::Leave {} }).await;
    assert_eq!(timeout(PATIENCE, desk.task).await.expect("in time").expect("no panic"), End::Empty);
    assert!(desk.keeper.is_closed());
}

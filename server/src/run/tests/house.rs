//! A whole server whose media plane is made up: it answers offers, takes down what it is told, and says what a test wants
//! it to say.

use super::super::{Doors, Running, bind, run_behind};
use super::{Socket, until};
use crate::config::Config;
use crate::mailbox::{MediaEvent, Offered, PeerId, ToKeeper, ToMedia};
use crate::media::Media;
use futures_util::SinkExt as _;
use serde_json::{Value, json};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use torg_protocol::ids::ParticipantId;
use torg_protocol::message::{ParticipantView, Refusal, RefusalCode, Welcome};
use torg_protocol::people::Role;
use torg_protocol::{PROTOCOL_VERSION, ServerMessage};

pub(super) const PATIENCE: Duration = Duration::from_secs(20);

/// What the media plane was told.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Told {
    Offer(PeerId, Offered),
    Play(PeerId),
    Close(PeerId),
}

#[derive(Default)]
struct Fake {
    keeper: Option<mpsc::Sender<ToKeeper>>,
    told: Vec<Told>,
}

pub(super) struct House {
    pub(super) running: Running,
    folder: TempDir,
    fake: Arc<Mutex<Fake>>,
}

impl House {
    pub(super) async fn open() -> Self {
        Self::open_in(tempfile::tempdir().expect("a temporary folder")).await
    }

    pub(super) async fn open_in(folder: TempDir) -> Self {
        let listener = bind((Ipv4Addr::LOCALHOST, 0).into(), "--listen").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let (to, mut inbox) = mpsc::channel(100);
        let fake = Arc::new(Mutex::new(Fake::default()));
        let there = Arc::clone(&fake);
        tokio::spawn(async move {
            while let Some(message) = inbox.recv().await {
                there.lock().expect("no panic").take(message);
            }
        });
        let media = Media { to, tcp: mpsc::channel(1).0, port };
        let doors = Doors { listener, media_listener: None, media };
        let config = Config::local(&folder.path().join("data"));
        let running = run_behind(config, Some(doors)).await.expect("the server starts");
        Self { running, folder, fake }
    }

    /// Ends the server and gives its folder back.
    pub(super) async fn close(self) -> TempDir {
        timeout(PATIENCE, self.running.stop()).await.expect("in time");
        self.folder
    }

    pub(super) fn data(&self) -> std::path::PathBuf {
        self.folder.path().join("data")
    }

    /// The token of the link for a role.
    pub(super) fn token(&self, role: Role) -> String {
        let link = self.link(role);
        link.split_once('#').expect("a link has a token").1.to_owned()
    }

    pub(super) fn link(&self, role: Role) -> String {
        links(&self.data(), &self.running.join_link, role)
    }

    pub(super) fn told(&self) -> Vec<Told> {
        self.fake.lock().expect("no panic").told.clone()
    }

    /// The media plane says something to the keeper that was opened last.
    pub(super) async fn media_says(&self, event: MediaEvent) {
        let keeper = self.fake.lock().expect("no panic").keeper.clone().expect("a space runs");
        keeper.send(ToKeeper::Media(event)).await.expect("the keeper runs");
    }

    /// Calls `/api/spaces/torg` and what `path` adds to it, with the token of a role.
    pub(super) async fn call(
        &self,
        role: Role,
        method: &str,
        path: &str,
        more: &[(&str, &str)],
        body: &[u8],
    ) -> Answer {
        let bearer = format!("Bearer {}", self.token(role));
        let mut headers = vec![("Authorization", bearer.as_str())];
        headers.extend(more);
        self.ask(method, &format!("/api/spaces/torg{path}"), &headers, body).await
    }

    pub(super) async fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        ask(self.running.addr, method, path, headers, body).await
    }

    /// Comes in by the link of a role.
    pub(super) async fn join(&self, role: Role, name: &str) -> Guest {
        let link = self.link(role);
        let (page, token) = link.split_once('#').expect("a link has a token");
        let url = page.replacen("http", "ws", 1).replace("/s/", "/ws/");
        let (mut socket, _) = tokio_tungstenite::connect_async(url).await.expect("a websocket");
        let hello = json!({
            "type": "hello", "protocol": PROTOCOL_VERSION, "token": token, "name": name, "microphone": "absent"
        });
        socket.send(Message::text(hello.to_string())).await.expect("sent");
        let welcome = until(&mut socket, |message| match message {
            ServerMessage::Welcome(welcome) => Some(welcome),
            _ => None,
        });
        let welcome = welcome.await;
        Guest { socket, welcome }
    }
}

fn links(data: &Path, join_link: &str, role: Role) -> String {
    use crate::links::{Generation, LinkKey, link};
    let key = LinkKey::open(data).expect("the key for links");
    let id = torg_protocol::ids::SpaceId::parse("torg").expect("an id");
    let url = join_link.split("/s/").next().expect("an address");
    link(url, &id, &key.token(&id, role, Generation(1)))
}

impl Fake {
    fn take(&mut self, message: ToMedia) {
        match message {
            ToMedia::OpenSpace { keeper, .. } => self.keeper = Some(keeper),
            ToMedia::CheckOffer { sdp, reply, .. } => {
                let has_sound = sdp.contains("m=audio");
                let lacks = || Refusal::new(RefusalCode::OfferLacks, "the offer has no section for sound");
                drop(reply.send(if has_sound { Ok(()) } else { Err(lacks()) }));
            }
            ToMedia::Offer { peer, sdp, offered, reply } => {
                self.told.push(Told::Offer(peer, offered));
                let full = || Refusal::new(RefusalCode::MediaFull, "no room");
                // It takes its time over this one.
                let wait = if sdp.contains("a=slow") { Duration::from_millis(500) } else { Duration::ZERO };
                let answer =
                    if sdp.contains("a=full") { Err(full()) } else { Ok("v=0\r\ns=the answer\r\n".to_owned()) };
                tokio::spawn(async move {
                    tokio::time::sleep(wait).await;
                    drop(reply.send(answer));
                });
            }
            ToMedia::Play { peer, .. } => self.told.push(Told::Play(peer)),
            ToMedia::ClosePeer { peer } => self.told.push(Told::Close(peer)),
            ToMedia::CloseSpace { .. } | ToMedia::Stop => {}
        }
    }
}

/// Somebody who came by the app.
pub(super) struct Guest {
    socket: Socket,
    pub(super) welcome: Box<Welcome>,
}

impl Guest {
    pub(super) fn id(&self) -> ParticipantId {
        self.welcome.you
    }

    pub(super) async fn says(&mut self, message: Value) {
        self.socket.send(Message::text(message.to_string())).await.expect("sent");
    }

    pub(super) async fn until<T>(&mut self, fits: impl FnMut(ServerMessage) -> Option<T>) -> T {
        until(&mut self.socket, fits).await
    }

    /// Who comes in next.
    pub(super) async fn sees_coming(&mut self) -> ParticipantView {
        self.until(|message| match message {
            ServerMessage::Entered { participant } => Some(participant),
            _ => None,
        })
        .await
    }

    pub(super) async fn sees_leaving(&mut self, who: ParticipantId) {
        self.until(|message| match message {
            ServerMessage::Left { participant } => (participant == who).then_some(()),
            _ => None,
        })
        .await;
    }

    /// Asks for a change, which is made.
    pub(super) async fn does(&mut self, change: Value) {
        self.says(json!({ "type": "change", "request": 1, "change": change })).await;
        let done = self.until(|message| match message {
            ServerMessage::Done { .. } => Some(Ok(())),
            ServerMessage::Refused { message, .. } => Some(Err(message)),
            _ => None,
        });
        assert_eq!(done.await, Ok(()));
    }

    pub(super) async fn is_refused(&mut self) -> RefusalCode {
        self.until(|message| match message {
            ServerMessage::Refused { code, .. } => Some(code),
            _ => None,
        })
        .await
    }
}

/// An answer over HTTP.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    head: String,
    pub(super) body: String,
}

impl Answer {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(':'));
        lines.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    }

    #[track_caller]
    pub(super) fn is(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{} {}", self.head, self.body);
        self
    }

    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("JSON")
    }

    /// A refusal by a code, which is a sentence too.
    #[track_caller]
    pub(super) fn refuses(self, status: u16, code: &str) -> String {
        let refusal = self.is(status).json();
        assert_eq!(refusal["code"], code, "{refusal}");
        refusal["message"].as_str().expect("a message").to_owned()
    }
}

async fn ask(addr: SocketAddr, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
    let mut request = format!("{method} {path} HTTP/1.1\r\nHost: {addr}\r\nConnection: close\r\n");
    for (name, value) in headers {
        request += &format!("{name}: {value}\r\n");
    }
    request += &format!("Content-Length: {}\r\n\r\n", body.len());
    let mut bytes = Vec::new();
    let exchange = async {
        let mut stream = TcpStream::connect(addr).await.expect("a connection");
        stream.write_all(request.as_bytes()).await.expect("the request is sent");
        // A server that has refused already may have closed.
        let _ = stream.write_all(body).await;
        let _ = stream.read_to_end(&mut bytes).await;
    };
    timeout(PATIENCE, exchange).await.expect("an answer in time");
    let text = String::from_utf8(bytes).expect("an answer in UTF-8");
    let (head, body) = text.split_once("\r\n\r\n").expect("the end of the head");
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    Answer { status, head: head.to_owned(), body: body.to_owned() }
}

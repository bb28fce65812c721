//! A server in a folder of its own, and clients that say what they mean.

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};
use torg_protocol::frame::{self, Frame};
use torg_protocol::geometry::Segment;
use torg_protocol::ids::ParticipantId;
use torg_protocol::message::{GoodbyeReason, RefusalCode, Welcome};
use torg_protocol::{PROTOCOL_VERSION, ServerMessage};
use torg_server::Running;
use torg_server::config::Config;

/// How long anything may take before a test gives up on it. Slow machines take seconds for what takes none.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// A server and the folder it works in.
pub(crate) struct Server {
    pub(crate) running: Running,
    pub(crate) folder: TempDir,
}

impl Server {
    pub(crate) async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    pub(crate) async fn start_with(change: impl FnOnce(&mut Config)) -> Self {
        Self::start_in(tempfile::tempdir().expect("a temporary folder"), change).await
    }

    pub(crate) async fn start_in(folder: TempDir, change: impl FnOnce(&mut Config)) -> Self {
        let mut config = Config::local(&folder.path().join("data"));
        change(&mut config);
        let running = torg_server::run(config).await.expect("the server starts");
        Self { running, folder }
    }

    /// Ends it and gives the folder back.
    pub(crate) async fn stop(self) -> TempDir {
        timeout(PATIENCE, self.running.stop()).await.expect("the server stops in time");
        self.folder
    }

    pub(crate) fn addr(&self) -> SocketAddr {
        self.running.addr
    }

    pub(crate) fn data(&self) -> std::path::PathBuf {
        self.folder.path().join("data")
    }

    /// Comes in by the join link.
    pub(crate) async fn join(&self, name: &str) -> Client {
        self.join_with(json!({ "name": name })).await.expect("let in")
    }

    pub(crate) async fn join_with(&self, hello: Value) -> Result<Client, Refused> {
        Client::join(&self.running.join_link, hello).await
    }

    pub(crate) async fn join_as_host(&self, name: &str) -> Client {
        Client::join(&self.running.host_link, json!({ "name": name })).await.expect("let in")
    }
}

/// A refusal as it came.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Refused {
    pub(crate) code: RefusalCode,
    pub(crate) message: String,
    pub(crate) closes: bool,
}

/// A websocket, before or after the hello.
pub(crate) struct Socket {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

/// What came out of a websocket.
#[derive(Debug)]
pub(crate) enum Came {
    Told(ServerMessage),
    Frame(Frame),
    Closed,
}

/// The address of the websocket that belongs to a link, and the link's token.
pub(crate) fn parts_of_link(link: &str) -> (String, String) {
    let (page, token) = link.split_once('#').expect("a link has a token");
    (page.replacen("http", "ws", 1).replace("/s/", "/ws/"), token.to_owned())
}

impl Socket {
    pub(crate) async fn open(url: &str, headers: &[(&'static str, &str)]) -> Result<Self, Error> {
        let mut request = url.into_client_request().expect("an address");
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().expect("a header"));
        }
        let opened = timeout(PATIENCE, tokio_tungstenite::connect_async(request)).await.expect("an answer in time");
        opened.map(|(stream, _)| Self { stream })
    }

    /// A socket with hardly any room for what it has not read.
    pub(crate) async fn open_slow(url: &str) -> Self {
        let request = url.into_client_request().expect("an address");
        let addr = request.uri().authority().expect("a host").as_str().parse().expect("an address");
        let socket = tokio::net::TcpSocket::new_v4().expect("a socket");
        socket.set_recv_buffer_size(4_096).expect("a small buffer");
        Self::over(url, MaybeTlsStream::Plain(socket.connect(addr).await.expect("a connection"))).await
    }

    /// A websocket over a line that stands.
    pub(crate) async fn over(url: &str, line: MaybeTlsStream<TcpStream>) -> Self {
        let opened = timeout(PATIENCE, tokio_tungstenite::client_async(url, line)).await.expect("in time");
        Self { stream: opened.expect("a websocket").0 }
    }

    /// Who I am, when the welcome comes next.
    pub(crate) async fn welcomed(&mut self) -> ParticipantId {
        self.until("the welcome", |came| match came {
            Came::Told(ServerMessage::Welcome(welcome)) => Some(welcome.you),
            _ => None,
        })
        .await
    }

    pub(crate) async fn say(&mut self, message: impl ToString) {
        self.send(Message::text(message.to_string())).await;
    }

    pub(crate) async fn send(&mut self, message: Message) {
        // A server that has closed already is noticed when reading.
        let _ = self.stream.send(message).await;
    }

    pub(crate) async fn next(&mut self) -> Came {
        loop {
            let next = timeout(PATIENCE, self.stream.next()).await.expect("something comes in time");
            match next {
                Some(Ok(Message::Text(text))) => {
                    return Came::Told(serde_json::from_str(&text).expect("a message of the server"));
                }
                Some(Ok(Message::Binary(bytes))) => return Came::Frame(frame::decode(&bytes).expect("a frame")),
                Some(Ok(Message::Close(_)) | Err(_)) | None => return Came::Closed,
                Some(Ok(_)) => {}
            }
        }
    }

    /// Skips what comes until something fits.
    pub(crate) async fn until<T>(&mut self, what: &str, mut fits: impl FnMut(Came) -> Option<T>) -> T {
        let end = Instant::now() + PATIENCE;
        while Instant::now() < end {
            let came = self.next().await;
            assert!(!matches!(came, Came::Closed), "closed while waiting for {what}");
            if let Some(found) = fits(came) {
                return found;
            }
        }
        panic!("{what} did not come in time");
    }

    pub(crate) async fn refused(&mut self) -> Refused {
        self.until("a refusal", |came| match came {
            Came::Told(ServerMessage::Refused { code, message, closes, .. }) => Some(Refused { code, message, closes }),
            _ => None,
        })
        .await
    }

    pub(crate) async fn goodbye(&mut self) -> GoodbyeReason {
        self.until("a goodbye", |came| match came {
            Came::Told(ServerMessage::Goodbye { reason }) => Some(reason),
            _ => None,
        })
        .await
    }

    pub(crate) async fn closed(&mut self) {
        let end = Instant::now() + PATIENCE;
        while Instant::now() < end {
            if matches!(self.next().await, Came::Closed) {
                return;
            }
        }
        panic!("not closed in time");
    }
}

/// Somebody who is in.
pub(crate) struct Client {
    pub(crate) socket: Socket,
    pub(crate) welcome: Box<Welcome>,
    pub(crate) resume: String,
}

impl Client {
    /// Says hello with these fields over the usual ones.
    pub(crate) async fn join(link: &str, hello: Value) -> Result<Self, Refused> {
        let (url, token) = parts_of_link(link);
        let mut socket = Socket::open(&url, &[]).await.expect("a websocket");
        socket.say(hello_with(&token, hello)).await;
        let welcome = match socket.next().await {
            Came::Told(ServerMessage::Welcome(welcome)) => welcome,
            Came::Told(ServerMessage::Refused { code, message, closes, .. }) => {
                return Err(Refused { code, message, closes });
            }
            other => panic!("neither welcome nor refusal: {other:?}"),
        };
        let Came::Told(ServerMessage::Resume { token: resume }) = socket.next().await else {
            panic!("a resume token follows the welcome")
        };
        Ok(Self { socket, welcome, resume })
    }

    pub(crate) fn id(&self) -> ParticipantId {
        self.welcome.you
    }

    pub(crate) async fn say(&mut self, message: Value) {
        self.socket.say(message).await;
    }

    /// The next segment of somebody's motion.
    pub(crate) async fn sees_moving(&mut self, who: ParticipantId) -> Segment {
        self.socket
            .until("motion", |came| match came {
                Came::Frame(Frame::Motion(segments)) => {
                    segments.into_iter().find(|(id, _)| *id == who).map(|(_, segment)| segment)
                }
                _ => None,
            })
            .await
    }

    /// The session still answers.
    pub(crate) async fn is_alive(&mut self) {
        self.say(json!({ "type": "ping", "nonce": 77 })).await;
        let pong = |came| matches!(came, Came::Told(ServerMessage::Pong { nonce: 77, .. })).then_some(());
        self.socket.until("a pong", pong).await;
    }
}

/// A hello with the usual fields, and these over them.
pub(crate) fn hello_with(token: &str, fields: Value) -> Value {
    let mut hello =
        json!({ "type": "hello", "protocol": PROTOCOL_VERSION, "token": token, "name": "Ann", "microphone": "absent" });
    let Value::Object(fields) = fields else { panic!("fields of a hello") };
    hello.as_object_mut().expect("an object").extend(fields);
    hello
}

/// An answer over HTTP.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let line = |line: &'_ str| line.split_once(':').is_some_and(|(key, _)| key.eq_ignore_ascii_case(name));
        self.head.lines().find(|text| line(text)).and_then(|text| text.split_once(':')).map(|(_, value)| value.trim())
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }
}

/// Asks over HTTP. `Host` is the address unless a header says otherwise.
pub(crate) async fn ask(addr: SocketAddr, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
    let stream = TcpStream::connect(addr).await.expect("a connection");
    ask_over(stream, &addr.to_string(), method, path, headers, body).await
}

pub(crate) async fn get(addr: SocketAddr, path: &str) -> Answer {
    ask(addr, "GET", path, &[], b"").await
}

pub(crate) async fn ask_over(
    mut stream: impl tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
    host: &str,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Answer {
    let mut request = format!("{method} {path} HTTP/1.1\r\nConnection: close\r\nContent-Length: {}\r\n", body.len());
    if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("host")) {
        request += &format!("Host: {host}\r\n");
    }
    for (name, value) in headers {
        request += &format!("{name}: {value}\r\n");
    }
    request += "\r\n";
    let mut bytes = Vec::new();
    let exchange = async {
        stream.write_all(request.as_bytes()).await.expect("the request is sent");
        // A server that has refused already may have closed.
        let _ = stream.write_all(body).await;
        let _ = stream.read_to_end(&mut bytes).await;
    };
    timeout(PATIENCE, exchange).await.expect("an answer in time");
    let head_end = bytes.windows(4).position(|window| window == b"\r\n\r\n").expect("the end of the head");
    let head = String::from_utf8(bytes[..head_end].to_vec()).expect("a head in ASCII");
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    Answer { status, head, body: bytes[head_end + 4..].to_vec() }
}

/// The links that the program `torg links` would print.
pub(crate) fn links_by_command(data: &Path, more: &[&str]) -> anyhow::Result<torg_server::mailbox::SpaceLinks> {
    use clap::Parser as _;
    use torg_server::config::{CommandLine, Do};
    let data = data.to_str().expect("a path in UTF-8");
    let line = ["torg", "links", "--space", "torg", "--data", data].into_iter().chain(more.iter().copied());
    match CommandLine::parse_from(line).command {
        Some(Do::Links(options)) => torg_server::links(*options),
        other => panic!("not the links: {other:?}"),
    }
}

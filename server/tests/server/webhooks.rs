//! Webhooks to a real receiver: signed, told again until they are taken, and never into the server's own network.

use crate::script::{Script, moment_in_seconds};
use crate::support::{Came, PATIENCE, Server};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::hmac;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::time::timeout;
use torg_protocol::ServerMessage;
use torg_server::config::{Config, WebhookSecret, WebhookTarget, Webhooks};

const SECRET: &[u8] = b"a secret of both sides, long enough";

/// What came in one request.
struct Told {
    headers: BTreeMap<String, String>,
    body: Vec<u8>,
    /// What it was answered.
    status: u16,
}

impl Told {
    /// What it says, when its signature is that of its very bytes (Standard Webhooks).
    fn json(&self) -> Value {
        let header = |name: &str| self.headers.get(name).map(String::as_str).expect("a header");
        let signed = [header("webhook-id").as_bytes(), b".", header("webhook-timestamp").as_bytes(), b".", &self.body];
        let signature = header("webhook-signature").strip_prefix("v1,").expect("the version");
        let signature = STANDARD.decode(signature).expect("base64");
        let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET);
        hmac::verify(&key, &signed.concat(), &signature).expect("signed by who knows the secret");
        let sent_at: i64 = header("webhook-timestamp").parse().expect("seconds");
        let age = time::OffsetDateTime::now_utc().unix_timestamp() - sent_at;
        assert!((-1..60).contains(&age), "{age} s old");
        assert_eq!(header("content-type"), "application/json");
        serde_json::from_slice(&self.body).expect("JSON")
    }

    fn id(&self) -> &str {
        &self.headers["webhook-id"]
    }
}

/// A web server that takes what it is told, but not the first time.
struct Receiver {
    addr: SocketAddr,
    told: mpsc::Receiver<Told>,
    knocked: Arc<AtomicUsize>,
}

impl Receiver {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let addr = listener.local_addr().expect("an address");
        let (sender, told) = mpsc::channel(100);
        let knocked = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&knocked);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let status = if count.fetch_add(1, Ordering::Relaxed) == 0 { 500 } else { 200 };
                let told = receive(stream, status).await;
                if sender.send(told).await.is_err() {
                    return;
                }
            }
        });
        Self { addr, told, knocked }
    }

    async fn next(&mut self) -> Told {
        timeout(PATIENCE, self.told.recv()).await.expect("in time").expect("it runs")
    }

    fn webhooks(&self, host: &str, allow_private: bool) -> Webhooks {
        let url = format!("http://{host}:{}/torg", self.addr.port());
        let secret = format!("whsec_{}", STANDARD.encode(SECRET));
        Webhooks {
            targets: vec![WebhookTarget::parse(&url, allow_private).expect("a target")],
            secret: WebhookSecret::parse(&secret).expect("a secret"),
            allow_private,
        }
    }
}

async fn receive(mut stream: TcpStream, status: u16) -> Told {
    let mut bytes = Vec::new();
    let (headers, body) = loop {
        assert!(stream.read_buf(&mut bytes).await.expect("a request") > 0, "cut off");
        let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else { continue };
        let head = String::from_utf8(bytes[..end].to_vec()).expect("a head");
        assert!(head.starts_with("POST /torg HTTP/1.1\r\n"), "{head}");
        let headers = head.lines().skip(1).filter_map(|line| line.split_once(": "));
        let headers: BTreeMap<String, String> =
            headers.map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned())).collect();
        let length: usize = headers["content-length"].parse().expect("a length");
        if bytes.len() >= end + 4 + length {
            break (headers, bytes[end + 4..].to_vec());
        }
    };
    let answer = format!("HTTP/1.1 {status} As told\r\ncontent-length: 0\r\n\r\n");
    stream.write_all(answer.as_bytes()).await.expect("the answer is taken");
    Told { headers, body, status }
}

#[tokio::test]
async fn slots_and_the_end_are_told_signed_and_again_until_they_are_taken() {
    let mut receiver = Receiver::start().await;
    let webhooks = receiver.webhooks("127.0.0.1", true);
    let server = Server::start_with(|config| config.webhooks = Some(webhooks)).await;
    let host = Script::of_host(&server);
    let slot = json!({
        "name": "Round 1", "kind": "topics",
        "starts_at": moment_in_seconds(-60), "ends_at": moment_in_seconds(2)
    });
    let slot = host.post("/slots", &slot).await.is(201);

    let first = receiver.next().await;
    assert_eq!(first.status, 500);
    let opened = first.json();
    assert_eq!((&opened["type"], &opened["data"]["slot"]), (&json!("slot.opened"), &slot));
    assert_eq!(opened["data"]["space"], json!({ "id": "torg", "name": "Torg" }));
    let mut taken: Vec<Told> = vec![receiver.next().await, receiver.next().await];
    // A slot that is taken away while it runs closes.
    let gone = json!({
        "name": "Round 2", "kind": "topics",
        "starts_at": moment_in_seconds(-60), "ends_at": moment_in_seconds(600)
    });
    let gone = host.post("/slots", &gone).await.is(201)["id"].clone();
    taken.push(receiver.next().await);
    host.delete(&format!("/slots/{gone}")).await.is(204);
    taken.push(receiver.next().await);
    host.delete("").await.is(204);
    taken.push(receiver.next().await);

    let again = taken.iter().find(|told| told.id() == first.id()).expect("told again, under the same id");
    assert_eq!(again.body, first.body);
    let said: Vec<Value> = taken.iter().map(Told::json).collect();
    let kinds = |kind: &str| said.iter().filter(|one| one["type"] == kind).count();
    assert_eq!((kinds("slot.opened"), kinds("slot.closed"), kinds("space.closed")), (2, 2, 1), "{said:?}");
    let closed = said.iter().find(|one| one["type"] == "slot.closed" && one["data"]["slot"]["id"] == slot["id"]);
    assert_eq!(closed.expect("told")["timestamp"], slot["ends_at"], "the moment is that of the bell");
    assert_eq!(taken.iter().map(Told::id).collect::<BTreeSet<_>>().len(), taken.len(), "each has an id of its own");
    server.stop().await;
}

/// The receiver is down for a moment, and the server is stopped before it tries again.
#[tokio::test]
async fn what_was_not_taken_before_a_stop_is_told_after_the_start_and_only_once() {
    let mut receiver = Receiver::start().await;
    let webhooks = receiver.webhooks("127.0.0.1", true);
    let configure = |config: &mut Config| config.webhooks = Some(webhooks.clone());
    let server = Server::start_with(configure).await;
    Script::of_host(&server).slot("Now", -1, 20).await;
    let first = receiver.next().await;
    assert_eq!((first.status, &first.json()["type"]), (500, &json!("slot.opened")));

    let server = Server::start_in(server.stop().await, configure).await;
    let again = receiver.next().await;
    assert_eq!((again.status, again.id(), &again.body), (200, first.id(), &first.body));
    assert_eq!(again.json(), first.json());

    let server = Server::start_in(server.stop().await, configure).await;
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    assert_eq!(receiver.knocked.load(Ordering::Relaxed), 2, "what was taken is forgotten");
    server.stop().await;
}

#[tokio::test]
async fn nothing_is_told_into_the_own_network_unless_that_is_allowed() {
    let receiver = Receiver::start().await;
    // The name passes when the server starts; where it leads is seen when it is used.
    let webhooks = receiver.webhooks("localhost", false);
    let server = Server::start_with(|config| config.webhooks = Some(webhooks)).await;
    let mut ann = server.join("Ann").await;
    Script::of_host(&server).slot("Now", -1, 10).await;
    let bell = |came| matches!(came, Came::Told(ServerMessage::SlotOpened { .. })).then_some(());
    ann.socket.until("the bell", bell).await;
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    assert_eq!(receiver.knocked.load(Ordering::Relaxed), 0);
    server.stop().await;
}

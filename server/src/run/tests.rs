//! A keeper that panics costs its own space a new start, and nobody else anything.

mod doors;
mod house;
mod programs;
mod sounds;

use crate::config::Config;
use crate::keeper::PANIC_NAME;
use crate::mailbox::SpaceLinks;
use crate::store::{SpaceRecord, Store};
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::json;
use std::path::Path;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};
use torg_protocol::ids::SpaceId;
use torg_protocol::message::GoodbyeReason;
use torg_protocol::{PROTOCOL_VERSION, ServerMessage};

const PATIENCE: Duration = Duration::from_secs(10);

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

async fn join(link: &str) -> Socket {
    let (page, token) = link.split_once('#').expect("a link has a token");
    let url = page.replacen("http", "ws", 1).replace("/s/", "/ws/");
    let (mut socket, _) = tokio_tungstenite::connect_async(url).await.expect("a websocket");
    let hello = json!({
        "type": "hello", "protocol": PROTOCOL_VERSION, "token": token, "name": "Ann", "microphone": "absent"
    });
    socket.send(Message::text(hello.to_string())).await.expect("sent");
    let first = until(&mut socket, Some).await;
    assert!(matches!(first, ServerMessage::Welcome(_)), "{first:?}");
    socket
}

async fn until<T>(socket: &mut Socket, mut fits: impl FnMut(ServerMessage) -> Option<T>) -> T {
    let found = async {
        loop {
            if let Message::Text(text) = socket.next().await.expect("a message").expect("a standing line")
                && let Some(found) = fits(serde_json::from_str(&text).expect("a message of the server"))
            {
                return found;
            }
        }
    };
    timeout(PATIENCE, found).await.expect("in time")
}

async fn is_alive(socket: &mut Socket) {
    socket.send(Message::text(r#"{"type":"ping","nonce":7}"#)).await.expect("sent");
    until(socket, |message| matches!(message, ServerMessage::Pong { nonce: 7, .. }).then_some(())).await;
}

/// A second square beside the one that the server makes.
fn make_another(data: &Path) -> SpaceId {
    let store = Store::open_beside(data).expect("a store");
    let torg = SpaceId::parse("torg").expect("an id");
    let record = store.read(&torg).expect("readable").expect("the first square");
    let id = SpaceId::parse("other").expect("an id");
    store.create(&SpaceRecord { id: id.clone(), ..record }).expect("made");
    id
}

#[tokio::test]
async fn a_panic_costs_one_space_a_new_start() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let server = crate::run(Config::local(folder.path())).await.expect("a server");
    let other = make_another(folder.path());
    let data = folder.path().to_str().expect("a path in UTF-8").to_owned();
    let options = crate::config::ServeOptions {
        data: Some(data.into()),
        public_url: Some(format!("http://{}", server.addr)),
        ..Default::default()
    };
    let links = crate::config::LinksOptions { space: other.to_string(), renew: false, serve: options };
    let SpaceLinks { join_link: other_link, .. } = crate::links(links).expect("links");

    let mut ann = join(&server.join_link).await;
    let mut bob = join(&server.join_link).await;
    let mut eva = join(&other_link).await;
    let panic = json!({ "type": "set_name", "name": PANIC_NAME });
    bob.send(Message::text(panic.to_string())).await.expect("sent");
    for socket in [&mut ann, &mut bob] {
        let reason = until(socket, |message| match message {
            ServerMessage::Goodbye { reason } => Some(reason),
            _ => None,
        });
        assert_eq!(reason.await, GoodbyeReason::SpaceRestarts);
    }
    is_alive(&mut eva).await;
    let mut back = join(&server.join_link).await;
    is_alive(&mut back).await;
    timeout(PATIENCE, server.stop()).await.expect("the server stops in time");
}

//! A client that says anything: for stories about bad input.

use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

/// How long a stranger waits for an answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// A bare websocket to a space.
pub struct Stranger {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    token: String,
}

impl Stranger {
    /// Opens a websocket to the space of a link, and says nothing.
    ///
    /// # Panics
    /// When the server takes no websocket there.
    pub async fn at_the_door(link: &str) -> Self {
        let (page, token) = link.split_once('#').expect("a link has a token");
        let url = page.replacen("http", "ws", 1).replacen("/s/", "/ws/", 1);
        let (socket, _) = connect_async(&url).await.unwrap_or_else(|error| panic!("{url}: {error}"));
        Self { socket, token: token.to_owned() }
    }

    /// Comes in by a link as an honest client would, and reads the welcome.
    pub async fn inside(link: &str, name: &str) -> Self {
        let mut stranger = Self::at_the_door(link).await;
        let hello = stranger.hello(name);
        stranger.say(&hello).await;
        stranger.until("welcome").await;
        stranger
    }

    /// An honest hello.
    #[must_use]
    pub fn hello(&self, name: &str) -> Value {
        serde_json::json!({
            "type": "hello",
            "protocol": torg_protocol::PROTOCOL_VERSION,
            "token": self.token,
            "name": name,
            "microphone": "absent",
        })
    }

    /// Says JSON.
    pub async fn say(&mut self, message: &Value) {
        self.say_text(message.to_string()).await;
    }

    /// Says any text. A line that the server has closed takes it too: what then comes is looked at.
    pub async fn say_text(&mut self, text: impl Into<String>) {
        let _ = self.socket.send(Message::text(text.into())).await;
    }

    /// Says any bytes.
    pub async fn say_bytes(&mut self, bytes: Vec<u8>) {
        let _ = self.socket.send(Message::binary(bytes)).await;
    }

    /// The next message; nothing when the server has closed the line.
    ///
    /// # Panics
    /// When nothing comes for ten seconds.
    pub async fn next(&mut self) -> Option<Value> {
        let next = async {
            loop {
                match self.socket.next().await {
                    Some(Ok(Message::Text(text))) => return serde_json::from_str(&text).ok(),
                    Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
                    Some(Ok(_)) => {}
                }
            }
        };
        tokio::time::timeout(PATIENCE, next).await.expect("the server says something, or closes")
    }

    /// Waits for a message of a type, passing over others.
    ///
    /// # Panics
    /// When the line is closed before it comes.
    pub async fn until(&mut self, kind: &str) -> Value {
        loop {
            let message = self.next().await.unwrap_or_else(|| panic!("the line was closed before `{kind}`"));
            if message["type"] == kind {
                return message;
            }
        }
    }

    /// Waits for a refusal and gives its code, and whether it closes.
    pub async fn refusal(&mut self) -> (String, bool) {
        let refused = self.until("refused").await;
        assert!(refused["message"].as_str().is_some_and(|words| words.len() > 10), "a refusal says why: {refused}");
        (refused["code"].as_str().unwrap_or_default().to_owned(), refused["closes"] == true)
    }

    /// Whether the server closes the line, whatever it says before.
    pub async fn is_shown_out(&mut self) -> bool {
        tokio::time::timeout(PATIENCE, async { while self.next().await.is_some() {} }).await.is_ok()
    }
}

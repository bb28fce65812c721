//! The little of an HTTP client (RFC 9112) that stories need.

use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// What a server answered.
#[derive(Debug)]
pub struct Reply {
    /// The status, such as 200.
    pub status: u16,
    /// Status line and headers, in lower case.
    pub head: String,
    /// The body.
    pub body: String,
}

impl Reply {
    /// The body as JSON.
    ///
    /// # Panics
    /// When it is none.
    #[must_use]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// What was made.
    ///
    /// # Panics
    /// When nothing was: says what the server answered.
    #[track_caller]
    #[must_use]
    pub fn made(&self) -> serde_json::Value {
        assert_eq!(self.status, 201, "{self:?}");
        self.json()
    }
}

/// How long a whole request may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// One request on a connection of its own. `headers` are whole lines without their ends.
///
/// # Panics
/// When the server can't be reached, or answers no HTTP in ten seconds.
pub async fn request(server: SocketAddr, method: &str, path: &str, headers: &[&str], body: &str) -> Reply {
    request_with(server, method, path, headers, body.as_bytes()).await
}

/// One request with a body of any bytes.
///
/// # Panics
/// As [`request`] does.
pub(crate) async fn request_with(server: SocketAddr, method: &str, path: &str, headers: &[&str], body: &[u8]) -> Reply {
    let mut text = format!("{method} {path} HTTP/1.1\r\nhost: {server}\r\nconnection: close\r\n");
    text += &format!("content-length: {}\r\n", body.len());
    for header in headers {
        text += header;
        text += "\r\n";
    }
    text += "\r\n";
    let whole = [text.as_bytes(), body].concat();
    let answer = async {
        let mut stream = TcpStream::connect(server).await?;
        stream.write_all(&whole).await?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await?;
        std::io::Result::Ok(answer)
    };
    let answer =
        tokio::time::timeout(PATIENCE, answer).await.expect("the server answers").expect("the server is there");
    let answer = String::from_utf8_lossy(&answer);
    let (head, body) = answer.split_once("\r\n\r\n").expect("an answer has a head and a body");
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    Reply { status: status.expect("an answer has a status"), head: head.to_lowercase(), body: body.to_owned() }
}

//! Somebody who is told of what happens on a square by webhooks, and takes it or does not.

use serde_json::Value;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// A try to tell.
#[derive(Clone, Debug)]
pub struct Told {
    /// `webhook-id`.
    pub id: String,
    /// `webhook-timestamp`.
    pub timestamp: String,
    /// `webhook-signature`.
    pub signature: String,
    /// What was told, as it was sent.
    pub text: String,
    /// Whether it was taken.
    pub taken: bool,
}

impl Told {
    /// What was told.
    ///
    /// # Panics
    /// When it is no JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

/// A target of webhooks on a port of its own. At first it takes nothing.
#[derive(Debug)]
pub struct Hook {
    address: SocketAddr,
    takes: Arc<AtomicBool>,
    told: Arc<Mutex<Vec<Told>>>,
    serving: JoinHandle<()>,
}

impl Hook {
    /// Listens.
    ///
    /// # Panics
    /// When there is no port.
    pub async fn listen() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let (takes, told) = (Arc::new(AtomicBool::new(false)), Arc::new(Mutex::new(Vec::new())));
        let (will_take, tells) = (Arc::clone(&takes), Arc::clone(&told));
        let serving = tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let taken = will_take.load(Ordering::Relaxed);
                // A connection that breaks off told nothing.
                if let Some(try_) = read(&mut stream, taken).await {
                    tells.lock().unwrap_or_else(PoisonError::into_inner).push(try_);
                    let status = if taken { "204 No Content" } else { "503 Service Unavailable" };
                    let _ =
                        stream.write_all(format!("HTTP/1.1 {status}\r\nconnection: close\r\n\r\n").as_bytes()).await;
                }
            }
        });
        Self { address, takes, told, serving }
    }

    /// Its address on the web.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}/hook", self.address)
    }

    /// Takes what it is told from now on.
    pub fn take(&self) {
        self.takes.store(true, Ordering::Relaxed);
    }

    /// All tries so far.
    #[must_use]
    pub fn told(&self) -> Vec<Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// All tries, once they are as they should be, or what there is after that long.
    pub async fn told_when(&self, patience: Duration, fits: impl Fn(&[Told]) -> bool) -> Vec<Told> {
        let end = Instant::now() + patience;
        loop {
            let told = self.told();
            if fits(&told) || Instant::now() > end {
                return told;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

impl Drop for Hook {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn read(stream: &mut TcpStream, taken: bool) -> Option<Told> {
    let mut request = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&request).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let field = |name: &str| {
                let line = head.lines().find(|line| line.to_ascii_lowercase().starts_with(&format!("{name}: ")))?;
                Some(line.split_once(": ")?.1.to_owned())
            };
            let length: usize = field("content-length")?.parse().ok()?;
            if body.len() >= length {
                let (id, timestamp) = (field("webhook-id")?, field("webhook-timestamp")?);
                let signature = field("webhook-signature")?;
                return Some(Told { id, timestamp, signature, text: body.to_owned(), taken });
            }
        }
        if stream.read_buf(&mut request).await.ok()? == 0 {
            return None;
        }
    }
}

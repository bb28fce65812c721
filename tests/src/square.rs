//! A server of its own for each story.

use crate::http::request;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::ops::Range;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use torg_client::{Guest, Link, Options};
use torg_server::Running;
use torg_server::config::Config;

/// Links to a space.
#[derive(Clone, Debug)]
pub struct Links {
    /// For everybody.
    pub join: String,
    /// For who runs it.
    pub host: String,
}

/// How long a server that was stopped may take to give its port back.
const START_AGAIN: Duration = Duration::from_secs(3);

/// Ports below those that Linux hands out by itself (`ip_local_port_range`).
const LASTING_PORTS: Range<u16> = 20_000..32_000;

/// A running server with a space of stories: [`map`].
pub struct Square {
    running: Option<Running>,
    address: SocketAddr,
    links: Links,
    folder: TempDir,
}

/// The map of the stories: 60 x 40 m, voices carry 12 m, and tables that stand far from each other.
#[must_use]
pub fn map() -> Value {
    json!({
        "width_m": 60, "height_m": 40, "hearing": "room",
        "tables": [
            {"name": "Open", "x": 10, "y": 34, "radius_m": 1.6, "seats": 4, "wall": "open"},
            {"name": "Closed", "x": 30, "y": 34, "radius_m": 1.6, "seats": 4, "wall": "closed"},
            {"name": "Other", "x": 50, "y": 34, "radius_m": 1.6, "seats": 4, "wall": "open"},
        ],
        "zones": [{"name": "Foyer", "kind": "foyer", "x": 28, "y": 1, "width_m": 4, "height_m": 4}],
    })
}

/// A guest of this name, to be told more of.
#[must_use]
pub fn named(name: &str) -> Options {
    Options::named(name)
}

impl Square {
    /// Starts a server on a free port, and makes the space of the stories.
    ///
    /// # Panics
    /// When it can't start: that is no story but a fault.
    pub async fn start() -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        let running = torg_server::run(Config::local(&folder.path().join("data"))).await.expect("the server starts");
        Self::of(folder, running).await
    }

    /// Starts a server that its story stops and starts again. Its port is none that the system hands out: while the
    /// server is down, a guest of another story could get such a port.
    ///
    /// # Panics
    /// When it can't start, on any of those ports.
    pub async fn start_to_restart() -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        let config = Config::local(&folder.path().join("data"));
        let first = std::process::id() as usize % LASTING_PORTS.len();
        for port in LASTING_PORTS.clone().cycle().skip(first).take(LASTING_PORTS.len()) {
            let listen = SocketAddr::new(config.listen.ip(), port);
            if let Ok(running) = torg_server::run(Config { listen, ..config.clone() }).await {
                return Self::of(folder, running).await;
            }
        }
        panic!("the server starts on no port of {LASTING_PORTS:?}");
    }

    async fn of(folder: TempDir, running: Running) -> Self {
        let address = running.addr;
        let links = Links { join: running.join_link.clone(), host: running.host_link.clone() };
        let mut square = Self { running: Some(running), address, links, folder };
        square.links = square.space("The square of stories", &map()).await;
        square
    }

    /// Makes a space.
    ///
    /// # Panics
    /// When the server refuses.
    pub async fn space(&self, name: &str, map: &Value) -> Links {
        let body = json!({"name": name, "map": map}).to_string();
        let reply = request(self.address, "POST", "/api/spaces", &["content-type: application/json"], &body).await;
        let made: Value = serde_json::from_str(&reply.body).unwrap_or_else(|error| panic!("{error}: {reply:?}"));
        let link = |key: &str| made[key].as_str().unwrap_or_else(|| panic!("no {key}: {reply:?}")).to_owned();
        Links { join: link("join_link"), host: link("host_link") }
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The links to its space.
    #[must_use]
    pub fn links(&self) -> &Links {
        &self.links
    }

    /// A guest who comes by the join link, and whose sound is up.
    ///
    /// # Panics
    /// When the guest can't come in.
    pub async fn guest(&self, options: Options) -> Guest {
        self.guest_by(&self.links.join, options).await
    }

    /// A guest who comes by a link of this server.
    ///
    /// # Panics
    /// When the guest can't come in.
    pub async fn guest_by(&self, link: &str, options: Options) -> Guest {
        let link: Link = link.parse().expect("a link of the server");
        // On the heap: coming in takes much room, which a story with many guests would have for each on its stack.
        Box::pin(Guest::join(&link, options)).await.unwrap_or_else(|error| panic!("the guest can't come in: {error}"))
    }

    /// A file beside the server's data, for recordings; gone with the square.
    #[must_use]
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Stops the server and starts it again on the same port, with the same data.
    ///
    /// # Panics
    /// When it can't start.
    pub async fn restart(&mut self) {
        self.stop().await;
        let config = Config { listen: self.address, ..Config::local(&self.folder.path().join("data")) };
        let deadline = Instant::now() + START_AGAIN;
        // Threads of the server before may still be letting go of the port.
        self.running = loop {
            match torg_server::run(config.clone()).await {
                Ok(running) => break Some(running),
                Err(error) => assert!(Instant::now() < deadline, "the server does not start again: {error:#}"),
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        };
    }

    /// Stops the server.
    pub async fn stop(&mut self) {
        if let Some(running) = self.running.take() {
            running.stop().await;
        }
    }
}

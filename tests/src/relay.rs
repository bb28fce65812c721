//! A relay of TCP connections that can be cut, for stories about broken lines.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// Passes connections on to a server until it is told to cut them. Media over UDP goes past it.
pub struct Relay {
    address: SocketAddr,
    lines: Arc<Mutex<Lines>>,
    _accepting: JoinSet<()>,
}

#[derive(Default)]
struct Lines {
    standing: JoinSet<()>,
    is_down: bool,
}

impl Relay {
    /// Starts a relay to `server` on a free port.
    ///
    /// # Panics
    /// When this machine gives no port on loopback.
    pub async fn start(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback gives a port");
        let address = listener.local_addr().expect("a listener has an address");
        let lines = Arc::new(Mutex::new(Lines::default()));
        let mut accepting = JoinSet::new();
        accepting.spawn(accept(listener, server, Arc::clone(&lines)));
        Self { address, lines, _accepting: accepting }
    }

    /// A link that leads through this relay.
    ///
    /// # Panics
    /// When the link has no host.
    #[must_use]
    pub fn link(&self, link: &str) -> String {
        let (_, rest) = link.split_once("://").expect("a link has a scheme");
        let (_, path) = rest.split_once('/').expect("a link has a path");
        format!("http://{}/{path}", self.address)
    }

    /// Cuts every line that stands. New ones pass.
    pub fn cut(&self) {
        self.lines().standing.abort_all();
    }

    /// Cuts every line and lets none through until [`Relay::restore`].
    pub fn take_down(&self) {
        let mut lines = self.lines();
        lines.is_down = true;
        lines.standing.abort_all();
    }

    /// Lets lines through again.
    pub fn restore(&self) {
        self.lines().is_down = false;
    }

    fn lines(&self) -> std::sync::MutexGuard<'_, Lines> {
        self.lines.lock().expect("nobody panics while holding the lines")
    }
}

async fn accept(listener: TcpListener, server: SocketAddr, lines: Arc<Mutex<Lines>>) {
    while let Ok((mut inner, _)) = listener.accept().await {
        let mut lines = lines.lock().expect("nobody panics while holding the lines");
        if lines.is_down {
            continue;
        }
        lines.standing.spawn(async move {
            if let Ok(mut outer) = TcpStream::connect(server).await {
                // A line that ends, ends; the story looks at what that does.
                let _ = tokio::io::copy_bidirectional(&mut inner, &mut outer).await;
            }
        });
    }
}

//! The line to the server: one websocket, JSON both ways and binary frames downstream.

use crate::error::GuestError;
use crate::limits::{GOODBYE_WAIT, OUTBOX_MESSAGES_MAX, SERVER_MESSAGE_BYTES_MAX, WELCOME_WAIT};
use crate::link::Link;
use futures_util::stream::SplitStream;
use futures_util::{SinkExt, StreamExt};
use std::net::IpAddr;
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::error::ProtocolError;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error as SocketError, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async_with_config};
use torg_protocol::frame::{self, Frame};
use torg_protocol::message::{ClientMessage, Refusal, ServerMessage, Welcome};

/// A line that stands. Dropping it cuts the socket without a word.
pub(crate) struct Line {
    reader: SplitStream<WebSocketStream<MaybeTlsStream<TcpStream>>>,
    outbox: mpsc::Sender<Message>,
    writer: JoinHandle<()>,
    /// Our end of the socket: sound goes by the same way.
    pub(crate) local_ip: IpAddr,
}

/// What the server says.
#[derive(Debug)]
pub(crate) enum Heard {
    Message(Box<ServerMessage>),
    Frame(Frame),
    /// The line is at its end, and why.
    Cut(String),
}

impl Line {
    /// Connects and says hello; gives the line and the welcome, for which one may have to wait in the lobby.
    ///
    /// # Errors
    /// [`GuestError::Refused`] when the server refuses the hello, [`GuestError::Connection`] when there is no
    /// server or no welcome in time.
    pub(crate) async fn join(link: &Link, hello: &ClientMessage) -> Result<(Self, Welcome), GuestError> {
        let late = |_| GuestError::Connection(format!("no welcome within {} s", WELCOME_WAIT.as_secs()));
        let mut line = timeout(WELCOME_WAIT, Self::connect(link)).await.map_err(late)??;
        if !line.say(hello) {
            return Err(GuestError::Connection("the line closed before the hello".to_owned()));
        }
        let mut waits_in_lobby = false;
        loop {
            // Whoever waits in the lobby waits for a person.
            let heard = match waits_in_lobby {
                true => line.hear().await,
                false => timeout(WELCOME_WAIT, line.hear()).await.map_err(late)?,
            };
            match heard {
                Heard::Message(message) => match *message {
                    ServerMessage::Welcome(welcome) => return Ok((line, *welcome)),
                    ServerMessage::Refused { code, message, .. } => {
                        return Err(GuestError::Refused(Refusal { code, message }));
                    }
                    ServerMessage::Goodbye { reason } => return Err(GuestError::Ended(reason)),
                    ServerMessage::InLobby { .. } => waits_in_lobby = true,
                    // Nothing else belongs before the welcome; it will be in the welcome's view.
                    _ => {}
                },
                Heard::Frame(_) => {}
                Heard::Cut(why) => return Err(GuestError::Connection(why)),
            }
        }
    }

    async fn connect(link: &Link) -> Result<Self, GuestError> {
        // Several TLS providers could be linked; the first guest says which. A second call changes nothing.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let config = WebSocketConfig::default()
            .max_message_size(Some(SERVER_MESSAGE_BYTES_MAX))
            .max_frame_size(Some(SERVER_MESSAGE_BYTES_MAX));
        let no_delay = true;
        let connected = connect_async_with_config(link.websocket_url(), Some(config), no_delay).await;
        let (socket, _) = connected.map_err(|error| GuestError::Connection(in_words(&error)))?;
        let local_ip = local_ip(socket.get_ref()).map_err(|error| GuestError::Connection(error.to_string()))?;
        let (mut sink, reader) = socket.split();
        let (outbox, mut waiting) = mpsc::channel(OUTBOX_MESSAGES_MAX);
        let writer = tokio::spawn(async move {
            while let Some(message) = waiting.recv().await {
                if sink.send(message).await.is_err() {
                    return;
                }
            }
            // Nobody speaks any more: let what was said leave, and close.
            let _ = sink.close().await;
        });
        Ok(Self { reader, outbox, writer, local_ip })
    }

    /// Says something; false when the line takes nothing any more.
    pub(crate) fn say(&self, message: &ClientMessage) -> bool {
        let text = serde_json::to_string(message).expect("a client's message is plain data");
        self.outbox.try_send(Message::text(text)).is_ok()
    }

    /// Waits for the server's next word. Safe to be cancelled.
    pub(crate) async fn hear(&mut self) -> Heard {
        loop {
            let message = match self.reader.next().await {
                Some(Ok(message)) => message,
                Some(Err(error)) => return Heard::Cut(in_words(&error)),
                None => return Heard::Cut("the server closed the line".to_owned()),
            };
            match message {
                Message::Text(text) => match serde_json::from_str(&text) {
                    Ok(message) => return Heard::Message(Box::new(message)),
                    Err(error) => return Heard::Cut(format!("the server said what is no message: {error}")),
                },
                Message::Binary(bytes) => match frame::decode(&bytes) {
                    Ok(frame) => return Heard::Frame(frame),
                    Err(error) => return Heard::Cut(format!("the server sent what is no frame: {error}")),
                },
                Message::Close(_) => return Heard::Cut("the server closed the line".to_owned()),
                Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => {}
            }
        }
    }

    /// Lets what was said leave, then closes the socket in good order: a socket closed with something unread in
    /// it is reset, and then the other side may never read the goodbye. So it is read to its end.
    pub(crate) async fn close(mut self) {
        let (closed, _) = mpsc::channel(1);
        drop(std::mem::replace(&mut self.outbox, closed));
        let read_to_the_end = async { while !matches!(self.hear().await, Heard::Cut(_)) {} };
        let _ = timeout(GOODBYE_WAIT, read_to_the_end).await;
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        // The writer holds one half of the socket: without it the other half's end would go unnoticed.
        self.writer.abort();
    }
}

fn local_ip(stream: &MaybeTlsStream<TcpStream>) -> std::io::Result<IpAddr> {
    let tcp = match stream {
        MaybeTlsStream::Plain(tcp) => tcp,
        MaybeTlsStream::Rustls(tls) => tls.get_ref().0,
        _ => return Err(std::io::Error::other("an unknown kind of socket")),
    };
    Ok(tcp.local_addr()?.ip())
}

/// What tungstenite says, without the parts that speak of its insides.
fn in_words(error: &SocketError) -> String {
    match error {
        SocketError::Io(error) => error.to_string(),
        SocketError::Http(response) => format!("the server answered {}", response.status()),
        SocketError::Protocol(ProtocolError::ResetWithoutClosingHandshake) => "it broke off".to_owned(),
        SocketError::ConnectionClosed | SocketError::AlreadyClosed => "the server closed the line".to_owned(),
        other => other.to_string(),
    }
}

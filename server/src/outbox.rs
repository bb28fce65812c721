//! The outbox of one websocket: bounded in messages and in bytes, and it can be cut off from outside.

use crate::limits::{OUTBOX_BYTES_MAX, OUTBOX_MESSAGES_MAX};
use axum::extract::ws::Utf8Bytes;
use bytes::Bytes;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use tokio::sync::{Notify, mpsc};
use torg_protocol::ServerMessage;
use torg_protocol::ids::RequestId;
use torg_protocol::message::{GoodbyeReason, Refusal, RefusalCode};

/// A message on its way to a client, encoded.
#[derive(Clone, Debug)]
pub enum Outgoing {
    /// A JSON message, shared by all who get it.
    Text(Utf8Bytes),
    /// A JSON message, and the session ends after it.
    LastText(Utf8Bytes),
    /// A binary frame.
    Binary(Bytes),
    /// The last thing: say why, and close.
    Close(GoodbyeReason),
}

impl Outgoing {
    /// A message, encoded once for everybody who gets it.
    #[must_use]
    pub fn message(message: &ServerMessage) -> Self {
        Self::Text(encode(message))
    }

    /// A refusal; the session ends after it when it `closes`. Counted by code.
    #[must_use]
    pub fn refused(refusal: Refusal, closes: bool) -> Self {
        let text = refusal_text(refusal, closes, None);
        if closes { Self::LastText(text) } else { Self::Text(text) }
    }

    /// A refusal of a request; the session goes on. Counted by code.
    #[must_use]
    pub fn refused_request(refusal: Refusal, request: Option<RequestId>) -> Self {
        Self::Text(refusal_text(refusal, false, request))
    }

    fn byte_count(&self) -> usize {
        match self {
            Self::Text(text) | Self::LastText(text) => text.len(),
            Self::Binary(bytes) => bytes.len(),
            Self::Close(_) => 0,
        }
    }
}

fn refusal_text(refusal: Refusal, closes: bool, request: Option<RequestId>) -> Utf8Bytes {
    let Refusal { code, message } = refusal;
    metrics::counter!(crate::metrics::REFUSED, "code" => name_of(code)).increment(1);
    encode(&ServerMessage::Refused { code, message, closes, request })
}

/// A code as it stands on the wire.
fn name_of(code: RefusalCode) -> String {
    let json = serde_json::to_string(&code).expect("a code is a word");
    json.trim_matches('"').to_owned()
}

/// A message as it goes over the wire.
#[must_use]
pub fn encode(message: &ServerMessage) -> Utf8Bytes {
    serde_json::to_string(message).expect("a server message holds nothing that JSON can't say").into()
}

/// The outbox was full: its client has fallen behind and is cut off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the client has fallen behind")]
pub struct FellBehind;

/// Where to put what a client shall get. Whoever cannot push cuts the client off; it comes back to a full view.
#[derive(Clone, Debug)]
pub struct Outbox {
    queue: mpsc::Sender<Outgoing>,
    shared: Arc<Shared>,
}

/// The other end: what the session writes to its websocket.
#[derive(Debug)]
pub struct OutboxReader {
    queue: mpsc::Receiver<Outgoing>,
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    queued_bytes: AtomicUsize,
    /// Why the client is cut off, past everything that waits in the queue.
    cut: OnceLock<GoodbyeReason>,
    cut_told: Notify,
}

/// An outbox and its reader.
#[must_use]
pub fn outbox() -> (Outbox, OutboxReader) {
    let (sender, receiver) = mpsc::channel(OUTBOX_MESSAGES_MAX);
    let shared = Arc::new(Shared::default());
    (Outbox { queue: sender, shared: Arc::clone(&shared) }, OutboxReader { queue: receiver, shared })
}

impl Outbox {
    /// Puts a message in. Messages to a client that is gone already vanish.
    ///
    /// # Errors
    /// [`FellBehind`] when the outbox was full; the client is cut off then and nothing more gets through.
    pub fn push(&self, message: Outgoing) -> Result<(), FellBehind> {
        if self.shared.cut.get().is_some() {
            return Err(FellBehind);
        }
        let bytes = message.byte_count();
        let queued = self.shared.queued_bytes.fetch_add(bytes, Ordering::Relaxed);
        if queued + bytes > OUTBOX_BYTES_MAX && queued > 0 {
            return self.overflow();
        }
        match self.queue.try_send(message) {
            Ok(()) | Err(mpsc::error::TrySendError::Closed(_)) => Ok(()),
            Err(mpsc::error::TrySendError::Full(_)) => self.overflow(),
        }
    }

    /// Ends the session after everything that waits already; at once when the outbox is full.
    pub fn close(&self, reason: GoodbyeReason) {
        if let Err(mpsc::error::TrySendError::Full(_)) = self.queue.try_send(Outgoing::Close(reason)) {
            self.cut(reason);
        }
    }

    fn overflow(&self) -> Result<(), FellBehind> {
        self.cut(GoodbyeReason::FellBehind);
        Err(FellBehind)
    }

    fn cut(&self, reason: GoodbyeReason) {
        // The first reason stands.
        let _ = self.shared.cut.set(reason);
        self.shared.cut_told.notify_one();
    }
}

impl OutboxReader {
    /// The next message; nothing when every sender is gone. Safe to cancel.
    pub async fn next(&mut self) -> Option<Outgoing> {
        if let Some(&reason) = self.shared.cut.get() {
            return Some(Outgoing::Close(reason));
        }
        tokio::select! {
            biased;
            () = self.shared.cut_told.notified() => {
                self.shared.cut.get().map(|&reason| Outgoing::Close(reason))
            }
            message = self.queue.recv() => {
                if let Some(message) = &message {
                    self.shared.queued_bytes.fetch_sub(message.byte_count(), Ordering::Relaxed);
                }
                message
            }
        }
    }

    /// Waits until the client is cut off, for whoever is busy writing. Safe to cancel.
    pub async fn cut(&self) -> GoodbyeReason {
        loop {
            if let Some(&reason) = self.shared.cut.get() {
                return reason;
            }
            self.shared.cut_told.notified().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(length: usize) -> Outgoing {
        Outgoing::Text("x".repeat(length).into())
    }

    #[tokio::test]
    async fn too_many_messages_cut_off_past_the_queue() {
        let (outbox, mut reader) = outbox();
        for _ in 0..OUTBOX_MESSAGES_MAX {
            assert_eq!(outbox.push(text(1)), Ok(()));
        }
        assert_eq!(outbox.push(text(1)), Err(FellBehind));
        assert!(matches!(reader.next().await, Some(Outgoing::Close(GoodbyeReason::FellBehind))));
    }

    #[tokio::test]
    async fn too_many_bytes_cut_off_but_one_large_message_passes() {
        let (outbox, mut reader) = outbox();
        assert_eq!(outbox.push(text(OUTBOX_BYTES_MAX + 1)), Ok(()));
        assert!(matches!(reader.next().await, Some(Outgoing::Text(_))));
        assert_eq!(outbox.push(text(OUTBOX_BYTES_MAX)), Ok(()));
        assert_eq!(outbox.push(text(1)), Err(FellBehind));
    }

    #[tokio::test]
    async fn a_goodbye_waits_for_what_was_said_before() {
        let (outbox, mut reader) = outbox();
        assert_eq!(outbox.push(text(1)), Ok(()));
        outbox.close(GoodbyeReason::ServerStops);
        assert!(matches!(reader.next().await, Some(Outgoing::Text(_))));
        assert!(matches!(reader.next().await, Some(Outgoing::Close(GoodbyeReason::ServerStops))));
    }
}

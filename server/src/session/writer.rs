//! The writing half: what stands in the outbox, pings to see whether the line lives, and the last words.

use crate::limits::{KEEPALIVE_EVERY, LAST_WORDS_WAIT};
use crate::outbox::{OutboxReader, Outgoing, encode};
use axum::extract::ws::{CloseFrame, Message, WebSocket, close_code};
use bytes::Bytes;
use futures_util::SinkExt as _;
use futures_util::stream::SplitSink;
use tokio::time::{MissedTickBehavior, timeout};
use torg_protocol::ServerMessage;
use torg_protocol::message::GoodbyeReason;

/// Writes until the outbox says to close, everybody who could put something in is gone, or the line is dead.
pub(super) async fn write(mut sink: SplitSink<WebSocket, Message>, mut outbox: OutboxReader) {
    let mut keepalive = tokio::time::interval(KEEPALIVE_EVERY);
    keepalive.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let next = tokio::select! {
            biased;
            _ = keepalive.tick() => Some(Next::Send(Message::Ping(Bytes::new()))),
            outgoing = outbox.next() => outgoing.map(Next::from),
        };
        let message = match next {
            Some(Next::Send(message)) => message,
            Some(Next::Last(message)) => return say_last(&mut sink, Some(message)).await,
            None => return say_last(&mut sink, None).await,
        };
        // A client that does not read keeps this waiting; the one who fills the outbox meanwhile cuts it off.
        let written = tokio::select! {
            biased;
            written = sink.send(message) => written,
            reason = outbox.cut() => return say_last(&mut sink, Some(goodbye(reason))).await,
        };
        if written.is_err() {
            return;
        }
    }
}

enum Next {
    Send(Message),
    Last(Message),
}

impl From<Outgoing> for Next {
    fn from(outgoing: Outgoing) -> Self {
        match outgoing {
            Outgoing::Text(text) => Self::Send(Message::Text(text)),
            Outgoing::Binary(bytes) => Self::Send(Message::Binary(bytes)),
            Outgoing::LastText(text) => Self::Last(Message::Text(text)),
            Outgoing::Close(reason) => Self::Last(goodbye(reason)),
        }
    }
}

fn goodbye(reason: GoodbyeReason) -> Message {
    Message::Text(encode(&ServerMessage::Goodbye { reason }))
}

async fn say_last(sink: &mut SplitSink<WebSocket, Message>, message: Option<Message>) {
    let last = async {
        if let Some(message) = message {
            sink.feed(message).await?;
        }
        sink.send(Message::Close(Some(CloseFrame { code: close_code::NORMAL, reason: "".into() }))).await
    };
    // Who is gone or does not read misses it.
    let _ = timeout(LAST_WORDS_WAIT, last).await;
}

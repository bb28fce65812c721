//! The reading half: everything that a client says after the hello, until either side ends it.

use super::hello::NotIn;
use super::{Parts, hello, parse};
use crate::limits::{
    CHANGES_BURST, CHANGES_PER_SECOND, OFFERS_PER_MINUTE, SILENCE_MAX, TOO_FREQUENT_MAX, WEBSOCKET_BYTES_MAX,
};
use crate::mailbox::{Offered, Outbox, Outgoing, PeerId, SessionId, ToKeeper, ToMedia};
use axum::extract::ws::{Message, WebSocket};
use futures_util::StreamExt as _;
use futures_util::stream::SplitStream;
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use std::num::NonZeroU32;
use tokio::sync::{OwnedSemaphorePermit, mpsc, oneshot};
use tokio::time::{Instant, timeout_at};
use torg_protocol::ServerMessage;
use torg_protocol::limits::{MESSAGES_BURST, MESSAGES_PER_SECOND};
use torg_protocol::message::{ClientMessage, GoodbyeReason, OfferedTrack, Refusal, RefusalCode};

/// Somebody on a websocket.
#[derive(Debug)]
pub(super) struct Caller {
    pub(super) parts: Parts,
    /// The space as it stands in the address.
    pub(super) space: String,
    pub(super) session: SessionId,
    pub(super) outbox: Outbox,
    /// The place among those who have not said hello yet.
    pub(super) permit: Option<OwnedSemaphorePermit>,
}

/// Talks with a client until it goes, is refused, or the outbox is closed by somebody else.
pub(super) async fn talk(stream: &mut SplitStream<WebSocket>, mut caller: Caller) {
    let mut stopping = caller.parts.stopping.clone();
    let coming_in = async {
        let hello = hello::read(stream).await?;
        match hello {
            Ok(hello) => hello::join(&mut caller, stream, hello).await,
            Err(refusal) => Some(Err(refusal.into())),
        }
    };
    let admitted = tokio::select! {
        admitted = coming_in => admitted,
        _ = stopping.wait_for(|stopping| *stopping) => {
            caller.outbox.close(GoodbyeReason::ServerStops);
            return;
        }
    };
    let admitted = match admitted {
        Some(Ok(admitted)) => admitted,
        Some(Err(NotIn::Away(reason))) => {
            tracing::info!(?reason, "not let in at this moment");
            caller.outbox.close(reason);
            return;
        }
        Some(Err(NotIn::Refused(refusal))) => {
            tracing::info!(code = ?refusal.code, "not let in");
            let _ = caller.outbox.push(Outgoing::refused(refusal, true));
            return;
        }
        None => return,
    };
    tracing::Span::current().record("participant", admitted.peer.participant.0);
    Inside::new(caller, admitted).listen(stream).await;
}

/// Somebody who was let in. However this ends, the keeper learns of it.
struct Inside {
    caller: Caller,
    peer: PeerId,
    keeper: mpsc::Sender<ToKeeper>,
    messages: DefaultDirectRateLimiter,
    offers: DefaultDirectRateLimiter,
    changes: DefaultDirectRateLimiter,
    passed_over: u32,
    /// The answer to the offer that the media plane is at.
    answer: Option<oneshot::Receiver<Result<String, Refusal>>>,
}

/// Whether the session goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Then {
    GoOn,
    End,
}

impl Inside {
    fn new(caller: Caller, admitted: hello::Admitted) -> Self {
        let per_second = NonZeroU32::new(MESSAGES_PER_SECOND).expect("not zero");
        let burst = NonZeroU32::new(MESSAGES_BURST).expect("not zero");
        let changes = NonZeroU32::new(CHANGES_PER_SECOND).expect("not zero");
        let changes_burst = NonZeroU32::new(CHANGES_BURST).expect("not zero");
        let offers = NonZeroU32::new(OFFERS_PER_MINUTE).expect("not zero");
        Self {
            caller,
            peer: admitted.peer,
            keeper: admitted.keeper,
            messages: RateLimiter::direct(Quota::per_second(per_second).allow_burst(burst)),
            offers: RateLimiter::direct(Quota::per_minute(offers)),
            changes: RateLimiter::direct(Quota::per_second(changes).allow_burst(changes_burst)),
            passed_over: 0,
            answer: None,
        }
    }

    async fn listen(mut self, stream: &mut SplitStream<WebSocket>) {
        let mut dead_at = Instant::now() + SILENCE_MAX;
        loop {
            tokio::select! {
                message = timeout_at(dead_at, stream.next()) => {
                    dead_at = Instant::now() + SILENCE_MAX;
                    let then = match message {
                        Ok(Some(Ok(message))) => self.message(message).await,
                        Ok(Some(Err(error))) => self.unreadable(error),
                        // Closed, or silent for too long.
                        Ok(None) | Err(_) => Then::End,
                    };
                    if then == Then::End {
                        return;
                    }
                }
                answer = arrived(&mut self.answer) => {
                    self.answer = None;
                    match answer {
                        Ok(sdp) => self.say(Outgoing::message(&ServerMessage::Answer { sdp })),
                        Err(refusal) => self.refuse(refusal),
                    }
                }
                () = self.keeper.closed() => {
                    // When the server stops, the keeper has said so before; then this comes after and is not read.
                    self.caller.outbox.close(GoodbyeReason::SpaceRestarts);
                    return;
                }
            }
        }
    }

    async fn message(&mut self, message: Message) -> Then {
        if matches!(message, Message::Text(_) | Message::Binary(_) | Message::Ping(_)) && self.messages.check().is_err()
        {
            return self.pass_over();
        }
        match message {
            Message::Text(text) => {
                self.passed_over = 0;
                match parse::parse(&text) {
                    Ok(message) => self.said(message).await,
                    Err(refusal) => {
                        self.refuse(refusal);
                        Then::GoOn
                    }
                }
            }
            Message::Binary(_) => {
                self.refuse(Refusal::new(RefusalCode::Malformed, "clients say everything in JSON text"));
                Then::GoOn
            }
            Message::Ping(_) | Message::Pong(_) => Then::GoOn,
            Message::Close(_) => Then::End,
        }
    }

    async fn said(&mut self, message: ClientMessage) -> Then {
        match message {
            ClientMessage::Ping { nonce } => self.say(Outgoing::message(&hello::pong(&self.caller, nonce))),
            ClientMessage::Offer { sdp, tracks } => {
                if let Err(refusal) = self.offer(sdp, tracks).await {
                    self.refuse(refusal);
                }
            }
            ClientMessage::Change { request, .. } if self.changes.check().is_err() => {
                let words = format!("more than {CHANGES_PER_SECOND} changes a second: ask again in a moment");
                let refusal = Refusal::new(RefusalCode::TooFrequent, words);
                self.say(Outgoing::refused_request(refusal, Some(request)));
            }
            // It is written down and told to everybody like a change. That it ends is never refused.
            ClientMessage::Speak { .. } if self.changes.check().is_err() => {
                let words = format!("more than {CHANGES_PER_SECOND} changes a second: ask again in a moment");
                self.refuse(Refusal::new(RefusalCode::TooFrequent, words));
            }
            message => {
                let leaves = message == (ClientMessage::Leave {});
                let session = self.caller.session;
                // A keeper that has ended is seen by `closed`.
                let _ = self.keeper.send(ToKeeper::Client { session, message }).await;
                if leaves {
                    return Then::End;
                }
            }
        }
        Then::GoOn
    }

    async fn offer(&mut self, sdp: String, tracks: Vec<OfferedTrack>) -> Result<(), Refusal> {
        if self.answer.is_some() {
            let words = "the offer before this one is still being answered";
            return Err(Refusal::new(RefusalCode::TooFrequent, words));
        }
        if self.offers.check().is_err() {
            let words = format!("more than {OFFERS_PER_MINUTE} offers came within a minute");
            return Err(Refusal::new(RefusalCode::TooFrequent, words));
        }
        let (reply, answer) = oneshot::channel();
        let offer = ToMedia::Offer { peer: self.peer, sdp, offered: Offered::Tracks(tracks), reply };
        self.caller.parts.media.send(offer).await.map_err(|_| no_media())?;
        self.answer = Some(answer);
        Ok(())
    }

    /// The first message beyond the rate is refused; those after it are not even answered.
    fn pass_over(&mut self) -> Then {
        self.passed_over += 1;
        let refusal = |words: String| Refusal::new(RefusalCode::TooFrequent, words);
        if self.passed_over > TOO_FREQUENT_MAX {
            self.say(Outgoing::refused(refusal("far too many messages came: the session ends".to_owned()), true));
            return Then::End;
        }
        if self.passed_over == 1 {
            self.refuse(refusal(format!("more than {MESSAGES_PER_SECOND} messages a second: some were passed over")));
        }
        Then::GoOn
    }

    fn unreadable(&self, error: axum::Error) -> Then {
        if is_too_large(error) {
            self.say(Outgoing::refused(too_large(), true));
        }
        Then::End
    }

    fn refuse(&self, refusal: Refusal) {
        self.say(Outgoing::refused(refusal, false));
    }

    /// Who has fallen behind is cut off by the writing half.
    fn say(&self, message: Outgoing) {
        let _ = self.caller.outbox.push(message);
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        let gone = ToKeeper::Gone { session: self.caller.session };
        if let Err(mpsc::error::TrySendError::Full(gone)) = self.keeper.try_send(gone) {
            let keeper = self.keeper.clone();
            tokio::spawn(async move { keeper.send(gone).await });
        }
    }
}

/// The answer of the media plane; never when nothing was asked.
async fn arrived(answer: &mut Option<oneshot::Receiver<Result<String, Refusal>>>) -> Result<String, Refusal> {
    match answer {
        Some(answer) => answer.await.unwrap_or_else(|_| Err(no_media())),
        None => std::future::pending().await,
    }
}

fn no_media() -> Refusal {
    Refusal::new(RefusalCode::MediaFull, "the media plane takes no offers at this moment: try again")
}

/// Whether the websocket broke off because a message was beyond all measure.
pub(super) fn is_too_large(error: axum::Error) -> bool {
    let inner = error.into_inner();
    matches!(inner.downcast_ref(), Some(tungstenite::Error::Capacity(_)))
}

pub(super) fn too_large() -> Refusal {
    Refusal::new(RefusalCode::TooLarge, format!("a message of more than {WEBSOCKET_BYTES_MAX} bytes ends the session"))
}

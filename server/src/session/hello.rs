//! The first message: who comes, by which link.

use super::{parse, talk::Caller};
use crate::limits::{HELLO_WAIT, JOIN_TRIES, LOBBY_LISTENS_AFTER, SILENCE_MAX, TOKEN_CHARS_MAX};
use crate::mailbox::{Join, Opened, Outgoing, PeerId, ToKeeper, ToRegistry};
use axum::extract::ws::{Message, WebSocket};
use futures_util::StreamExt as _;
use futures_util::stream::SplitStream;
use tokio::sync::{mpsc, oneshot};
use torg_protocol::ids::SpaceId;
use torg_protocol::message::{ClientMessage, GoodbyeReason, Refusal, RefusalCode, Start};
use torg_protocol::people::Microphone;
use torg_protocol::text::PersonName;
use torg_protocol::{PROTOCOL_VERSION, ServerMessage};

/// A hello, checked.
#[derive(Debug)]
pub(super) struct Hello {
    token: String,
    name: PersonName,
    microphone: Microphone,
    resume: Option<String>,
    start: Option<Start>,
    person: Option<String>,
}

/// Somebody who was let in.
#[derive(Debug)]
pub(super) struct Admitted {
    pub(super) peer: PeerId,
    pub(super) keeper: mpsc::Sender<ToKeeper>,
}

/// Why somebody is not in.
#[derive(Debug)]
pub(super) enum NotIn {
    /// They may not, and coming back alone changes nothing.
    Refused(Refusal),
    /// The square is away for a moment: they are to come back by themselves.
    Away(GoodbyeReason),
}

impl From<Refusal> for NotIn {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

/// Waits for the hello. Nothing when the client went away without one.
pub(super) async fn read(stream: &mut SplitStream<WebSocket>) -> Option<Result<Hello, Refusal>> {
    let first = async {
        loop {
            match stream.next().await? {
                Ok(Message::Text(text)) => return Some(check(&text)),
                Ok(Message::Binary(_)) => {
                    return Some(Err(Refusal::new(
                        RefusalCode::Malformed,
                        "the first message must be a hello, in JSON",
                    )));
                }
                Ok(Message::Ping(_) | Message::Pong(_)) => {}
                Ok(Message::Close(_)) => return None,
                Err(error) => return super::talk::is_too_large(error).then(|| Err(super::talk::too_large())),
            }
        }
    };
    let late = || {
        let words = format!("no hello came within {} seconds", HELLO_WAIT.as_secs());
        Some(Err(Refusal::new(RefusalCode::Malformed, words)))
    };
    tokio::time::timeout(HELLO_WAIT, first).await.unwrap_or_else(|_| late())
}

fn check(text: &str) -> Result<Hello, Refusal> {
    if let Some(protocol) = parse::hello_protocol(text)?.filter(|&protocol| protocol != PROTOCOL_VERSION) {
        let words = format!(
            "this server speaks version {PROTOCOL_VERSION} of the protocol, not {protocol}: reload the page, or update \
             the program"
        );
        return Err(Refusal::new(RefusalCode::ProtocolVersion, words));
    }
    let ClientMessage::Hello { protocol: _, token, name, microphone, resume, start, person } = parse::parse(text)?
    else {
        return Err(Refusal::new(RefusalCode::Malformed, "the first message must be a hello"));
    };
    if token.len() > TOKEN_CHARS_MAX {
        return Err(Refusal::new(RefusalCode::Link, "this link is not valid: ask your host for the link"));
    }
    // A resume token that can't be one of ours is like one that has run out.
    let resume = resume.filter(|resume| resume.len() <= TOKEN_CHARS_MAX);
    let person = person.filter(|person| person.len() <= TOKEN_CHARS_MAX);
    Ok(Hello { token, name: PersonName::parse(&name)?, microphone, resume, start, person })
}

/// Asks the registry and then the keeper to let somebody in. Nothing when the client goes away meanwhile: who waits in
/// the lobby may wait for long, and is listened to.
pub(super) async fn join(
    caller: &mut Caller,
    stream: &mut SplitStream<WebSocket>,
    hello: Hello,
) -> Option<Result<Admitted, NotIn>> {
    let Ok(space) = SpaceId::parse(&caller.space) else { return Some(Err(unknown().into())) };
    for _ in 0..JOIN_TRIES {
        let opened = match open(caller, &space, &hello.token).await {
            Ok(opened) => opened,
            Err(refusal) => return Some(Err(refusal)),
        };
        // Who has a valid link is no stranger at the door any more.
        caller.permit = None;
        let (reply, mut answer) = oneshot::channel();
        let join = Join {
            session: caller.session,
            role: opened.role,
            name: hello.name.clone(),
            microphone: hello.microphone,
            resume: hello.resume.clone(),
            person: hello.person.clone(),
            start: hello.start.clone(),
            outbox: caller.outbox.clone(),
            reply,
        };
        if opened.keeper.send(ToKeeper::Join(Box::new(join))).await.is_err() {
            continue;
        }
        let answer = tokio::select! {
            biased;
            answer = &mut answer => answer,
            () = until_gone(caller, stream) => return None,
        };
        // No answer: the keeper ended at this very moment, so ask for the next one.
        if let Ok(answer) = answer {
            return Some(answer.map(|peer| Admitted { peer, keeper: opened.keeper }).map_err(NotIn::Refused));
        }
    }
    Some(Err(NotIn::Away(GoodbyeReason::SpaceRestarts)))
}

/// Listens to who waits for an answer: pings are answered, and all else is too early. Returns when the client goes, or
/// has been silent for too long.
async fn until_gone(caller: &Caller, stream: &mut SplitStream<WebSocket>) {
    // Most are let in at once; what a client says in haste is kept until then.
    tokio::time::sleep(LOBBY_LISTENS_AFTER).await;
    while let Ok(Some(Ok(message))) = tokio::time::timeout(SILENCE_MAX, stream.next()).await {
        let Message::Text(text) = message else {
            if matches!(message, Message::Close(_)) {
                return;
            }
            continue;
        };
        match parse::parse(&text) {
            Ok(ClientMessage::Ping { nonce }) => {
                let _ = caller.outbox.push(Outgoing::message(&pong(caller, nonce)));
            }
            Ok(ClientMessage::Leave {}) => return,
            Ok(_) | Err(_) => {
                let words = "you are not in yet: this comes after the welcome";
                let _ = caller.outbox.push(Outgoing::refused(Refusal::new(RefusalCode::Malformed, words), false));
            }
        }
    }
}

fn unknown() -> Refusal {
    Refusal::new(RefusalCode::UnknownSpace, "there is no such square on this server")
}

async fn open(caller: &Caller, space: &SpaceId, token: &str) -> Result<Opened, NotIn> {
    let (reply, answer) = oneshot::channel();
    let question = ToRegistry::Open { space: space.clone(), token: token.to_owned(), reply };
    // The registry ends before the doors are closed, and whoever was told that the server stops is quick to come back.
    let stops = || NotIn::Away(GoodbyeReason::ServerStops);
    caller.parts.registry.send(question).await.map_err(|_| stops())?;
    answer.await.map_err(|_| stops())?.map_err(NotIn::Refused)
}

/// The pong to a ping.
pub(super) fn pong(caller: &Caller, nonce: u32) -> ServerMessage {
    ServerMessage::Pong { nonce, server_time: caller.parts.clock.now() }
}

//! One websocket: the hello, then messages in and out until either side ends it.
//!
//! ```text
//! hello ── registry ── keeper ── talk ──▶ keeper, media
//!                                 │
//! writer ◀─────── outbox ◀────────┴────── keeper
//! ```

mod hello;
mod parse;
mod talk;
mod writer;

use crate::arrival::{Arrival, Surroundings};
use crate::clock::Clock;
use crate::limits::{CLOSE_WAIT, LAST_WORDS_WAIT, WEBSOCKET_BYTES_MAX, WITHOUT_HELLO_MAX};
use crate::mailbox::{SessionId, ToMedia, ToRegistry};
use crate::metrics::{Counted, SESSIONS};
use crate::outbox::outbox;
use axum::extract::ws::{WebSocket, WebSocketUpgrade};
use axum::extract::{Extension, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::{Json, Router};
use futures_util::StreamExt as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::{Semaphore, mpsc, watch};
use tracing::Instrument as _;

/// What sessions are made from.
#[derive(Clone, Debug)]
pub struct Parts {
    /// Who knows the spaces.
    pub registry: mpsc::Sender<ToRegistry>,
    /// The media plane.
    pub media: mpsc::Sender<ToMedia>,
    /// The server's clock.
    pub clock: Clock,
    /// What origins are checked by.
    pub surroundings: Arc<Surroundings>,
    /// Turns true when the server stops.
    pub stopping: watch::Receiver<bool>,
    /// Held by every session: the server waits for the last to be dropped.
    pub alive: mpsc::Sender<()>,
}

/// All sessions.
#[derive(Debug)]
struct Sessions {
    parts: Parts,
    without_hello: Arc<Semaphore>,
    newest: AtomicU64,
}

/// The routes of the websockets.
pub fn routes(parts: Parts) -> Router {
    let without_hello = Arc::new(Semaphore::new(WITHOUT_HELLO_MAX));
    let sessions = Arc::new(Sessions { parts, without_hello, newest: AtomicU64::new(0) });
    Router::new().route("/ws/{space}", axum::routing::any(upgrade)).with_state(sessions)
}

async fn upgrade(
    State(sessions): State<Arc<Sessions>>,
    Path(space): Path<String>,
    Extension(arrival): Extension<Arrival>,
    headers: HeaderMap,
    websocket: Result<WebSocketUpgrade, axum::extract::ws::rejection::WebSocketUpgradeRejection>,
) -> Response {
    if !sessions.parts.surroundings.allows_origin(arrival, &headers) {
        return refuse(StatusCode::FORBIDDEN, "origin", "a page of another site may not open this websocket");
    }
    let Ok(websocket) = websocket else {
        return refuse(StatusCode::BAD_REQUEST, "websocket", "this address is for websockets");
    };
    let Ok(permit) = Arc::clone(&sessions.without_hello).try_acquire_owned() else {
        return refuse(
            StatusCode::SERVICE_UNAVAILABLE,
            "busy",
            "too many are coming in at once: try again in a moment",
        );
    };
    let session = SessionId(sessions.newest.fetch_add(1, Ordering::Relaxed));
    let parts = sessions.parts.clone();
    let span = tracing::info_span!("session", id = session.0, participant = tracing::field::Empty);
    websocket
        .max_message_size(WEBSOCKET_BYTES_MAX)
        .max_frame_size(WEBSOCKET_BYTES_MAX)
        .on_upgrade(move |socket| run(socket, parts, space, session, permit).instrument(span))
}

async fn run(
    socket: WebSocket,
    parts: Parts,
    space: String,
    session: SessionId,
    permit: tokio::sync::OwnedSemaphorePermit,
) {
    let _counted = Counted::one(SESSIONS);
    let _alive = parts.alive.clone();
    let (sink, mut stream) = socket.split();
    let (outbox, reader) = outbox();
    {
        let writing = writer::write(sink, reader);
        let talking = talk::talk(&mut stream, talk::Caller { parts, space, session, outbox, permit: Some(permit) });
        tokio::pin!(writing, talking);
        tokio::select! {
            () = &mut writing => {}
            // What it said last is still in the outbox; the outbox closes with it.
            () = &mut talking => drop(tokio::time::timeout(LAST_WORDS_WAIT, &mut writing).await),
        }
    }
    // Closing a socket with unread bytes would take back what was just written: read until the client closes.
    let read_out = async { while let Some(Ok(_)) = stream.next().await {} };
    let _ = tokio::time::timeout(CLOSE_WAIT, read_out).await;
}

fn refuse(status: StatusCode, code: &'static str, message: &'static str) -> Response {
    (status, Json(serde_json::json!({ "code": code, "message": message }))).into_response()
}

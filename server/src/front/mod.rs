//! The front door: one TCP port for pages, websockets and media. The first bytes of a connection say which.

mod sniff;
pub mod tls;

use crate::arrival::Arrival;
use crate::limits::{
    CONNECTIONS_MAX, FIRST_BYTES_WAIT, HALF_OPEN_MAX, HTTP_HEAD_WAIT, SEND_BUFFER_BYTES, TLS_HANDSHAKE_WAIT,
};
use crate::metrics::CONNECTIONS_DROPPED;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::{Extension, Router};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::service::TowerToHyperService;
use sniff::{Kind, SNIFF_BYTES};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, watch};
use tokio::time::timeout;

/// How long to wait before looking again for more first bytes, and after the system gives no connection.
const LOOK_AGAIN: Duration = Duration::from_millis(10);

/// What connections are given to.
#[derive(Clone)]
pub struct Door {
    /// Answers HTTP.
    pub router: Router,
    /// Set when the server speaks https.
    pub tls: Option<tls::Tls>,
    /// Where connections of the media plane go.
    pub media: mpsc::Sender<(TcpStream, SocketAddr)>,
    /// Turns true when the server stops.
    pub stopping: watch::Receiver<bool>,
    /// Held by every connection: the server waits for the last to be dropped.
    pub alive: mpsc::Sender<()>,
}

/// What a listener takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// Pages, websockets and media.
    Everything,
    /// Media alone: the port was set apart for it.
    MediaOnly,
}

/// Accepts connections until the server stops.
pub async fn serve(listener: TcpListener, door: Door, takes: Takes) {
    let half_open = Arc::new(Semaphore::new(HALF_OPEN_MAX));
    let connections = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let mut stopping = door.stopping.clone();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stopping.wait_for(|stopping| *stopping) => return,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // Out of descriptors, most likely: some will be free in a moment.
                tracing::warn!(%error, "no connection could be accepted");
                tokio::time::sleep(LOOK_AGAIN * 10).await;
                continue;
            }
        };
        let permits = (Arc::clone(&half_open).try_acquire_owned(), Arc::clone(&connections).try_acquire_owned());
        let (Ok(waiting), Ok(connection)) = permits else {
            drop_connection("too_many");
            continue;
        };
        let door = door.clone();
        tokio::spawn(async move {
            welcome(stream, peer, door, takes, waiting).await;
            drop(connection);
        });
    }
}

async fn welcome(stream: TcpStream, peer: SocketAddr, door: Door, takes: Takes, waiting: OwnedSemaphorePermit) {
    // Small messages matter here more than full packets. A socket that refuses such settings still works.
    let _ = stream.set_nodelay(true);
    let kind = match timeout(FIRST_BYTES_WAIT, sniffed(&stream)).await {
        Ok(Ok(kind)) => kind,
        Ok(Err(_)) => return,
        Err(_) => return drop_connection("first_bytes_late"),
    };
    if kind != Kind::Stun {
        let _ = socket2::SockRef::from(&stream).set_send_buffer_size(SEND_BUFFER_BYTES);
    }
    let arrival = Arrival { peer, tls: door.tls.is_some() };
    match (kind, takes, &door.tls) {
        (Kind::Stun, _, _) => {
            if door.media.try_send((stream, peer)).is_err() {
                drop_connection("media_tcp_queue");
            }
        }
        (Kind::Garbage, _, _) | (_, Takes::MediaOnly, _) | (Kind::Tls, _, None) => drop_connection("garbage"),
        (Kind::Tls, _, Some(tls)) => match timeout(TLS_HANDSHAKE_WAIT, tls.acceptor().accept(stream)).await {
            Ok(Ok(stream)) => {
                drop(waiting);
                answer(stream, arrival, door.router.clone(), &door).await;
            }
            Ok(Err(_)) | Err(_) => drop_connection("tls_handshake"),
        },
        (Kind::Http, _, Some(_)) => {
            drop(waiting);
            let redirect = Router::new().fallback(to_https);
            answer(stream, Arrival { tls: false, ..arrival }, redirect, &door).await;
        }
        (Kind::Http, _, None) => {
            drop(waiting);
            answer(stream, arrival, door.router.clone(), &door).await;
        }
    }
}

/// Looks at the first bytes without taking them, until they say what the connection is.
async fn sniffed(stream: &TcpStream) -> std::io::Result<Kind> {
    let mut first = [0; SNIFF_BYTES];
    let mut seen = 0;
    loop {
        let count = stream.peek(&mut first).await?;
        if count == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        if let Some(kind) = sniff::kind(&first[..count]) {
            return Ok(kind);
        }
        // Bytes that were peeked at keep the socket readable, so waiting for it would spin.
        if count == seen {
            tokio::time::sleep(LOOK_AGAIN).await;
        }
        seen = count;
    }
}

async fn answer<S>(stream: S, arrival: Arrival, router: Router, door: &Door)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = TowerToHyperService::new(router.layer(Extension(arrival)));
    let mut builder = auto::Builder::new(TokioExecutor::new()).http1_only();
    builder.http1().timer(TokioTimer::new()).header_read_timeout(HTTP_HEAD_WAIT);
    let connection = builder.serve_connection_with_upgrades(TokioIo::new(stream), service);
    tokio::pin!(connection);
    let mut stopping = door.stopping.clone();
    let _alive = door.alive.clone();
    tokio::select! {
        // Whatever breaks a connection is the client's business; it comes again.
        _ = connection.as_mut() => return,
        _ = stopping.wait_for(|stopping| *stopping) => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
}

async fn to_https(request: Request<Body>) -> Response {
    let Some(host) = crate::arrival::host(request.headers()) else {
        return (StatusCode::BAD_REQUEST, "This server speaks https only.\n").into_response();
    };
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    let headers = [(header::LOCATION, format!("https://{host}{path}")), (header::CONNECTION, "close".to_owned())];
    (StatusCode::PERMANENT_REDIRECT, headers, "This server speaks https only.\n").into_response()
}

fn drop_connection(reason: &'static str) {
    metrics::counter!(CONNECTIONS_DROPPED, "reason" => reason).increment(1);
}

//! What machines ask: does the server live, is it ready, how is it doing.

use super::Parts;
use crate::arrival::{Arrival, Standing};
use crate::mailbox::ToRegistry;
use axum::extract::{Extension, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use std::time::Duration;
use tokio::sync::oneshot;

/// How long the registry may take to answer before the server counts as not ready.
const READY_WAIT: Duration = Duration::from_secs(2);

/// The process answers.
pub(super) async fn healthz() -> &'static str {
    "ok\n"
}

/// The registry answers, so people can come in.
pub(super) async fn readyz(State(parts): State<Parts>) -> Response {
    let (reply, answer) = oneshot::channel();
    let asked = async {
        parts.registry.send(ToRegistry::OpenSquare { reply }).await.ok()?;
        answer.await.ok()
    };
    match tokio::time::timeout(READY_WAIT, asked).await {
        Ok(Some(_)) => "ok\n".into_response(),
        Ok(None) | Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "not ready\n").into_response(),
    }
}

/// The figures in Prometheus' text format. How many people are in a space is for who runs the server.
pub(super) async fn metrics(
    State(parts): State<Parts>,
    Extension(arrival): Extension<Arrival>,
    headers: HeaderMap,
) -> Response {
    match parts.surroundings.standing(arrival, &headers) {
        Standing::Local | Standing::Admin => {
            let kind = [(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")];
            (kind, parts.figures.render()).into_response()
        }
        Standing::Nobody => {
            let how = [(header::WWW_AUTHENTICATE, "Bearer")];
            (StatusCode::UNAUTHORIZED, how, "the figures need the admin token\n").into_response()
        }
        Standing::Refused => (StatusCode::FORBIDDEN, "this is not the admin token\n").into_response(),
    }
}

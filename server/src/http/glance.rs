//! `GET /api/spaces/{id}`: what a link shows of a space before one comes in.

use super::Parts;
use super::api::ApiError;
use crate::arrival::bearer_token;
use crate::limits::TOKEN_CHARS_MAX;
use crate::mailbox::ToRegistry;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use serde::Serialize;
use tokio::sync::oneshot;
use torg_protocol::ids::SpaceId;
use torg_protocol::message::RefusalCode;

/// A space, seen from the door.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct SpaceGlance {
    /// Its id, as it stands in links.
    id: String,
    /// Its name.
    name: String,
    /// How many people are in.
    people: usize,
}

/// Looks at a space from the door. Starts nothing, and tells nobody.
#[utoipa::path(
    get,
    path = "/api/spaces/{id}",
    params(("id" = String, Path, description = "The space's id, as it stands in links")),
    security(("link_token" = [])),
    responses(
        (status = 200, description = "The space", body = SpaceGlance),
        (status = 401, description = "The token is missing or wrong, or was replaced by a newer one", body = ApiError),
        (status = 404, description = "There is no such space", body = ApiError),
        (status = 503, description = "Not at this moment", body = ApiError),
    )
)]
pub(super) async fn look(
    State(parts): State<Parts>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<([(HeaderName, &'static str); 1], Json<SpaceGlance>), ApiError> {
    let unknown = || ApiError::new(StatusCode::NOT_FOUND, "unknown_space", "there is no such square on this server");
    let space = SpaceId::parse(&id).map_err(|_| unknown())?;
    let refused = |code, words: &str| ApiError::new(StatusCode::UNAUTHORIZED, code, words);
    let token = bearer_token(&headers).ok_or_else(|| {
        refused("token_missing", "looking at a square needs the token of a link to it: Authorization: Bearer TOKEN")
    })?;
    if token.len() > TOKEN_CHARS_MAX {
        return Err(refused("link", "this link is not valid: its token is too long to be one of ours"));
    }
    let (reply, answer) = oneshot::channel();
    let stops = || ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "store", "the server stops at this moment");
    let question = ToRegistry::Glance { space, token: token.to_owned(), reply };
    parts.registry.send(question).await.map_err(|_| stops())?;
    let glance = answer.await.map_err(|_| stops())?.map_err(|refusal| match refusal.code {
        RefusalCode::UnknownSpace => unknown(),
        _ => refused("link", &refusal.message),
    })?;
    let (name, people) = (glance.name.as_str().to_owned(), glance.people);
    // The next look must see who came since.
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(SpaceGlance { id, name, people })))
}

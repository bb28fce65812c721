//! `POST /api/spaces`: making a space.

use super::Parts;
use super::error::ApiError;
use super::rates::Kind;
use crate::arrival::{Arrival, Standing, bearer_token};
use crate::limits::NEW_SPACE_BYTES_MAX;
use crate::mailbox::{CreateRefusal, ToRegistry};
use axum::Json;
use axum::body::Body;
use axum::extract::{Extension, State};
use axum::http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;
use torg_protocol::map::MapSpec;
use torg_protocol::text::Label;

/// A space that was made.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct MadeSpace {
    /// Its id, as it stands in links.
    id: String,
    /// The link for everybody.
    join_link: String,
    /// The link for hosts: who has it runs the space.
    host_link: String,
}

/// The request, half read: name and map are read by their own rules, so that each is refused by its own name.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewSpace {
    name: String,
    #[serde(default)]
    map: Option<serde_json::Value>,
}

/// Makes a space.
#[utoipa::path(
    post,
    path = "/api/spaces",
    request_body(content = super::openapi::NewSpace, content_type = "application/json"),
    security((), ("admin_token" = [])),
    responses(
        (status = 201, description = "The space was made", body = MadeSpace),
        (status = 400, description = "The body is not JSON, or not an object with `name` and `map`", body = ApiError),
        (status = 401, description = "From elsewhere, making a space needs the admin token", body = ApiError),
        (status = 403, description = "The token is wrong, there is none on this server, or the page is foreign",
         body = ApiError),
        (status = 413, description = "The body is larger than 256 KiB", body = ApiError),
        (status = 422, description = "The name can't be one, or the map can't be walked", body = ApiError),
        (status = 429, description = "Too many requests: wait as Retry-After says", body = ApiError),
        (status = 503, description = "The data folder does not take it", body = ApiError),
    )
)]
pub(super) async fn make_space(
    State(parts): State<Parts>,
    Extension(arrival): Extension<Arrival>,
    headers: HeaderMap,
    body: Body,
) -> Result<(StatusCode, Json<MadeSpace>), ApiError> {
    may_make(&parts, arrival, &headers)?;
    parts.rates.count(Kind::MakeSpace, "", bearer_token(&headers).unwrap_or(""))?;
    let Ok(bytes) = axum::body::to_bytes(body, NEW_SPACE_BYTES_MAX).await else {
        let words = format!("a request to make a space has at most {NEW_SPACE_BYTES_MAX} bytes");
        return Err(ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", words));
    };
    let (name, map) = read(&bytes)?;
    let (reply, answer) = oneshot::channel();
    let stops = || ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "store", "the server stops at this moment");
    parts.registry.send(ToRegistry::Create { name, map, reply }).await.map_err(|_| stops())?;
    match answer.await.map_err(|_| stops())? {
        Ok(links) => {
            let address = parts.surroundings.client_address(arrival, &headers);
            tracing::info!(space = %links.space, %address, "a space was asked for");
            let (id, join_link, host_link) = (links.space.to_string(), links.join_link, links.host_link);
            Ok((StatusCode::CREATED, Json(MadeSpace { id, join_link, host_link })))
        }
        Err(CreateRefusal::Map(words)) => Err(ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, "map", words)),
        Err(CreateRefusal::Store(words)) => Err(ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "store", words)),
    }
}

fn may_make(parts: &Parts, arrival: Arrival, headers: &HeaderMap) -> Result<(), ApiError> {
    if !parts.surroundings.allows_origin(arrival, headers) {
        return Err(ApiError::new(StatusCode::FORBIDDEN, "origin", "a page of another site may not make spaces here"));
    }
    match parts.surroundings.standing(arrival, headers) {
        Standing::Local | Standing::Admin => Ok(()),
        Standing::Nobody if parts.surroundings.has_admin_token() => {
            let words = "making a space from elsewhere needs the admin token: Authorization: Bearer TOKEN";
            Err(ApiError::new(StatusCode::UNAUTHORIZED, "token_missing", words))
        }
        Standing::Refused if parts.surroundings.has_admin_token() => {
            Err(ApiError::new(StatusCode::FORBIDDEN, "token_wrong", "this is not the admin token of this server"))
        }
        Standing::Nobody | Standing::Refused => {
            let words = "spaces are made at this server's own machine only: it runs without --admin-token";
            Err(ApiError::new(StatusCode::FORBIDDEN, "token_wrong", words))
        }
    }
}

fn read(bytes: &[u8]) -> Result<(Label, Option<Box<MapSpec>>), ApiError> {
    let malformed = |error: serde_json::Error| {
        let words = format!("the body must be JSON like {{\"name\": \"Circle\", \"map\": {{…}}}}: {error}");
        ApiError::new(StatusCode::BAD_REQUEST, "malformed", words)
    };
    let new: NewSpace = serde_json::from_slice(bytes).map_err(malformed)?;
    let refused = |code, words: String| ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, code, words);
    let name = Label::parse(&new.name).map_err(|error| refused("name", error.to_string()))?;
    let map = new.map.filter(|map| !map.is_null()).map(serde_json::from_value).transpose();
    Ok((name, map.map_err(|error| refused("map", error.to_string()))?))
}

//! `GET /api/spaces/{id}`: what a link shows of a space before one comes in.

use super::desk::{Caller, FRESH};
use super::error::ApiError;
use axum::Json;
use axum::response::IntoResponse;
use serde::Serialize;

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
        (status = 429, description = "Too many requests with this token: wait as Retry-After says", body = ApiError),
        (status = 503, description = "Not at this moment", body = ApiError),
    )
)]
pub(super) async fn look(caller: Caller) -> Result<impl IntoResponse, ApiError> {
    let glance = caller.glance().await?;
    let (name, people) = (glance.name.as_str().to_owned(), glance.people);
    Ok((FRESH, Json(SpaceGlance { id: caller.space().to_string(), name, people })))
}

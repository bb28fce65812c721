//! `/api/spaces/{id}/whep`: a listener comes in (draft-ietf-wish-whep-03).

use super::{Caller, DoorFaults, PatchFaults, query};
use crate::http::body;
use crate::http::desk::Faults;
use crate::http::error::ApiError;
use crate::mailbox::door::{Entrance, Way};
use axum::body::Body;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::Deserialize;
use torg_protocol::text::Label;

/// Where somebody listens, and as who.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Listener {
    /// The name of a zone or of an open table; on the stage unless told. A listener at a table takes a seat.
    at: Option<String>,
    /// The name that everybody sees; 1 to 60 characters.
    #[param(max_length = 60)]
    name: Option<String>,
}

/// A listener comes in by WHEP (draft-ietf-wish-whep) and gets everything that is heard at one place in one stream. For who
/// has any link; everybody sees them. The first section of the offer that receives sound carries it, all others are turned
/// down.
#[utoipa::path(post, path = "/api/spaces/{id}/whep", tag = "doors",
    params(("id" = String, Path, description = "The space's id, as it stands in links"), Listener),
    request_body(content = String, content_type = "application/sdp"), security(("link_token" = [])),
    responses((status = 201, description = "The answer. `Location` is the door, `ETag` the ICE session", body = String,
               content_type = "application/sdp"), Faults, DoorFaults))]
pub(crate) async fn come(
    caller: Caller,
    listener: Result<Query<Listener>, QueryRejection>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, ApiError> {
    let listener = query(listener)?;
    let at = listener.at.as_deref().map(|at| body::text("at", at, Label::parse)).transpose()?;
    let name = super::name(listener.name.as_deref(), "Listener")?;
    super::come(caller, headers, body, Way::Whep, Entrance::Listener { at }, name).await
}

/// The listener goes.
#[utoipa::path(delete, path = "/api/spaces/{id}/whep/{door}", tag = "doors",
    params(("id" = String, Path, description = "The space's id, as it stands in links"),
           ("door" = String, Path, description = "As it stands in `Location`")), security(("link_token" = [])),
    responses((status = 200, description = "They are gone"), Faults))]
pub(crate) async fn leave(caller: Caller, Path((_, door)): Path<(String, String)>) -> Result<StatusCode, ApiError> {
    super::leave(caller, &door, Way::Whep).await
}

/// Candidates, which the server takes and doesn't need.
#[utoipa::path(patch, path = "/api/spaces/{id}/whep/{door}", tag = "doors",
    params(("id" = String, Path, description = "The space's id, as it stands in links"),
           ("door" = String, Path, description = "As it stands in `Location`"),
           ("If-Match" = String, Header, description = "The `ETag` of the answer")),
    request_body(content = String, content_type = "application/trickle-ice-sdpfrag"), security(("link_token" = [])),
    responses((status = 204, description = "They are taken"), Faults, PatchFaults))]
pub(crate) async fn trickle(
    caller: Caller,
    Path((_, door)): Path<(String, String)>,
    headers: HeaderMap,
    body: Body,
) -> Result<StatusCode, ApiError> {
    super::trickle(caller, &door, headers, body, Way::Whep).await
}

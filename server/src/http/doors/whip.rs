//! `/api/spaces/{id}/whip`: a stream comes in (RFC 9725).

use super::{Caller, DoorFaults, PatchFaults, query};
use crate::http::body;
use crate::http::desk::Faults;
use crate::http::error::ApiError;
use crate::mailbox::door::{Addressee, Entrance, Way};
use axum::body::Body;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::Deserialize;
use torg_protocol::text::Label;

/// To whom a stream speaks, and as who.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Stream {
    /// `everybody` (unless told), `conveners`, or `zone:NAME`.
    to: Option<String>,
    /// The name that everybody sees; 1 to 60 characters.
    #[param(max_length = 60)]
    name: Option<String>,
}

/// A stream comes in by WHIP (RFC 9725) and speaks over everything. For hosts and co-hosts; one for each token. The first
/// section of the offer that sends sound is heard, all others are turned down.
#[utoipa::path(post, path = "/api/spaces/{id}/whip", tag = "doors",
    params(("id" = String, Path, description = "The space's id, as it stands in links"), Stream,
           ("Torg-Person" = Option<String>, Header, description = "The `person` token of who lets it in")),
    request_body(content = String, content_type = "application/sdp"), security(("link_token" = [])),
    responses((status = 201, description = "The answer. `Location` is its door, `ETag` its ICE session", body = String,
               content_type = "application/sdp"), Faults, DoorFaults))]
pub(crate) async fn come(
    caller: Caller,
    stream: Result<Query<Stream>, QueryRejection>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, ApiError> {
    let stream = query(stream)?;
    let to = addressee(stream.to.as_deref())?;
    let name = super::name(stream.name.as_deref(), "Stream")?;
    super::come(caller, headers, body, Way::Whip, Entrance::Stream { to }, name).await
}

/// The stream ends.
#[utoipa::path(delete, path = "/api/spaces/{id}/whip/{door}", tag = "doors",
    params(("id" = String, Path, description = "The space's id, as it stands in links"),
           ("door" = String, Path, description = "As it stands in `Location`")), security(("link_token" = [])),
    responses((status = 200, description = "It is gone"), Faults))]
pub(crate) async fn leave(caller: Caller, Path((_, door)): Path<(String, String)>) -> Result<StatusCode, ApiError> {
    super::leave(caller, &door, Way::Whip).await
}

/// Candidates, which the server takes and doesn't need.
#[utoipa::path(patch, path = "/api/spaces/{id}/whip/{door}", tag = "doors",
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
    super::trickle(caller, &door, headers, body, Way::Whip).await
}

/// Reads to whom somebody speaks.
pub(in crate::http) fn addressee(to: Option<&str>) -> Result<Addressee, ApiError> {
    match to {
        None | Some("everybody") => Ok(Addressee::Everybody),
        Some("conveners") => Ok(Addressee::Conveners),
        Some(to) => match to.strip_prefix("zone:") {
            Some(zone) => body::text("to", zone, Label::parse).map(Addressee::Zone),
            None => Err(ApiError::field("to", "`to` is everybody, conveners, or zone: and the name of a zone")),
        },
    }
}

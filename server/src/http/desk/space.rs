//! `/api/spaces/{id}`: another name or map for a space, and its end.

use super::{Caller, ChangeFaults, FRESH, Faults};
use crate::http::body;
use crate::http::error::ApiError;
use crate::limits::NEW_SPACE_BYTES_MAX;
use crate::mailbox::call::Asked;
use crate::mailbox::{CreateRefusal, ToRegistry};
use axum::Json;
use axum::body::Body;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;
use torg_protocol::geometry::HearingPreset;
use torg_protocol::map::MapSpec;
use torg_protocol::text::Label;

/// What changes of a space.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SpaceChange {
    /// 1 to 80 characters. Who is in reads it when they come in the next time.
    #[schema(max_length = 80)]
    name: Option<String>,
    /// How far voices carry, from now on and after every start.
    #[schema(value_type = Option<crate::http::openapi::Hearing>)]
    hearing: Option<HearingPreset>,
    /// The whole map. Tables keep their place in the list; at its end new ones come, and those may go at which nobody
    /// sits and no topic is placed. People are led back in by themselves.
    #[schema(value_type = Option<crate::http::openapi::Map>)]
    map: Option<serde_json::Value>,
}

/// A space as it is now.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct ChangedSpace {
    /// Its id, as it stands in links.
    id: String,
    /// Its name.
    name: String,
    /// Its map.
    #[schema(value_type = crate::http::openapi::Map)]
    map: MapSpec,
}

/// Gives the space another name or map, or lets voices carry farther or less: all of what is asked or nothing. For hosts
/// and co-hosts.
#[utoipa::path(patch, path = "/api/spaces/{id}", request_body = SpaceChange,
    params(("id" = String, Path, description = "The space's id, as it stands in links")), security(("link_token" = [])),
    responses((status = 200, description = "The space as it is now", body = ChangedSpace), Faults, ChangeFaults))]
pub(crate) async fn change(caller: Caller, body: Body) -> Result<impl IntoResponse, ApiError> {
    let change: SpaceChange = body::read(body, NEW_SPACE_BYTES_MAX, r#"{"name": "Autumn gathering"}"#).await?;
    let name = change.name.map(|name| body::text("name", &name, Label::parse)).transpose()?;
    let map: Option<Box<MapSpec>> = change.map.map(serde_json::from_value).transpose().map_err(no_map)?;
    let hearing = change.hearing;
    // Whoever asks for nothing is told whether they might.
    let arranges = name.is_some() || map.is_some() || hearing.is_none();
    let asked = |reply| Asked::MayChange { arranges, map: map.clone(), hearing: hearing.is_some(), reply };
    caller.ask(asked).await?;
    let (reply, answer) = oneshot::channel();
    let question = ToRegistry::Change { space: caller.space.clone(), name, map, hearing, reply };
    let space = caller.registry(question, answer).await?.map_err(|refusal| match refusal {
        CreateRefusal::Map(words) => ApiError::field("map", words),
        CreateRefusal::Store(words) => ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "store", words),
    })?;
    let id = caller.space.to_string();
    Ok((FRESH, Json(ChangedSpace { id, name: space.name.to_string(), map: space.map })))
}

/// Closes the space for good: who is in gets a goodbye, and its links lead nowhere. For hosts.
#[utoipa::path(delete, path = "/api/spaces/{id}",
    params(("id" = String, Path, description = "The space's id, as it stands in links")), security(("link_token" = [])),
    responses((status = 204, description = "It is closed"), Faults))]
pub(crate) async fn close(caller: Caller) -> Result<StatusCode, ApiError> {
    // Also when whoever asked hangs up: a space is not closed by half.
    let closing = tokio::spawn(async move {
        caller.ask(|reply| Asked::Close { reply }).await?;
        let (reply, answer) = oneshot::channel();
        let question = ToRegistry::Closed { space: caller.space.clone(), reply };
        let gone = caller.registry(question, answer).await?;
        gone.map_err(|words| ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "store", words))
    });
    closing.await.map_err(|_| ApiError::unavailable())??;
    Ok(StatusCode::NO_CONTENT)
}

#[expect(clippy::needless_pass_by_value, reason = "it maps errors")]
fn no_map(error: serde_json::Error) -> ApiError {
    ApiError::field("map", format!("`map` can't be so: {error}"))
}

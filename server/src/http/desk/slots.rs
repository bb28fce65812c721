//! `/api/spaces/{id}/slots`: the blocks of time of the agenda.

use super::{Caller, ChangeFaults, FRESH, Faults, number};
use crate::clock;
use crate::http::error::ApiError;
use crate::http::{body, moment};
use crate::limits::CALL_BYTES_MAX;
use crate::mailbox::call::{Asked, SlotEdit};
use axum::Json;
use axum::body::Body;
use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use serde::{Deserialize, Serialize};
use torg_protocol::agenda::{Slot as WireSlot, SlotKind};
use torg_protocol::ids::SlotId;
use torg_protocol::text::Label;
use torg_space::ledger::SlotText;

const EXAMPLE: &str = r#"{"name": "Round 1", "starts_at": "2026-11-24T09:30:00+01:00", "ends_at": "2026-11-24T10:15:00+01:00", "kind": "topics"}"#;

/// A block of time.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Slot {
    /// Given once in the life of a space.
    id: u32,
    /// What it is called.
    #[schema(example = "Round 1")]
    name: String,
    /// When it opens: RFC 3339, UTC.
    #[schema(format = DateTime)]
    starts_at: String,
    /// When it closes: RFC 3339, UTC.
    #[schema(format = DateTime)]
    ends_at: String,
    kind: Kind,
}

/// What happens in a slot: everybody together, topics at tables, or a break.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Kind {
    Plenum,
    Topics,
    Break,
}

/// A slot to be made. It may start in the past and cross midnight; it lasts for a week at most.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewSlot {
    /// 1 to 80 characters.
    #[schema(example = "Round 1", min_length = 1, max_length = 80)]
    name: String,
    /// When it opens: RFC 3339 with an offset.
    #[schema(format = DateTime)]
    starts_at: String,
    /// When it closes; later than it opens.
    #[schema(format = DateTime)]
    ends_at: String,
    kind: Kind,
}

/// What changes of a slot. Topics stay on their cells, unless the slot takes none any more.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SlotChange {
    /// 1 to 80 characters.
    #[schema(max_length = 80)]
    name: Option<String>,
    /// When it opens.
    #[schema(format = DateTime)]
    starts_at: Option<String>,
    /// When it closes.
    #[schema(format = DateTime)]
    ends_at: Option<String>,
    kind: Option<Kind>,
}

impl From<WireSlot> for Slot {
    fn from(slot: WireSlot) -> Self {
        let (starts_at, ends_at) = (clock::rfc3339(slot.starts_at), clock::rfc3339(slot.ends_at));
        Self { id: slot.id.0, name: slot.name.to_string(), starts_at, ends_at, kind: slot.kind.into() }
    }
}

impl From<SlotKind> for Kind {
    fn from(kind: SlotKind) -> Self {
        match kind {
            SlotKind::Plenum => Self::Plenum,
            SlotKind::Topics => Self::Topics,
            SlotKind::Break => Self::Break,
        }
    }
}

impl From<Kind> for SlotKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Plenum => Self::Plenum,
            Kind::Topics => Self::Topics,
            Kind::Break => Self::Break,
        }
    }
}

/// The slots, by start.
#[utoipa::path(get, path = "/api/spaces/{id}/slots", tag = "agenda",
    params(("id" = String, Path, description = "The space's id, as it stands in links")), security(("link_token" = [])),
    responses((status = 200, description = "All of them", body = Vec<Slot>), Faults))]
pub(crate) async fn list(caller: Caller) -> Result<impl IntoResponse, ApiError> {
    let slots = caller.ask(|reply| Asked::Slots { reply }).await?;
    Ok((FRESH, Json(slots.into_iter().map(Slot::from).collect::<Vec<_>>())))
}

/// Makes a slot. For hosts and co-hosts. Everybody in the square sees it at once.
#[utoipa::path(post, path = "/api/spaces/{id}/slots", tag = "agenda", request_body = NewSlot,
    params(("id" = String, Path, description = "The space's id, as it stands in links")), security(("link_token" = [])),
    responses((status = 201, description = "The slot", body = Slot), Faults, ChangeFaults))]
pub(crate) async fn make(caller: Caller, body: Body) -> Result<impl IntoResponse, ApiError> {
    let new: NewSlot = body::read(body, CALL_BYTES_MAX, EXAMPLE).await?;
    let text = SlotText {
        name: body::text("name", &new.name, Label::parse)?,
        kind: new.kind.into(),
        starts_at: moment::parse("starts_at", &new.starts_at)?,
        ends_at: moment::parse("ends_at", &new.ends_at)?,
    };
    let slot = caller.ask(|reply| Asked::AddSlot { text: text.clone(), reply }).await?;
    let place = [(header::LOCATION, format!("/api/spaces/{}/slots/{}", caller.space, slot.id))];
    Ok((StatusCode::CREATED, place, FRESH, Json(Slot::from(slot))))
}

/// Changes a slot. For hosts and co-hosts.
#[utoipa::path(patch, path = "/api/spaces/{id}/slots/{slot}", tag = "agenda", request_body = SlotChange,
    params(("id" = String, Path, description = "The space's id, as it stands in links"),
           ("slot" = u32, Path, description = "The slot's id")), security(("link_token" = [])),
    responses((status = 200, description = "The slot as it is now", body = Slot), Faults, ChangeFaults))]
pub(crate) async fn change(
    caller: Caller,
    Path((_, slot)): Path<(String, String)>,
    body: Body,
) -> Result<impl IntoResponse, ApiError> {
    let slot = SlotId(number(&slot, "slot")?);
    let change: SlotChange = body::read(body, CALL_BYTES_MAX, EXAMPLE).await?;
    let edit = SlotEdit {
        name: change.name.map(|name| body::text("name", &name, Label::parse)).transpose()?,
        kind: change.kind.map(SlotKind::from),
        starts_at: change.starts_at.map(|at| moment::parse("starts_at", &at)).transpose()?,
        ends_at: change.ends_at.map(|at| moment::parse("ends_at", &at)).transpose()?,
    };
    let slot = caller.ask(|reply| Asked::EditSlot { slot, edit: edit.clone(), reply }).await?;
    Ok((FRESH, Json(Slot::from(slot))))
}

/// Takes a slot away; its topics go back to the tray. For hosts and co-hosts.
#[utoipa::path(delete, path = "/api/spaces/{id}/slots/{slot}", tag = "agenda",
    params(("id" = String, Path, description = "The space's id, as it stands in links"),
           ("slot" = u32, Path, description = "The slot's id")), security(("link_token" = [])),
    responses((status = 204, description = "It is gone"), Faults))]
pub(crate) async fn remove(caller: Caller, Path((_, slot)): Path<(String, String)>) -> Result<StatusCode, ApiError> {
    let slot = SlotId(number(&slot, "slot")?);
    caller.ask(|reply| Asked::RemoveSlot { slot, reply }).await?;
    Ok(StatusCode::NO_CONTENT)
}

//! `/api/spaces/{id}/links`: the links by which others come in.

use super::{Caller, FRESH, Faults};
use crate::http::error::ApiError;
use axum::Json;
use axum::response::IntoResponse;
use serde::Serialize;
use torg_protocol::people::Role;
use torg_space::ledger::{Deed, Right, right};

/// A link to a space.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Link {
    /// What whoever comes by it may do: `host`, `co_host`, `facilitator`, `convener`, `reporter`, `helper` or
    /// `participant`.
    #[schema(value_type = String, example = "participant")]
    role: Role,
    /// The whole of it, with its token.
    link: String,
}

/// The links that the caller may hand out: that for participants, and those for the roles that the caller may give. New
/// ones take their place by `torg links --renew`.
#[utoipa::path(get, path = "/api/spaces/{id}/links", tag = "space",
    params(("id" = String, Path, description = "The space's id, as it stands in links")), security(("link_token" = [])),
    responses((status = 200, description = "The links, hosts' first", body = Vec<Link>), Faults))]
pub(crate) async fn list(caller: Caller) -> Result<impl IntoResponse, ApiError> {
    let (own, links) = caller.links().await?;
    let links = links.of_roles.into_iter().filter(|(role, _)| may_hand_out(own, *role));
    Ok((FRESH, Json(links.map(|(role, link)| Link { role, link }).collect::<Vec<_>>())))
}

/// A link gives its role to whoever has it, so it takes the right to give that role.
fn may_hand_out(own: Role, role: Role) -> bool {
    let deed = match role {
        Role::Participant => return true,
        Role::Host => Deed::GrantHost,
        _ => Deed::GrantRole,
    };
    right(own, deed) == Right::Yes
}

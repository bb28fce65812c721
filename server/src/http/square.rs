//! The pages of the square: `/` and `/s/{space}`.

use super::{Parts, pages, web};
use crate::arrival::Arrival;
use crate::mailbox::ToRegistry;
use axum::extract::{Extension, Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use tokio::sync::oneshot;
use torg_protocol::ids::SpaceId;

/// To the open square for who sits at this machine; for all others, what to do without a link.
pub(super) async fn front_page(
    State(parts): State<Parts>,
    Extension(arrival): Extension<Arrival>,
    headers: HeaderMap,
) -> Response {
    if parts.surroundings.is_local(arrival, &headers) {
        let (reply, answer) = oneshot::channel();
        let asked = parts.registry.send(ToRegistry::OpenSquare { reply }).await;
        let links = match asked {
            Ok(()) => answer.await.ok(),
            Err(_) => None,
        };
        let Some(links) = links else { return pages::unavailable(&headers) };
        // Relative, so that who came by another name of this machine stays on that name.
        let path = links.join_link.find("/s/").map_or("/", |at| &links.join_link[at..]);
        let no_store = (header::CACHE_CONTROL, "no-store");
        return (StatusCode::SEE_OTHER, [(header::LOCATION, path), no_store]).into_response();
    }
    pages::without_link(&headers, &parts.public_url)
}

/// The app; which space it is, the app reads from the address.
pub(super) async fn space(State(parts): State<Parts>, Path(space): Path<String>, headers: HeaderMap) -> Response {
    let Ok(space) = SpaceId::parse(&space) else { return pages::no_such_space(&headers) };
    let (reply, answer) = oneshot::channel();
    if parts.registry.send(ToRegistry::Find { space, reply }).await.is_err() {
        return pages::unavailable(&headers);
    }
    match answer.await {
        Ok(Some(_name)) => web::app(&headers),
        Ok(None) => pages::no_such_space(&headers),
        Err(_) => pages::unavailable(&headers),
    }
}

//! Doors for programs that know nothing of our protocol: WHIP (RFC 9725) lets a stream in, WHEP (draft-ietf-wish-whep) a
//! listener. Both are one exchange of offer and answer, and differ in what the offer is for.
//!
//! The server is ICE-lite with all its candidates in the answer, so it needs none of its clients: what they trickle is
//! taken and does nothing, and ICE is not restarted: whoever lost the line comes in anew.

mod cors;
mod ice;
pub(super) mod whep;
pub(super) mod whip;

pub(super) use whip::addressee;

use super::Parts;
use super::desk::{Caller, FRESH, person};
use super::error::ApiError;
use super::rates::Kind;
use crate::limits::{CALL_WAIT, CANDIDATES_BYTES_MAX};
use crate::mailbox::call::Asked;
use crate::mailbox::door::{ComeByDoor, DoorId, DoorOpened, Entrance, Way};
use crate::mailbox::{Denied, Offered, ToMedia};
use axum::Router;
use axum::body::Body;
use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, post};
use tokio::sync::oneshot;
use torg_protocol::limits::OFFER_BYTES_MAX;
use torg_protocol::message::Refusal;
use torg_protocol::text::PersonName;

/// What offers and answers are (RFC 8866).
const SDP: &str = "application/sdp";
/// What candidates are written in (RFC 8840, section 9).
const CANDIDATES: &str = "application/trickle-ice-sdpfrag";
/// What an address takes by POST (Linked Data Platform 1.0, section 7.1) and by PATCH (RFC 5789, section 3.1).
const ACCEPT_POST: HeaderName = HeaderName::from_static("accept-post");
const ACCEPT_PATCH: HeaderName = HeaderName::from_static("accept-patch");

/// What a program that wants in may be refused with beside what every call may be.
#[derive(utoipa::IntoResponses)]
#[expect(dead_code, reason = "stands here for its description alone")]
pub(super) enum DoorFaults {
    /// The body is empty, or no session description
    #[response(status = 400)]
    Malformed(#[to_schema] ApiError),
    /// A stream came by this token already, every seat is taken, or as many speak to all as can be at once
    #[response(status = 409)]
    Conflict(#[to_schema] ApiError),
    /// The body is too large
    #[response(status = 413)]
    TooLarge(#[to_schema] ApiError),
    /// The body is not `application/sdp`
    #[response(status = 415)]
    MediaType(#[to_schema] ApiError),
    /// Something in the query or the offer can't be so
    #[response(status = 422)]
    Field(#[to_schema] ApiError),
}

/// What candidates may be refused with beside that.
#[derive(utoipa::IntoResponses)]
#[expect(dead_code, reason = "stands here for its description alone")]
pub(super) enum PatchFaults {
    /// The body can't be read
    #[response(status = 400)]
    Malformed(#[to_schema] ApiError),
    /// They are for another ICE session
    #[response(status = 412)]
    Mismatch(#[to_schema] ApiError),
    /// The body is too large
    #[response(status = 413)]
    TooLarge(#[to_schema] ApiError),
    /// The body is not `application/trickle-ice-sdpfrag`
    #[response(status = 415)]
    MediaType(#[to_schema] ApiError),
    /// ICE is not restarted
    #[response(status = 422)]
    Restart(#[to_schema] ApiError),
    /// `If-Match` is missing
    #[response(status = 428)]
    NoMatch(#[to_schema] ApiError),
}

/// The addresses of both doors.
pub(super) fn routes() -> Router<Parts> {
    Router::new()
        .route("/api/spaces/{id}/whip", post(whip::come).options(of_endpoint).fallback(not_at_endpoint))
        .route("/api/spaces/{id}/whep", post(whep::come).options(of_endpoint).fallback(not_at_endpoint))
        .route(
            "/api/spaces/{id}/whip/{door}",
            delete(whip::leave).patch(whip::trickle).options(of_session).fallback(not_at_session),
        )
        .route(
            "/api/spaces/{id}/whep/{door}",
            delete(whep::leave).patch(whep::trickle).options(of_session).fallback(not_at_session),
        )
        .layer(axum::middleware::from_fn(cors::open_to_pages))
}

/// What can be done with an address that opens doors (RFC 9725, section 4.2).
async fn of_endpoint() -> impl IntoResponse {
    (StatusCode::NO_CONTENT, [(header::ALLOW, "POST, OPTIONS"), (ACCEPT_POST, SDP)])
}

/// What can be done with a door.
async fn of_session() -> impl IntoResponse {
    (StatusCode::NO_CONTENT, [(header::ALLOW, "DELETE, PATCH, OPTIONS"), (ACCEPT_PATCH, CANDIDATES)])
}

async fn not_at_endpoint() -> impl IntoResponse {
    ([(header::ALLOW, "POST, OPTIONS")], wrong_method("an offer comes by POST"))
}

async fn not_at_session() -> impl IntoResponse {
    let words = "what came in by an offer goes by DELETE, and PATCH brings candidates";
    ([(header::ALLOW, "DELETE, PATCH, OPTIONS")], wrong_method(words))
}

fn wrong_method(words: &str) -> ApiError {
    ApiError::new(StatusCode::METHOD_NOT_ALLOWED, "method", words)
}

/// Reads what stands behind the `?`.
pub(super) fn query<T>(query: Result<Query<T>, QueryRejection>) -> Result<T, ApiError> {
    query.map(|Query(query)| query).map_err(|rejection| {
        ApiError::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "field",
            format!("the query can't be so: {}", rejection.body_text()),
        )
    })
}

/// The name under which a program is seen.
pub(super) fn name(name: Option<&str>, otherwise: &str) -> Result<PersonName, ApiError> {
    super::body::text("name", name.unwrap_or(otherwise), PersonName::parse)
}

/// A program that was let in.
struct LetIn {
    door: DoorId,
    /// The names of its offer's ICE sessions.
    ice: Vec<String>,
    answer: String,
}

/// Lets a program in, and takes its door away again when whoever asked has hung up meanwhile: they can't know of it.
async fn come(
    caller: Caller,
    headers: HeaderMap,
    body: Body,
    way: Way,
    entrance: Entrance,
    name: PersonName,
) -> Result<Response, ApiError> {
    takes(&headers, SDP, ACCEPT_POST)?;
    let person = person(&headers)?;
    let sdp = read_offer(body).await?;
    caller.count(Kind::Door)?;
    let ice = ice::names(&sdp);
    let come = ComeByDoor { entrance, name, person, ice };
    let space = caller.space().clone();
    let (tell, told) = oneshot::channel();
    tokio::spawn(async move {
        let let_in = let_in(&caller, way, come, sdp).await;
        if let Err(Ok(LetIn { door, .. })) = tell.send(let_in) {
            leave_again(&caller, way, door).await;
        }
    });
    let LetIn { door, ice, answer } = told.await.map_err(|_| ApiError::unavailable())??;
    let folder = match way {
        Way::Whip => "whip",
        Way::Whep => "whep",
    };
    let headers = [
        (header::CONTENT_TYPE, SDP.to_owned()),
        (header::LOCATION, format!("/api/spaces/{space}/{folder}/{door}")),
        (header::ETAG, format!("\"{}\"", ice::tag(door, &ice))),
    ];
    Ok((StatusCode::CREATED, headers, FRESH, answer).into_response())
}

/// The offer is looked at first, so that nobody is seen who can't come; then the space lets the program in, and at last the
/// offer is answered.
async fn let_in(caller: &Caller, way: Way, come: ComeByDoor, sdp: String) -> Result<LetIn, ApiError> {
    // A wrong token is told before anything that is wrong with the offer.
    caller.glance().await?;
    let offered = match way {
        Way::Whip => Offered::Publisher,
        Way::Whep => Offered::Listener,
    };
    let check = |reply| ToMedia::CheckOffer { sdp: sdp.clone(), offered: offered.clone(), reply };
    media(caller.parts(), check).await?;
    let ice = come.ice.clone();
    let come = Box::new(come);
    let DoorOpened { door, peer } = caller.ask(|reply| Asked::ComeByDoor { come: come.clone(), reply }).await?;
    let answer = match media(caller.parts(), |reply| ToMedia::Offer { peer, sdp, offered, reply }).await {
        Ok(answer) => answer,
        Err(error) => {
            leave_again(caller, way, door).await;
            return Err(error);
        }
    };
    // Somebody may have shown it out meanwhile, before there was a peer connection to be closed.
    if let Err(error) = caller.ask(|reply| Asked::DoorStands { way, door, reply }).await {
        let _ = caller.parts().media.send(ToMedia::ClosePeer { peer }).await;
        return Err(error);
    }
    Ok(LetIn { door, ice, answer })
}

/// A program goes that was let in for nothing. If that can't be told, the square sees by itself that it never came up.
async fn leave_again(caller: &Caller, way: Way, door: DoorId) {
    let _ = caller.ask(|reply| Asked::LeaveByDoor { way, door, reply }).await;
}

/// A program goes.
async fn leave(caller: Caller, door: &str, way: Way) -> Result<StatusCode, ApiError> {
    let door = parse_door(door)?;
    caller.ask(|reply| Asked::LeaveByDoor { way, door, reply }).await?;
    Ok(StatusCode::OK)
}

/// A program sends candidates (RFC 9725, section 4.3.2).
async fn trickle(caller: Caller, door: &str, headers: HeaderMap, body: Body, way: Way) -> Result<StatusCode, ApiError> {
    let door = parse_door(door)?;
    let ice = caller.ask(|reply| Asked::DoorStands { way, door, reply }).await?;
    takes(&headers, CANDIDATES, ACCEPT_PATCH)?;
    ice::check_match(&headers, &ice::tag(door, &ice))?;
    let Ok(bytes) = axum::body::to_bytes(body, CANDIDATES_BYTES_MAX).await else {
        let words = format!("candidates have at most {CANDIDATES_BYTES_MAX} bytes");
        return Err(ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", words));
    };
    ice::check_candidates(&bytes, &ice)?;
    Ok(StatusCode::NO_CONTENT)
}

fn parse_door(door: &str) -> Result<DoorId, ApiError> {
    let unknown =
        || ApiError::new(StatusCode::NOT_FOUND, "unknown", "there is no such door: its id stands in Location");
    DoorId::parse(door).ok_or_else(unknown)
}

/// Refuses a body of another kind.
fn takes(headers: &HeaderMap, kind: &'static str, accepts: HeaderName) -> Result<(), ApiError> {
    let sent = headers.get(header::CONTENT_TYPE).and_then(|sent| sent.to_str().ok()).unwrap_or("");
    let essence = sent.split(';').next().unwrap_or("").trim();
    if essence.eq_ignore_ascii_case(kind) {
        return Ok(());
    }
    let words = format!("the body must be of the type {kind}: say so in Content-Type");
    let refusal = ApiError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "media_type", words);
    Err(refusal.with_header(accepts, HeaderValue::from_static(kind)))
}

async fn read_offer(body: Body) -> Result<String, ApiError> {
    let Ok(bytes) = axum::body::to_bytes(body, OFFER_BYTES_MAX).await else {
        let words = format!("an offer has at most {OFFER_BYTES_MAX} bytes");
        return Err(ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", words));
    };
    let unreadable = |words| ApiError::new(StatusCode::BAD_REQUEST, "offer_unreadable", words);
    if bytes.is_empty() {
        return Err(unreadable("the body is empty: it must be the offer, a session description"));
    }
    // Every session description begins with its version (RFC 8866, section 5).
    String::from_utf8(bytes.into()).ok().filter(|text| text.starts_with("v=0")).ok_or_else(|| {
        unreadable("the offer is no session description: it must be text that begins with v=0 (RFC 8866)")
    })
}

/// Asks the media plane.
async fn media<T>(
    parts: &Parts,
    what: impl FnOnce(oneshot::Sender<Result<T, Refusal>>) -> ToMedia,
) -> Result<T, ApiError> {
    let (reply, answer) = oneshot::channel();
    parts.media.send(what(reply)).await.map_err(|_| ApiError::unavailable())?;
    match tokio::time::timeout(CALL_WAIT, answer).await {
        Ok(Ok(answer)) => answer.map_err(|refusal| ApiError::from(Denied::from(refusal))),
        Ok(Err(_)) | Err(_) => Err(ApiError::unavailable()),
    }
}

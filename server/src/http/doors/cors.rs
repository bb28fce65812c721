//! Players and studios are pages of other sites, so the doors answer pages from anywhere. Nothing is given away by that:
//! what is asked needs the token of a link, which no page has that wasn't given one, and cookies there are none.

use axum::extract::Request;
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE,
};
use axum::http::{HeaderName, HeaderValue, Method};
use axum::middleware::Next;
use axum::response::Response;

const METHODS: &str = "POST, PATCH, DELETE, OPTIONS";
const TAKEN: &str = "authorization, content-type, if-match, torg-person";
const SHOWN: &str = "location, etag, accept-post, accept-patch, allow, retry-after, www-authenticate";
/// A day, in seconds; browsers keep it for two hours at most.
const MAX_AGE: &str = "86400";

/// Adds what browsers ask for (Fetch, section 3.3), to refusals too.
pub(super) async fn open_to_pages(request: Request, next: Next) -> Response {
    let is_asked_before = request.method() == Method::OPTIONS;
    let mut response = next.run(request).await;
    let mut add = |name: HeaderName, value| response.headers_mut().insert(name, HeaderValue::from_static(value));
    add(ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    add(ACCESS_CONTROL_EXPOSE_HEADERS, SHOWN);
    if is_asked_before {
        add(ACCESS_CONTROL_ALLOW_METHODS, METHODS);
        add(ACCESS_CONTROL_ALLOW_HEADERS, TAKEN);
        add(ACCESS_CONTROL_MAX_AGE, MAX_AGE);
    }
    response
}

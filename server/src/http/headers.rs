//! The headers that every answer carries, so that a page can do no more than it must.

use crate::arrival::{Arrival, host, is_loopback_name};
use axum::extract::Request;
use axum::http::HeaderValue;
use axum::http::header::{
    CONTENT_SECURITY_POLICY, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::middleware::Next;
use axum::response::Response;

/// What pages may use of the browser: the microphone, the screen that must not sleep, and speakers to choose from.
const PERMISSIONS: &str = "microphone=(self), speaker-selection=(self), autoplay=(self), screen-wake-lock=(self), \
                           fullscreen=(self), camera=(self), display-capture=(self), geolocation=(), payment=(), usb=()";

/// Adds the headers.
pub(super) async fn harden(request: Request, next: Next) -> Response {
    let host = host(request.headers());
    let tls = request.extensions().get::<Arrival>().is_some_and(|arrival| arrival.tls);
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, content_security_policy(host.as_deref()));
    headers.insert("permissions-policy", HeaderValue::from_static(PERMISSIONS));
    headers.insert("cross-origin-opener-policy", HeaderValue::from_static("same-origin"));
    headers.insert("cross-origin-resource-policy", HeaderValue::from_static("same-origin"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    // A promise for `localhost` would bind every other server on the machine.
    if tls && !host.as_deref().is_none_or(is_loopback_name) {
        headers.insert(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
    response
}

/// Everything from ourselves and nothing inline. Older Safari does not count websockets as `'self'`, so they are
/// named; the host was checked to be one.
fn content_security_policy(host: Option<&str>) -> HeaderValue {
    let websockets = host.map(|host| format!(" ws://{host} wss://{host}")).unwrap_or_default();
    let policy = format!(
        "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; \
         font-src 'self'; connect-src 'self'{websockets}; worker-src 'self'; manifest-src 'self'; object-src 'none'; \
         base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    );
    HeaderValue::from_str(&policy).expect("a host has letters, digits and .-:[] only")
}

//! Why a request was not done, as JSON.

use crate::mailbox::Denied;
use axum::Json;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use std::borrow::Cow;
use std::time::Duration;
use torg_protocol::message::RefusalCode;

/// When it is worth another try where all places are taken.
const FULL_RETRY_AFTER: Duration = Duration::from_secs(10);

/// Why a request was not done.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct ApiError {
    #[serde(skip)]
    status: StatusCode,
    #[serde(skip)]
    retry_after: Option<Duration>,
    /// What the answer says in a header beside.
    #[serde(skip)]
    header: Option<Box<(HeaderName, HeaderValue)>>,
    /// Which error: `malformed`, `too_large`, `field`, `name`, `map`, `token_missing`, `token_wrong`, `origin`, `store`,
    /// `unknown_space`, `link`, `too_frequent`, `method`, `media_type`, `precondition`, `sound`, `too_slow`, `busy`, or the code by which a space refuses (PROTOCOL.md, "Refusals").
    #[schema(value_type = String)]
    code: Cow<'static, str>,
    /// One English sentence that says what is wrong and what to do.
    message: String,
    /// Which field of the body it is about, where it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
}

impl ApiError {
    pub(super) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, retry_after: None, header: None, code: code.into(), message: message.into(), field: None }
    }

    /// A field of the body can't be so.
    pub(super) fn field(field: impl Into<String>, message: impl Into<String>) -> Self {
        let field = Some(field.into());
        Self { field, ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, "field", message) }
    }

    /// Too many requests: come again after a while.
    pub(super) fn too_frequent(wait: Duration) -> Self {
        // In whole seconds (RFC 9110, section 10.2.3), and never too early.
        let seconds = wait.as_secs() + 1;
        let words = format!("too many requests with this token: wait for {seconds} s, as Retry-After says");
        let retry_after = Some(Duration::from_secs(seconds));
        Self { retry_after, ..Self::new(StatusCode::TOO_MANY_REQUESTS, "too_frequent", words) }
    }

    /// All places are taken: come again after a while.
    pub(super) fn busy(message: impl Into<String>) -> Self {
        let retry_after = Some(FULL_RETRY_AFTER);
        Self { retry_after, ..Self::new(StatusCode::SERVICE_UNAVAILABLE, "busy", message) }
    }

    /// Says more in a header.
    pub(super) fn with_header(self, name: HeaderName, value: HeaderValue) -> Self {
        Self { header: Some(Box::new((name, value))), ..self }
    }

    pub(super) fn unknown_space() -> Self {
        Self::new(StatusCode::NOT_FOUND, "unknown_space", "there is no such square on this server")
    }

    pub(super) fn unavailable() -> Self {
        let words = "the square can't answer at this moment: try again";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "store", words)
    }
}

impl ApiError {
    /// What is wrong with the token, in the words of RFC 6750, section 3.1. Who brought none is told no error.
    fn challenge(&self) -> Option<&'static str> {
        match (self.status, &*self.code) {
            (StatusCode::UNAUTHORIZED, "token_missing") => Some("Bearer"),
            (StatusCode::UNAUTHORIZED, _) => Some("Bearer error=\"invalid_token\""),
            (StatusCode::FORBIDDEN, "not_allowed") => Some("Bearer error=\"insufficient_scope\""),
            _ => None,
        }
    }
}

impl From<Denied> for ApiError {
    fn from(Denied { refusal, field }: Denied) -> Self {
        let status = match refusal.code {
            RefusalCode::NotAllowed | RefusalCode::DoorLocked | RefusalCode::TurnedAway => StatusCode::FORBIDDEN,
            RefusalCode::UnknownSpace | RefusalCode::Unknown => StatusCode::NOT_FOUND,
            RefusalCode::Link => StatusCode::UNAUTHORIZED,
            RefusalCode::NotSaved | RefusalCode::SpaceFull | RefusalCode::MediaFull => StatusCode::SERVICE_UNAVAILABLE,
            RefusalCode::CellTaken
            | RefusalCode::ConvenerBusy
            | RefusalCode::SlotClosed
            | RefusalCode::TooMany
            | RefusalCode::NotNow
            | RefusalCode::BehindClosedWall
            | RefusalCode::NoMicrophone
            | RefusalCode::TableFull => StatusCode::CONFLICT,
            RefusalCode::OfferUnreadable => StatusCode::BAD_REQUEST,
            _ => StatusCode::UNPROCESSABLE_ENTITY,
        };
        let code = match serde_json::to_value(refusal.code) {
            // Whoever found it, the request is wrong in the same way.
            _ if field.is_some() && status == StatusCode::UNPROCESSABLE_ENTITY => "field".into(),
            Ok(serde_json::Value::String(code)) => code.into(),
            _ => "refused".into(),
        };
        let is_full = matches!(refusal.code, RefusalCode::SpaceFull | RefusalCode::MediaFull);
        let retry_after = is_full.then_some(FULL_RETRY_AFTER);
        Self { status, retry_after, header: None, code, message: refusal.message, field: field.map(str::to_owned) }
    }
}

impl IntoResponse for ApiError {
    fn into_response(mut self) -> Response {
        let header = self.header.take();
        let (status, retry_after, challenge) = (self.status, self.retry_after, self.challenge());
        let mut response = (status, Json(self)).into_response();
        let headers = response.headers_mut();
        if let Some(challenge) = challenge {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
        }
        if let Some(wait) = retry_after {
            headers.insert(header::RETRY_AFTER, wait.as_secs().into());
        }
        headers.extend(header.map(|header| *header));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }
}

//! The API of a space for whoever holds the token of a link to it: slots, topics, visits, the agenda, the space itself.

pub(super) mod agenda;
pub(super) mod bell;
pub(super) mod links;
pub(super) mod slots;
pub(super) mod sounds;
pub(super) mod space;
pub(super) mod topics;
pub(super) mod visits;

use super::Parts;
use super::error::ApiError;
use super::rates::Kind;
use crate::arrival::bearer_token;
use crate::limits::{CALL_WAIT, JOIN_TRIES, TOKEN_CHARS_MAX};
use crate::mailbox::call::{Asked, Call, Reply};
use crate::mailbox::{Denied, Glance, Opened, SpaceLinks, ToKeeper, ToRegistry};
use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request;
use axum::http::{HeaderMap, HeaderName, Method, StatusCode, header};
use tokio::sync::oneshot;
use torg_protocol::ids::SpaceId;
use torg_protocol::people::Role;

/// What no cache keeps: the next look must see what changed since.
pub(super) const FRESH: [(HeaderName, &str); 1] = [(header::CACHE_CONTROL, "no-store")];

/// The header by which a person names themselves.
pub(super) const PERSON: HeaderName = HeaderName::from_static("torg-person");

/// What every call may be refused with.
#[derive(utoipa::IntoResponses)]
#[expect(dead_code, reason = "stands here for its description alone")]
pub(super) enum Faults {
    /// The token is missing or wrong, or was replaced by a newer one
    #[response(status = 401)]
    Token(#[to_schema] ApiError),
    /// The token's role may not do this
    #[response(status = 403)]
    Role(#[to_schema] ApiError),
    /// There is no such space, slot or topic
    #[response(status = 404)]
    Unknown(#[to_schema] ApiError),
    /// Too many requests with this token: wait as Retry-After says
    #[response(status = 429)]
    TooFrequent(#[to_schema] ApiError),
    /// Not at this moment, or it can't be saved; nothing changed
    #[response(status = 503)]
    Unavailable(#[to_schema] ApiError),
}

/// What a call that changes something may be refused with beside that.
#[derive(utoipa::IntoResponses)]
#[expect(dead_code, reason = "stands here for its description alone")]
pub(super) enum ChangeFaults {
    /// The body is not a JSON object
    #[response(status = 400)]
    Malformed(#[to_schema] ApiError),
    /// Something is in the way, which the message names; nothing changed
    #[response(status = 409)]
    Conflict(#[to_schema] ApiError),
    /// The body is too large
    #[response(status = 413)]
    TooLarge(#[to_schema] ApiError),
    /// A field can't be so; `field` names it
    #[response(status = 422)]
    Field(#[to_schema] ApiError),
}

/// Who asks: a space, and the token of a link to it. The token is looked at when the space is asked.
pub(super) struct Caller {
    parts: Parts,
    space: SpaceId,
    token: String,
    reads: bool,
}

impl FromRequestParts<Parts> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(request: &mut request::Parts, parts: &Parts) -> Result<Self, ApiError> {
        let params = RawPathParams::from_request_parts(request, parts).await.map_err(|_| ApiError::unknown_space())?;
        let id = params.iter().find(|(name, _)| *name == "id").map_or("", |(_, id)| id);
        let space = SpaceId::parse(id).map_err(|_| ApiError::unknown_space())?;
        let refused = |code, words: &str| ApiError::new(StatusCode::UNAUTHORIZED, code, words);
        let token = bearer_token(&request.headers).ok_or_else(|| {
            let words = "this needs the token of a link to the square: Authorization: Bearer TOKEN";
            refused("token_missing", words)
        })?;
        if token.len() > TOKEN_CHARS_MAX {
            return Err(refused("link", "this link is not valid: its token is too long to be one of ours"));
        }
        let reads = matches!(request.method, Method::GET | Method::HEAD);
        parts.rates.count(if reads { Kind::Read } else { Kind::Write }, space.as_str(), token)?;
        Ok(Self { parts: parts.clone(), space, token: token.to_owned(), reads })
    }
}

impl Caller {
    /// Asks the space, which is started if it rests.
    pub(super) async fn ask<T>(&self, what: impl Fn(Reply<T>) -> Asked) -> Result<T, ApiError> {
        for _ in 0..JOIN_TRIES {
            let opened = self.open().await?;
            let (reply, answer) = oneshot::channel();
            let call = ToKeeper::Call(Call { role: opened.role, what: what(reply) });
            if opened.keeper.send(call).await.is_err() {
                continue;
            }
            match tokio::time::timeout(CALL_WAIT, answer).await {
                Ok(Ok(answer)) => return answer.map_err(ApiError::from),
                // The keeper ended at this very moment; who only looks may ask the next one.
                Ok(Err(_)) if self.reads => {}
                Ok(Err(_)) | Err(_) => return Err(in_doubt()),
            }
        }
        Err(ApiError::unavailable())
    }

    /// Asks the space what can't be asked again, since it takes with it what it needs.
    async fn ask_once<T>(&self, what: impl FnOnce(Reply<T>) -> Asked) -> Result<T, ApiError> {
        let opened = self.open().await?;
        let (reply, answer) = oneshot::channel();
        let call = ToKeeper::Call(Call { role: opened.role, what: what(reply) });
        opened.keeper.send(call).await.map_err(|_| ApiError::unavailable())?;
        match tokio::time::timeout(CALL_WAIT, answer).await {
            Ok(Ok(answer)) => answer.map_err(ApiError::from),
            Ok(Err(_)) | Err(_) => Err(in_doubt()),
        }
    }

    /// Counts a request that costs more than others.
    pub(super) fn count(&self, kind: Kind) -> Result<(), ApiError> {
        self.parts.rates.count(kind, self.space.as_str(), &self.token)
    }

    /// What the pages and the API are made from.
    pub(super) fn parts(&self) -> &Parts {
        &self.parts
    }

    /// The space.
    pub(super) fn space(&self) -> &SpaceId {
        &self.space
    }

    /// What the link shows from the door.
    pub(super) async fn glance(&self) -> Result<Glance, ApiError> {
        let (reply, answer) = oneshot::channel();
        let question = ToRegistry::Glance { space: self.space.clone(), token: self.token.clone(), reply };
        self.registry(question, answer).await?.map_err(|refusal| ApiError::from(Denied::from(refusal)))
    }

    /// The role of the token, and every link to the space.
    async fn links(&self) -> Result<(Role, SpaceLinks), ApiError> {
        let (reply, answer) = oneshot::channel();
        let question = ToRegistry::Links { space: self.space.clone(), token: self.token.clone(), reply };
        self.registry(question, answer).await?.map_err(|refusal| ApiError::from(Denied::from(refusal)))
    }

    async fn open(&self) -> Result<Opened, ApiError> {
        let (reply, answer) = oneshot::channel();
        let question = ToRegistry::Open { space: self.space.clone(), token: self.token.clone(), reply };
        self.registry(question, answer).await?.map_err(|refusal| ApiError::from(Denied::from(refusal)))
    }

    async fn registry<T>(&self, question: ToRegistry, answer: oneshot::Receiver<T>) -> Result<T, ApiError> {
        self.parts.registry.send(question).await.map_err(|_| ApiError::unavailable())?;
        answer.await.map_err(|_| ApiError::unavailable())
    }
}

fn in_doubt() -> ApiError {
    let words = "the square started again at this moment: look whether your change is there, and try again if not";
    ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "in_doubt", words)
}

/// The token of a person who names themselves (`Torg-Person`): they may do by their role what the link alone does not
/// give.
pub(super) fn person(headers: &HeaderMap) -> Result<Option<String>, ApiError> {
    let Some(token) = headers.get(PERSON) else { return Ok(None) };
    let token = token.to_str().ok().filter(|token| token.len() <= TOKEN_CHARS_MAX);
    token.map(|token| Some(token.to_owned())).ok_or_else(|| {
        let words = "Torg-Person is not the token of anybody in this square: it stands in the welcome as `person`";
        ApiError::new(StatusCode::UNAUTHORIZED, "link", words)
    })
}

/// The id at the end of an address; what is no number is no id of ours.
fn number(text: &str, what: &str) -> Result<u32, ApiError> {
    let words = format!("there is no such {what}: its id is a number");
    text.parse().map_err(|_| ApiError::new(StatusCode::NOT_FOUND, "unknown", words))
}

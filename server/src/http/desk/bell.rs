//! `/api/spaces/{id}/bell`: a sound that is played to everybody when a slot opens or closes, in place of the app's own.

use super::sounds::{open, read, reader};
use super::{Caller, ChangeFaults, Faults};
use crate::http::error::ApiError;
use crate::http::rates::Kind;
use crate::limits::{BELL_BYTES_MAX, BELL_MS_MAX, SOUND_WAIT};
use crate::mailbox::ToRegistry;
use crate::mailbox::call::Asked;
use axum::body::Body;
use axum::http::StatusCode;
use bytes::Bytes;
use tokio::sync::oneshot;
use torg_sound::{Loudness, Sound};

/// Gives the space a bell of its own: WAV, or Opus in Ogg (RFC 7845). For hosts and co-hosts. Everybody in the square is
/// told so, and from then on the app rings none of its own.
#[utoipa::path(put, path = "/api/spaces/{id}/bell", tag = "doors",
    params(("id" = String, Path, description = "The space's id, as it stands in links")),
    request_body(content = Vec<u8>, description = "The file, of 2 MiB and 15 s at most",
                 content_type = "application/octet-stream"),
    security(("link_token" = [])),
    responses((status = 204, description = "It rings from now on"),
              (status = 408, description = "The file comes too slowly", body = ApiError), Faults, ChangeFaults))]
pub(crate) async fn hang(caller: Caller, body: Body) -> Result<StatusCode, ApiError> {
    caller.count(Kind::Door)?;
    may_arrange(&caller).await?;
    let reader = reader(&caller)?;
    let bytes = read(body, BELL_BYTES_MAX, SOUND_WAIT).await?;
    let bell = bytes.clone();
    let sound = open(reader, move || Sound::open(bytes, Loudness::Background)).await?;
    if sound.duration_ms() > BELL_MS_MAX {
        let words = format!("a bell rings for {} s at most", BELL_MS_MAX / 1_000);
        return Err(ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, "sound", words));
    }
    set(&caller, Some(bell)).await
}

/// Takes the space's own bell away; the app rings its own again. For hosts and co-hosts.
#[utoipa::path(delete, path = "/api/spaces/{id}/bell", tag = "doors",
    params(("id" = String, Path, description = "The space's id, as it stands in links")), security(("link_token" = [])),
    responses((status = 204, description = "It has none of its own"), Faults))]
pub(crate) async fn take_down(caller: Caller) -> Result<StatusCode, ApiError> {
    may_arrange(&caller).await?;
    set(&caller, None).await
}

async fn may_arrange(caller: &Caller) -> Result<(), ApiError> {
    caller.ask(|reply| Asked::MayChange { arranges: true, map: None, hearing: false, reply }).await
}

async fn set(caller: &Caller, bell: Option<Bytes>) -> Result<StatusCode, ApiError> {
    let (reply, answer) = oneshot::channel();
    let question = ToRegistry::SetBell { space: caller.space.clone(), bell, reply };
    let done = caller.registry(question, answer).await?;
    done.map_err(|words| ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "store", words))?;
    Ok(StatusCode::NO_CONTENT)
}

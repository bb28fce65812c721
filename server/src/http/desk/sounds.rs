//! `/api/spaces/{id}/sounds`: files that are played to all.

use super::{Caller, ChangeFaults, FRESH, Faults, number, person};
use crate::http::doors::{addressee, name, query};
use crate::http::error::ApiError;
use crate::http::rates::Kind;
use crate::limits::SOUND_WAIT;
use crate::mailbox::call::Asked;
use crate::mailbox::door::{Addressee, PlaySound, PlayedSound};
use axum::Json;
use axum::body::Body;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::IntoResponse;
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::OwnedSemaphorePermit;
use torg_protocol::ids::ParticipantId;
use torg_sound::limits::FILE_BYTES_MAX;
use torg_sound::{Loudness, Sound as Playable, SoundError};

/// How a sound is played.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum As {
    /// As loud as somebody who speaks to all; all else is quieter meanwhile.
    #[default]
    Talk,
    /// To be talked over, as music in a break.
    Background,
}

/// To whom a sound is played, how, and under which name.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Playing {
    /// `everybody` (unless told), `conveners`, or `zone:NAME`.
    to: Option<String>,
    /// `talk` (unless told) or `background`.
    #[serde(default, rename = "as")]
    #[param(value_type = Option<As>)]
    how: As,
    /// The name that everybody sees; 1 to 60 characters.
    #[param(max_length = 60)]
    name: Option<String>,
}

/// A sound that is played.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Sound {
    /// Its participant, as everybody sees it in the square.
    id: u32,
    /// The name that everybody sees.
    name: String,
    /// `everybody`, `conveners`, or `zone:NAME`.
    to: String,
    #[serde(rename = "as")]
    how: As,
    /// How long it lasts from its beginning to its end, milliseconds.
    lasts_ms: u64,
}

impl From<PlayedSound> for Sound {
    fn from(sound: PlayedSound) -> Self {
        let to = match sound.to {
            Addressee::Everybody => "everybody".to_owned(),
            Addressee::Conveners => "conveners".to_owned(),
            Addressee::Zone(zone) => format!("zone:{zone}"),
        };
        let how = if sound.background { As::Background } else { As::Talk };
        Self { id: sound.id.0, name: sound.name.to_string(), to, how, lasts_ms: sound.lasts_ms }
    }
}

/// The sounds that are played, in the order in which they began.
#[utoipa::path(get, path = "/api/spaces/{id}/sounds", tag = "doors",
    params(("id" = String, Path, description = "The space's id, as it stands in links")), security(("link_token" = [])),
    responses((status = 200, description = "All of them", body = Vec<Sound>), Faults))]
pub(crate) async fn list(caller: Caller) -> Result<impl IntoResponse, ApiError> {
    let sounds = caller.ask(|reply| Asked::Sounds { reply }).await?;
    Ok((FRESH, Json(sounds.into_iter().map(Sound::from).collect::<Vec<_>>())))
}

/// Plays a file: WAV, or Opus in Ogg (RFC 7845). For hosts, co-hosts, and who was lent the word. Two are played at once in
/// a space at most.
#[utoipa::path(post, path = "/api/spaces/{id}/sounds", tag = "doors",
    params(("id" = String, Path, description = "The space's id, as it stands in links"), Playing,
           ("Torg-Person" = Option<String>, Header, description = "The `person` token of who plays it")),
    request_body(content = Vec<u8>, description = "The file, of 64 MiB at most", content_type = "application/octet-stream"),
    security(("link_token" = [])),
    responses((status = 201, description = "It is played", body = Sound),
              (status = 408, description = "The file comes too slowly", body = ApiError), Faults, ChangeFaults))]
pub(crate) async fn play(
    caller: Caller,
    playing: Result<Query<Playing>, QueryRejection>,
    headers: HeaderMap,
    body: Body,
) -> Result<impl IntoResponse, ApiError> {
    let playing = query(playing)?;
    let (to, name) = (addressee(playing.to.as_deref())?, name(playing.name.as_deref(), "Sound")?);
    let person = person(&headers)?;
    caller.count(Kind::Door)?;
    // Before the file is read, which is large.
    caller.ask(|reply| Asked::MayPlay { person: person.clone(), reply }).await?;
    let reader = reader(&caller)?;
    let bytes = read(body, FILE_BYTES_MAX, SOUND_WAIT).await?;
    let background = playing.how == As::Background;
    let loudness = if background { Loudness::Background } else { Loudness::Talk };
    let sound = open(reader, move || Playable::open(bytes, loudness)).await?;
    let play = PlaySound { person, to, background, name, sound: Box::new(sound) };
    let played = caller.ask_once(|reply| Asked::PlaySound { play, reply }).await?;
    let place = [(header::LOCATION, format!("/api/spaces/{}/sounds/{}", caller.space, played.id))];
    Ok((StatusCode::CREATED, place, FRESH, Json(Sound::from(played))))
}

/// Ends a sound. For hosts, co-hosts, and who was lent the word.
#[utoipa::path(delete, path = "/api/spaces/{id}/sounds/{sound}", tag = "doors",
    params(("id" = String, Path, description = "The space's id, as it stands in links"),
           ("sound" = u32, Path, description = "The sound's id"),
           ("Torg-Person" = Option<String>, Header, description = "The `person` token of who ends it")),
    security(("link_token" = [])), responses((status = 204, description = "It has ended"), Faults))]
pub(crate) async fn end(
    caller: Caller,
    Path((_, sound)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<StatusCode, ApiError> {
    let (sound, person) = (ParticipantId(number(&sound, "sound")?), person(&headers)?);
    caller.ask(|reply| Asked::EndSound { sound, person: person.clone(), reply }).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A place among those whose sounds are read at this moment.
pub(super) fn reader(caller: &Caller) -> Result<OwnedSemaphorePermit, ApiError> {
    let readers = Arc::clone(&caller.parts.readers.0);
    readers.try_acquire_owned().map_err(|_| ApiError::busy("other sounds are being read: try again in some seconds"))
}

/// Reads a file.
pub(super) async fn read(body: Body, bytes_max: usize, wait: Duration) -> Result<Bytes, ApiError> {
    match tokio::time::timeout(wait, axum::body::to_bytes(body, bytes_max)).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(_)) => {
            let words = format!("a sound at this address has at most {bytes_max} bytes");
            Err(ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", words))
        }
        Err(_) => {
            let words = format!("the sound did not come within {} seconds", wait.as_secs());
            Err(ApiError::new(StatusCode::REQUEST_TIMEOUT, "too_slow", words))
        }
    }
}

/// Lets a file be read as a sound, beside all else that the server does.
pub(super) async fn open<T: Send + 'static>(
    reader: OwnedSemaphorePermit,
    work: impl FnOnce() -> Result<T, SoundError> + Send + 'static,
) -> Result<T, ApiError> {
    let refused = |words: String| ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, "sound", words);
    let work = move || {
        // Held until the work is done, also when whoever asked has hung up.
        let _reader = reader;
        work()
    };
    match tokio::task::spawn_blocking(work).await {
        Ok(read) => read.map_err(|error| refused(error.to_string())),
        Err(fault) => {
            tracing::error!(%fault, "a sound could not be read");
            Err(refused("the sound can't be read: the server stumbled over it".to_owned()))
        }
    }
}

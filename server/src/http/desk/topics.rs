//! `/api/spaces/{id}/topics`: the marketplace.

use super::{Caller, ChangeFaults, FRESH, Faults, number};
use crate::http::body;
use crate::http::error::ApiError;
use crate::limits::CALL_BYTES_MAX;
use crate::mailbox::call::{self, Asked, TopicEdit};
use axum::Json;
use axum::body::Body;
use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use serde::{Deserialize, Serialize};
use torg_protocol::agenda::{LanguageTag, Need as WireNeed};
use torg_protocol::ids::{SlotId, TopicId};
use torg_protocol::text::{Label, PersonName, Title};

const EXAMPLE: &str = r#"{"title": "Night shifts", "convener": "Ann", "slot": 1, "table": "Oak"}"#;

/// A topic.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Topic {
    /// Given once in the life of a space.
    id: u32,
    /// What it is called.
    title: String,
    /// What it is about, and why.
    description: String,
    /// The name of who brings it.
    convener: String,
    /// The names of those who bring it along.
    co_conveners: Vec<String>,
    /// The id of the slot it is placed in; while it has no table, the one that is wished for.
    slot: Option<u32>,
    /// The name of its table; none while it waits in the tray.
    table: Option<String>,
    /// What it needs of its place.
    needs: Vec<Need>,
    /// The language it is held in (BCP 47).
    language: Option<String>,
    /// How many would like to come.
    interested: u16,
    /// How many comments there are.
    comments: u16,
}

/// What a topic needs: a quiet corner, a shared screen, a closed table, somebody who facilitates.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Need {
    Quiet,
    Screen,
    Closed,
    Facilitator,
}

/// A topic to be posted.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewTopic {
    /// 1 to 140 characters.
    #[schema(example = "Night shifts", min_length = 1, max_length = 140)]
    title: String,
    /// Up to 2,000 characters.
    #[serde(default)]
    #[schema(max_length = 2000)]
    description: Option<String>,
    /// The name of who brings it, 1 to 60 characters. The one person of the space who is called so is linked.
    #[schema(example = "Ann", min_length = 1, max_length = 60)]
    convener: String,
    /// The id of a slot. With a table the topic is placed at once, without one the slot is wished for.
    #[serde(default)]
    slot: Option<u32>,
    /// The name of a table; needs a slot.
    #[serde(default)]
    table: Option<String>,
    /// What it needs of its place.
    #[serde(default)]
    #[schema(max_items = 16)]
    needs: Option<Vec<Need>>,
    /// The language it is held in (BCP 47).
    #[serde(default)]
    #[schema(example = "nb")]
    language: Option<String>,
    /// Place it though its convener has another topic at that time.
    #[serde(default)]
    anyway: Option<bool>,
}

/// What changes of a topic. What is not named stays; `null` takes slot, table or language away.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TopicChange {
    /// 1 to 140 characters.
    title: Option<String>,
    /// Up to 2,000 characters.
    description: Option<String>,
    /// The name of who brings it from now on.
    convener: Option<String>,
    /// The id of a slot; `null` puts the topic back into the tray.
    #[serde(default, deserialize_with = "body::given")]
    #[schema(value_type = Option<u32>)]
    slot: Option<Option<u32>>,
    /// The name of a table; `null` puts the topic back into the tray.
    #[serde(default, deserialize_with = "body::given")]
    #[schema(value_type = Option<String>)]
    table: Option<Option<String>>,
    /// What it needs of its place.
    needs: Option<Vec<Need>>,
    /// The language it is held in.
    #[serde(default, deserialize_with = "body::given")]
    #[schema(value_type = Option<String>)]
    language: Option<Option<String>>,
    /// Place it though its convener has another topic at that time.
    #[serde(default)]
    anyway: Option<bool>,
}

impl From<call::Topic> for Topic {
    fn from(topic: call::Topic) -> Self {
        Self {
            id: topic.id.0,
            title: topic.title.to_string(),
            description: topic.description.to_string(),
            convener: topic.convener.to_string(),
            co_conveners: topic.co_conveners.iter().map(ToString::to_string).collect(),
            slot: topic.slot.map(|slot| slot.0),
            table: topic.table,
            needs: topic.needs.into_iter().map(Need::from).collect(),
            language: topic.language.map(|language| language.to_string()),
            interested: topic.interested,
            comments: topic.comments,
        }
    }
}

impl From<WireNeed> for Need {
    fn from(need: WireNeed) -> Self {
        match need {
            WireNeed::Quiet => Self::Quiet,
            WireNeed::Screen => Self::Screen,
            WireNeed::Closed => Self::Closed,
            WireNeed::Facilitator => Self::Facilitator,
        }
    }
}

impl From<Need> for WireNeed {
    fn from(need: Need) -> Self {
        match need {
            Need::Quiet => Self::Quiet,
            Need::Screen => Self::Screen,
            Need::Closed => Self::Closed,
            Need::Facilitator => Self::Facilitator,
        }
    }
}

/// The topics, by id; withdrawn and merged ones are not among them.
#[utoipa::path(get, path = "/api/spaces/{id}/topics", tag = "agenda",
    params(("id" = String, Path, description = "The space's id, as it stands in links")), security(("link_token" = [])),
    responses((status = 200, description = "All of them", body = Vec<Topic>), Faults))]
pub(crate) async fn list(caller: Caller) -> Result<impl IntoResponse, ApiError> {
    let topics = caller.ask(|reply| Asked::Topics { reply }).await?;
    Ok((FRESH, Json(topics.into_iter().map(Topic::from).collect::<Vec<_>>())))
}

/// One topic.
#[utoipa::path(get, path = "/api/spaces/{id}/topics/{topic}", tag = "agenda",
    params(("id" = String, Path, description = "The space's id, as it stands in links"),
           ("topic" = u32, Path, description = "The topic's id")), security(("link_token" = [])),
    responses((status = 200, description = "The topic", body = Topic), Faults))]
pub(crate) async fn show(
    caller: Caller,
    Path((_, topic)): Path<(String, String)>,
) -> Result<impl IntoResponse, ApiError> {
    let topic = TopicId(number(&topic, "topic")?);
    let topic = caller.ask(|reply| Asked::Topic { topic, reply }).await?;
    Ok((FRESH, Json(Topic::from(topic))))
}

/// Posts a topic. For everybody. Everybody in the square sees it at once.
#[utoipa::path(post, path = "/api/spaces/{id}/topics", tag = "agenda", request_body = NewTopic,
    params(("id" = String, Path, description = "The space's id, as it stands in links")), security(("link_token" = [])),
    responses((status = 201, description = "The topic", body = Topic), Faults, ChangeFaults))]
pub(crate) async fn post(caller: Caller, body: Body) -> Result<impl IntoResponse, ApiError> {
    let new: NewTopic = body::read(body, CALL_BYTES_MAX, EXAMPLE).await?;
    let topic = call::NewTopic {
        title: body::text("title", &new.title, Title::parse)?,
        description: body::prose("description", new.description.as_deref().unwrap_or(""))?,
        convener: body::text("convener", &new.convener, PersonName::parse)?,
        slot: new.slot.map(SlotId),
        table: new.table.as_deref().map(table).transpose()?,
        needs: new.needs.unwrap_or_default().into_iter().map(WireNeed::from).collect(),
        language: new.language.as_deref().map(language).transpose()?,
        anyway: new.anyway.unwrap_or(false),
    };
    let topic = caller.ask(|reply| Asked::PostTopic { topic: Box::new(topic.clone()), reply }).await?;
    let place = [(header::LOCATION, format!("/api/spaces/{}/topics/{}", caller.space, topic.id))];
    Ok((StatusCode::CREATED, place, FRESH, Json(Topic::from(topic))))
}

/// Changes a topic, all of what is asked or nothing. For hosts and co-hosts.
#[utoipa::path(patch, path = "/api/spaces/{id}/topics/{topic}", tag = "agenda", request_body = TopicChange,
    params(("id" = String, Path, description = "The space's id, as it stands in links"),
           ("topic" = u32, Path, description = "The topic's id")), security(("link_token" = [])),
    responses((status = 200, description = "The topic as it is now", body = Topic), Faults, ChangeFaults))]
pub(crate) async fn change(
    caller: Caller,
    Path((_, topic)): Path<(String, String)>,
    body: Body,
) -> Result<impl IntoResponse, ApiError> {
    let topic = TopicId(number(&topic, "topic")?);
    let change: TopicChange = body::read(body, CALL_BYTES_MAX, EXAMPLE).await?;
    let edit = TopicEdit {
        title: change.title.map(|title| body::text("title", &title, Title::parse)).transpose()?,
        description: change.description.map(|text| body::prose("description", &text)).transpose()?,
        convener: change.convener.map(|name| body::text("convener", &name, PersonName::parse)).transpose()?,
        slot: change.slot.map(|slot| slot.map(SlotId)),
        table: change.table.map(|name| name.as_deref().map(table).transpose()).transpose()?,
        needs: change.needs.map(|needs| needs.into_iter().map(WireNeed::from).collect()),
        language: change.language.map(|tag| tag.as_deref().map(language).transpose()).transpose()?,
        anyway: change.anyway.unwrap_or(false),
    };
    let topic = caller.ask(|reply| Asked::EditTopic { topic, edit: Box::new(edit.clone()), reply }).await?;
    Ok((FRESH, Json(Topic::from(topic))))
}

/// Withdraws a topic. For hosts and co-hosts.
#[utoipa::path(delete, path = "/api/spaces/{id}/topics/{topic}", tag = "agenda",
    params(("id" = String, Path, description = "The space's id, as it stands in links"),
           ("topic" = u32, Path, description = "The topic's id")), security(("link_token" = [])),
    responses((status = 204, description = "It is withdrawn"), Faults))]
pub(crate) async fn withdraw(caller: Caller, Path((_, topic)): Path<(String, String)>) -> Result<StatusCode, ApiError> {
    let topic = TopicId(number(&topic, "topic")?);
    caller.ask(|reply| Asked::WithdrawTopic { topic, reply }).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The name of a table; whether there is one of this name is known to the square.
fn table(name: &str) -> Result<String, ApiError> {
    body::text("table", name, Label::parse).map(|label| label.to_string())
}

fn language(tag: &str) -> Result<LanguageTag, ApiError> {
    LanguageTag::parse(tag).map_err(|error| ApiError::field("language", error.to_string()))
}

//! `/api/spaces/{id}/visits`: who sat where with which topic, from when until when.

use super::{Caller, FRESH, Faults};
use crate::clock;
use crate::http::error::ApiError;
use crate::mailbox::call::{Asked, VisitRow};
use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use serde::Serialize;
use torg_protocol::ids::VisitId;

/// One stay at one table. A stay that goes on over the bell is two visits: one for each topic.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Visit {
    /// The name that they had then.
    who: String,
    /// The name of the table.
    table: String,
    /// The id of the topic that the table had then.
    topic: Option<u32>,
    /// The id of the slot that it was in.
    slot: Option<u32>,
    /// RFC 3339, UTC.
    #[schema(format = DateTime)]
    from: String,
    /// RFC 3339, UTC; `null` while it goes on.
    #[schema(format = DateTime)]
    to: Option<String>,
    /// What the topic is called.
    topic_title: Option<String>,
    /// What the slot is called, if it is there still.
    slot_name: Option<String>,
    /// Which participant it was.
    participant: Option<u32>,
    /// Given once in the life of a space.
    id: u32,
}

impl From<VisitRow> for Visit {
    fn from(visit: VisitRow) -> Self {
        let (topic, topic_title) = visit.topic.map(|(id, title)| (id.0, title.to_string())).unzip();
        Self {
            who: visit.who.to_string(),
            table: visit.table,
            topic,
            slot: visit.slot.map(|slot| slot.0),
            from: clock::rfc3339(visit.from),
            to: visit.to.map(clock::rfc3339),
            topic_title,
            slot_name: visit.slot_name.map(|name| name.to_string()),
            participant: visit.participant.map(|person| person.0),
            id: visit.id.0,
        }
    }
}

/// All visits, by their beginning. For hosts and co-hosts.
#[utoipa::path(get, path = "/api/spaces/{id}/visits", tag = "record",
    params(("id" = String, Path, description = "The space's id, as it stands in links")), security(("link_token" = [])),
    responses((status = 200, description = "All of them", body = Vec<Visit>), Faults))]
pub(crate) async fn list(caller: Caller) -> Result<impl IntoResponse, ApiError> {
    Ok((FRESH, Json(all(&caller).await?)))
}

/// The same as a table for spreadsheets (RFC 4180), the fields in the same order. A cell that a spreadsheet would take
/// for a formula begins with an apostrophe.
#[utoipa::path(get, path = "/api/spaces/{id}/visits.csv", tag = "record",
    params(("id" = String, Path, description = "The space's id, as it stands in links")), security(("link_token" = [])),
    responses((status = 200, description = "All of them", body = String, content_type = "text/csv"), Faults))]
pub(crate) async fn csv(caller: Caller) -> Result<impl IntoResponse, ApiError> {
    let table = table(&all(&caller).await?).map_err(|error| {
        ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "store", format!("the table could not be written: {error}"))
    })?;
    let disposition = format!("attachment; filename=\"{}-visits.csv\"", caller.space);
    let headers = [(header::CONTENT_TYPE, "text/csv; charset=utf-8; header=present".to_owned())];
    Ok((headers, [(header::CONTENT_DISPOSITION, disposition)], FRESH, table))
}

/// Asks page by page, so that the square never stands still for an answer.
async fn all(caller: &Caller) -> Result<Vec<Visit>, ApiError> {
    let mut rows: Vec<VisitRow> = Vec::new();
    loop {
        let after = rows.last().map_or(VisitId(0), |row| row.id);
        let page = caller.ask(|reply| Asked::Visits { after, reply }).await?;
        if page.is_empty() {
            break;
        }
        rows.extend(page);
    }
    rows.sort_by_key(|row| (row.from, row.id));
    Ok(rows.into_iter().map(Visit::from).collect())
}

fn table(visits: &[Visit]) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    writer.write_record([
        "who",
        "table",
        "topic",
        "slot",
        "from",
        "to",
        "topic_title",
        "slot_name",
        "participant",
        "id",
    ])?;
    let number = |number: Option<u32>| number.map_or_else(String::new, |number| number.to_string());
    for visit in visits {
        let text = |text: &Option<String>| defused(text.as_deref().unwrap_or(""));
        writer.write_record([
            defused(&visit.who),
            defused(&visit.table),
            number(visit.topic),
            number(visit.slot),
            visit.from.clone(),
            visit.to.clone().unwrap_or_default(),
            text(&visit.topic_title),
            text(&visit.slot_name),
            number(visit.participant),
            visit.id.to_string(),
        ])?;
    }
    writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))
}

/// A spreadsheet runs what begins like a formula, and a name may (OWASP, "CSV Injection").
fn defused(text: &str) -> String {
    let is_formula = |first: char| matches!(first, '=' | '+' | '-' | '@' | '\t' | '\r' | '＝' | '＋' | '－' | '＠');
    if text.starts_with(is_formula) { format!("'{text}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_and_formulas_defused() {
        let visit = Visit {
            who: "=HYPERLINK(\"https://evil.example\")".to_owned(),
            table: "Oak, the \"old\"".to_owned(),
            topic: Some(7),
            slot: None,
            from: "2026-11-24T09:30:00Z".to_owned(),
            to: None,
            topic_title: Some("@sum".to_owned()),
            slot_name: Some("-1".to_owned()),
            participant: Some(3),
            id: 9,
        };
        let table = String::from_utf8(table(&[visit]).expect("a table")).expect("text");
        let (_, row) = table.split_once("\r\n").expect("a head");
        assert_eq!(
            row,
            "\"'=HYPERLINK(\"\"https://evil.example\"\")\",\"Oak, the \"\"old\"\"\",7,,2026-11-24T09:30:00Z,,'@sum,'-1,3,9\r\n"
        );
    }
}

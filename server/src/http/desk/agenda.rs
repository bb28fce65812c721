//! `/api/spaces/{id}/agenda.ics`: the agenda as a calendar (RFC 5545).

use super::{Caller, FRESH, Faults};
use crate::clock;
use crate::http::error::ApiError;
use crate::mailbox::call::{Agenda, Asked, Topic};
use axum::http::header;
use axum::response::IntoResponse;
use torg_protocol::agenda::{Slot, SlotKind};
use torg_protocol::ids::SpaceId;
use torg_protocol::units::TimeMs;

/// Octets of a line without its end (RFC 5545, section 3.1).
const LINE_OCTETS_MAX: usize = 75;

/// The agenda as a calendar: an event for each slot, and one for each topic that has a table.
#[utoipa::path(get, path = "/api/spaces/{id}/agenda.ics", tag = "agenda",
    params(("id" = String, Path, description = "The space's id, as it stands in links")), security(("link_token" = [])),
    responses((status = 200, description = "The calendar", body = String, content_type = "text/calendar"), Faults))]
pub(crate) async fn calendar(caller: Caller) -> Result<impl IntoResponse, ApiError> {
    let agenda = caller.ask(|reply| Asked::Agenda { reply }).await?;
    let disposition = format!("attachment; filename=\"{}-agenda.ics\"", caller.space);
    let headers = [(header::CONTENT_TYPE, "text/calendar; charset=utf-8".to_owned())];
    Ok((headers, [(header::CONTENT_DISPOSITION, disposition)], FRESH, write(&caller.space, &agenda)))
}

fn write(space: &SpaceId, agenda: &Agenda) -> String {
    let mut out = String::new();
    line(&mut out, "BEGIN:VCALENDAR");
    line(&mut out, "VERSION:2.0");
    line(&mut out, "PRODID:-//Torg//Agenda//EN");
    line(&mut out, "CALSCALE:GREGORIAN");
    text(&mut out, "X-WR-CALNAME", agenda.name.as_str());
    for slot in &agenda.slots {
        event(&mut out, &format!("slot-{}@{space}.torg", slot.id), slot, agenda.now, |out| {
            text(out, "SUMMARY", slot.name.as_str());
            let category = match slot.kind {
                SlotKind::Plenum => "PLENUM",
                SlotKind::Topics => "TOPICS",
                SlotKind::Break => "BREAK",
            };
            text(out, "CATEGORIES", category);
        });
    }
    for topic in &agenda.topics {
        let slot = agenda.slots.iter().find(|slot| Some(slot.id) == topic.slot);
        if let (Some(slot), Some(table)) = (slot, &topic.table) {
            // A topic that moves is the same event at another time.
            let id = format!("topic-{}@{space}.torg", topic.id);
            event(&mut out, &id, slot, agenda.now, |out| describe(out, topic, table));
        }
    }
    line(&mut out, "END:VCALENDAR");
    out
}

fn describe(out: &mut String, topic: &Topic, table: &str) {
    text(out, "SUMMARY", topic.title.as_str());
    text(out, "LOCATION", table);
    let conveners: Vec<&str> =
        [&topic.convener].into_iter().chain(&topic.co_conveners).map(|name| name.as_str()).collect();
    let described = format!("{}\n\n{}", conveners.join(", "), topic.description);
    text(out, "DESCRIPTION", described.trim());
}

fn event(out: &mut String, id: &str, slot: &Slot, now: TimeMs, describe: impl FnOnce(&mut String)) {
    line(out, "BEGIN:VEVENT");
    line(out, &format!("UID:{id}"));
    line(out, &format!("DTSTAMP:{}", stamp(now)));
    line(out, &format!("DTSTART:{}", stamp(slot.starts_at)));
    line(out, &format!("DTEND:{}", stamp(slot.ends_at)));
    describe(out);
    line(out, "END:VEVENT");
}

/// In UTC (RFC 5545, section 3.3.5, form 2), so that no zone has to be described.
fn stamp(at: TimeMs) -> String {
    let at = clock::utc(at);
    let (hour, minute, second) = at.to_hms();
    format!("{:04}{:02}{:02}T{hour:02}{minute:02}{second:02}Z", at.year(), u8::from(at.month()), at.day())
}

/// A property with text (RFC 5545, section 3.3.11).
fn text(out: &mut String, name: &str, value: &str) {
    let mut escaped = String::with_capacity(value.len() + name.len() + 1);
    for character in value.chars() {
        match character {
            '\\' | ';' | ',' => escaped.extend(['\\', character]),
            '\n' => escaped.push_str("\\n"),
            character => escaped.push(character),
        }
    }
    line(out, &format!("{name}:{escaped}"));
}

/// Long lines go on behind a space, and no character is cut in two.
fn line(out: &mut String, content: &str) {
    let mut octets = 0;
    for character in content.chars() {
        if octets + character.len_utf8() > LINE_OCTETS_MAX {
            out.push_str("\r\n ");
            octets = 1;
        }
        out.push(character);
        octets += character.len_utf8();
    }
    out.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_escaped_and_lines_are_folded() {
        let mut out = String::new();
        text(&mut out, "SUMMARY", "Bread; butter, and \\ salt\nthen tea");
        assert_eq!(out, "SUMMARY:Bread\\; butter\\, and \\\\ salt\\nthen tea\r\n");
        let mut out = String::new();
        let long = "å".repeat(100);
        text(&mut out, "SUMMARY", &long);
        assert!(out.split("\r\n").all(|line| line.len() <= LINE_OCTETS_MAX), "{out}");
        assert_eq!(out.replace("\r\n ", ""), format!("SUMMARY:{long}\r\n"));
    }
}

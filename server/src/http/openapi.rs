//! `/openapi.json`: the HTTP interface, described by the types that serve it.

use super::desk::{agenda, bell, links, slots, sounds, space, topics, visits};
use super::doors::{whep, whip};
use super::{api, glance};
use axum::Json;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi, ToSchema};

#[derive(OpenApi)]
#[openapi(
    info(title = "Torg", description = "A market square on the web. People come in by links over websockets \
                                        (PROTOCOL.md); this is how spaces are made, planned and read out."),
    paths(api::make_space, glance::look, space::change, space::close, slots::list, slots::make, slots::change,
          slots::remove, topics::list, topics::show, topics::post, topics::change, topics::withdraw, visits::list,
          visits::csv, agenda::calendar, links::list, whip::come, whip::leave, whip::trickle, whep::come, whep::leave,
          whep::trickle, sounds::list, sounds::play, sounds::end, bell::hang, bell::take_down, healthz, readyz, metrics),
    modifiers(&Tokens)
)]
struct Document;

struct Tokens;

impl Modify for Tokens {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let components = document.components.get_or_insert_default();
        for (name, what) in [
            ("admin_token", "--admin-token of the server"),
            ("link_token", "What stands behind the # in a link to the space"),
        ] {
            let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some(what));
            components.add_security_scheme(name, SecurityScheme::Http(scheme.build()));
        }
    }
}

/// The document.
pub(super) async fn document() -> Json<utoipa::openapi::OpenApi> {
    Json(Document::openapi())
}

/// The process answers.
#[utoipa::path(get, path = "/healthz", responses((status = 200, description = "The process answers", body = String)))]
#[expect(dead_code, reason = "stands here for its description alone")]
fn healthz() {}

/// People can come in.
#[utoipa::path(get, path = "/readyz", responses(
    (status = 200, description = "People can come in", body = String),
    (status = 503, description = "Not at this moment", body = String)))]
#[expect(dead_code, reason = "stands here for its description alone")]
fn readyz() {}

/// Figures in Prometheus' text format, for the own machine or with the admin token.
#[utoipa::path(get, path = "/metrics", security((), ("admin_token" = [])), responses(
    (status = 200, description = "The figures", body = String),
    (status = 401, description = "From elsewhere, the figures need the admin token", body = String),
    (status = 403, description = "The token is wrong", body = String)))]
#[expect(dead_code, reason = "stands here for its description alone")]
fn metrics() {}

/// A space to make.
#[derive(ToSchema)]
#[expect(dead_code, reason = "a schema of the wire's own types, which know nothing of HTTP")]
pub(super) struct NewSpace {
    /// 1 to 80 characters, no control characters.
    #[schema(max_length = 80, min_length = 1, example = "Wednesday circle")]
    name: String,
    /// The map; without one, 40 x 24 m with six tables, a stage, a foyer and a help desk.
    map: Option<Map>,
}

/// A map. Metres; origin top left, x to the right, y down.
#[derive(ToSchema)]
#[expect(dead_code, reason = "see NewSpace")]
pub(super) struct Map {
    #[schema(minimum = 4, maximum = 600)]
    width_m: f32,
    #[schema(minimum = 4, maximum = 600)]
    height_m: f32,
    /// How far voices carry.
    hearing: Option<Hearing>,
    /// Walls as `[x1, y1, x2, y2]`. Nobody walks through; sound passes.
    #[schema(value_type = Option<Vec<Vec<f32>>>, max_items = 1000)]
    walls: Option<Vec<[f32; 4]>>,
    #[schema(max_items = 200)]
    tables: Option<Vec<Table>>,
    #[schema(max_items = 100)]
    zones: Option<Vec<Zone>>,
}

/// A round table.
#[derive(ToSchema)]
#[expect(dead_code, reason = "see NewSpace")]
struct Table {
    /// Unique on the map.
    name: String,
    x: f32,
    y: f32,
    radius_m: f32,
    #[schema(minimum = 1, maximum = 60)]
    seats: u16,
    wall: Option<Wall>,
}

/// A named area.
#[derive(ToSchema)]
#[expect(dead_code, reason = "see NewSpace")]
struct Zone {
    name: String,
    kind: ZoneKind,
    x: f32,
    y: f32,
    width_m: f32,
    height_m: f32,
}

/// How far voices carry: 6, 12 or 24 m.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "see NewSpace")]
pub(super) enum Hearing {
    Close,
    Room,
    Hall,
}

/// What a table's wall of sound does: open is muffled outside, closed lets nothing through.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "see NewSpace")]
enum Wall {
    Open,
    Closed,
}

/// What a zone is for.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "see NewSpace")]
enum ZoneKind {
    Stage,
    Foyer,
    Quiet,
    Help,
    Plain,
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;
    use std::collections::BTreeSet;
    use torg_protocol::geometry::HearingPreset;
    use torg_protocol::map::{MapSpec, TableSpec, TableWall, ZoneKind as WireZoneKind, ZoneSpec};
    use torg_protocol::text::Label;

    /// Every call stands in it with every method, says who may call, and refers to nothing that isn't there.
    #[test]
    fn every_call_is_described() {
        let document = serde_json::to_value(Document::openapi()).expect("JSON");
        let paths = document["paths"].as_object().expect("paths");
        let mut calls = Vec::new();
        for (path, methods) in paths {
            for (method, call) in methods.as_object().expect("methods") {
                calls.push(format!("{method} {path}"));
                let below_space = path.starts_with("/api/spaces/{id}");
                let by_link = call["security"].to_string().contains("link_token");
                assert_eq!(by_link, below_space, "{method} {path}");
                for status in ["401", "404", "429"].iter().filter(|_| below_space) {
                    assert!(call["responses"][status].is_object(), "{method} {path} can be refused with {status}");
                }
            }
        }
        calls.sort_unstable();
        let text = document.to_string();
        for reference in text.split("\"#/components/schemas/").skip(1).filter_map(|rest| rest.split('"').next()) {
            assert!(document["components"]["schemas"][reference].is_object(), "{reference} is not described");
        }
        assert_eq!(
            calls,
            [
                "delete /api/spaces/{id}",
                "delete /api/spaces/{id}/bell",
                "delete /api/spaces/{id}/slots/{slot}",
                "delete /api/spaces/{id}/sounds/{sound}",
                "delete /api/spaces/{id}/topics/{topic}",
                "delete /api/spaces/{id}/whep/{door}",
                "delete /api/spaces/{id}/whip/{door}",
                "get /api/spaces/{id}",
                "get /api/spaces/{id}/agenda.ics",
                "get /api/spaces/{id}/links",
                "get /api/spaces/{id}/slots",
                "get /api/spaces/{id}/sounds",
                "get /api/spaces/{id}/topics",
                "get /api/spaces/{id}/topics/{topic}",
                "get /api/spaces/{id}/visits",
                "get /api/spaces/{id}/visits.csv",
                "get /healthz",
                "get /metrics",
                "get /readyz",
                "patch /api/spaces/{id}",
                "patch /api/spaces/{id}/slots/{slot}",
                "patch /api/spaces/{id}/topics/{topic}",
                "patch /api/spaces/{id}/whep/{door}",
                "patch /api/spaces/{id}/whip/{door}",
                "post /api/spaces",
                "post /api/spaces/{id}/slots",
                "post /api/spaces/{id}/sounds",
                "post /api/spaces/{id}/topics",
                "post /api/spaces/{id}/whep",
                "post /api/spaces/{id}/whip",
                "put /api/spaces/{id}/bell",
            ]
        );
    }

    /// The schemas say the same as the wire's types: same fields, same words.
    #[test]
    fn schemas_follow_the_wire() {
        let document = serde_json::to_value(Document::openapi()).expect("JSON");
        let schemas = &document["components"]["schemas"];
        let name = Label::parse("A").expect("a name");
        let table = TableSpec { name: name.clone(), x: 1.0, y: 1.0, radius_m: 1.0, seats: 4, wall: TableWall::Open };
        let zone = ZoneSpec { name, kind: WireZoneKind::Stage, x: 1.0, y: 1.0, width_m: 1.0, height_m: 1.0 };
        let map = MapSpec {
            width_m: 9.0,
            height_m: 9.0,
            hearing: HearingPreset::Room,
            walls: vec![],
            tables: vec![table.clone()],
            zones: vec![zone.clone()],
        };
        let fields = |value: &Value| value.as_object().expect("an object").keys().cloned().collect::<BTreeSet<_>>();
        let wire = |value: Value| fields(&value);
        assert_eq!(fields(&schemas["Map"]["properties"]), wire(serde_json::to_value(map).expect("JSON")));
        assert_eq!(fields(&schemas["Table"]["properties"]), wire(serde_json::to_value(table).expect("JSON")));
        assert_eq!(fields(&schemas["Zone"]["properties"]), wire(serde_json::to_value(zone).expect("JSON")));
        for word in schemas["ZoneKind"]["enum"].as_array().expect("words") {
            serde_json::from_value::<WireZoneKind>(word.clone()).expect("a kind of zone");
        }
        for word in schemas["Hearing"]["enum"].as_array().expect("words") {
            serde_json::from_value::<HearingPreset>(word.clone()).expect("a preset");
        }
        for word in schemas["Wall"]["enum"].as_array().expect("words") {
            serde_json::from_value::<TableWall>(word.clone()).expect("a wall");
        }
    }
}
